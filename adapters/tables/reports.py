"""What citizens reported by hand (群众反映): the source of cases that no rating brings.

The reporter's name and number are closed as an evaluator's are, and leave through one function only.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text

REPORTS_CLOSED = "citizen_reports_closed"
REPORTS_CLOSED_RULE = "(reporter_name = '' or reporter_name like 'v1.%') and (mobile = '' or mobile like 'v1.%')"
"""The database itself takes no personal value in the clear (`adapters.personal`)."""


class CitizenReportRow(SQLModel, table=True):
    """One report: what went wrong, where, who said so, and where it was reported."""

    __tablename__ = "citizen_reports"
    __table_args__ = (
        CheckConstraint("case_state in ('pending', 'opened')", name="citizen_reports_state"),
        CheckConstraint(REPORTS_CLOSED_RULE, name=REPORTS_CLOSED),
        Index("citizen_reports_request", "jurisdiction", "request_key", unique=True),
    )

    case_no: str = Field(sa_column=text(primary_key=True))
    jurisdiction: str = Field(sa_column=text())
    source: str = Field(sa_column=text())
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
    request_key: str | None = Field(default=None, sa_column=text(nullable=True))
    """The key of the form that it came with: sent twice, it is one report."""


CITIZEN_REPORTS = table_of(CitizenReportRow)
