"""The typed front door to the cases: open, act, ask. Everybody outside the engine comes through here.

Decides how a caller meets an engine that restarts: the same action is sent again under the same key, so an acknowledged
action is neither lost nor doubled.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models.actions import Action, HumanAction, Receipt
from models.case import CaseOrder, CaseState, Stage
from models.errors import ActionRefused, EngineUnavailable, HaochapingError, RefusedForNow, UnknownCase
from models.readable import Readable
from workflows import options
from workflows.case import BadReviewCase

_PATIENCE = timedelta(seconds=60)
_ONE_CALL = timedelta(seconds=10)
_PASSING = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.FAILED_PRECONDITION,
}
"""What an engine says while it restarts or while a workflow task is being tried again; the same call may follow."""

IN_FLIGHT = 20
"""Cases that were started and not yet taken up. A burst would queue behind itself in the engine."""


class CaseDesk:
    """Opens cases and passes human actions to them."""

    def __init__(self, client: Client, queue: str = options.CASE_QUEUE, patience: timedelta = _PATIENCE) -> None:
        self._client = client
        self._queue = queue
        self._patience = patience

    async def open(self, order: CaseOrder, due: datetime | None = None) -> None:
        """Start a case; one that was started before is left as it is. `due` is its first deadline, for the lists.

        Raises EngineUnavailable when the engine does not answer for a minute.
        """
        async for attempt in self._attempts():
            try:
                await self._client.start_workflow(
                    BadReviewCase.run,
                    order,
                    id=order.case_no,
                    task_queue=self._queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    search_attributes=_search_attributes(order, due),
                    static_summary=Readable(f"{order.task_name}｜{order.case_class.label}"),
                    rpc_timeout=_ONE_CALL,
                )
                return
            except WorkflowAlreadyStartedError:
                return
            except RPCError as error:
                attempt.failed(error)

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Take a human action and wait until its step is recorded. `key` makes a repeated call the same action.

        Raises ActionRefused with the case's own sentence, UnknownCase, EngineUnavailable when the engine does not
        answer for a minute, or RefusedForNow when the case has waited a minute for dates; after the latter two the same
        call with the same key may be made again.
        """
        handle = self._client.get_workflow_handle(case_no)
        async for attempt in self._attempts():
            try:
                # rpc_timeout bounds the request alone; once it is accepted, the SDK polls for its outcome for ever.
                async with asyncio.timeout(min(_ONE_CALL, self._patience).total_seconds()):
                    receipt: Receipt = await handle.execute_update(
                        action.value, message, id=key, result_type=Receipt, rpc_timeout=_ONE_CALL
                    )
                return receipt
            except WorkflowUpdateFailedError as error:
                refused = _refused(error)
                if attempt.is_last or not isinstance(refused, RefusedForNow):
                    raise refused from None
            except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
                _let_go_if_cancelled()
                attempt.failed(error)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    raise await self._not_running(case_no) from None
                attempt.failed(error)
        raise AssertionError("unreachable")

    async def state(self, case_no: str) -> CaseState:
        """All facts of a case as the engine has them. Raises UnknownCase or EngineUnavailable."""
        handle = self._client.get_workflow_handle(case_no)
        async for attempt in self._attempts():
            try:
                return await handle.query(BadReviewCase.state, rpc_timeout=_ONE_CALL)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    raise UnknownCase(f"流程引擎中没有案件 {case_no}。") from None
                attempt.failed(error)
            except WorkflowQueryFailedError as error:
                raise HaochapingError(f"案件 {case_no} 的状态无法读取：{error}") from error
        raise AssertionError("unreachable")

    async def _not_running(self, case_no: str) -> HaochapingError:
        try:
            await self._client.get_workflow_handle(case_no).describe(rpc_timeout=_ONE_CALL)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                return EngineUnavailable("流程引擎没有应答，请稍后重试。")
            return UnknownCase(f"流程引擎中没有正在办理的案件 {case_no}，请核对案件编号。")
        return ActionRefused(f"案件 {case_no} 已结束，不能再办理。办理经过可用 history {case_no} 查看。")

    async def open_at_their_pace(
        self,
        orders: Iterable[tuple[CaseOrder, datetime | None]],
        taken_up: Callable[[list[str]], set[str]],
        opened: Callable[[str], None],
    ) -> int:
        """Start cases, never more than a few ahead of those that are taken up; gives how many.

        `taken_up` says which of these cases have recorded their dispatch; it may block and is asked in a thread.
        `opened` is told each case that the engine has. Raises EngineUnavailable when nothing is taken up for a minute.
        """
        ahead: set[str] = set()
        count = 0
        for order, due in orders:
            if len(ahead) >= IN_FLIGHT:
                await self._wait_until_taken_up(ahead, taken_up, IN_FLIGHT - 1)
            await self.open(order, due)
            opened(order.case_no)
            ahead.add(order.case_no)
            count += 1
        await self._wait_until_taken_up(ahead, taken_up, 0)
        return count

    async def _wait_until_taken_up(self, ahead: set[str], taken_up: Callable[[list[str]], set[str]], left: int) -> None:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._patience.total_seconds()
        while len(ahead) > left:
            done = await asyncio.to_thread(taken_up, sorted(ahead))
            if done:
                ahead -= done
                give_up_at = loop.time() + self._patience.total_seconds()
            elif loop.time() > give_up_at:
                raise EngineUnavailable(
                    f"已启动的案件（{min(ahead)} 等 {len(ahead)} 件）迟迟没有办理进程接手，请检查 worker 是否在运行。"
                    "案件不会丢失，worker 恢复后会继续。"
                )
            else:
                await asyncio.sleep(0.05)

    async def _attempts(self) -> AsyncIterator["_Attempt"]:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._patience.total_seconds()
        pause = 0.2
        while True:
            attempt = _Attempt(last=loop.time() >= give_up_at)
            yield attempt
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)


class _Attempt:
    """One try of a call; a passing failure leads to the next."""

    def __init__(self, last: bool) -> None:
        self.is_last = last

    def failed(self, error: Exception) -> None:
        """Go on to the next try, unless the failure will not pass or patience has ended."""
        if isinstance(error, RPCError) and error.status not in _PASSING:
            raise HaochapingError(f"流程引擎拒绝了请求：{error}") from error
        if self.is_last:
            raise EngineUnavailable(
                "系统一分钟内没有应答。操作可能已经登记，也可能没有；请用同一个编号（--key）重试，不会重复办理。"
            ) from error


def _search_attributes(order: CaseOrder, due: datetime | None) -> TypedSearchAttributes:
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(options.JURISDICTION, order.jurisdiction),
        SearchAttributePair(options.STAGE, Stage.DISPATCHED.label),
        SearchAttributePair(options.UNIT, order.unit),
        SearchAttributePair(options.CASE_CLASS, order.case_class.label),
        SearchAttributePair(options.OVERDUE, False),
    ]
    if due is not None:
        pairs.append(SearchAttributePair(options.DUE_DATE, due))
    return TypedSearchAttributes(pairs)


def _let_go_if_cancelled() -> None:
    """Raise CancelledError when whoever waits has given up: the SDK turns that into an error of its own."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _refused(error: WorkflowUpdateFailedError) -> HaochapingError:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        for kind, error_type in ((options.REFUSED, ActionRefused), (options.REFUSED_FOR_NOW, RefusedForNow)):
            if cause.type == kind:
                return error_type(cause.message)
    return HaochapingError(f"操作没有成功：{cause}")
