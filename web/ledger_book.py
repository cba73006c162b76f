"""The ledger (台账) as an XLSX file: one row per case.

Decides the columns and how each reads. Which cases are in it decides the filter; nothing in it is personal.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from models.due import in_shanghai
from models.lists import LedgerLine
from models.ratings import SatisfactionLevel
from web.books import write_table
from web.ledger_filters import CHANNELS

COLUMNS = (
    ("案件编号", 30), ("办件编号", 22), ("来源", 12), ("评价渠道", 14), ("评价时间", 17), ("满意度", 12),
    ("事项名称", 30), ("承办单位", 20), ("类别", 8), ("优先级", 10), ("转办时间", 17), ("签收时间", 17),
    ("核实结论", 12), ("结论依据", 18), ("回访记录", 50), ("整改情况", 50), ("整改轮次", 8), ("目前阶段", 14),
    ("办理结果", 24), ("申诉", 14), ("是否逾期", 8), ("最近时限", 17), ("办结时间", 17),
)  # fmt: skip
"""What each column is called, and how wide it is in characters."""


def write_book(lines: Iterable[LedgerLine], target: IO[bytes], note: str) -> int:
    """Write the book; how many cases are in it. `note` stands in the first row; the last row says when it was cut."""
    rest = "只导出前 {most} 件，还有更多；请缩小筛选范围后分次导出。"
    return write_table("差评整改台账", COLUMNS, map(_row, lines), target, note, rest)


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
