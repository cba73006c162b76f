"""How long a person waits for an action that was accepted and cannot be recorded, and how the waiting ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from models.actions import Action, Receipt, SignOff
from models.errors import EngineUnavailable
from models.steps import Event
from tests.support.engine import OFFICER, QUEUE, Office, office_at
from workflows import client
from workflows.client import CaseDesk

pytestmark = pytest.mark.timeout(600)

PATIENCE = timedelta(seconds=2)
NEVER = timedelta(hours=1)
EVENTUALLY = 100.0
"""Seconds until what is waited for will not come any more."""


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """An office, on any day."""
    async with office_at("2026-02-13 10:00", database_url, tmp_path) as opened:
        yield opened


@contextmanager
def ledger_that_stands_still(database_url: str) -> Iterator[None]:
    """For the length of a block every step waits, as on a database that lives but does nothing."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE ledger_entries IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.fixture(autouse=True)
def _endless_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """No single call comes back by itself in time: only the patience of who waits ends one, or its cancellation."""
    monkeypatch.setattr(client, "_ONE_CALL", NEVER)


async def _sign_off(office: Office, case_no: str, patience: timedelta) -> Receipt:
    desk = CaseDesk(office.plain_client, QUEUE, patience)
    return await desk.act(case_no, Action.SIGN_OFF, SignOff(actor=office.directory.actor(OFFICER)), "again-1")


async def test_nobody_waits_for_ever_for_a_ledger_that_stands_still(office: Office, database_url: str) -> None:
    case_no = await office.dispatch()
    with ledger_that_stands_still(database_url):
        async with asyncio.timeout(EVENTUALLY):
            with pytest.raises(EngineUnavailable, match="请用同一个编号"):
                await _sign_off(office, case_no, PATIENCE)
    async with asyncio.timeout(EVENTUALLY):
        receipt = await _sign_off(office, case_no, NEVER)
    assert [entry.seq for entry in office.entries(case_no) if entry.event is Event.SIGNED_OFF] == [receipt.seq]


async def test_a_person_who_gives_up_waiting_is_let_go_at_once(office: Office, database_url: str) -> None:
    case_no = await office.dispatch()
    with ledger_that_stands_still(database_url):
        signing = asyncio.create_task(_sign_off(office, case_no, NEVER))
        async with asyncio.timeout(EVENTUALLY):
            while not await _has_accepted(office, case_no):
                await asyncio.sleep(0.05)
        signing.cancel()
        done, _ = await asyncio.wait({signing}, timeout=EVENTUALLY)
    assert done
    assert signing.cancelled()


async def _has_accepted(office: Office, case_no: str) -> bool:
    history = await office.plain_client.get_workflow_handle(case_no).fetch_history()
    return any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events)
