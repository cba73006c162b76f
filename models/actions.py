"""The human actions, one message each. Every message carries its actor; the update id is its idempotency key."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.actors import Actor
from models.base import Value
from models.callbacks import CallbackResult
from models.case import Finding, Stage


class Action(StrEnum):
    """What people can do to a case; the value is the name of the update."""

    SIGN_OFF = "sign_off"
    TRIGGER_CALLBACK = "trigger_callback"
    RECORD_CALLBACK = "record_callback"
    CONFIRM_FINDING = "confirm_finding"
    REJECT_FINDING = "reject_finding"
    SUBMIT_REMEDIATION = "submit_remediation"
    URGE = "urge"
    CONCLUDE = "conclude"

    @property
    def label(self) -> str:
        """The action in Chinese."""
        return _ACTION_LABELS[self]


_ACTION_LABELS = {
    Action.SIGN_OFF: "签收",
    Action.TRIGGER_CALLBACK: "发起回访",
    Action.RECORD_CALLBACK: "登记回访结果",
    Action.CONFIRM_FINDING: "确认不予采纳",
    Action.REJECT_FINDING: "不同意不予采纳",
    Action.SUBMIT_REMEDIATION: "提交整改情况",
    Action.URGE: "催办",
    Action.CONCLUDE: "监督处理办结",
}


class HumanAction(Value):
    """What every human action says: who acts."""

    actor: Actor


class SignOff(HumanAction):
    """签收: the handling unit takes the case (EZ-20)."""


class TriggerCallback(HumanAction):
    """发起回访: a hotline operator calls the evaluator, whatever the stage."""

    purpose: str = Field(default="", max_length=500)


class RecordCallback(HumanAction):
    """登记回访结果: how one call went, and what it found or whether the evaluator is satisfied (EZ-25, EZ-30)."""

    result: CallbackResult
    finding: Finding | None = None
    satisfied: bool | None = None
    note: str = Field(default="", max_length=2000)


class ConfirmFinding(HumanAction):
    """确认不予采纳: a supervisor confirms that the review was mistaken or malicious (EZ-26)."""

    reason: str = Field(min_length=1, max_length=2000)


class RejectFinding(HumanAction):
    """不同意不予采纳: a supervisor finds the review founded after all."""

    reason: str = Field(min_length=1, max_length=2000)


class SubmitRemediation(HumanAction):
    """提交整改情况: the written feedback on what was put right (EZ-28)."""

    measures: str = Field(min_length=1, max_length=8000)


class Urge(HumanAction):
    """催办: a supervisor urges whoever holds the case."""

    reason: str = Field(min_length=1, max_length=2000)


class Conclude(HumanAction):
    """监督处理办结: a supervisor ends a case whose rework did not satisfy either."""

    reason: str = Field(min_length=1, max_length=2000)


MESSAGES: dict[Action, type[HumanAction]] = {
    Action.SIGN_OFF: SignOff,
    Action.TRIGGER_CALLBACK: TriggerCallback,
    Action.RECORD_CALLBACK: RecordCallback,
    Action.CONFIRM_FINDING: ConfirmFinding,
    Action.REJECT_FINDING: RejectFinding,
    Action.SUBMIT_REMEDIATION: SubmitRemediation,
    Action.URGE: Urge,
    Action.CONCLUDE: Conclude,
}


class Receipt(Value):
    """What the person gets back once the step is recorded: its number in the ledger and where the case stands now."""

    case_no: str
    seq: int
    at: AwareDatetime
    stage: Stage
    said: str
