"""Pushing on a real engine: however often it is started it runs once, outlives its workers, ends without a platform."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.push import PushActivities, Pusher
from tests.push.support import Shop
from tests.support.engine import STARTS_WITHIN
from workflows.push import PlatformPush, start_push


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


def at_work(client: Client, pusher: Pusher | None) -> tuple[Worker, Worker]:
    """The workers of one process: of the workflow, and of its activity."""
    return (
        Worker(
            client,
            task_queue="cases",
            workflows=[PlatformPush],
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        ),
        Worker(client, task_queue="messages", activities=[PushActivities(pusher).push]),
    )


async def test_it_runs_once_goes_on_after_a_restart_and_ends_without_a_platform(client: Client, shop: Shop) -> None:
    for import_id in (1, 2):
        await start_push(client, "cases", "messages")
        shop.rate(3, import_id)
        workflows, activities = at_work(client, shop.pusher())
        async with workflows, activities:
            await shop.until(accepted=3 * import_id)
    handle = client.get_workflow_handle("push-platform")
    (started, *_) = (await handle.fetch_history()).events
    first = started.workflow_execution_started_event_attributes.original_execution_run_id
    assert (await handle.describe()).run_id == first
    workflows, activities = at_work(client, None)
    async with workflows, activities:
        await handle.result()
    assert {record["times"] for record in shop.kept().values()} == {1}
