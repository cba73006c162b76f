"""Periodic work as a careless change would make it: it asks nobody when it is due."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.rhythm import WorkOrder
    from models.rhythm import JobOutcome


@workflow.defn(name="PeriodicWork")
class WorkWithAnExtraTimer:
    """Waits a minute before anything else."""

    @workflow.run
    async def run(self, order: WorkOrder) -> list[JobOutcome]:
        """The extra timer comes first, which no recorded history has there."""
        del order
        await workflow.sleep(timedelta(minutes=1))
        return []
