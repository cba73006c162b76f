"""What lists and pages show of cases, tasks, limits and entries. Read from the read model; nothing personal."""

from pydantic import AwareDatetime

from models.actors import Role
from models.base import Value
from models.case import CaseClass, Ending, Finding, FindingBasis, Stage
from models.clocks import ClockKind
from models.due import DueDate
from models.steps import Event, TaskKind


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
    satisfaction: int
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


class ClockView(Value):
    """One limit of a case: running, met in time, met late, or given up when the case ended."""

    kind: ClockKind
    round: int
    due: DueDate
    ended_at: AwareDatetime | None
    missed_at: AwareDatetime | None

    @property
    def is_missed(self) -> bool:
        """Whether the limit passed before its act came."""
        late = self.ended_at is not None and not self.due.is_met_by(self.ended_at)
        return self.kind is not ClockKind.ADVISORY and (self.missed_at is not None or late)


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
