"""What the check of one cell is, and the check of points of time.

A check takes the cell's text and gives the normalised text, or raises `CellRefused`. Which field has which check is
decided in `policy.rating_fields`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone


class CellRefused(Exception):
    """A cell cannot be taken: why, and what to correct."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


Check = Callable[[str], str]


BEIJING = timezone(timedelta(hours=8))

_PLAIN_TIME = re.compile(r"[12]\d{3}-\d\d-\d\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_LOOSE_TIME = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})[T ] ?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_BASIC_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)", re.ASCII)
_EARLIEST = 2000


def time_check(latest: datetime | None) -> Check:
    """An optional point of time, Beijing time unless it has an offset; normalised to ISO 8601 with +08:00."""
    days: dict[str, bool] = {}
    latest_text = latest.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if latest else "9999"

    def check(raw: str) -> str:
        if _PLAIN_TIME.fullmatch(raw) and raw <= latest_text:
            day = raw[:10]
            if day not in days:
                days[day] = int(day[:4]) >= _EARLIEST and _is_a_day(day)
            if days[day]:
                return f"{day}T{raw[11:]}+08:00"
        return _careful(raw.strip(), latest)

    return check


def _is_a_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _careful(text: str, latest: datetime | None) -> str:
    if not text:
        return ""
    moment = _parsed(text)
    if moment is None:
        raise CellRefused("时间格式不正确", "请按“年-月-日 时:分:秒”填写，如 2026-09-16 10:30:00")
    if moment.year < _EARLIEST:
        raise CellRefused(f"时间早于 {_EARLIEST} 年", "请核对年份")
    if latest is not None and moment > latest:
        raise CellRefused("时间晚于当前时间", "请核对日期，评价时间不能在将来")
    return moment.isoformat(timespec="seconds")


def _parsed(text: str) -> datetime | None:
    """The moment in Beijing time, or None when the text is no point of time."""
    loose, basic = _LOOSE_TIME.fullmatch(text), _BASIC_TIME.fullmatch(text)
    offset = None
    if loose:
        year, _, month, day, hour, minute, second, offset = loose.groups()
    elif basic:
        year, month, day, hour, minute, second = basic.groups()
    else:
        return None
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=_zone(offset)
        )
        return moment.astimezone(BEIJING)
    except (ValueError, OverflowError):
        return None


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return BEIJING
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))
