"""The engine's schedules: made once, run now, paused, resumed; an outage is caught up once; the wait for the morning.

Schedules are those of the real server, whose clock nobody moves: the diary is told another moment than the one at which
a call comes, so that no month ends while a test runs. The wait over a holiday is on the server whose clock is moved.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, ScheduleBackfill, ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment

from activities.rhythm import Job, WorkItem, WorkOrder, WorkPlan, WorkQuestion
from adapters.codec import data_converter
from adapters.courier import utc_now
from adapters.database import make_engine
from adapters.rhythm import PlacesWork, RhythmDiary
from models.due import SHANGHAI
from models.errors import ActionRefused, EngineUnavailable
from models.rhythm import JobKind, JobOutcome, RunState, RunView
from policy.rhythm import last_ended
from tests.rhythm.support import Tally
from tests.support.engine import STARTS_WITHIN, TEST_KEYS, at, office_at
from worker import build_rhythm, start_rhythm
from workflows.rhythm import PeriodicWork, schedule_id
from workflows.rhythm_desk import RhythmDesk

QUEUE = "rhythm-of-the-tests"
PLACE, KIND = "xintai", JobKind.SAMPLE
"""A place with a sample each month."""
NOW = at("2026-10-20 10:00")
"""The moment of the diary."""
PATIENCE = 100.0
"""Seconds until what is waited for will not come any more."""


@dataclass
class Server:
    """A real server, the schedules of one kind of work on it, and a worker that does it."""

    client: Client
    engine: Engine
    work: Tally
    called: list[datetime]
    """When the engine had work done, by its own clock."""

    @property
    def desk(self) -> RhythmDesk:
        """People's front door."""
        return RhythmDesk(self._connected, QUEUE, patience=timedelta(seconds=PATIENCE))

    async def _connected(self) -> Client:
        return self.client

    def runs(self) -> list[RunView]:
        """What is written down, the last period first."""
        return RhythmDiary(self.engine, utc_now).runs(PLACE)

    async def until(self, there: Callable[[list[RunView]], bool]) -> list[RunView]:
        """Wait until the diary is so."""
        async with asyncio.timeout(PATIENCE):
            while not there(runs := await asyncio.to_thread(self.runs)):
                await asyncio.sleep(0.05)
        return runs


class AtOnce(PlacesWork):
    """The real rules of periods, without the wait for a morning that may lie ahead when the tests run."""

    def plan(self, question: WorkQuestion) -> WorkPlan:
        """Due when the engine calls."""
        return super().plan(question).model_copy(update={"at": question.called_at})


@dataclass(frozen=True)
class InOctober(RhythmDiary):
    """The real diary, in which every call comes at `NOW`; it remembers when the calls came."""

    called: list[datetime] = field(default_factory=list)

    def keep(self, item: WorkItem, job: Job) -> JobOutcome:
        """As if the engine had called in October."""
        self.called.append(item.at)
        return super().keep(item.model_copy(update={"at": NOW}), job)


@pytest.fixture
async def server(database_url: str, temporal_binary: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A real server with the schedules of the sample."""
    called: list[datetime] = []
    monkeypatch.setattr("worker.PlacesWork", AtOnce)
    monkeypatch.setattr("worker.RhythmDiary", partial(InOctober, called=called))
    engine, work = make_engine(database_url), Tally()
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_binary),
        dev_server_startup_timeout=STARTS_WITHIN,
        data_converter=data_converter(TEST_KEYS),
    )
    async with environment, build_rhythm(environment.client, engine, {KIND: work}, QUEUE):
        await start_rhythm(environment.client, engine, {KIND: work}, QUEUE)
        yield Server(environment.client, engine, work, called)
    engine.dispose()


async def test_a_schedule_calls_at_midnight_in_shanghai_on_the_first_day_after_each_period(server: Server) -> None:
    description = await server.client.get_schedule_handle(schedule_id(PLACE, KIND)).describe()
    calls = [call.astimezone(SHANGHAI) for call in description.info.next_action_times[:3]]
    assert {(call.day, call.hour, call.minute) for call in calls} == {(1, 0, 0)}
    assert [(later.year * 12 + later.month) for later in calls] == list(
        range(calls[0].year * 12 + calls[0].month, calls[0].year * 12 + calls[0].month + 3)
    )
    found = await server.desk.schedules(PLACE, list(JobKind))
    assert [(each.kind, each.is_paused) for each in found] == [(KIND, False)]


async def test_only_work_that_is_done_here_has_a_schedule_and_starting_again_keeps_a_pause(server: Server) -> None:
    await server.desk.pause(PLACE, KIND, "春节前暂停")
    await start_rhythm(server.client, server.engine, {KIND: server.work}, QUEUE)
    (kept,) = await server.desk.schedules(PLACE, list(JobKind))
    assert (kept.is_paused, kept.note) == (True, "春节前暂停")
    await server.desk.resume(PLACE, KIND, "节后恢复")
    (resumed,) = await server.desk.schedules(PLACE, list(JobKind))
    assert not resumed.is_paused
    await start_rhythm(server.client, server.engine, {}, QUEUE)
    assert await server.desk.schedules(PLACE, list(JobKind)) == []
    with pytest.raises(ActionRefused, match="没有这项定期工作"):
        await server.desk.pause(PLACE, KIND, "")


async def test_an_outage_over_three_calls_is_caught_up_once(server: Server) -> None:
    await server.desk.pause(PLACE, KIND, "停机")  # nobody calls but the test
    calls, begun = [at(f"2026-{month:02}-01 00:00") for month in (8, 9, 10)], utc_now()
    handle = server.client.get_schedule_handle(schedule_id(PLACE, KIND))
    slept_through = ScheduleBackfill(
        start_at=calls[0] - timedelta(minutes=1),
        end_at=calls[-1] + timedelta(minutes=1),
        overlap=ScheduleOverlapPolicy.ALLOW_ALL,
    )
    await handle.backfill(slept_through)
    runs = await server.until(lambda runs: len(runs) == 3 and all(run.state is not RunState.UNDER_WAY for run in runs))
    assert [run.state for run in runs] == [RunState.DONE, RunState.OVERTAKEN, RunState.OVERTAKEN]
    assert server.work.done == [(PLACE, "2026年9月")]
    assert [run.period.label for run in runs] == ["2026年9月", "2026年8月", "2026年7月"]
    assert runs[0].period == last_ended((1,), NOW)[0]
    assert all(begun <= moment <= utc_now() for moment in server.called), "what is overtaken is judged when it is done"
    # The calls come once more, as after a server that was set back: nothing is done a second time.
    await handle.backfill(slept_through)
    await _called_times(server, 6)
    assert len(server.work.done) == 1
    assert len(server.runs()) == 3


async def test_running_it_now_is_done_at_once_and_once_more_gives_the_same(server: Server) -> None:
    await server.desk.pause(PLACE, KIND, "停机")  # nobody calls but the test
    periods = last_ended((1,), NOW)
    await server.desk.run_now(PLACE, "新泰市", KIND, periods, "supervisor-01")
    await _called_times(server, 1)
    await server.desk.run_now(PLACE, "新泰市", KIND, periods, "supervisor-01")
    await _called_times(server, 2)
    assert len(server.work.done) == 2
    (run,) = server.runs()
    assert run.state is RunState.DONE
    assert (run.period, run.by) == (periods[0], "supervisor-01")


async def test_an_engine_that_is_away_is_told_in_a_sentence(temporal_binary: Path) -> None:
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_binary), dev_server_startup_timeout=STARTS_WITHIN
    )
    await environment.shutdown()

    async def connected() -> Client:
        return environment.client

    desk = RhythmDesk(connected, QUEUE, patience=timedelta(milliseconds=200))
    with pytest.raises(EngineUnavailable, match="流程引擎没有应答"):
        await desk.schedules(PLACE, [KIND])
    with pytest.raises(EngineUnavailable, match="流程引擎没有应答"):
        await desk.pause(PLACE, KIND, "")


async def _called_times(server: Server, count: int) -> None:
    """Wait until so many calls have ended."""
    async with asyncio.timeout(PATIENCE):
        while (await server.client.count_workflows("ExecutionStatus='Completed'")).count < count:
            await asyncio.sleep(0.05)


async def test_a_call_on_the_first_of_october_is_done_on_the_morning_after_national_day(
    database_url: str, tmp_path: Path
) -> None:
    work = Tally()
    async with (
        office_at("2026-10-01 00:00", database_url, tmp_path) as office,
        build_rhythm(office.client, office.engine, {KIND: work}, QUEUE),
    ):
        order = WorkOrder(jurisdiction=PLACE, kind=KIND, place_name="新泰市")
        await office.client.start_workflow(PeriodicWork.run, order, id="sample", task_queue=QUEUE)
        await office.environment.sleep(timedelta(days=7, hours=8))
        assert work.done == []
        await office.environment.sleep(timedelta(minutes=31))
        diary = RhythmDiary(office.engine, utc_now)
        async with asyncio.timeout(PATIENCE):
            while [run.state for run in diary.runs(PLACE)] != [RunState.DONE]:
                await asyncio.sleep(0.05)
        (run,) = diary.runs(PLACE)
    assert work.done == [(PLACE, "2026年9月")]
    assert run.planned_at == at("2026-10-08 08:30")
