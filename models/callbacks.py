"""Callbacks by telephone: before remediation to verify, after it to confirm, and extra contacts in between.

Verification and post-remediation callbacks are two steps and never one flag: one document's 回访核实 comes before the
remediation and another's after it.
"""

from enum import StrEnum

from pydantic import AwareDatetime

from models.base import Value


class CallbackKind(StrEnum):
    """What a callback is for."""

    VERIFICATION = "verification"
    POST_REMEDIATION = "post_remediation"
    CONTACT = "contact"

    @property
    def label(self) -> str:
        """The purpose in Chinese."""
        return {
            CallbackKind.VERIFICATION: "回访核实",
            CallbackKind.POST_REMEDIATION: "整改后回访",
            CallbackKind.CONTACT: "过程回访",
        }[self]


class CallbackResult(StrEnum):
    """How one attempt went."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"

    @property
    def label(self) -> str:
        """The result in Chinese."""
        return {
            CallbackResult.REACHED: "已接通",
            CallbackResult.NO_ANSWER: "无人接听",
            CallbackResult.REFUSED: "拒绝回访",
            CallbackResult.WRONG_NUMBER: "号码有误",
        }[self]


class CallbackAttempt(Value):
    """One attempt, kept for ever."""

    kind: CallbackKind
    round: int
    at: AwareDatetime
    by: str
    result: CallbackResult
