"""An invitation with one timer more: what a careless change of the workflow would look like."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.matters import InvitationState, MatterRef


@workflow.defn(name="EvaluationInvitation")
class InvitationWithAnExtraTimer:
    """Waits before the first look."""

    @workflow.run
    async def run(self, matter: MatterRef) -> InvitationState:
        """Wait, and end."""
        await workflow.sleep(timedelta(minutes=1))
        return InvitationState.NONE
