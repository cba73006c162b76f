"""The activity that pushes to the provincial platform, and its port.

Decides how one run begins, shows that it is alive, and ends. What is pushed when, and what a failure means, is left to
`adapters.push_courier`.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from activities.courier import until_it_ends
from models.base import Value


class PushOrder(Value):
    """One run of the activity: for how many seconds before it comes back."""

    run_seconds: float


class PushReport(Value):
    """What one run did: records that the platform took, will not take, and said nothing of. `is_off`: no platform."""

    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    is_off: bool = False


class Pusher(Protocol):
    """What waits to be pushed, with the platform."""

    async def push(self, stop: asyncio.Event) -> PushReport:
        """Push what is due until `stop` is set; whatever is in hand then is finished first."""
        ...


@dataclass(frozen=True)
class PushActivities:
    """The activity that pushes; without a pusher this installation has no platform."""

    pusher: Pusher | None

    @activity.defn
    async def push(self, order: PushOrder) -> PushReport:
        """Push for `run_seconds`, or until the worker stops or the engine takes the run away."""
        if self.pusher is None:
            return PushReport(is_off=True)
        stop = asyncio.Event()
        pushing = asyncio.create_task(self.pusher.push(stop))
        try:
            await until_it_ends(pushing, order.run_seconds)
        finally:
            stop.set()
            report = await pushing
        return report
