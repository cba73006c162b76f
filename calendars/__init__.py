"""Working days, limits and due dates, counted from the official holiday notices. Pure: no clock, no files."""

from calendars.counting import due_date
from calendars.errors import (
    CalendarError,
    CalendarNotPublished,
    NoticeRefused,
    UnknownJurisdiction,
    WrongCalendar,
)
from calendars.explaining import explain
from calendars.notices import Notice, Status, parse_notice
from calendars.snapshot import calendar_from_json, to_json
from calendars.working import DayKind, Kind, WorkingCalendar

__all__ = [
    "CalendarError",
    "CalendarNotPublished",
    "DayKind",
    "Kind",
    "Notice",
    "NoticeRefused",
    "Status",
    "UnknownJurisdiction",
    "WorkingCalendar",
    "WrongCalendar",
    "calendar_from_json",
    "due_date",
    "explain",
    "parse_notice",
    "to_json",
]
