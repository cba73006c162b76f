"""The read model of the cases: what lists, histories and reports show. Only the ledger writes it.

`ledger_entries` is never edited; everything else can be made from it and from the engine's histories.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text


class CaseRow(SQLModel, table=True):
    """One case as it stands."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_open", "jurisdiction", "unit", postgresql_where=sql("ended_at IS NULL")),
        Index("cases_overdue", "jurisdiction", postgresql_where=sql("overdue AND ended_at IS NULL")),
    )

    case_no: str = Field(sa_column=text(primary_key=True))
    jurisdiction: str = Field(sa_column=text())
    project_no: str = Field(sa_column=text())
    assess_number: int = Field(sa_column=Column(Integer, nullable=False))
    unit: str = Field(sa_column=text())
    task_code: str = Field(sa_column=text())
    task_name: str = Field(sa_column=text())
    channel: str = Field(sa_column=text())
    satisfaction: int | None = Field(default=None, sa_column=Column(Integer))
    case_class: str = Field(sa_column=text())
    anonymous: bool
    assessed_at: datetime = Field(sa_column=instant())
    policy_digest: str = Field(sa_column=text())
    calendar_version: str = Field(sa_column=text())
    dispatched_at: datetime = Field(sa_column=instant())
    seq: int = Field(sa_column=Column(Integer, nullable=False))
    stage: str = Field(sa_column=text())
    round: int = Field(sa_column=Column(Integer, nullable=False))
    overdue: bool
    finding: str | None = Field(default=None, sa_column=text(nullable=True))
    finding_basis: str | None = Field(default=None, sa_column=text(nullable=True))
    ending: str | None = Field(default=None, sa_column=text(nullable=True))
    signed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    source: str = Field(default="rating", sa_column=text(server_default="rating"))
    priority: str = Field(default="normal", sa_column=text(server_default="normal"))
    assignee: str | None = Field(default=None, sa_column=text(nullable=True))
    paused: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=sql("false")))
    staff_no: str = Field(default="", sa_column=text(server_default=""))
    window_no: str = Field(default="", sa_column=text(server_default=""))
    state: dict[str, Any] | None = Field(default=None, sa_column=json(nullable=True))


class EntryRow(SQLModel, table=True):
    """One entry of a case's ledger (台账), with the answer that the engine got for it."""

    __tablename__ = "ledger_entries"

    case_no: str = Field(sa_column=text(primary_key=True))
    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    at: datetime = Field(sa_column=instant())
    event: str = Field(sa_column=text())
    stage: str = Field(sa_column=text())
    actor_user: str | None = Field(default=None, sa_column=text(nullable=True))
    actor_role: str | None = Field(default=None, sa_column=text(nullable=True))
    actor_unit: str | None = Field(default=None, sa_column=text(nullable=True))
    details: dict[str, str] = Field(sa_column=json())
    recorded: dict[str, Any] = Field(sa_column=json())


class ClockRow(SQLModel, table=True):
    """One limit of a case, running or ended. `due` is the whole due date, enough to explain it."""

    __tablename__ = "clocks"

    case_no: str = Field(sa_column=text(primary_key=True))
    kind: str = Field(sa_column=text(primary_key=True))
    round: int = Field(sa_column=Column(Integer, primary_key=True))
    deadline: datetime = Field(sa_column=instant())
    due: dict[str, Any] = Field(sa_column=json())
    provisional: bool
    started_seq: int = Field(sa_column=Column(Integer, nullable=False))
    ended_seq: int | None = Field(default=None, sa_column=Column(Integer))
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    missed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    passed: list[dict[str, Any]] = Field(default_factory=list, sa_column=json(server_default=sql("'[]'")))
    paused: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=sql("false")))
    extendable_to: date | None = Field(default=None, sa_column=Column(Date))


class DateChangeRow(SQLModel, table=True):
    """One change of a running limit's date, kept for ever: old and new date, why, and who ordered it.

    `reason` is the number of the holiday notice for a recount. A pause has no new deadline.
    """

    __tablename__ = "date_changes"

    case_no: str = Field(sa_column=text(primary_key=True))
    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    kind: str = Field(sa_column=text(primary_key=True))
    round: int = Field(sa_column=Column(Integer, nullable=False))
    change: str = Field(sa_column=text())
    old_deadline: datetime = Field(sa_column=instant())
    new_deadline: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    was_provisional: bool
    is_provisional: bool
    reason: str = Field(sa_column=text())
    ordered_by: str | None = Field(default=None, sa_column=text(nullable=True))
    at: datetime = Field(sa_column=instant())


class LinkRow(SQLModel, table=True):
    """Two records that belong together: a parent case and one of its repetitions, or a case and a re-evaluation."""

    __tablename__ = "case_links"

    case_no: str = Field(sa_column=text(primary_key=True))
    linked_no: str = Field(sa_column=text(primary_key=True))
    kind: str = Field(sa_column=text(primary_key=True))
    at: datetime = Field(sa_column=instant())


class TaskRow(SQLModel, table=True):
    """One task of a person. Its date is that of its clock."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_open", "role", "unit", postgresql_where=sql("closed_at IS NULL")),
        Index("tasks_case_no", "case_no", postgresql_where=sql("closed_at IS NULL")),
    )

    id: str = Field(sa_column=text(primary_key=True))
    case_no: str = Field(sa_column=text())
    kind: str = Field(sa_column=text())
    role: str = Field(sa_column=text())
    unit: str | None = Field(default=None, sa_column=text(nullable=True))
    clock: str | None = Field(default=None, sa_column=text(nullable=True))
    round: int = Field(sa_column=Column(Integer, nullable=False))
    opened_at: datetime = Field(sa_column=instant())
    closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    closed_by: str | None = Field(default=None, sa_column=text(nullable=True))


class CaseFileRow(SQLModel, table=True):
    """The case file (案卷): the engine's full history of one run, kept beyond the engine's retention.

    `history` is gzip-compressed JSON as `temporal workflow show --output json` gives it, payloads still encrypted.
    """

    __tablename__ = "case_files"

    case_no: str = Field(sa_column=text(primary_key=True))
    run_id: str = Field(sa_column=text(primary_key=True))
    events: int = Field(sa_column=Column(Integer, nullable=False))
    history: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str = Field(sa_column=text())
    archived_at: datetime = Field(sa_column=instant())


class PolicyRow(SQLModel, table=True):
    """A policy that some case was dispatched under, by its digest; never changed."""

    __tablename__ = "policies"

    digest: str = Field(sa_column=text(primary_key=True))
    jurisdiction: str = Field(sa_column=text())
    body: dict[str, Any] = Field(sa_column=json())
    sources: dict[str, str] = Field(sa_column=json())


class CalendarRow(SQLModel, table=True):
    """A calendar that some date was counted with, by its version; never changed."""

    __tablename__ = "calendars"

    version: str = Field(sa_column=text(primary_key=True))
    body: str = Field(sa_column=text())


class HolidayNoticeRow(SQLModel, table=True):
    """A holiday notice that somebody put in force while the system ran. `area` is the jurisdiction of a local one."""

    __tablename__ = "holiday_notices"

    digest: str = Field(sa_column=text(primary_key=True))
    area: str = Field(sa_column=text())
    year: int = Field(sa_column=Column(Integer, nullable=False))
    label: str = Field(sa_column=text())
    body: dict[str, Any] = Field(sa_column=json())
    ordered_by: str = Field(sa_column=text())
    ordered_at: datetime = Field(sa_column=instant())


CASES = table_of(CaseRow)
ENTRIES = table_of(EntryRow)
CLOCKS = table_of(ClockRow)
DATE_CHANGES = table_of(DateChangeRow)
LINKS = table_of(LinkRow)
TASKS = table_of(TaskRow)
CASE_FILES = table_of(CaseFileRow)
POLICIES = table_of(PolicyRow)
CALENDARS = table_of(CalendarRow)
HOLIDAY_NOTICES = table_of(HolidayNoticeRow)
