"""A calendar as text and back, so that the version a due date was counted with can be kept and used again."""

from pydantic import ValidationError

from calendars.errors import WrongCalendar
from calendars.notices import Notice
from calendars.working import WorkingCalendar
from models.base import Value


class _Snapshot(Value):
    version: str
    notices: tuple[Notice, ...]


def to_json(calendar: WorkingCalendar) -> str:
    """The calendar's notices and version as JSON text."""
    snapshot = _Snapshot(version=calendar.version, notices=calendar.notices)
    return snapshot.model_dump_json(exclude_none=True)


def calendar_from_json(text: str) -> WorkingCalendar:
    """The calendar that `to_json` wrote down. Raises WrongCalendar if it comes out as another version."""
    try:
        snapshot = _Snapshot.model_validate_json(text)
    except ValidationError as error:
        raise WrongCalendar("日历快照无法读取") from error
    calendar = WorkingCalendar(snapshot.notices)
    if calendar.version != snapshot.version:
        raise WrongCalendar(f"日历快照的内容与其版本{snapshot.version}不符")
    return calendar
