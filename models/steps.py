"""A step of a case: what happened and everything that follows from it, recorded in one transaction.

The workflow decides the step (`policy.procedure`); the ledger activity writes it down, works out the dates of the
clocks that start, and returns them.
"""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from models.actors import Actor, Role
from models.base import Value
from models.case import CaseOrder, Ending, Finding, FindingBasis, Stage
from models.clocks import Clock, ClockKind, Rung
from models.due import Limit
from models.kinds import CaseClass, Priority
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
    RETURNED = "returned"
    REDISPATCHED = "redispatched"
    WITHDRAWN = "withdrawn"
    EXTENSION_REQUESTED = "extension_requested"
    EXTENSION_DECIDED = "extension_decided"
    CLASS_CHANGE_REQUESTED = "class_change_requested"
    CLASS_CHANGE_DECIDED = "class_change_decided"
    APPEALED = "appealed"
    LATE_APPEAL_ALLOWED = "late_appeal_allowed"
    APPEAL_DECIDED = "appeal_decided"
    APPEAL_CONFIRMED = "appeal_confirmed"
    CO_UNITS_ASSIGNED = "co_units_assigned"
    CO_OPINION_SUBMITTED = "co_opinion_submitted"
    CONFERENCE_CONVENED = "conference_convened"
    CONFERENCE_CONCLUDED = "conference_concluded"
    TAKEN_OVER = "taken_over"
    PRIORITY_SET = "priority_set"
    REASSIGNED = "reassigned"
    FORCE_CLAIMED = "force_claimed"
    PAUSED = "paused"
    RESUMED = "resumed"
    MEASURE_ISSUED = "measure_issued"
    MEASURE_FULFILLED = "measure_fulfilled"
    LOOKED_BACK = "looked_back"
    CALENDAR_APPLIED = "calendar_applied"
    ARCHIVED = "archived"

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
    Event.RETURNED: "退单",
    Event.REDISPATCHED: "改派",
    Event.WITHDRAWN: "登记撤回评价",
    Event.EXTENSION_REQUESTED: "申请延期",
    Event.EXTENSION_DECIDED: "审批延期",
    Event.CLASS_CHANGE_REQUESTED: "申请变更类别",
    Event.CLASS_CHANGE_DECIDED: "审批变更类别",
    Event.APPEALED: "提出申诉",
    Event.LATE_APPEAL_ALLOWED: "准予逾期申诉",
    Event.APPEAL_DECIDED: "申诉复核",
    Event.APPEAL_CONFIRMED: "申诉确认",
    Event.CO_UNITS_ASSIGNED: "确定协办单位",
    Event.CO_OPINION_SUBMITTED: "提交协办意见",
    Event.CONFERENCE_CONVENED: "召开联席会议",
    Event.CONFERENCE_CONCLUDED: "登记会议结论",
    Event.TAKEN_OVER: "领导领办",
    Event.PRIORITY_SET: "确定优先级",
    Event.REASSIGNED: "转交经办人",
    Event.FORCE_CLAIMED: "强制接办",
    Event.PAUSED: "暂停计时",
    Event.RESUMED: "恢复计时",
    Event.MEASURE_ISSUED: "下达督查措施",
    Event.MEASURE_FULFILLED: "督查措施销号",
    Event.LOOKED_BACK: "登记回头看",
    Event.CALENDAR_APPLIED: "按新放假安排重新计算",
    Event.ARCHIVED: "归档",
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
    REDISPATCH = "redispatch"
    DECIDE_UNIT = "decide_unit"
    DECIDE_EXTENSION = "decide_extension"
    DECIDE_CLASS_CHANGE = "decide_class_change"
    REVIEW_APPEAL = "review_appeal"
    CONFIRM_APPEAL = "confirm_appeal"
    CO_HANDLE = "co_handle"
    CONFERENCE = "conference"
    TAKE_OVER = "take_over"
    ISSUE_SUPERVISE = "issue_supervise"
    ISSUE_INTERVIEW = "issue_interview"
    ISSUE_CIRCULAR = "issue_circular"
    ISSUE_REFERRAL = "issue_referral"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFERRAL = "referral"
    LOOKBACK = "lookback"

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
    TaskKind.REDISPATCH: "改派",
    TaskKind.DECIDE_UNIT: "指定承办单位",
    TaskKind.DECIDE_EXTENSION: "审批延期",
    TaskKind.DECIDE_CLASS_CHANGE: "审批变更类别",
    TaskKind.REVIEW_APPEAL: "申诉复核",
    TaskKind.CONFIRM_APPEAL: "申诉确认",
    TaskKind.CO_HANDLE: "协办",
    TaskKind.CONFERENCE: "联席会议",
    TaskKind.TAKE_OVER: "领导领办",
    TaskKind.ISSUE_SUPERVISE: "下达督办",
    TaskKind.ISSUE_INTERVIEW: "下达约谈",
    TaskKind.ISSUE_CIRCULAR: "下达通报",
    TaskKind.ISSUE_REFERRAL: "移送处理",
    TaskKind.SUPERVISE: "落实督办",
    TaskKind.INTERVIEW: "落实约谈",
    TaskKind.CIRCULAR: "落实通报",
    TaskKind.REFERRAL: "落实移送",
    TaskKind.LOOKBACK: "回头看",
}


class RungReached(Value):
    """A rung of a running clock that has come."""

    clock: Clock
    rung: Rung


class ClockStart(Value):
    """A limit begins at `since`. `warns` is False for a clock that speaks only at its limit; `silent` ones never do."""

    kind: ClockKind
    round: int
    since: AwareDatetime
    limit: Limit
    warns: bool = True
    silent: bool = False
    extension: Limit | None = None
    """By how much the limit may be extended at most; None when it may not."""


class Change(StrEnum):
    """Why the date of a running limit is worked out anew."""

    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECLASSED = "reclassed"
    RECOUNTED = "recounted"

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return {
            Change.PAUSED: "暂停计时",
            Change.RESUMED: "恢复计时",
            Change.EXTENDED: "延期",
            Change.RECLASSED: "变更类别",
            Change.RECOUNTED: "放假安排变化",
        }[self]


class ClockMove(Value):
    """The date of a running limit moves; the ledger knows the limit as it stands and works out the new date."""

    kind: ClockKind
    round: int
    change: Change
    why: str = ""
    """For a pause, its reason in Chinese."""
    until: date | None = None
    """For an extension, the last day that was granted."""
    limit: Limit | None = None
    """For another class, its limit."""
    extension: Limit | None = None
    """For another class, by how much it may be extended at most."""


class TaskOrder(Value):
    """A task to open: for whom, and under which clock of which round it stands.

    `unit` is the handling unit unless it says another; `round` is that of the case unless the clock counts for itself.
    """

    kind: TaskKind
    role: Role
    clock: ClockKind | None = None
    unit: str | None = None
    round: int | None = None


class TaskClose(Value):
    """A task of one unit to close, where several units have one of the kind."""

    kind: TaskKind
    unit: str


class NoticeOrder(Value):
    """People to be told about the step. `clock` is the limit that the letter speaks of, `user` one person of the role.

    `unit` is the handling unit unless it says another.
    """

    kind: NoticeKind
    to: Role
    clock: ClockKind | None = None
    task: TaskKind | None = None
    unit: str | None = None
    user: str | None = None


class Facts(Value):
    """What the list of cases shows of a case after this step."""

    stage: Stage
    round: int
    overdue: bool
    unit: str | None = None
    case_class: CaseClass | None = None
    priority: Priority | None = None
    assignee: str | None = None
    paused: bool = False
    finding: Finding | None = None
    finding_basis: FindingBasis | None = None
    ending: Ending | None = None
    signed_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class Step(Value):
    """One step, complete: the entry, the facts after it, clocks, tasks and notices. `order` comes with the first.

    `state` is the case's state after the step in JSON form, without its clocks and without what is as it was at first.
    """

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
    moves: tuple[ClockMove, ...] = ()
    rung: RungReached | None = None
    opens: tuple[TaskOrder, ...] = ()
    closes: tuple[TaskKind, ...] = ()
    closes_of: tuple[TaskClose, ...] = ()
    notices: tuple[NoticeOrder, ...] = ()
    reports: tuple[NoticeKind, ...] = ()
    to_evaluator: tuple[NoticeKind, ...] = ()
    state: dict[str, Any] | None = None


class Recorded(Value):
    """What comes back from recording a step: every clock whose dates were set or moved.

    `calendar_version` is the calendar in force where it is newer than the one that a dispatch was ordered with.
    """

    seq: int
    clocks: tuple[Clock, ...] = ()
    calendar_version: str | None = None
