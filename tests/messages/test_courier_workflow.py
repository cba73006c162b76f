"""The courier on a real engine: it starts once, delivers, costs next to nothing, and outlives its workers."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.courier import CourierActivities, DeliveryOrder, DeliveryReport
from adapters.courier import OutboxCourier
from adapters.outbox import PostgresOutbox
from models.notices import LETTER_CHANNELS, Channel, MessageStatus
from tests.messages.support import (
    Counterparts,
    Launch,
    Taker,
    close,
    courier,
    eventually,
    kill,
    message,
    messages,
    post,
    until_sent,
)
from tests.support.engine import STARTS_WITHIN
from workflows.courier import Courier, CourierOrder, start_couriers


@pytest.fixture
async def client(temporal_binary: Path) -> AsyncIterator[Client]:
    """A client of a fresh dev server."""
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_binary),
        data_converter=pydantic_data_converter,
        dev_server_log_level="error",
        dev_server_startup_timeout=STARTS_WITHIN,
    )
    async with environment:
        yield environment.client


async def test_started_twice_it_runs_once_and_delivers_across_a_restart_of_the_worker(
    client: Client, engine: Engine, outbox: PostgresOutbox, counterparts: Counterparts
) -> None:
    sending = courier(engine, counterparts.url, counterparts.smtp_port)
    try:
        for step in (1, 2):
            await start_couriers(client, "cases", "messages")
            post(engine, *(message(step, channel=channel) for channel in LETTER_CHANNELS))
            async with (
                Worker(
                    client,
                    task_queue="cases",
                    workflows=[Courier],
                    sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
                ),
                Worker(client, task_queue="messages", activities=[CourierActivities(sending).deliver]),
            ):
                await until_sent(outbox, 2 * step)
    finally:
        await close(sending)
    assert {record["times"] for record in counterparts.received()} == {1}
    for name in ("courier-notices", "courier-reports"):
        (started, *_) = (await client.get_workflow_handle(name).fetch_history()).events
        description = await client.get_workflow_handle(name).describe()
        assert description.run_id == started.workflow_execution_started_event_attributes.original_execution_run_id


async def test_a_killed_worker_is_replaced_within_seconds(
    client: Client,
    engine: Engine,
    outbox: PostgresOutbox,
    counterparts: Counterparts,
    database_url: str,
    launch: Launch,
) -> None:
    arguments = {
        "temporal": client.service_client.config.target_host,
        "database_url": database_url,
        "url": counterparts.url,
        "smtp_port": counterparts.smtp_port,
        "queue": "courier",
    }
    await start_couriers(client, "courier", "courier")
    first = launch("run_worker", **arguments)
    post(engine, *messages(Channel.SMS, 5))
    await until_sent(outbox, 5)
    kill(first)
    expected = [*messages(Channel.MAIL, 5), *messages(Channel.REPORT, 5)]
    post(engine, *expected)
    second = launch("run_worker", **arguments)
    await until_sent(outbox, 15)
    kill(second)
    assert Counter(r["key"] for r in counterparts.received()) == Counter(
        one.key for one in [*messages(Channel.SMS, 5), *expected]
    )


async def test_a_thousand_messages_cost_the_engine_one_activity(
    client: Client, engine: Engine, outbox: PostgresOutbox
) -> None:
    post(engine, *messages(Channel.SMS, 1000))
    sending = CourierActivities(OutboxCourier(outbox, {Channel.SMS: Taker()}))
    order = CourierOrder(
        title="发送短信", channels=(Channel.SMS,), task_queue="courier", run_seconds=600, runs_per_history=1
    )
    async with Worker(client, task_queue="courier", workflows=[Courier], activities=[sending.deliver]):
        handle = await client.start_workflow(Courier.run, order, id=str(uuid.uuid4()), task_queue="courier")
        await until_sent(outbox, 1000)
        events = await _events(handle)
    assert events == {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: 1,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED: 1,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: 1,
    }
    await handle.terminate()


async def test_its_history_never_grows_beyond_its_runs(client: Client, outbox: PostgresOutbox) -> None:
    sending = CourierActivities(OutboxCourier(outbox, {Channel.SMS: Taker()}))
    order = CourierOrder(
        title="发送短信", channels=(Channel.SMS,), task_queue="courier", run_seconds=0.1, runs_per_history=3
    )
    async with Worker(client, task_queue="courier", workflows=[Courier], activities=[sending.deliver]):
        handle = await client.start_workflow(Courier.run, order, id=str(uuid.uuid4()), task_queue="courier")
        first = client.get_workflow_handle(handle.id, run_id=handle.result_run_id)

        async def has_continued() -> bool:
            return (await client.get_workflow_handle(handle.id).describe()).run_id != handle.result_run_id

        await eventually(has_continued)
        events = await _events(first)
    assert events == {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: 1,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED: 4,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: 3,
        EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED: 3,
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: 3,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: 1,
    }
    await client.get_workflow_handle(handle.id).terminate()


async def test_a_cancelled_run_finishes_what_is_in_hand(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message())
    taker = Taker(seconds=0.5)
    environment = ActivityEnvironment()
    running = asyncio.create_task(
        environment.run(
            CourierActivities(OutboxCourier(outbox, {Channel.SMS: taker})).deliver,
            DeliveryOrder(channels=(Channel.SMS,), run_seconds=60),
        )
    )
    await eventually(taker.began.is_set)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert outbox.counts()[MessageStatus.SENT] == 1


async def test_a_run_beats_while_it_waits(outbox: PostgresOutbox) -> None:
    environment = ActivityEnvironment()
    beats: list[object] = []
    environment.on_heartbeat = lambda *details: beats.append(details)
    order = DeliveryOrder(channels=(Channel.SMS,), run_seconds=3600)
    deliveries = CourierActivities(OutboxCourier(outbox, {Channel.SMS: Taker()}))
    running = asyncio.create_task(environment.run(deliveries.deliver, order))
    await eventually(lambda: len(beats) >= 2, what="two beats")
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_run_comes_back_when_its_time_is_over(outbox: PostgresOutbox) -> None:
    order = DeliveryOrder(channels=(Channel.SMS,), run_seconds=0.2)
    deliveries = CourierActivities(OutboxCourier(outbox, {Channel.SMS: Taker()}))
    assert await ActivityEnvironment().run(deliveries.deliver, order) == DeliveryReport()


async def _events(handle: WorkflowHandle[Courier, None]) -> Counter[int]:
    """The events by type, without those of workflow tasks that were begun: a slow worker begins one twice."""
    begun = {
        EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    }
    kinds = [event.event_type async for event in handle.fetch_history_events()]
    return Counter(kind for kind in kinds if kind not in begun)
