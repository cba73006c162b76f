"""The directory: units, users and roles."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from adapters.tables.columns import table_of, text


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


UNITS = table_of(UnitRow)
USERS = table_of(UserRow)
