"""The item directory of each jurisdiction, and what supervisors noted on flags."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Date, Identity, Index, Integer
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class ItemRow(SQLModel, table=True):
    """An item as one department holds it; `handle_item` is empty where the item has no handling items."""

    __tablename__ = "items"

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    task_code: str = Field(sa_column=text(primary_key=True))
    handle_item: str = Field(sa_column=text(primary_key=True))
    dept_code: str = Field(sa_column=text(primary_key=True))
    task_name: str = Field(sa_column=text())
    dept_name: str = Field(sa_column=text())


class ItemDirectoryRow(SQLModel, table=True):
    """Which file the items of a jurisdiction are from."""

    __tablename__ = "item_directories"

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    sha256: str = Field(sa_column=text())
    file_name: str = Field(sa_column=text())
    items: int = Field(sa_column=Column(Integer, nullable=False))
    loaded_by: str = Field(sa_column=text())
    loaded_at: datetime = Field(sa_column=instant())


class FlagNoteRow(SQLModel, table=True):
    """Somebody looked at a flag; never changed, never deleted. What was sent twice (`request_key`) is one note."""

    __tablename__ = "flag_notes"
    __table_args__ = (Index("flag_notes_begins", "jurisdiction", "begins"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    jurisdiction: str = Field(sa_column=text())
    kind: str = Field(sa_column=text())
    unit: str = Field(sa_column=text())
    subject: str = Field(sa_column=text())
    begins: date = Field(sa_column=Column(Date, nullable=False))
    detail: str = Field(sa_column=text())
    note: str = Field(sa_column=text())
    user_id: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())
    request_key: str = Field(sa_column=text(unique=True))


ITEMS = table_of(ItemRow)
ITEM_DIRECTORIES = table_of(ItemDirectoryRow)
FLAG_NOTES = table_of(FlagNoteRow)
