"""A case as the lists have it, turned back into facts, so that one table (`policy.transitions`) also answers here.

Decides who may look at a case, and for whom a deputy acts. Nothing is asked of the engine: what it would say follows
from the read model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from casework.ports import Front, Rules
from models.actions import Action
from models.actors import Actor, Role
from models.callbacks import CallbackKind
from models.case import CaseOrder, CaseState, Stage
from models.errors import ActionRefused, NotVisible
from models.steps import TaskKind
from models.views import CaseView, ClockView, TaskView
from policy.refusals import person_refusal
from policy.stages import callback_due
from policy.transitions import is_of_another_unit, is_own, possible_actions


@dataclass(frozen=True)
class Standing:
    """A case with its pinned rules, its limits and what is open in it, at one moment."""

    case: CaseView
    clocks: tuple[ClockView, ...]
    tasks: tuple[TaskView, ...]
    rules: Rules
    now: datetime

    @property
    def order(self) -> CaseOrder:
        """The dispatch, without the tags and the repeated cases. What has changed since stands in the state too."""
        return order_of(self.case, self.rules)

    @property
    def state(self) -> CaseState:
        """The facts that the stage and the possible actions follow from, with the limits that run."""
        running = tuple(clock for clock in self.clocks if clock.ended_at is None)
        kept = self.case.state or _from_before_states_were_kept(self.case, self.tasks, running)
        return kept.model_copy(update={"clocks": tuple(clock.as_clock for clock in running)})

    @property
    def callback_due(self) -> CallbackKind | None:
        """Which callback is due now."""
        return callback_due(self.state, self.order)

    def possible(self, roles: Iterable[Role] = Role) -> dict[Role, list[Action]]:
        """What people of those roles could do now; roles with nothing to do are left out."""
        state, order = self.state, self.order
        found = {role: possible_actions(state, order, role, self.now) for role in roles}
        return {role: actions for role, actions in found.items() if actions}

    def possible_for(self, actor: Actor) -> list[Action]:
        """What that very person could do now: also by unit, and by what the person did in the case before."""
        state, order = self.state, self.order
        return [
            action
            for action in possible_actions(state, order, actor.role, self.now)
            if _is_of_the_unit_for(action, actor, state, order) and person_refusal(action, actor, state, order) is None
        ]


def standing_of(context: Front, case: CaseView) -> Standing:
    """Where a case stands."""
    return Standing(
        case=case,
        clocks=tuple(context.reader.clocks(case.case_no)),
        tasks=tuple(context.reader.tasks_of_case(case.case_no)),
        rules=context.rules(case.policy_digest, case.calendar_version),
        now=context.now(),
    )


def order_of(case: CaseView, rules: Rules) -> CaseOrder:
    """The dispatch of a case as far as it is kept."""
    shared = {name: getattr(case, name) for name in CaseOrder.model_fields if name in CaseView.model_fields}
    return CaseOrder(**shared, window=case.window_no, policy=rules.policy)


def visible_case(context: Front, case_no: str, user: str | None) -> tuple[CaseView, Actor | None]:
    """The case and who looks at it; without a user, whoever runs this machine looks.

    The unit's people see the cases that their unit handles or helps with, a clerk only the own and those that name
    nobody; the others see all (EZ-41). Raises UnknownUser, UnknownCase, or NotVisible.
    """
    actor = context.people.actor(user) if user is not None else None
    case = context.reader.case(case_no)
    if actor is not None and (reason := invisible_because(context, case, actor)):
        raise NotVisible(reason)
    return case, actor


def rated_units(case: CaseView) -> set[str]:
    """The units to which the evaluator stays unknown: those that handle the case, help with it, or had it before."""
    state = case.state or CaseState()
    return {case.unit, *state.co_units, *state.former_units}


def invisible_because(context: Front, case: CaseView, actor: Actor) -> str | None:
    """Why somebody may not look at a case; None when they may."""
    state = case.state or CaseState()
    if not is_own(actor, state, order_of(case, context.rules(case.policy_digest, case.calendar_version))):
        name = context.people.unit(actor.unit).name
        return f"案件 {case.case_no} 不由您所在的单位（{name}）承办或协办，您不能查看或办理。"
    if actor.role is Role.CLERK and case.staff_no not in ("", actor.staff_no):
        return f"案件 {case.case_no} 评价的不是您本人，您不能查看或办理。"
    return None


def in_whose_name(context: Front, case: CaseView, actor: Actor, absent: str | None = None) -> Actor:
    """The actor as they act in this case: in the own name, or for a colleague whose deputy they are today (代理).

    Without `absent` it is the case's officer in charge, if the actor stands in for that officer. Raises UnknownUser for
    somebody who is not in the directory, and ActionRefused for somebody for whom the actor does not stand in.
    """
    if absent is None:
        if case.assignee in (None, actor.user) or case.assignee not in context.stands_in_for(actor.user):
            return actor
        return actor.model_copy(update={"acting_for": case.assignee})
    colleague = context.people.user(absent)
    if absent not in context.stands_in_for(actor.user):
        raise ActionRefused(
            f"您今天不是{colleague.name}（{absent}）的代理人，不能代为办理。"
            "代理由 deputy add 设定，deputy list 可以查看。"
        )
    return actor.model_copy(update={"acting_for": absent})


def stand_ins_of(context: Front, user_id: str) -> list[str]:
    """Who stands in for that user today, by id."""
    everybody = context.people.users()
    absent = next((user for user in everybody if user.id == user_id), None)
    if absent is None:
        return []
    colleagues = (user for user in everybody if (user.unit, user.role) == (absent.unit, absent.role))
    return [user.id for user in colleagues if user.id != user_id and user_id in context.stands_in_for(user.id)]


def _is_of_the_unit_for(action: Action, actor: Actor, state: CaseState, order: CaseOrder) -> bool:
    if action is Action.SUBMIT_CO_OPINION and actor.role.is_of_unit:
        return state.co_units.get(actor.unit) is False
    return not is_of_another_unit(action, actor, state, order)


def _from_before_states_were_kept(case: CaseView, tasks: Iterable[TaskView], running: Iterable[ClockView]) -> CaseState:
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
        contact_open=any(task.kind is TaskKind.CONTACT for task in tasks),
        running={clock.kind: clock.round for clock in running},
    )
