"""The story of one bad review, from dispatch to its ending. Start reading at `BadReviewCase.run`.

Decides nothing about rules: whether an action may be taken is `policy.transitions`, what follows from it is
`policy.procedure`, and every date comes back from the activity that records the step.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from activities.steps import StepActivities
    from models.actions import MESSAGES, Action, HumanAction, Receipt
    from models.case import CaseEnding, CaseOrder, CaseState, Stage
    from models.clocks import Clock, ClockKind
    from models.readable import Readable
    from policy import endings, follows, oversight, procedure
    from policy.draft import Outcome
    from policy.refusals import is_only_for_now
    from policy.stages import class_of, handling_unit, stage_of
    from policy.transitions import refusal
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
        self._found_in_force: str | None = None
        self._keepers: list[asyncio.Task[None]] = []
        self._shown = (Stage.DISPATCHED, False, order.unit, order.case_class)

    @workflow.run
    async def run(self, order: CaseOrder) -> CaseEnding:
        """转办；签收并核实；不予采纳，或整改、回访，不满意的再整改；办结；申诉、督查和回头看都了结后归档."""
        await self._dispatched_to_the_handling_unit()
        while not self._nothing_may_follow():
            await self._until(self._signed_for_and_verified)
            await self._until(self._founded_or_not_adopted)
            while not self._called_satisfied_or_given_up():
                await self._until(self._remediated)
                await self._until(self._called_back)
            await self._until(self._ended)
            await self._until_nothing_may_follow_or_it_is_opened_again()
        return await self._ending()

    async def _dispatched_to_the_handling_unit(self) -> None:
        await self._record(self._dispatch)

    def _nothing_may_follow(self) -> bool:
        return self._state.archived

    def _signed_for_and_verified(self) -> bool:
        return self._stage not in (Stage.DISPATCHED, Stage.RETURNED)

    def _founded_or_not_adopted(self) -> bool:
        return self._stage not in (Stage.DISPATCHED, Stage.RETURNED, Stage.CONFIRMING)

    def _remediated(self) -> bool:
        return self._stage is not Stage.REMEDIATION

    def _called_back(self) -> bool:
        return self._stage is not Stage.POST_CALLBACK

    def _called_satisfied_or_given_up(self) -> bool:
        return self._stage in (Stage.ESCALATED, Stage.CLOSED)

    def _ended(self) -> bool:
        return self._stage is Stage.CLOSED

    async def _until_nothing_may_follow_or_it_is_opened_again(self) -> None:
        """An appeal may still come until its period is over; then the file is closed."""
        while self._ended() and not self._state.archived:
            window = self._state.clock(ClockKind.APPEAL_WINDOW)
            if endings.may_be_archived(self._state, workflow.now()):
                outcome = endings.archived(self._order, self._state, workflow.now())
                self._state = outcome.state
                await self._record(outcome)
            else:
                await self._window_passed_or_state_changed(window)

    async def _window_passed_or_state_changed(self, window: Clock | None) -> None:
        before = self._state
        wait = None if window is None else window.due.deadline - workflow.now()
        if wait is not None and wait <= timedelta(0):
            wait = None
        summary = None if window is None else Readable(f"申诉期至 {window.due.label}，届满后归档")
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._no_keeper_failed() and self._state is not before, timeout=wait, timeout_summary=summary
            )

    async def _ending(self) -> CaseEnding:
        await workflow.wait_condition(workflow.all_handlers_finished)
        return procedure.ending(self._order, self._state)

    @workflow.update(dynamic=True)
    async def act(self, name: str, given: Sequence[RawValue]) -> Receipt:
        """A human action: who may take it stands in `policy.transitions`, what follows in `policy.follows`."""
        action = Action(name)
        message = self._message(action, given)
        return await self._take(follows.after(action, self._order, self._state, message, workflow.now()))

    @act.validator
    def _may_act(self, name: str, given: Sequence[RawValue]) -> None:
        if name not in list(Action):
            raise _refused(f"没有“{name}”这个动作。")
        action = Action(name)
        try:
            message = self._message(action, given)
        except (ValidationError, IndexError):
            raise _refused(f"“{action.label}”填写的内容不完整或有误，没有登记。") from None
        reason = refusal(action, message, self._state, self._order, workflow.now())
        if reason is not None:
            raise _refused(reason)

    def _message(self, action: Action, given: Sequence[RawValue]) -> HumanAction:
        message: HumanAction = workflow.payload_converter().from_payload(given[0].payload, MESSAGES[action])
        return message

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

    async def _take(self, outcome: Outcome) -> Receipt:
        """The facts count at once, for the very next validator; the receipt follows when they are written down."""
        self._state = outcome.state
        await self._record(outcome)
        return procedure.receipt(outcome, self._state)

    async def _record(self, outcome: Outcome) -> None:
        """Write a step down after the one before it; the dates that come back start the clocks."""
        await workflow.wait_condition(lambda: self._written == outcome.step.seq - 1)
        step = procedure.under_the_calendar_found(outcome.step, self._order, self._found_in_force)
        recorded = await workflow.execute_activity_method(
            StepActivities.record_step,
            step,
            start_to_close_timeout=options.STEP_TIMEOUT,
            retry_policy=options.STEP_RETRY,
            summary=Readable(step_summary(step)),
        )
        self._written = step.seq
        self._found_in_force = self._found_in_force or recorded.calendar_version
        before = self._state
        self._state = procedure.with_dates(before, recorded)
        for clock in self._state.clocks:
            if before.clock(clock.kind) is None:
                self._keepers.append(asyncio.create_task(self._keep(clock.kind, clock.round)))
        self._show(dates_moved=bool(step.moves))

    async def _keep(self, kind: ClockKind, round_: int) -> None:
        """Keep one clock: at each of its rungs people are told, until the limit is met or given up."""
        while clock := self._state.running_clock(kind, round_):
            if await self._moved(clock):
                continue
            now = workflow.now()
            outcome = oversight.rung_reached(self._order, self._state, clock, clock.rungs[0], now)
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

    def _show(self, dates_moved: bool) -> None:
        """Keep the engine's own screen readable; search attributes are dear, so only when the list would change."""
        workflow.set_current_details(Readable(case_details(self._order, self._state)))
        unit, case_class = handling_unit(self._state, self._order), class_of(self._state, self._order)
        before, shown = self._shown, (self._stage, self._state.is_overdue, unit, case_class)
        if shown == before and not dates_moved:
            return
        self._shown = shown
        updates: list[SearchAttributeUpdate[Any]] = [
            options.STAGE.value_set(self._stage.label),
            options.OVERDUE.value_set(self._state.is_overdue),
        ]
        if due := min((clock.due.deadline for clock in self._state.clocks if not clock.due.is_paused), default=None):
            updates.append(options.DUE_DATE.value_set(due))
        if unit != before[2]:
            updates.append(options.UNIT.value_set(unit))
        if case_class is not before[3]:
            updates.append(options.CASE_CLASS.value_set(case_class.label))
        workflow.upsert_search_attributes(updates)


def _refused(reason: str) -> ApplicationError:
    kind = options.REFUSED_FOR_NOW if is_only_for_now(reason) else options.REFUSED
    return ApplicationError(reason, type=kind, non_retryable=True)
