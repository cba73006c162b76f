"""A workflow that waits as an open case waits, and does nothing: what any open case on Temporal pays.

Decides: one step, two timers; when the one is due a step, three search attributes and the next timer, as the
verification limit of a case has them (`bench.timers` compares the events of both); an update that runs one empty
activity, as the plainest way to change anything in a running workflow. Default converter, empty activity.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.bare import DUE_DATE, FAR, OVERDUE, RETRY, STAGE, TIMEOUT, nothing


@workflow.defn
class BareOpenCase:
    """Waits for an instant (in seconds since 1970), then for ever."""

    @workflow.init
    def __init__(self, due: float) -> None:
        self._due = due
        self._lock = asyncio.Lock()
        self._timers: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, due: float) -> None:
        """Start, keep two timers, take a step when the first is due, keep the next."""
        await self._step(first=True)
        self._keep("far")
        await workflow.sleep(timedelta(seconds=self._due - workflow.time()), summary="due")
        await self._step()
        workflow.set_current_details("overdue")
        workflow.upsert_search_attributes(
            [STAGE.value_set("dispatched"), OVERDUE.value_set(True), DUE_DATE.value_set(workflow.now())]
        )
        self._keep("next")
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def count_again(self) -> None:
        """One step."""
        await self._step()

    @count_again.validator
    def _may_count_again(self) -> None:
        if not self._timers:
            raise ValueError("not yet")

    async def _step(self, first: bool = False) -> None:
        async with self._lock:
            await workflow.execute_activity(
                nothing, first, start_to_close_timeout=TIMEOUT, retry_policy=RETRY, summary="one step"
            )

    def _keep(self, name: str) -> None:
        self._timers.append(asyncio.create_task(workflow.sleep(FAR, summary=name)))
