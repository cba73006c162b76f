"""What a place has published: the figures of one month as they were shown, never counted again."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text


class PublicMonthRow(SQLModel, table=True):
    """The public figures of a month (`2026-02`), small numbers already hidden: what was hidden is not here either."""

    __tablename__ = "public_months"

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    month: str = Field(sa_column=text(primary_key=True))
    counted_at: datetime = Field(sa_column=instant())
    figures: dict[str, Any] = Field(sa_column=json())


PUBLIC_MONTHS = table_of(PublicMonthRow)
