"""The watchdog against a real engine: silent while the worker gets on, final when it does not."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.canary import CanaryActivities
from adapters.watchdog import GAVE_UP, Pace, Progress, ProgressInterceptor, Watchdog
from workflows.canary import Canary

PACE = Pace(beat=0.05, idle=0.3, canary=1.5, engine=2.0)


@pytest.fixture
async def client(temporal_binary: Path) -> AsyncIterator[Client]:
    """A client of an engine of this test's own."""
    engine = await WorkflowEnvironment.start_local(dev_server_existing_path=str(temporal_binary))
    async with engine:
        yield engine.client


class Watched:
    """Two queues with one progress each, and a watchdog that reports instead of ending the process."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.queues = {f"cases-{uuid.uuid4()}": Progress(), f"messages-{uuid.uuid4()}": Progress()}
        self.left: list[int] = []
        self.watchdog = Watchdog(client, "this worker", self.queues, pace=PACE, give_up=self.left.append)

    @asynccontextmanager
    async def working(self, *numbers: int) -> AsyncIterator[None]:
        """Workers for some of the queues."""
        names = list(self.queues)
        workers = [
            Worker(
                self.client,
                task_queue=names[number],
                workflows=[Canary],
                activities=[CanaryActivities("this worker").sing],
                interceptors=[ProgressInterceptor(self.queues[names[number]])],
            )
            for number in numbers
        ]
        async with _all(workers):
            yield


@asynccontextmanager
async def _all(workers: list[Worker]) -> AsyncIterator[None]:
    """All of them, for the length of a block."""
    if not workers:
        yield
        return
    async with workers[0], _all(workers[1:]):
        yield


async def _canaries(client: Client) -> int:
    return (await client.count_workflows("WorkflowType = 'Canary'")).count


async def test_an_idle_worker_that_answers_canaries_stays(client: Client) -> None:
    watched = Watched(client)
    async with watched.working(0, 1):
        watching = asyncio.create_task(watched.watchdog.run())
        async with asyncio.timeout(30):
            while any(progress.count < 4 for progress in watched.queues.values()):
                await asyncio.sleep(0.05)
        watching.cancel()
        await asyncio.wait({watching})
    assert watched.left == []


async def test_the_engine_takes_every_canary_back(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    # The engine deletes at its leisure (half a minute and more), so the claim is that it accepts to.
    watched = Watched(client)
    async with watched.working(0, 1):
        watching = asyncio.create_task(watched.watchdog.run())
        async with asyncio.timeout(30):
            while list(watched.queues.values())[1].count < 4:
                await asyncio.sleep(0.05)
        watching.cancel()
        await asyncio.wait({watching})
    assert await _canaries(client) > 0
    assert [record.getMessage() for record in caplog.records if record.name == "adapters.watchdog"] == []


@pytest.mark.parametrize("serving", [(), (0,), (1,)], ids=["none served", "messages not served", "cases not served"])
async def test_a_queue_that_nobody_serves_ends_the_process(client: Client, serving: tuple[int, ...]) -> None:
    watched = Watched(client)
    async with watched.working(*serving), asyncio.timeout(30):
        await watched.watchdog.run()
    assert watched.left == [GAVE_UP]


async def test_a_worker_that_gets_on_is_sent_no_canary(client: Client) -> None:
    watched = Watched(client)
    watching = asyncio.create_task(watched.watchdog.run())
    for _ in range(40):
        for progress in watched.queues.values():
            progress.made()
        await asyncio.sleep(PACE.idle / 6)
    watching.cancel()
    await asyncio.wait({watching})
    assert watched.left == []
    assert await _canaries(client) == 0


async def test_a_worker_is_not_blamed_for_an_engine_that_is_gone(temporal_binary: Path) -> None:
    engine = await WorkflowEnvironment.start_local(dev_server_existing_path=str(temporal_binary))
    watched = Watched(engine.client)
    watching = asyncio.create_task(watched.watchdog.run())
    await engine.shutdown()
    done, _ = await asyncio.wait({watching}, timeout=PACE.idle + PACE.strikes * PACE.canary + 2)
    watching.cancel()
    await asyncio.wait({watching})
    assert not done
    assert watched.left == []


async def test_the_heartbeat_is_touched(client: Client, tmp_path: Path) -> None:
    watched = Watched(client)
    watched.watchdog.heartbeat = tmp_path / "heartbeat"
    watching = asyncio.create_task(watched.watchdog.run())
    async with asyncio.timeout(10):
        while not watched.watchdog.heartbeat.exists():
            await asyncio.sleep(0.02)
    watching.cancel()
    await asyncio.wait({watching})
