"""A workflow that waits on one timer and does nothing: what any waiting workflow on Temporal pays."""

from datetime import timedelta

from temporalio import workflow

DAYS = 30


@workflow.defn
class BareWait:
    """One timer."""

    @workflow.run
    async def run(self) -> None:
        """Wait, and end."""
        await workflow.sleep(timedelta(days=DAYS), summary="waits")
