"""The samples (抽查回访): what was drawn when from how many, whom there is to call, and every call that was made.

Nothing personal is in them but what somebody said; whom to call is read from the rating.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text


class SampleRow(SQLModel, table=True):
    """One sample; a place and a period have one, and it is never drawn again in another way."""

    __tablename__ = "samples"
    __table_args__ = (UniqueConstraint("jurisdiction", "first_day", "last_day", name="samples_period"),)

    number: str = Field(sa_column=text(primary_key=True))
    jurisdiction: str = Field(sa_column=text())
    first_day: date = Field(sa_column=Column(Date, nullable=False))
    last_day: date = Field(sa_column=Column(Date, nullable=False))
    seed: str = Field(sa_column=text())
    plan: dict[str, Any] = Field(sa_column=json())
    population: dict[str, Any] = Field(sa_column=json())
    people: int = Field(sa_column=Column(Integer, nullable=False))
    windows: int = Field(sa_column=Column(Integer, nullable=False))
    centres: int = Field(sa_column=Column(Integer, nullable=False))
    drawn_at: datetime = Field(sa_column=instant())
    drawn_by: str = Field(sa_column=text())


class SamplePersonRow(SQLModel, table=True):
    """Somebody to call about the matter of one rating, and what came of it; `number` is the place in the draw."""

    __tablename__ = "sample_people"
    __table_args__ = (CheckConstraint("level between 1 and 5", name="sample_people_level"),)

    sample: str = Field(sa_column=text(primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    project_no: str = Field(sa_column=text())
    assess_number: int = Field(sa_column=Column(SmallInteger, nullable=False))
    assessed_at: datetime = Field(sa_column=instant())
    centre: str = Field(sa_column=text())
    centre_name: str = Field(sa_column=text())
    window_no: str = Field(sa_column=text())
    unit: str = Field(sa_column=text())
    task_code: str = Field(sa_column=text())
    task_name: str = Field(sa_column=text())
    state: str = Field(sa_column=text())
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    level: int | None = Field(default=None, sa_column=Column(SmallInteger))
    said: str = Field(default="", sa_column=text())
    case_no: str = Field(default="", sa_column=text())
    called_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    called_by: str = Field(default="", sa_column=text())


class SampleCallRow(SQLModel, table=True):
    """One call; never changed, never deleted. What was sent twice (`request_key`) is one call."""

    __tablename__ = "sample_calls"
    __table_args__ = (
        CheckConstraint("level between 1 and 5", name="sample_calls_level"),
        Index("sample_calls_person", "sample", "number"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    sample: str = Field(sa_column=text())
    number: int = Field(sa_column=Column(Integer, nullable=False))
    result: str = Field(sa_column=text())
    level: int | None = Field(default=None, sa_column=Column(SmallInteger))
    said: str = Field(sa_column=text())
    case_no: str = Field(sa_column=text())
    user_id: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())
    request_key: str = Field(sa_column=text(unique=True))


SAMPLES = table_of(SampleRow)
SAMPLE_PEOPLE = table_of(SamplePersonRow)
SAMPLE_CALLS = table_of(SampleCallRow)
