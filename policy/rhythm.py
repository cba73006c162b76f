"""Which work comes back with the calendar in a place, about which periods, and on which morning it is due.

Decides from the parameters around the cases (`models.surroundings`): a sample each month or quarter, points each month,
an analysis each quarter, the bottom of each ranking, a circular and a reminder to publish for each report. Work is
about the period that has just ended and is due when the office opens on the first working day after it, make-up days
(调休) being working days. Doing it is left to the jobs, calling at the right day to the engine's schedules.

Where a document only says 定期 or 适时 ("from time to time"), it is each quarter here, an assumption: a quarter is what
泰政办发〔2020〕5号 二(二)5 counts its samples by. What is published in real time stands on the public page anyhow.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from calendars import WorkingCalendar
from models.due import DayHours, in_shanghai
from models.figures import FigurePeriod
from models.rhythm import JobKind, JobPeriod
from models.surroundings import Period, Surroundings

_DAY = timedelta(days=1)
_MONTHS = {Period.PERIODIC: 3, Period.MONTHLY: 1, Period.QUARTERLY: 3, Period.ANNUAL: 12}
_HOW_OFTEN = {1: "每月", 3: "每季度", 12: "每年"}

Lengths = tuple[int, ...]
"""How many months the periods of some work have, the shortest first: 1, 3 or 12."""


def work_of(around: Surroundings, has_points: bool) -> Mapping[JobKind, Lengths]:
    """The work of a place; `has_points` says whether it gives points by the month (月积分)."""
    reports = _lengths(around.report_periods)
    lengths: dict[JobKind, Lengths] = {
        JobKind.SAMPLE: _lengths([around.sample_plan.period]) if around.sample_plan else (),
        JobKind.POINTS: (1,) if has_points else (),
        JobKind.ANALYSIS: (3,) if Period.QUARTERLY in around.report_periods else (),
        JobKind.BOTTOM: _lengths(around.ranking_period) if around.bottom_n.last else (),
        JobKind.CIRCULAR: reports,
        JobKind.PUBLISH: reports if around.publish_fields else (),
    }
    return {kind: found for kind, found in lengths.items() if found}


def how_often(lengths: Lengths) -> str:
    """每月, or 每月、每季度."""
    return "、".join(_HOW_OFTEN[months] for months in lengths)


def months_of_calls(lengths: Lengths) -> tuple[int, ...]:
    """The months on whose first day a period of the shortest length has just ended: 1, 4, 7 and 10 for quarters."""
    return tuple(month for month in range(1, 13) if (month - 1) % lengths[0] == 0)


def ended_at(lengths: Lengths, called_at: datetime) -> tuple[JobPeriod, ...]:
    """The periods that ended with the month before that moment's: on 1 October a month, and the third quarter too."""
    first = in_shanghai(called_at).date().replace(day=1)
    return tuple(_before(first, months) for months in lengths if (first.month - 1) % months == 0)


def last_ended(lengths: Lengths, now: datetime) -> tuple[JobPeriod, ...]:
    """Of each length the last period that is over."""
    today = in_shanghai(now).date()
    return tuple(_before(_first_of_current(today, months), months) for months in lengths)


def due_at(after: date, office: DayHours, calendar: WorkingCalendar) -> datetime:
    """When work is due whose period ended with that day: the office's opening on the first working day after it.

    Raises CalendarNotPublished where no notice says which day that is.
    """
    day = calendar.nth_working_day(after, 1)
    opens, _ = next(office.on(day))
    return opens


def next_due(lengths: Lengths, now: datetime, office: DayHours, calendar: WorkingCalendar) -> datetime:
    """The first moment from now on at which something is due. Raises CalendarNotPublished."""
    month = in_shanghai(now).date().replace(day=1)
    while True:
        if month.month in months_of_calls(lengths) and (due := due_at(month - _DAY, office, calendar)) >= now:
            return due
        month = (month + timedelta(days=31)).replace(day=1)


def is_overtaken(period: JobPeriod, now: datetime) -> bool:
    """Whether the period after it is over as well: then its work is no longer caught up without being asked for."""
    months = FigurePeriod(first=period.first, last=period.last).months
    return bool(months) and period.last < _before(_first_of_current(in_shanghai(now).date(), months), months).first


def _lengths(periods: Iterable[Period]) -> Lengths:
    return tuple(sorted({_MONTHS[each] for each in periods if each in _MONTHS}))


def _first_of_current(day: date, months: int) -> date:
    """The first day of the month, quarter or year in which the day lies."""
    return date(day.year, day.month - (day.month - 1) % months, 1)


def _before(first: date, months: int) -> JobPeriod:
    """The period of that length that ends the day before."""
    return JobPeriod.of(FigurePeriod.of_months(first.year, first.month, months).before)
