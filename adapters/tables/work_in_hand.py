"""The tables of work that is not in a ledger yet: drafts of forms, and the files of cases.

Workflows and ledgers carry a file's reference only; its content stays here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text


class DraftRow(SQLModel, table=True):
    """What one person has begun to write for one action in one case; there is at most one such draft."""

    __tablename__ = "drafts"

    user_id: str = Field(sa_column=text(primary_key=True))
    case_no: str = Field(sa_column=text(primary_key=True))
    action: str = Field(sa_column=text(primary_key=True))
    key: str = Field(sa_column=text())
    fields: dict[str, Any] = Field(sa_column=json())
    message: dict[str, Any] | None = Field(default=None, sa_column=json(nullable=True))
    kept_at: datetime = Field(sa_column=instant())


class AttachmentRow(SQLModel, table=True):
    """One file. Whether it belongs to the record says the ledger, which names it or does not."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("case_no", "number", name="attachments_number"),
        CheckConstraint("size > 0", name="attachments_size"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    case_no: str = Field(sa_column=text())
    number: int = Field(sa_column=Column(Integer, nullable=False))
    action: str = Field(sa_column=text())
    uploaded_by: str = Field(sa_column=text())
    name: str = Field(sa_column=text())
    media_type: str = Field(sa_column=text())
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str = Field(sa_column=text())
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    uploaded_at: datetime = Field(sa_column=instant())


DRAFTS = table_of(DraftRow)
ATTACHMENTS = table_of(AttachmentRow)
