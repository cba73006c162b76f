"""Cases for lists: rows of the read model as the ledger writes them, made without an engine."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from adapters.database import make_engine
from adapters.policies import load_calendar, load_policy
from adapters.search_words import words_of
from adapters.tables.cases import CASES, CLOCKS, TASKS
from calendars import due_date
from models.due import Limit
from models.steps import TaskKind
from tests.support.engine import at

NOW = at("2026-02-13 17:50")
"""The moment of `tests.cli.terminal.At`."""


class Shelf:
    """Puts cases, limits and tasks into a database."""

    def __init__(self, database_url: str) -> None:
        self.engine: Engine = make_engine(database_url)
        self.file, self.calendar = load_policy("ezhou"), load_calendar("ezhou")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def case(self, number: int, matter: str = "", **changes: Any) -> str:
        """A case; its number."""
        project_no = changes.pop("project_no", f"4207{number:08d}")
        case_no = f"ezhou-{project_no}-1"
        row: dict[str, Any] = {
            "case_no": case_no,
            "jurisdiction": "ezhou",
            "project_no": project_no,
            "assess_number": 1,
            "unit": "ez-renshe",
            "task_code": "",
            "task_name": "社会保险登记",
            "channel": "phone",
            "satisfaction": 1,
            "case_class": "general",
            "anonymous": False,
            "assessed_at": NOW - timedelta(days=10),
            "policy_digest": self.file.policy.digest(),
            "calendar_version": self.calendar.version,
            "dispatched_at": NOW - timedelta(hours=number),
            "seq": 1,
            "stage": "remediation",
            "round": 1,
            "overdue": False,
        } | changes
        row["words"] = words_of((case_no, project_no), (row["task_name"], matter))
        with self.engine.begin() as connection:
            connection.execute(insert(CASES).values(row))
        return case_no

    def clock(self, case_no: str, kind: str, start: datetime, limit: str, **changes: Any) -> datetime:
        """A limit of a case; its deadline."""
        due = due_date(start, Limit.parse(limit), self.calendar, self.file.policy.counting)
        row: dict[str, Any] = {
            "case_no": case_no,
            "kind": kind,
            "round": 1,
            "deadline": due.deadline,
            "due": due.model_dump(mode="json"),
            "provisional": False,
            "started_seq": 1,
        } | changes
        with self.engine.begin() as connection:
            connection.execute(insert(CLOCKS).values(row))
        return due.deadline

    def task(self, case_no: str, kind: TaskKind, role: str, **changes: Any) -> str:
        """An open task; its id."""
        row: dict[str, Any] = {
            "id": f"{case_no}/1/{kind}",
            "case_no": case_no,
            "kind": kind,
            "role": role,
            "unit": None,
            "clock": None,
            "round": 1,
            "opened_at": NOW,
        } | changes
        with self.engine.begin() as connection:
            connection.execute(insert(TASKS).values(row))
        return str(row["id"])
