"""What was given out of scores and analyses: monthly points as they were counted, and reports as they were made."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Date, Integer
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text


class PointCountRow(SQLModel, table=True):
    """The points of a month as they were counted then, by unit, window or clerk; never changed and never deleted.

    `kept_by` is None for the work that comes back with the calendar. `groups` are `models.scores.GroupPoints`.
    """

    __tablename__ = "point_counts"

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    month: date = Field(sa_column=Column(Date, primary_key=True))
    grouping: str = Field(sa_column=text(primary_key=True))
    as_of: datetime = Field(sa_column=Column(instant().type, primary_key=True))
    kept_by: str | None = Field(default=None, sa_column=text(nullable=True))
    groups: list[dict[str, Any]] = Field(sa_column=json())


class AnalysisRow(SQLModel, table=True):
    """An analysis (季度分析) as it was made, with its number; never changed and never deleted.

    `content` is `models.analysis.Analysis`, all that the document says: it is made of that when somebody asks for it.
    """

    __tablename__ = "analyses"
    __table_args__ = (CheckConstraint("number > 0", name="analyses_positive"),)

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    year: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    first_day: date = Field(sa_column=Column(Date, nullable=False))
    last_day: date = Field(sa_column=Column(Date, nullable=False))
    as_of: datetime = Field(sa_column=instant())
    made_by: str | None = Field(default=None, sa_column=text(nullable=True))
    content: dict[str, Any] = Field(sa_column=json())


POINT_COUNTS, ANALYSES = table_of(PointCountRow), table_of(AnalysisRow)
