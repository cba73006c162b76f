"""The table of messages to the world: one row per message, written in the transaction of the step that
decided it.

Decides the columns and that a key exists once. What becomes of a row is left to `adapters.outbox`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_UTC = DateTime(timezone=True)


class OutboxRow(SQLModel, table=True):
    """One message. `seq` is the order of insertion; `lease_until` is set while a courier has it in hand."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "channel", "next_attempt_at", "seq", postgresql_where=text("status = 'pending'")),
        Index("outbox_case_no", "case_no"),
        Index("outbox_dead", "seq", postgresql_where=text("status = 'dead'")),
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
