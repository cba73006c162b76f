"""The office of a story about invitations: matters are delivered, people rate or do not, time passes on the engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import insert, select
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from adapters.contacts import Contacts
from adapters.default_ratings import DEFAULT_NUMBER
from adapters.letters import Letters
from adapters.matters import MatterStore
from adapters.outbox import PostgresOutbox
from adapters.policies import JURISDICTIONS, load_policy
from adapters.tables.matters import MATTERS
from models.ids import invitation_id
from models.matters import InvitationState, TakenMatter
from models.notices import Message, NoticeKind
from opening import Inviting
from tests.figures.month import RATINGS, rating_row
from tests.support.engine import Office, office_at
from tests.support.keys import PERSONAL
from worker import build_inviter

QUEUE = "story-invitations"
DEPARTMENT, UNIT = "11420700DEM0000143", "ez-renshe"
MOBILE = "138-0000-0009"

PATIENCE = 100.0
"""Seconds of real time until what a story waits for will not come any more."""


@dataclass
class InvitingOffice:
    """An office whose matters are delivered and whose visitors are invited to rate them."""

    office: Office
    place: str
    moment: datetime

    def __post_init__(self) -> None:
        self.engine = self.office.engine
        self.store = MatterStore(
            self.engine,
            lambda: {DEPARTMENT: UNIT},
            load_policy,
            lambda _: self.office.calendar,
            PERSONAL,
            lambda: self.moment,
        )

    async def deliver(self, number: str, **fields: str) -> TakenMatter:
        """Another system delivers a matter that was done a minute ago, and its invitation begins."""
        self.moment = await self.office.now()
        usual = {
            "projectNo": number,
            "deptCode": DEPARTMENT,
            "taskName": "社会保障卡补换",
            "finishTime": self.moment.isoformat(timespec="seconds"),
            "mobile": MOBILE,
        }
        [taken] = self.store.take(self.place, [usual | fields])
        await self.begin()
        return taken

    async def begin(self) -> int:
        """Begin the invitations that wait for it."""
        inviting = Inviting(self.engine, self.office.client, QUEUE, lambda: self.moment)
        return await inviting.begin_all(self.place)

    async def now(self) -> datetime:
        """The engine's time on Shanghai's clock."""
        return await self.office.now()

    async def wait_until(self, text: str) -> None:
        """Let time pass until that moment."""
        await self.office.wait_until(text)

    async def settled(self, number: str, state: InvitationState) -> None:
        """Wait until the invitation has come that far."""
        deadline = monotonic() + PATIENCE
        while (found := self.state(number)) is not state:
            assert monotonic() < deadline, f"{number} is {found} and not {state}"
            await asyncio.sleep(0.01)

    def state(self, number: str) -> InvitationState:
        """How far the invitation has come."""
        return InvitationState(self._row(number).invitation)

    def rate(self, number: str, level: int, assessed_at: datetime) -> None:
        """Somebody rates, and the rating is delivered."""
        row = rating_row(number, level, UNIT, None, assessed_at) | {"jurisdiction": self.place}
        with self.engine.begin() as connection:
            connection.execute(insert(RATINGS).values(row))

    def messages(self, number: str) -> list[Message]:
        """The invitations to rate a matter."""
        found = [record.message for record in PostgresOutbox(self.engine).list_messages()]
        return [
            message
            for message in found
            if message.kind is NoticeKind.INVITATION and message.context["project_no"] == number
        ]

    def text_of(self, message: Message) -> str:
        """What the SMS says."""
        return Letters(JURISDICTIONS).sms(message)

    def number_behind(self, message: Message) -> str | None:
        """Where the SMS goes."""
        contact = Contacts(self.office.directory, self.engine, PERSONAL).lookup(message.recipient)
        return contact.mobile if contact is not None else None

    def default_of(self, number: str) -> Any:
        """The rating by default of a matter, or None."""
        query = select(RATINGS).where(
            RATINGS.c.jurisdiction == self.place,
            RATINGS.c.project_no == number,
            RATINGS.c.assess_number == DEFAULT_NUMBER,
        )
        with self.engine.connect() as connection:
            return connection.execute(query).one_or_none()

    def handle(self, number: str) -> WorkflowHandle[Any, Any]:
        """The workflow of a matter; asking for its result lets no time pass."""
        return self.office.plain_client.get_workflow_handle(invitation_id(self.place, number))

    async def events(self, number: str) -> list[str]:
        """What the engine keeps of it, by the names of the events."""
        history = await self.handle(number).fetch_history()
        return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]

    async def event_count(self, number: str) -> int:
        """How many events it has. A workflow task that times out is handed out anew, and counts once."""
        events = await self.events(number)
        others = [event for event in events if not event.startswith("WORKFLOW_TASK_")]
        return len(others) + len(("scheduled", "started", "completed")) * events.count("WORKFLOW_TASK_COMPLETED")

    def _row(self, number: str) -> Any:
        query = select(MATTERS).where(MATTERS.c.jurisdiction == self.place, MATTERS.c.project_no == number)
        with self.engine.connect() as connection:
            return connection.execute(query).one()


@asynccontextmanager
async def inviting_office_at(text: str, database_url: str, folder: Path, place: str) -> AsyncIterator[InvitingOffice]:
    """An office that believes it is that moment in that place, with the worker of its invitations."""
    async with (
        office_at(text, database_url, folder, jurisdiction=place) as office,
        build_inviter(office.client, office.engine, PERSONAL, QUEUE),
    ):
        yield InvitingOffice(office, place, await office.now())
