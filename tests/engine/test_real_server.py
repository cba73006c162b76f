"""One case on the real Temporal server: what only it can show.

No event for a refused action, search attributes and summaries that can be read beside encrypted payloads, current
details, and the case file after closing.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.update.v1 import UpdateRef
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from activities.courier import NotYet
from adapters.archive import ArchiveSender, load_history
from adapters.codec import data_converter
from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.outbox import PostgresOutbox
from adapters.policies import keep, load_calendar, load_policy
from models.actions import Action
from models.errors import ActionRefused
from models.notices import Channel, Message
from tests.support.engine import DIRECTORY, HOTLINE, OFFICER, QUEUE, STARTS_WITHIN, TEST_KEYS, Office
from tests.support.values import an_order
from worker import build_worker
from workflows.options import SEARCH_ATTRIBUTES

EVENTUALLY = 100.0
"""Seconds until what is waited for will not come any more."""


@pytest.fixture
async def office(database_url: str, temporal_binary: Path) -> AsyncIterator[Office]:
    """An office on a real server that keeps nothing on disk."""
    engine = make_engine(database_url)
    file, calendar = load_policy("ezhou"), load_calendar("ezhou")
    with engine.begin() as connection:
        keep(connection, file, calendar)
    Directory(engine).fill(read_directory(DIRECTORY))
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_binary),
        data_converter=data_converter(TEST_KEYS),
        search_attributes=SEARCH_ATTRIBUTES,
        dev_server_startup_timeout=STARTS_WITHIN,
    )
    async with environment, build_worker(environment.client, engine, QUEUE):
        yield Office(environment, engine, file, calendar, "420700")
    engine.dispose()


async def test_an_action_that_comes_before_the_first_task_follows_the_dispatch(
    database_url: str, temporal_binary: Path
) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        keep(connection, load_policy("ezhou"), load_calendar("ezhou"))
    Directory(engine).fill(read_directory(DIRECTORY))
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_binary),
        data_converter=data_converter(TEST_KEYS),
        search_attributes=SEARCH_ATTRIBUTES,
        dev_server_startup_timeout=STARTS_WITHIN,
    )
    async with environment:
        office = Office(environment, engine, load_policy("ezhou"), load_calendar("ezhou"), "420700")
        order = an_order(calendar_version=office.calendar.version)
        await office.desk.open(order)  # and nobody works yet
        signing = asyncio.create_task(office.act(order.case_no, Action.SIGN_OFF, OFFICER, key="early"))
        await _is_waiting(environment.client, order.case_no, "early")
        async with build_worker(environment.client, engine, QUEUE):
            receipt = await signing
        events = await _events(environment.client, order.case_no)
        accepted, recorded = "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"
        assert events.index(accepted) < events.index(recorded)  # it really came first
        assert receipt.seq == 2
        assert office.events(order.case_no) == ["转办", "签收"]
        assert {clock.kind for clock in office.reader.clocks(order.case_no) if clock.ended_at} == {"sign_off"}
    engine.dispose()


async def _is_waiting(client: Client, case_no: str, key: str) -> None:
    """Until the engine has an action, although nobody has taken it yet."""
    reference = UpdateRef(workflow_execution=WorkflowExecution(workflow_id=case_no), update_id=key)
    request = PollWorkflowExecutionUpdateRequest(namespace=client.namespace, update_ref=reference)
    async with asyncio.timeout(EVENTUALLY):
        while True:
            try:
                await client.workflow_service.poll_workflow_execution_update(request, timeout=timedelta(seconds=10))
                return
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(0.01)


async def _events(client: Client, case_no: str) -> list[str]:
    history = await client.get_workflow_handle(case_no).fetch_history()
    return [EventType.Name(event.event_type) for event in history.events]


async def _closed(office: Office) -> str:
    """A case that has ended and that nothing may follow; here nobody can let the days of an appeal pass."""
    without_appeal = office.policy.model_copy(update={"appeal_enabled": False})
    case_no = await office.dispatch(policy=without_appeal)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded", note="秘密的备注")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="秘密的整改情况")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    await office.ending(case_no)
    return case_no


async def test_a_refused_action_leaves_no_event_at_all(office: Office) -> None:
    case_no = await office.dispatch()
    before = await _events(office.client, case_no)
    with pytest.raises(ActionRefused, match="不能提交整改情况"):
        await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="太早")
    with pytest.raises(ActionRefused, match="您是12345话务员"):
        await office.act(case_no, Action.SIGN_OFF, HOTLINE)
    assert await _events(office.client, case_no) == before


async def test_the_screen_reads_chinese_while_payloads_are_closed(office: Office) -> None:
    case_no = await _closed(office)
    raw = Client(office.client.service_client)  # as the engine's own screen sees it: without the key
    history = await raw.get_workflow_handle(case_no).fetch_history()
    summaries = [
        json.loads(event.user_metadata.summary.data)
        for event in history.events
        if event.user_metadata.HasField("summary")
    ]
    assert "社会保险登记｜一般" in summaries
    assert any(text.startswith("第2步 签收｜整改责任人 officer-renshe") for text in summaries)
    assert any(text.startswith("整改时限 已用50%预警｜截止 ") for text in summaries)
    everything = "".join(MessageToJson(event, ensure_ascii=False) for event in history.events)
    assert "秘密" not in everything
    assert "ez-12345" not in everything  # an actor's unit travels in a payload


async def test_supervisors_can_list_cases_by_stage_unit_class_and_due_date(office: Office) -> None:
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    query = (
        'Stage="整改中" AND Unit="ez-renshe" AND CaseClass="一般" AND Jurisdiction="ezhou" AND Overdue=false '
        f'AND DueDate > "{datetime.now(UTC).isoformat()}"'
    )
    async with asyncio.timeout(EVENTUALLY):  # the engine's list is a moment behind
        while [found.id async for found in office.client.list_workflows(query)] != [case_no]:
            await asyncio.sleep(0.1)


async def test_the_current_details_can_be_read_without_the_key(office: Office) -> None:
    case_no = await office.dispatch()
    raw = Client(office.client.service_client)
    metadata = await raw.get_workflow_handle(case_no).query("__temporal_workflow_metadata")
    assert "**签收与核实中**｜社会保险登记" in metadata.current_details
    assert "签收时限至 " in metadata.current_details


async def test_the_full_history_goes_into_the_case_file_after_closing(office: Office) -> None:
    case_no = await _closed(office)
    archive = ArchiveSender(office.client, office.engine)
    order = next(r.message for r in office.messages(case_no) if r.message.channel is Channel.ARCHIVE)
    await archive.send(order)
    await archive.send(order)  # a repeat changes nothing
    kept = load_history(office.engine, case_no)
    live = await office.client.get_workflow_handle(case_no).fetch_history()
    assert [event.event_id for event in kept.events] == [event.event_id for event in live.events]
    assert kept.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED


async def test_a_case_that_still_runs_is_not_archived_yet(office: Office) -> None:
    case_no = await office.dispatch()
    order = _archive_order(office, case_no)
    with pytest.raises(NotYet):
        await ArchiveSender(office.client, office.engine).send(order)


async def test_a_second_start_is_the_same_case(office: Office) -> None:
    case_no = await office.dispatch()
    first = (await office.client.get_workflow_handle(case_no).describe()).run_id
    order = office.orders[case_no]
    await office.desk.open(order)
    description = await office.client.get_workflow_handle(case_no).describe()
    assert (description.run_id, description.status) == (first, WorkflowExecutionStatus.RUNNING)


async def test_a_closed_case_is_not_started_again(office: Office) -> None:
    case_no = await _closed(office)
    first = (await office.client.get_workflow_handle(case_no).describe()).run_id
    await office.desk.open(office.orders[case_no])
    assert (await office.client.get_workflow_handle(case_no).describe()).run_id == first


def _archive_order(office: Office, case_no: str) -> Message:
    sample = PostgresOutbox(office.engine).list_messages(case_no)[0].message
    update = {"kind": "archive", "channel": "archive", "context": {"case_no": case_no}}
    return Message.model_validate(sample.model_dump() | update)
