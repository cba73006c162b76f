"""What every reader of ratings gives: rows of text with their numbers.

Row numbers are those that a spreadsheet program shows: the header is row 1.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from adapters.rating_files.inspection import FileFacts
from models.ratings import Fault


class SourceRow(NamedTuple):
    """One row as it stands in the file: its number, a text for each column, its text in the file where that is kept.

    `fault` says why the row could not even be split into columns.
    """

    number: int
    cells: list[str]
    raw: str = ""
    fault: Fault | None = None


class RatingFile(Protocol):
    """An open file of ratings."""

    facts: FileFacts
    header: list[str]

    def rows(self) -> Iterator[SourceRow]:
        """All rows after the header, blank ones left out."""

    def unknown_names(self) -> tuple[str, ...]:
        """Names met in the rows for which there is no column (JSON Lines only)."""

    def position(self) -> float:
        """How far the reading has come, from 0 to 1."""


def fitted(row: SourceRow, width: int) -> SourceRow:
    """The row with exactly one text for each column; a row of another length gets a fault."""
    cells = row.cells
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) == width:
        return row
    fault = Fault(
        "",
        "",
        "列数与表头不符",
        f"表头有 {width} 列，本行有 {len(cells)} 列；请核对是否缺列、多列，或文字中的分隔符、引号没有用双引号括起",
    )
    return SourceRow(row.number, (cells + [""] * width)[:width], row.raw, fault)
