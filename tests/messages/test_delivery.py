"""Messages leave once, whatever the other side does: real senders, real PostgreSQL, the real counterpart process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from activities.courier import DeliveryReport, Receipt
from adapters.courier import AT_ONCE, OutboxCourier
from adapters.outbox import PostgresOutbox
from counterparts.misbehaviour import Mode
from models.notices import Channel, Message, MessageStatus, NoticeKind
from tests.messages.support import (
    FACTS,
    IMPATIENT_SECONDS,
    PATIENT_SECONDS,
    Counterparts,
    Launch,
    close,
    courier,
    eventually,
    kill,
    message,
    messages,
    post,
    until_sent,
)

CHANNELS = (Channel.SMS, Channel.MAIL, Channel.REPORT)
KEPT_BEFORE_THE_FAILURE = {Mode.HANG_AFTER_ACCEPT, Mode.DROP_AFTER_ACCEPT}
SILENT = {Mode.TIMEOUT, Mode.HANG_AFTER_ACCEPT}


@asynccontextmanager
async def sending(courier: OutboxCourier, channels: Sequence[Channel] = CHANNELS) -> AsyncIterator[None]:
    """A courier at work."""
    stop = asyncio.Event()
    task = asyncio.create_task(courier.drain(channels, stop))
    try:
        yield
    finally:
        stop.set()
        await task
        await close(courier)


async def test_every_channel_delivers_what_the_letter_says(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    post(
        engine,
        message(channel=Channel.SMS),
        message(channel=Channel.MAIL),
        message(2, NoticeKind.WRITTEN_FEEDBACK, Channel.REPORT, "hotline"),
        message(3, NoticeKind.CLOSING_REPORT, Channel.REPORT, "hotline"),
    )
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port)):
        await until_sent(outbox, 4)
    arrived = {record["key"]: record for record in counterparts.received()}
    for record in outbox.list_messages():
        kept = arrived.pop(record.message.key)
        assert kept["times"] == 1
        assert kept["kind"] == record.message.kind
        assert kept["case_no"] == record.message.case_no
        assert record.receipt is not None
        assert kept["receipt"] in record.receipt
        assert (
            str(FACTS["due"] if record.message.kind is NoticeKind.TASK_ASSIGNED else FACTS["measures"]) in kept["body"]
        )
    assert arrived == {}
    (mail,) = counterparts.received(service="mail")
    assert mail["subject"] == f"【差评整改】请办理：签收，期限：{FACTS['due']}（{FACTS['case_no']}）"
    assert mail["address"] == "officer-00@example.invalid"
    (sms,) = counterparts.received(service="sms")
    assert sms["address"] == "13800000000"


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode not in (Mode.REFUSE, Mode.PARTIAL)])
async def test_a_passing_failure_loses_nothing_and_doubles_nothing(
    mode: Mode, engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    expected = [one for channel in CHANNELS for one in messages(channel, 10)]
    counterparts.misbehave(mode.value, 3)
    post(engine, *expected)
    patience = 1.0 if mode in SILENT else PATIENT_SECONDS
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port, patience=patience)):
        await until_sent(outbox, len(expected))
    kept = counterparts.received()
    assert Counter(record["key"] for record in kept) == Counter(one.key for one in expected)
    assert all(record["differing"] == 0 for record in kept)
    repeats = sum(record["times"] - 1 for record in kept)
    met = 3 * len(CHANNELS) if mode in KEPT_BEFORE_THE_FAILURE else 0
    assert repeats == met or (mode in SILENT and repeats > met), "an answer after the last second is a repeat more"
    assert outbox.counts()[MessageStatus.DEAD] == 0


async def test_a_refused_message_is_left_to_people_and_keeps_no_other_back(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    counterparts.misbehave(Mode.REFUSE.value, 1)
    post(engine, *(one for channel in CHANNELS for one in messages(channel, 5)))
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port)):
        await until_sent(outbox, 12)
        dead = outbox.list_messages(status=MessageStatus.DEAD)
        assert {record.message.channel for record in dead} == set(CHANNELS)
        assert all(record.last_error and "拒收" in record.last_error for record in dead)
        for record in dead:
            assert outbox.resend(record.message.key, datetime.now(UTC))
        await until_sent(outbox, 15)
    assert len(counterparts.received()) == 15


@pytest.mark.parametrize(
    ("recipient", "why"),
    [
        ("somebody-else", "单位目录中没有收件人“somebody-else”"),
        ("without-addresses", "收件人“without-addresses”在单位目录中没有可用的"),
        ("mistyped-addresses", "收件人“mistyped-addresses”在单位目录中没有可用的"),
    ],
)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.MAIL])
async def test_a_recipient_who_cannot_be_reached_is_named_to_people(
    recipient: str,
    why: str,
    channel: Channel,
    engine: Engine,
    outbox: PostgresOutbox,
    counterparts: Counterparts,
) -> None:
    post(engine, message(channel=channel, recipient=recipient))
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port)):
        await eventually(lambda: outbox.counts()[MessageStatus.DEAD] == 1)
    (record,) = outbox.list_messages()
    assert record.last_error is not None
    assert record.last_error.startswith(why)
    assert counterparts.received() == []


async def test_a_service_that_was_down_for_a_while_gets_everything_once_it_is_back(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts, tmp_path: Path
) -> None:
    expected = [one for channel in CHANNELS for one in messages(channel, 100)]
    http_port, smtp_port = counterparts.http_port, counterparts.smtp_port
    counterparts.stop()
    post(engine, *expected)
    async with sending(courier(engine, counterparts.url, smtp_port)):
        await eventually(
            lambda: all(_tries(outbox, channel) >= 3 for channel in CHANNELS), what="tries of each channel"
        )
        tried = {channel: _tries(outbox, channel) for channel in CHANNELS}
        again = Counterparts.start(tmp_path / "counterparts", http_port, smtp_port)
        try:
            await until_sent(outbox, len(expected))
            kept = again.received()
        finally:
            again.stop()
    assert Counter(record["key"] for record in kept) == Counter(one.key for one in expected)
    assert {record["times"] for record in kept} == {1}
    assert max(tried.values()) < 20, "a channel that rests is probed, not stormed"


def _tries(outbox: PostgresOutbox, channel: Channel) -> int:
    return sum(
        record.attempts
        for record in outbox.list_messages(limit=1000)
        if record.message.channel is channel and record.last_error is not None
    )


async def test_one_dead_channel_keeps_no_other_back(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    counterparts.misbehave(Mode.TIMEOUT.value, -1, "sms")
    post(engine, *messages(Channel.SMS, 5), *messages(Channel.MAIL, 5), *messages(Channel.REPORT, 5))
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port, patience=IMPATIENT_SECONDS)):
        await until_sent(outbox, 10)
    assert {record["service"] for record in counterparts.received()} == {"mail", "report"}


async def test_a_courier_killed_between_handing_over_and_writing_down_sends_again_under_the_same_key(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts, database_url: str, launch: Launch
) -> None:
    arguments = {
        "database_url": database_url,
        "url": counterparts.url,
        "smtp_port": counterparts.smtp_port,
        "lease_seconds": 120,
    }
    counterparts.misbehave(Mode.HANG_AFTER_ACCEPT.value, 1)
    first = launch("run_courier", **arguments)
    post(engine, *(one for channel in CHANNELS for one in messages(channel, 1)))
    await eventually(lambda: len(counterparts.received()) == 3, what="handed over")
    kill(first)
    assert outbox.counts()[MessageStatus.SENT] == 0
    with engine.begin() as connection:
        connection.execute(text("update outbox set lease_until = now()"))  # as it is when the lease has lapsed
    second = launch("run_courier", **arguments)
    await until_sent(outbox, 3)
    kill(second)
    assert [record["times"] for record in counterparts.received()] == [2, 2, 2]


async def test_couriers_that_are_killed_again_and_again_lose_nothing_and_double_nothing(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts, database_url: str, launch: Launch
) -> None:
    expected = [one for channel in CHANNELS for one in messages(channel, 150)]
    post(engine, *expected)
    for enough in (20, 150, 300):
        running = launch(
            "run_courier",
            database_url=database_url,
            url=counterparts.url,
            smtp_port=counterparts.smtp_port,
            lease_seconds=2,
        )
        await eventually(partial(_has_received, counterparts, enough))
        kill(running)
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port)):
        await until_sent(outbox, len(expected))
    assert Counter(r["key"] for r in counterparts.received()) == Counter(one.key for one in expected)


def _has_received(counterparts: Counterparts, count: int) -> bool:
    return len(counterparts.received()) >= count


async def test_two_couriers_at_once_never_send_the_same_message(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    post(engine, *messages(Channel.SMS, 200))
    one = courier(engine, counterparts.url, counterparts.smtp_port)
    other = courier(engine, counterparts.url, counterparts.smtp_port)
    async with sending(one, [Channel.SMS]), sending(other, [Channel.SMS]):
        await until_sent(outbox, 200)
    assert {record["times"] for record in counterparts.received()} == {1}
    assert len(counterparts.received()) == 200


async def test_messages_to_one_recipient_arrive_in_the_order_in_which_they_were_decided(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    expected = messages(Channel.SMS, 100)
    post(engine, *expected)
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port)):
        await until_sent(outbox, 100)
    arrived = list(reversed(counterparts.received()))
    for recipient in {one.recipient for one in expected}:
        wanted = [one.key for one in expected if one.recipient == recipient]
        assert [record["key"] for record in arrived if record["recipient"] == recipient] == wanted


async def test_a_message_leaves_within_two_seconds_of_its_time_and_never_before(
    engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    """On a machine that another program holds up a message leaves later; ten in a row do not."""
    post(engine, message(100, wait=timedelta(hours=9)))
    late = []
    async with sending(courier(engine, counterparts.url, counterparts.smtp_port)):
        for step in range(1, 11):
            post(engine, message(step), message(10 + step, wait=timedelta(seconds=1.2)))
            await until_sent(outbox, 2 * step)
            late.append(max(_lateness(engine)[-2:]))
            if late[-1] < 2:
                break
    assert min(late) < 2
    assert min(_lateness(engine)) >= 0
    assert outbox.counts()[MessageStatus.PENDING] == 1


def _lateness(engine: Engine) -> list[float]:
    """How many seconds after its time each message left, as they were decided."""
    with engine.connect() as connection:
        left = "select extract(epoch from sent_at - not_before) from outbox where sent_at is not null order by seq"
        return [float(seconds) for seconds in connection.execute(text(left)).scalars()]


class _BrokenSender:
    """A sender with a bug that one message brings out."""

    async def send(self, message: Message) -> Receipt:
        if message.recipient == "officer-01":
            raise KeyError("a bug")
        return Receipt("1", "")


async def test_a_bug_of_ours_is_written_down_and_keeps_no_other_message_back(
    engine: Engine, outbox: PostgresOutbox
) -> None:
    post(engine, *messages(Channel.SMS, 10))
    async with sending(OutboxCourier(outbox, {Channel.SMS: _BrokenSender()}), [Channel.SMS]):
        await until_sent(outbox, 9)
    (stuck,) = outbox.list_messages(status=MessageStatus.PENDING)
    assert stuck.last_error == "程序内部错误（KeyError），请联系维护人员"


class _Gate:
    """A sender that has messages in hand until it is opened."""

    def __init__(self) -> None:
        self.in_hand = 0
        self.opened = asyncio.Event()

    async def send(self, message: Message) -> Receipt:
        self.in_hand += 1
        await self.opened.wait()
        return Receipt("1", "")


async def test_what_is_in_hand_is_finished_before_a_courier_stops(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, *messages(Channel.SMS, 30))
    gate, stop = _Gate(), asyncio.Event()
    task = asyncio.create_task(OutboxCourier(outbox, {Channel.SMS: gate}).drain([Channel.SMS], stop))
    await eventually(lambda: gate.in_hand == AT_ONCE, what="as many in hand as there may be")
    stop.set()
    gate.opened.set()
    assert await task == DeliveryReport(sent=AT_ONCE)
    assert outbox.counts()[MessageStatus.SENT] == AT_ONCE
    assert len(outbox.claim_due(Channel.SMS, datetime.now(UTC), 100)) == 30 - AT_ONCE, "given back at once"
