"""What a new calendar does to a due date: the date it moves to, and by how much.

Which cases it is done to, and who ordered it, is decided elsewhere.
"""

from typing import NamedTuple

from calendars.counting import recounted
from calendars.working import WorkingCalendar
from models.due import DueDate


class Shift(NamedTuple):
    """By how many days a date moved, and by how many working days of the new calendar; negative when it moved back."""

    days: int
    working_days: int


def moved(due: DueDate, new: WorkingCalendar) -> DueDate:
    """The due date as the new calendar has it. Raises CalendarNotPublished where that needs an unknown year."""
    return recounted(due, new)


def shift_in_days(old: DueDate, new: DueDate, calendar: WorkingCalendar) -> Shift:
    """From the last day of the one to the last day of the other, counted with the calendar that is to be in force."""
    earlier, later = sorted((old.last_day, new.last_day))
    sign = 1 if new.last_day >= old.last_day else -1
    return Shift(sign * (later - earlier).days, sign * calendar.count_working_days(earlier, later))
