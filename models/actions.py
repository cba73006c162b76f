"""The human actions, one message each. Every message carries its actor; the update id is its idempotency key."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from models.actors import Actor
from models.base import Value
from models.callbacks import CallbackResult
from models.case import Stage
from models.kinds import CaseClass, Finding, MeasureKind, Priority


class Action(StrEnum):
    """What people can do to a case; the value is the name of the update."""

    SIGN_OFF = "sign_off"
    RETURN_ORDER = "return_order"
    REDISPATCH = "redispatch"
    TRIGGER_CALLBACK = "trigger_callback"
    RECORD_CALLBACK = "record_callback"
    RECORD_WITHDRAWAL = "record_withdrawal"
    CONFIRM_FINDING = "confirm_finding"
    REJECT_FINDING = "reject_finding"
    SUBMIT_REMEDIATION = "submit_remediation"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    REQUEST_CLASS_CHANGE = "request_class_change"
    DECIDE_CLASS_CHANGE = "decide_class_change"
    FILE_APPEAL = "file_appeal"
    ALLOW_LATE_APPEAL = "allow_late_appeal"
    DECIDE_APPEAL = "decide_appeal"
    CONFIRM_APPEAL = "confirm_appeal"
    ASSIGN_CO_UNITS = "assign_co_units"
    SUBMIT_CO_OPINION = "submit_co_opinion"
    CONVENE_CONFERENCE = "convene_conference"
    CONCLUDE_CONFERENCE = "conclude_conference"
    TAKE_OVER = "take_over"
    SET_PRIORITY = "set_priority"
    REASSIGN = "reassign"
    FORCE_CLAIM = "force_claim"
    PAUSE = "pause"
    RESUME = "resume"
    URGE = "urge"
    ISSUE_MEASURE = "issue_measure"
    FULFIL_MEASURE = "fulfil_measure"
    CONCLUDE = "conclude"
    RECORD_LOOKBACK = "record_lookback"
    APPLY_CALENDAR = "apply_calendar"

    @property
    def label(self) -> str:
        """The action in Chinese."""
        return _ACTION_LABELS[self]


_ACTION_LABELS = {
    Action.SIGN_OFF: "签收",
    Action.RETURN_ORDER: "退单",
    Action.REDISPATCH: "改派",
    Action.TRIGGER_CALLBACK: "发起回访",
    Action.RECORD_CALLBACK: "登记回访结果",
    Action.RECORD_WITHDRAWAL: "登记撤回评价",
    Action.CONFIRM_FINDING: "确认不予采纳",
    Action.REJECT_FINDING: "不同意不予采纳",
    Action.SUBMIT_REMEDIATION: "提交整改情况",
    Action.REQUEST_EXTENSION: "申请延期",
    Action.DECIDE_EXTENSION: "审批延期",
    Action.REQUEST_CLASS_CHANGE: "申请变更类别",
    Action.DECIDE_CLASS_CHANGE: "审批变更类别",
    Action.FILE_APPEAL: "提出申诉",
    Action.ALLOW_LATE_APPEAL: "准予逾期申诉",
    Action.DECIDE_APPEAL: "申诉复核",
    Action.CONFIRM_APPEAL: "申诉确认",
    Action.ASSIGN_CO_UNITS: "确定协办单位",
    Action.SUBMIT_CO_OPINION: "提交协办意见",
    Action.CONVENE_CONFERENCE: "召开联席会议",
    Action.CONCLUDE_CONFERENCE: "登记会议结论",
    Action.TAKE_OVER: "领导领办",
    Action.SET_PRIORITY: "确定优先级",
    Action.REASSIGN: "转交经办人",
    Action.FORCE_CLAIM: "强制接办",
    Action.PAUSE: "暂停计时",
    Action.RESUME: "恢复计时",
    Action.URGE: "催办",
    Action.ISSUE_MEASURE: "下达督查措施",
    Action.FULFIL_MEASURE: "督查措施销号",
    Action.CONCLUDE: "监督处理办结",
    Action.RECORD_LOOKBACK: "登记回头看",
    Action.APPLY_CALENDAR: "按新放假安排重新计算",
}

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Evidence = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=20)]
"""Pieces of evidence by their names or numbers, e.g. a recording; never personal details."""


class HumanAction(Value):
    """What every human action says: who acts."""

    actor: Actor


class SignOff(HumanAction):
    """签收: the handling unit takes the case (EZ-20)."""


class ReturnOrder(HumanAction):
    """退单: the case is not this unit's; `reason_code` is one of the policy's list."""

    reason_code: str = Field(min_length=1, max_length=50)
    note: str = Field(default="", max_length=2000)


class Redispatch(HumanAction):
    """改派: the case goes to another unit, or back to the same one with the reason why it is the right one."""

    to_unit: str = Field(min_length=1, max_length=100)
    reason: Text


class TriggerCallback(HumanAction):
    """发起回访: a hotline operator calls the evaluator, whatever the stage."""

    purpose: str = Field(default="", max_length=500)


class RecordCallback(HumanAction):
    """登记回访结果: how one call went, and what it found or whether the evaluator is satisfied (EZ-25, EZ-30)."""

    result: CallbackResult
    finding: Finding | None = None
    satisfied: bool | None = None
    note: str = Field(default="", max_length=2000)
    evidence: Evidence = ()


class RecordWithdrawal(HumanAction):
    """登记撤回评价: the citizen takes the review back. The case goes on without further calls."""

    reason: Text


class ConfirmFinding(HumanAction):
    """确认不予采纳: a second person confirms that the review was mistaken or malicious (EZ-26)."""

    reason: Text
    evidence: Evidence = ()


class RejectFinding(HumanAction):
    """不同意不予采纳: the review is founded after all."""

    reason: Text


class SubmitRemediation(HumanAction):
    """提交整改情况: the written feedback on what was put right (EZ-28)."""

    measures: str = Field(min_length=1, max_length=8000)
    evidence: Evidence = ()


class RequestExtension(HumanAction):
    """申请延期: the reason and the last day that is asked for (EZ-29)."""

    until: date
    reason: Text


class DecideExtension(HumanAction):
    """审批延期: the level above grants or refuses (EZ-29)."""

    granted: bool
    reason: Text


class RequestClassChange(HumanAction):
    """申请变更类别: the handling unit asks for another class."""

    case_class: CaseClass
    reason: Text


class DecideClassChange(HumanAction):
    """审批变更类别: whoever classifies grants or refuses; the time already used is kept."""

    granted: bool
    reason: Text


class FileAppeal(HumanAction):
    """提出申诉: the rated person, or the unit where the policy says so, contests the review (EZ-43, TA-24)."""

    reason: Text
    evidence: Evidence = ()


class AllowLateAppeal(HumanAction):
    """准予逾期申诉: a supervisor lets an appeal in whose period has passed, in the own name."""

    reason: Text


class DecideAppeal(HumanAction):
    """申诉复核: the reviewer upholds the appeal with a finding, or not (TA-25)."""

    upheld: bool
    finding: Finding | None = None
    reason: Text
    evidence: Evidence = ()


class ConfirmAppeal(HumanAction):
    """申诉确认: the managing unit confirms that the appeal is upheld, or not (TA-26)."""

    confirmed: bool
    reason: Text


class AssignCoUnits(HumanAction):
    """确定协办单位: which units help the lead unit; the list replaces the one before (GH-09, GH-33)."""

    units: Annotated[tuple[str, ...], Field(max_length=10)]
    reason: Text


class SubmitCoOpinion(HumanAction):
    """提交协办意见: a co-handling unit says what it has done."""

    opinion: Text


class ConveneConference(HumanAction):
    """召开联席会议: several units are to settle the case together (GH-09)."""

    units: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    reason: Text


class ConcludeConference(HumanAction):
    """登记会议结论: what the conference decided."""

    conclusion: Text


class TakeOver(HumanAction):
    """领导领办: the unit's head takes the case in hand (GH-08)."""

    reason: Text


class SetPriority(HumanAction):
    """确定优先级 (GH-06)."""

    priority: Priority
    reason: Text


class Reassign(HumanAction):
    """转交经办人: the case goes to another officer of the unit."""

    to: str = Field(min_length=1, max_length=100)
    reason: Text


class ForceClaim(HumanAction):
    """强制接办: the unit's head takes the case from whoever holds it, and says why."""

    reason: Text


class Pause(HumanAction):
    """暂停计时: the remediation limit stands still for one of the policy's reasons, up to its ceiling."""

    reason_code: str = Field(min_length=1, max_length=50)
    note: str = Field(default="", max_length=2000)


class Resume(HumanAction):
    """恢复计时: the rest of the limit runs again."""

    reason: Text


class Urge(HumanAction):
    """催办: a supervisor urges whoever holds the case."""

    reason: Text


class IssueMeasure(HumanAction):
    """下达督查措施: 督办, 约谈, 通报 or 移送, with the number of its document (EZ-31, TA-23, TA-37)."""

    kind: MeasureKind
    document_no: str = Field(min_length=1, max_length=100)
    reason: Text


class FulfilMeasure(HumanAction):
    """督查措施销号: what came of it."""

    kind: MeasureKind
    outcome: Text


class Conclude(HumanAction):
    """监督处理办结: a supervisor ends a case whose rework did not satisfy either."""

    reason: Text


class RecordLookback(HumanAction):
    """登记回头看: whether the problem is really solved; if not, the case is opened again (GH-12)."""

    solved: bool
    note: Text


class ApplyCalendar(HumanAction):
    """按新放假安排重新计算: every running limit is counted again with that calendar."""

    calendar_version: str = Field(min_length=1, max_length=60)
    notice: str = Field(min_length=1, max_length=200)


MESSAGES: dict[Action, type[HumanAction]] = {
    Action.SIGN_OFF: SignOff,
    Action.RETURN_ORDER: ReturnOrder,
    Action.REDISPATCH: Redispatch,
    Action.TRIGGER_CALLBACK: TriggerCallback,
    Action.RECORD_CALLBACK: RecordCallback,
    Action.RECORD_WITHDRAWAL: RecordWithdrawal,
    Action.CONFIRM_FINDING: ConfirmFinding,
    Action.REJECT_FINDING: RejectFinding,
    Action.SUBMIT_REMEDIATION: SubmitRemediation,
    Action.REQUEST_EXTENSION: RequestExtension,
    Action.DECIDE_EXTENSION: DecideExtension,
    Action.REQUEST_CLASS_CHANGE: RequestClassChange,
    Action.DECIDE_CLASS_CHANGE: DecideClassChange,
    Action.FILE_APPEAL: FileAppeal,
    Action.ALLOW_LATE_APPEAL: AllowLateAppeal,
    Action.DECIDE_APPEAL: DecideAppeal,
    Action.CONFIRM_APPEAL: ConfirmAppeal,
    Action.ASSIGN_CO_UNITS: AssignCoUnits,
    Action.SUBMIT_CO_OPINION: SubmitCoOpinion,
    Action.CONVENE_CONFERENCE: ConveneConference,
    Action.CONCLUDE_CONFERENCE: ConcludeConference,
    Action.TAKE_OVER: TakeOver,
    Action.SET_PRIORITY: SetPriority,
    Action.REASSIGN: Reassign,
    Action.FORCE_CLAIM: ForceClaim,
    Action.PAUSE: Pause,
    Action.RESUME: Resume,
    Action.URGE: Urge,
    Action.ISSUE_MEASURE: IssueMeasure,
    Action.FULFIL_MEASURE: FulfilMeasure,
    Action.CONCLUDE: Conclude,
    Action.RECORD_LOOKBACK: RecordLookback,
    Action.APPLY_CALENDAR: ApplyCalendar,
}


class Receipt(Value):
    """What the person gets back once the step is recorded: its number in the ledger and where the case stands now."""

    case_no: str
    seq: int
    at: AwareDatetime
    stage: Stage
    said: str
