"""Reads the read model: cases, their limits, entries and tasks. Lists and pages never ask the engine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Executable, RowMapping, func, or_, select

from adapters.directory import Directory
from adapters.tables.cases import CALENDARS, CASES, CLOCKS, DATE_CHANGES, ENTRIES, TASKS
from adapters.worklists import open_tasks_of, place_of, worklist
from calendars import WorkingCalendar, calendar_from_json
from models.actors import Actor
from models.errors import UnknownCase
from models.steps import TaskKind
from models.views import CaseView, ClockView, DateChangeView, EntryView, TaskView

CASE_COLUMNS = tuple(CASES.c[name] for name in CaseView.model_fields if name in CASES.c)
"""What a list shows of a case."""


@dataclass(frozen=True)
class CaseReader:
    """Answers questions about cases from PostgreSQL."""

    engine: Engine
    directory: Directory

    def case(self, case_no: str) -> CaseView:
        """One case. Raises UnknownCase."""
        rows = self._rows(select(*CASE_COLUMNS).where(CASES.c.case_no == case_no))
        if not rows:
            raise UnknownCase(f"没有案件 {case_no}。请核对案件编号；tasks --as 用户 可以列出待办。")
        return self._case(rows[0])

    def cases(
        self, jurisdiction: str | None = None, open_only: bool = False, limit: int = 200, unit: str | None = None
    ) -> list[CaseView]:
        """Cases by number; only those that still run, or those that one unit handles or helps with, if asked."""
        query = select(*CASE_COLUMNS).order_by(CASES.c.case_no).limit(limit)
        if jurisdiction is not None:
            query = query.where(CASES.c.jurisdiction == jurisdiction)
        if open_only:
            query = query.where(CASES.c.ended_at.is_(None))
        if unit is not None:
            query = query.where(or_(CASES.c.unit == unit, CASES.c.state["co_units"].has_key(unit)))
        return [self._case(row) for row in self._rows(query)]

    def clocks(self, case_no: str) -> list[ClockView]:
        """All limits of a case in the order in which they began."""
        columns = (
            CLOCKS.c.kind,
            CLOCKS.c.round,
            CLOCKS.c.due,
            CLOCKS.c.ended_at,
            CLOCKS.c.missed_at,
            CLOCKS.c.passed,
            CLOCKS.c.extendable_to,
        )
        query = select(*columns).where(CLOCKS.c.case_no == case_no).order_by(CLOCKS.c.started_seq, CLOCKS.c.kind)
        return [ClockView(**row) for row in self._rows(query)]

    def entries(self, case_no: str) -> list[EntryView]:
        """The ledger of a case, oldest first."""
        columns = [column for column in ENTRIES.c if column.name not in ("case_no", "recorded")]
        query = select(*columns).where(ENTRIES.c.case_no == case_no).order_by(ENTRIES.c.seq)
        names = {user.id: user.name for user in self.directory.users()}
        return [EntryView(**row, actor_name=names.get(row["actor_user"] or "")) for row in self._rows(query)]

    def date_changes(self, case_no: str) -> list[DateChangeView]:
        """Every change of a date of a case, oldest first."""
        query = select(DATE_CHANGES).where(DATE_CHANGES.c.case_no == case_no)
        rows = self._rows(query.order_by(DATE_CHANGES.c.seq, DATE_CHANGES.c.kind))
        return [DateChangeView(**row) for row in rows]

    def tasks(
        self,
        actor: Actor,
        limit: int = 500,
        after: str = "",
        stands_in_for: Sequence[str] = (),
        kinds: Collection[TaskKind] = (),
    ) -> list[TaskView]:
        """The open tasks of a person, the most urgent and what runs out first on top; as `worklist` says."""
        return [self._task(row) for row in self._rows(worklist(actor, limit, after, stands_in_for, kinds))]

    def tasks_of_case(self, case_no: str) -> list[TaskView]:
        """The open tasks of one case."""
        return [self._task(row) for row in self._rows(open_tasks_of(case_no))]

    def calendar(self, version: str) -> WorkingCalendar:
        """The calendar of that version. Raises LookupError for one that was never kept."""
        rows = self._rows(select(CALENDARS.c.body).where(CALENDARS.c.version == version))
        if not rows:
            raise LookupError(f"calendar {version} was never kept")
        return calendar_from_json(rows[0]["body"])

    def dispatched(self, case_nos: list[str]) -> set[str]:
        """Which of these cases have recorded their dispatch."""
        query = select(CASES.c.case_no).where(CASES.c.case_no.in_(case_nos))
        return {row["case_no"] for row in self._rows(query)}

    def count_open_tasks(self) -> dict[str, int]:
        """Open tasks by role."""
        query = select(TASKS.c.role, func.count().label("tasks")).where(TASKS.c.closed_at.is_(None))
        return {row["role"]: row["tasks"] for row in self._rows(query.group_by(TASKS.c.role))}

    def _rows(self, query: Executable) -> list[RowMapping]:
        with self.engine.connect() as connection:
            return list(connection.execute(query).mappings())

    def _case(self, row: RowMapping) -> CaseView:
        return CaseView(**row, unit_name=self.directory.unit(row["unit"]).name)

    def _task(self, row: RowMapping) -> TaskView:
        shown = {name: value for name, value in row.items() if name in TaskView.model_fields}
        return TaskView(**shown, unit_name=self.directory.unit(row["case_unit"]).name, place=place_of(row))
