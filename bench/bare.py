"""A workflow that costs the engine what a plain case costs it, and does nothing: what any case on Temporal pays.

The same commands in the same order as the plain case of `workflows.case` (`bench.counts` compares the events of both
before anything is measured): updates with validators, one activity per step, a timer per clock, three search attribute
upserts, a summary on each. Default converter, empty bodies, an empty activity. Decides nothing.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy, SearchAttributeKey, SearchAttributeUpdate

STAGE = SearchAttributeKey.for_keyword("Stage")
OVERDUE = SearchAttributeKey.for_bool("Overdue")
DUE_DATE = SearchAttributeKey.for_datetime("DueDate")
UPDATES = ("sign_off", "verify", "remediate", "confirm")

TIMEOUT = timedelta(seconds=20)
RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10))
FAR = timedelta(days=1)


@activity.defn
async def nothing(first: bool) -> None:
    """Do nothing; the first of a case says so, as the ledger of a real case would show it."""
    if first:
        print(activity.info().workflow_id, flush=True)


@workflow.defn
class BareCase:
    """Start, four updates, end."""

    @workflow.init
    def __init__(self) -> None:
        self._taken = 0
        self._lock = asyncio.Lock()
        self._ended: set[str] = set()
        self._clocks: dict[str, asyncio.Task[None]] = {}

    @workflow.run
    async def run(self) -> None:
        """Wait for the last update."""
        await self._step(first=True)
        self._begin("sign_off", "verification")
        await workflow.wait_condition(lambda: self._taken == len(UPDATES))
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def sign_off(self) -> None:
        """End one clock, begin another."""
        self._stop("sign_off")
        await self._step()
        self._begin("remediation")
        self._taken += 1

    @sign_off.validator
    def _may_sign_off(self) -> None:
        self._refuse_unless(0)

    @workflow.update
    async def verify(self) -> None:
        """The same, and the stage changes."""
        self._stop("verification")
        await self._step()
        self._begin("advisory")
        self._show("remediation", due=True)
        self._taken += 1

    @verify.validator
    def _may_verify(self) -> None:
        self._refuse_unless(1)

    @workflow.update
    async def remediate(self) -> None:
        """The same with two clocks."""
        self._stop("remediation", "advisory")
        await self._step()
        self._begin("callback")
        self._show("post_callback", due=True)
        self._taken += 1

    @remediate.validator
    def _may_remediate(self) -> None:
        self._refuse_unless(2)

    @workflow.update
    async def confirm(self) -> None:
        """The last one."""
        self._stop("callback")
        await self._step()
        self._show("closed", due=False)
        self._taken += 1

    @confirm.validator
    def _may_confirm(self) -> None:
        self._refuse_unless(3)

    @workflow.query
    def has_begun(self) -> bool:
        """Whether the clocks of the first step run."""
        return bool(self._clocks)

    def _refuse_unless(self, taken: int) -> None:
        if self._taken != taken:
            raise ValueError("not now")

    async def _step(self, first: bool = False) -> None:
        async with self._lock:
            await workflow.execute_activity(
                nothing, first, start_to_close_timeout=TIMEOUT, retry_policy=RETRY, summary="one step"
            )

    def _begin(self, *names: str) -> None:
        """As in a case, a clock that an early action has ended already does not start."""
        for name in names:
            if name not in self._ended:
                self._clocks[name] = asyncio.create_task(workflow.sleep(FAR, summary=name))

    def _stop(self, *names: str) -> None:
        for name in names:
            self._ended.add(name)
            if clock := self._clocks.get(name):
                clock.cancel()

    def _show(self, stage: str, due: bool) -> None:
        workflow.set_current_details(stage)
        updates: list[SearchAttributeUpdate[Any]] = [STAGE.value_set(stage), OVERDUE.value_set(False)]
        if due:
            updates.append(DUE_DATE.value_set(workflow.now() + FAR))
        workflow.upsert_search_attributes(updates)
