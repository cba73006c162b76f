"""From a start and a limit to the due date, and to the next one when the date moves: the counting rules R1 to R10.

The rules come from the Civil Code (民法典) articles 200 to 204 and, for working days, 行政许可法 article 82;
both apply here by choice of the policy, since the limits of a bad review are set by policy documents. A due date
keeps its facts (start, limit, extension, pauses, way of counting), and every move changes a fact and counts again
from the start, so the order in which moves came never matters. R9 is one rule: a day that a pause touches does not
count, and for limits in hours the paused time is added. Why a date came out is `calendars.explaining`'s business.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from calendars.errors import CalendarNotPublished
from calendars.pauses import Span, paused_spans, running, touched_days
from calendars.working import WorkingCalendar
from models.due import SHANGHAI, Counting, DayEnd, DueDate, HoursMode, Limit, Pause, Rule, Unit, in_shanghai

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_RULES = {Unit.WORKING_DAYS: Rule.WORKING_DAYS, Unit.CALENDAR_DAYS: Rule.CALENDAR_DAYS, Unit.HOURS: Rule.HOURS}
_PLAIN = Counting()
_NONE: frozenset[date] = frozenset()


def due_date(start: datetime, limit: Limit, calendar: WorkingCalendar, counting: Counting = _PLAIN) -> DueDate:
    """When a limit that starts at that instant is over.

    Raises ValueError for a naive start, CalendarNotPublished where the count needs a year that no notice
    covers. Limits in hours need no calendar and are never provisional, unless `counting` rolls them or counts
    office hours only.
    """
    return _count(_Facts(in_shanghai(start), limit, counting), calendar)


def recounted(due: DueDate, calendar: WorkingCalendar) -> DueDate:
    """The same facts counted with another calendar.

    While a pause is open the deadline stays as it is, since it binds nobody; the version is the new one, and whether
    the date is provisional is said by it.
    """
    if due.is_paused:
        now_is = {
            "calendar_version": calendar.version,
            "provisional": _is_provisional(_facts(due), due.last_day, calendar),
        }
        return due.model_copy(update=now_is)
    return _count(_facts(due), calendar)


def paused(due: DueDate, at: datetime, why: str) -> DueDate:
    """The limit stands still from that instant. Raises ValueError when it already does."""
    if due.is_paused:
        raise ValueError("the limit is paused already")
    return due.model_copy(update={"pauses": (*due.pauses, Pause(since=in_shanghai(at), why=why))})


def resumed(due: DueDate, at: datetime, calendar: WorkingCalendar) -> DueDate:
    """The limit goes on with what was left of it. Raises ValueError when it does not stand still, or since later."""
    at = in_shanghai(at)
    if not due.is_paused:
        raise ValueError("the limit is not paused")
    if at < due.pauses[-1].since:
        raise ValueError(f"a pause since {due.pauses[-1].since} cannot end at {at}")
    ended = due.pauses[-1].model_copy(update={"until": at})
    return _count(_facts(due)._replace(pauses=(*due.pauses[:-1], ended)), calendar)


def extended(due: DueDate, until: date, calendar: WorkingCalendar) -> DueDate:
    """The limit prolonged to a day that was granted, or to the next working day where that one is a rest day.

    The extension is kept as an amount in the limit's own unit: the counted days from the last one to the granted
    one, or the whole hours up to the granted day's end. So it stays what it is when the date moves later. A
    paused limit takes the extension and stays paused. Raises ValueError when the day is not later than the last day.
    """
    if until <= due.last_day:
        raise ValueError(f"an extension to {until} does not prolong a limit that ends on {due.last_day}")
    facts = _facts(due)
    extension = facts.extension + _granted(facts, until, calendar)
    return _count(facts._replace(extension=extension), calendar)


def with_limit(due: DueDate, limit: Limit, calendar: WorkingCalendar) -> DueDate:
    """Another limit from the same start; the time used, the pauses and the extension are kept.

    An extension of three days stays three, of whichever days the new limit counts; between days and hours a day is
    24 hours, begun days are whole ones. A paused limit stays paused.
    """
    extension = due.extension
    if due.limit.unit is Unit.HOURS and limit.unit is not Unit.HOURS:
        extension = -(-extension // 24)
    if due.limit.unit is not Unit.HOURS and limit.unit is Unit.HOURS:
        extension *= 24
    return _count(_facts(due)._replace(limit=limit, extension=extension), calendar)


def latest_extension(due: DueDate, longest: Limit, calendar: WorkingCalendar) -> date:
    """The last day to which one more extension of a limit may reach when it may be that long.

    It comes on top of what was granted before. Where the way there leaves the years that notices cover, it is the
    last day of those: an extension cannot be counted any further (`extended` refuses it).
    """
    facts = _facts(due)
    try:
        if longest.unit is due.limit.unit:
            return _count(facts._replace(extension=due.extension + longest.amount), calendar).last_day
        counted_to = _end(facts, calendar).deadline - timedelta.resolution
        return _count(facts._replace(start=counted_to, limit=longest, extension=0), calendar).last_day
    except CalendarNotPublished:
        return calendar.last_day


def effective_pauses(due: DueDate, calendar: WorkingCalendar) -> tuple[Span, ...]:
    """The ended stretches that take something from the limit, in order; not those that began when it was over."""
    return _effective(_facts(due), calendar)[0]


def counted_stretches(due: DueDate, calendar: WorkingCalendar) -> Iterator[Span]:
    """The time that a limit in hours counts, in order: from the start to its end, or to the pause that is open.

    Raises ValueError for a limit in days, which counts no hours.
    """
    if due.limit.unit is not Unit.HOURS:
        raise ValueError("a limit in days counts no hours")
    facts = _facts(due)
    spans, end = _effective(facts, calendar)
    counted_to = min(end.counted_to, due.pauses[-1].since) if due.is_paused else end.counted_to
    for begins, ends in _counted_time(facts, spans, calendar):
        if begins >= counted_to:
            return
        yield begins, min(ends, counted_to)


class _Facts(NamedTuple):
    """What a due date is counted from. Open pauses are among the pauses and take nothing."""

    start: datetime
    limit: Limit
    counting: Counting
    pauses: tuple[Pause, ...] = ()
    extension: int = 0


class _End(NamedTuple):
    """Where the count ends: the instant before a last day that is a rest day moves, and after."""

    counted_to: datetime
    deadline: datetime
    last_day: date


def _facts(due: DueDate) -> _Facts:
    return _Facts(due.start, due.limit, due.counting, due.pauses, due.extension)


def _count(facts: _Facts, calendar: WorkingCalendar) -> DueDate:
    end = _end(facts, calendar)
    moved: dict[str, Any] = {}  # most limits are plain: what is left at its default is not validated again
    if facts.pauses or facts.extension or facts.counting is not _PLAIN:
        moved = {"pauses": facts.pauses, "extension": facts.extension, "counting": facts.counting}
    return DueDate(
        rule=_RULES[facts.limit.unit],
        start=facts.start,
        limit=facts.limit,
        deadline=end.deadline,
        last_day=end.last_day,
        calendar_version=calendar.version,
        provisional=_is_provisional(facts, end.last_day, calendar),
        **moved,
    )


def _is_provisional(facts: _Facts, last_day: date, calendar: WorkingCalendar) -> bool:
    needs_calendar = facts.limit.unit is not Unit.HOURS or facts.counting.mode is not HoursMode.ELAPSED
    return needs_calendar and calendar.is_provisional(last_day)


def _end(facts: _Facts, calendar: WorkingCalendar) -> _End:
    return _effective(facts, calendar)[1]


def _effective(facts: _Facts, calendar: WorkingCalendar) -> tuple[tuple[Span, ...], _End]:
    """The pauses that began before the limit was over, and its end with them; a later one changes nothing."""
    spans: tuple[Span, ...] = ()
    end = _end_with(facts, spans, calendar)
    for span in paused_spans(facts.pauses) if facts.pauses else ():
        if span[0] >= end.deadline:
            break
        spans = (*spans, span)
        end = _end_with(facts, spans, calendar)
    return spans, end


def _end_with(facts: _Facts, spans: tuple[Span, ...], calendar: WorkingCalendar) -> _End:
    amount = facts.limit.amount + facts.extension
    if facts.limit.unit is Unit.HOURS:
        return _end_of_hours(facts, amount, spans, calendar)
    day, paused_days = facts.start.date(), touched_days(spans) if spans else _NONE
    if facts.limit.unit is Unit.WORKING_DAYS:
        counted = last_day = _nth_working_day(day, amount, paused_days, calendar)
    else:
        counted = _nth_day(day, amount, paused_days)
        last_day = _following_working_day(counted, paused_days, calendar)
    return _End(_midnight(counted + _DAY), _closing(last_day, facts.counting), last_day)


def _end_of_hours(facts: _Facts, hours: int, spans: tuple[Span, ...], calendar: WorkingCalendar) -> _End:
    counted = deadline = _after_hours(facts, hours * _HOUR, spans, calendar)
    last_day = _day_before(deadline)
    if facts.counting.mode is HoursMode.ROLL and not calendar.is_working_day(last_day):
        rolled = _following_working_day(last_day, touched_days(spans), calendar)
        deadline, last_day = deadline + (rolled - last_day), rolled
    return _End(counted, deadline, last_day)


def _after_hours(facts: _Facts, left: timedelta, spans: tuple[Span, ...], calendar: WorkingCalendar) -> datetime:
    """The instant at which that much time has run."""
    for begins, ends in _counted_time(facts, spans, calendar):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    raise AssertionError("time that runs has no end")


def _counted_time(facts: _Facts, spans: tuple[Span, ...], calendar: WorkingCalendar) -> Iterator[Span]:
    """The stretches that count from the start on, without end."""
    if facts.counting.mode is not HoursMode.OFFICE:
        yield from running(facts.start, datetime.max.replace(tzinfo=SHANGHAI), spans)
        return
    assert facts.counting.office is not None, "Counting sees to it"
    day = calendar.find_following_working_day(facts.start.date())
    while True:
        for opens, closes in facts.counting.office.on(day):
            if facts.start < closes:
                yield from running(max(opens, facts.start), closes, spans)
        day = calendar.nth_working_day(day, 1)


def _granted(facts: _Facts, until: date, calendar: WorkingCalendar) -> int:
    """How many more days or whole hours reach up to the granted day."""
    spans = paused_spans(facts.pauses)
    paused_days = touched_days(spans)
    from_ = _end(facts, calendar).counted_to
    if facts.limit.unit is not Unit.HOURS:
        first, last = from_.date(), _following_working_day(until, paused_days, calendar)
        days = [first + n * _DAY for n in range((last - first).days + 1)]
        in_working_days = facts.limit.unit is Unit.WORKING_DAYS
        return sum(
            day not in paused_days and not (in_working_days and not calendar.is_working_day(day)) for day in days
        )
    last = until
    if facts.counting.mode is HoursMode.OFFICE:
        last = _following_working_day(until, paused_days, calendar)
    granted, ends_at = timedelta(), _midnight(last + _DAY)
    for begins, ends in _counted_time(facts, spans, calendar):
        if begins >= ends_at:
            break
        granted += max(min(ends, ends_at) - max(begins, from_), timedelta())
    return max(granted // _HOUR, 1)


def _nth_working_day(day: date, n: int, paused_days: frozenset[date], calendar: WorkingCalendar) -> date:
    """The n-th working day after a day that no pause touches."""
    lost, last = 0, calendar.nth_working_day(day, n)
    while paused_days:
        so_far = sum(day < each <= last and calendar.is_working_day(each) for each in paused_days)
        if so_far == lost:
            break
        lost, last = so_far, calendar.nth_working_day(day, n + so_far)
    return last


def _nth_day(day: date, n: int, paused_days: frozenset[date]) -> date:
    """The n-th day after a day that no pause touches."""
    lost, last = 0, day + n * _DAY
    while (so_far := sum(day < each <= last for each in paused_days)) != lost:
        lost, last = so_far, day + (n + so_far) * _DAY
    return last


def _following_working_day(day: date, paused_days: frozenset[date], calendar: WorkingCalendar) -> date:
    """That day if it is a working day that no pause touches, else the next one."""
    day = calendar.find_following_working_day(day)
    while day in paused_days:
        day = calendar.nth_working_day(day, 1)
    return day


def _closing(last_day: date, counting: Counting) -> datetime:
    """The first instant after the last day (民法典第二百零三条: 24:00, or the close of business)."""
    if counting.day_end is DayEnd.OFFICE_CLOSE and counting.office is not None:
        *_, (_, closes) = counting.office.on(last_day)
        return closes
    return _midnight(last_day + _DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _day_before(instant: datetime) -> date:
    """The day that an instant ends: at midnight the day before."""
    return (instant - timedelta.resolution).date()
