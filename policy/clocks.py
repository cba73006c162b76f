"""The dates of a limit: its due date and the rungs of its ladder, when it starts, when it moves, and after a rung.

Decides which rungs lie ahead and when; what a rung brings and who is told is `policy.oversight`'s business, the due
date itself is counted in `calendars`. The workflow never comes here; the answers reach it as recorded results.

The ladder of a limit: the shares of it that are used up (policy `warn_at`), the opening of its last day
(`warn_last_day`), the limit itself, and the steps after it (`escalation_ladder`). A policy without steps after the
limit repeats the reminder each working day. Whenever a date moves the ladder is planned again: a warning comes once
for ever, and whatever comes from the limit on once for each deadline. A limit that stands still has no ladder.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count

from calendars import (
    CalendarNotPublished,
    WorkingCalendar,
    due_date,
    extended,
    latest_extension,
    paused,
    recounted,
    resumed,
    with_limit,
)
from models.clocks import Clock, ClockKind, Passed, Rung, RungKind
from models.due import DueDate, Limit, Unit
from models.policy import Policy
from models.steps import Change, ClockMove, ClockStart, RungReached
from policy.deadlines import last_day_opening, next_opening, share_instant, working_day_opening_after

_SILENT = (ClockKind.APPEAL_WINDOW,)
"""Limits that start `silent` (the right to appeal lapses without a word): the ledger keeps no more than their kind."""

_IN_ORDER = list(RungKind)


def start_clock(start: ClockStart, now: datetime, policy: Policy, calendar: WorkingCalendar) -> Clock:
    """The clock of a limit that begins, with its whole ladder.

    A warning whose moment is past already, because the limit began before `now`, is left out; the limit never is.
    Raises CalendarNotPublished when the way to the limit leaves the known years.
    """
    counting = policy.callback_counting if start.kind is ClockKind.VERIFICATION else policy.counting
    due = due_date(start.since, start.limit, calendar, counting)
    clock = Clock(
        kind=start.kind, round=start.round, due=due, extendable_to=_extendable_to(due, start.extension, calendar)
    )
    return clock if start.silent else _planned(clock, now, policy, calendar, warns=start.warns)


def move_clock(clock: Clock, move: ClockMove, now: datetime, policy: Policy, calendar: WorkingCalendar) -> Clock:
    """The clock after its date was worked out anew at `now`, with its ladder planned again.

    A limit that was missed and is open again under the new date is missed no more, and its passing may come again. A
    limit that is over under the new date, and was not before, passes at once. Raises ValueError for a move that does
    not fit: a pause of a paused limit, an extension to a day that is not later than the last day, an extension
    without a day or another class without a limit; CalendarNotPublished when the date leaves the known years.
    """
    due = _moved_due(clock.due, move, now, calendar)
    stood_at = due.pauses[-1].since if due.is_paused else now
    moved = clock.model_copy(update={"due": due, "extendable_to": _moved_reach(clock, due, move, policy, calendar)})
    if stood_at < due.deadline:
        warnings = tuple(each for each in clock.passed if each.kind in (RungKind.SHARE, RungKind.LAST_DAY))
        moved = moved.model_copy(update={"missed": False, "passed": warnings})
    if due.is_paused or clock.kind in _SILENT:
        return moved.model_copy(update={"rungs": ()})
    return _planned(moved, now, policy, calendar, warns=True)


def clock_after(reached: RungReached, now: datetime, policy: Policy, calendar: WorkingCalendar) -> Clock | None:
    """The clock once the limit has passed: missed, the rung claimed, and the steps after the limit ahead.

    None after a warning and for the limits that only remind: the clock stays as it is, without that rung.
    """
    clock, rung = reached.clock, reached.rung
    if rung.warns or clock.kind.only_reminds:
        return None
    claim = Passed(kind=rung.kind, number=rung.number)
    passed = clock.passed if claim in clock.passed else (*clock.passed, claim)
    missed = clock.model_copy(update={"missed": True, "passed": passed})
    return _planned(missed, now, policy, calendar, warns=False)


def _moved_due(due: DueDate, move: ClockMove, now: datetime, calendar: WorkingCalendar) -> DueDate:
    match move.change:
        case Change.PAUSED:
            return paused(due, now, move.why)
        case Change.RESUMED:
            return resumed(due, now, calendar)
        case Change.EXTENDED:
            if move.until is None:
                raise ValueError("an extension needs the day that was granted")
            return extended(due, move.until, calendar)
        case Change.RECLASSED:
            if move.limit is None:
                raise ValueError("another class needs its limit")
            return with_limit(due, move.limit, calendar)
        case Change.RECOUNTED:
            return recounted(due, calendar)


def _moved_reach(clock: Clock, due: DueDate, move: ClockMove, policy: Policy, calendar: WorkingCalendar) -> date | None:
    """To which day the limit may be extended now; an extension or another class says anew how far."""
    if move.change in (Change.EXTENDED, Change.RECLASSED):
        return _extendable_to(due, move.extension, calendar)
    if clock.extendable_to is None or due.is_paused:
        return clock.extendable_to
    return _extendable_to(due, policy.extension.longest or due.limit, calendar)


def _extendable_to(due: DueDate, longest: Limit | None, calendar: WorkingCalendar) -> date | None:
    return None if longest is None else latest_extension(due, longest, calendar)


def _planned(clock: Clock, now: datetime, policy: Policy, calendar: WorkingCalendar, warns: bool) -> Clock:
    rungs = list(_ahead(clock, now, policy, calendar, warns and not clock.kind.only_reminds))
    rungs.sort(key=lambda rung: (rung.at, _IN_ORDER.index(rung.kind), rung.number))
    return clock.model_copy(update={"rungs": tuple(rungs)})


def _ahead(clock: Clock, now: datetime, policy: Policy, calendar: WorkingCalendar, warns: bool) -> Iterator[Rung]:
    """Every rung that is still to come and was not claimed."""
    claimed = {(each.kind, each.number) for each in clock.passed}
    if warns and now < clock.due.deadline:
        for rung in _warnings(clock.due, policy, calendar):
            if now < rung.at < clock.due.deadline and (rung.kind, rung.number) not in claimed:
                yield rung
    is_ahead = not clock.missed and (RungKind.LIMIT, 0) not in claimed
    if is_ahead:
        yield Rung(kind=RungKind.LIMIT, at=clock.due.deadline)
    if clock.kind.only_reminds:
        return
    if policy.escalation_ladder:
        yield from _steps_after(clock, claimed, now, policy, calendar, is_ahead)
    elif not is_ahead:
        yield _next_repeat(clock, now, policy, calendar)


def _warnings(due: DueDate, policy: Policy, calendar: WorkingCalendar) -> Iterator[Rung]:
    if due.start >= due.deadline:
        return
    for share in policy.warn_at:
        at = share_instant(due.start, due, share / 100, policy.office_hours, calendar)
        yield Rung(kind=RungKind.SHARE, at=at, number=share)
    if policy.warn_last_day and due.limit.unit is not Unit.HOURS and due.limit.amount + due.extension > 1:
        yield Rung(kind=RungKind.LAST_DAY, at=last_day_opening(due, policy.office_hours))


def _steps_after(
    clock: Clock,
    claimed: set[tuple[RungKind, int]],
    now: datetime,
    policy: Policy,
    calendar: WorkingCalendar,
    is_ahead: bool,
) -> Iterator[Rung]:
    """The steps of the ladder after the limit; one whose moment is past comes when the office is open next.

    While the limit lies ahead a step in a year that no notice covers is left out: it is planned when the limit passes.
    """
    for step in policy.escalation_ladder:
        if step.after == 0 or (RungKind.REPEAT, step.after) in claimed:
            continue
        try:
            at = working_day_opening_after(clock.due.deadline, step.after, policy.office_hours, calendar)
        except CalendarNotPublished:
            if is_ahead:
                return
            raise
        if at <= now:
            at = next_opening(now, policy.office_hours, calendar, any_day=False)
        yield Rung(kind=RungKind.REPEAT, at=at, number=step.after)


def _next_repeat(clock: Clock, now: datetime, policy: Policy, calendar: WorkingCalendar) -> Rung:
    """The next daily reminder; after a standstill of the software the days that are past are not made up."""
    last = max((each.number for each in clock.passed if each.kind is RungKind.REPEAT), default=0)
    for number in count(last + 1):
        at = working_day_opening_after(clock.due.deadline, number, policy.office_hours, calendar)
        if now < at:
            return Rung(kind=RungKind.REPEAT, at=at, number=number)
    raise AssertionError("working days have no end")
