"""An action that overtakes the news of its dispatch: its limits are counted with the calendar in force."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.holiday_notices import NoticeStore
from models.actions import Action, SignOff
from models.clocks import ClockKind
from tests.support.engine import OFFICER, Office, at, office_at
from tests.support.holidays import one_more_day_off
from tests.support.orders import order_of

DAY_OFF = date(2026, 3, 5)


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on a Monday; the Thursday has just become a day off."""
    async with office_at("2026-03-02 10:00", database_url, tmp_path) as opened:
        file = one_more_day_off(opened.calendar, DAY_OFF)
        NoticeStore(opened.engine).put_in_force(file, "supervisor-01", at("2026-03-02 09:30"))
        yield opened


async def test_a_sign_off_that_overtakes_its_dispatch_is_counted_with_the_calendar_in_force(
    office: Office, database_url: str
) -> None:
    new = NoticeStore(office.engine).calendar("ezhou")
    order = order_of("420700990001", office.policy, office.calendar.version, await office.now() - timedelta(hours=1))
    message = SignOff(actor=office.directory.actor(OFFICER))
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE ledger_entries IN ACCESS EXCLUSIVE MODE")
        await office.desk.open(order)
        signing = asyncio.create_task(office.desk.act(order.case_no, Action.SIGN_OFF, message, "early"))
        while not await _has_accepted(office, order.case_no):
            await asyncio.sleep(0.05)
    await signing
    remediation = office.clock(order.case_no, ClockKind.REMEDIATION)
    assert remediation.due.calendar_version == new.version
    assert remediation.due.last_day == date(2026, 3, 10), "five working days after the 2nd, without the 5th"
    assert office.reader.case(order.case_no).calendar_version == new.version


async def _has_accepted(office: Office, case_no: str) -> bool:
    history = await office.plain_client.get_workflow_handle(case_no).fetch_history()
    return any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events)
