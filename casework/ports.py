"""What every front end asks of the world to show a case and to let somebody act. The roots hand in the real things.

Decides nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from calendars import WorkingCalendar
from models.actors import Actor
from models.people import Unit, User
from models.policy import Policy
from models.steps import TaskKind
from models.views import CaseView, ClockView, DateChangeView, EntryView, TaskView


class Reader(Protocol):
    """The read model of the cases."""

    def case(self, case_no: str) -> CaseView:
        """One case. Raises UnknownCase."""
        ...

    def cases(
        self, jurisdiction: str | None = None, open_only: bool = False, limit: int = 200, unit: str | None = None
    ) -> list[CaseView]:
        """Cases by number; only those that still run, or those of one handling unit, if asked."""
        ...

    def clocks(self, case_no: str) -> list[ClockView]:
        """All limits of a case, in the order in which they began."""
        ...

    def entries(self, case_no: str) -> list[EntryView]:
        """The ledger of a case, oldest first."""
        ...

    def date_changes(self, case_no: str) -> list[DateChangeView]:
        """Every change of a date of a case, oldest first."""
        ...

    def tasks(
        self,
        actor: Actor,
        limit: int = 500,
        after: str = "",
        stands_in_for: Sequence[str] = (),
        kinds: Collection[TaskKind] = (),
    ) -> list[TaskView]:
        """The open tasks of a person, the most urgent and what runs out first on top.

        `after` is the `place` of the last task of the page before; `stands_in_for` whose deputy the person is; `kinds`
        narrows it down to some. Raises BadInput for a place that is none.
        """
        ...

    def tasks_of_case(self, case_no: str) -> list[TaskView]:
        """The open tasks of one case."""
        ...

    def calendar(self, version: str) -> WorkingCalendar:
        """The calendar of that version, with which some date was counted."""
        ...


class People(Protocol):
    """The directory of units and users."""

    def actor(self, user_id: str) -> Actor:
        """A user as an actor. Raises UnknownUser."""
        ...

    def user(self, user_id: str) -> User:
        """One user. Raises UnknownUser."""
        ...

    def unit(self, unit_id: str) -> Unit:
        """One unit; one that is not in the directory is shown by its id."""
        ...

    def units(self) -> list[Unit]:
        """All units, by id."""
        ...

    def users(self) -> list[User]:
        """All users, by id."""
        ...


class Rules(Protocol):
    """What a case is counted with: its pinned policy, the source of each parameter, and its pinned calendar."""

    @property
    def policy(self) -> Policy:
        """The policy."""
        ...

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each parameter comes from."""
        ...

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar."""
        ...


class Front(Protocol):
    """What a front end asks of the world to show a case. What is down raises a HaochapingError that says so."""

    def now(self) -> datetime:
        """This moment, aware."""
        ...

    @property
    def reader(self) -> Reader:
        """The read model."""
        ...

    @property
    def people(self) -> People:
        """The directory."""
        ...

    def rules(self, policy_digest: str, calendar_version: str) -> Rules:
        """The rules of those versions."""
        ...

    def stands_in_for(self, user: str) -> list[str]:
        """Whom that user is the deputy of today."""
        ...
