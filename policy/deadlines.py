"""When people are told on the way to a deadline and after it, and when a message may go out.

Pure arithmetic over a due date, the office hours of the policy and the calendar. Which rungs there are, who
is told and what the numbers are is for the policy and the procedure; the due date itself is counted in
`calendars`. All answers are on Shanghai's clock.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from calendars import WorkingCalendar, counted_stretches, effective_pauses, running
from models.due import SHANGHAI, DayHours, DueDate, Unit, in_shanghai

_DAY = timedelta(days=1)


def share_instant(start: datetime, due: DueDate, share: float, office: DayHours, calendar: WorkingCalendar) -> datetime:
    """The first instant at which that share (between 0 and 1) of the time from start to deadline is used up.

    For limits in days only office time on working days counts, so the answer never falls on a rest day or
    outside office hours (it may be the very moment at which the office closes); where no office time is left,
    it is the start itself. For limits in hours the hours count that the limit itself counts. Paused time uses up
    nothing. Rounded up to a whole second.

    Raises ValueError for a share outside 0 to 1, a start at or after the deadline, or a limit that stands still.
    """
    start = in_shanghai(start)
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    if start >= due.deadline:
        raise ValueError(f"start {start} is not before the deadline {due.deadline}")
    if due.is_paused:
        raise ValueError("a paused limit has no share to come")
    stretches = list(_time_that_counts(start, due, office, calendar))
    left = _portion(sum((ends - begins for begins, ends in stretches), timedelta()), share)
    reached = start
    for begins, ends in stretches:
        reached = min(begins + left, ends)
        left -= reached - begins
        if not left:
            break
    return reached


def last_day_opening(due: DueDate, office: DayHours) -> datetime:
    """When the office opens on the last day of a limit in days, which is a working day."""
    opens, _ = next(office.on(due.last_day))
    return opens


def next_opening(at: datetime, hours: DayHours, calendar: WorkingCalendar, any_day: bool) -> datetime:
    """That instant if it lies within the hours, else the next opening.

    The hours apply on working days, or with `any_day` on every day (which needs no calendar).
    """
    at = in_shanghai(at)
    day = at.date()
    while True:
        if any_day or calendar.is_working_day(day):
            for opens, closes in hours.on(day):
                if at < closes:
                    return max(at, opens)
        day += _DAY


def working_day_opening_after(deadline: datetime, n: int, office: DayHours, calendar: WorkingCalendar) -> datetime:
    """When the office opens on the n-th working day after a deadline (n from 1).

    Counted by R3 from the deadline: day 1 is the first working day strictly after the date on which the
    deadline lies. A limit that ends Monday 24:00 has its deadline at Tuesday 00:00; the rung at the limit is
    Tuesday's, and the first repeat is when the office opens on Wednesday. A limit that ends Friday 24:00 lies
    at Saturday 00:00 and is first repeated on Monday. A limit in hours that ends Wednesday 16:40 is first
    repeated on Thursday.
    """
    day = calendar.nth_working_day(in_shanghai(deadline).date(), n)
    opens, _ = next(office.on(day))
    return opens


def _time_that_counts(
    start: datetime, due: DueDate, office: DayHours, calendar: WorkingCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches between an instant and the deadline that use up the limit, in order."""
    if due.limit.unit is Unit.HOURS:
        for begins, ends in counted_stretches(due, calendar):
            if start < ends:
                yield max(begins, start), ends
        return
    pauses = effective_pauses(due, calendar)
    for opens, closes in _office_time(start, due.deadline, office, calendar):
        yield from running(opens, closes, pauses)


def _office_time(
    start: datetime, end: datetime, office: DayHours, calendar: WorkingCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of office time on working days between two instants, in order."""
    day = start.date()
    while datetime.combine(day, time(), SHANGHAI) < end:
        if calendar.is_working_day(day):
            for opens, closes in office.on(day):
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)
        day += _DAY


def _portion(whole: timedelta, share: float) -> timedelta:
    """That share of a span, rounded up to a whole second; a share such as 0.8 is taken as written."""
    microseconds = round(whole.total_seconds() * share * 1_000_000)
    return timedelta(seconds=-(-microseconds // 1_000_000))
