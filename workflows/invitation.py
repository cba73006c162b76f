"""The invitation to rate a matter (办件) that is done: somebody is reminded, and in the end rated by default.

Decides only the order: look, wait, look again. All that is done at a look is one transaction of one activity, which
also says when to look next; the moments therefore stand in the history and nowhere in this code. Until the first look
the engine holds nothing but the start: no worker has heard of the workflow yet.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.invitations import InvitationActivities
    from models.due import in_shanghai
    from models.ids import invitation_id
    from models.matters import InvitationLook, InvitationStanding, InvitationState, MatterRef
    from models.readable import Readable
    from workflows.options import STEP_RETRY, STEP_TIMEOUT


@workflow.defn
class EvaluationInvitation:
    """Sees to it that whoever may rate a matter is reminded once, and that the place's default follows."""

    @workflow.run
    async def run(self, matter: MatterRef) -> InvitationState:
        """Begin when the reminder is due; end with a rating, a default, or when the place asks for no more."""
        standing = await self._looked_after(matter)
        while standing.next_at is not None:
            await self._time_comes(standing, standing.next_at)
            standing = await self._looked_after(matter)
        return standing.state

    async def _looked_after(self, matter: MatterRef) -> InvitationStanding:
        """Somebody has rated, is reminded now, or is rated by default now."""
        return await workflow.execute_activity_method(
            InvitationActivities.look_after_invitation,
            InvitationLook(matter=matter, at=workflow.now()),
            start_to_close_timeout=STEP_TIMEOUT,
            retry_policy=STEP_RETRY,
            summary=Readable("看是否已评价；到时提醒，逾期按规定默认"),
        )

    async def _time_comes(self, standing: InvitationStanding, moment: datetime) -> None:
        """A rating that comes meanwhile is seen at the next look."""
        left = max(moment - workflow.now(), timedelta(0))
        until = f"{in_shanghai(moment):%Y-%m-%d %H:%M}"
        await workflow.sleep(left, summary=Readable(f"{standing.state.label}，{until} 再看"))


async def start_invitation(client: Client, matter: MatterRef, first_look_in: timedelta, queue: str) -> None:
    """Start the workflow of a matter, whose first task comes after that time; one that was started stays as it is."""
    try:
        await client.start_workflow(
            EvaluationInvitation.run,
            matter,
            id=invitation_id(matter.jurisdiction, matter.project_no),
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            start_delay=first_look_in if first_look_in > timedelta(0) else None,
            static_summary=Readable("评价邀请"),
        )
    except WorkflowAlreadyStartedError:
        return
