"""Column types that all tables share, and the typed way from a SQLModel class to its table."""

from typing import Any, cast

from sqlalchemy import Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a SQLModel class; its columns are typed, the class's attributes are not."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def text(nullable: bool = False, **options: Any) -> Column[Any]:
    """A text column."""
    return Column(Text, nullable=nullable, **options)


def instant(nullable: bool = False) -> Column[Any]:
    """A moment, kept in UTC."""
    return Column(DateTime(timezone=True), nullable=nullable)


def json(nullable: bool = False, **options: Any) -> Column[Any]:
    """A JSON column that PostgreSQL can search."""
    return Column(JSONB, nullable=nullable, **options)


def texts(**options: Any) -> Column[Any]:
    """A list of texts that PostgreSQL can search."""
    return Column(ARRAY(Text), nullable=False, **options)


def words(nullable: bool = False, **options: Any) -> Column[Any]:
    """Words with their places, to be searched."""
    return Column(TSVECTOR, nullable=nullable, **options)
