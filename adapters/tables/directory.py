"""The directory: units, users and roles, and who stands in for whom."""

from datetime import date, datetime

from sqlalchemy import Boolean, Column, Date, Index, false
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class UnitRow(SQLModel, table=True):
    """A unit (单位). `uscc` is its unified social credit code."""

    __tablename__ = "units"

    id: str = Field(sa_column=text(primary_key=True))
    name: str = Field(sa_column=text())
    uscc: str = Field(sa_column=text(unique=True))
    kind: str = Field(sa_column=text())
    area_code: str = Field(sa_column=text())


class UserRow(SQLModel, table=True):
    """A user: one role in one unit."""

    __tablename__ = "users"
    __table_args__ = (Index("users_role_unit", "role", "unit"),)

    id: str = Field(sa_column=text(primary_key=True))
    name: str = Field(sa_column=text())
    role: str = Field(sa_column=text())
    unit: str = Field(sa_column=text())
    mobile: str = Field(sa_column=text())
    email: str = Field(sa_column=text())
    staff_no: str = Field(default="", sa_column=text(server_default=""))
    disabled: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class DeputyRow(SQLModel, table=True):
    """One person stands in for another from the first to the last day; `ended_at` when it was called off before."""

    __tablename__ = "deputies"
    __table_args__ = (Index("deputies_deputy", "deputy"),)

    id: str = Field(sa_column=text(primary_key=True))
    absent: str = Field(sa_column=text())
    deputy: str = Field(sa_column=text())
    first_day: date = Field(sa_column=Column(Date, nullable=False))
    last_day: date = Field(sa_column=Column(Date, nullable=False))
    reason: str = Field(sa_column=text())
    made_by: str = Field(sa_column=text())
    made_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


UNITS = table_of(UnitRow)
USERS = table_of(UserRow)
DEPUTIES = table_of(DeputyRow)
