"""How dates, spans and columns read in Chinese on a terminal, and how values read for scripts. Decides wording only."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from calendars import WorkingCalendar
from models.base import Value
from models.due import DayEnd, DueDate, Unit, in_shanghai, weekday_name

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def instant(moment: datetime) -> str:
    """2026-02-14（周六）17:50 on Shanghai's clock."""
    local = in_shanghai(moment)
    return f"{local:%Y-%m-%d}（{weekday_name(local.date())}）{local:%H:%M}"


def deadline(due: DueDate, calendar: WorkingCalendar) -> str:
    """The legal date with 调休 named: 2026年2月14日（周六，调休上班）24:00; by the calendar it was counted with.

    A limit that stands still has no date: 暂停计时.
    """
    if due.is_paused:
        return due.label
    by_the_clock = due.limit.unit is Unit.HOURS or due.counting.day_end is DayEnd.OFFICE_CLOSE
    day = due.deadline.date() if by_the_clock else due.last_day
    makeup = day.weekday() >= 5 and calendar.is_working_day(day)
    return due.label.replace("）", "，调休上班）", 1) if makeup else due.label


def end_of(deadline: datetime) -> str:
    """The first instant that is too late as the end of a limit: midnight is 24:00 of the day before.

    2026年2月27日（周五）24:00; 2026年2月27日（周五）09:30.
    """
    local = in_shanghai(deadline)
    midnight = local.hour == local.minute == local.second == 0
    day = (local - _DAY).date() if midnight else local.date()
    clock = "24:00" if midnight else f"{local:%H:%M}"
    return f"{day.year}年{day.month}月{day.day}日（{weekday_name(day)}）{clock}"


def countdown(until: datetime, now: datetime) -> str:
    """还剩 3小时20分, or 已逾期 2天1小时."""
    left = until - now
    return f"还剩 {span(left)}" if left > timedelta() else f"已逾期 {span(-left)}"


def span(length: timedelta) -> str:
    """The two largest units of a length of time, e.g. 2天3小时, 3小时20分; under a minute 不到1分."""
    if length < _MINUTE:
        return "不到1分"
    hours, minutes = divmod(length // _MINUTE, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}天" + (f"{hours}小时" if hours else "")
    return (f"{hours}小时" if hours else "") + (f"{minutes}分" if minutes else "")


def table(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Columns padded by what a terminal shows: a Chinese character is two columns wide."""
    if not rows:
        return []
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        indent + "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def masked(name: str) -> str:
    """A person's name with only its first character shown, and not how long it is."""
    return f"{name[0]}**" if name else "（未留姓名）"


def file_size(size: int) -> str:
    """A number of bytes: 812 KB, 3.4 MB; anything below one KB is 1 KB."""
    kilobytes = max(1, round(size / 1024))
    return f"{kilobytes} KB" if kilobytes < 1024 else f"{size / 1024 / 1024:.1f} MB"


def for_scripts(value: Any) -> Any:
    """The value as JSON can hold it; instants in ISO 8601 with Shanghai's offset."""
    match value:
        case Value():
            return for_scripts(value.model_dump())
        case dict():
            return {str(key): for_scripts(each) for key, each in value.items()}
        case list() | tuple():
            return [for_scripts(each) for each in value]
        case datetime():
            return in_shanghai(value).isoformat()
        case date():
            return value.isoformat()
        case _:
            return value
