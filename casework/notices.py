"""How holiday notices read: the breaks of a year, what each notice is, and what one would do to running limits.

Decides wording only, for the terminal and the browser alike.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calendars import Kind, Notice, Status, WorkingCalendar
from casework.text import instant
from models.calendar_changes import DateShift, NoticeOrder, Totals
from models.due import in_shanghai, weekday_name

_DAY = timedelta(days=1)


def totals_text(totals: Totals) -> str:
    """The totals of a preview or a recounting in one sentence."""
    days = "，".join(f"{moved_by(days)}的 {count:,} 个" for days, count in totals.days.items())
    late = f"按新期限已逾期 {totals.late:,} 个" + (
        f"（其中 {totals.newly_late:,} 个原来未逾期）" if totals.newly_late else ""
    )
    others = (
        ("不再逾期", totals.no_longer_late),
        ("取消暂定标记", totals.no_longer_provisional),
        ("新标为暂定", totals.newly_provisional),
    )
    marks = [late, *(f"{name} {count:,} 个" for name, count in others if count)]
    return f"{totals.cases:,} 件案件的 {totals.limits:,} 个时限（{days}）；{'；'.join(marks)}。"


def moved_by(days: int) -> str:
    """By how many days a date moves."""
    if days == 0:
        return "日期不变"
    return f"推迟 {days} 天" if days > 0 else f"提前 {-days} 天"


def lateness(shift: DateShift) -> str:
    """What the move does to being late; empty when nothing."""
    if shift.is_late:
        return "已逾期" if shift.was_late else "变动后逾期"
    return "不再逾期" if shift.was_late else ""


def until(deadline: datetime, provisional: bool) -> str:
    """The last moment in time: 24:00 of the day before for a deadline at midnight."""
    local = in_shanghai(deadline)
    ends_with_day = (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local.date() - _DAY if ends_with_day else local.date()
    clock = "24:00" if ends_with_day else f"{local:%H:%M}"
    return f"{day}（{weekday_name(day)}）{clock}" + ("（暂定）" if provisional else "")


class Break(NamedTuple):
    """The days off of one holiday within a year as they stand, with the days that are worked for it."""

    name: str
    first: date
    last: date
    days: int
    makeup: tuple[date, ...]


def breaks_of(calendar: WorkingCalendar, year: int) -> list[Break]:
    """The breaks of a year, in order."""
    found: list[Break] = []
    makeup: dict[str, list[date]] = {}
    for day in days_of(year):
        kind = calendar.day_kind(day)
        name = kind.holiday or ""
        if kind.kind is Kind.MAKEUP:
            makeup.setdefault(name, []).append(day)
        elif kind.kind is Kind.HOLIDAY and found and (found[-1].name, found[-1].last) == (name, day - _DAY):
            found[-1] = found[-1]._replace(last=day, days=found[-1].days + 1)
        elif kind.kind is Kind.HOLIDAY:
            found.append(Break(name, day, day, 1, ()))
    named = [each._replace(makeup=tuple(makeup.pop(each.name, ()))) for each in found]
    # A make-up day for a holiday of the next year stands alone.
    return sorted(
        [*named, *(Break(name, days[0], days[0], 0, tuple(days)) for name, days in makeup.items())], key=_first
    )


def _first(each: Break) -> date:
    return each.first


def span_of(each: Break) -> str:
    """From when to when."""
    if each.days == 0:
        return "（次年放假）"
    return day_text(each.first) if each.first == each.last else f"{day_text(each.first)}至{day_text(each.last)}"


def day_text(day: date) -> str:
    """2月14日（周六）."""
    return f"{day.month}月{day.day}日（{weekday_name(day)}）"


def notices_of(calendar: WorkingCalendar, year: int) -> list[Notice]:
    """The notices of that year, and those of the next one that reach back into it."""
    reaching = {kind.notice for day in days_of(year) if (kind := calendar.day_kind(day)).notice is not None}
    return [notice for notice in calendar.notices if notice.year == year or notice in reaching]


def notice_line(notice: Notice, order: NoticeOrder | None) -> str:
    """One notice: number, title, when it was issued, whether it is official, who put it in force."""
    status = "正式公布" if notice.status is Status.OFFICIAL else "暂定，只按法规推出"
    parts = [f"{notice.number or '（无文号）'}《{notice.title}》", f"{notice.issued} 印发", status]
    if notice.amends is not None:
        parts.append(f"修改{notice.amends}")
    if notice.area is not None:
        parts.append("地方安排")
    parts.append(f"{order.ordered_by} 于 {instant(order.ordered_at)} 施行" if order is not None else "随软件提供")
    return "，".join(parts)


def order_of(notice: Notice, orders: Sequence[NoticeOrder]) -> NoticeOrder | None:
    """By whose order a notice is in force; None for one that ships with the software."""
    return next((each for each in orders if (each.label, each.area) == (notice.label, notice.area or "")), None)


def days_of(year: int) -> Iterator[date]:
    """Every day of a year."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += _DAY
