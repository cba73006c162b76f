"""What lists, hotline, overview, notices and policies ask of the world. Decides nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from calendars import WorkingCalendar
from models.actors import Actor
from models.calendar_changes import NoticeOrder, Preview, Recounting
from models.callbacks import CallbackKind
from models.kinds import CaseSource
from models.lists import (
    CaseFilter,
    CasePage,
    Count,
    DayLoad,
    LedgerLine,
    MonthOfUnit,
    SavedFilter,
    Standing,
)
from models.ratings import Complaint, EvaluatorContact
from policy.parsing import PolicyFile


class CaseLists(Protocol):
    """Lists of cases."""

    def page(self, chosen: CaseFilter, now: datetime, after: str = "", limit: int = 50) -> CasePage:
        """One page of cases from a place on. Raises BadInput for a place that is none."""
        ...

    def count(self, chosen: CaseFilter, now: datetime, most: int = 1000) -> Count:
        """How many there are, counted up to `most`."""
        ...

    def lines(self, chosen: CaseFilter, now: datetime, most: int) -> Iterator[LedgerLine]:
        """The cases with their callbacks and remediation, at most that many."""
        ...


class OverviewNumbers(Protocol):
    """Counts over all cases, or over those that one unit handles."""

    def standing(self, unit: str | None) -> Sequence[Standing]:
        """Open cases by unit, class, stage and whether they are overdue."""
        ...

    def runs_out_before(self, unit: str | None, now: datetime, end: datetime) -> int:
        """Open cases whose next limit is not over and ends before that moment."""
        ...

    def open_tasks(self, actor: Actor) -> int:
        """Open tasks of that role."""
        ...

    def on_time(self, unit: str | None, since: datetime, now: datetime) -> Sequence[MonthOfUnit]:
        """By unit and month: remediation limits that ended, and those met."""
        ...

    def load(self, unit: str | None, begin: datetime, days: int) -> Sequence[DayLoad]:
        """How many running limits end on each of the coming days."""
        ...


class SavedFilters(Protocol):
    """Filters of the ledger that people keep under a name."""

    def of(self, user: str) -> Sequence[SavedFilter]:
        """A person's filters by name."""
        ...

    def save(self, user: str, name: str, query: str, at: datetime) -> None:
        """Keep a filter; one of the same name is replaced. Raises BadInput when there are too many."""
        ...

    def delete(self, user: str, name: str) -> None:
        """Forget a filter."""
        ...


class Calls(Protocol):
    """What a callback needs."""

    def callback_script(self, jurisdiction: str, kind: CallbackKind, source: CaseSource) -> str:
        """What is asked in that callback."""
        ...

    def complaint(self, case_no: str) -> Complaint:
        """What the evaluator complained of, without numbers."""
        ...

    def evaluator_contact(self, case_no: str) -> EvaluatorContact | None:
        """Whom to call; personal. The page masks the name and leaves the number out."""
        ...


class Calendars(Protocol):
    """The calendar in force for a jurisdiction."""

    def load_calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """Today's calendar of a jurisdiction, or the national one."""
        ...


class RecountJob(Protocol):
    """A recounting under way or done in this process."""

    @property
    def done(self) -> int:
        """Cases that were counted again."""
        ...

    @property
    def planned(self) -> int:
        """Cases that were to be counted in all."""
        ...

    @property
    def result(self) -> Recounting | None:
        """What came of it; None while it runs or when it broke off."""
        ...

    @property
    def refusal(self) -> str:
        """Why it broke off; empty otherwise."""
        ...


class NoticeDesk(Protocol):
    """Holiday notices: what is in force, what one would do, and putting it in force."""

    def place(self, jurisdiction: str) -> str:
        """The jurisdiction's name. Raises BadInput for an unknown one."""
        ...

    def calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """The calendar in force."""
        ...

    def orders(self, jurisdiction: str | None) -> list[NoticeOrder]:
        """The notices that people put in force while the system ran."""
        ...

    def preview_text(self, text: str, name: str) -> Preview:
        """What the notice would do. Raises NoticeRefused with file and line."""
        ...

    def start(self, text: str, name: str, actor: Actor) -> str:
        """Put the notice in force and begin to count; the number of the job. Raises before anything is changed."""
        ...

    def job(self, number: str) -> RecountJob | None:
        """A job of this process."""
        ...


class PolicyShelf(Protocol):
    """The policy files of the jurisdictions."""

    def ids(self) -> list[str]:
        """The jurisdictions that have a policy."""
        ...

    def file(self, jurisdiction: str) -> PolicyFile:
        """A jurisdiction's policy. Raises BadInput for an unknown one."""
        ...
