"""What lists and pages show of cases, tasks, limits and entries. Read from the read model; nothing personal."""

from datetime import date

from pydantic import AwareDatetime

from models.actors import Role
from models.base import Value
from models.case import CaseState, Ending, FindingBasis, Stage
from models.clocks import Clock, ClockKind, Passed
from models.due import DueDate
from models.kinds import CaseClass, CaseSource, Finding, Priority
from models.steps import Change, Event, TaskKind


class CaseView(Value):
    """One case as the lists have it."""

    case_no: str
    jurisdiction: str
    project_no: str
    assess_number: int
    unit: str
    unit_name: str
    task_code: str
    task_name: str
    channel: str
    satisfaction: int | None
    case_class: CaseClass
    anonymous: bool
    assessed_at: AwareDatetime
    dispatched_at: AwareDatetime
    policy_digest: str
    calendar_version: str
    seq: int
    stage: Stage
    round: int
    overdue: bool
    finding: Finding | None
    finding_basis: FindingBasis | None
    ending: Ending | None
    signed_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    source: CaseSource = CaseSource.RATING
    priority: Priority = Priority.NORMAL
    assignee: str | None = None
    paused: bool = False
    staff_no: str = ""
    window_no: str = ""
    state: CaseState | None = None
    """All facts after the last step, without the clocks; None for a case from before they were kept."""
    deadline: AwareDatetime | None = None
    """The end of the limit that runs out first; None when none runs for which somebody can be late."""


class ClockView(Value):
    """One limit of a case: running, met in time, met late, or given up when the case ended."""

    kind: ClockKind
    round: int
    due: DueDate
    ended_at: AwareDatetime | None
    missed_at: AwareDatetime | None
    passed: tuple[Passed, ...] = ()
    extendable_to: date | None = None

    @property
    def is_missed(self) -> bool:
        """Whether the limit passed before its act came."""
        late = self.ended_at is not None and not self.due.is_paused and not self.due.is_met_by(self.ended_at)
        return not self.kind.only_reminds and (self.missed_at is not None or late)

    @property
    def as_clock(self) -> Clock:
        """The limit as the case has it, without the rungs ahead."""
        return Clock(
            kind=self.kind,
            round=self.round,
            due=self.due,
            missed=self.missed_at is not None,
            passed=self.passed,
            extendable_to=self.extendable_to,
        )


class DateChangeView(Value):
    """One change of a limit's date. `new_deadline` is None when the limit began to stand still."""

    case_no: str
    seq: int
    kind: ClockKind
    round: int
    change: Change
    old_deadline: AwareDatetime
    new_deadline: AwareDatetime | None
    was_provisional: bool
    is_provisional: bool
    reason: str
    ordered_by: str | None
    at: AwareDatetime


class EntryView(Value):
    """One entry of the ledger."""

    seq: int
    at: AwareDatetime
    event: Event
    stage: Stage
    actor_user: str | None
    actor_name: str | None
    actor_role: Role | None
    actor_unit: str | None
    details: dict[str, str]


class TaskView(Value):
    """One open task, with the limit it stands under."""

    case_no: str
    kind: TaskKind
    role: Role
    unit: str | None
    case_unit: str
    unit_name: str
    task_name: str
    stage: Stage
    round: int
    overdue: bool
    opened_at: AwareDatetime
    due: DueDate | None
    priority: Priority = Priority.NORMAL
    assignee: str | None = None
    id: str = ""
    place: str = ""
    """Where it stands in its worklist; the page after it begins there."""


class EngineEventView(Value):
    """One event of the engine's own history that says something to people."""

    number: int
    at: AwareDatetime
    name: str
    """What kind of event it is, in Chinese."""
    text: str
    """What it was about, in Chinese; empty when the name says all."""


class EngineHistoryView(Value):
    """What the engine recorded of one run. `events` counts all, also its own bookkeeping, which is left out of `shown`.

    `archived` says that it comes from the case file (案卷), because the engine no longer has the run.
    """

    archived: bool
    events: int
    shown: tuple[EngineEventView, ...]
