"""Reports at the 办不成事 window: registered, numbered, and read until their case is running.

Decides a report's number and that an interruption loses none. Who may register stands in `policy.people`, which classes
there are in `policy.dispatch`. The reporter's name and number leave through `adapters.rating_store` only.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Integer, RowMapping, cast, func, select, text, update

from adapters.personal import PersonalData, report_place
from adapters.tables.reports import WINDOW_REPORTS
from models.due import in_shanghai
from models.ids import case_number
from models.reports import ReportForm, WindowReport

_LOCK = text("select pg_advisory_xact_lock(hashtext('window_reports'), hashtext(:jurisdiction))")


@dataclass(frozen=True)
class WindowReports:
    """The register (接受登记, GH-30)."""

    engine: Engine
    personal: PersonalData

    def register(self, form: ReportForm, by: str, now: datetime, key: str | None = None) -> WindowReport:
        """Write a report down under the next number of its jurisdiction and day, e.g. W20261121-0001.

        Its case is pending until somebody opens it. The same `key` again gives the report that it came with first.
        """
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"jurisdiction": form.jurisdiction})
            if key is not None and (known := _of_request(connection, form.jurisdiction, key)) is not None:
                return known
            report_no = _next_number(connection, form.jurisdiction, now)
            case_no = case_number(form.jurisdiction, report_no, 1)
            row = form.model_dump() | {
                "reporter_name": self._closed(form.reporter_name, case_no, "reporter_name"),
                "mobile": self._closed(form.mobile, case_no, "mobile"),
                "case_no": case_no,
                "report_no": report_no,
                "registered_by": by,
                "registered_at": now,
                "case_state": "pending",
                "request_key": key,
            }
            written = connection.execute(WINDOW_REPORTS.insert().values(row).returning(WINDOW_REPORTS))
            return _report(written.mappings().one())

    def _closed(self, value: str, case_no: str, column: str) -> str:
        return self.personal.close(value, report_place(case_no, column)) if value else ""


def pending_reports(connection: Connection, jurisdiction: str, limit: int) -> list[WindowReport]:
    """Reports whose case has not been opened yet, the earliest first."""
    query = (
        select(WINDOW_REPORTS)
        .where(WINDOW_REPORTS.c.jurisdiction == jurisdiction, WINDOW_REPORTS.c.case_state == "pending")
        .order_by(WINDOW_REPORTS.c.registered_at, WINDOW_REPORTS.c.case_no)
        .limit(limit)
    )
    return [_report(row) for row in connection.execute(query).mappings()]


def pending_report_jurisdictions(connection: Connection) -> list[str]:
    """The jurisdictions that have reports whose case has not been opened yet."""
    query = select(WINDOW_REPORTS.c.jurisdiction).where(WINDOW_REPORTS.c.case_state == "pending").distinct()
    return sorted(connection.execute(query).scalars())


def mark_report_opened(connection: Connection, case_no: str) -> bool:
    """Note that this case is running; whether it was a pending report until now. Part of the caller's transaction."""
    is_pending = (WINDOW_REPORTS.c.case_no == case_no) & (WINDOW_REPORTS.c.case_state == "pending")
    return connection.execute(update(WINDOW_REPORTS).where(is_pending).values(case_state="opened")).rowcount > 0


def _of_request(connection: Connection, jurisdiction: str, key: str) -> WindowReport | None:
    same = select(WINDOW_REPORTS).where(
        WINDOW_REPORTS.c.request_key == key, WINDOW_REPORTS.c.jurisdiction == jurisdiction
    )
    row = connection.execute(same).mappings().one_or_none()
    return _report(row) if row is not None else None


def _next_number(connection: Connection, jurisdiction: str, now: datetime) -> str:
    """The day on Shanghai's clock and a count that runs through it; the caller holds the lock."""
    stem = f"W{in_shanghai(now):%Y%m%d}-"
    there = select(func.max(cast(func.split_part(WINDOW_REPORTS.c.report_no, "-", 2), Integer))).where(
        WINDOW_REPORTS.c.jurisdiction == jurisdiction, WINDOW_REPORTS.c.report_no.startswith(stem)
    )
    return f"{stem}{(connection.execute(there).scalar() or 0) + 1:04d}"


def _report(row: RowMapping) -> WindowReport:
    shared = {name: row[name] for name in WindowReport.model_fields if name != "anonymous"}
    return WindowReport(**shared, anonymous=not row["mobile"])
