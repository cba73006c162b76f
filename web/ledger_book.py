"""The ledger (台账) as an XLSX file: one row per case, written row by row so that memory does not grow with it.

Decides the columns and how a cell reads. Which cases are in it decides the filter; nothing in it is personal.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from models.due import in_shanghai
from models.lists import LedgerLine
from models.ratings import SatisfactionLevel
from web.ledger_filters import CHANNELS

MOST_ROWS = 100_000
"""Cases in one file; a larger selection is cut there and says so in its last row."""

_LONGEST_CELL = 32_000

COLUMNS = (
    ("案件编号", 30), ("办件编号", 22), ("来源", 12), ("评价渠道", 14), ("评价时间", 17), ("满意度", 12),
    ("事项名称", 30), ("承办单位", 20), ("类别", 8), ("优先级", 10), ("转办时间", 17), ("签收时间", 17),
    ("核实结论", 12), ("结论依据", 18), ("回访记录", 50), ("整改情况", 50), ("整改轮次", 8), ("目前阶段", 14),
    ("办理结果", 24), ("申诉", 14), ("是否逾期", 8), ("最近时限", 17), ("办结时间", 17),
)  # fmt: skip
"""What each column is called, and how wide it is in characters."""


def write_book(lines: Iterable[LedgerLine], target: IO[bytes], note: str, cut: bool) -> int:
    """Write the book; how many cases are in it. `note` stands in the first row; `cut` adds a row that says so."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("差评整改台账")
    sheet.freeze_panes = "B3"
    for number, (_, width) in enumerate(COLUMNS):
        sheet.column_dimensions[_letter(number)].width = width
    sheet.append([note])
    head = []
    for name, _ in COLUMNS:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    written = 0
    for line in lines:
        sheet.append([_cell(sheet, value) for value in _row(line)])
        written += 1
    if cut:
        sheet.append([f"只导出前 {MOST_ROWS:,} 件，还有更多；请缩小筛选范围后分次导出。"])
    book.save(target)
    return written


def _row(line: LedgerLine) -> tuple[str | int, ...]:
    case = line.case
    level = SatisfactionLevel(case.satisfaction).label if case.satisfaction is not None else ""
    return (
        case.case_no,
        case.project_no,
        case.source.label,
        CHANNELS.get(case.channel, case.channel),
        _moment(case.assessed_at),
        level,
        case.task_name,
        case.unit_name,
        case.case_class.label,
        case.priority.label,
        _moment(case.dispatched_at),
        _moment(case.signed_at),
        case.finding.label if case.finding else "",
        case.finding_basis.label if case.finding_basis else "",
        "\n".join(line.callbacks),
        line.remediation,
        case.round,
        case.stage.label,
        case.ending.label if case.ending else "",
        line.appeal,
        "是" if case.overdue else "否",
        _moment(case.deadline),
        _moment(case.ended_at),
    )


def _moment(moment: datetime | None) -> str:
    return f"{in_shanghai(moment):%Y-%m-%d %H:%M}" if moment else ""


def _cell(sheet: object, value: str | int) -> object:
    """A text that begins with an equals sign stays a text and is never a formula."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def _letter(number: int) -> str:
    return chr(ord("A") + number)
