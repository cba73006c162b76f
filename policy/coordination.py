"""Whose case it is: return and new dispatch (退单、改派), co-handling, conference, leader, officer in charge."""

from datetime import datetime

from models.actions import (
    AssignCoUnits,
    ConcludeConference,
    ConveneConference,
    ForceClaim,
    Reassign,
    Redispatch,
    ReturnOrder,
    SetPriority,
    SubmitCoOpinion,
    TakeOver,
)
from models.actors import Role
from models.callbacks import CallbackKind
from models.case import CaseOrder, CaseState
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.policy import InterviewTrigger
from models.steps import Event, TaskKind
from policy.draft import Draft, Outcome
from policy.procedure import ask_for_sign_off, begin_remediation_limit, last_moment
from policy.stages import callback_due, confirms_appeal, handling_unit, supervisors_decide_the_unit


def returned(order: CaseOrder, state: CaseState, message: ReturnOrder, now: datetime) -> Outcome:
    """退单: counted; when the policy's number is reached, the supervisors decide and their decision binds.

    The time is not given back: the remediation limit is counted from the end of the first sign-off limit, whoever will
    sign for the case, and it never stops.
    """
    policy = order.policy
    draft = Draft(order, state, Event.RETURNED, now, message.actor)
    draft.say("unit", handling_unit(state, order))
    draft.say("reason", policy.returns.reasons[message.reason_code])
    draft.say("note", message.note)
    draft.change(is_returned=True, returns=state.returns + 1, extension=None, class_request=None)
    draft.close(TaskKind.DECIDE_EXTENSION, TaskKind.DECIDE_CLASS_CHANGE)
    if clock := state.clock(ClockKind.SIGN_OFF):
        begin_remediation_limit(draft, last_moment(clock.due.deadline))
    draft.stop(ClockKind.SIGN_OFF)
    draft.close(TaskKind.SIGN_OFF)
    by_supervisors = supervisors_decide_the_unit(draft.state, order)
    draft.start(ClockKind.REDISPATCH, policy.redispatch_limit, round_=draft.state.returns)
    task, role = (TaskKind.DECIDE_UNIT, Role.SUPERVISOR) if by_supervisors else (TaskKind.REDISPATCH, policy.dispatcher)
    draft.open(task, role, ClockKind.REDISPATCH)
    return draft.done()


def redispatched(order: CaseOrder, state: CaseState, message: Redispatch, now: datetime) -> Outcome:
    """改派: another sign-off limit; after the last return the unit is fixed (指定承办)."""
    draft = Draft(order, state, Event.REDISPATCHED, now, message.actor)
    draft.say("unit", handling_unit(state, order))
    draft.say("to_unit", message.to_unit)
    draft.say("reason", message.reason)
    binding = supervisors_decide_the_unit(state, order)
    draft.say("binding", "指定承办，不得再退" if binding else "")
    former = handling_unit(state, order)
    draft.change(
        is_returned=False,
        unit=message.to_unit,
        former_units=tuple(dict.fromkeys((*state.former_units, former))),
        unit_is_binding=binding,
        sign_offs=state.sign_offs + 1,
        assignee=None,
        co_units={unit: done for unit, done in state.co_units.items() if unit != message.to_unit},
    )
    draft.stop(ClockKind.REDISPATCH)
    draft.close(TaskKind.REDISPATCH, TaskKind.DECIDE_UNIT)
    draft.close_of(TaskKind.CO_HANDLE, message.to_unit)
    ask_for_sign_off(draft)
    if message.to_unit != handling_unit(state, order):
        _hand_over_to_the_new_unit(draft)
    return draft.done()


def _hand_over_to_the_new_unit(draft: Draft) -> None:
    """What lies with the people of the unit goes to those of the new one; its own head leads it."""
    state, policy = draft.state, draft.policy
    verifying = callback_due(state, draft.order) is CallbackKind.VERIFICATION and policy.verify_callback_actor
    if verifying is Role.OFFICER:
        clock = ClockKind.VERIFICATION if ClockKind.VERIFICATION in state.running else None
        draft.close(TaskKind.VERIFICATION_CALLBACK)
        draft.open(TaskKind.VERIFICATION_CALLBACK, Role.OFFICER, clock)
    if TaskKind.TAKE_OVER in state.ladder_tasks:
        draft.close(TaskKind.TAKE_OVER)
        draft.change(ladder_tasks=state.ladder_tasks)
        draft.open(TaskKind.TAKE_OVER, Role.HEAD)
    draft.change(leader=None)
    _ask_who_confirms(draft)


def co_units_assigned(order: CaseOrder, state: CaseState, message: AssignCoUnits, now: datetime) -> Outcome:
    """确定协办单位: the list replaces the one before; opinions that were given stay (GH-09, GH-33)."""
    draft = Draft(order, state, Event.CO_UNITS_ASSIGNED, now, message.actor)
    wanted = dict.fromkeys(message.units)
    draft.say("units", "、".join(wanted) or "无")
    draft.say("reason", message.reason)
    for unit in state.co_units:
        if unit not in wanted:
            draft.close_of(TaskKind.CO_HANDLE, unit)
    draft.change(co_units={unit: state.co_units.get(unit, False) for unit in wanted})
    clock = ClockKind.REMEDIATION if ClockKind.REMEDIATION in state.running else None
    for unit in wanted:
        if unit not in state.co_units:
            draft.open(TaskKind.CO_HANDLE, Role.OFFICER, clock, unit=unit)
    return draft.done()


def co_opinion_submitted(order: CaseOrder, state: CaseState, message: SubmitCoOpinion, now: datetime) -> Outcome:
    """提交协办意见: the lead unit is told."""
    draft = Draft(order, state, Event.CO_OPINION_SUBMITTED, now, message.actor)
    draft.say("unit", message.actor.unit)
    draft.say("opinion", message.opinion)
    draft.change(co_units=state.co_units | {message.actor.unit: True})
    draft.close_of(TaskKind.CO_HANDLE, message.actor.unit)
    return draft.done()


def conference_convened(order: CaseOrder, state: CaseState, message: ConveneConference, now: datetime) -> Outcome:
    """召开联席会议: the units are invited, and the conference has a limit (GH-09)."""
    draft = Draft(order, state, Event.CONFERENCE_CONVENED, now, message.actor)
    draft.say("units", "、".join(message.units))
    draft.say("reason", message.reason)
    draft.change(conference_open=True, conferences=state.conferences + 1)
    draft.close(TaskKind.CONFERENCE)
    draft.start(ClockKind.CONFERENCE, order.policy.conference_limit, round_=draft.state.conferences)
    draft.open(TaskKind.CONFERENCE, Role.SUPERVISOR, ClockKind.CONFERENCE)
    for unit in dict.fromkeys(message.units):
        draft.tell(NoticeKind.CONFERENCE, Role.HEAD, unit=unit)
    return draft.done()


def conference_concluded(order: CaseOrder, state: CaseState, message: ConcludeConference, now: datetime) -> Outcome:
    """登记会议结论."""
    draft = Draft(order, state, Event.CONFERENCE_CONCLUDED, now, message.actor)
    draft.say("conclusion", message.conclusion)
    draft.change(conference_open=False)
    draft.stop(ClockKind.CONFERENCE)
    draft.close(TaskKind.CONFERENCE)
    return draft.done()


def taken_over(order: CaseOrder, state: CaseState, message: TakeOver, now: datetime) -> Outcome:
    """领导领办: the head answers for the case from now on; an interview follows where the policy wants one (GH-08)."""
    draft = Draft(order, state, Event.TAKEN_OVER, now, message.actor)
    draft.say("reason", message.reason)
    draft.change(leader=message.actor.user)
    draft.close(TaskKind.TAKE_OVER)
    _ask_who_confirms(draft)
    if state.assignee is not None:
        draft.tell(NoticeKind.REASSIGNED, Role.OFFICER, user=state.assignee)
    if InterviewTrigger.TAKEOVER in order.policy.interview_trigger:
        draft.ask_for_an_interview()
    return draft.done()


def priority_set(order: CaseOrder, state: CaseState, message: SetPriority, now: datetime) -> Outcome:
    """确定优先级: it orders the worklists (GH-06)."""
    draft = Draft(order, state, Event.PRIORITY_SET, now, message.actor)
    draft.say("priority", message.priority.label)
    draft.say("reason", message.reason)
    draft.change(priority=message.priority)
    return draft.done()


def reassigned(order: CaseOrder, state: CaseState, message: Reassign, now: datetime) -> Outcome:
    """转交经办人: the tasks of the one in charge are the other's from now on."""
    draft = Draft(order, state, Event.REASSIGNED, now, message.actor)
    draft.say("from", state.assignee or "")
    draft.say("to", message.to)
    draft.say("reason", message.reason)
    draft.change(assignee=message.to)
    draft.tell(NoticeKind.REASSIGNED, Role.OFFICER, user=message.to)
    if state.assignee is not None:
        draft.tell(NoticeKind.REASSIGNED, Role.OFFICER, user=state.assignee)
    return draft.done()


def force_claimed(order: CaseOrder, state: CaseState, message: ForceClaim, now: datetime) -> Outcome:
    """强制接办: the head takes the case from whoever holds it; the reason stays in the ledger."""
    draft = Draft(order, state, Event.FORCE_CLAIMED, now, message.actor)
    draft.say("from", state.assignee or "")
    draft.say("reason", message.reason)
    draft.change(assignee=message.actor.user, leader=message.actor.user)
    draft.close(TaskKind.TAKE_OVER)
    _ask_who_confirms(draft)
    if state.assignee is not None:
        draft.tell(NoticeKind.REASSIGNED, Role.OFFICER, user=state.assignee)
    return draft.done()


def _ask_who_confirms(draft: Draft) -> None:
    """An appeal that waits for its confirmation goes to whoever may give it now (`confirms_appeal`)."""
    if ClockKind.APPEAL_CONFIRM in draft.state.running:
        draft.close(TaskKind.CONFIRM_APPEAL)
        draft.open(TaskKind.CONFIRM_APPEAL, confirms_appeal(draft.state)[0], ClockKind.APPEAL_CONFIRM)
