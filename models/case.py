"""What a case is: its order at dispatch, its stages, findings and endings, and the state that the engine carries.

The state is facts only; the stage follows from the facts (`policy.transitions.stage_of`), so that an action that was
taken a moment ago counts for the very next one. The state is also the answer to the engine's query.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.base import Value
from models.callbacks import CallbackAttempt
from models.clocks import Clock, ClockKind
from models.policy import Policy


class Stage(StrEnum):
    """Where a case stands."""

    DISPATCHED = "dispatched"
    CONFIRMING = "confirming"
    REMEDIATION = "remediation"
    POST_CALLBACK = "post_callback"
    ESCALATED = "escalated"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The stage in Chinese."""
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    Stage.DISPATCHED: "待签收、待核实",
    Stage.CONFIRMING: "待确认不予采纳",
    Stage.REMEDIATION: "整改中",
    Stage.POST_CALLBACK: "待整改后回访",
    Stage.ESCALATED: "待监督处理",
    Stage.CLOSED: "已结束",
}


class CaseClass(StrEnum):
    """The class that sets the remediation limit (EZ-21, EZ-22)."""

    GENERAL = "general"
    DIFFICULT = "difficult"

    @property
    def label(self) -> str:
        """The class in Chinese."""
        return {CaseClass.GENERAL: "一般", CaseClass.DIFFICULT: "疑难"}[self]


class Finding(StrEnum):
    """What the verification found (EZ-25, EZ-26)."""

    FOUNDED = "founded"
    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"

    @property
    def label(self) -> str:
        """The finding in Chinese."""
        return {Finding.FOUNDED: "属实", Finding.MISTAKEN: "误评", Finding.MALICIOUS: "恶意差评"}[self]


class FindingBasis(StrEnum):
    """Why the case goes on as founded or not."""

    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    ANONYMOUS = "anonymous"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        """The basis in Chinese."""
        return {
            FindingBasis.CALLBACK: "回访核实",
            FindingBasis.SUPERVISOR: "监督人员认定",
            FindingBasis.ANONYMOUS: "匿名评价，免予回访",
            FindingBasis.UNREACHABLE: "多次回访未联系上，按属实办理",
        }[self]


class Ending(StrEnum):
    """How a case ended."""

    SATISFIED = "satisfied"
    UNREACHABLE = "unreachable"
    ANONYMOUS = "anonymous"
    NOT_ADOPTED = "not_adopted"
    CONCLUDED = "concluded"

    @property
    def label(self) -> str:
        """The ending in Chinese."""
        return {
            Ending.SATISFIED: "办结（回访满意）",
            Ending.UNREACHABLE: "办结（整改后回访未能完成）",
            Ending.ANONYMOUS: "办结（匿名评价，免予回访）",
            Ending.NOT_ADOPTED: "不予采纳",
            Ending.CONCLUDED: "办结（监督处理）",
        }[self]


class CaseOrder(Value):
    """The dispatch of one bad review (转办): the input of the workflow. Nothing in it is personal."""

    case_no: str
    jurisdiction: str
    project_no: str
    assess_number: int
    unit: str
    task_code: str
    task_name: str
    satisfaction: int
    tags: tuple[str, ...] = ()
    channel: str
    case_class: CaseClass
    anonymous: bool
    assessed_at: AwareDatetime
    policy: Policy
    policy_digest: str
    calendar_version: str


class CaseState(Value):
    """All facts of a running case. Times are aware; `seq` numbers the steps of the ledger from 1."""

    seq: int = 0
    dispatched_at: AwareDatetime | None = None
    signed_at: AwareDatetime | None = None
    signed_by: str | None = None
    finding: Finding | None = None
    finding_basis: FindingBasis | None = None
    finding_confirmed: bool = False
    found_by: str | None = None
    round: int = 1
    remediated_round: int = 0
    remediated_by: str | None = None
    escalated: bool = False
    ending: Ending | None = None
    ended_at: AwareDatetime | None = None
    contact_open: bool = False
    attempts: tuple[CallbackAttempt, ...] = ()
    running: dict[ClockKind, int] = Field(default_factory=dict)
    """Which limits run, and for which round; their dates follow in `clocks` as soon as they are recorded."""
    clocks: tuple[Clock, ...] = ()

    def clock(self, kind: ClockKind) -> Clock | None:
        """The clock of that kind whose dates are recorded, or None."""
        return next((clock for clock in self.clocks if clock.kind is kind), None)

    def running_clock(self, kind: ClockKind, round_: int) -> Clock | None:
        """That clock, if it still runs for that round."""
        clock = self.clock(kind)
        return clock if clock is not None and clock.round == round_ else None

    @property
    def is_overdue(self) -> bool:
        """Whether a limit has passed whose act is still missing."""
        return any(clock.missed for clock in self.clocks)


class CaseEnding(Value):
    """What the workflow returns."""

    case_no: str
    ending: Ending
    finding: Finding
    ended_at: datetime
    rounds: int
