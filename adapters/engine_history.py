"""The engine's own history of a case in plain Chinese: who acted, which clock ran, what was recorded.

Decides which events say something to people; the engine's bookkeeping is counted, not shown, and an event that is not
known here is shown under its own name rather than dropped. A case that the engine has let go of is read from its case
file (`adapters.archive`), with the same key ring.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Engine
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from adapters.archive import load_history
from models.actions import Action
from models.actors import Role
from models.errors import EngineUnavailable
from models.views import EngineEventView, EngineHistoryView

_PATIENCE = timedelta(seconds=10)


async def engine_history(
    client: Client, engine: Engine, case_no: str, name_of: Callable[[str], str]
) -> EngineHistoryView:
    """What the engine recorded of a case. `name_of` gives a user's name for people.

    Raises EngineUnavailable, UnknownCase when neither the engine nor a case file has it, and BadInput when the key ring
    lacks a key.
    """
    archived = False
    try:
        history = await client.get_workflow_handle(case_no).fetch_history(rpc_timeout=_PATIENCE)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise EngineUnavailable(f"流程引擎没有应答，请稍后重试。（{error.message}）") from error
        history, archived = load_history(engine, case_no), True
    return await render(history, client.data_converter, name_of, archived)


async def render(
    history: WorkflowHistory, converter: DataConverter, name_of: Callable[[str], str], archived: bool = False
) -> EngineHistoryView:
    """The events that say something, in order."""
    teller = _Teller({event.event_id: event for event in history.events}, converter, name_of)
    shown = []
    for event in history.events:
        told = await teller.tell(event)
        if told is not None:
            at = event.event_time.ToDatetime(tzinfo=UTC)
            shown.append(EngineEventView(number=event.event_id, at=at, name=told[0], text=told[1]))
    return EngineHistoryView(archived=archived, events=len(history.events), shown=tuple(shown))


_BOOKKEEPING = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
}


@dataclass
class _Teller:
    """Tells events; some of them speak of an earlier one."""

    events: dict[int, HistoryEvent]
    converter: DataConverter
    name_of: Callable[[str], str]

    def __post_init__(self) -> None:
        ended = (
            (event.activity_task_completed_event_attributes, event.activity_task_failed_event_attributes)
            for event in self.events.values()
        )
        self._ended_activities = {each.scheduled_event_id for pair in ended for each in pair}

    async def tell(self, event: HistoryEvent) -> tuple[str, str] | None:
        """The event's name and text; None for bookkeeping."""
        if event.event_type in _BOOKKEEPING:
            return None
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                return "案件启动", await self._summary(event)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
                return "案件结束", ""
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                return "受理操作", await self._accepted(event)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                return "操作完成", await self._completed(event)
            case EventType.EVENT_TYPE_TIMER_STARTED:
                return "计时开始", await self._summary(event)
            case EventType.EVENT_TYPE_TIMER_FIRED:
                return "计时到点", await self._of(event.timer_fired_event_attributes.started_event_id)
            case EventType.EVENT_TYPE_TIMER_CANCELED:
                return "计时取消", await self._of(event.timer_canceled_event_attributes.started_event_id)
            case _:
                return await self._tell_work(event)

    async def _tell_work(self, event: HistoryEvent) -> tuple[str, str] | None:
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                done = event.event_id in self._ended_activities
                return None if done else ("正在登记", await self._summary(event))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                return "登记完成", await self._of(event.activity_task_completed_event_attributes.scheduled_event_id)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                return "登记失败", await self._of(event.activity_task_failed_event_attributes.scheduled_event_id)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                cause = WorkflowTaskFailedCause.Name(event.workflow_task_failed_event_attributes.cause)
                return "流程处理失败", f"将自动重试（{cause.removeprefix('WORKFLOW_TASK_FAILED_CAUSE_')}）"
            case EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
                return "流程处理超时", "办理进程中断，将由其他进程接手"
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
                return "案件被强行终止", event.workflow_execution_terminated_event_attributes.reason
            case _:
                return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_"), ""

    async def _accepted(self, event: HistoryEvent) -> str:
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
        action = Action(request.name).label if request.name in list(Action) else request.name
        said = await self._read(request.args.payloads[0]) if request.args.payloads else None
        actor = said.get("actor") if isinstance(said, dict) else None
        return f"{action}，{self._who(actor)}" if isinstance(actor, dict) else action

    async def _completed(self, event: HistoryEvent) -> str:
        outcome = event.workflow_execution_update_completed_event_attributes.outcome
        if not outcome.success.payloads:
            return "没有成功"
        receipt = await self._read(outcome.success.payloads[0])
        return f"第{receipt['seq']}步 {receipt['said']}" if isinstance(receipt, dict) else ""

    def _who(self, actor: dict[str, Any]) -> str:
        absent = actor.get("acting_for")
        deputy = f"（代理{self.name_of(absent)}）" if absent else ""
        return f"{Role(actor['role']).label} {self.name_of(actor['user'])}{deputy}"

    async def _of(self, number: int) -> str:
        return await self._summary(self.events[number]) if number in self.events else ""

    async def _summary(self, event: HistoryEvent) -> str:
        if not event.user_metadata.HasField("summary"):
            return ""
        return str(await self._read(event.user_metadata.summary))

    async def _read(self, payload: Payload) -> Any:
        [value] = await self.converter.decode([payload])
        return value
