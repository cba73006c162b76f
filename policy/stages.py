"""What the facts of a case amount to: its stage, its unit and class, the callback that is due, what may still follow.

Decides nothing that people do; who may do what stands in `policy.transitions`, what follows in `policy.procedure` and
its neighbours.
"""

from datetime import datetime

from models.actors import Role
from models.callbacks import CallbackKind
from models.case import CaseOrder, CaseState, Ending, Stage
from models.clocks import ClockKind
from models.due import Limit
from models.kinds import CaseClass, CaseSource, Finding, Priority
from models.policy import AnonymousCase, Policy


def stage_of(state: CaseState) -> Stage:
    """The stage that the facts amount to."""
    if state.ending is not None:
        return Stage.CLOSED
    if state.escalated:
        return Stage.ESCALATED
    if state.finding in (Finding.MISTAKEN, Finding.MALICIOUS):
        return Stage.CONFIRMING
    if state.is_returned:
        return Stage.RETURNED
    if state.finding is None or state.signed_at is None:
        return Stage.DISPATCHED
    return Stage.POST_CALLBACK if state.remediated_round == state.round else Stage.REMEDIATION


def handling_unit(state: CaseState, order: CaseOrder) -> str:
    """The unit that handles the case now."""
    return state.unit or order.unit


def class_of(state: CaseState, order: CaseOrder) -> CaseClass:
    """The class of the case now."""
    return state.case_class or order.case_class


def priority_of(state: CaseState, order: CaseOrder) -> Priority:
    """How fast the case is to be taken in hand now."""
    return state.priority or order.priority


def skips_callbacks(state: CaseState, order: CaseOrder) -> bool:
    """Whether nobody is to be called: an anonymous review, one that was taken back, a parent case."""
    if order.source is CaseSource.REPEATED or state.withdrawn_at is not None:
        return True
    return order.anonymous and order.policy.anonymous_case is AnonymousCase.NO_CALLBACK


def callback_due(state: CaseState, order: CaseOrder) -> CallbackKind | None:
    """Which callback is due now, None when the stage asks for none."""
    if skips_callbacks(state, order):
        return None
    stage = stage_of(state)
    if stage in (Stage.DISPATCHED, Stage.RETURNED) and state.finding is None:
        return CallbackKind.VERIFICATION
    if stage is Stage.POST_CALLBACK:
        return CallbackKind.POST_REMEDIATION
    return CallbackKind.CONTACT if state.contact_open else None


def remediation_limit(order: CaseOrder, state: CaseState) -> Limit:
    """The limit of the case's class, and half of it, rounded up, for a rework (policy `class_limits`)."""
    limit = order.policy.class_limits[class_of(state, order)]
    return limit if state.round == 1 else limit.half()


def longest_extension(order: CaseOrder, state: CaseState) -> Limit | None:
    """By how much the remediation limit may still be extended; None when it may not (policy `extension`)."""
    rule = order.policy.extension
    if state.extensions >= rule.times or class_of(state, order) not in rule.classes:
        return None
    return rule.longest or remediation_limit(order, state)


def supervisors_decide_the_unit(state: CaseState, order: CaseOrder) -> bool:
    """Whether the case has come back as often as the policy lets it (policy `returns`)."""
    return state.returns >= order.policy.returns.times


def appeal_pending(state: CaseState) -> bool:
    """Whether an appeal waits for its answer."""
    return state.appeal is not None and state.appeal.upheld is None and state.ending is not Ending.NOT_ADOPTED


def appeal_window_open(state: CaseState, now: datetime) -> bool:
    """Whether the rated person may still appeal without anybody's leave."""
    if ClockKind.APPEAL_WINDOW not in state.running:
        return False
    window = state.clock(ClockKind.APPEAL_WINDOW)
    return window is None or now < window.due.deadline


def confirms_appeal(state: CaseState) -> tuple[Role, ...]:
    """Who confirms an appeal that a reviewer would uphold, the one whose task it is first (TA-26).

    The unit's head. Where a head of the unit has taken the case over or filed the appeal, a supervisor: the unit may
    have no other head, and another one still may.
    """
    has_a_part = state.leader is not None or (state.appeal is not None and state.appeal.by_unit)
    return (Role.SUPERVISOR, Role.HEAD) if has_a_part else (Role.HEAD,)


def something_may_follow(state: CaseState, now: datetime) -> bool:
    """Whether an ended case still waits for something: an appeal, a recorded escalation, a look-back."""
    if state.open_measures or state.lookback_open or appeal_pending(state):
        return True
    if state.ending is Ending.NOT_ADOPTED or state.appeal is not None:
        return False
    return appeal_window_open(state, now)


def holder_of(kind: ClockKind, policy: Policy, state: CaseState) -> Role:
    """Who has to act before that limit ends."""
    match kind:
        case ClockKind.SIGN_OFF | ClockKind.REMEDIATION | ClockKind.ADVISORY:
            return Role.OFFICER
        case ClockKind.VERIFICATION:
            return policy.verify_callback_actor
        case ClockKind.POST_CALLBACK:
            return policy.post_callback_actor
        case ClockKind.REDISPATCH:
            return policy.dispatcher
        case ClockKind.APPEAL_WINDOW:
            return Role.CLERK
        case ClockKind.APPEAL_REVIEW:
            return Role.REVIEWER
        case ClockKind.APPEAL_CONFIRM:
            return confirms_appeal(state)[0]
        case _:
            return Role.SUPERVISOR
