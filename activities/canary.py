"""The canary's activity: it says which worker process it ran in, and nothing else."""

from dataclasses import dataclass

from temporalio import activity

CANARY = "Canary"
"""The workflow's type, by which the watchdog starts it without knowing the workflows."""


@dataclass(frozen=True)
class CanaryActivities:
    """`worker` names this worker process; the watchdog recognises its own worker by it."""

    worker: str

    @activity.defn
    async def sing(self) -> str:
        """The name of the worker process that this ran in."""
        return self.worker
