"""What a holiday notice does to running limits: which dates move, by how much, and what came of ordering it.

Values only. The dates are counted by `calendars`; which cases are looked at is decided by the adapters.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import AwareDatetime, Field

from models.base import Value
from models.clocks import ClockKind
from models.due import in_shanghai


class NoticeOrder(Value):
    """A holiday notice that somebody put in force while the system ran. `area` is empty for a national one."""

    label: str
    year: int
    area: str
    ordered_by: str
    ordered_at: AwareDatetime


class DateShift(Value):
    """One running limit whose date or provisional mark changes. `old` and `new` are the first instants too late.

    `was_late` and `is_late` say whether the old and the new date lie in the past; a limit that only reminds never is.
    """

    case_no: str
    jurisdiction: str
    kind: ClockKind
    round: int
    old: AwareDatetime
    new: AwareDatetime
    was_provisional: bool
    is_provisional: bool
    was_late: bool
    is_late: bool

    @classmethod
    def at(cls, now: AwareDatetime, **facts: object) -> Self:
        """The shift as it stands at that moment."""
        shift = cls.model_validate({**facts, "was_late": False, "is_late": False})
        if shift.kind.only_reminds:
            return shift
        return shift.model_copy(update={"was_late": shift.old <= now, "is_late": shift.new <= now})

    @property
    def days(self) -> int:
        """By how many calendar days the date moves; negative when it comes earlier."""
        return (in_shanghai(self.new).date() - in_shanghai(self.old).date()).days


class Totals(Value):
    """How many cases and limits change. `days` counts limits by the days that they move, also by none."""

    cases: int = 0
    limits: int = 0
    days: dict[int, int] = Field(default_factory=dict)
    late: int = 0
    """Limits that are late with the new date."""
    newly_late: int = 0
    """Those of them that were in time with the old date."""
    no_longer_late: int = 0
    no_longer_provisional: int = 0
    newly_provisional: int = 0

    @classmethod
    def of(cls, shifts: Iterable[DateShift]) -> Self:
        """Add up shifts; all shifts of a case are among them."""
        every = tuple(shifts)
        return cls(
            cases=len({shift.case_no for shift in every}),
            limits=len(every),
            days=dict(sorted(Counter(shift.days for shift in every).items())),
            late=sum(shift.is_late for shift in every),
            newly_late=sum(shift.is_late and not shift.was_late for shift in every),
            no_longer_late=sum(shift.was_late and not shift.is_late for shift in every),
            no_longer_provisional=sum(shift.was_provisional and not shift.is_provisional for shift in every),
            newly_provisional=sum(shift.is_provisional and not shift.was_provisional for shift in every),
        )

    def plus(self, other: "Totals") -> "Totals":
        """Both together; they speak of different cases."""
        days = Counter(self.days)
        days.update(other.days)
        return Totals(
            cases=self.cases + other.cases,
            limits=self.limits + other.limits,
            days=dict(sorted(days.items())),
            late=self.late + other.late,
            newly_late=self.newly_late + other.newly_late,
            no_longer_late=self.no_longer_late + other.no_longer_late,
            no_longer_provisional=self.no_longer_provisional + other.no_longer_provisional,
            newly_provisional=self.newly_provisional + other.newly_provisional,
        )


class Preview(Value):
    """What a notice would do. `ordered` is set when it is in force already; `limits` are all running ones looked at.

    `paused` of them stand still and have no date to move.
    """

    label: str
    title: str
    year: int
    area: str
    ordered: NoticeOrder | None
    cases: int
    limits: int
    paused: int
    totals: Totals
    shifts: tuple[DateShift, ...]


class CaseFailure(Value):
    """A case that could not be counted again, and its own sentence about why."""

    case_no: str
    reason: str


class Recounting(Value):
    """What came of a notice: the order, how many open cases were counted again, what moved, and what failed.

    `is_new` is False when the notice had been put in force before.
    """

    order: NoticeOrder
    is_new: bool
    cases: int
    totals: Totals
    failures: tuple[CaseFailure, ...] = ()
    gave_up: bool = False
    """The engine stopped answering and some cases were not tried; ordering the same notice again goes on there."""
