"""How the limits of a case read: from when to when, how they stand, and day by day why they end when they end.

Decides wording only. A date is explained with the calendar it was counted with.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calendars import explain
from casework.ports import Reader
from casework.text import countdown, deadline, end_of, for_scripts, instant, table
from models.clocks import ClockKind
from models.due import DayStep, in_shanghai
from models.views import ClockView, DateChangeView

_COUNTED = {
    ClockKind.SIGN_OFF: "第{}次签收",
    ClockKind.REDISPATCH: "第{}次退单",
    ClockKind.PAUSE: "第{}次",
    ClockKind.CONFERENCE: "第{}次",
    ClockKind.SUPERVISE: "第{}次",
    ClockKind.INTERVIEW: "第{}次",
    ClockKind.CIRCULAR: "第{}次",
    ClockKind.REFERRAL: "第{}次",
}
"""Limits that count for themselves; the round of the others is one of rework."""


def limit_rows(clocks: Sequence[ClockView], reader: Reader, now: datetime) -> list[tuple[str, ...]]:
    """Name, start, length, end, how it stands, and what moved it (暂停、延期), for a table."""
    calendars = {version: reader.calendar(version) for version in {clock.due.calendar_version for clock in clocks}}
    return [
        (
            limit_name(clock.kind, clock.round),
            f"{instant(clock.due.start)} 起",
            str(clock.due.limit),
            _until(deadline(clock.due, calendars[clock.due.calendar_version])) if not clock.due.is_paused else "",
            limit_standing(clock, now),
            limit_changes(clock),
        )
        for clock in clocks
    ]


def limit_name(kind: ClockKind, number: int) -> str:
    """The limit and, from the second on, which round of rework or which sign-off, return, pause… it is."""
    return kind.label + (f"（{_COUNTED.get(kind, '第{}轮').format(number)}）" if number > 1 else "")


def limit_standing(clock: ClockView, now: datetime) -> str:
    """How a limit stands or ended. Nobody is late for one that only reminds."""
    due = clock.due
    if clock.ended_at is not None:
        late = "" if clock.kind.only_reminds or due.is_paused else "，逾期" if clock.is_missed else "，未逾期"
        return f"{instant(clock.ended_at)} 停止计时{late}"
    if due.is_paused:
        why = f"（{due.pauses[-1].why}）" if due.pauses[-1].why else ""
        return f"{instant(due.pauses[-1].since)} 起暂停计时{why}"
    if clock.kind.only_reminds and due.deadline <= now:
        return "已过，只作提示，不计逾期" if clock.kind is ClockKind.ADVISORY else "已届满"
    return countdown(due.deadline, now)


def limit_changes(clock: ClockView) -> str:
    """The extension and the pauses that the date contains: 延期 3 个工作日；暂停 2 次."""
    due = clock.due
    extension = f"延期 {due.extension} {due.limit.unit.label.strip()}" if due.extension else ""
    pauses = f"暂停 {len(due.pauses)} 次" if due.pauses else ""
    return "；".join(part for part in (extension, pauses) if part)


def limit_reasons(clock: ClockView, reader: Reader) -> list[str]:
    """Day by day, why the limit ends when it ends (为什么是这一天); the last line is the instant of the timer."""
    due, calendar = clock.due, reader.calendar(clock.due.calendar_version)
    until = "" if due.is_paused else f"，{_until(deadline(due, calendar))}"
    changes = f"，{limit_changes(clock)}" if limit_changes(clock) else ""
    head = f"{limit_name(clock.kind, clock.round)}：{instant(due.start)} 起 {due.limit}{changes}{until}"
    rows = []
    for step in explain(due, calendar):
        number = str(step.number) if step.number else ("计" if step.counts else "-")
        rows.append((step.day.isoformat(), step.weekday, number, step.reason, step.notice or ""))
    return [f"{head}（日历版本 {due.calendar_version}）", *table(rows, indent="  "), f"  {timer_text(clock)}"]


def limit_steps(clock: ClockView, reader: Reader) -> list[DayStep]:
    """The same days as values."""
    return list(explain(clock.due, reader.calendar(clock.due.calendar_version)))


def timer_text(clock: ClockView) -> str:
    """What the engine's timer of the limit is set to: the deadline, to the second."""
    if clock.due.is_paused:
        return "暂停计时，没有到期时刻；恢复计时后接着计算"
    at = f"到期时刻 {in_shanghai(clock.due.deadline).isoformat()}"
    if clock.ended_at is not None:
        return f"{at}；{instant(clock.ended_at)} 已停止计时"
    return at


def date_change_text(change: DateChangeView) -> str:
    """One move of a date: 整改时限 2026年2月27日（周五）24:00 → 2026年3月4日（周三）24:00（延期）."""
    old = end_of(change.old_deadline) + ("（暂定）" if change.was_provisional else "")
    if change.new_deadline is None:
        return f"{limit_name(change.kind, change.round)} {old} → 暂停计时"
    new = end_of(change.new_deadline) + ("（暂定）" if change.is_provisional else "")
    return f"{limit_name(change.kind, change.round)} {old} → {new}（{change.change.label}）"


def limit_for_scripts(clock: ClockView) -> dict[str, Any]:
    """The limit with stable keys; one that stands still has no deadline."""
    due = clock.due
    facts = {
        "kind": clock.kind,
        "label": clock.kind.label,
        "round": clock.round,
        "start": due.start,
        "limit": due.limit.model_dump(),
        "deadline": None if due.is_paused else due.deadline,
        "last_day": None if due.is_paused else due.last_day,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
        "ended_at": clock.ended_at,
        "missed": clock.is_missed,
        "paused": due.is_paused,
        "pauses": [pause.model_dump() for pause in due.pauses],
        "extension": due.extension,
        "extendable_to": clock.extendable_to,
        "passed": [passed.model_dump() for passed in clock.passed],
    }
    found: dict[str, Any] = for_scripts(facts)
    return found


def date_change_for_scripts(change: DateChangeView) -> dict[str, Any]:
    """The move of a date with stable keys."""
    found: dict[str, Any] = for_scripts(
        change.model_dump(exclude={"case_no"}) | {"label": change.kind.label, "change_label": change.change.label}
    )
    return found


def _until(date_text: str) -> str:
    return f"至 {date_text}"
