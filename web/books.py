"""Tables to take away as XLSX files: written row by row, so that memory does not grow with them, and set up for print.

Decides how a book looks and that no cell is ever a formula. Columns and rows are those of whoever writes one.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_ROWS = 100_000
"""Rows in one file; a larger selection is cut there and says so in its last row."""

_LONGEST_CELL = 32_000
_HEAD_ROW = 2
_A4 = 9
"""The paper's number in the file format."""

_PIECE = 1 << 16

Cell = str | int


def write_table(
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Cell]],
    target: IO[bytes],
    note: str,
    rest: str = "",
) -> int:
    """Write the book with that sheet; how many rows are in it, `MOST_ROWS` at the most.

    Columns are names with their widths in characters; `note` stands in the first row. When there are more rows than go
    in, the last one is `rest`, in which `{most}` stands for how many go in.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B3"
    for number, (_, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    _set_up_for_print(sheet)
    sheet.append([note])
    head = [WriteOnlyCell(sheet, value=name) for name, _ in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    written, is_cut = 0, False
    for row in rows:
        if written == MOST_ROWS:
            is_cut = True
            break
        sheet.append([_cell(sheet, value) for value in row])
        written += 1
    sheet.auto_filter.ref = f"A{_HEAD_ROW}:{get_column_letter(len(columns))}{_HEAD_ROW + written}"
    if is_cut:
        sheet.append([rest.format(most=f"{MOST_ROWS:,}")])
    book.save(target)
    return written


def file_of(name: str, plain_name: str, write: Callable[[IO[bytes]], object]) -> StreamingResponse:
    """The book that `write` writes, as a file of that name; `plain_name` is for browsers that know no Chinese."""
    book = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when the last piece has been sent
    write(book)
    book.seek(0)
    headers = {"content-disposition": f"attachment; filename={plain_name}.xlsx; filename*=UTF-8''{quote(name)}.xlsx"}
    return StreamingResponse(_pieces(book), media_type=_XLSX, headers=headers)


def _pieces(book: IO[bytes]) -> Iterator[bytes]:
    with book:
        while piece := book.read(_PIECE):
            yield piece


def _set_up_for_print(sheet: Any) -> None:
    """A4 across, as wide as the page, the head on every page, and which page it is."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.print_title_rows = f"1:{_HEAD_ROW}"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _cell(sheet: object, value: Cell) -> object:
    """A text that begins with an equals sign stays a text and is never a formula."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
