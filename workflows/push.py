"""Pushing to the provincial platform: a workflow that keeps one pushing activity running.

Decides only that somebody is always pushing while there is a platform, and that it ends when the installation has none
any more. The records wait in the database, not here, so five million of them cost the engine one activity every few
minutes.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

with workflow.unsafe.imports_passed_through():
    from activities.push import PushActivities, PushOrder
    from models.base import Value
    from models.readable import Readable
    from workflows.courier import FOR_EVER, HEARTBEAT, RUN, RUNS_PER_HISTORY

_TITLE = "向省平台推送评价和办理结果"


class PlatformOrder(Value):
    """On which task queue, and for how long at a time (seconds)."""

    task_queue: str
    run_seconds: float = RUN.total_seconds()
    runs_per_history: int = RUNS_PER_HISTORY


@workflow.defn
class PlatformPush:
    """Keeps records leaving, as long as there is somewhere to push them."""

    @workflow.run
    async def run(self, order: PlatformOrder) -> None:
        """Let the activity push, again and again; whatever ends one run, the next one takes over."""
        accepted = 0
        for _ in range(order.runs_per_history):
            workflow.set_current_details(Readable(f"{_TITLE}：本段历史已被接收 {accepted} 条"))
            report = await workflow.execute_activity_method(
                PushActivities.push,
                PushOrder(run_seconds=order.run_seconds),
                task_queue=order.task_queue,
                start_to_close_timeout=timedelta(seconds=order.run_seconds) + RUN,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=FOR_EVER,
                summary=Readable(_TITLE),
            )
            if report.is_off:
                return
            accepted += report.accepted
        workflow.continue_as_new(order)


async def start_push(client: Client, cases_queue: str, messages_queue: str) -> None:
    """Make sure that records are pushed. Starting it again changes nothing."""
    await client.start_workflow(
        PlatformPush.run,
        PlatformOrder(task_queue=messages_queue),
        id="push-platform",
        task_queue=cases_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=Readable(_TITLE),
    )
