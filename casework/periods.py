"""Periods and moments of figures as people type and read them. Decides wording; nobody counts in the future."""

import re
from datetime import date, datetime, time, timedelta

from pydantic import ValidationError

from models.due import SHANGHAI, in_shanghai
from models.errors import BadInput
from models.figures import FigurePeriod

_DAY = timedelta(days=1)


def period_text(period: FigurePeriod) -> str:
    """2026年11月, 2026年第4季度, 2026年, or 2026-11-03 至 2026-11-20."""
    first = period.first
    match period.months:
        case 1:
            return f"{first.year}年{first.month}月"
        case 3:
            return f"{first.year}年第{(first.month + 2) // 3}季度"
        case 12:
            return f"{first.year}年"
        case _:
            return f"{first} 至 {period.last}"


def period_code(period: FigurePeriod) -> str:
    """What `read_period` reads: 2026-11, 2026-Q4, 2026; empty for any other stretch of days."""
    first = period.first
    codes = {1: f"{first:%Y-%m}", 3: f"{first.year}-Q{(first.month + 2) // 3}", 12: f"{first.year}"}
    return codes.get(period.months, "")


def read_period(text: str) -> FigurePeriod:
    """2026-11 is a month, 2026-Q4 a quarter, 2026 a year. Raises BadInput."""
    found = re.fullmatch(r"(20[0-9]{2})(?:-(?:(0[1-9]|1[0-2])|[Qq]([1-4])))?", text.strip())
    if found is None:
        raise BadInput(f"期间“{text}”无法识别，应写成“2026-11”（月）、“2026-Q4”（季度）或“2026”（年）。")
    year = int(found[1])
    if found[2] is not None:
        return FigurePeriod.of_months(year, int(found[2]), 1)
    return FigurePeriod.of_months(year, int(found[3]) * 3 - 2, 3) if found[3] else FigurePeriod.of_months(year, 1, 12)


def last_quarter(now: datetime) -> FigurePeriod:
    """The last quarter that is over."""
    today = in_shanghai(now).date()
    return FigurePeriod.of_months(today.year, today.month - (today.month - 1) % 3, 3).before


def read_days(first: str, last: str) -> FigurePeriod:
    """A stretch of days, both included. Raises BadInput."""
    return _period(_day(first), _day(last))


def read_moment(text: str, now: datetime) -> datetime:
    """The moment of a count: now when empty; the end of a day (of today: now); or a time of Shanghai.

    Raises BadInput for a moment that is still to come, since nobody knows what will be counted then.
    """
    if not text.strip():
        return now
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"统计时点“{text}”无法识别，应写成“2026-12-01”或“2026-12-01T09:00”。") from None
    moment = moment.replace(tzinfo=moment.tzinfo or SHANGHAI)
    if len(text.strip()) == len("2026-12-01"):
        day = moment.date()
        if day == in_shanghai(now).date():
            return now
        moment = datetime.combine(day + _DAY, time(), SHANGHAI)
    if moment > now:
        raise BadInput(f"统计时点“{text}”还没有到，请填写不晚于现在的时点。")
    return moment


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"日期“{text}”无法识别，应写成“2026-11-01”。") from None


def _period(first: date, last: date) -> FigurePeriod:
    try:
        return FigurePeriod(first=first, last=last)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadInput(f"期间“{first} 至 {last}”不对：{reason}。") from None
