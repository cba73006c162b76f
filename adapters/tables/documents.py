"""The numbers of official documents, so that a document that is made again has the one that it had."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class DocumentNumberRow(SQLModel, table=True):
    """The running number of the document that a step of a case brought about; never deleted.

    `taken_by` is whoever first asked for the document, None for somebody at this machine's command line.
    """

    __tablename__ = "document_numbers"
    __table_args__ = (
        UniqueConstraint("jurisdiction", "kind", "year", "number", name="document_numbers_number"),
        CheckConstraint("number > 0", name="document_numbers_positive"),
    )

    case_no: str = Field(sa_column=text(primary_key=True))
    step: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=text())
    jurisdiction: str = Field(sa_column=text())
    year: int = Field(sa_column=Column(Integer, nullable=False))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    taken_at: datetime = Field(sa_column=instant())
    taken_by: str | None = Field(default=None, sa_column=text(nullable=True))


DOCUMENT_NUMBERS = table_of(DocumentNumberRow)
