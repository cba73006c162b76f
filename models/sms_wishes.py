"""What somebody outside says about SMS that nothing depends on: refuse them (退订), or have them again (恢复).

Decides which words mean what. Which messages may be refused stands in `models.notices`; docs/messages.md describes the
wire of `/hooks/sms/replies`.
"""

import unicodedata
from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.base import Value

_REFUSING = frozenset({"t", "td", "r", "退订", "拒收"})
_ACCEPTING = frozenset({"hf", "恢复", "订阅", "取消退订"})


class WishOrigin(StrEnum):
    """Where it was said."""

    LINK = "link"
    REPLY = "reply"


class SmsReply(Value):
    """An answer to one of our SMS, as the gateway reports it. `number` is whose; it is not kept."""

    number: str = Field(alias="from", pattern=r"^\+?[0-9]{8,15}$")
    text: str = Field(max_length=1000)
    at: AwareDatetime


class Heard(StrEnum):
    """What became of an answer: written down, known already, or about something else."""

    RECORDED = "recorded"
    KNOWN = "known"
    NO_WISH = "no-wish"


def wish_in(text: str) -> bool | None:
    """True when the answer refuses, False when it asks for such SMS again, None when it says anything else."""
    word = unicodedata.normalize("NFKC", text).strip().strip("。.！!“”\"'").strip().casefold()
    if word in _REFUSING:
        return True
    return False if word in _ACCEPTING else None
