"""The diary of the work that comes back with the calendar, and when something is due, in PostgreSQL.

Decides that work about a period is done once however often it is called for: a lock lets one in at a time, and whoever
finds it done goes home. After an outage that lasted longer than a period the last one is caught up and the ones before
are written down as overtaken. Somebody who asks by hand gets it done in any case; the jobs double nothing.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from activities.rhythm import Job, WorkItem, WorkPlan, WorkQuestion
from adapters.policy_files import Shelf
from adapters.score_files import score_rules
from adapters.tables.rhythm import RHYTHM_RUNS
from calendars import WorkingCalendar
from models.errors import HaochapingError
from models.rhythm import JobKind, JobOutcome, JobPeriod, NextDue, RunState, RunView
from policy.rhythm import Lengths, due_at, ended_at, is_overtaken, next_due, work_of

SHOWN = 40
"""Runs that a list shows; a place with six kinds of monthly work has that many in half a year."""

_LOCK = text("select pg_advisory_xact_lock(hashtext('rhythm_runs'), hashtext(:about))")
_c = RHYTHM_RUNS.c

log = logging.getLogger("haochaping.rhythm")


@dataclass(frozen=True)
class PlacesWork:
    """Which work the places have by today's rules, and when it is due by the calendars in force."""

    shelf: Shelf
    calendar_of: Callable[[str], WorkingCalendar]

    def ids(self) -> list[str]:
        """The places."""
        return self.shelf.ids()

    def name(self, jurisdiction: str) -> str:
        """What a place is called. Raises BadInput for an unknown one."""
        return self.shelf.file(jurisdiction).policy.name

    def work(self, jurisdiction: str) -> Mapping[JobKind, Lengths]:
        """The kinds of work of a place with the lengths of their periods. Raises BadInput for an unknown place."""
        file = self.shelf.file(jurisdiction)
        rules = score_rules(self.shelf.root, jurisdiction)
        return work_of(file.surroundings, has_points=rules.points is not None)

    def next_due(self, jurisdiction: str, kind: JobKind, now: datetime) -> NextDue:
        """When the work is due next. Raises CalendarNotPublished where no notice says on which day."""
        office, calendar = self.shelf.file(jurisdiction).policy.office_hours, self.calendar_of(jurisdiction)
        at = next_due(self.work(jurisdiction)[kind], now, office, calendar)
        return NextDue(at, calendar.is_provisional(at.date()))

    def plan(self, question: WorkQuestion) -> WorkPlan:
        """What is due for a call of the engine, and when. Raises CalendarNotPublished."""
        lengths = self.work(question.jurisdiction).get(question.kind, ())
        periods = ended_at(lengths, question.called_at)
        if not periods:
            return WorkPlan(periods=(), at=question.called_at)
        office = self.shelf.file(question.jurisdiction).policy.office_hours
        at = due_at(periods[0].last, office, self.calendar_of(question.jurisdiction))
        return WorkPlan(periods=periods, at=at)


@dataclass(frozen=True)
class RhythmDiary:
    """Does the work and remembers it."""

    engine: Engine
    now: Callable[[], datetime]

    def keep(self, item: WorkItem, job: Job) -> JobOutcome:
        """Do the work and write down what came of it, unless it is done already or another period has overtaken it.

        Raises whatever the job raises, after it was written down.
        """
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"about": f"{item.jurisdiction}/{item.kind}"})
            had = connection.execute(select(RHYTHM_RUNS).where(_is_about(item))).one_or_none()
            if not item.by and had is not None and had.state == RunState.DONE:
                return _outcome(had)
            if not item.by and is_overtaken(item.period, item.at):
                return _overtaken(connection, item, self.now())
            self._note(item, RunState.UNDER_WAY)
            try:
                outcome = job.run(item.jurisdiction, item.period, item.at)
            except Exception as error:
                self._note(item, RunState.FAILED, _reason(item, error))
                raise
            connection.execute(_done(item, outcome, self.now()))
        return outcome

    def runs(self, jurisdiction: str, limit: int = SHOWN) -> list[RunView]:
        """What was done in a place, the last period first."""
        query = select(RHYTHM_RUNS).where(_c.jurisdiction == jurisdiction).order_by(_c.last_day.desc(), _c.kind)
        with self.engine.connect() as connection:
            return [_view(row) for row in connection.execute(query.limit(limit))]

    def _note(self, item: WorkItem, state: RunState, failure: str = "") -> None:
        """Write down how far it is, at once; what is done already stays done."""
        put = insert(RHYTHM_RUNS).values(**_row(item, self.now()), state=state, failure=failure)
        changed = {name: put.excluded[name] for name in ("state", "failure", "begun_at", "asked_by")}
        with self.engine.begin() as connection:
            connection.execute(
                put.on_conflict_do_update(index_elements=_KEY, set_=changed, where=RHYTHM_RUNS.c.state != RunState.DONE)
            )


_KEY = ("jurisdiction", "kind", "first_day", "last_day")


def _row(item: WorkItem, now: datetime) -> dict[str, Any]:
    return {
        "jurisdiction": item.jurisdiction,
        "kind": item.kind,
        "first_day": item.period.first,
        "last_day": item.period.last,
        "label": item.period.label,
        "planned_at": item.planned_at,
        "begun_at": now,
        "summary": "",
        "count": 0,
        "link": "",
        "asked_by": item.by or None,
    }


def _is_about(item: WorkItem) -> ColumnElement[bool]:
    row = _row(item, item.at)
    return and_(*(_c[name] == row[name] for name in _KEY))


def _done(item: WorkItem, outcome: JobOutcome, now: datetime) -> Any:
    return (
        update(RHYTHM_RUNS)
        .where(_is_about(item))
        .values(state=RunState.DONE, done_at=now, failure="", asked_by=item.by or None, **outcome.model_dump())
    )


def _overtaken(connection: Connection, item: WorkItem, now: datetime) -> JobOutcome:
    """Nobody asked for it and its time is over; what was written down before stays."""
    summary = f"{item.period.label}的工作在系统停运期间错过，没有补做；需要时可由人工补做。"
    row = _row(item, now) | {"summary": summary, "state": RunState.OVERTAKEN, "failure": ""}
    connection.execute(insert(RHYTHM_RUNS).values(row).on_conflict_do_nothing())
    return JobOutcome(summary=summary, count=0)


def _reason(item: WorkItem, error: Exception) -> str:
    if isinstance(error, HaochapingError):
        return str(error)
    log.exception("%s of %s about %s broke off", item.kind, item.jurisdiction, item.period.label)
    return f"程序出错了（{type(error).__name__}），详情在办理进程的日志中，请交给管理员。"


def _outcome(row: Row[Any]) -> JobOutcome:
    return JobOutcome(summary=row.summary, count=row._mapping["count"], link=row.link)


def _view(row: Row[Any]) -> RunView:
    return RunView(
        kind=JobKind(row.kind),
        period=JobPeriod(label=row.label, first=row.first_day, last=row.last_day),
        state=RunState(row.state),
        planned_at=row.planned_at,
        begun_at=row.begun_at,
        done_at=row.done_at,
        outcome=_outcome(row) if row.summary else None,
        failure=row.failure,
        by=row.asked_by,
    )
