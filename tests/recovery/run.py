"""One run: cases are dispatched at their pace, people act, blows fall, a holiday notice comes, evidence is collected.

Cases without an appeal are dispatched under the same policy without appeals, so that they are over when they have
ended. Letters go out at any hour, whenever the tests run.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert
from temporalio.client import Client

from adapters.codec import load_keyring
from adapters.connection import connect
from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.outbox import PostgresOutbox
from adapters.personal import PersonalData, rating_place
from adapters.policies import keep, load_calendar, load_policy
from adapters.reading import CaseReader
from adapters.tables.ratings import RatingRow
from calendars import WorkingCalendar
from models.case import CaseOrder, Ending
from models.due import SHANGHAI, DayHours
from models.notices import MessageRecord, MessageStatus
from models.policy import Policy
from tests.recovery.blows import Blow, Recovery, strike, until
from tests.recovery.evidence import Arrived, Collector, Evidence, arrived
from tests.recovery.new_calendar import WHO, NewCalendar
from tests.recovery.scripts import LAST_MOVES, PUT_RIGHT, URGE, scripts
from tests.recovery.stack import Stack
from tests.support.crowd import Crowd, Script
from tests.support.engine import DIRECTORY
from tests.support.orders import order_of
from workflows.client import CaseDesk

CONNECTIONS = 4
LATE = 8
"""Cases that are dispatched after the notice, while it is being applied."""

KEPT = 8
"""Cases that are being put right and that nobody touches until the blow falls during the notice: they have it then."""

_EXTENDED_TO = 8
"""Working days from today: more than a general case's five, even when one of them becomes a day off."""

PEOPLE = 24
REPEATED = 40
"""Actions that are asked for again at the end, when their cases are closed."""

SENT_WITHIN = 900.0
"""Seconds: a message in the hands of a courier that was killed goes again when its lease of a minute has lapsed, one
that could not go rests up to a minute more, and nobody says that it can go then.
"""


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
        directory = Directory(engine)
        directory.fill(file)
        self._desks = [CaseDesk(client) for client in clients]
        actors = {user.id: directory.actor(user.id) for user in file.users}
        self._crowd = Crowd(self._desks, actors, random.Random(42))
        self._orders = _Orders(engine, PersonalData(load_keyring(stack.settings.keyring)))
        calendar = self._orders.calendar
        self._scripts = scripts(calendar.nth_working_day(datetime.now(SHANGHAI).date(), _EXTENDED_TO))
        self._notice = NewCalendar(engine, self._desks[0], actors[WHO], calendar)
        self._late: dict[str, Script] = {}

    async def evidence(self) -> Evidence:
        every = list(self._scripts.values())
        twins = await self._dispatched(every)
        await self._crowd.play(twins, at_once=4)
        # The lowest numbers, so that the notice comes to them first.
        kept = await self._dispatched([self._scripts[PUT_RIGHT]] * KEPT)
        await self._crowd.play(kept, at_once=4, end=1)
        self._notice.before_the_blow.update(kept)
        cases = await self._dispatched([every[number % len(every)] for number in range(self._size.cases)])
        urges = ((URGE,),) * len(self._size.blows)
        watched_script = Script(moves=(*urges, *LAST_MOVES), ending=Ending.SATISFIED)
        (watched,) = await self._dispatched([watched_script])
        async with asyncio.TaskGroup() as group:
            group.create_task(self._crowd.play(cases, PEOPLE))
            recoveries = await self._blows(sum(script.acts for script in cases.values()), kept, watched, group)
            for (last,) in LAST_MOVES:
                await self._crowd.act(watched, last)
        await self._all_sent()
        repeats = self._crowd.chance.sample(self._crowd.acknowledged, REPEATED)
        told = await self._crowd.again(repeats)
        collector = Collector(self._client, self._desks[0], self._engine, self._notice)
        of_twins = await collector.cases(twins)
        outbox, found = await self._sent_and_arrived(collector)
        return Evidence(
            cases=await collector.cases(kept | cases | self._late | {watched: watched_script}),
            late=set(self._late),
            twins=dict(zip(self._scripts, of_twins.values(), strict=True)),
            notice=self._notice,
            acknowledged=self._crowd.acknowledged,
            repeated=list(zip(repeats, told, strict=True)),
            refused=self._crowd.refused,
            unanswered=self._crowd.unanswered,
            arrived=found,
            outbox=outbox,
            recoveries=recoveries,
            output=self._stack.output,
        )

    async def _dispatched(self, some: list[Script]) -> dict[str, Script]:
        """Dispatch a case for each script, at the pace at which they are taken up."""
        cases: dict[str, Script] = {}

        def orders() -> Iterator[tuple[CaseOrder, datetime | None]]:
            for script in some:
                order = self._orders.next(script)
                cases[order.case_no] = script
                yield order, None

        reader = CaseReader(self._engine, Directory(self._engine))
        await self._desks[0].open_at_their_pace(orders(), reader.dispatched, lambda _: None)
        return cases

    async def _blows(
        self, acts: int, kept: dict[str, Script], watched: str, group: asyncio.TaskGroup
    ) -> dict[Blow, list[Recovery]]:
        """The blows, spread over the crowd's actions, so that people act before, between and after them.

        One falls while a holiday notice is being applied; the end is awaited here, while the watched case still runs.
        """
        recoveries: dict[Blow, list[Recovery]] = {}
        blows, before = self._size.blows, len(self._crowd.acknowledged)
        for number, blow in enumerate(blows, start=1):
            share = acts * number // (len(blows) + 1)
            await until(
                lambda share=share: len(self._crowd.acknowledged) - before >= share,  # type: ignore[misc]
                lambda share=share: f"{share} acknowledged actions; it printed:\n{self._stack.output}",  # type: ignore[misc]
            )
            if number == len(blows) // 2 + 1:
                ordering = group.create_task(self._notice.order())
                await self._counts_some(group)
                self._notice.strikes()
                group.create_task(self._crowd.play(kept, at_once=2, begin=1))
            recoveries.setdefault(blow, []).append(await strike(blow, self._stack, self._crowd, watched))
        await ordering
        return recoveries

    async def _counts_some(self, group: asyncio.TaskGroup) -> None:
        """Until the notice has reached some cases; more are dispatched meanwhile, in the name of the old calendar."""
        await until(lambda: self._notice.cases_that_have_it() > 0, lambda: "the notice reached a case")
        self._late = await self._dispatched(list(self._scripts.values())[:LATE])
        group.create_task(self._crowd.play(self._late, at_once=2))

    async def _sent_and_arrived(self, collector: Collector) -> tuple[list[MessageRecord], list[Arrived]]:
        """The outbox, and what the receivers had while nothing was decided or sent: a job may run at any hour."""
        while True:
            await self._all_sent()
            before, found = collector.outbox(), arrived(self._stack.settings)
            if collector.outbox() == before:
                return before, found

    async def _all_sent(self) -> None:
        outbox = PostgresOutbox(self._engine)
        await until(
            lambda: outbox.counts()[MessageStatus.PENDING] == 0,
            lambda: f"every message sent: {outbox.counts()}",
            within=SENT_WITHIN,
        )


class _Orders:
    """Orders under today's calendar and the policy that a script needs, which are kept first."""

    def __init__(self, engine: Engine, personal: PersonalData) -> None:
        self._engine = engine
        self._personal = personal
        self._number = 0
        self.calendar: WorkingCalendar = load_calendar("ezhou")
        file = load_policy("ezhou")
        at_any_hour = {"notice_hours": DayHours.model_validate(["00:00-24:00"])}
        self._policies: dict[bool, Policy] = {
            with_appeal: file.policy.model_copy(update={"appeal_enabled": with_appeal, **at_any_hour})
            for with_appeal in (True, False)
        }
        with engine.begin() as connection:
            for policy in self._policies.values():
                keep(connection, file.model_copy(update={"policy": policy}), self.calendar)

    def next(self, script: Script) -> CaseOrder:
        """The next order; its rating is stored, since some evaluators are told how it ended."""
        self._number += 1
        order = order_of(
            f"420700{self._number:06d}",
            self._policies[script.with_appeal],
            self.calendar.version,
            datetime.now(UTC) - timedelta(hours=1),
            anonymous=script.anonymous,
            case_class=script.case_class,
        )
        with self._engine.begin() as connection:
            connection.execute(insert(RatingRow).values(_rating(order, self._number, self._personal)))
        return order


def _rating(order: CaseOrder, number: int, personal: PersonalData) -> dict[str, Any]:
    key = (order.jurisdiction, order.project_no, order.assess_number)
    return {
        "jurisdiction": order.jurisdiction,
        "project_no": order.project_no,
        "assess_number": order.assess_number,
        "content_digest": order.case_no.encode(),
        "import_id": 1,
        "row_no": number,
        "code_system": "national",
        "level": 1,
        "satisfaction_code": "1",
        "channel": order.channel,
        "channel_code": "2",
        "assessed_at": order.assessed_at,
        "anonymous": order.anonymous,
        "dept_code": "",
        "mobile": None if order.anonymous else personal.close(f"1380000{number:04d}", rating_place(*key, "mobile")),
        "case_no": order.case_no,
        "case_state": "opened",
    }
