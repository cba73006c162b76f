"""One run: the stack starts, many cases are dispatched at their pace, people act, blows fall, evidence is collected."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from temporalio.client import Client

from adapters.connection import connect
from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.outbox import PostgresOutbox
from adapters.policies import keep, load_calendar, load_policy
from adapters.reading import CaseReader
from models.actors import Actor
from models.case import CaseOrder, Ending
from models.notices import MessageStatus
from tests.recovery.blows import Blow, Recovery, strike, until
from tests.recovery.evidence import Collector, Evidence, arrived
from tests.recovery.scripts import LAST_MOVES, SCRIPTS, URGE
from tests.recovery.stack import Stack
from tests.support.crowd import Crowd, Script
from tests.support.engine import DIRECTORY
from tests.support.orders import order_of
from workflows.client import CaseDesk

CONNECTIONS = 4
PEOPLE = 24
REPEATED = 40
"""Actions that are asked for again at the end, when their cases are closed."""

SENT_WITHIN = 180.0
"""Seconds: a message in the hands of a courier that was killed goes again when its lease of a minute has lapsed."""


@dataclass(frozen=True)
class Size:
    """How many cases run, and how often all blows fall."""

    cases: int
    rounds: int

    @property
    def blows(self) -> list[Blow]:
        """The blows in their order."""
        return list(Blow) * self.rounds


async def run(stack: Stack, size: Size) -> Evidence:
    """Everything, from the first dispatch to the last message; the stack has been started."""
    settings = stack.settings
    engine = make_engine(settings.database_url)
    try:
        clients = [await connect(settings) for _ in range(CONNECTIONS)]
        return await _Run(stack, engine, clients, size).evidence()
    finally:
        engine.dispose()


class _Run:
    def __init__(self, stack: Stack, engine: Engine, clients: list[Client], size: Size) -> None:
        self._stack = stack
        self._engine = engine
        self._client = clients[0]
        self._size = size
        file = read_directory(DIRECTORY)
        Directory(engine).fill(file)
        self._desks = [CaseDesk(client) for client in clients]
        actors = {user.id: Actor(user=user.id, role=user.role, unit=user.unit) for user in file.users}
        self._crowd = Crowd(self._desks, actors, random.Random(42))
        self._orders = _orders(engine)

    async def evidence(self) -> Evidence:
        scripts = list(SCRIPTS.values())
        twins = await self._dispatched(scripts)
        await self._crowd.play(twins, at_once=4)
        cases = await self._dispatched([scripts[number % len(scripts)] for number in range(self._size.cases)])
        urges = ((URGE,),) * len(self._size.blows)
        watched_script = Script(moves=(*urges, *LAST_MOVES), ending=Ending.SATISFIED)
        (watched,) = await self._dispatched([watched_script])
        async with asyncio.TaskGroup() as group:
            group.create_task(self._crowd.play(cases, PEOPLE))
            recoveries = await self._blows(sum(script.acts for script in cases.values()), watched)
            for (last,) in LAST_MOVES:
                await self._crowd.act(watched, last)
        await self._all_sent()
        repeats = self._crowd.chance.sample(self._crowd.acknowledged, REPEATED)
        told = await self._crowd.again(repeats)
        collector = Collector(self._client, self._desks[0], self._engine)
        of_twins = await collector.cases(twins)
        return Evidence(
            cases=await collector.cases(cases | {watched: watched_script}),
            twins=dict(zip(SCRIPTS, of_twins.values(), strict=True)),
            acknowledged=self._crowd.acknowledged,
            repeated=list(zip(repeats, told, strict=True)),
            refused=self._crowd.refused,
            unanswered=self._crowd.unanswered,
            arrived=arrived(self._stack.settings),
            outbox=collector.outbox(),
            recoveries=recoveries,
            output=self._stack.output,
        )

    async def _dispatched(self, scripts: list[Script]) -> dict[str, Script]:
        """Dispatch a case for each script, at the pace at which they are taken up."""
        cases: dict[str, Script] = {}

        def orders() -> Iterator[tuple[CaseOrder, datetime | None]]:
            for script in scripts:
                order = next(self._orders).model_copy(
                    update={"anonymous": script.anonymous, "case_class": script.case_class}
                )
                cases[order.case_no] = script
                yield order, None

        reader = CaseReader(self._engine, Directory(self._engine))
        await self._desks[0].open_at_their_pace(orders(), reader.dispatched, lambda _: None)
        return cases

    async def _blows(self, acts: int, watched: str) -> dict[Blow, list[Recovery]]:
        """The blows, spread over the crowd's actions, so that people act before, between and after them."""
        recoveries: dict[Blow, list[Recovery]] = {}
        blows, before = self._size.blows, len(self._crowd.acknowledged)
        for number, blow in enumerate(blows, start=1):
            share = acts * number // (len(blows) + 1)
            await until(
                lambda share=share: len(self._crowd.acknowledged) - before >= share,  # type: ignore[misc]
                lambda share=share: f"{share} acknowledged actions; it printed:\n{self._stack.output}",  # type: ignore[misc]
            )
            recoveries.setdefault(blow, []).append(await strike(blow, self._stack, self._crowd, watched))
        return recoveries

    async def _all_sent(self) -> None:
        outbox = PostgresOutbox(self._engine)
        await until(
            lambda: outbox.counts()[MessageStatus.PENDING] == 0,
            lambda: f"every message sent: {outbox.counts()}",
            within=SENT_WITHIN,
        )


def _orders(engine: Engine) -> Iterator[CaseOrder]:
    """Orders without end, under today's policy and calendar, which are kept first."""
    file, calendar = load_policy("ezhou"), load_calendar("ezhou")
    with engine.begin() as connection:
        keep(connection, file, calendar)
    policy, number = file.policy, 0
    while True:
        number += 1
        project_no = f"420700{number:06d}"
        yield order_of(project_no, policy, calendar.version, datetime.now(UTC) - timedelta(hours=1))
