"""The case workflow with a change that would break running cases, to show that the guard sees it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case import CaseEnding, CaseOrder

from workflows.case import BadReviewCase


@workflow.defn(name="BadReviewCase")
class CaseWithAnExtraTimer(BadReviewCase):
    """Waits a second before it dispatches."""

    @workflow.init
    def __init__(self, order: CaseOrder) -> None:
        super().__init__(order)

    @workflow.run
    async def run(self, order: CaseOrder) -> CaseEnding:
        """A new command in front of the recorded ones."""
        await workflow.sleep(1)
        return await super().run(order)
