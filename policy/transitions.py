"""Who may do what in which stage, and what the refused person is told.

One table answers both the validator of the engine and the worklists. It decides on facts alone; what follows from an
action stands in `policy.procedure` and its neighbours. Whether this very person and this very message may is decided in
`policy.refusals`. The document and clause behind each row stand in the jurisdiction's policy, under `parameter`.
"""

from dataclasses import dataclass
from datetime import datetime

from models.actions import Action, HumanAction
from models.actors import Actor, Role
from models.callbacks import CallbackKind
from models.case import CaseOrder, CaseState, Stage
from models.policy import Appellant
from policy.refusals import closed_because, message_refusal, person_refusal
from policy.stages import callback_due, confirms_appeal, handling_unit, stage_of, supervisors_decide_the_unit


@dataclass(frozen=True)
class Rule:
    """One row of the table: the stages in which an action is possible, and the parameter with its source.

    `role` takes it everywhere; None where the policy says who does (`roles_for`). `next_step` says whether it belongs
    to the way forward, which a refused person is pointed to.
    """

    action: Action
    stages: frozenset[Stage]
    role: Role | None
    parameter: str
    next_step: bool = True


_ALL = frozenset(Stage)
_OPEN = _ALL - {Stage.CLOSED}
_UNSIGNED = frozenset({Stage.DISPATCHED, Stage.CONFIRMING})
_RUNNING = frozenset({Stage.DISPATCHED, Stage.CONFIRMING, Stage.REMEDIATION})
_TO_REMEDIATE = frozenset({Stage.REMEDIATION})

RULES: dict[Action, Rule] = {
    rule.action: rule
    for rule in (
        Rule(Action.SIGN_OFF, _UNSIGNED, Role.OFFICER, "signoff_limit"),
        Rule(Action.RETURN_ORDER, _UNSIGNED, Role.OFFICER, "returns", next_step=False),
        Rule(Action.REDISPATCH, frozenset({Stage.RETURNED, Stage.CONFIRMING}), None, "redispatch_limit"),
        Rule(Action.RECORD_CALLBACK, _OPEN, None, "verify_callback_actor"),
        Rule(Action.TRIGGER_CALLBACK, _OPEN, None, "verify_callback_actor", next_step=False),
        Rule(Action.RECORD_WITHDRAWAL, _OPEN, Role.HOTLINE, "verify_callback_actor", next_step=False),
        Rule(Action.CONFIRM_FINDING, frozenset({Stage.CONFIRMING}), Role.SUPERVISOR, "void_outcomes"),
        Rule(Action.REJECT_FINDING, frozenset({Stage.CONFIRMING}), Role.SUPERVISOR, "void_outcomes"),
        Rule(Action.SUBMIT_REMEDIATION, _TO_REMEDIATE, None, "class_limits"),
        Rule(Action.REQUEST_EXTENSION, _RUNNING, Role.OFFICER, "extension", next_step=False),
        Rule(Action.DECIDE_EXTENSION, _OPEN, None, "extension"),
        Rule(Action.REQUEST_CLASS_CHANGE, _RUNNING, Role.OFFICER, "classified_by", next_step=False),
        Rule(Action.DECIDE_CLASS_CHANGE, _OPEN, None, "classified_by"),
        Rule(Action.FILE_APPEAL, _ALL, None, "appeal_window", next_step=False),
        Rule(Action.ALLOW_LATE_APPEAL, _ALL, Role.SUPERVISOR, "appeal_window", next_step=False),
        Rule(Action.DECIDE_APPEAL, _ALL, Role.REVIEWER, "appeal_review_limit"),
        Rule(Action.CONFIRM_APPEAL, _ALL, None, "appeal_second_confirm"),
        Rule(Action.ASSIGN_CO_UNITS, _RUNNING, Role.SUPERVISOR, "coordination", next_step=False),
        Rule(Action.SUBMIT_CO_OPINION, _RUNNING | {Stage.RETURNED}, Role.OFFICER, "coordination"),
        Rule(Action.CONVENE_CONFERENCE, _OPEN, Role.SUPERVISOR, "coordination", next_step=False),
        Rule(Action.CONCLUDE_CONFERENCE, _OPEN, Role.SUPERVISOR, "coordination"),
        Rule(Action.TAKE_OVER, _OPEN, Role.HEAD, "coordination", next_step=False),
        Rule(Action.SET_PRIORITY, _OPEN, None, "priorities", next_step=False),
        Rule(Action.REASSIGN, _OPEN, None, "signoff_limit", next_step=False),
        Rule(Action.FORCE_CLAIM, _OPEN, Role.HEAD, "signoff_limit", next_step=False),
        Rule(Action.PAUSE, _RUNNING, Role.SUPERVISOR, "pause", next_step=False),
        Rule(Action.RESUME, _OPEN, Role.SUPERVISOR, "pause"),
        Rule(Action.URGE, _ALL, Role.SUPERVISOR, "escalation_ladder", next_step=False),
        Rule(Action.ISSUE_MEASURE, _ALL, Role.SUPERVISOR, "measure_limits", next_step=False),
        Rule(Action.FULFIL_MEASURE, _ALL, Role.SUPERVISOR, "measure_limits"),
        Rule(Action.CONCLUDE, frozenset({Stage.ESCALATED}), Role.SUPERVISOR, "supervision_limit"),
        Rule(Action.RECORD_LOOKBACK, frozenset({Stage.CLOSED}), Role.SUPERVISOR, "lookback"),
        Rule(Action.APPLY_CALENDAR, _ALL, None, "calendar", next_step=False),
    )
}


def roles_for(action: Action, state: CaseState, order: CaseOrder) -> tuple[Role, ...]:
    """Who takes an action in this case, the usual one first."""
    rule, policy = RULES[action], order.policy
    if rule.role is not None:
        return (rule.role,)
    match action:
        case Action.REDISPATCH:
            return (Role.SUPERVISOR,) if supervisors_decide_the_unit(state, order) else (policy.dispatcher,)
        case Action.RECORD_CALLBACK | Action.TRIGGER_CALLBACK:
            return _callers(action, state, order)
        case Action.SUBMIT_REMEDIATION:
            return (Role.OFFICER, Role.HEAD) if state.leader is not None else (Role.OFFICER,)
        case Action.DECIDE_EXTENSION:
            return (policy.extension_decided_by,)
        case Action.DECIDE_CLASS_CHANGE | Action.SET_PRIORITY:
            return (policy.classified_by,)
        case Action.FILE_APPEAL:
            by = {Appellant.STAFF: Role.CLERK, Appellant.UNIT: Role.HEAD}
            return tuple(by[each] for each in policy.appeal_by) or (Role.CLERK,)
        case Action.CONFIRM_APPEAL:
            return confirms_appeal(state)
        case Action.REASSIGN:
            return (Role.OFFICER, Role.HEAD)
        case _:
            return (Role.SUPERVISOR, Role.ADMIN)


def refusal(action: Action, message: HumanAction, state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    """Why this action cannot be taken now, as a sentence that says what is possible; None when it can."""
    because = refusal_of_person(action, message.actor, state, order, now)
    return because or message_refusal(action, message, state, order)


def refusal_of_person(action: Action, actor: Actor, state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    """Why that person cannot take the action now, whatever they fill in; None when they can."""
    rule = RULES[action]
    stage = stage_of(state)
    if state.archived or (stage is Stage.CLOSED and Stage.CLOSED not in rule.stages):
        ending = state.ending.label if state.ending else ""
        return f"案件 {order.case_no} 已结束（{ending}），不能再{action.label}。"
    roles = roles_for(action, state, order)
    if actor.role not in roles:
        who = "或".join(role.label for role in roles)
        said = f"“{action.label}”由{who}办理，您是{actor.role.label}。"
        return f"{said}{possible_now(state, order, now)}"
    if reason := _of_another_unit(action, actor, state, order):
        return reason
    if stage not in rule.stages:
        return f"案件目前{stage.label}，不能{action.label}。{possible_now(state, order, now)}"
    if reason := closed_because(action, state, order, now):
        return f"{reason}{possible_now(state, order, now)}"
    return person_refusal(action, actor, state, order)


def possible_actions(state: CaseState, order: CaseOrder, role: Role, now: datetime) -> list[Action]:
    """What a person of that role (in the handling unit, for its people) could do now, in the table's order."""
    stage = stage_of(state)
    if state.archived:
        return []
    return [
        rule.action
        for rule in RULES.values()
        if stage in rule.stages
        and role in roles_for(rule.action, state, order)
        and closed_because(rule.action, state, order, now) is None
    ]


def possible_now(state: CaseState, order: CaseOrder, now: datetime) -> str:
    """A sentence that names the next actions and whose they are."""
    nexts = [
        f"{roles_for(rule.action, state, order)[0].label}“{rule.action.label}”"
        for rule in RULES.values()
        if rule.next_step and stage_of(state) in rule.stages and closed_because(rule.action, state, order, now) is None
    ]
    return f"现在可以：{'、'.join(nexts)}。" if nexts else "现在没有可办的事项。"


def is_own(actor: Actor, state: CaseState, order: CaseOrder) -> bool:
    """Whether the case is the actor's to see: the unit's people see the cases of their unit, the others see all.

    A co-handling unit's people see the case too, and so do the clerks of a unit that the case lay with before.
    """
    if not actor.role.is_of_unit or actor.unit == handling_unit(state, order) or actor.unit in state.co_units:
        return True
    return actor.role is Role.CLERK and actor.unit in state.former_units


def is_of_another_unit(action: Action, actor: Actor, state: CaseState, order: CaseOrder) -> bool:
    """Whether the action belongs to the people of a unit that is not the actor's."""
    return _of_another_unit(action, actor, state, order) is not None


def _of_another_unit(action: Action, actor: Actor, state: CaseState, order: CaseOrder) -> str | None:
    if not actor.role.is_of_unit:
        return None
    if action is Action.SUBMIT_CO_OPINION:
        units = "、".join(state.co_units) or "尚未确定"
        return (
            None
            if actor.unit in state.co_units
            else f"“{action.label}”由协办单位（{units}）办理，您属于 {actor.unit}。"
        )
    if action is Action.FILE_APPEAL and actor.role is Role.CLERK and actor.unit in state.former_units:
        return None
    unit = handling_unit(state, order)
    return None if actor.unit == unit else f"“{action.label}”由承办单位（{unit}）办理，您属于 {actor.unit}，不能代办。"


def _callers(action: Action, state: CaseState, order: CaseOrder) -> tuple[Role, ...]:
    """Who calls: whom the policy names for the callback that is due; the hotline makes every other contact."""
    due = callback_due(state, order)
    actor = {
        CallbackKind.VERIFICATION: order.policy.verify_callback_actor,
        CallbackKind.POST_REMEDIATION: order.policy.post_callback_actor,
    }.get(due or CallbackKind.CONTACT, Role.HOTLINE)
    if action is Action.TRIGGER_CALLBACK:
        return tuple(dict.fromkeys((Role.HOTLINE, actor)))
    if due in (None, CallbackKind.CONTACT):
        return (Role.HOTLINE,)
    return (actor,)
