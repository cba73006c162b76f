"""Public numbers to take away: as XLSX, as CSV, as JSON; one row for each number, hidden ones marked.

Decides the form. Which numbers there are decides `policy.publishing.numbers_of`.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

from fastapi.responses import JSONResponse, Response

from models.outside import PublicNumber
from web.books import file_of, write_table

HIDDEN = "*"
"""What stands for a number that is not shown, in tables; JSON has null."""

_COLUMNS = (("月份", 12), ("分类", 10), ("名称", 36), ("指标", 20), ("数值", 12))
_BYTE_ORDER_MARK = "\ufeff"
"""Office programs take a CSV for UTF-8 only when it begins with it."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class DataForm(StrEnum):
    """As what the numbers can be taken away."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


def open_data(form: DataForm, numbers: Sequence[PublicNumber], place: str, name: str, note: str) -> Response:
    """The numbers of a place as a file; `place` is its id, `name` what people call it."""
    plain_name = f"public-{place}"
    match form:
        case DataForm.XLSX:
            return file_of(
                f"{name}好差评公开数据",
                plain_name,
                lambda target: write_table("公开数据", _COLUMNS, map(_cells, numbers), target, note),
            )
        case DataForm.CSV:
            headers = {"content-disposition": f"attachment; filename={plain_name}.csv"}
            return Response(_csv(numbers), media_type="text/csv; charset=utf-8", headers=headers)
        case DataForm.JSON:
            body = {"place": place, "name": name, "note": note, "numbers": [each.model_dump() for each in numbers]}
            headers = {"content-disposition": f"attachment; filename={plain_name}.json"}
            return JSONResponse(body, headers=headers)


def _cells(number: PublicNumber) -> tuple[str | int, ...]:
    value = HIDDEN if number.value is None else number.value
    return (number.month, number.table, number.group, number.measure, value)


def _csv(numbers: Iterable[PublicNumber]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column for column, _ in _COLUMNS])
    writer.writerows([_plain(cell) for cell in _cells(number)] for number in numbers)
    return _BYTE_ORDER_MARK + text.getvalue()


def _plain(cell: str | int) -> str | int:
    """A name that an office program would take for a formula stays a text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
