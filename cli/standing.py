"""A case as the lists have it, turned back into facts, so that one table (`policy.transitions`) also answers here.

Decides who may look at a case. Nothing is asked of the engine: what it would say follows from the read model.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cli.context import Context, Rules
from models.actions import Action
from models.actors import Actor, Role
from models.callbacks import CallbackKind
from models.case import CaseOrder, CaseState, Stage
from models.errors import ActionRefused
from models.steps import TaskKind
from models.views import CaseView, TaskView
from policy.transitions import callback_due, possible_actions


@dataclass(frozen=True)
class Standing:
    """A case with its pinned rules and what is open in it."""

    case: CaseView
    tasks: tuple[TaskView, ...]
    rules: Rules

    @property
    def order(self) -> CaseOrder:
        """The dispatch, without the tags."""
        shared = {name: getattr(self.case, name) for name in CaseOrder.model_fields if name in CaseView.model_fields}
        return CaseOrder(**shared, policy=self.rules.policy)

    @property
    def state(self) -> CaseState:
        """The facts that the stage and the possible actions follow from."""
        case = self.case
        fed_back = case.stage in (Stage.POST_CALLBACK, Stage.ESCALATED, Stage.CLOSED)
        return CaseState(
            seq=case.seq,
            dispatched_at=case.dispatched_at,
            signed_at=case.signed_at,
            finding=case.finding,
            round=case.round,
            remediated_round=case.round if fed_back else case.round - 1,
            escalated=case.stage is Stage.ESCALATED,
            ending=case.ending,
            ended_at=case.ended_at,
            contact_open=any(task.kind is TaskKind.CONTACT for task in self.tasks),
        )

    @property
    def callback_due(self) -> CallbackKind | None:
        """Which callback is due now."""
        return callback_due(self.state, self.order)

    def possible(self, roles: Iterable[Role] = Role) -> dict[Role, list[Action]]:
        """What people of those roles could do now; roles with nothing to do are left out."""
        found = {role: possible_actions(self.state, self.order, role) for role in roles}
        return {role: actions for role, actions in found.items() if actions}


def standing_of(context: Context, case: CaseView) -> Standing:
    """Where a case stands."""
    tasks = tuple(context.reader.tasks_of_case(case.case_no))
    return Standing(case, tasks, context.rules(case.policy_digest, case.calendar_version))


def visible_case(context: Context, case_no: str, user: str | None) -> tuple[CaseView, Actor | None]:
    """The case and who looks at it; without a user, whoever runs this machine looks.

    An officer sees the cases of the own unit, the others see all (EZ-41). Raises UnknownUser, UnknownCase, or
    ActionRefused for another unit's case.
    """
    actor = context.people.actor(user) if user is not None else None
    case = context.reader.case(case_no)
    if actor is not None and actor.role.is_of_unit and actor.unit != case.unit:
        name = context.people.unit(actor.unit).name
        raise ActionRefused(f"案件 {case_no} 不由您所在的单位（{name}）承办，您不能查看或办理。")
    return case, actor
