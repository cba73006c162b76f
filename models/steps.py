"""A step of a case: what happened and everything that follows from it, recorded in one transaction.

The workflow decides the step (`policy.procedure`); the ledger activity writes it down, works out the dates of the
clocks that start, and returns them.
"""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.actors import Actor, Role
from models.base import Value
from models.case import CaseOrder, Ending, Finding, FindingBasis, Stage
from models.clocks import Clock, ClockKind, Rung
from models.due import Limit
from models.notices import NoticeKind


class Event(StrEnum):
    """What can be written into the ledger."""

    DISPATCHED = "dispatched"
    SIGNED_OFF = "signed_off"
    CALLBACK_TRIGGERED = "callback_triggered"
    CALLBACK_RECORDED = "callback_recorded"
    FINDING_CONFIRMED = "finding_confirmed"
    FINDING_REJECTED = "finding_rejected"
    REMEDIATED = "remediated"
    URGED = "urged"
    CONCLUDED = "concluded"
    RUNG_REACHED = "rung_reached"

    @property
    def label(self) -> str:
        """The event in Chinese."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    Event.DISPATCHED: "转办",
    Event.SIGNED_OFF: "签收",
    Event.CALLBACK_TRIGGERED: "发起回访",
    Event.CALLBACK_RECORDED: "登记回访",
    Event.FINDING_CONFIRMED: "确认不予采纳",
    Event.FINDING_REJECTED: "不同意不予采纳",
    Event.REMEDIATED: "提交整改情况",
    Event.URGED: "催办",
    Event.CONCLUDED: "监督处理办结",
    Event.RUNG_REACHED: "时限提醒",
}


class TaskKind(StrEnum):
    """What a person can be asked to do."""

    SIGN_OFF = "sign_off"
    VERIFICATION_CALLBACK = "verification_callback"
    CONFIRM_FINDING = "confirm_finding"
    REMEDIATE = "remediate"
    POST_CALLBACK = "post_callback"
    CONTACT = "contact"
    CONCLUDE = "conclude"
    OVERSEE = "oversee"

    @property
    def label(self) -> str:
        """The task in Chinese."""
        return _TASK_LABELS[self]


_TASK_LABELS = {
    TaskKind.SIGN_OFF: "签收",
    TaskKind.VERIFICATION_CALLBACK: "回访核实",
    TaskKind.CONFIRM_FINDING: "确认是否不予采纳",
    TaskKind.REMEDIATE: "整改并书面反馈",
    TaskKind.POST_CALLBACK: "整改后回访",
    TaskKind.CONTACT: "过程回访",
    TaskKind.CONCLUDE: "监督处理",
    TaskKind.OVERSEE: "督促逾期案件",
}


class RungReached(Value):
    """A rung of a running clock that has come."""

    clock: Clock
    rung: Rung


class ClockStart(Value):
    """A limit begins at `since`. `warns` is False for a clock that speaks only at its limit."""

    kind: ClockKind
    round: int
    since: AwareDatetime
    limit: Limit
    warns: bool = True


class TaskOrder(Value):
    """A task to open: for whom, and under which clock it stands."""

    kind: TaskKind
    role: Role
    clock: ClockKind | None = None


class NoticeOrder(Value):
    """People to be told about the step. `clock` is the limit that the letter speaks of."""

    kind: NoticeKind
    to: Role
    clock: ClockKind | None = None
    task: TaskKind | None = None


class Facts(Value):
    """What the list of cases shows of a case after this step."""

    stage: Stage
    round: int
    overdue: bool
    finding: Finding | None = None
    finding_basis: FindingBasis | None = None
    ending: Ending | None = None
    signed_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class Step(Value):
    """One step, complete: the entry, the facts after it, clocks, tasks and notices. `order` comes with the first."""

    case_no: str
    jurisdiction: str
    unit: str
    seq: int
    at: AwareDatetime
    event: Event
    facts: Facts
    policy_digest: str
    calendar_version: str
    actor: Actor | None = None
    details: dict[str, str] = Field(default_factory=dict)
    order: CaseOrder | None = None
    starts: tuple[ClockStart, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    rung: RungReached | None = None
    opens: tuple[TaskOrder, ...] = ()
    closes: tuple[TaskKind, ...] = ()
    notices: tuple[NoticeOrder, ...] = ()
    reports: tuple[NoticeKind, ...] = ()


class Recorded(Value):
    """What comes back from recording a step: every clock whose dates were set or moved."""

    seq: int
    clocks: tuple[Clock, ...] = ()
