"""What people keep for their lists: filters of the ledger under a name of their own."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class SavedFilterRow(SQLModel, table=True):
    """A filter that somebody gave a name; `query` is the part of the address after the question mark."""

    __tablename__ = "saved_filters"

    user_id: str = Field(sa_column=text(primary_key=True))
    name: str = Field(sa_column=text(primary_key=True))
    query: str = Field(sa_column=text())
    saved_at: datetime = Field(sa_column=instant())


SAVED_FILTERS = table_of(SavedFilterRow)
