"""Working days, limits and due dates, counted from the official holiday notices. Pure: no clock, no files."""

from calendars.changes import Shift, moved, shift_in_days
from calendars.checking import check_against
from calendars.counting import (
    counted_stretches,
    due_date,
    effective_pauses,
    extended,
    latest_extension,
    paused,
    recounted,
    resumed,
    with_limit,
)
from calendars.errors import (
    CalendarError,
    CalendarNotPublished,
    NoticeRefused,
    UnknownJurisdiction,
    WrongCalendar,
)
from calendars.explaining import explain
from calendars.notices import Notice, Status, parse_notice
from calendars.pauses import running
from calendars.snapshot import calendar_from_json, to_json
from calendars.working import DayKind, Kind, WorkingCalendar

__all__ = [
    "CalendarError",
    "CalendarNotPublished",
    "DayKind",
    "Kind",
    "Notice",
    "NoticeRefused",
    "Shift",
    "Status",
    "UnknownJurisdiction",
    "WorkingCalendar",
    "WrongCalendar",
    "calendar_from_json",
    "check_against",
    "counted_stretches",
    "due_date",
    "effective_pauses",
    "explain",
    "extended",
    "latest_extension",
    "moved",
    "parse_notice",
    "paused",
    "recounted",
    "resumed",
    "running",
    "shift_in_days",
    "to_json",
    "with_limit",
]
