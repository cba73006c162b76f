"""What became of the work that comes back with the calendar: one row for each place, kind and period."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Integer
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class RhythmRunRow(SQLModel, table=True):
    """The work of a place about one period. What came of it stays when it is done once more and breaks off.

    `asked_by` is who asked for it last, None for the calendar.
    """

    __tablename__ = "rhythm_runs"

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    kind: str = Field(sa_column=text(primary_key=True))
    first_day: date = Field(sa_column=Column(Date, primary_key=True))
    last_day: date = Field(sa_column=Column(Date, primary_key=True))
    label: str = Field(sa_column=text())
    state: str = Field(sa_column=text())
    planned_at: datetime = Field(sa_column=instant())
    begun_at: datetime = Field(sa_column=instant())
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    summary: str = Field(default="", sa_column=text())
    count: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    link: str = Field(default="", sa_column=text())
    failure: str = Field(default="", sa_column=text())
    asked_by: str | None = Field(default=None, sa_column=text(nullable=True))


RHYTHM_RUNS = table_of(RhythmRunRow)
