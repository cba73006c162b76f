"""What a calendar says no to.

    CalendarError
    ├── CalendarNotPublished   the count runs into a year that no notice covers; nothing is guessed
    ├── NoticeRefused          a notice's file cannot be taken; names the file, the line and what to correct
    ├── UnknownJurisdiction    no jurisdiction of that id
    └── WrongCalendar          a due date was to be explained with another calendar than it was counted with

Every message is a Chinese sentence for the person in front of the screen.
"""

from models.errors import BadInput, HaochapingError


class CalendarError(HaochapingError):
    """The base of the calendars' errors."""


class CalendarNotPublished(CalendarError):
    """A year without any arrangement was needed. An empty year counts as none (rule R10)."""

    def __init__(self, year: int, covered: range) -> None:
        """Name the year that is missing beside the years that there are."""
        self.year = year
        super().__init__(
            f"没有{year}年的放假安排数据（已有{covered[0]}年至{covered[-1]}年），不能推算这一年的工作日，"
            "请核对日期；如该年安排已公布，请先录入国务院办公厅的通知"
        )


class NoticeRefused(CalendarError, BadInput):
    """A notice or a set of notices contradicts itself or lacks something."""


class UnknownJurisdiction(CalendarError, BadInput):
    """There is no jurisdiction of that id."""


class WrongCalendar(CalendarError):
    """The calendar at hand is not the one that the due date was counted with, or its snapshot was altered."""
