"""Counting all open cases again: none is missed, none twice, one bad case stops nobody, and a broken run goes on.

The desk here stands in for the engine: it does to the read model what a case's step would. The real thing is in
`test_spring_festival_2020`.
"""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from adapters.database import make_engine
from adapters.holiday_notices import CALENDAR_LOCK, read_notice
from adapters.recounting import IN_FLIGHT, apply_notice
from adapters.tables.cases import CASES
from calendars import WorkingCalendar
from models.actors import Actor, Role
from models.calendar_changes import Recounting
from models.errors import ActionRefused, EngineUnavailable
from tests.calendar.support import BEFORE, SPRING_FESTIVAL_2020, RecordingDesk, add_case, due
from tests.support.engine import at

NOW = at("2020-01-27 09:00")
FILE = read_notice(SPRING_FESTIVAL_2020)
AFTER: WorkingCalendar = BEFORE.with_notice(FILE.notice)
WHO = Actor(user="supervisor-01", role=Role.SUPERVISOR, unit="ez-shenpi")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def add_open_cases(engine: Engine, count: int, first: int = 1) -> list[str]:
    limit = due("2020-01-20 10:00", "5 wd", BEFORE)
    with engine.begin() as connection:
        return [add_case(connection, number, BEFORE, limit) for number in range(first, first + count)]


async def applied(engine: Engine, desk: RecordingDesk, seen: list[tuple[int, int]] | None = None) -> Recounting:
    def progress(done: int, planned: int) -> None:
        if seen is not None:
            seen.append((done, planned))

    return await apply_notice(engine, desk, FILE, WHO, NOW, progress)


def versions(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        found = connection.execute(select(CASES.c.case_no, CASES.c.calendar_version))
        return {row.case_no: row.calendar_version for row in found}


async def test_every_open_case_is_counted_once_with_progress_and_never_too_many_at_a_time(engine: Engine) -> None:
    cases = add_open_cases(engine, 700)  # more than one batch
    desk, seen = RecordingDesk(engine), list[tuple[int, int]]()
    done = await applied(engine, desk, seen)
    assert set(versions(engine).values()) == {AFTER.version}
    assert sorted(desk.keys) == [f"calendar-{AFTER.version}-{case_no}" for case_no in cases]
    assert (done.cases, done.totals.cases, done.totals.days, done.failures) == (700, 700, {3: 700}, ())
    assert {(message.notice, message.actor.user) for message in desk.messages} == {
        ("国办发明电〔2020〕1号", "supervisor-01")
    }
    assert 1 < desk.most_at_once <= IN_FLIGHT
    assert seen[-1] == (700, 700)
    assert len(seen) >= 7
    assert seen == sorted(seen)


async def test_a_second_run_finds_nothing_to_do(engine: Engine) -> None:
    add_open_cases(engine, 3)
    await applied(engine, RecordingDesk(engine))
    again = RecordingDesk(engine)
    done = await applied(engine, again)
    assert (done.is_new, done.cases, done.totals.limits, again.keys) == (False, 0, 0, [])
    assert (done.order.ordered_by, done.order.ordered_at) == ("supervisor-01", NOW)


async def test_a_run_that_broke_off_is_taken_up_where_it_stopped(engine: Engine) -> None:
    cases = add_open_cases(engine, 120)

    def break_off(case_no: str) -> None:
        if case_no in cases[60:]:
            raise MemoryError("the process ends here")

    broken = RecordingDesk(engine, before=break_off)
    with pytest.raises(MemoryError):
        await applied(engine, broken)
    second = RecordingDesk(engine)
    done = await applied(engine, second)
    up_to_date = [case_no for case_no, version in versions(engine).items() if version == AFTER.version]
    assert sorted(up_to_date) == cases
    assert 0 < len(broken.keys) <= 60
    assert len(second.keys) == done.cases >= 60
    assert not done.is_new


async def test_when_nobody_answers_it_stops_soon_and_the_same_call_goes_on(engine: Engine) -> None:
    cases = add_open_cases(engine, 120)
    deaf = RecordingDesk(engine, fails={case_no: EngineUnavailable("没有应答") for case_no in cases[:100]})
    stopped = await applied(engine, deaf)
    assert (stopped.is_new, stopped.gave_up) == (True, True)
    assert IN_FLIGHT <= len(stopped.failures) < 2 * IN_FLIGHT, "once nobody answers, the others are not tried"
    done = await applied(engine, RecordingDesk(engine))
    assert (done.is_new, done.gave_up, done.failures) == (False, False, ())
    assert set(versions(engine).values()) == {AFTER.version}


async def test_one_case_that_does_not_answer_is_named_and_stops_nobody(engine: Engine) -> None:
    cases = add_open_cases(engine, 50)
    desk = RecordingDesk(engine, fails={cases[7]: EngineUnavailable("案件没有应答")})
    done = await applied(engine, desk)
    assert (done.cases, done.gave_up) == (49, False)
    assert [(failure.case_no, failure.reason) for failure in done.failures] == [(cases[7], "案件没有应答")]
    assert versions(engine)[cases[7]] == BEFORE.version


async def test_a_case_that_ends_meanwhile_drops_out(engine: Engine) -> None:
    cases = add_open_cases(engine, 3)

    def end(case_no: str) -> None:
        if case_no == cases[1]:
            with engine.begin() as connection:
                connection.execute(CASES.update().where(CASES.c.case_no == case_no).values(ended_at=NOW))

    desk = RecordingDesk(engine, fails={cases[1]: ActionRefused("案件已结束")}, before=end)
    done = await applied(engine, desk)
    assert (done.cases, done.failures) == (2, ())
    assert versions(engine)[cases[1]] == BEFORE.version


async def test_a_refusal_of_a_case_that_is_still_open_is_reported(engine: Engine) -> None:
    [case_no] = add_open_cases(engine, 1)
    done = await applied(engine, RecordingDesk(engine, fails={case_no: ActionRefused("不允许")}))
    assert [failure.case_no for failure in done.failures] == [case_no]


async def test_a_case_that_comes_in_during_the_run_is_not_missed(engine: Engine) -> None:
    cases = add_open_cases(engine, 3)
    late = f"{cases[0][:-8]}000000-1"  # before all others in order, so the first pass has gone by it

    def come_in(case_no: str) -> None:
        if case_no == cases[2] and late not in versions(engine):
            add_open_cases(engine, 1, first=0)

    done = await applied(engine, RecordingDesk(engine, before=come_in))
    assert versions(engine)[late] == AFTER.version
    assert done.cases == 4


async def test_a_notice_is_not_in_force_before_a_dispatch_under_way_is_recorded(engine: Engine) -> None:
    """The dispatch began before the notice and commits after it was ordered: the notice waits, then finds the case."""
    with engine.begin() as dispatch:
        dispatch.execute(select(func.pg_advisory_xact_lock_shared(CALENDAR_LOCK)))
        ordering = asyncio.create_task(applied(engine, RecordingDesk(engine)))
        with engine.connect() as watching:
            waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            async with asyncio.timeout(100):
                while not watching.exec_driver_sql(waits).scalar_one():
                    assert not ordering.done(), "the notice did not wait for the dispatch"
                    await asyncio.sleep(0.01)
        case_no = add_case(dispatch, 1, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))
    done = await ordering
    assert done.cases == 1
    assert versions(engine)[case_no] == AFTER.version
