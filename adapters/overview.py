"""The numbers of the overview: where the open cases stand, what was met in time, what ends on the coming days.

Decides what is counted (the rate as 按期整改率: remediation limits that ended in the month, with extensions; cases that
were not adopted count on neither side). Whose numbers somebody sees decides the page.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, func, literal_column, select
from sqlalchemy import case as when

from adapters.ledger_tasks import ONLY_REMIND
from adapters.tables.cases import CASES, CLOCKS, TASKS
from models.actors import Actor
from models.case import Ending, Stage
from models.clocks import ClockKind
from models.kinds import CaseClass
from models.lists import DayLoad, MonthOfUnit, Standing

_TICK: Any = literal_column("interval '1 microsecond'")
"""A limit that ends at midnight belongs to the day before."""


@dataclass(frozen=True)
class OverviewNumbers:
    """Counts over all cases, or over those that one unit handles."""

    engine: Engine

    def standing(self, unit: str | None) -> list[Standing]:
        """Open cases by unit, class, stage and whether they are overdue."""
        groups = (CASES.c.unit, CASES.c.case_class, CASES.c.stage, CASES.c.overdue)
        query = select(*groups, func.count().label("cases")).where(CASES.c.ended_at.is_(None), *_of_unit(unit))
        return [
            Standing(row.unit, CaseClass(row.case_class), Stage(row.stage), row.overdue, row.cases)
            for row in self._rows(query.group_by(*groups).order_by(*groups))
        ]

    def runs_out_before(self, unit: str | None, now: datetime, end: datetime) -> int:
        """Open cases whose next limit is not over and ends before that moment."""
        until = and_(CASES.c.deadline > now, CASES.c.deadline <= end)
        query = select(func.count().label("cases")).where(CASES.c.ended_at.is_(None), until, *_of_unit(unit))
        return int(self._rows(query)[0].cases)

    def open_tasks(self, actor: Actor) -> int:
        """Open tasks of that role; of the unit, where the role belongs to one."""
        of_unit = TASKS.c.unit == actor.unit if actor.role.is_of_unit else TASKS.c.unit.is_(None)
        query = select(func.count().label("tasks")).where(
            TASKS.c.closed_at.is_(None), TASKS.c.role == actor.role, of_unit
        )
        return int(self._rows(query)[0].tasks)

    def on_time(self, unit: str | None, since: datetime, now: datetime) -> list[MonthOfUnit]:
        """By unit and month of Shanghai's clock: remediation limits that ended from `since` on, and those met."""
        last_moment = func.timezone("Asia/Shanghai", CLOCKS.c.deadline - _TICK)
        month = func.date_trunc("month", last_moment).label("month")
        met = func.sum(when((CLOCKS.c.ended_at < CLOCKS.c.deadline, 1), else_=0)).label("met")
        query = (
            select(CASES.c.unit, month, func.count().label("due"), met)
            .join(CASES, CASES.c.case_no == CLOCKS.c.case_no)
            .where(
                CLOCKS.c.kind == ClockKind.REMEDIATION,
                CLOCKS.c.deadline > since,
                CLOCKS.c.deadline <= now,
                CLOCKS.c.paused.is_(False),
                CASES.c.ending.is_distinct_from(Ending.NOT_ADOPTED),
                *_of_unit(unit),
            )
            .group_by(CASES.c.unit, month)
            .order_by(CASES.c.unit, month)
        )
        return [MonthOfUnit(row.unit, row.month.date(), row.due, row.met) for row in self._rows(query)]

    def load(self, unit: str | None, begin: datetime, days: int) -> list[DayLoad]:
        """How many running limits end on each of the days from `begin` (midnight in Shanghai) on; days without too."""
        end = begin + timedelta(days=days)
        last_moment = func.timezone("Asia/Shanghai", CLOCKS.c.deadline - _TICK)
        day = func.date_trunc("day", last_moment).label("day")
        query = select(day, func.count().label("limits")).where(
            CLOCKS.c.ended_at.is_(None),
            CLOCKS.c.paused.is_(False),
            CLOCKS.c.kind.not_in(ONLY_REMIND),
            CLOCKS.c.deadline > begin,
            CLOCKS.c.deadline <= end,
        )
        if unit is not None:
            query = query.join(CASES, CASES.c.case_no == CLOCKS.c.case_no).where(CASES.c.unit == unit)
        found = {row.day.date(): row.limits for row in self._rows(query.group_by(day))}
        first: date = begin.date()
        return [DayLoad(each, found.get(each, 0)) for each in (first + timedelta(days=n) for n in range(days))]

    def _rows(self, query: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(query))


def _of_unit(unit: str | None) -> list[ColumnElement[bool]]:
    return [] if unit is None else [CASES.c.unit == unit]
