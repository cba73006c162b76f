"""The paths of periodic work whose histories are kept: the wait over a holiday, and two periods asked for by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowHandle

from activities.rhythm import WorkOrder
from models.rhythm import JobKind, JobOutcome
from policy.rhythm import last_ended
from tests.rhythm.support import Tally
from tests.support.engine import Office, at
from worker import build_rhythm
from workflows.rhythm import PeriodicWork

FOLDER = Path(__file__).with_name("histories_of_rhythm")
BEGINS = "2026-10-01 00:00"
"""The first day of a month, a quarter's first too, and the first of the seven of National Day."""

PLACE, KIND = "xintai", JobKind.CIRCULAR
"""A place with a circular each month and each quarter."""

Handle = WorkflowHandle[PeriodicWork, list[JobOutcome]]


async def called(office: Office, work: Tally) -> Handle:
    """The engine calls, and the morning after the holiday comes."""
    order = WorkOrder(jurisdiction=PLACE, kind=KIND, place_name="新泰市")
    return await _done(office, work, order, timedelta(days=7, hours=9))


async def by_hand(office: Office, work: Tally) -> Handle:
    """Somebody asks for what is over."""
    periods = last_ended((1, 3), at(BEGINS))
    order = WorkOrder(jurisdiction=PLACE, kind=KIND, place_name="新泰市", periods=periods, by="supervisor-01")
    return await _done(office, work, order, timedelta(seconds=1))


PATHS: dict[str, Callable[[Office, Tally], Awaitable[Handle]]] = {"called": called, "by_hand": by_hand}


async def _done(office: Office, work: Tally, order: WorkOrder, after: timedelta) -> Handle:
    async with build_rhythm(office.client, office.engine, {KIND: work}, "rhythm"):
        handle = await office.plain_client.start_workflow(PeriodicWork.run, order, id="rhythm", task_queue="rhythm")
        await office.environment.sleep(after)
        async with asyncio.timeout(100):
            await handle.result()
    return handle
