"""How fast open cases are planned again after a holiday notice, beside bare updates to as many workflows.

Decides: the notice takes the next working day away, and is put in force and applied as `starter.py calendar apply` does
it. A bare update runs one empty activity; as many of them are in flight at once. Afterwards every running limit is
counted from scratch, day by day, with the new calendar, and what the ledger and, for a sample, the engine have is held
against it.
"""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from random import Random

from sqlalchemy import func, select

from adapters.directory import Directory
from adapters.recounting import IN_FLIGHT, apply_notice
from adapters.tables.cases import CASES, CLOCKS, DATE_CHANGES
from bench.bare_open import BareOpenCase
from bench.waiting import BareOpenCases, OpenCases
from calendars import WorkingCalendar
from models.due import SHANGHAI, DueDate, Unit
from tests.support.holidays import one_more_day_off

_PROGRESS = 15.0  # seconds
_ASKED = 200
"""Cases whose state in the engine is compared as well."""

_DAY = timedelta(days=1)


async def measure(cases: OpenCases) -> None:
    """Plan all open cases again, update all bare workflows, and print both and the number of wrong dates."""
    ground = cases.ground
    actor = Directory(ground.engine).actor("supervisor-01")
    day = ground.calendar.nth_working_day(datetime.now(SHANGHAI).date(), 1)
    file = one_more_day_off(ground.calendar, day)
    bare, bare_seconds = await _update_all(cases.bare)
    said = begins = time.monotonic()

    def progress(done: int, planned: int) -> None:
        nonlocal said
        if (now := time.monotonic()) - said > _PROGRESS:
            said = now
            print(f"  ours: {done:,} of {planned:,} planned again, {done / (now - begins):.1f}/s", flush=True)

    done = await apply_notice(ground.engine, cases.ours.desk, file, actor, datetime.now(UTC), progress)
    seconds = time.monotonic() - begins
    if done.failures or done.gave_up:
        raise SystemExit(f"{len(done.failures)} cases could not be planned again, the first: {done.failures[:1]}")
    print(
        f"replan: {done.cases:,} open cases planned again after a notice: {done.cases / seconds:.1f}/s, beside "
        f"{bare / bare_seconds:.1f}/s of bare updates to {bare:,} workflows "
        f"({(done.cases / seconds) / (bare / bare_seconds):.2f} times)"
    )
    new = ground.calendar.with_notice(file.notice)
    limits, moved, wrong = await asyncio.to_thread(_in_the_ledger, cases, new)
    asked, wrong_asked = await _in_the_engine(cases, new)
    print(
        f"replan: {limits:,} running limits counted from scratch afterwards, {moved:,} of them had moved: "
        f"{wrong} wrong dates in the ledger, {wrong_asked} in the engine ({asked:,} limits asked)",
        flush=True,
    )
    if wrong or wrong_asked or not moved:
        raise SystemExit("dates are wrong, or none has moved")


async def _update_all(cases: BareOpenCases) -> tuple[int, float]:
    names = list(cases.due.of)
    left = iter(names)
    begins = said = time.monotonic()
    done = 0

    async def update() -> None:
        nonlocal done, said
        for name in left:
            handle = cases.client.get_workflow_handle(name)
            await handle.execute_update(BareOpenCase.count_again, id=f"{name}-again")
            done += 1
            if (now := time.monotonic()) - said > _PROGRESS:
                said = now
                print(f"  bare: {done:,} of {len(names):,} updated, {done / (now - begins):.1f}/s", flush=True)

    async with asyncio.TaskGroup() as group:
        for _ in range(IN_FLIGHT):
            group.create_task(update())
    return len(names), time.monotonic() - begins


def _in_the_ledger(cases: OpenCases, new: WorkingCalendar) -> tuple[int, int, int]:
    """How many limits run, how many of them moved, and how many have not the date or the calendar that they should."""
    query = select(CLOCKS.c.due, CLOCKS.c.deadline, CASES.c.calendar_version).join(
        CASES, CASES.c.case_no == CLOCKS.c.case_no
    )
    with cases.ground.engine.connect() as connection:
        rows = connection.execute(query.where(CLOCKS.c.ended_at.is_(None))).all()
        moved = connection.execute(select(func.count()).select_from(DATE_CHANGES)).scalar_one()
    wrong = sum(
        not _is_right(due := DueDate.model_validate(row.due), new)
        or (row.deadline, row.calendar_version) != (due.deadline, new.version)
        for row in rows
    )
    return len(rows), moved, wrong


async def _in_the_engine(cases: OpenCases, new: WorkingCalendar) -> tuple[int, int]:
    names = list(cases.ours.due.of)
    limits = wrong = 0
    for name in Random(1).sample(names, min(_ASKED, len(names))):
        state = await cases.ours.desk.state(name)
        limits += len(state.clocks)
        wrong += sum(not _is_right(clock.due, new) for clock in state.clocks)
        wrong += len(state.running) - len(state.clocks)
    return limits, wrong


def _is_right(due: DueDate, calendar: WorkingCalendar) -> bool:
    return (due.deadline, due.calendar_version) == (_counted_by_hand(due, calendar), calendar.version)


def _counted_by_hand(due: DueDate, calendar: WorkingCalendar) -> datetime:
    """Day by day; these limits have neither pauses nor extensions. Raises ValueError for another unit."""
    match due.limit.unit:
        case Unit.HOURS:
            return due.start + timedelta(hours=due.limit.amount)
        case Unit.WORKING_DAYS:
            day, left = due.start.date(), due.limit.amount
            while left:
                day += _DAY
                left -= calendar.is_working_day(day)
            return _end_of(day)
        case _:
            raise ValueError(f"no such limit was expected: {due.limit}")


def _end_of(day: date) -> datetime:
    return datetime.combine(day + _DAY, clock_time(), SHANGHAI)
