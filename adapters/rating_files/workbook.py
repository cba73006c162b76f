"""Reads XLSX workbooks, streamed: the one worksheet that holds ratings."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import cast

import openpyxl

from adapters.rating_files.inspection import FileFacts
from adapters.rating_files.rows import SourceRow, fitted
from models.ratings import FileRefused


@contextmanager
def open_workbook(facts: FileFacts) -> Iterator["_Sheet"]:
    name = facts.path.name
    with warnings.catch_warnings():
        # openpyxl warns about styles and extensions of other programs; the cells are not touched by that.
        warnings.simplefilter("ignore", UserWarning)
        try:
            book = openpyxl.load_workbook(facts.path, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises whatever its parser met; all of it means an unreadable file
            raise FileRefused(f"{name} 不是有效的 XLSX 工作簿。请用表格软件重新另存后再导入。") from error
    try:
        sheets = [sheet for sheet in (_Sheet(facts, name, book) for name in book.sheetnames) if any(sheet.header)]
        named = [sheet for sheet in sheets if "projectno" in (title.lower() for title in sheet.header)]
        if len(named) > 1:
            titles = "、".join(sheet.title for sheet in named)
            raise FileRefused(f"{name} 有多个评价工作表（{titles}）。请拆成每个文件一个工作表后分别导入。")
        if not sheets:
            raise FileRefused(f"{name} 是空的工作簿，没有可导入的内容。")
        yield (named or sheets)[0]
    finally:
        book.close()


class _Sheet:
    """One worksheet, streamed."""

    def __init__(self, facts: FileFacts, title: str, book: openpyxl.Workbook) -> None:
        self.facts = facts
        self.title = title
        self._sheet = book[title]
        self._at = 0
        if hasattr(self._sheet, "reset_dimensions"):
            self._total = self._sheet.max_row or 0
            self._sheet.reset_dimensions()  # other programs write wrong ones, and rows would be cut off
            header = next(self._sheet.iter_rows(max_row=1, values_only=True), ())
        else:
            header = ()  # a chart sheet
        self.header = [_text_of_cell(value).strip() for value in header]
        while self.header and not self.header[-1]:
            self.header.pop()

    def rows(self) -> Iterator[SourceRow]:
        width = len(self.header)
        for number, values in enumerate(self._sheet.iter_rows(min_row=2, values_only=True), start=2):
            self._at = number
            cells = [_text_of_cell(value) for value in values]
            if any(cell.strip() for cell in cells):
                cells.extend([""] * (width - len(cells)))
                yield fitted(SourceRow(number, cells), width)

    def unknown_names(self) -> tuple[str, ...]:
        return ()

    def position(self) -> float:
        return min(1.0, self._at / self._total) if self._total else 0.0


def _text_of_cell(value: object) -> str:
    """The text of a spreadsheet cell.

    A number of more than 15 digits has lost its last ones in the spreadsheet program, so it is written the way such a
    program would show it and no check takes it for the real number.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        # A spreadsheet keeps a time as a fraction of a day, so a full second may be a little less than one.
        return (value + timedelta(milliseconds=500)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d 00:00:00")
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = cast(float, value)
        if abs(number) >= _LAST_EXACT:
            return f"{number:.5E}"
        return str(int(number)) if number == int(number) else repr(number)
    return str(value)


_LAST_EXACT = 10**15
