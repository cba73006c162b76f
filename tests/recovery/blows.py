"""The blows that the running system gets, and how long it takes until people can act again.

Decides what each blow is and when the system counts as recovered: every part that was lost is back by the supervisor's
own word, and an action that began after the blow has been acknowledged.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from adapters.settings import ProcessMark
from adapters.stack.parts import PartName
from tests.recovery.scripts import URGE
from tests.recovery.stack import Stack
from tests.support.crowd import Crowd

_BACK_WITHIN = 900.0  # seconds; only a run that fails waits so long


class Blow(StrEnum):
    """What happens to the system while people act; the value is how the printed table calls it."""

    WORKER_KILLED = "kill -9 worker"
    ENGINE_KILLED = "kill -9 temporal"
    DATABASE_KILLED = "kill -9 postgres"
    ALL_KILLED = "kill -9 all parts"
    WORKER_STOPPED = "SIGSTOP worker"
    CTRL_C = "Ctrl-C, up again"

    @property
    def lost(self) -> tuple[PartName, ...]:
        """The parts that the supervisor has to bring back."""
        return _LOST[self]


_LOST: dict[Blow, tuple[PartName, ...]] = {
    Blow.WORKER_KILLED: (PartName.WORKER,),
    Blow.ENGINE_KILLED: (PartName.ENGINE,),
    Blow.DATABASE_KILLED: (PartName.DATABASE,),
    Blow.ALL_KILLED: tuple(PartName),
    Blow.WORKER_STOPPED: (PartName.WORKER,),
    Blow.CTRL_C: (),
}


@dataclass(frozen=True)
class Recovery:
    """Seconds from the blow until the first action that began after it was acknowledged, and until all parts ran."""

    first_action: float
    all_ready: float


async def strike(blow: Blow, stack: Stack, crowd: Crowd, watched: str) -> Recovery:
    """Give the system one blow and wait until it has recovered; somebody urges the `watched` case right after it.

    It falls when every part that it is to hit is in its place: after an earlier one a worker may have left by itself.
    Raises AssertionError when a part does not come back within a quarter of an hour.
    """
    await until(lambda: all(stack.stands(part) for part in blow.lost), lambda: f"all parts run:\n{stack.output}")
    struck = time.monotonic()
    match blow:
        case Blow.CTRL_C:
            assert await asyncio.to_thread(stack.interrupt) == 0, stack.output
            starting = asyncio.create_task(asyncio.to_thread(stack.start))
        case Blow.WORKER_STOPPED:
            stopped = await asyncio.to_thread(stack.stop_progress, PartName.WORKER)
            starting = asyncio.create_task(_all_replaced(stack, {PartName.WORKER: stopped}))
        case _:
            starting = asyncio.create_task(_all_replaced(stack, stack.kill(*blow.lost)))
    after = time.monotonic()
    acting = asyncio.create_task(crowd.act(watched, URGE))
    await starting
    all_ready = time.monotonic() - struck
    await acting
    first = min(each.ended for each in crowd.acknowledged if each.begun >= after)
    return Recovery(first_action=first - struck, all_ready=all_ready)


async def until(claim: Callable[[], bool], what: Callable[[], str], within: float = _BACK_WITHIN) -> None:
    """Wait until the claim holds; fail with `what` when it does not in time."""
    deadline = time.monotonic() + within
    while not claim():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what()}"
        await asyncio.sleep(0.05)


async def _all_replaced(stack: Stack, lost: dict[PartName, ProcessMark]) -> None:
    await until(
        lambda: all(stack.record.parts[part] != mark and stack.stands(part) for part, mark in lost.items()),
        lambda: f"{', '.join(lost)} restored; it printed:\n{stack.output}",
    )
