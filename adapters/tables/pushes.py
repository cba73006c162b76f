"""The table of what goes to the provincial platform: one row per record, with what the platform said of it.

Decides the columns, and that a rating and the result of its case are one record each. What becomes of a row is left to
`adapters.push_queue`.
"""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class PushRow(SQLModel, table=True):
    """One record for the platform: of which evaluation, and its day.

    `version` grows with every change of the record; `digest` is what the platform last took, empty when it has to be
    sent whatever it took; `accepted_at` is when it first took the record, and stays.
    """

    __tablename__ = "pushes"
    __table_args__ = (
        Index("pushes_due", "next_try", postgresql_where=sql("state = 'waiting'")),
        Index(
            "pushes_stuck",
            "day",
            "kind",
            "jurisdiction",
            "project_no",
            "assess_number",
            postgresql_where=sql("state IN ('refused', 'dead')"),
        ),
        Index("pushes_day", "day", "kind", "state"),
    )

    kind: str = Field(sa_column=text(primary_key=True))
    jurisdiction: str = Field(sa_column=text(primary_key=True))
    project_no: str = Field(sa_column=text(primary_key=True))
    assess_number: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    day: date = Field(sa_column=Column(Date, nullable=False))
    version: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    state: str = Field(default="waiting", sa_column=text(server_default="waiting"))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    next_try: datetime = Field(sa_column=instant())
    lease_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    receipt: str | None = Field(default=None, sa_column=text(nullable=True))
    reason: str | None = Field(default=None, sa_column=text(nullable=True))
    accepted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


PUSHES = table_of(PushRow)
