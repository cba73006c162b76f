"""The dates of a limit: its due date and the rungs of its ladder, from the policy's shares and office hours.

The workflow never comes here; the answers reach it as recorded results.
"""

from datetime import datetime

from calendars import WorkingCalendar, due_date
from models.clocks import Clock, ClockKind, Rung, RungKind
from models.policy import Policy
from models.steps import ClockStart, RungReached
from policy.deadlines import share_instant, working_day_opening_after


def start_clock(start: ClockStart, now: datetime, policy: Policy, calendar: WorkingCalendar) -> Clock:
    """The clock of a limit that begins: warned at the policy's shares (`warn_at`), and at the limit.

    A share whose moment is past already, because the limit began before `now`, is left out; the limit never is.
    Raises CalendarNotPublished when the way to the limit leaves the known years.
    """
    due = due_date(start.since, start.limit, calendar)
    rungs = []
    if start.warns and due.start < due.deadline:
        for share in policy.warn_at:
            at = share_instant(due.start, due, share / 100, policy.office_hours, calendar)
            if now < at < due.deadline:
                rungs.append(Rung(kind=RungKind.SHARE, at=at, number=share))
    rungs.append(Rung(kind=RungKind.LIMIT, at=due.deadline))
    return Clock(kind=start.kind, round=start.round, due=due, rungs=tuple(rungs))


def clock_after(reached: RungReached, policy: Policy, calendar: WorkingCalendar) -> Clock | None:
    """The clock once the limit has passed: missed, and with the opening of the next working day as its next rung.

    None for a warning, after which the clock stays as it is, and for the advisory period, which only warns.
    """
    clock, rung = reached.clock, reached.rung
    if rung.kind is RungKind.SHARE or clock.kind is ClockKind.ADVISORY:
        return None
    number = rung.number + 1
    at = working_day_opening_after(clock.due.deadline, number, policy.office_hours, calendar)
    repeat = Rung(kind=RungKind.REPEAT, at=at, number=number)
    return clock.model_copy(update={"missed": True, "rungs": (repeat,)})
