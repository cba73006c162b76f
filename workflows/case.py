"""The story of one bad review, from dispatch to its ending. Start reading at `BadReviewCase.run`.

Decides nothing about rules: whether an action may be taken is `policy.transitions`, what follows from it is
`policy.procedure`, and every date comes back from the activity that records the step.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.steps import StepActivities
    from models.actions import (
        Action,
        Conclude,
        ConfirmFinding,
        HumanAction,
        Receipt,
        RecordCallback,
        RejectFinding,
        SignOff,
        SubmitRemediation,
        TriggerCallback,
        Urge,
    )
    from models.case import CaseEnding, CaseOrder, CaseState, Stage
    from models.clocks import Clock, ClockKind
    from models.readable import Readable
    from policy import procedure
    from policy.draft import Outcome
    from policy.transitions import refusal, stage_of
    from policy.wording import case_details, step_summary, timer_summary
    from workflows import options


@workflow.defn
class BadReviewCase:
    """One bad review: signed for and verified, put right, confirmed with the person, and closed.

    A human action is an update whose validator refuses in words and leaves no event. Each action is acknowledged when
    its step is recorded. The state can be queried at any time.
    """

    @workflow.init
    def __init__(self, order: CaseOrder) -> None:
        self._order = order
        self._dispatch = procedure.dispatched(order, CaseState(), workflow.now())
        self._state = self._dispatch.state
        self._written = 0
        self._keepers: list[asyncio.Task[None]] = []
        self._shown = (Stage.DISPATCHED, False)

    @workflow.run
    async def run(self, order: CaseOrder) -> CaseEnding:
        """转办；签收并核实；不予采纳，或整改、回访，不满意的再整改一次；办结，或经监督处理办结."""
        await self._dispatched_to_the_handling_unit()
        await self._until(self._signed_for_and_verified)
        await self._until(self._founded_or_not_adopted)
        while not self._called_satisfied_or_given_up():
            await self._until(self._remediated)
            await self._until(self._called_back)
        await self._until(self._ended)
        return await self._ending()

    async def _dispatched_to_the_handling_unit(self) -> None:
        await self._record(self._dispatch)

    def _signed_for_and_verified(self) -> bool:
        return self._stage is not Stage.DISPATCHED

    def _founded_or_not_adopted(self) -> bool:
        return self._stage not in (Stage.DISPATCHED, Stage.CONFIRMING)

    def _remediated(self) -> bool:
        return self._stage is not Stage.REMEDIATION

    def _called_back(self) -> bool:
        return self._stage is not Stage.POST_CALLBACK

    def _called_satisfied_or_given_up(self) -> bool:
        return self._stage in (Stage.ESCALATED, Stage.CLOSED)

    def _ended(self) -> bool:
        return self._stage is Stage.CLOSED

    async def _ending(self) -> CaseEnding:
        await workflow.wait_condition(workflow.all_handlers_finished)
        return procedure.ending(self._order, self._state)

    @workflow.update
    async def sign_off(self, message: SignOff) -> Receipt:
        """签收: the handling unit takes the case."""
        return await self._take(procedure.signed_off(self._order, self._state, message, workflow.now()))

    @sign_off.validator
    def _may_sign_off(self, message: SignOff) -> None:
        self._refuse_or_pass(Action.SIGN_OFF, message)

    @workflow.update
    async def record_callback(self, message: RecordCallback) -> Receipt:
        """登记回访结果: one call to the evaluator and what it found."""
        return await self._take(procedure.callback_recorded(self._order, self._state, message, workflow.now()))

    @record_callback.validator
    def _may_record_callback(self, message: RecordCallback) -> None:
        self._refuse_or_pass(Action.RECORD_CALLBACK, message)

    @workflow.update
    async def trigger_callback(self, message: TriggerCallback) -> Receipt:
        """发起回访: a hotline operator calls at any time."""
        return await self._take(procedure.callback_triggered(self._order, self._state, message, workflow.now()))

    @trigger_callback.validator
    def _may_trigger_callback(self, message: TriggerCallback) -> None:
        self._refuse_or_pass(Action.TRIGGER_CALLBACK, message)

    @workflow.update
    async def confirm_finding(self, message: ConfirmFinding) -> Receipt:
        """确认不予采纳: the review was mistaken or malicious and does not count."""
        return await self._take(procedure.finding_confirmed(self._order, self._state, message, workflow.now()))

    @confirm_finding.validator
    def _may_confirm_finding(self, message: ConfirmFinding) -> None:
        self._refuse_or_pass(Action.CONFIRM_FINDING, message)

    @workflow.update
    async def reject_finding(self, message: RejectFinding) -> Receipt:
        """不同意不予采纳: the review is founded after all."""
        return await self._take(procedure.finding_rejected(self._order, self._state, message, workflow.now()))

    @reject_finding.validator
    def _may_reject_finding(self, message: RejectFinding) -> None:
        self._refuse_or_pass(Action.REJECT_FINDING, message)

    @workflow.update
    async def submit_remediation(self, message: SubmitRemediation) -> Receipt:
        """提交整改情况: what was put right, fed back in writing."""
        return await self._take(procedure.remediated(self._order, self._state, message, workflow.now()))

    @submit_remediation.validator
    def _may_submit_remediation(self, message: SubmitRemediation) -> None:
        self._refuse_or_pass(Action.SUBMIT_REMEDIATION, message)

    @workflow.update
    async def urge(self, message: Urge) -> Receipt:
        """催办: whoever holds the case is urged."""
        return await self._take(procedure.urged(self._order, self._state, message, workflow.now()))

    @urge.validator
    def _may_urge(self, message: Urge) -> None:
        self._refuse_or_pass(Action.URGE, message)

    @workflow.update
    async def conclude(self, message: Conclude) -> Receipt:
        """监督处理办结: a supervisor ends the case."""
        return await self._take(procedure.concluded(self._order, self._state, message, workflow.now()))

    @conclude.validator
    def _may_conclude(self, message: Conclude) -> None:
        self._refuse_or_pass(Action.CONCLUDE, message)

    @workflow.query
    def state(self) -> CaseState:
        """All facts of the case as the engine has them."""
        return self._state

    @property
    def _stage(self) -> Stage:
        return stage_of(self._state)

    async def _until(self, predicate: Callable[[], bool]) -> None:
        await workflow.wait_condition(lambda: self._no_keeper_failed() and predicate())

    def _no_keeper_failed(self) -> bool:
        """A clock that failed is our bug: raised here, it suspends the case instead of leaving it without a clock."""
        for keeper in self._keepers:
            if keeper.done():
                keeper.result()
        return True

    def _refuse_or_pass(self, action: Action, message: HumanAction) -> None:
        reason = refusal(action, message, self._state, self._order)
        if reason is not None:
            raise ApplicationError(reason, type="ActionRefused", non_retryable=True)

    async def _take(self, outcome: Outcome) -> Receipt:
        """The facts count at once, for the very next validator; the receipt follows when they are written down."""
        self._state = outcome.state
        await self._record(outcome)
        return procedure.receipt(outcome, self._state)

    async def _record(self, outcome: Outcome) -> None:
        """Write a step down after the one before it; the dates that come back start the clocks."""
        await workflow.wait_condition(lambda: self._written == outcome.step.seq - 1)
        recorded = await workflow.execute_activity_method(
            StepActivities.record_step,
            outcome.step,
            start_to_close_timeout=options.STEP_TIMEOUT,
            retry_policy=options.STEP_RETRY,
            summary=Readable(step_summary(outcome.step)),
        )
        self._written = outcome.step.seq
        before = self._state
        self._state = procedure.with_dates(before, recorded)
        for clock in self._state.clocks:
            if before.clock(clock.kind) is None:
                self._keepers.append(asyncio.create_task(self._keep(clock.kind, clock.round)))
        self._show()

    async def _keep(self, kind: ClockKind, round_: int) -> None:
        """Keep one clock: at each of its rungs people are told, until the limit is met or given up."""
        while clock := self._state.running_clock(kind, round_):
            if await self._moved(clock):
                continue
            now = workflow.now()
            outcome = procedure.rung_reached(self._order, self._state, clock, clock.rungs[0], now)
            self._state = outcome.state
            await self._record(outcome)

    async def _moved(self, clock: Clock) -> bool:
        """Wait for the clock's next rung; True when the clock changed or ended before."""
        rung = next(iter(clock.rungs), None)

        def changed() -> bool:
            return self._state.running_clock(clock.kind, clock.round) is not clock

        wait = None if rung is None else max(rung.at - workflow.now(), timedelta(0))
        summary = None if rung is None else Readable(timer_summary(clock, rung))
        try:
            await workflow.wait_condition(changed, timeout=wait, timeout_summary=summary)
        except TimeoutError:
            return False
        return True

    def _show(self) -> None:
        """Keep the engine's own screen readable; search attributes are dear, so only when the list would change."""
        workflow.set_current_details(Readable(case_details(self._order, self._state)))
        shown = (self._stage, self._state.is_overdue)
        if shown == self._shown:
            return
        self._shown = shown
        updates: list[SearchAttributeUpdate[Any]] = [
            options.STAGE.value_set(self._stage.label),
            options.OVERDUE.value_set(self._state.is_overdue),
        ]
        if due := min((clock.due.deadline for clock in self._state.clocks), default=None):
            updates.append(options.DUE_DATE.value_set(due))
        workflow.upsert_search_attributes(updates)
