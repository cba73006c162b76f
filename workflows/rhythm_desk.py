"""The front door to the work that comes back with the calendar: how it stands, run now, pause, resume.

Decides how a caller meets an engine that is away: with a sentence at once, since nobody waits for a button.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.rhythm import WorkOrder
from models.errors import ActionRefused, EngineUnavailable, HaochapingError
from models.readable import Readable
from models.rhythm import JobKind, JobPeriod, Schedule
from workflows.rhythm import RHYTHM_QUEUE, PeriodicWork, schedule_id

_NO_ANSWER = "流程引擎没有应答，定期工作的情况没有改变，请稍后重试。"
_AWAY = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}


@dataclass(frozen=True)
class RhythmDesk:
    """What people ask of the schedules. Every method raises EngineUnavailable while the engine is away."""

    client_of: Callable[[], Awaitable[Client]]
    """The connection to the engine. Raises EngineUnavailable."""
    queue: str = RHYTHM_QUEUE
    patience: timedelta = timedelta(seconds=5)
    """How long one call may take."""

    async def schedules(self, jurisdiction: str, kinds: Iterable[JobKind]) -> list[Schedule]:
        """Those of the kinds for which there is a schedule."""
        client, found = await self.client_of(), []
        for kind in kinds:
            try:
                async with _engine(self.patience):
                    handle = client.get_schedule_handle(schedule_id(jurisdiction, kind))
                    state = (await handle.describe(rpc_timeout=self.patience)).schedule.state
            except ActionRefused:
                continue
            found.append(Schedule(kind=kind, is_paused=state.paused, note=state.note or ""))
        return found

    async def run_now(
        self, jurisdiction: str, place_name: str, kind: JobKind, periods: tuple[JobPeriod, ...], by: str
    ) -> None:
        """Have the work done about these periods; while it is under way, asking again changes nothing."""
        order = WorkOrder(jurisdiction=jurisdiction, kind=kind, place_name=place_name, periods=periods, by=by)
        client = await self.client_of()
        async with _engine(self.patience):
            await client.start_workflow(
                PeriodicWork.run,
                order,
                id=_by_hand(order),
                task_queue=self.queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=Readable(f"{order.title}（人工）"),
                rpc_timeout=self.patience,
            )

    async def pause(self, jurisdiction: str, kind: JobKind, note: str) -> None:
        """Nothing is begun any more; what has begun goes on. Raises ActionRefused where there is no schedule."""
        client = await self.client_of()
        async with _engine(self.patience):
            await client.get_schedule_handle(schedule_id(jurisdiction, kind)).pause(
                note=note, rpc_timeout=self.patience
            )

    async def resume(self, jurisdiction: str, kind: JobKind, note: str) -> None:
        """It goes on with the next period. Raises ActionRefused where there is no schedule."""
        client = await self.client_of()
        async with _engine(self.patience):
            await client.get_schedule_handle(schedule_id(jurisdiction, kind)).unpause(
                note=note, rpc_timeout=self.patience
            )


def _by_hand(order: WorkOrder) -> str:
    about = "-".join(f"{period.first:%Y%m%d}-{period.last:%Y%m%d}" for period in order.periods)
    return f"{schedule_id(order.jurisdiction, order.kind)}-by-hand-{about}"


@asynccontextmanager
async def _engine(patience: timedelta) -> AsyncIterator[None]:
    """What the engine says, as a sentence; the SDK alone would go on asking for longer than people wait."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            yield
    except TimeoutError:
        raise EngineUnavailable(_NO_ANSWER) from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise ActionRefused("流程引擎中没有这项定期工作，可能刚被取消，请刷新页面。") from None
        if error.status in _AWAY:
            raise EngineUnavailable(_NO_ANSWER) from None
        raise HaochapingError(f"流程引擎拒绝了请求：{error}") from error
    except RuntimeError as error:
        # What a client says that has never been connected; RPCError is for one that was.
        if not str(error).startswith("Failed client connect"):
            raise
        raise EngineUnavailable(_NO_ANSWER) from None
