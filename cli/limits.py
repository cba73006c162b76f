"""How the limits of a case read: from when to when, how they stand, and day by day why they end when they end.

Decides wording only. A date is explained with the calendar it was counted with.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calendars import explain
from cli.context import Reader
from cli.text import countdown, deadline, for_scripts, instant, table
from models.clocks import ClockKind
from models.views import ClockView


def limit_rows(clocks: Sequence[ClockView], reader: Reader, now: datetime) -> list[tuple[str, ...]]:
    """Name, start, length, end, and how it stands, for a table."""
    calendars = {version: reader.calendar(version) for version in {clock.due.calendar_version for clock in clocks}}
    return [
        (
            limit_name(clock),
            f"{instant(clock.due.start)} 起",
            str(clock.due.limit),
            f"至 {deadline(clock.due, calendars[clock.due.calendar_version])}",
            limit_standing(clock, now),
        )
        for clock in clocks
    ]


def limit_name(clock: ClockView) -> str:
    """The limit and, for a rework, which round."""
    return clock.kind.label + (f"（第{clock.round}轮）" if clock.round > 1 else "")


def limit_standing(clock: ClockView, now: datetime) -> str:
    """How a limit stands or ended. The advisory period only reminds."""
    if clock.ended_at is not None:
        late = "" if clock.kind is ClockKind.ADVISORY else "，逾期" if clock.is_missed else "，未逾期"
        return f"{instant(clock.ended_at)} 停止计时{late}"
    if clock.kind is ClockKind.ADVISORY and clock.due.deadline <= now:
        return "已过，只作提示，不计逾期"
    return countdown(clock.due.deadline, now)


def limit_reasons(clock: ClockView, reader: Reader) -> list[str]:
    """Day by day, why the limit ends when it ends (为什么是这一天)."""
    calendar = reader.calendar(clock.due.calendar_version)
    head = f"{limit_name(clock)}：{instant(clock.due.start)} 起 {clock.due.limit}，至 {deadline(clock.due, calendar)}"
    rows = []
    for step in explain(clock.due, calendar):
        number = str(step.number) if step.number else ("计" if step.counts else "-")
        rows.append((step.day.isoformat(), step.weekday, number, step.reason, step.notice or ""))
    return [f"{head}（日历版本 {clock.due.calendar_version}）", *table(rows, indent="  ")]


def limit_for_scripts(clock: ClockView) -> dict[str, Any]:
    """The limit with stable keys."""
    due = clock.due
    facts = {
        "kind": clock.kind,
        "label": clock.kind.label,
        "round": clock.round,
        "start": due.start,
        "limit": due.limit.model_dump(),
        "deadline": due.deadline,
        "last_day": due.last_day,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
        "ended_at": clock.ended_at,
        "missed": clock.is_missed,
    }
    found: dict[str, Any] = for_scripts(facts)
    return found
