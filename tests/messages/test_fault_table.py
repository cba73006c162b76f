"""The fault table: every counterpart, every misbehaviour, every kind of message. Lost 0, doubled 0.

The rows are made of the enums, so a new kind, channel, service or misbehaviour is in the table or fails it. Each
message meets the misbehaviour before the service behaves again; from then on the courier waits for every answer, so
that what is counted does not depend on how fast the machine is.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters import courier as courier_module
from adapters import outbox as outbox_module
from adapters.courier import OutboxCourier
from adapters.outbox import PostgresOutbox
from counterparts.misbehaviour import SERVICES, TAKE_BATCHES, Mode
from models.notices import Channel, Message, MessageStatus, NoticeKind
from tests.messages.support import (
    IMPATIENT_SECONDS,
    PATIENT_SECONDS,
    Counterparts,
    close,
    eventually,
    message,
    post,
    senders,
    until_sent,
)

SERVICE = {Channel.SMS: "sms", Channel.MAIL: "mail", Channel.REPORT: "report", Channel.WORK_CHAT: "chat"}
"""Which counterpart plays the other side of a channel."""

WITHOUT_A_COUNTERPART = {Channel.ARCHIVE}
"""The archive is our own database: its other side is down when nothing can be sent at all."""

KEPT_BEFORE_THE_FAILURE = {Mode.HANG_AFTER_ACCEPT, Mode.DROP_AFTER_ACCEPT}
SILENT = {Mode.TIMEOUT, Mode.HANG_AFTER_ACCEPT}

ROWS = [(kind, channel) for kind in NoticeKind for channel in kind.channels if channel not in WITHOUT_A_COUNTERPART]


def test_every_kind_channel_and_service_has_its_row() -> None:
    assert set(SERVICE) | WITHOUT_A_COUNTERPART == set(Channel)
    assert sorted([*SERVICE.values(), *TAKE_BATCHES]) == sorted(SERVICES), "batches: tests/push/test_push_faults.py"
    in_the_table = {kind for kind, _ in ROWS}
    assert {kind for kind in NoticeKind if kind not in in_the_table} == {NoticeKind.ARCHIVE}


@pytest.fixture(autouse=True)
def _short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules with shorter waits; how long they are others test."""
    monkeypatch.setattr(courier_module, "FIRST_REST_SECONDS", 0.01)
    monkeypatch.setattr(courier_module, "LONGEST_REST_SECONDS", 0.02)
    monkeypatch.setattr(courier_module, "LOOK_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(outbox_module, "FIRST_WAIT", timedelta(milliseconds=10))
    monkeypatch.setattr(outbox_module, "LONGEST_WAIT", timedelta(milliseconds=50))


def the_table() -> list[Message]:
    """One message of every kind over every channel that has a counterpart."""
    return [message(number, kind, channel, f"officer-{number % 20:02}") for number, (kind, channel) in enumerate(ROWS)]


@asynccontextmanager
async def at_work(
    outbox: PostgresOutbox, url: str, smtp_port: int, patience: float = PATIENT_SECONDS
) -> AsyncIterator[None]:
    """A courier over all channels."""
    courier, stop = OutboxCourier(outbox, senders(url, smtp_port, patience)), asyncio.Event()
    task = asyncio.create_task(courier.drain(list(SERVICE), stop))
    try:
        yield
    finally:
        stop.set()
        await task
        await close(courier)


def nothing_lost_nothing_doubled(counterparts: Counterparts, table: list[Message]) -> None:
    """Every message is there, each once, and a repeat was the same message."""
    kept = counterparts.received()
    assert Counter((record["service"], record["key"]) for record in kept) == Counter(
        (SERVICE[one.channel], one.key) for one in table
    )
    assert [record["key"] for record in kept if record["differing"]] == []


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode not in (Mode.REFUSE, Mode.PARTIAL)])
async def test_a_misbehaviour_that_passes(
    mode: Mode, engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    table = the_table()
    counterparts.misbehave(mode.value, -1, *SERVICE.values())
    post(engine, *table)
    kept = len(table) if mode in KEPT_BEFORE_THE_FAILURE else 0
    patience = IMPATIENT_SECONDS if mode in SILENT else PATIENT_SECONDS
    async with at_work(outbox, counterparts.url, counterparts.smtp_port, patience):
        await eventually(lambda: _all_failed(outbox) and len(counterparts.received()) == kept, what="all met it")
    assert outbox.counts()[MessageStatus.SENT] == 0
    counterparts.misbehave(mode.value, 0, *SERVICE.values())
    async with at_work(outbox, counterparts.url, counterparts.smtp_port):
        await until_sent(outbox, len(table))
    nothing_lost_nothing_doubled(counterparts, table)
    repeated = {record["times"] > 1 for record in counterparts.received()}
    assert repeated == {mode in KEPT_BEFORE_THE_FAILURE}


def _all_failed(outbox: PostgresOutbox) -> bool:
    return all(record.last_error for record in outbox.list_messages(limit=1000))


async def test_a_service_that_is_down(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts, tmp_path: Path
) -> None:
    table = the_table()
    http_port, smtp_port = counterparts.http_port, counterparts.smtp_port
    counterparts.stop()
    post(engine, *table)
    async with at_work(outbox, counterparts.url, smtp_port):
        await eventually(lambda: _all_failed(outbox), what="every message tried")
        again = Counterparts.start(tmp_path / "counterparts", http_port, smtp_port)
        try:
            await until_sent(outbox, len(table))
            nothing_lost_nothing_doubled(again, table)
        finally:
            again.stop()


async def test_a_refusal_waits_for_a_person_and_is_sent_once_when_the_person_says_so(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    table = the_table()
    for service, met in Counter(SERVICE[one.channel] for one in table).items():
        counterparts.misbehave(Mode.REFUSE.value, met, service)
    post(engine, *table)
    async with at_work(outbox, counterparts.url, counterparts.smtp_port):
        await eventually(lambda: outbox.counts()[MessageStatus.DEAD] == len(table), what="all refused")
        dead = outbox.list_messages(status=MessageStatus.DEAD, limit=1000)
        assert [record.message.key for record in dead if not record.last_error] == []
        assert counterparts.received() == []
        for record in dead:
            assert outbox.resend(record.message.key, datetime.now(UTC))
        await until_sent(outbox, len(table))
    nothing_lost_nothing_doubled(counterparts, table)
