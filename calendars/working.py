"""The working-day calendar: which notices are in force together, and what kind of day each day is.

Built on workalendar's core calendar, not on its `China`: that one ends in 2023 and then silently calls
make-up weekends rest days. The rule for a day (R2) is workalendar's, fed with our days off and make-up days;
counting runs on a prefix-sum table made from it once. A year without a notice is refused, never guessed
(R10).

Limits in days are counted by `calendars.counting`; files are read by the adapters.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from workalendar.core import SAT, SUN, CoreCalendar

from calendars.errors import CalendarNotPublished, NoticeRefused
from calendars.notices import Notice, Status

_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What kind of day a day is."""

    WORKDAY = "workday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class DayKind(NamedTuple):
    """The kind of a day, with the holiday and the notice that made it so, where one did."""

    kind: Kind
    holiday: str | None = None
    notice: Notice | None = None

    @property
    def is_working(self) -> bool:
        """Whether people work on it."""
        return self.kind in (Kind.WORKDAY, Kind.MAKEUP)


class WorkingCalendar(CoreCalendar):  # type: ignore[misc]  # workalendar has no types
    """Working days of the People's Republic of China, with one place's local days where there are any.

    Inherits workalendar's methods (`add_working_days`, `get_working_days_delta`, ...); all of them raise
    CalendarNotPublished on the first day that no notice covers.
    """

    WEEKEND_DAYS = (SAT, SUN)

    def __init__(self, notices: Iterable[Notice]) -> None:
        """Put the notices in force: amendments over what they amend, local ones over national ones.

        An official notice for a year replaces the provisional one. Raises NoticeRefused for two arrangements
        of the same year, a gap between the years, an amendment of a notice that is not there, or no official
        year.
        """
        super().__init__()
        self.notices = _in_force(notices)
        yearly = [notice for notice in self.notices if notice.covers_its_year]
        self.years = range(yearly[0].year, yearly[-1].year + 1)
        self.first_day = date(self.years[0], 1, 1)
        self.last_day = date(self.years[-1], 12, 31)
        self.valid_through = _valid_through(yearly)
        self.version = f"{self.valid_through.year}-{_digest(self.notices)}"
        self._named = _named_days(self.notices)
        self._build_table()

    def as_of(self, day: date) -> "WorkingCalendar":
        """The calendar as it was known on that day: without later notices, without years behind a gap."""
        known = [notice for notice in self.notices if notice.issued <= day]
        years = {notice.year for notice in known if notice.covers_its_year}
        gap = next((year for year in self.years if year not in years), self.years[-1] + 1)
        return WorkingCalendar(notice for notice in known if notice.year < gap)

    def with_notice(self, notice: Notice) -> "WorkingCalendar":
        """The calendar with one more notice in force."""
        return WorkingCalendar([*self.notices, notice])

    def is_provisional(self, day: date) -> bool:
        """Whether the kind of that day may still change because the year's notice is not published."""
        return day > self.valid_through

    def day_kind(self, day: date) -> DayKind:
        """What kind of day it is, and by which notice."""
        self._require(day)
        return self._named.get(day) or DayKind(Kind.WEEKEND if day.weekday() in self.WEEKEND_DAYS else Kind.WORKDAY)

    def nth_working_day(self, day: date, n: int) -> date:
        """The n-th working day strictly after that day (n from 1): the day on which n working days are over.

        Takes a date, not a datetime: which local day an instant lies on is the caller's business.
        """
        if n < 1:
            raise ValueError(f"n counts from 1, not {n}")
        try:
            return self._working[self._before[day] + n]
        except KeyError:
            if isinstance(day, datetime):
                raise TypeError("nth_working_day takes a date, not a datetime") from None
            raise CalendarNotPublished((day + _DAY).year, self.years) from None
        except IndexError:
            raise CalendarNotPublished(self.years[-1] + 1, self.years) from None

    def count_working_days(self, after: date, through: date) -> int:
        """How many working days lie after the one day, up to the other and with it. The first is not the later one."""
        if through < after:
            raise ValueError(f"{through} lies before {after}")
        self._require(through)
        self._require(after)
        return self._before[through] - self._before[after]

    def find_following_working_day(self, day: date) -> date:
        """That day if it is a working day, else the next one. (workalendar's own looks at weekends only.)"""
        return self.nth_working_day(day - _DAY, 1)

    def is_working_day(
        self,
        day: date,
        extra_working_days: Iterable[date] | None = None,
        extra_holidays: Iterable[date] | None = None,
    ) -> bool:
        """R2: make-up days are working days, then days off are not, then Monday to Friday are."""
        day = day.date() if isinstance(day, datetime) else day
        self._require(day)
        worked = [*self._makeup_days(day.year), *(extra_working_days or ())]
        return bool(super().is_working_day(day, worked, extra_holidays))

    def holidays(self, year: int) -> list[tuple[date, str]]:
        """The days off that notices name in that year, with the name of the holiday."""
        if year not in self.years:
            raise CalendarNotPublished(year, self.years)
        if year not in self._holidays:
            self._holidays[year] = sorted(
                (day, named.holiday)
                for day, named in self._named.items()
                if day.year == year and named.kind is Kind.HOLIDAY
            )
        days: list[tuple[date, str]] = self._holidays[year]
        return days

    def _makeup_days(self, year: int) -> list[date]:
        if year not in self._makeup:
            self._makeup[year] = [
                day for day, named in self._named.items() if day.year == year and named.kind is Kind.MAKEUP
            ]
        return self._makeup[year]

    def _build_table(self) -> None:
        """`_working[n]` is the n-th working day of the data (from 1), `_before[day]` their number up to a day.

        A mapping rather than a list by ordinal: a day outside cannot be taken for another one, and neither
        can a datetime, which is a date by inheritance.
        """
        eve = self.first_day - _DAY
        self._makeup: dict[int, list[date]] = {}
        self._working = [eve]
        self._before = {eve: 0}
        for offset in range(1, (self.last_day - eve).days + 1):
            day = eve + offset * _DAY
            if self.is_working_day(day):
                self._working.append(day)
            self._before[day] = len(self._working) - 1

    def _require(self, day: date) -> None:
        if not self.first_day <= day <= self.last_day:
            raise CalendarNotPublished(day.year, self.years)


def _in_force(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Yearly notices by year, then amendments, then local ones, both by date of issue."""
    every = list(dict.fromkeys(notices))
    yearly: dict[int, Notice] = {}
    for notice in (n for n in every if n.covers_its_year):
        other = yearly.setdefault(notice.year, notice)
        if other.status is notice.status and other is not notice:
            raise NoticeRefused(f"{notice.year}年有两份全年安排：{other.label}和{notice.label}，只能有一份")
        if other.status is Status.PROVISIONAL:
            yearly[notice.year] = notice
    if not any(notice.status is Status.OFFICIAL for notice in yearly.values()):
        raise NoticeRefused("没有任何一年的正式放假安排")
    for year in range(min(yearly), max(yearly)):
        if year not in yearly:
            raise NoticeRefused(f"缺少{year}年的放假安排，年份必须连续")
    amendments = sorted((n for n in every if n.amends and not n.area), key=lambda n: (n.issued, n.label))
    numbers = {notice.number for notice in every}
    for notice in amendments:
        if notice.amends not in numbers or notice.year not in yearly:
            raise NoticeRefused(f"{notice.label}所修改的通知{notice.amends}不在数据中")
    local = sorted((n for n in every if n.area), key=lambda n: (n.issued, n.label))
    return (*(yearly[year] for year in sorted(yearly)), *amendments, *local)


def _named_days(notices: tuple[Notice, ...]) -> dict[date, DayKind]:
    """Every day that a notice names; a later notice in the order of `_in_force` wins day by day."""
    named: dict[date, DayKind] = {}
    for notice in notices:
        for holiday in notice.holiday:
            for day in holiday.days():
                named[day] = DayKind(Kind.HOLIDAY, holiday.name, notice)
            for day in holiday.makeup:
                if day.weekday() < 5 and day not in named:
                    raise NoticeRefused(f"{notice.label}要求{day}上班，但这一天本来就是工作日")
                named[day] = DayKind(Kind.MAKEUP, holiday.name, notice)
    return named


def _valid_through(yearly: list[Notice]) -> date:
    """The last day before the first year that is only provisional, or of all years."""
    for notice in yearly:
        if notice.status is Status.PROVISIONAL:
            return date(notice.year, 1, 1) - _DAY
    return date(yearly[-1].year, 12, 31)


def _digest(notices: tuple[Notice, ...]) -> str:
    """Twelve hex digits over all that a notice decides or is cited by; its source may be corrected."""
    facts = [notice.model_dump(mode="json", exclude={"source"}) for notice in notices]
    return sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
