"""The circulars of a period that were drawn up, each under its number."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Date, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text


class CircularRow(SQLModel, table=True):
    """A circular (通报) as it was counted, one for each place and period; never changed and never deleted.

    `made_by` is None for the work that comes back with the calendar. `content` is `models.circulars.Circular`, all that
    the document says: it is made of that when somebody asks for it.
    """

    __tablename__ = "circulars"
    __table_args__ = (
        UniqueConstraint("jurisdiction", "first_day", "last_day", name="circulars_period"),
        CheckConstraint("number > 0", name="circulars_positive"),
    )

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    year: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    first_day: date = Field(sa_column=Column(Date, nullable=False))
    last_day: date = Field(sa_column=Column(Date, nullable=False))
    as_of: datetime = Field(sa_column=instant())
    made_by: str | None = Field(default=None, sa_column=text(nullable=True))
    content: dict[str, Any] = Field(sa_column=json())


CIRCULARS = table_of(CircularRow)
