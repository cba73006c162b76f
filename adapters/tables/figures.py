"""What was given out of the figures: which period of which place, when and by whom. The figures are counted anew."""

from datetime import date, datetime

from sqlalchemy import Column, Date
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class FigurePublicationRow(SQLModel, table=True):
    """The figures of a period were given out as they were counted at that moment; once for each period."""

    __tablename__ = "figure_publications"

    jurisdiction: str = Field(sa_column=text(primary_key=True))
    first_day: date = Field(sa_column=Column(Date, primary_key=True))
    last_day: date = Field(sa_column=Column(Date, primary_key=True))
    published_at: datetime = Field(sa_column=instant())
    published_by: str = Field(sa_column=text())


PUBLICATIONS = table_of(FigurePublicationRow)
