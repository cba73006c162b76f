"""What follows from what: the procedure of a bad review, one function for each thing that can happen.

Each function takes the facts before and gives the facts after together with the step to record: the entry, the limits
that begin and end, the tasks, the notices and the reports. It decides no dates and does nothing by itself; whether an
action may be taken at all stands in `policy.transitions`.
"""

from datetime import datetime

from models.actions import (
    Conclude,
    ConfirmFinding,
    Receipt,
    RecordCallback,
    RejectFinding,
    SignOff,
    SubmitRemediation,
    TriggerCallback,
    Urge,
)
from models.actors import Role
from models.callbacks import CallbackAttempt, CallbackKind, CallbackResult
from models.case import CaseEnding, CaseOrder, CaseState, Ending, Finding, FindingBasis, Stage
from models.clocks import Clock, ClockKind, Rung, RungKind
from models.due import Limit
from models.notices import NoticeKind
from models.policy import Policy
from models.steps import Event, Recorded, RungReached, TaskKind
from policy.callbacks import attempts_of, is_unreachable, still_to_try
from policy.draft import Draft, Outcome
from policy.transitions import callback_due, stage_of
from policy.wording import receipt_text


def dispatched(order: CaseOrder, state: CaseState, now: datetime) -> Outcome:
    """转办: the sign-off limit and the 24 hours of the verification callback begin together (EZ-20, EZ-24, EZ-25)."""
    draft = Draft(order, state, Event.DISPATCHED, now)
    draft.change(dispatched_at=now)
    draft.start(ClockKind.SIGN_OFF, order.policy.signoff_limit)
    draft.open(TaskKind.SIGN_OFF, Role.OFFICER, ClockKind.SIGN_OFF)
    if order.anonymous:
        draft.say("skipped", "匿名评价，免予回访核实")
        draft.change(finding=Finding.FOUNDED, finding_basis=FindingBasis.ANONYMOUS)
    else:
        draft.start(ClockKind.VERIFICATION, order.policy.verify_callback_limit)
        draft.open(TaskKind.VERIFICATION_CALLBACK, order.policy.verify_callback_actor, ClockKind.VERIFICATION)
    return draft.done()


def signed_off(order: CaseOrder, state: CaseState, message: SignOff, now: datetime) -> Outcome:
    """签收: the remediation limit begins, at the latest when the sign-off limit ended (EZ-20)."""
    draft = Draft(order, state, Event.SIGNED_OFF, now, message.actor)
    draft.change(signed_at=now, signed_by=message.actor.user)
    _begin_remediation_limit(draft, _earlier(now, state.clock(ClockKind.SIGN_OFF)))
    draft.stop(ClockKind.SIGN_OFF)
    draft.close(TaskKind.SIGN_OFF)
    _ask_for_remediation(draft)
    return draft.done()


def callback_triggered(order: CaseOrder, state: CaseState, message: TriggerCallback, now: datetime) -> Outcome:
    """发起回访: when no callback is due, an extra contact is opened whose result changes no stage."""
    draft = Draft(order, state, Event.CALLBACK_TRIGGERED, now, message.actor)
    draft.say("purpose", message.purpose)
    due = callback_due(state, order)
    draft.say("callback", (due or CallbackKind.CONTACT).label)
    if due is None:
        draft.change(contact_open=True)
        draft.open(TaskKind.CONTACT, Role.HOTLINE)
    return draft.done()


def callback_recorded(order: CaseOrder, state: CaseState, message: RecordCallback, now: datetime) -> Outcome:
    """登记回访: the attempt is kept, and its result drives the case."""
    draft = Draft(order, state, Event.CALLBACK_RECORDED, now, message.actor)
    kind = callback_due(state, order) or CallbackKind.CONTACT
    attempt = CallbackAttempt(kind=kind, round=state.round, at=now, by=message.actor.user, result=message.result)
    draft.change(attempts=(*state.attempts, attempt))
    draft.say("callback", kind.label)
    draft.say("result", message.result.label)
    draft.say("note", message.note)
    match kind:
        case CallbackKind.VERIFICATION:
            _verification(draft, message)
        case CallbackKind.POST_REMEDIATION:
            _post_remediation(draft, message)
        case CallbackKind.CONTACT:
            pass
    if state.contact_open:
        draft.change(contact_open=False)
        draft.close(TaskKind.CONTACT)
    return draft.done()


def finding_confirmed(order: CaseOrder, state: CaseState, message: ConfirmFinding, now: datetime) -> Outcome:
    """确认不予采纳: the review does not count; the record stays (EZ-26)."""
    draft = Draft(order, state, Event.FINDING_CONFIRMED, now, message.actor)
    draft.say("finding", state.finding.label if state.finding else "")
    draft.say("reason", message.reason)
    draft.change(finding_confirmed=True)
    _end(draft, Ending.NOT_ADOPTED)
    return draft.done()


def finding_rejected(order: CaseOrder, state: CaseState, message: RejectFinding, now: datetime) -> Outcome:
    """不同意不予采纳: the review is founded after all and is put right."""
    draft = Draft(order, state, Event.FINDING_REJECTED, now, message.actor)
    draft.say("reason", message.reason)
    draft.stop(ClockKind.CONFIRMATION)
    draft.close(TaskKind.CONFIRM_FINDING)
    _founded(draft, FindingBasis.SUPERVISOR)
    return draft.done()


def remediated(order: CaseOrder, state: CaseState, message: SubmitRemediation, now: datetime) -> Outcome:
    """提交整改情况: written feedback to the 12345 office, and the callback that decides (EZ-28, EZ-30)."""
    draft = Draft(order, state, Event.REMEDIATED, now, message.actor)
    draft.say("measures", message.measures)
    draft.say("round", str(state.round))
    draft.change(remediated_round=state.round, remediated_by=message.actor.user)
    draft.stop(ClockKind.REMEDIATION, ClockKind.ADVISORY)
    draft.close(TaskKind.REMEDIATE)
    if order.policy.written_feedback:
        draft.report(NoticeKind.WRITTEN_FEEDBACK)
    if order.anonymous:
        draft.say("skipped", "匿名评价，免予整改后回访")
        _end(draft, Ending.ANONYMOUS)
    else:
        draft.start(ClockKind.POST_CALLBACK, order.policy.post_callback_limit)
        draft.open(TaskKind.POST_CALLBACK, order.policy.post_callback_actor, ClockKind.POST_CALLBACK)
    return draft.done()


def urged(order: CaseOrder, state: CaseState, message: Urge, now: datetime) -> Outcome:
    """催办: whoever has to act is told so by a supervisor."""
    draft = Draft(order, state, Event.URGED, now, message.actor)
    draft.say("reason", message.reason)
    for role in dict.fromkeys(holder_of(kind, order.policy) for kind in state.running):
        draft.tell(NoticeKind.URGED, role)
    return draft.done()


def concluded(order: CaseOrder, state: CaseState, message: Conclude, now: datetime) -> Outcome:
    """监督处理办结: a supervisor ends the case whose rework did not satisfy."""
    draft = Draft(order, state, Event.CONCLUDED, now, message.actor)
    draft.say("reason", message.reason)
    _end(draft, Ending.CONCLUDED)
    return draft.done()


def rung_reached(order: CaseOrder, state: CaseState, clock: Clock, rung: Rung, now: datetime) -> Outcome:
    """A limit warns, ends, or is still missed: the holder is told, and from the limit on the supervisors too."""
    draft = Draft(order, state, Event.RUNG_REACHED, now)
    draft.say("clock", clock.kind.label)
    draft.say("rung", rung.label)
    draft.rung = RungReached(clock=clock, rung=rung)
    holder = holder_of(clock.kind, order.policy)
    if rung.kind is RungKind.SHARE or clock.kind is ClockKind.ADVISORY:
        draft.pass_rung(clock)
        draft.tell(NoticeKind.CLOCK_WARNING, holder, clock.kind)
        return draft.done()
    draft.pass_rung(clock, missed=True)
    kind = NoticeKind.CLOCK_MISSED if rung.kind is RungKind.LIMIT else NoticeKind.CLOCK_STILL_MISSED
    for role in dict.fromkeys((holder, Role.SUPERVISOR)):
        draft.tell(kind, role, clock.kind)
    if clock.kind is ClockKind.SIGN_OFF:
        _begin_remediation_limit(draft, clock.due.deadline)
    return draft.done()


def holder_of(kind: ClockKind, policy: Policy) -> Role:
    """Who has to act before that limit ends."""
    match kind:
        case ClockKind.SIGN_OFF | ClockKind.REMEDIATION | ClockKind.ADVISORY:
            return Role.OFFICER
        case ClockKind.VERIFICATION:
            return policy.verify_callback_actor
        case ClockKind.POST_CALLBACK:
            return policy.post_callback_actor
        case ClockKind.CONFIRMATION | ClockKind.SUPERVISION:
            return Role.SUPERVISOR


def remediation_limit(order: CaseOrder, round_: int) -> Limit:
    """The limit of the case's class, and half of it, rounded up, for a rework (policy `class_limits`)."""
    limit = order.policy.class_limits[order.case_class.value]
    return limit if round_ == 1 else limit.half()


def with_dates(state: CaseState, recorded: Recorded) -> CaseState:
    """Take over the dates that came back, for the limits that still run."""
    dated = {clock.kind: clock for clock in recorded.clocks if state.running.get(clock.kind) == clock.round}
    kept = [dated.pop(clock.kind, clock) for clock in state.clocks]
    return state.model_copy(update={"clocks": (*kept, *dated.values())}) if recorded.clocks else state


def ending(order: CaseOrder, state: CaseState) -> CaseEnding:
    """What a case that has ended amounts to. Raises ValueError while it runs."""
    if state.ending is None or state.ended_at is None or state.finding is None:
        raise ValueError(f"{order.case_no} has not ended")
    return CaseEnding(
        case_no=order.case_no,
        ending=state.ending,
        finding=state.finding,
        ended_at=state.ended_at,
        rounds=state.round,
    )


def receipt(outcome: Outcome, state: CaseState) -> Receipt:
    """What the person who acted gets back, with the dates that are known by now."""
    step = outcome.step
    return Receipt(
        case_no=step.case_no,
        seq=step.seq,
        at=step.at,
        stage=step.facts.stage,
        said=receipt_text(step, state),
    )


def _verification(draft: Draft, message: RecordCallback) -> None:
    attempts = attempts_of(draft.state.attempts, CallbackKind.VERIFICATION, draft.state.round)
    if message.result is not CallbackResult.REACHED:
        if not is_unreachable(attempts, draft.order.policy.callback_plan):
            draft.say("plan", still_to_try(attempts, draft.order.policy.callback_plan))
            return
        draft.say("finding", FindingBasis.UNREACHABLE.label)
    draft.stop(ClockKind.VERIFICATION)
    draft.close(TaskKind.VERIFICATION_CALLBACK)
    draft.change(found_by=message.actor.user)
    if message.finding in (None, Finding.FOUNDED):
        basis = FindingBasis.CALLBACK if message.finding else FindingBasis.UNREACHABLE
        _founded(draft, basis)
        return
    draft.say("finding", message.finding.label)
    draft.change(finding=message.finding, finding_basis=FindingBasis.CALLBACK)
    draft.start(ClockKind.CONFIRMATION, draft.order.policy.confirm_limit)
    draft.open(TaskKind.CONFIRM_FINDING, Role.SUPERVISOR, ClockKind.CONFIRMATION)


def _post_remediation(draft: Draft, message: RecordCallback) -> None:
    plan = draft.order.policy.callback_plan
    attempts = attempts_of(draft.state.attempts, CallbackKind.POST_REMEDIATION, draft.state.round)
    if message.result is not CallbackResult.REACHED:
        if not is_unreachable(attempts, plan):
            draft.say("plan", still_to_try(attempts, plan))
            return
        _end(draft, Ending.UNREACHABLE)
        return
    draft.say("satisfied", "满意" if message.satisfied else "不满意")
    if message.satisfied:
        _end(draft, Ending.SATISFIED)
        return
    draft.stop(ClockKind.POST_CALLBACK)
    draft.close(TaskKind.POST_CALLBACK)
    if draft.state.round <= draft.order.policy.rework_rounds:
        draft.change(round=draft.state.round + 1)
        _begin_remediation_limit(draft, draft.now)
        _ask_for_remediation(draft)
        return
    draft.change(escalated=True)
    draft.start(ClockKind.SUPERVISION, draft.order.policy.supervision_limit)
    draft.open(TaskKind.CONCLUDE, Role.SUPERVISOR, ClockKind.SUPERVISION)


def _founded(draft: Draft, basis: FindingBasis) -> None:
    draft.say("finding", Finding.FOUNDED.label)
    draft.change(finding=Finding.FOUNDED, finding_basis=basis)
    cap = draft.order.policy.advisory_cap
    if cap is not None and basis is not FindingBasis.UNREACHABLE:
        draft.start(ClockKind.ADVISORY, cap, warns=False)
    _ask_for_remediation(draft)


def _ask_for_remediation(draft: Draft) -> None:
    if stage_of(draft.state) is Stage.REMEDIATION:
        draft.open(TaskKind.REMEDIATE, Role.OFFICER, ClockKind.REMEDIATION)


def _begin_remediation_limit(draft: Draft, since: datetime) -> None:
    if ClockKind.REMEDIATION not in draft.state.running:
        limit = remediation_limit(draft.order, draft.state.round)
        draft.start(ClockKind.REMEDIATION, limit, since=since)


def _end(draft: Draft, ending: Ending) -> None:
    draft.change(ending=ending, ended_at=draft.now, contact_open=False)
    draft.say("ending", ending.label)
    draft.stop(*draft.state.running)
    draft.close(*TaskKind)
    draft.tell(NoticeKind.NOT_ADOPTED if ending is Ending.NOT_ADOPTED else NoticeKind.CASE_CLOSED, Role.OFFICER)
    draft.report(NoticeKind.CLOSING_REPORT)
    draft.report(NoticeKind.ARCHIVE)


def _earlier(now: datetime, clock: Clock | None) -> datetime:
    return min(now, clock.due.deadline) if clock is not None else now
