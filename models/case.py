"""What a case is: its order at dispatch, its stages, findings and endings, and the state that the engine carries.

The state is facts only; the stage follows from the facts (`policy.stages.stage_of`), so that an action that was
taken a moment ago counts for the very next one. The state is also the answer to the engine's query.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.base import Value
from models.callbacks import CallbackAttempt
from models.clocks import Clock, ClockKind
from models.kinds import CaseClass, CaseSource, Finding, MeasureKind, Priority
from models.policy import Policy
from models.surroundings import RatedObject


class Stage(StrEnum):
    """Where a case stands."""

    DISPATCHED = "dispatched"
    RETURNED = "returned"
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
    Stage.DISPATCHED: "签收与核实中",
    Stage.RETURNED: "已退单、待改派",
    Stage.CONFIRMING: "待确认不予采纳",
    Stage.REMEDIATION: "整改中",
    Stage.POST_CALLBACK: "待整改后回访",
    Stage.ESCALATED: "待监督处理",
    Stage.CLOSED: "已结束",
}


class FindingBasis(StrEnum):
    """Why the case goes on as founded or not."""

    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    ANONYMOUS = "anonymous"
    UNREACHABLE = "unreachable"
    APPEAL = "appeal"
    WITHDRAWN = "withdrawn"
    REPORTED = "reported"
    REPEATED = "repeated"

    @property
    def label(self) -> str:
        """The basis in Chinese."""
        return {
            FindingBasis.CALLBACK: "回访核实",
            FindingBasis.SUPERVISOR: "监督人员认定",
            FindingBasis.ANONYMOUS: "匿名评价，免予回访",
            FindingBasis.UNREACHABLE: "多次回访未联系上，按属实办理",
            FindingBasis.APPEAL: "申诉复核认定",
            FindingBasis.WITHDRAWN: "评价人撤回，按属实办理",
            FindingBasis.REPORTED: "本人到窗口反映，已登记",
            FindingBasis.REPEATED: "重复差评，根源治理",
        }[self]


class Ending(StrEnum):
    """How a case ended."""

    SATISFIED = "satisfied"
    UNREACHABLE = "unreachable"
    ANONYMOUS = "anonymous"
    NOT_ADOPTED = "not_adopted"
    CONCLUDED = "concluded"
    REMEDIATED = "remediated"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The ending in Chinese."""
        return {
            Ending.SATISFIED: "办结（回访满意）",
            Ending.UNREACHABLE: "办结（整改后回访未能完成）",
            Ending.ANONYMOUS: "办结（匿名评价，免予回访）",
            Ending.NOT_ADOPTED: "不予采纳",
            Ending.CONCLUDED: "办结（监督处理）",
            Ending.REMEDIATED: "办结（已整改，无须回访）",
            Ending.WITHDRAWN: "办结（评价人已撤回，免予回访）",
        }[self]

    @property
    def counts(self) -> bool:
        """Whether the review stays in the scores; one that is not adopted leaves them, never the record."""
        return self is not Ending.NOT_ADOPTED


UNNAMED_ITEM = "政务服务事项"
"""What letters, documents and scripts call a matter whose source names no item; pages say that none was named."""


class CaseOrder(Value):
    """The dispatch of one bad review (转办): the input of the workflow. Nothing in it is personal."""

    case_no: str
    jurisdiction: str
    project_no: str
    assess_number: int
    unit: str
    task_code: str
    task_name: str
    satisfaction: int | None
    tags: tuple[str, ...] = ()
    channel: str
    case_class: CaseClass
    anonymous: bool
    assessed_at: AwareDatetime
    policy: Policy
    policy_digest: str
    calendar_version: str
    source: CaseSource = CaseSource.RATING
    priority: Priority = Priority.NORMAL
    window: str = ""
    """The window or counter that was rated, as the source names it."""
    staff_no: str = ""
    """The number of the clerk who was rated, as the source names it; empty when nobody was."""
    repeats: tuple[str, ...] = ()
    """For a parent case: the cases whose repetition it is about."""
    bad_objects: tuple[RatedObject, ...] = ()
    """Which of the objects that got stars of their own got bad ones (C-13); empty where only one was rated."""


class Appeal(Value):
    """申诉: who appealed, who reviewed and confirmed, and what came of it. `upheld` is None while nobody decided."""

    filed_at: AwareDatetime
    filed_by: str
    by_unit: bool = False
    """Whether the unit's head filed it."""
    late_allowed_by: str | None = None
    has_evidence: bool = False
    finding: Finding | None = None
    reviewed_by: str | None = None
    upheld: bool | None = None
    decided_at: AwareDatetime | None = None

    @property
    def awaits_confirmation(self) -> bool:
        """Whether a reviewer would uphold it and the second person has not spoken."""
        return self.upheld is None and self.reviewed_by is not None


class ExtensionRequest(Value):
    """延期申请 that waits for its answer: the last day that is asked for."""

    until: date
    asked_by: str


class ClassRequest(Value):
    """变更类别申请 that waits for its answer."""

    case_class: CaseClass
    asked_by: str


class CaseState(Value):
    """All facts of a running case. Times are aware; `seq` numbers the steps of the ledger from 1."""

    seq: int = 0
    dispatched_at: AwareDatetime | None = None
    signed_at: AwareDatetime | None = None
    signed_by: str | None = None
    finding: Finding | None = None
    finding_basis: FindingBasis | None = None
    finding_confirmed: bool = False
    finding_evidence: bool = False
    """Whether the finding against the review came with a piece of evidence."""
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
    moving: dict[ClockKind, int] = Field(default_factory=dict)
    """Limits whose dates are being worked out anew, and the step that asked for it."""

    calendar_version: str | None = None
    """The calendar that a notice has put in the place of the one from the dispatch."""
    unit: str | None = None
    """The handling unit after a return; None while it is the one of the dispatch."""
    former_units: tuple[str, ...] = ()
    """Units that the case lay with before it was dispatched anew; the clerk who was rated may work in one of them."""
    case_class: CaseClass | None = None
    priority: Priority | None = None
    assignee: str | None = None
    """The officer in charge: who signed for the case, or got it from the unit's head."""
    leader: str | None = None
    """The head who has taken the case over (主要领导领办)."""
    handlers: tuple[str, ...] = ()
    """Everybody who ever handled the case or called about it; none of them reviews an appeal."""

    sign_offs: int = 1
    """Which sign-off this is; each new dispatch asks for one more."""
    is_returned: bool = False
    returns: int = 0
    unit_is_binding: bool = False

    extension: ExtensionRequest | None = None
    extensions: int = 0
    class_request: ClassRequest | None = None

    held: tuple[str, ...] = ()
    """Why the remediation limit stands still: an appeal, an order to pause."""
    stands_still: bool = False
    """Whether the running remediation limit was in fact stopped; one that had passed is not."""
    pauses: int = 0

    appeal: Appeal | None = None
    late_appeal_by: str | None = None

    co_units: dict[str, bool] = Field(default_factory=dict)
    """协办单位, and whether they have given their opinion."""
    conferences: int = 0
    conference_open: bool = False
    special_ledger: bool = False
    was_late: bool = False
    """Whether the remediation limit of this or an earlier round was missed."""
    measures: dict[MeasureKind, int] = Field(default_factory=dict)
    """How many recorded escalations of each kind there were."""
    open_measures: tuple[MeasureKind, ...] = ()
    ladder_tasks: tuple[str, ...] = ()
    """What the ladder has asked people to do and nobody has done yet, by the kind of task."""
    withdrawn_at: AwareDatetime | None = None
    lookback_open: bool = False
    archived: bool = False

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


__all__ = [
    "Appeal",
    "CaseClass",
    "CaseEnding",
    "CaseOrder",
    "CaseSource",
    "CaseState",
    "ClassRequest",
    "Ending",
    "ExtensionRequest",
    "Finding",
    "FindingBasis",
    "MeasureKind",
    "Priority",
    "Stage",
]
