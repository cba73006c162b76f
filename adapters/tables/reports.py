"""What citizens reported at a window (办不成事反映窗口): the source of cases that no rating brings.

The reporter's name and number leave through one function only, as an evaluator's do.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class WindowReportRow(SQLModel, table=True):
    """One report: what could not be done, where, and who said so."""

    __tablename__ = "window_reports"
    __table_args__ = (CheckConstraint("case_state in ('pending', 'opened')", name="window_reports_state"),)

    case_no: str = Field(sa_column=text(primary_key=True))
    jurisdiction: str = Field(sa_column=text())
    report_no: str = Field(sa_column=text())
    unit: str = Field(sa_column=text())
    task_code: str = Field(sa_column=text())
    task_name: str = Field(sa_column=text())
    matter: str = Field(sa_column=text())
    case_class: str = Field(sa_column=text())
    priority: str = Field(sa_column=text())
    reporter_name: str = Field(default="", sa_column=text())
    mobile: str = Field(default="", sa_column=text())
    registered_by: str = Field(sa_column=text())
    registered_at: datetime = Field(sa_column=instant())
    case_state: str = Field(sa_column=text())


WINDOW_REPORTS = table_of(WindowReportRow)
