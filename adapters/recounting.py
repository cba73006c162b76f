"""Counts the limits of every open case again after a holiday notice: shows beforehand what would move, then does it.

Decides which cases are looked at, how many are in hand at once, and when it is finished. The new dates are counted by
`calendars.recounted`, in the preview here and for good in the step that each case records; a case is reached only
through an action that names who ordered it.

Running it again is safe at any moment: a case that is up to date is not selected, and the key of the action is made
from version and case.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, Row, Select, and_, func, or_, select, tuple_

from adapters.holiday_notices import IS_OPEN, NoticeFile, NoticeStore, Target, keep_calendars, targets
from adapters.tables.cases import CASES, CLOCKS, DATE_CHANGES
from calendars import recounted
from models.actions import Action, ApplyCalendar, HumanAction, Receipt
from models.actors import Actor
from models.calendar_changes import CaseFailure, DateShift, NoticeOrder, Preview, Recounting, Totals
from models.clocks import ClockKind
from models.due import DueDate
from models.errors import EngineUnavailable, HaochapingError
from models.steps import Change

IN_FLIGHT = 32
"""Cases that are counted again at the same time; more would only queue up in the engine."""

_BATCH = 500
_SHOWN_EVERY = 100
_SHOWN_AFTER_SECONDS = 1.0


class Desk(Protocol):
    """The front door of the cases (`workflows.client.CaseDesk`)."""

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Take a human action and wait until its step is recorded."""


_Date = tuple[datetime, bool]
"""The last moment of a limit, and whether it is provisional."""

Progress = Callable[[int, int], None]
"""Is told how many cases are done, and how many were to be done in all."""


def preview(engine: Engine, file: NoticeFile, now: datetime) -> Preview:
    """What the notice would do to the running limits of all open cases. Changes nothing.

    Raises NoticeRefused with file, line and what to correct.
    """
    ordered = NoticeStore(engine).check(file)
    notice = file.notice
    cases, limits, paused, shifts = set[str](), 0, 0, list[DateShift]()
    with engine.connect() as connection:
        planned = targets(connection, notice)
        for row in connection.execution_options(yield_per=_BATCH).execute(_running(notice.area)):
            cases.add(row.case_no)
            limits += 1
            due = DueDate.model_validate(row.due)
            paused += due.is_paused
            target = planned.get((row.jurisdiction, row.calendar_version))
            if target is not None and (shift := _shift(row, due, target, now)) is not None:
                shifts.append(shift)
    return Preview(
        label=notice.label,
        title=notice.title,
        year=notice.year,
        area=notice.area or "",
        ordered=ordered,
        cases=len(cases),
        limits=limits,
        paused=paused,
        totals=Totals.of(shifts),
        shifts=tuple(shifts),
    )


async def apply_notice(
    engine: Engine, desk: Desk, file: NoticeFile, actor: Actor, now: datetime, progress: Progress
) -> Recounting:
    """Put the notice in force and count every open case again with it.

    Raises NoticeRefused for a file that cannot be taken; nothing is changed then. Cases that could not be counted are
    in the answer, and whether it was given up because nobody answers any more; the same call goes on where it stopped.
    """
    order, is_new = await asyncio.to_thread(NoticeStore(engine).put_in_force, file, actor.user, now)
    return await recount(engine, desk, actor, order, is_new, now, progress)


async def recount(
    engine: Engine, desk: Desk, actor: Actor, order: NoticeOrder, is_new: bool, now: datetime, progress: Progress
) -> Recounting:
    """Count every open case again whose calendar lacks a notice in force, until there is none left."""
    round_ = _Recount(engine, desk, actor, now, progress)
    await round_.until_none_is_left()
    return Recounting(
        order=order,
        is_new=is_new,
        cases=round_.done,
        totals=round_.totals,
        failures=tuple(sorted(round_.failures, key=lambda failure: failure.case_no)),
        gave_up=round_.gave_up,
    )


def _running(area: str | None) -> Select[Any]:
    columns = (CASES.c.case_no, CASES.c.jurisdiction, CASES.c.calendar_version, CLOCKS.c.kind, CLOCKS.c.round)
    query = select(*columns, CLOCKS.c.due).join(CLOCKS, CLOCKS.c.case_no == CASES.c.case_no)
    query = query.where(IS_OPEN, CLOCKS.c.ended_at.is_(None))
    if area is not None:
        query = query.where(CASES.c.jurisdiction == area)
    return query.order_by(CASES.c.case_no, CLOCKS.c.started_seq, CLOCKS.c.kind)


class _Pending(NamedTuple):
    case_no: str
    version: str
    citation: str

    @property
    def key(self) -> str:
        return f"calendar-{self.version}-{self.case_no}"


@dataclass
class _Recount:
    """One run over the open cases, and what it has come to."""

    engine: Engine
    desk: Desk
    actor: Actor
    now: datetime
    progress: Progress
    done: int = 0
    failures: list[CaseFailure] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    _tried: set[str] = field(default_factory=set)
    _left: list[_Pending] = field(default_factory=list)
    _after: str = ""
    _steps: list[tuple[str, int]] = field(default_factory=list)
    _unanswered: int = 0
    _planned: int = 0
    _shown: tuple[int, float] = (0, 0.0)

    async def until_none_is_left(self) -> None:
        """Pass over the cases again and again, since some are dispatched or come back meanwhile."""
        while count := await asyncio.to_thread(self._count):
            before = len(self._tried)
            self._planned = self.done + max(0, count - (before - self.done))
            self._after = ""
            await self._pass()
            await self._add_up()
            if self.gave_up or len(self._tried) == before:
                return

    @property
    def gave_up(self) -> bool:
        """Whether so many cases in a row did not answer that it must be the engine."""
        return self._unanswered >= IN_FLIGHT

    async def _pass(self) -> None:
        """Once through the open cases, several at a time; the first failure of our own ends it."""
        lock = asyncio.Lock()
        workers = [asyncio.create_task(self._work(lock)) for _ in range(IN_FLIGHT)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    async def _work(self, lock: asyncio.Lock) -> None:
        while not self.gave_up:
            async with lock:
                if not self._left:
                    self._left = await asyncio.to_thread(self._next)
                if not self._left:
                    return
                pending = self._left.pop(0)
            self._tried.add(pending.key)
            await self._take(pending)
            if len(self._steps) >= _BATCH:
                await self._add_up()

    async def _take(self, pending: _Pending) -> None:
        message = ApplyCalendar(actor=self.actor, calendar_version=pending.version, notice=pending.citation)
        try:
            receipt = await self.desk.act(pending.case_no, Action.APPLY_CALENDAR, message, pending.key)
        except HaochapingError as error:
            self._unanswered = self._unanswered + 1 if isinstance(error, EngineUnavailable) else 0
            if not await asyncio.to_thread(self._needs_nothing_more, pending):
                self.failures.append(CaseFailure(case_no=pending.case_no, reason=str(error)))
            return
        self._unanswered = 0
        self.done += 1
        self._steps.append((receipt.case_no, receipt.seq))
        self._say()

    def _count(self) -> int:
        """How many open cases are not up to date; the calendars that they are to get are kept on the way."""
        with self.engine.begin() as connection:
            planned = targets(connection)
            keep_calendars(connection, planned.values())
            if not planned:
                return 0
            query = select(func.count()).select_from(CASES).where(IS_OPEN, _is_behind(planned))
            return connection.execute(query).scalar_one()

    def _next(self) -> list[_Pending]:
        """The next cases in the order of their numbers that were not tried yet."""
        with self.engine.begin() as connection:
            planned = targets(connection)
            keep_calendars(connection, planned.values())
            while planned:
                rows = _behind(connection, planned, self._after)
                if not rows:
                    break
                self._after = rows[-1].case_no
                found = [_pending(row, planned[row.jurisdiction, row.calendar_version]) for row in rows]
                if fresh := [each for each in found if each.key not in self._tried]:
                    return fresh
        return []

    def _needs_nothing_more(self, pending: _Pending) -> bool:
        """Whether the case ended meanwhile, or was counted with that calendar by another run."""
        with self.engine.connect() as connection:
            query = select(CASES.c.ended_at, CASES.c.calendar_version).where(CASES.c.case_no == pending.case_no)
            row = connection.execute(query).one()
        return row.ended_at is not None or row.calendar_version == pending.version

    async def _add_up(self) -> None:
        steps, self._steps = self._steps, []
        if steps:
            moved = await asyncio.to_thread(self._moved_in, steps)
            self.totals = self.totals.plus(moved)
        self._say(at_once=True)

    def _moved_in(self, steps: Sequence[tuple[str, int]]) -> Totals:
        query = select(DATE_CHANGES, CASES.c.jurisdiction).join(CASES, CASES.c.case_no == DATE_CHANGES.c.case_no)
        query = query.where(
            tuple_(DATE_CHANGES.c.case_no, DATE_CHANGES.c.seq).in_(steps), DATE_CHANGES.c.change == Change.RECOUNTED
        )
        with self.engine.connect() as connection:
            return Totals.of(shift for row in connection.execute(query) if (shift := _recorded_shift(row, self.now)))

    def _say(self, at_once: bool = False) -> None:
        done, moment = self._shown
        now = time.monotonic()
        if at_once or self.done - done >= _SHOWN_EVERY or now - moment >= _SHOWN_AFTER_SECONDS:
            self._shown = self.done, now
            self.progress(self.done, max(self._planned, self.done))


def _is_behind(planned: dict[tuple[str, str], Target]) -> Any:
    return or_(
        *(
            and_(CASES.c.jurisdiction == jurisdiction, CASES.c.calendar_version == version)
            for jurisdiction, version in planned
        )
    )


def _behind(connection: Connection, planned: dict[tuple[str, str], Target], after: str) -> Sequence[Any]:
    query = select(CASES.c.case_no, CASES.c.jurisdiction, CASES.c.calendar_version)
    query = query.where(IS_OPEN, _is_behind(planned), CASES.c.case_no > after)
    return connection.execute(query.order_by(CASES.c.case_no).limit(_BATCH)).all()


def _pending(row: Any, target: Target) -> _Pending:
    return _Pending(row.case_no, target.calendar.version, target.citation)


def _shift(row: Row[Any], due: DueDate, target: Target, now: datetime) -> DateShift | None:
    """How a running limit would move; None for one that stands still or stays as it is."""
    if due.is_paused:
        return None
    new = recounted(due, target.calendar)
    return _of_limit(row, now, (due.deadline, due.provisional), (new.deadline, new.provisional))


def _recorded_shift(row: Row[Any], now: datetime) -> DateShift | None:
    """How a running limit did move; None for one that only got the new version."""
    if row.new_deadline is None:
        return None
    return _of_limit(row, now, (row.old_deadline, row.was_provisional), (row.new_deadline, row.is_provisional))


def _of_limit(row: Row[Any], now: datetime, old: _Date, new: _Date) -> DateShift | None:
    if old == new:
        return None
    return DateShift.at(
        now,
        case_no=row.case_no,
        jurisdiction=row.jurisdiction,
        kind=ClockKind(row.kind),
        round=row.round,
        old=old[0],
        new=new[0],
        was_provisional=old[1],
        is_provisional=new[1],
    )
