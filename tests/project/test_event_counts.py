"""What a plain case costs the engine, held exactly: a change that makes cases dearer says so here first.

The numbers come from one case on the real engine with the real ledger. Whoever changes them on purpose changes them
here and in docs/limits.md. History bytes move a little from run to run (times and ids have no fixed length).
"""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.counts import STEPS, Cause, Counts, added, causes_of, count_appeal_period, count_both, lost
from tests.support.engine import office_at

EVENTS = {
    "WORKFLOW_EXECUTION_STARTED": 1,
    "WORKFLOW_TASK_SCHEDULED": 10,
    "WORKFLOW_TASK_STARTED": 10,
    "WORKFLOW_TASK_COMPLETED": 10,
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": 4,
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": 4,
    "ACTIVITY_TASK_SCHEDULED": 5,
    "ACTIVITY_TASK_STARTED": 5,
    "ACTIVITY_TASK_COMPLETED": 5,
    "TIMER_STARTED": 5,
    "TIMER_CANCELED": 5,
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": 3,
    "WORKFLOW_EXECUTION_COMPLETED": 1,
}
APPEAL_PERIOD = {
    "TIMER_STARTED": 1,
    "TIMER_FIRED": 1,
    "WORKFLOW_TASK_SCHEDULED": 2,
    "WORKFLOW_TASK_STARTED": 2,
    "WORKFLOW_TASK_COMPLETED": 2,
    "ACTIVITY_TASK_SCHEDULED": 1,
    "ACTIVITY_TASK_STARTED": 1,
    "ACTIVITY_TASK_COMPLETED": 1,
}
"""A timer until it is over, and one step more."""
CAUSES = {Cause.START: 1, Cause.UPDATE: 4, Cause.ACTIVITY: 5}
BYTES = 31_200
BYTES_BAND = 0.02


@pytest.fixture(scope="module")
def counted() -> tuple[Counts, Counts]:
    """A plain case and a bare one, counted once for all claims."""
    # A loop of its own, never set as the current one: pytest-asyncio's tests have theirs.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(count_both())


def test_a_plain_case_of_four_human_actions_costs_68_events(counted: tuple[Counts, Counts]) -> None:
    case, _ = counted
    assert case.events == Counter(EVENTS)
    assert case.total == 68


def test_no_step_needs_more_than_two_workflow_tasks(counted: tuple[Counts, Counts]) -> None:
    case, _ = counted
    assert case.workflow_tasks == 2 * STEPS


def test_every_workflow_task_comes_from_a_start_an_action_or_a_recorded_step(
    counted: tuple[Counts, Counts],
) -> None:
    case, _ = counted
    assert case.causes == Counter(CAUSES), "no workflow task may only wait for a message"


@pytest.mark.parametrize(
    ("came_in", "commanded", "cause"),
    [
        (["TIMER_FIRED"], [], Cause.TIMER),
        (["ACTIVITY_TASK_STARTED", "ACTIVITY_TASK_COMPLETED"], ["TIMER_STARTED"], Cause.ACTIVITY),
        ([], ["WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "ACTIVITY_TASK_SCHEDULED"], Cause.UPDATE),
        (["WORKFLOW_EXECUTION_SIGNALED"], [], Cause.NOTHING),
        (["ACTIVITY_TASK_STARTED"], [], Cause.NOTHING),
        ([], ["TIMER_STARTED"], Cause.NOTHING),
    ],
)
def test_a_workflow_task_that_only_waits_is_found(came_in: list[str], commanded: list[str], cause: Cause) -> None:
    names = [*came_in, "WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED", *commanded]
    events = [HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{name}")) for name in names]
    assert causes_of(events) == [cause]


def test_a_workflow_task_that_a_busy_worker_lets_time_out_is_not_the_cases_cost() -> None:
    begins, ended = ["WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED"], "WORKFLOW_TASK_COMPLETED"
    names = [*begins, ended, "TIMER_FIRED", begins[0], "WORKFLOW_TASK_TIMED_OUT", *begins, "ACTIVITY_TASK_STARTED"]
    names += ["WORKFLOW_TASK_FAILED", *begins, ended]
    events = [
        HistoryEvent(event_id=number, event_type=EventType.Value(f"EVENT_TYPE_{name}"))
        for number, name in enumerate(names, start=1)
    ]
    assert [event.event_id for event in lost(events)] == [5, 6, 7, 8, 10]


def test_the_history_of_a_plain_case_stays_small(counted: tuple[Counts, Counts]) -> None:
    case, _ = counted
    assert case.bytes == pytest.approx(BYTES, rel=BYTES_BAND)


def test_the_bare_workflow_of_the_bench_has_the_same_events(counted: tuple[Counts, Counts]) -> None:
    case, bare = counted
    assert bare.events == case.events
    assert bare.causes == case.causes


async def test_an_appeal_period_that_passes_unused_costs_one_timer_and_one_step(
    database_url: str, tmp_path: Path
) -> None:
    async with office_at("2026-03-02 09:00", database_url, tmp_path) as office:
        plain, appealable = await count_appeal_period(office)
    assert plain.telling == Counter(EVENTS), "another engine, the same case"
    assert added(plain, appealable) == Counter(APPEAL_PERIOD)
