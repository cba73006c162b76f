"""The table of matters that are done (办件), and how far the invitation to rate each has come.

The visitor's number is closed as an evaluator's is (`adapters.personal`), and leaves through `adapters.matters` only.
"""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Column, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text

MATTERS_CLOSED = "matters_closed"
MATTERS_CLOSED_RULE = "mobile = '' or mobile like 'v1.%'"
"""The database itself takes no personal value in the clear (`adapters.personal`)."""


class MatterRow(SQLModel, table=True):
    """One matter as it was delivered, never changed afterwards; only the invitation moves.

    `first_look_at` is when its workflow looks at it first, `reminded_at` when the message was sent, or would have been.
    """

    __tablename__ = "matters"
    __table_args__ = (
        CheckConstraint(MATTERS_CLOSED_RULE, name=MATTERS_CLOSED),
        Index("matters_closed_at", "jurisdiction", "closed_at"),
        Index("matters_pending", "jurisdiction", "project_no", postgresql_where=sql("invitation = 'pending'")),
    )

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    project_no: str = Field(sa_column=text(primary_key=True))
    unit: str = Field(sa_column=text())
    dept_code: str = Field(sa_column=text())
    task_code: str = Field(sa_column=text())
    task_name: str = Field(sa_column=text())
    staff_no: str = Field(sa_column=text())
    closed_at: datetime = Field(sa_column=instant())
    left_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    rateable: bool = Field(sa_column=Column(Boolean, nullable=False))
    mobile: str = Field(default="", sa_column=text())
    received_at: datetime = Field(sa_column=instant())
    invitation: str = Field(sa_column=text())
    first_look_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    reminded_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    window_no: str = Field(default="", sa_column=text(server_default=""))


MATTERS = table_of(MatterRow)
