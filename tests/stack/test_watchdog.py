"""The watchdog against a real engine: silent while the worker gets on, final when it does not."""

import asyncio
import uuid
from collections import UserDict
from collections.abc import AsyncIterator, Awaitable, Callable, ItemsView, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.canary import CanaryActivities
from adapters.watchdog import GAVE_UP, Pace, Progress, ProgressInterceptor, Watchdog
from tests.support.engine import STARTS_WITHIN
from workflows.canary import Canary

pytestmark = pytest.mark.timeout(600)

PATIENT = Pace(beat=0.05, idle=0.3, canary=100.0, engine=100.0, loop=600.0)
"""Soon asks, and waits for the answer however busy the machine is."""

HASTY = Pace(beat=0.05, idle=0.3, canary=1.5, engine=2.0, loop=600.0)
"""Soon asks, and soon gives up: where nobody is to answer."""

EVENTUALLY = 200.0
"""Seconds until what is waited for will not come any more."""


async def _nothing() -> None: ...


@dataclass
class Canaries(Interceptor):
    """Counts the canaries that a client sends; `then` is done once each is on its way."""

    then: Callable[[], Awaitable[None]] = _nothing
    sent: int = 0

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """See every start of a workflow."""
        return _Counted(next, self)


class _Counted(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, canaries: Canaries) -> None:
        super().__init__(next)
        self._canaries = canaries

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        handle = await super().start_workflow(input)
        self._canaries.sent += 1
        await self._canaries.then()
        return handle


def _seen_by(client: Client, canaries: Canaries) -> Client:
    return Client(client.service_client, namespace=client.namespace, interceptors=[canaries])


async def _an_engine(temporal_binary: Path) -> WorkflowEnvironment:
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_binary), dev_server_startup_timeout=STARTS_WITHIN
    )


@pytest.fixture
async def client(temporal_binary: Path) -> AsyncIterator[Client]:
    """A client of an engine of this test's own."""
    engine = await _an_engine(temporal_binary)
    async with engine:
        yield engine.client


class GettingOn(UserDict[str, Progress]):
    """Queues that get on however seldom anybody looks: whoever looks finds more done than before."""

    def items(self) -> ItemsView[str, Progress]:
        """One look at all of them."""
        for progress in self.values():
            progress.made()
        return super().items()


class Watched:
    """Two queues with one progress each, and a watchdog that reports instead of ending the process."""

    def __init__(self, client: Client, pace: Pace, queues: type[MutableMapping[str, Progress]] = dict) -> None:
        self.client = client
        self.queues = queues()
        self.queues.update({f"{kind}-{uuid.uuid4()}": Progress() for kind in ("cases", "messages")})
        self.left: list[int] = []
        self.watchdog = Watchdog(client, "this worker", self.queues, pace=pace, give_up=self.left.append)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """The watchdog watches for the length of a block."""
        watching = asyncio.create_task(self.watchdog.run())
        async with asyncio.timeout(EVENTUALLY):
            yield
        watching.cancel()
        await asyncio.wait({watching})

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


async def test_an_idle_worker_that_answers_canaries_stays(client: Client) -> None:
    watched = Watched(client, PATIENT)
    async with watched.working(0, 1), watched.watching():
        while any(progress.count < 4 for progress in watched.queues.values()):
            await asyncio.sleep(0.05)
    assert watched.left == []


async def test_the_engine_takes_every_canary_back(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    # The engine deletes at its leisure (half a minute and more), so the claim is that it accepts to.
    canaries = Canaries()
    watched = Watched(_seen_by(client, canaries), PATIENT)
    async with watched.working(0, 1), watched.watching():
        while list(watched.queues.values())[1].count < 4:
            await asyncio.sleep(0.05)
    assert canaries.sent > 0
    assert [record.getMessage() for record in caplog.records if record.name == "adapters.watchdog"] == []


@pytest.mark.parametrize("serving", [(), (0,), (1,)], ids=["none served", "messages not served", "cases not served"])
async def test_a_queue_that_nobody_serves_ends_the_process(client: Client, serving: tuple[int, ...]) -> None:
    watched = Watched(client, HASTY)
    async with watched.working(*serving), asyncio.timeout(EVENTUALLY):
        await watched.watchdog.run()
    assert watched.left == [GAVE_UP]


async def test_a_worker_that_gets_on_is_sent_no_canary(client: Client) -> None:
    canaries = Canaries()
    watched = Watched(_seen_by(client, canaries), replace(PATIENT, beat=0.01, idle=0.05), GettingOn)
    async with watched.watching():
        while any(progress.count < 100 for progress in watched.queues.values()):
            await asyncio.sleep(0.05)
    assert watched.left == []
    assert canaries.sent == 0


async def test_a_worker_is_not_blamed_for_an_engine_that_is_gone(
    temporal_binary: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await _an_engine(temporal_binary)
    canaries = Canaries(then=engine.shutdown)  # it goes while a canary is on its way that nobody will ever answer
    watched = Watched(_seen_by(engine.client, canaries), HASTY)
    async with watched.watching():
        while sum("the engine does not answer" in record.getMessage() for record in caplog.records) < 3:
            await asyncio.sleep(0.05)
    assert canaries.sent == 1
    assert watched.left == []


async def test_the_heartbeat_is_touched(client: Client, tmp_path: Path) -> None:
    watched = Watched(client, HASTY)
    watched.watchdog.heartbeat = tmp_path / "heartbeat"
    async with watched.watching():
        while not watched.watchdog.heartbeat.exists():
            await asyncio.sleep(0.02)
