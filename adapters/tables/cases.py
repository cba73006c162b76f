"""The read model of the cases: what lists, histories and reports show. Only the ledger writes it.

`ledger_entries` is never edited; everything else can be made from it and from the engine's histories.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, LargeBinary, SmallInteger, literal_column
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, json, table_of, text, texts, words

NO_DEADLINE = "9999-12-31T00:00:00+00:00"
"""The date of a task that has none: after all others, and comparable with them."""

_TOLD = "event IN ('callback_recorded', 'remediated', 'appeal_decided', 'appeal_confirmed')"
"""Entries that figures look for by their time."""


def _beginnings(name: str, column: str) -> Index:
    """An index that finds what begins with some letters, whatever the database's order of letters."""
    return Index(name, literal_column(f"lower({column})").label("it"), postgresql_ops={"it": "text_pattern_ops"})


class CaseRow(SQLModel, table=True):
    """One case as it stands."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_open", "jurisdiction", "unit", postgresql_where=sql("ended_at IS NULL")),
        Index("cases_overdue", "jurisdiction", postgresql_where=sql("overdue AND ended_at IS NULL")),
        # One for each way in which the ledger's list is narrowed down, in the order in which it is read.
        Index("cases_newest", "dispatched_at", "case_no"),
        Index("cases_newest_jurisdiction", "jurisdiction", "dispatched_at", "case_no"),
        Index("cases_newest_unit", "unit", "dispatched_at", "case_no"),
        Index("cases_newest_class", "case_class", "dispatched_at", "case_no"),
        Index("cases_newest_stage", "stage", "dispatched_at", "case_no"),
        Index("cases_newest_source", "source", "dispatched_at", "case_no"),
        Index("cases_newest_channel", "channel", "dispatched_at", "case_no"),
        Index("cases_newest_overdue", "dispatched_at", "case_no", postgresql_where=sql("overdue AND ended_at IS NULL")),
        Index("cases_next", "deadline", "case_no", postgresql_where=sql("ended_at IS NULL")),
        Index("cases_next_unit", "unit", "deadline", "case_no", postgresql_where=sql("ended_at IS NULL")),
        Index("cases_standing", "unit", "case_class", "stage", "overdue", postgresql_where=sql("ended_at IS NULL")),
        Index("cases_co_units", "co_units", postgresql_using="gin", postgresql_where=sql("co_units <> '{}'")),
        Index("cases_staff_no", "staff_no", "case_no", postgresql_where=sql("staff_no <> ''")),
        Index("cases_words", "words", postgresql_using="gin"),
        Index("cases_not_adopted", "jurisdiction", postgresql_where=sql("ending = 'not_adopted'")),
        _beginnings("cases_number", "case_no"),
        _beginnings("cases_project_number", "project_no"),
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
    deadline: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The end of the limit that runs out first, of those for which somebody can be late; empty when none runs."""
    co_units: list[str] = Field(default_factory=list, sa_column=texts(server_default=sql("'{}'")))
    words: Any = Field(default=None, sa_column=words(server_default=sql("''")))
    """What the case is found by (`adapters.search_words`)."""


class EntryRow(SQLModel, table=True):
    """One entry of a case's ledger (台账), with the answer that the engine got for it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ledger_entries_told", "at", "case_no", postgresql_where=sql(_TOLD)),)

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
    __table_args__ = (
        Index("clocks_remediation", "deadline", "case_no", postgresql_where=sql("kind = 'remediation'")),
        Index("clocks_sign_off", "deadline", "case_no", postgresql_where=sql("kind = 'sign_off'")),
        Index("clocks_running", "deadline", "case_no", postgresql_where=sql("ended_at IS NULL AND NOT paused")),
    )

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
    __table_args__ = (Index("date_changes_old", "kind", "old_deadline"),)

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
    """One task of a person. Its date is that of its clock.

    `rank`, `deadline`, `holder` and `leader` say where it stands in whose worklist; the ledger keeps them up to date
    while the task is open (`adapters.ledger_tasks`). A task without a date bears one beyond all others.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "tasks_open",
            "role",
            "unit",
            "holder",
            "rank",
            "deadline",
            "case_no",
            "id",
            postgresql_where=sql("closed_at IS NULL"),
        ),
        Index(
            "tasks_led",
            "leader",
            "rank",
            "deadline",
            "case_no",
            "id",
            postgresql_where=sql("closed_at IS NULL AND leader IS NOT NULL"),
        ),
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
    rank: int = Field(default=2, sa_column=Column(SmallInteger, nullable=False, server_default="2"))
    """0 for 急诉速办, 1 for 有诉快办, 2 for the others."""
    deadline: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=NO_DEADLINE))
    holder: str | None = Field(default=None, sa_column=text(nullable=True))
    """The officer in charge of the handling unit's task; empty when anybody of the unit may take it."""
    leader: str | None = Field(default=None, sa_column=text(nullable=True))
    """The head who has taken the remediation over."""


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
