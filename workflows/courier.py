"""The courier: a workflow that never ends and keeps one sending activity running.

Decides only that somebody is always sending. The messages wait in the outbox, not here, so a hundred
thousand of them cost the engine one activity every few minutes, and no case waits for one.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy

with workflow.unsafe.imports_passed_through():
    from activities.courier import CourierActivities, DeliveryOrder
    from models.base import Value
    from models.notices import LETTER_CHANNELS, Channel
    from models.readable import Readable

RUN = timedelta(minutes=5)
"""One run of the activity: long enough to cost nothing, short enough that a history grows by it."""

HEARTBEAT = timedelta(seconds=10)
"""A killed worker is noticed after this long, and another one takes over."""

RUNS_PER_HISTORY = 200
"""Then the workflow continues as new: about 1,200 events, a fraction of the engine's limit."""

FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10))
"""A database that is down is the only reason to fail; nobody is helped by giving up."""


class CourierOrder(Value):
    """Which channels one courier serves, on which task queue, and for how long at a time (seconds)."""

    title: str
    channels: tuple[Channel, ...]
    task_queue: str
    run_seconds: float = RUN.total_seconds()
    runs_per_history: int = RUNS_PER_HISTORY


@workflow.defn
class Courier:
    """Keeps messages leaving, for ever."""

    @workflow.run
    async def run(self, order: CourierOrder) -> None:
        """Let the activity send, again and again; whatever ends one run, the next one takes over."""
        sent = 0
        for _ in range(order.runs_per_history):
            workflow.set_current_details(Readable(f"{order.title}：本段历史已送出 {sent} 件"))
            report = await workflow.execute_activity_method(
                CourierActivities.deliver,
                DeliveryOrder(channels=order.channels, run_seconds=order.run_seconds),
                task_queue=order.task_queue,
                start_to_close_timeout=timedelta(seconds=order.run_seconds) + RUN,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=FOR_EVER,
                summary=Readable(order.title),
            )
            sent += report.sent
        workflow.continue_as_new(order)


async def start_couriers(client: Client, cases_queue: str, messages_queue: str, has_chat: bool = False) -> None:
    """Make sure that the couriers run: notices to people, and reports with the archive, so that a reporting
    service that hangs keeps no notice back; one for the work chat where there is one. Starting them again
    changes nothing.
    """
    couriers: list[tuple[str, str, tuple[Channel, ...]]] = [
        ("courier-notices", "发送短信和邮件通知", LETTER_CHANNELS),
        ("courier-reports", "上报12345平台并存档", (Channel.REPORT, Channel.ARCHIVE)),
    ]
    if has_chat:
        couriers.append(("courier-chat", "发送工作群通知", (Channel.WORK_CHAT,)))
    for name, title, channels in couriers:
        await client.start_workflow(
            Courier.run,
            CourierOrder(title=title, channels=channels, task_queue=messages_queue),
            id=name,
            task_queue=cases_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=Readable(title),
        )
