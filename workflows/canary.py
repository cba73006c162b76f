"""The canary: a workflow that lives for a moment, to see whether a worker still takes tasks.

Decides only that each of the worker's queues runs one activity. When to send one, and what to do when it does not
come back, is left to `adapters.watchdog`.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.canary import CANARY, CanaryActivities

SONG = timedelta(seconds=5)
"""The activity does nothing; a worker that needs longer is gone, and the next attempt finds another."""


@workflow.defn(name=CANARY)
class Canary:
    """One workflow task and one activity per queue."""

    @workflow.run
    async def run(self, queues: list[str]) -> list[str]:
        """The names of the worker processes that answered, one per queue."""
        return [
            await workflow.execute_activity_method(
                CanaryActivities.sing, task_queue=queue, start_to_close_timeout=SONG, summary="工作进程自检"
            )
            for queue in queues
        ]
