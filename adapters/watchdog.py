"""The watchdog of a worker: a worker that no longer gets on ends itself, and whoever supervises it starts another.

Why: after `kill -9` of the engine a live worker can freeze (measured with temporalio 1.35.0: it stays connected, uses
no CPU and takes no task until it is replaced). Three nets, from fine to coarse:

* a canary that must come back through the engine, a workflow task and an activity per queue. It is sent only when a
  queue has shown no progress for a while, or when the engine has just come back; a canary that does not return counts
  only while the engine itself answers and the queue where it waits shows no other progress. Two in a row end the
  process.
* an event loop that does not turn for a minute ends the process, with a traceback of every thread in the log. That is
  done by a thread of the interpreter's own, which needs neither the loop nor the interpreter lock.
* a heartbeat file that is touched while the loop turns, for a supervisor to look at: a stopped process does nothing.

Limit: several workers that share a queue answer each other's canaries. An answer from another process is no verdict on
this one; it is asked again after the same interval.
"""

import asyncio
import contextlib
import faulthandler
import logging
import os
import socket
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, DescribeNamespaceRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.canary import CANARY

GAVE_UP = 70
"""The exit code: EX_SOFTWARE of sysexits.h. The supervisor reports it in words."""

_log = logging.getLogger(__name__)
_PROGRESS = "haochaping_worker_progress"


@dataclass
class Progress:
    """How often a worker finished something; only growth means anything."""

    count: int = 0

    def made(self) -> None:
        """Something was finished."""
        self.count += 1


class ProgressInterceptor(Interceptor):
    """Counts what one worker finishes: activities, and what workflows are called for."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Count each activity that ended, well or badly."""
        return _CountedActivity(next, self._progress)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """Count what workflows are called for; the counter lies outside the sandbox."""
        input.unsafe_extern_functions[_PROGRESS] = self._progress.made
        return _CountedWorkflow


@dataclass(frozen=True)
class Pace:
    """How often the watchdog looks, in seconds."""

    beat: float = 2.0  # heartbeat and a look at the counters
    idle: float = 30.0  # a queue without progress for this long is asked by a canary
    canary: float = 12.0  # how long a canary may take
    engine: float = 5.0  # how long the engine may take to say that it is there
    strikes: int = 2  # canaries in a row that did not come back
    loop: float = 60.0  # how long the event loop may stand still


@dataclass
class Watchdog:
    """Watches the workers of this process; `queues` maps each task queue to the progress of its worker.

    `worker` is the name that this process gave its CanaryActivities. Run it beside the workers:
    `asyncio.create_task(Watchdog(...).run())`; the first queue takes the canary's workflow tasks.
    """

    client: Client
    worker: str
    queues: Mapping[str, Progress]
    heartbeat: Path | None = None
    pace: Pace = field(default_factory=Pace)
    give_up: Callable[[int], Any] = os._exit

    async def run(self) -> None:
        """Watch until cancelled, or until this process has to go."""
        faulthandler.enable()
        sender = asyncio.create_task(self._watch())
        try:
            while not sender.done():
                faulthandler.dump_traceback_later(self.pace.loop, exit=True)
                if self.heartbeat is not None:
                    self.heartbeat.touch()
                await asyncio.wait({sender}, timeout=self.pace.beat)
            sender.result()
        finally:
            faulthandler.cancel_dump_traceback_later()
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        seen = self._counts()
        since = dict.fromkeys(self.queues, loop.time())
        strikes = 0
        suspicious = False  # the engine was away: do not wait for the worker to fall idle
        while True:
            await asyncio.sleep(self.pace.beat)
            counts, looked = self._counts(), loop.time()
            for queue in self.queues:
                if counts[queue] != seen[queue]:
                    since[queue] = looked
            seen = counts
            if not await self._engine_answers():
                suspicious, strikes = True, 0
                continue
            # As of the look: what the engine took for its answer is no worker's idleness.
            idle = [queue for queue, last in since.items() if looked - last >= self.pace.idle]
            if not (idle or suspicious or strikes):
                continue
            suspicious = False
            stuck = await self._where_a_canary_is_stuck()
            if stuck is None:
                strikes = 0
                since = dict.fromkeys(self.queues, loop.time())
            elif self._counts()[stuck] != seen[stuck]:
                strikes = 0  # a long queue, but it moves
            elif not await self._engine_answers():
                suspicious, strikes = True, 0
            else:
                strikes += 1
                _log.warning("a canary is stuck on %s (%d of %d)", stuck, strikes, self.pace.strikes)
                if strikes >= self.pace.strikes:
                    return self._leave()

    def _counts(self) -> dict[str, int]:
        return {queue: progress.count for queue, progress in self.queues.items()}

    async def _engine_answers(self) -> bool:
        request = DescribeNamespaceRequest(namespace=self.client.namespace)
        try:
            async with asyncio.timeout(self.pace.engine):
                await self.client.workflow_service.describe_namespace(
                    request, timeout=timedelta(seconds=self.pace.engine)
                )
        except (RPCError, TimeoutError) as error:
            _log.warning("the engine does not answer: %s", error)
            return False
        return True

    async def _where_a_canary_is_stuck(self) -> str | None:
        """Send a canary; the queue that did not serve it in time, or None when all did or nobody can tell."""
        limit = self.pace.canary
        queues = list(self.queues)
        try:
            handle = await self.client.start_workflow(
                CANARY,
                queues,
                id=f"canary-{uuid.uuid4()}",
                task_queue=queues[0],
                run_timeout=timedelta(seconds=limit * 3),
                rpc_timeout=timedelta(seconds=limit),
                result_type=list[str],
            )
        except RPCError as error:
            _log.warning("no canary can be sent: %s", error)
            return None
        try:
            async with asyncio.timeout(limit):
                workers = await handle.result()
        except (TimeoutError, RPCError, WorkflowFailureError):
            return await self._waiting_queue(handle, queues)
        else:
            if any(worker != self.worker for worker in workers):
                _log.info("another worker answered a canary: %s", workers)
            return None
        finally:
            await self._forget(handle)

    async def _waiting_queue(self, handle: WorkflowHandle[Any, Any], queues: list[str]) -> str | None:
        try:
            found = await handle.describe(rpc_timeout=timedelta(seconds=self.pace.engine))
        except RPCError as error:
            _log.warning("a canary cannot be looked up: %s", error)
            return None
        pending = found.raw_description.pending_activities
        # Activities are numbered in the order of the queues; before the first, the workflow task itself waits.
        return queues[int(pending[0].activity_id) - 1] if pending else queues[0]

    async def _forget(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Delete a canary, so that canaries never fill the engine."""
        request = DeleteWorkflowExecutionRequest(
            namespace=self.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.result_run_id or ""),
        )
        try:
            await self.client.workflow_service.delete_workflow_execution(
                request, timeout=timedelta(seconds=self.pace.engine)
            )
        except RPCError as error:
            _log.warning("canary %s stays until the engine's retention ends: %s", handle.id, error)

    def _leave(self) -> None:
        _log.critical("this worker no longer gets on although the engine answers; leaving to be replaced")
        faulthandler.dump_traceback(all_threads=True)
        logging.shutdown()
        self.give_up(GAVE_UP)


def worker_name() -> str:
    """A name for this worker process that no other has."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class _CountedActivity(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, progress: Progress) -> None:
        super().__init__(next)
        self._progress = progress

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        finally:
            self._progress.made()


class _CountedWorkflow(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        _made()
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:
        _made()
        await super().handle_signal(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:
        _made()
        return await super().handle_query(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        _made()
        return await super().handle_update_handler(input)


def _made() -> None:
    workflow.extern_functions()[_PROGRESS]()
