"""When somebody is invited to rate a matter (办件) that is done, and when a rating counts as given by default.

Pure arithmetic over the place's rules and its calendar; what is to be done at a moment follows from it and from what
was done before. Sending, storing and waiting are left to others.

The reminder comes when its limit is over (TA-19, XT-09), in the hours in which messages may be sent: one that is
counted in working days on a working day, one in hours on any day, never at night. The default comes when the whole
window is over and so is the rest of it since the reminder, working days after the day of the reminder (TA-20, C-10 of
the policy comparison: the fourth has to have ended). Who got no message, for want of a number or by their own wish, has
the same time.
"""

from datetime import datetime
from typing import NamedTuple

from calendars import WorkingCalendar, due_date
from models.due import Counting, DayHours, DueDate, Limit, Unit
from models.matters import InvitationState, Matter
from models.policy import Policy
from models.surroundings import Reminder, ReminderOrigin, Surroundings
from policy.deadlines import next_opening

_HOURS_OF_A_DAY = 24


class InvitationRules(NamedTuple):
    """What a place says about invitations: the reminder, the window, the default's level, the hours of messages."""

    reminder: Reminder | None
    window: Limit | None
    default_level: int | None
    hours: DayHours
    counting: Counting

    @property
    def ask_for_anything(self) -> bool:
        """Whether the place invites anybody, or rates anything by default."""
        return self.reminder is not None or self.default_level is not None


class Begun(NamedTuple):
    """How far an invitation has come: whether somebody rated, and when the reminder was sent, or would have been."""

    rated: bool
    reminded_at: datetime | None


class NextStep(NamedTuple):
    """What is to be done now, as the state that it leads to, and when to look again; None when nothing is left.

    `told_at` is when a message may leave that is decided now.
    """

    state: InvitationState
    next_at: datetime | None = None
    told_at: datetime | None = None


def rules_for(policy: Policy, around: Surroundings) -> InvitationRules:
    """What the place says (`evaluation_reminder`, `evaluation_window`, `default_rating`, `notice_hours`)."""
    return InvitationRules(
        reminder=around.evaluation_reminder,
        window=around.evaluation_window,
        default_level=around.default_rating,
        hours=policy.notice_hours,
        counting=policy.counting,
    )


def first_moment(matter: Matter, rules: InvitationRules, calendar: WorkingCalendar, now: datetime) -> datetime | None:
    """When to look at a matter first; None when there is nothing to invite to.

    That is so where the place has no such rule, where the matter cannot be rated, where without a default there is
    nobody to write to, and where the window was over before the matter was delivered: nobody is asked about last year.
    """
    if not rules.ask_for_anything or not matter.rateable:
        return None
    if rules.default_level is None and not matter.mobile:
        return None
    if rules.window is not None and window_of(matter, rules, rules.window, calendar).deadline <= now:
        return None
    return reminder_moment(matter, rules, calendar) or default_due(matter, rules, calendar, None).deadline


def next_step(
    matter: Matter, begun: Begun, at: datetime, rules: InvitationRules, calendar: WorkingCalendar
) -> NextStep:
    """What is to be done about a matter at that moment. A rating that is there wins over everything."""
    if begun.rated:
        return NextStep(InvitationState.RATED)
    remind_at = None if begun.reminded_at is not None else reminder_moment(matter, rules, calendar)
    if remind_at is not None and at < remind_at:
        return NextStep(InvitationState.WAITING, remind_at)
    told_at = _sending_moment(at, rules, calendar) if remind_at is not None else None
    if rules.default_level is None:
        return NextStep(InvitationState.REMINDED, None, told_at)
    deadline = default_due(matter, rules, calendar, begun.reminded_at or told_at).deadline
    if at < deadline:
        waits = InvitationState.REMINDED if told_at or begun.reminded_at else InvitationState.WAITING
        return NextStep(waits, deadline, told_at)
    return NextStep(InvitationState.DEFAULTED)


def reminder_moment(matter: Matter, rules: InvitationRules, calendar: WorkingCalendar) -> datetime | None:
    """When the reminder is due; None where the place sends none."""
    if rules.reminder is None:
        return None
    since = _origin(matter, rules.reminder.since)
    over = due_date(since, rules.reminder.after, calendar, rules.counting).deadline
    return _sending_moment(over, rules, calendar)


def default_due(
    matter: Matter, rules: InvitationRules, calendar: WorkingCalendar, reminded_at: datetime | None
) -> DueDate:
    """The limit after which the rating by default is given. Raises ValueError where the place has no window."""
    if rules.window is None:
        raise ValueError("a default needs a window")
    whole = window_of(matter, rules, rules.window, calendar)
    if rules.reminder is None or reminded_at is None:
        return whole
    rest = _rest_of(rules.window, rules.reminder.after)
    since_then = due_date(reminded_at, rest, calendar, rules.counting)
    return max(whole, since_then, key=lambda due: due.deadline)


def window_of(matter: Matter, rules: InvitationRules, window: Limit, calendar: WorkingCalendar) -> DueDate:
    """The window in which a rating is taken, from where the place counts its reminder, else from the closing."""
    since = rules.reminder.since if rules.reminder is not None else ReminderOrigin.CLOSED
    return due_date(_origin(matter, since), window, calendar, rules.counting)


def _sending_moment(at: datetime, rules: InvitationRules, calendar: WorkingCalendar) -> datetime:
    """The first moment from then on at which such a message may leave."""
    by_working_days = rules.reminder is not None and rules.reminder.after.unit is Unit.WORKING_DAYS
    return next_opening(at, rules.hours, calendar, any_day=not by_working_days)


def _origin(matter: Matter, since: ReminderOrigin) -> datetime:
    """A matter that nobody came for, or whose source does not say when the visitor left, counts from its closing."""
    return matter.left_at or matter.closed_at if since is ReminderOrigin.LEFT else matter.closed_at


def _rest_of(window: Limit, used: Limit) -> Limit:
    """What is left of the window when the reminder's limit is over: 5 working days less 1, or less 24 hours, are 4.

    Begun days are whole ones; at least one day or hour is left.
    """
    if window.unit is Unit.HOURS:
        spent = used.amount if used.unit is Unit.HOURS else used.amount * _HOURS_OF_A_DAY
    else:
        spent = used.amount if used.unit is not Unit.HOURS else -(-used.amount // _HOURS_OF_A_DAY)
    return Limit(amount=max(1, window.amount - spent), unit=window.unit)
