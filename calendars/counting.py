"""From a start and a limit to the due date: the counting rules R1 to R8 and R10.

The rules come from the Civil Code (民法典) articles 200 to 204 and, for working days, 行政许可法 article 82;
both apply here by choice of the policy, since the limits of a bad review are set by policy documents. Why a
date came out is `calendars.explaining`'s business; pauses (R9) come later.
"""

from datetime import datetime, time, timedelta

from calendars.working import WorkingCalendar
from models.due import SHANGHAI, DueDate, Limit, Rule, Unit, in_shanghai

_DAY = timedelta(days=1)


def due_date(start: datetime, limit: Limit, calendar: WorkingCalendar) -> DueDate:
    """When a limit that starts at that instant is over.

    Raises ValueError for a naive start, CalendarNotPublished where the count needs a year that no notice
    covers. Limits in hours need no calendar (R6) and are never provisional.
    """
    start = in_shanghai(start)
    match limit.unit:
        case Unit.WORKING_DAYS:
            rule = Rule.WORKING_DAYS
            last_day = calendar.nth_working_day(start.date(), limit.amount)
        case Unit.CALENDAR_DAYS:
            rule = Rule.CALENDAR_DAYS
            last_day = calendar.find_following_working_day(start.date() + limit.amount * _DAY)
        case Unit.HOURS:
            return _due_after_hours(start, limit, calendar)
    return DueDate(
        rule=rule,
        start=start,
        limit=limit,
        deadline=datetime.combine(last_day + _DAY, time(), SHANGHAI),
        last_day=last_day,
        calendar_version=calendar.version,
        provisional=calendar.is_provisional(last_day),
    )


def _due_after_hours(start: datetime, limit: Limit, calendar: WorkingCalendar) -> DueDate:
    deadline = start + timedelta(hours=limit.amount)
    return DueDate(
        rule=Rule.HOURS,
        start=start,
        limit=limit,
        deadline=deadline,
        last_day=(deadline - timedelta.resolution).date(),
        calendar_version=calendar.version,
        provisional=False,
    )
