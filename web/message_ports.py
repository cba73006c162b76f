"""What the pages ask about messages: the board of all of them, everybody's inbox and digest, the gateway's receipts.

Decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.deliveries import DeliveryReceipt, Noted
from models.lists import Count
from models.messages import ChannelStanding, InboxPage, MessageFilter, MessagePage
from models.notices import NoticeKind


class MessageBoard(Protocol):
    """Everything that leaves the house."""

    def standings(self, now: datetime) -> Sequence[ChannelStanding]:
        """How every channel stands."""
        ...

    def page(self, chosen: MessageFilter, after: str = "", limit: int = 50) -> MessagePage:
        """One page of messages from a place on, the newest first. Raises BadInput for a place that is none."""
        ...

    def resend(self, key: str, now: datetime) -> bool:
        """Let a dead message go again; False when no dead message has that key."""
        ...


class Inbox(Protocol):
    """The notices to one person."""

    def page(self, user: str, after: str = "", limit: int = 50) -> InboxPage:
        """One page of them from a place on, the newest first. Raises BadInput for a place that is none."""
        ...

    def unread(self, user: str, most: int = 1000) -> Count:
        """How many are unread, counted up to `most`."""
        ...

    def mark_read(self, user: str, keys: Sequence[str]) -> None:
        """The person has read these; other people's are left alone."""
        ...

    def mark_all_read(self, user: str, newest: str) -> None:
        """The person has read everything up to that notice."""
        ...

    def about(self, user: str, key: str) -> tuple[NoticeKind, str]:
        """The kind of a notice to this person and the case that it is about, empty for none. Raises BadInput for any
        other key.
        """
        ...


class Receipts(Protocol):
    """What the SMS gateway reports later."""

    def is_genuine(self, body: bytes, signature: str) -> bool:
        """Whether the gateway's secret signed exactly this body."""
        ...

    def record(self, receipt: DeliveryReceipt) -> Noted:
        """Write a report down; the same again changes nothing."""
        ...


class DigestChoices(Protocol):
    """Who gets what is not urgent once a day (汇总通知)."""

    def of(self, user: str) -> int | None:
        """The hour that a person has chosen; None when everything comes one by one."""
        ...

    def choose(self, user: str, hour: int | None, at: datetime) -> None:
        """Choose an hour, or None for one by one. Raises BadInput for an hour that cannot be chosen."""
        ...


@dataclass(frozen=True)
class Messages:
    """All of it."""

    board: MessageBoard
    inbox: Inbox
    receipts: Receipts
    digests: DigestChoices
