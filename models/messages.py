"""How messages and notices read on the desk: the board of everything that leaves, and everybody's inbox (站内信).

Values only. The messages themselves are those of `models.notices`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import AwareDatetime

from models.base import Value
from models.notices import Channel, MessageRecord, MessageStatus, NoticeKind


class MessageFilter(Value):
    """Which messages a list shows; what is None or empty does not narrow it."""

    channel: Channel | None = None
    status: MessageStatus | None = None
    kind: NoticeKind | None = None
    case_no: str = ""


class ChannelStanding(NamedTuple):
    """How one channel stands: what waits, what of it was tried in vain, what left today, what needs a person."""

    channel: Channel
    waiting: int
    tried: int
    sent_today: int
    dead: int


class MessagePage(NamedTuple):
    """One page of messages, the newest first, and from where the next one goes on; empty when there is none."""

    records: Sequence[MessageRecord]
    next: str


class InboxNotice(Value):
    """A notice to one person as the inbox shows it; `key` stands for it whatever channels it left by."""

    key: str
    case_no: str
    kind: NoticeKind
    subject: str
    body: str
    at: AwareDatetime
    is_read: bool


class InboxPage(NamedTuple):
    """One page of an inbox, the newest first, and from where the next one goes on; empty when there is none."""

    notices: Sequence[InboxNotice]
    next: str
