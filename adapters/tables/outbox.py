"""The table of messages to the world: one row per message, written in the transaction of the step that
decided it; the marks of what people have read of it on the desk; and who gets it gathered once a day.

Decides the columns and that a key exists once. What becomes of a row is left to `adapters.outbox`, what the desk makes
of it to `adapters.inbox` and `adapters.message_board`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from adapters.tables.columns import table_of

_UTC = DateTime(timezone=True)


class OutboxRow(SQLModel, table=True):
    """One message. `seq` is the order of insertion; `lease_until` is set while a courier has it in hand.

    `digest_key` is the key of the digest with which it leaves, a row of its own.
    `delivered_at` and `undelivered` are what the gateway reported later. `sendings` counts how often a message that
    had been taken and did not arrive was sent anew.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "channel", "next_attempt_at", "seq", postgresql_where=text("status = 'pending'")),
        Index("outbox_case_no", "case_no"),
        Index("outbox_dead", "seq", postgresql_where=text("status = 'dead'")),
        Index("outbox_seq", "seq"),
        Index("outbox_sent", "sent_at", "channel", postgresql_where=text("status = 'sent'")),
        Index("outbox_recipient", "recipient", "created_at", "seq"),
        Index("outbox_digest", "digest_key", postgresql_where=text("digest_key is not null")),
    )

    key: str = Field(sa_column=Column(Text, primary_key=True))
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    case_no: str = Field(sa_column=Column(Text, nullable=False))
    jurisdiction: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    recipient: str = Field(sa_column=Column(Text, nullable=False))
    context: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    not_before: datetime = Field(sa_column=Column(_UTC, nullable=False))
    created_at: datetime = Field(sa_column=Column(_UTC, nullable=False))
    status: str = Field(default="pending", sa_column=Column(Text, nullable=False, server_default="pending"))
    attempts: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    next_attempt_at: datetime = Field(sa_column=Column(_UTC, nullable=False))
    lease_until: datetime | None = Field(default=None, sa_column=Column(_UTC))
    last_error: str | None = Field(default=None, sa_column=Column(Text))
    sent_at: datetime | None = Field(default=None, sa_column=Column(_UTC))
    receipt: str | None = Field(default=None, sa_column=Column(Text))
    payload_digest: str | None = Field(default=None, sa_column=Column(Text))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(_UTC))
    undelivered: str | None = Field(default=None, sa_column=Column(Text))
    sendings: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    digest_key: str | None = Field(default=None, sa_column=Column(Text))


class InboxMarkRow(SQLModel, table=True):
    """Somebody has read a notice in the inbox; `key` is the message's that stands for the notice there."""

    __tablename__ = "inbox_marks"

    user_id: str = Field(sa_column=Column(Text, primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    read_at: datetime = Field(sa_column=Column(_UTC, nullable=False))


class DigestChoiceRow(SQLModel, table=True):
    """Somebody gets what is not urgent once a working day, when the clock strikes `hour` in Asia/Shanghai."""

    __tablename__ = "digest_choices"

    user_id: str = Field(sa_column=Column(Text, primary_key=True))
    hour: int = Field(sa_column=Column(Integer, nullable=False))
    chosen_at: datetime = Field(sa_column=Column(_UTC, nullable=False))


OUTBOX = table_of(OutboxRow)
INBOX_MARKS = table_of(InboxMarkRow)
DIGEST_CHOICES = table_of(DigestChoiceRow)
