"""Random walks on the real thing: workflow, worker, ledger and PostgreSQL, on an engine whose clock the test moves.

Cases under the rules of five places: people act rightly and wrongly, time passes, and the real holiday notice of
January 2020 is put in force in the middle. Then engine, read model and ledger are held against each other, and every
history is replayed, which is what a worker does that begins again. (The test server cannot be left by its worker: it
goes on asking for what that one has in memory. Workers that really stop are the business of tests/recovery.)

The seed is fixed; HAOCHAPING_SEED takes another one, HAOCHAPING_WALKS more offices.
"""

import asyncio
import os
import random
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.holiday_notices import read_notice
from adapters.recounting import apply_notice
from calendars import explain
from models.actions import MESSAGES
from models.case import CaseState
from models.clocks import ClockKind
from models.due import SHANGHAI
from models.errors import ActionRefused
from models.steps import Event
from policy.stages import stage_of
from tests.calendar.support import BEFORE, SPRING_FESTIVAL_2020
from tests.properties.cast import any_move, filled_in, possible_moves
from tests.properties.invariants import expected_tasks
from tests.properties.places import FIVE, policy_of
from tests.support.engine import SUPERVISOR, Office, at, office_at
from worker import sandboxed_runner
from workflows.case import BadReviewCase

SEED = int(os.environ.get("HAOCHAPING_SEED", "20200127"))
WALKS, CASES = int(os.environ.get("HAOCHAPING_WALKS", "1")), 4
"""So many offices with so many cases each: the test server loses its way with many cases in one."""
ROUNDS = (2, 4, 3, 4, 4, 3)
"""How many moves each case makes before time passes again."""
NOTICE_AFTER = 2
SILENCES = [timedelta(hours=hours) for hours in (2, 7, 20, 30)]
PATIENCE = 150.0
"""Seconds of real time until a case will not come to rest any more."""
ROUNDED = timedelta(milliseconds=1)
"""What the engine rounds moments to."""


class Walk:
    """One case on its way, with a chance of its own."""

    def __init__(self, office: Office, case_no: str, number: int) -> None:
        self.office, self.case_no = office, case_no
        self.chance = random.Random(SEED + number)
        self.accepted: list[str] = []
        self.refused = 0

    async def move(self, number: str) -> None:
        """Somebody acts, mostly somebody who may."""
        state, order, now = await self.settled(), self.office.orders[self.case_no], await self.office.now()
        moves = possible_moves(state, order, now)
        is_wrong = self.chance.random() < 0.25 or not moves
        action, actor = any_move(self.chance.choice) if is_wrong else self.chance.choice(moves)
        details = filled_in(action, state, order, self.chance.choice)
        message = MESSAGES[action].model_validate({"actor": actor, **details})
        key = f"{self.case_no}-move-{number}"
        try:
            receipt = await self.office.desk.act(self.case_no, action, message, key)
        except ActionRefused:
            self.refused += 1
        else:
            self.accepted.append(key)
            assert receipt.seq > state.seq

    async def settled(self) -> CaseState:
        """The engine's state once everything that is due has come and is written down."""
        deadline = monotonic() + PATIENCE
        while True:
            state = await self.office.desk.state(self.case_no)
            now = await self.office.now()
            due = [clock.rungs[0].at for clock in state.clocks if clock.rungs]
            dated = set(state.running) == {clock.kind for clock in state.clocks} and not state.moving
            if dated and all(now < moment for moment in due) and len(self.office.entries(self.case_no)) == state.seq:
                return state
            assert monotonic() < deadline, f"{self.case_no} does not come to rest"
            await asyncio.sleep(0.01)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("walkers", range(WALKS))
async def test_engine_read_model_and_ledger_agree_whatever_people_did(
    database_url: str, tmp_path: Path, walkers: int
) -> None:
    async with office_at("2020-01-22 10:00", database_url, tmp_path, calendar=BEFORE) as office:
        await _walk(office, walkers)


async def _walk(office: Office, walkers: int) -> None:
    chance = random.Random(SEED + walkers)
    first = walkers * CASES
    walks = [
        Walk(office, await office.dispatch(policy=policy_of(FIVE[number % 5]), staff_no="RS-0217"), number)
        for number in range(first, first + CASES)
    ]
    for round_, moves in enumerate(ROUNDS):
        for number in range(moves):
            await asyncio.gather(*(walk.move(f"{round_}-{number}") for walk in walks))
        if round_ == NOTICE_AFTER:
            await _put_the_notice_in_force(office)
            continue
        moment = await office.now() + chance.choice(SILENCES)
        await office.wait_until(f"{moment:%Y-%m-%d %H:%M}")
    assert sum(len(walk.accepted) for walk in walks) > CASES * sum(ROUNDS) // 3
    assert sum(walk.refused for walk in walks) > CASES
    for walk in walks:
        await _all_agree(office, walk)


async def _put_the_notice_in_force(office: Office) -> None:
    """On the day on which it was; every open case is counted again."""
    assert await office.now() < at("2020-01-27 09:00")
    await office.wait_until("2020-01-27 09:00")
    file, actor = read_notice(SPRING_FESTIVAL_2020), office.directory.actor(SUPERVISOR)
    done = await apply_notice(office.engine, office.desk, file, actor, await office.now(), lambda done, planned: None)
    assert done.cases > 0
    assert not done.failures


async def _all_agree(office: Office, walk: Walk) -> None:
    state, order, case_no = await walk.settled(), office.orders[walk.case_no], walk.case_no
    view, entries, clocks = office.reader.case(case_no), office.entries(case_no), office.reader.clocks(case_no)
    assert [entry.seq for entry in entries] == list(range(1, state.seq + 1))
    assert view.stage is entries[-1].stage is stage_of(state)
    assert view.overdue == state.is_overdue
    assert view.state == state.model_copy(update={"clocks": (), "moving": {}})
    assert view.calendar_version == (state.calendar_version or order.calendar_version)
    running = {clock.kind: clock.as_clock for clock in clocks if clock.ended_at is None}
    assert running == {clock.kind: clock.model_copy(update={"rungs": ()}) for clock in state.clocks}
    assert {task.kind for task in office.reader.tasks_of_case(case_no)} == expected_tasks(state, order)
    for clock in state.clocks:
        if not clock.due.is_paused:
            steps = explain(clock.due, office.reader.calendar(clock.due.calendar_version))
            assert steps[-1].day == clock.due.last_day, "the last line of why this date"
    said = {(entry.details["clock"], entry.details["rung"]) for entry in entries if entry.event is Event.RUNG_REACHED}
    missed = {(limit.kind.label, "到期") for limit in clocks if limit.missed_at is not None}
    assert missed <= said, "a missed limit has its entry"
    history = await office.client.get_workflow_handle(case_no).fetch_history()
    replayer = Replayer(
        workflows=[BadReviewCase], data_converter=office.client.data_converter, workflow_runner=sandboxed_runner()
    )
    await replayer.replay_workflow(history)
    assert _accepted(history) == walk.accepted + _recounted(history, walk), "no refused action left an event"
    if not state.archived:
        now = await office.now()
        assert _same_moments(_timers(history), _moments(state, now)), "the timers are those of the dates"


def _accepted(history: WorkflowHistory) -> list[str]:
    """The keys of the actions in the engine's history, as far as people chose them; then those of the notice."""
    keys = [
        event.workflow_execution_update_accepted_event_attributes.accepted_request.meta.update_id
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    ]
    return [key for key in keys if "-move-" in key] + [key for key in keys if "-move-" not in key]


def _recounted(history: WorkflowHistory, walk: Walk) -> list[str]:
    return [key for key in _accepted(history) if key.startswith("calendar-") and key.endswith(walk.case_no)]


def _timers(history: WorkflowHistory) -> list[datetime]:
    """For when the case set the timers that the engine holds, by the clock of the task that set them.

    The engine counts from the moment at which it was told, which is later by as much as the worker took.
    """
    begun, waiting = datetime.min.replace(tzinfo=SHANGHAI), dict[int, datetime]()
    for event in history.events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                begun = event.event_time.ToDatetime(tzinfo=SHANGHAI)
            case EventType.EVENT_TYPE_TIMER_STARTED:
                after = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                waiting[event.event_id] = begun + after
            case EventType.EVENT_TYPE_TIMER_FIRED:
                del waiting[event.timer_fired_event_attributes.started_event_id]
            case EventType.EVENT_TYPE_TIMER_CANCELED:
                del waiting[event.timer_canceled_event_attributes.started_event_id]
    return sorted(waiting.values())


def _moments(state: CaseState, now: datetime) -> list[datetime]:
    """When the case has to wake: at the next rung of each limit; when it has ended, at the end of the appeal period."""
    moments = [clock.rungs[0].at for clock in state.clocks if clock.rungs]
    window = state.clock(ClockKind.APPEAL_WINDOW)
    if state.ending is not None and window is not None and now < window.due.deadline:
        moments.append(window.due.deadline)
    return sorted(moments)


def _same_moments(set_: list[datetime], wanted: list[datetime]) -> bool:
    pairs = zip(set_, wanted, strict=False)
    return len(set_) == len(wanted) and all(abs(one - other) <= ROUNDED for one, other in pairs)
