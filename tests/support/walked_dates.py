"""Dates found by walking: the plainest possible count, to hold the real one against."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

from calendars import Notice, Status, WorkingCalendar, explain
from calendars.notices import HolidayBreak
from models.due import SHANGHAI, Counting, DayHours, DueDate, HoursMode, Limit, Unit

OFFICE = DayHours.model_validate(["09:00-12:00", "13:30-17:30"])
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class KnowsWorkingDays(Protocol):
    """All that a walk needs of a calendar."""

    def is_working_day(self, day: date) -> bool: ...


@dataclass(frozen=True)
class Naive:
    """The facts of a limit, and its end found by walking: one day, or one minute, after the other."""

    start: datetime
    limit: Limit
    extension: int = 0
    stood_still: list[tuple[datetime, datetime]] = field(default_factory=list)
    counting: Counting = field(default_factory=Counting)

    def last_day(self, calendar: KnowsWorkingDays) -> date:
        day, left = self.start.date(), self.limit.amount + self.extension
        while left:
            day += DAY
            counts = self.limit.unit is Unit.CALENDAR_DAYS or calendar.is_working_day(day)
            left -= counts and not self.is_touched(day)
        while not calendar.is_working_day(day) or self.is_touched(day):
            day += DAY
        return day

    def is_touched(self, day: date) -> bool:
        return any(since.date() <= day <= until.date() for since, until in self.stood_still)

    def deadline(self, calendar: KnowsWorkingDays) -> datetime:
        if self.limit.unit is not Unit.HOURS:
            return midnight(self.last_day(calendar) + DAY)
        at, left = self.start, (self.limit.amount + self.extension) * 60
        while left:
            left -= self.minute_counts(at, calendar)
            at += MINUTE
        day = (at - MINUTE).date()
        if self.counting.mode is not HoursMode.ROLL or calendar.is_working_day(day):
            return at
        rolled = day
        while not calendar.is_working_day(rolled) or self.is_touched(rolled):
            rolled += DAY
        return at + (rolled - day)

    def minute_counts(self, at: datetime, calendar: KnowsWorkingDays) -> bool:
        if any(since <= at < until for since, until in self.stood_still):
            return False
        if self.counting.mode is not HoursMode.OFFICE:
            return True
        return calendar.is_working_day(at.date()) and any(
            opens <= at < closes for opens, closes in OFFICE.on(at.date())
        )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def ends_where_it_says(due: DueDate, calendar: WorkingCalendar) -> None:
    """The explanation's days follow each other, count the whole limit, and the last of them is the deadline."""
    steps = explain(due, calendar)
    assert [step.day for step in steps] == list(days(due.start.date(), steps[-1].day))
    if due.is_paused:
        assert steps[-1].day == due.pauses[-1].since.date()
        assert "暂停计时中" in steps[-1].reason
        return
    assert steps[-1].day == due.last_day
    amount = due.limit.amount + due.extension
    if due.limit.unit is Unit.HOURS:
        counted = sum((_span(step.reason) for step in steps if step.counts), timedelta())
        assert counted == timedelta(hours=amount)
    else:
        assert [step.number for step in steps if step.counts] == list(range(1, amount + 1))
    said = re.search(r"至(\d\d):(\d\d)止", steps[-1].reason)
    hour, minute = (int(said[1]), int(said[2])) if said else (24, 0)
    assert midnight(steps[-1].day) + timedelta(hours=hour, minutes=minute) == due.deadline


def _span(reason: str) -> timedelta:
    found = re.search(r"计(?:(\d+)小时)?(?:(\d+)分)?", reason)
    assert found is not None
    return timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))


def days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + n * DAY


def notice(year: int, first: date, last: date, area: str | None, makeup: tuple[date, ...] = ()) -> Notice:
    holiday = HolidayBreak(name="试验节", first=first, last=last, makeup=makeup)
    return Notice(
        year=year,
        title="试验通知",
        issued=date(2018, 1, 1),
        source="试验",
        status=Status.OFFICIAL,
        holiday=(holiday,),
        area=area,
    )
