"""Driving cases from start to end, so many at a time, in the same way for the product's and for bare ones.

Decides: each case is started, waited for until its first step is recorded (without asking the engine), acted upon four
times, and its result awaited. Leaves to others: what is measured meanwhile.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import select
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from adapters.tables.cases import CASES
from bench.bare import UPDATES, BareCase
from bench.ground import Ground, Kind
from models.actions import MESSAGES, Action, HumanAction
from models.actors import Actor, Role
from models.case import CaseClass, CaseOrder
from models.ids import case_number
from models.policy import Policy
from workflows import options
from workflows.client import CaseDesk

_LOOK_EVERY = 0.03  # seconds
_PATIENCE = 120.0  # seconds
_OFFICER = Actor(user="officer-renshe", role=Role.OFFICER, unit="ez-renshe")
_HOTLINE = Actor(user="hotline-01", role=Role.HOTLINE, unit="ez-12345")
_ACTIONS: tuple[tuple[Action, dict[str, Any]], ...] = (
    (Action.SIGN_OFF, {"actor": _OFFICER}),
    (Action.RECORD_CALLBACK, {"actor": _HOTLINE, "result": "reached", "finding": "founded"}),
    (Action.SUBMIT_REMEDIATION, {"actor": _OFFICER, "measures": "已上门说明并协助办理，修好了自助机"}),
    (Action.RECORD_CALLBACK, {"actor": _HOTLINE, "result": "reached", "satisfied": True}),
)
PLAIN_ACTIONS: tuple[tuple[Action, HumanAction], ...] = tuple(
    (action, MESSAGES[action].model_validate(details)) for action, details in _ACTIONS
)
"""The four human actions of the plain case."""


BARE_ATTRIBUTES = TypedSearchAttributes(
    [
        SearchAttributePair(options.JURISDICTION, "ezhou"),
        SearchAttributePair(options.STAGE, "dispatched"),
        SearchAttributePair(options.UNIT, _OFFICER.unit),
        SearchAttributePair(options.CASE_CLASS, "general"),
        SearchAttributePair(options.OVERDUE, False),
        SearchAttributePair(options.DUE_DATE, datetime(2026, 2, 15, tzinfo=UTC)),
    ]
)
"""As many as a case has."""


class Cases(Protocol):
    """Cases of one kind."""

    @property
    def client(self) -> Client:
        """The client that they are driven through."""

    def name(self) -> str:
        """The id of a case that was never started."""

    async def open(self, name: str) -> None:
        """Start it."""

    async def settled(self, name: str) -> bool:
        """Whether the engine, too, has the first step. Asks the engine, which costs it something."""

    async def act(self, name: str, number: int) -> None:
        """Take one of its four actions; returns when its step is recorded."""

    async def end(self, name: str) -> None:
        """Wait for its result."""

    def taken_up(self) -> set[str]:
        """Which cases have recorded their first step since the last question."""


@dataclass
class OurCases:
    """The product's cases, through its front door."""

    ground: Ground
    client: Client
    policy: Policy
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _waiting: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.desk = CaseDesk(self.client, Kind.OURS)
        self._digest = self.policy.digest()

    def name(self) -> str:
        return case_number(self.policy.jurisdiction, f"420700{next(self._numbers):08d}", 1)

    async def open(self, name: str) -> None:
        await self.open_assessed_at(name, datetime.now(UTC) - timedelta(hours=1))

    async def open_assessed_at(self, name: str, assessed_at: datetime) -> None:
        """Start it for a review of that moment."""
        self._waiting.add(name)
        await self.desk.open(self._order(name, assessed_at), datetime.now(UTC) + timedelta(days=1))

    async def settled(self, name: str) -> bool:
        return bool((await self.desk.state(name)).clocks)

    async def act(self, name: str, number: int) -> None:
        action, message = PLAIN_ACTIONS[number]
        await self.desk.act(name, action, message, f"{name}-{number}")

    async def end(self, name: str) -> None:
        await self.client.get_workflow_handle(name).result()

    def taken_up(self) -> set[str]:
        with self.ground.engine.connect() as connection:
            found = set(connection.scalars(select(CASES.c.case_no).where(CASES.c.case_no.in_(self._waiting))))
        self._waiting -= found
        return found

    def _order(self, name: str, assessed_at: datetime) -> CaseOrder:
        _, project_no, assess_number = name.rsplit("-", 2)
        return CaseOrder(
            case_no=name,
            jurisdiction=self.policy.jurisdiction,
            project_no=project_no,
            assess_number=int(assess_number),
            unit=_OFFICER.unit,
            task_code="11420700MB1234567T4420114001000",
            task_name="社会保险登记",
            satisfaction=1,
            tags=("115",),
            channel="self_service",
            case_class=CaseClass.GENERAL,
            anonymous=False,
            assessed_at=assessed_at,
            policy=self.policy,
            policy_digest=self._digest,
            calendar_version=self.ground.calendar.version,
        )


@dataclass
class BareCases:
    """Bare workflows; their worker prints which have taken their first step."""

    ground: Ground
    client: Client
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _read: int = 0

    def name(self) -> str:
        return f"bare-420700{next(self._numbers):08d}-1"

    async def open(self, name: str) -> None:
        await self.client.start_workflow(
            BareCase.run,
            id=name,
            task_queue=Kind.BARE,
            search_attributes=BARE_ATTRIBUTES,
            static_summary="bare",
        )

    async def settled(self, name: str) -> bool:
        return await self.client.get_workflow_handle(name).query(BareCase.has_begun)

    async def act(self, name: str, number: int) -> None:
        handle = self.client.get_workflow_handle(name)
        await handle.execute_update(UPDATES[number], id=f"{name}-{number}")

    async def end(self, name: str) -> None:
        await self.client.get_workflow_handle(name).result()

    def taken_up(self) -> set[str]:
        with self.ground.log(Kind.BARE).open("rb") as log:
            log.seek(self._read)
            lines = log.read().split(b"\n")[:-1]
        self._read += sum(len(line) + 1 for line in lines)
        return {line.decode() for line in lines}


async def cases_of(kind: Kind, ground: Ground) -> "OurCases | BareCases":
    """Cases of that kind on that ground."""
    client = await ground.client(kind)
    return OurCases(ground, client, ground.policy) if kind is Kind.OURS else BareCases(ground, client)


async def drive(cases: Cases, count: int, at_a_time: int) -> list[str]:
    """Take `count` cases from start to end, `at_a_time` of them at once; gives their ids.

    All are opened before the first is acted upon: an action that overtakes the engine's news of the first step saves
    that case a workflow task, and every case should pay for all of its own.
    """
    names = [cases.name() for _ in range(count)]
    async with _lookout(cases) as taken:
        free = asyncio.Semaphore(at_a_time)

        async def alone(job: Coroutine[Any, Any, None]) -> None:
            async with free, asyncio.timeout(_PATIENCE):
                await job

        for job in (partial(_open, cases, taken), partial(_act_to_the_end, cases)):
            async with asyncio.TaskGroup() as group:
                for name in names:
                    group.create_task(alone(job(name)))
    return names


async def drive_one(cases: Cases) -> str:
    """Take one case from start to end, each action only when all before is settled, so that counts are exact."""
    name = cases.name()
    async with asyncio.timeout(_PATIENCE):
        await cases.open(name)
        while not await cases.settled(name):
            await asyncio.sleep(_LOOK_EVERY)
        await _act_to_the_end(cases, name)
    return name


async def open_all(cases: Cases, count: int, ahead: int) -> AsyncGenerator[int, None]:
    """Open cases, never more than `ahead` of those that are taken up; says after each how many are open."""
    async with _lookout(cases) as taken:
        waiting: list[asyncio.Future[None]] = []
        for opened in range(1, count + 1):
            if len(waiting) >= ahead:
                async with asyncio.timeout(_PATIENCE):
                    await waiting.pop(0)
            name = cases.name()
            waiting.append(taken(name))
            await cases.open(name)
            yield opened
        async with asyncio.timeout(_PATIENCE):
            await asyncio.gather(*waiting)


async def _open(cases: Cases, taken: "Taken", name: str) -> None:
    recorded = taken(name)
    await cases.open(name)
    await recorded


async def _act_to_the_end(cases: Cases, name: str) -> None:
    for number in range(len(UPDATES)):
        await cases.act(name, number)
    await cases.end(name)


class Taken(Protocol):
    """Tells of a case when its first step is recorded."""

    def __call__(self, name: str) -> "asyncio.Future[None]": ...


@asynccontextmanager
async def _lookout(cases: Cases) -> AsyncIterator[Taken]:
    """Look for first steps as long as the block lasts. Raises what the looking raises."""
    waiting: dict[str, asyncio.Future[None]] = {}

    def taken(name: str) -> "asyncio.Future[None]":
        return waiting.setdefault(name, asyncio.get_running_loop().create_future())

    async def look() -> None:
        while True:
            for name in await asyncio.to_thread(cases.taken_up) & waiting.keys() if waiting else ():
                waiting.pop(name).set_result(None)
            await asyncio.sleep(_LOOK_EVERY)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look())
        yield taken
        looking.cancel()
