"""Delivery receipts (送达回执): what the SMS gateway reports after it has taken a message, and what came of it.

Values only. The address is `/hooks/sms` on the desk; docs/messages.md describes the wire.
"""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.base import Value


class Fate(StrEnum):
    """What became of an SMS on its way to the telephone."""

    DELIVERED = "delivered"
    UNKNOWN_NUMBER = "unknown-number"
    FAILED = "failed"


class DeliveryReceipt(Value):
    """One report of the gateway. `id` is the one under which the message was sent; `reason` is the gateway's own."""

    id: str = Field(min_length=1, max_length=500)
    fate: Fate
    at: AwareDatetime
    receipt: str = Field("", max_length=200)
    reason: str = Field("", max_length=200)

    @property
    def failure(self) -> str:
        """Why it did not arrive, with what to do about it; empty when it did."""
        match self.fate:
            case Fate.DELIVERED:
                return ""
            case Fate.UNKNOWN_NUMBER:
                return "短信没有送到：空号。请核对收件人的手机号码，改正后重新发送，或改用其他方式告知。"
            case Fate.FAILED:
                why = self.reason or "运营商没有说明原因"
                return f"短信没有送到：{why}。可以重新发送，或改用其他方式告知。"


class Noted(StrEnum):
    """What became of a report: written down, known already, or about a message that was never sent from here."""

    RECORDED = "recorded"
    KNOWN = "known"
    UNKNOWN = "unknown"
