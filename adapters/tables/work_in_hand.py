"""The tables of work that is not in a ledger yet: drafts of forms, and the files of cases.

Workflows and ledgers carry a file's reference only; its content stays here. What people have written and uploaded is
closed (`adapters.personal`).
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text

DRAFTS_CLOSED = "drafts_closed"
DRAFTS_CLOSED_RULE = "fields like 'v1.%' and coalesce(message, 'v1.') like 'v1.%'"
ATTACHMENTS_CLOSED = "attachments_closed"
ATTACHMENTS_CLOSED_RULE = "name like 'v1.%' and substring(content from 1 for 1) = decode('01', 'hex')"
"""The database itself takes nothing of this in the clear (`adapters.personal`)."""


class DraftRow(SQLModel, table=True):
    """What one person has begun to write for one action in one case; there is at most one such draft.

    `fields` and `message` are closed JSON.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint(DRAFTS_CLOSED_RULE, name=DRAFTS_CLOSED),
        Index("drafts_kept_at", "kept_at"),
    )

    user_id: str = Field(sa_column=text(primary_key=True))
    case_no: str = Field(sa_column=text(primary_key=True))
    action: str = Field(sa_column=text(primary_key=True))
    key: str = Field(sa_column=text())
    fields: str = Field(sa_column=text())
    message: str | None = Field(default=None, sa_column=text(nullable=True))
    kept_at: datetime = Field(sa_column=instant())


class AttachmentRow(SQLModel, table=True):
    """One file. Whether it belongs to the record says the ledger, which names it or does not.

    `name` and `content` are closed; `size` and `sha256` are those of the file itself. `unsent_since` is when it was
    uploaded, or last about to be sent; empty once the sweep has found it in the ledger (`adapters.abandoned`).
    """

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("case_no", "number", name="attachments_number"),
        CheckConstraint("size > 0", name="attachments_size"),
        CheckConstraint(ATTACHMENTS_CLOSED_RULE, name=ATTACHMENTS_CLOSED),
        Index("attachments_unsent", "unsent_since", postgresql_where=sql("unsent_since IS NOT NULL")),
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
    unsent_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))


DRAFTS = table_of(DraftRow)
ATTACHMENTS = table_of(AttachmentRow)
