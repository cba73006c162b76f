"""A holiday notice as a value, and reading one from its TOML file with refusals that name the line.

Decides what a well-formed notice is. Which notices are in force together, and what kind of day follows from
them, is `calendars.working`'s business. Sources: the State Council's yearly notices and the holiday
regulation (全国年节及纪念日放假办法); local notices (its article 4) have the same form and name their `area`.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from pydantic import Field, ValidationError

from calendars.errors import NoticeRefused
from models.base import Value
from models.due import weekday_name

_STATUTORY = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
"""The holidays of article 2 of the regulation; a whole-year notice without one of them is unfinished."""

_LONGEST_BREAK_DAYS = 15
"""The longest so far is ten days (2020); more is a slip in one of the two dates."""

Place = tuple[str | int, ...]
"""Where in the file a fault lies: a key, or `holiday`, its index and a key, as pydantic names it."""


class Status(StrEnum):
    """Whether the arrangement was published by the State Council or only follows from the regulation."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


class HolidayBreak(Value):
    """The days off of one holiday, first to last with the weekends between, and the days worked for it."""

    name: str = Field(min_length=1)
    first: date
    last: date
    makeup: tuple[date, ...] = ()

    def days(self) -> Iterator[date]:
        """The days off, in order."""
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


class Notice(Value):
    """One notice: its number, where it is published, and what it arranges.

    A notice with `amends` changes single days of the notice of that number. A notice with `area` is local: it
    changes single days for one place and covers no year by itself. `number` is missing where none is known.
    """

    year: int
    title: str = Field(min_length=1)
    issued: date
    source: str = Field(min_length=1)
    status: Status
    holiday: tuple[HolidayBreak, ...]
    number: str | None = None
    amends: str | None = None
    area: str | None = None

    @property
    def label(self) -> str:
        """How people cite it: the number, else the title."""
        return self.number or f"《{self.title}》"

    @property
    def covers_its_year(self) -> bool:
        """Whether the notice arranges the whole year, rather than changing single days of it."""
        return self.amends is None and self.area is None


def parse_notice(text: str, name: str) -> Notice:
    """Read a notice from TOML. `name` stands for the file in messages.

    Raises NoticeRefused with file, line (where one is to blame) and a Chinese sentence: unreadable, a field
    missing, unknown or wrong, no holiday at all, a holiday of the law missing, a day outside the year, overlapping
    breaks, a make-up day that is no weekend day or lies inside a break.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NoticeRefused(_unreadable(name, text, str(error))) from error
    if not data.get("holiday"):
        line = _line_of(text, ("holiday",)) or max(len(text.splitlines()), 1)
        raise NoticeRefused(f"{name} 第{line}行：没有任何放假安排；空文件不算已公布，请补齐或删除此文件")
    try:
        notice = Notice.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        fault = _in_words(first["type"], first["loc"])
        raise refusal_at(name, text, first["loc"], fault) from error
    for place, fault in _faults(notice):
        raise refusal_at(name, text, place, fault)
    return notice


def refusal_at(name: str, text: str, place: Place, fault: str) -> NoticeRefused:
    """The refusal of a file for a fault at a place in it, in a sentence with the line."""
    line = _line_of(text, place)
    return NoticeRefused(f"{name} 第{line}行：{fault}" if line else f"{name}：{fault}")


def _faults(notice: Notice) -> Iterator[tuple[Place, str]]:
    if notice.covers_its_year:
        named = "".join(holiday.name for holiday in notice.holiday)
        missing = [statutory for statutory in _STATUTORY if statutory not in named]
        if missing:
            yield (), f"缺少{'、'.join(missing)}的安排，全年安排不完整"
    taken: dict[date, str] = {}
    for index, holiday in enumerate(notice.holiday):
        yield from _faults_of_break(notice, index, holiday)
        for day in holiday.days():
            if day in taken:
                yield ("holiday", index, "first"), f"{holiday.name}的{day}与{taken[day]}的放假日期重叠"
            taken[day] = holiday.name
    worked: set[date] = set()
    for index, holiday in enumerate(notice.holiday):
        for day in holiday.makeup:
            if day in taken:
                yield ("holiday", index, "makeup"), f"{day}既列为放假日（{taken[day]}）又列为调休上班日"
            if day in worked:
                yield ("holiday", index, "makeup"), f"调休上班日{day}重复"
            worked.add(day)


def _faults_of_break(notice: Notice, index: int, holiday: HolidayBreak) -> Iterator[tuple[Place, str]]:
    ends = [("first", holiday.first), ("last", holiday.last)]
    for key, day in [*ends, *(("makeup", day) for day in holiday.makeup)]:
        if not _belongs_to(day, notice.year):
            yield ("holiday", index, key), f"{holiday.name}的日期{day}不属于{notice.year}年"
    if holiday.last < holiday.first:
        yield ("holiday", index, "last"), f"{holiday.name}的最后一天{holiday.last}早于第一天{holiday.first}"
    if (holiday.last - holiday.first).days >= _LONGEST_BREAK_DAYS:
        yield ("holiday", index, "last"), f"{holiday.name}连续放假超过{_LONGEST_BREAK_DAYS}天，请核对日期"
    for day in holiday.makeup:
        # An amending notice may also call people back on a weekday that was to be off; that it was off is
        # checked where the notices come together.
        if day.weekday() < 5 and notice.amends is None:
            fault = f"调休上班日{day}是{weekday_name(day)}，调休上班日只能是周六或周日"
            yield ("holiday", index, "makeup"), fault


def _belongs_to(day: date, year: int) -> bool:
    """The New Year's break may reach back into December (notices for 2019 and 2023)."""
    return day.year == year or (day.year == year - 1 and day.month == 12)


def _in_words(kind: str, place: Place) -> str:
    field = next((str(part) for part in reversed(place) if isinstance(part, str)), "")
    match kind:
        case "missing":
            return f"缺少 {field}"
        case "extra_forbidden":
            return f"不认识的字段 {field}"
        case _:
            return f"{field} 的值无效"


def _unreadable(name: str, text: str, reason: str) -> str:
    """The parser names the place: "(at line 3, column 5)" or "(at end of document)"."""
    found = re.search(r"\(at line (\d+), column \d+\)$", reason)
    line = found[1] if found else max(len(text.splitlines()), 1)
    return f"{name} 第{line}行：不是有效的 TOML 文件，此处的写法有误"


def _line_of(text: str, place: Place) -> int | None:
    """The line of a key, of its table where the key is missing, or None where no line is to blame."""
    if not place:
        return None
    table = place[1] if place[0] == "holiday" and len(place) > 1 else -1
    key = place[2] if table != -1 and len(place) > 2 else place[0]
    current, found = -1, None
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\s*\[\[\s*holiday\s*\]\]", line):
            current += 1
            found = number if current == table else found
        elif current == table and re.match(rf"\s*{re.escape(str(key))}\s*=", line):
            return number
    return found
