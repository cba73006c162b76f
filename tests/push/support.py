"""What the tests of the push share: ratings and ended cases to push, the real pusher, and a look at the platform."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine, insert, text

from adapters.platform import Platform
from adapters.push_courier import PlatformPusher
from adapters.push_desk import PostgresPushDesk
from adapters.push_queue import PushQueue, order_case
from adapters.push_records import PushRecords
from adapters.tables.cases import CASES, ENTRIES
from casework.pushes import OFF
from models.case import Stage
from models.pushes import PushState
from models.steps import Event
from policy.code_systems import codes_of
from tests.figures.month import RATINGS, rating_row
from tests.messages.support import IMPATIENT_SECONDS, PATIENT_SECONDS, SECRET, Counterparts, eventually
from tests.support.engine import at
from tests.support.keys import PERSONAL

DAY = at("2026-02-13 09:00")


@dataclass
class Shop:
    """A database with something to push, and the platform."""

    engine: Engine
    counterparts: Counterparts
    patience: float = PATIENT_SECONDS
    """How long the platform's answer is waited for, in seconds."""

    @property
    def platform(self) -> Platform:
        """The platform."""
        return Platform(f"{self.counterparts.url}/platform", SECRET, httpx.Timeout(self.patience))

    @property
    def impatient(self) -> "Shop":
        """The same shop, which soon gives up on a platform that keeps silent."""
        return replace(self, patience=IMPATIENT_SECONDS)

    @property
    def queue(self) -> PushQueue:
        """What waits."""
        return PushQueue(self.engine)

    @property
    def desk(self) -> PostgresPushDesk:
        """What supervisors see."""
        return PostgresPushDesk(self.engine, self.platform, OFF)

    def pusher(self, batch: int = 50, **more: Any) -> PlatformPusher:
        """The real pusher."""
        records = PushRecords(self.engine, PERSONAL, codes_of("national"))
        return PlatformPusher(self.queue, records, self.platform, batch, **more)

    def rate(self, count: int, import_id: int = 1, assessed_at: datetime = DAY, **changes: Any) -> None:
        """So many ratings of one complete import."""
        rows = [
            rating_row(f"M{import_id}-{number}", 5, None, None, assessed_at) | {"import_id": import_id} | changes
            for number in range(1, count + 1)
        ]
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
                    " overriding system value values (:id, 'ezhou', '', cast(:id as text), '', now())"
                ),
                {"id": import_id},
            )
            if rows:
                connection.execute(insert(RATINGS), rows)

    def end_case(self, number: int, measures: str = "窗口增设一次性告知单", ending: str = "satisfied") -> str:
        """An ended case as the ledger leaves it, put beside what is pushed; its number."""
        case_no = f"ezhou-C{number}-1"
        with self.engine.begin() as connection:
            connection.execute(insert(CASES).values(case_row(case_no, f"C{number}", ending)))
            connection.execute(insert(ENTRIES), entries(case_no, measures))
            order_case(connection, case_no, DAY)
        return case_no

    def change_case(self, case_no: str, ending: str) -> None:
        """What a later step of an ended case does: an appeal that is upheld, say."""
        with self.engine.begin() as connection:
            connection.execute(
                text("update cases set seq = seq + 1, ending = :ending where case_no = :no"),
                {"no": case_no, "ending": ending},
            )
            order_case(connection, case_no, DAY)

    def kept(self) -> dict[str, dict[str, Any]]:
        """What the platform keeps, by key; `fields` read."""
        answer = httpx.get(f"{self.counterparts.url}/platform/kept", trust_env=False).json()
        return {each["key"]: each | {"fields": json.loads(each["fields"])} for each in answer["records"]}

    def states(self) -> dict[str, int]:
        """How many records stand how."""
        with self.engine.connect() as connection:
            found = connection.execute(text("select state, count(*) as records from pushes group by state"))
            return {row.state: row.records for row in found}

    async def until(self, **states: int) -> None:
        """Wait until exactly so many records stand so."""
        await eventually(lambda: self.states() == states, what=f"{states}, not {self.states()}")

    async def push_all(self, **more: Any) -> None:
        """Push until nothing waits any more."""
        async with self.at_work(**more):
            await eventually(lambda: self._is_empty(), what="nothing waits")

    @asynccontextmanager
    async def at_work(self, **more: Any) -> AsyncIterator[None]:
        """The pusher at work."""
        stop = asyncio.Event()
        pushing = asyncio.create_task(self.pusher(**more).push(stop))
        try:
            yield
        finally:
            stop.set()
            await pushing

    def _is_empty(self) -> bool:
        with self.engine.connect() as connection:
            to_come = connection.execute(
                text("select count(*) from imports where is_to_be_pushed and finished_at is not null")
            ).scalar_one()
        return to_come == 0 and PushState.WAITING not in self.states()


def case_row(case_no: str, project_no: str, ending: str) -> dict[str, Any]:
    """A row of an ended case."""
    return {
        "case_no": case_no,
        "jurisdiction": "ezhou",
        "project_no": project_no,
        "assess_number": 1,
        "unit": "ez-renshe",
        "task_code": "T1",
        "task_name": "社会保障卡补换",
        "channel": "phone",
        "satisfaction": 1,
        "case_class": "general",
        "anonymous": False,
        "assessed_at": DAY,
        "policy_digest": "",
        "calendar_version": "",
        "dispatched_at": DAY + timedelta(hours=1),
        "signed_at": DAY + timedelta(hours=2),
        "seq": 3,
        "stage": "closed",
        "round": 1,
        "overdue": False,
        "finding": "founded",
        "finding_basis": "callback",
        "ending": ending,
        "ended_at": DAY + timedelta(days=3),
    }


def entries(case_no: str, measures: str) -> list[dict[str, Any]]:
    """What the ledger says of it."""
    said: list[tuple[Event, dict[str, str]]] = [
        (Event.CALLBACK_RECORDED, {"callback": "回访核实", "result": "已接通", "finding": "属实"}),
        (Event.REMEDIATED, {"measures": measures, "round": "1"}),
        (
            Event.CALLBACK_RECORDED,
            {"callback": "整改后回访", "result": "已接通", "satisfied": "满意", "ending": "办结"},
        ),
    ]
    return [
        {
            "case_no": case_no,
            "seq": seq,
            "at": DAY + timedelta(days=seq),
            "event": event,
            "stage": Stage.REMEDIATION,
            "details": details,
            "recorded": {},
        }
        for seq, (event, details) in enumerate(said, start=1)
    ]
