"""`due START AMOUNT UNIT`: when a limit is over and why, as a table for people or a JSON object for scripts.

Decides only how the question is read and the answer shown; the counting is `calendars`'. Refusals are a
Chinese sentence on the error stream and exit code 2, with --json too. Where no system
runs it loads neither engine nor database; where one runs, notices that were put in force meanwhile count.
"""

import json
import re
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TextIO

from calendars import WorkingCalendar, due_date, explain
from models.due import (
    LARGEST_AMOUNT,
    SHANGHAI,
    DayStep,
    DueDate,
    Limit,
    Rule,
    Unit,
    in_shanghai,
    weekday_name,
)
from models.errors import BadInput, HaochapingError

_RULE_TEXT = {
    Rule.WORKING_DAYS: "从次一工作日数起，调休上班日算工作日（民法典第二百零一条、行政许可法第八十二条）",
    Rule.CALENDAR_DAYS: "从次日数起，休息日照计，最后一日是休息日的顺延（民法典第二百零一条、第二百零三条）",
    Rule.HOURS: "从起算时刻连续计算，不分昼夜和休息日（民法典第二百零一条）",
}

_YEARS = range(2000, 2100)
"""A start outside is a slip of the hand, and before 1992 Shanghai's clock knew summer time."""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments; they are read by `run`, so that refusals are in Chinese."""
    parser.description = "计算期限何时届满，并逐日说明理由"
    parser.add_argument("start", metavar="START", help="起算时间，如 2026-02-13T17:50；不写时区按北京时间")
    parser.add_argument("amount", metavar="AMOUNT", help="数量，如 5")
    parser.add_argument("unit", metavar="UNIT", help="单位：wd 工作日，cd 日，h 小时")
    parser.add_argument("--jurisdiction", metavar="ID", help="地区：jurisdictions 下的文件夹名；不写则只按全国放假安排")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, load_calendar: Callable[[str | None], WorkingCalendar], out: TextIO, err: TextIO) -> int:
    """Answer the question. Returns the exit code: 0, or 2 for a question that cannot be answered."""
    try:
        limit = _limit(args.amount, args.unit)
        start = _start(args.start)
        calendar = load_calendar(args.jurisdiction)
        due = due_date(start, limit, calendar)
    except HaochapingError as error:
        print(error, file=err)
        return 2
    steps = explain(due, calendar)
    print(_as_json(due, steps, calendar) if args.json else _as_table(due, steps, calendar), file=out)
    return 0


def _limit(amount: str, unit: str) -> Limit:
    if unit not in list(Unit):
        raise BadInput(f"单位“{unit}”无法识别，应为 wd（工作日）、cd（日）或 h（小时）")
    if not re.fullmatch(r"[0-9]{1,9}", amount) or not 0 < int(amount) <= LARGEST_AMOUNT:
        raise BadInput(f"数量“{amount}”无法识别，应为 1 到 {LARGEST_AMOUNT} 之间的整数")
    return Limit(amount=int(amount), unit=Unit(unit))


def _start(text: str) -> datetime:
    """A date stands for its 00:00; a time without offset is Shanghai's."""
    offset = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
    clock = rf"[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?{offset}"
    try:
        if not re.fullmatch(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:{clock})?", text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"起算时间“{text}”无法识别，应写成 2026-02-13T17:50 或 2026-02-13，并且是真实存在的时间"
        ) from error
    if moment.year not in _YEARS:
        raise BadInput(f"起算时间“{text}”的年份应在 {_YEARS[0]} 到 {_YEARS[-1]} 之间")
    return in_shanghai(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))


def _as_json(due: DueDate, steps: Sequence[DayStep], calendar: WorkingCalendar) -> str:
    answer = {
        "deadline": due.deadline.isoformat(),
        "last_day": due.last_day.isoformat(),
        "provisional": due.provisional,
        "start": due.start.isoformat(),
        "limit": str(due.limit),
        "amount": due.limit.amount,
        "unit": due.limit.unit,
        "rule": due.rule,
        "calendar_version": due.calendar_version,
        "valid_through": calendar.valid_through.isoformat(),
        "steps": [step.model_dump(mode="json") for step in steps],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _as_table(due: DueDate, steps: Sequence[DayStep], calendar: WorkingCalendar) -> str:
    start = due.start
    late_from = "此刻" if due.limit.unit is Unit.HOURS else f" {due.deadline:%Y-%m-%d %H:%M} "
    rows = [("日期", "星期", "计数", "说明", "依据")]
    for step in steps:
        number = str(step.number) if step.number else ("计" if step.counts else "-")
        rows.append((step.day.isoformat(), step.weekday, number, step.reason, step.notice or ""))
    lines = [
        f"起算：{_day_text(start.date())}{start:%H:%M}",
        f"时限：{due.limit}，{_RULE_TEXT[due.rule]}",
        f"日历：版本 {due.calendar_version}，放假安排正式公布至 {_day_text(calendar.valid_through)}",
        "",
        *_aligned(rows),
        "",
        f"截止：{due.label}，自{late_from}起为逾期",
    ]
    if due.provisional:
        year = calendar.valid_through.year + 1
        lines.append(f"注意：{year}年的放假安排尚未公布，以上截止日期是暂定的，公布后须重新计算。")
    return "\n".join(lines)


def _day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（{weekday_name(day)}）"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns padded by what a terminal shows: a Chinese character is two columns wide."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = ([cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(cells).rstrip() for cells in padded]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
