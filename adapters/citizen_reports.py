"""Reports that citizens made by hand (群众反映): registered, numbered, and read until their case is running.

Decides a report's number and that an interruption loses none. Who may register stands in `policy.people`, which sources
and classes there are in `policy.dispatch`. The reporter's name and number leave through `adapters.rating_store` only.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Integer, RowMapping, cast, func, select, text, update

from adapters.personal import PersonalData, report_place
from adapters.tables.reports import CITIZEN_REPORTS
from models.due import in_shanghai
from models.ids import case_number, report_number, report_stem
from models.kinds import CaseSource
from models.reports import CitizenReport, ReportForm

_LOCK = text("select pg_advisory_xact_lock(hashtext('citizen_reports'), hashtext(:jurisdiction))")


@dataclass(frozen=True)
class CitizenReports:
    """The register (接受登记, GH-30)."""

    engine: Engine
    personal: PersonalData

    def register(self, form: ReportForm, by: str, now: datetime, key: str | None = None) -> CitizenReport:
        """Write a report down under the next number of its jurisdiction, source and day, e.g. H20261121-0001.

        Its case is pending until somebody opens it. The same `key` again gives the report that it came with first.
        """
        with self.engine.begin() as connection:
            return self.register_within(connection, form, by, now, key)

    def register_within(
        self, connection: Connection, form: ReportForm, by: str, now: datetime, key: str | None = None
    ) -> CitizenReport:
        """The same as part of the caller's transaction."""
        connection.execute(_LOCK, {"jurisdiction": form.jurisdiction})
        if key is not None and (known := report_of_request(connection, form.jurisdiction, key)) is not None:
            return known
        report_no = _next_number(connection, form.jurisdiction, form.source, now)
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
        written = connection.execute(CITIZEN_REPORTS.insert().values(row).returning(CITIZEN_REPORTS))
        return _report(written.mappings().one())

    def _closed(self, value: str, case_no: str, column: str) -> str:
        return self.personal.close(value, report_place(case_no, column)) if value else ""


def report_of_request(connection: Connection, jurisdiction: str, key: str) -> CitizenReport | None:
    """The report that came with that key; None when none did."""
    same = select(CITIZEN_REPORTS).where(
        CITIZEN_REPORTS.c.request_key == key, CITIZEN_REPORTS.c.jurisdiction == jurisdiction
    )
    row = connection.execute(same).mappings().one_or_none()
    return _report(row) if row is not None else None


def pending_reports(connection: Connection, jurisdiction: str, limit: int) -> list[CitizenReport]:
    """Reports whose case has not been opened yet, the earliest first."""
    query = (
        select(CITIZEN_REPORTS)
        .where(CITIZEN_REPORTS.c.jurisdiction == jurisdiction, CITIZEN_REPORTS.c.case_state == "pending")
        .order_by(CITIZEN_REPORTS.c.registered_at, CITIZEN_REPORTS.c.case_no)
        .limit(limit)
    )
    return [_report(row) for row in connection.execute(query).mappings()]


def pending_report_jurisdictions(connection: Connection) -> list[str]:
    """The jurisdictions that have reports whose case has not been opened yet."""
    query = select(CITIZEN_REPORTS.c.jurisdiction).where(CITIZEN_REPORTS.c.case_state == "pending").distinct()
    return sorted(connection.execute(query).scalars())


def mark_report_opened(connection: Connection, case_no: str) -> bool:
    """Note that this case is running; whether it was a pending report until now. Part of the caller's transaction."""
    is_pending = (CITIZEN_REPORTS.c.case_no == case_no) & (CITIZEN_REPORTS.c.case_state == "pending")
    return connection.execute(update(CITIZEN_REPORTS).where(is_pending).values(case_state="opened")).rowcount > 0


def _next_number(connection: Connection, jurisdiction: str, source: CaseSource, now: datetime) -> str:
    """The day on Shanghai's clock and a count that runs through it; the caller holds the lock."""
    day = in_shanghai(now).date()
    there = select(func.max(cast(func.split_part(CITIZEN_REPORTS.c.report_no, "-", 2), Integer))).where(
        CITIZEN_REPORTS.c.jurisdiction == jurisdiction, CITIZEN_REPORTS.c.report_no.startswith(report_stem(source, day))
    )
    return report_number(source, day, (connection.execute(there).scalar() or 0) + 1)


def _report(row: RowMapping) -> CitizenReport:
    shared = {name: row[name] for name in CitizenReport.model_fields if name != "anonymous"}
    return CitizenReport(**shared, anonymous=not row["mobile"])
