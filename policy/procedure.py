"""What follows from what on the plain path: dispatch, sign-off, callbacks, findings, remediation, the ending.

Each function takes the facts before and gives the facts after together with the step to record: the entry, the limits
that begin and end, the tasks, the notices and the reports. It decides no dates and does nothing by itself; whether an
action may be taken at all stands in `policy.transitions`. Its neighbours are `policy.appeals` (申诉), `policy.terms`
(延期、变更类别、暂停、放假安排), `policy.coordination` (退单、协办、领办、转交), `policy.oversight` (督查、回头看).
"""

from datetime import datetime, timedelta

from models.actions import (
    ConfirmFinding,
    Receipt,
    RecordCallback,
    RecordWithdrawal,
    RejectFinding,
    SignOff,
    SubmitRemediation,
    TriggerCallback,
)
from models.actors import Role
from models.callbacks import CallbackAttempt, CallbackKind, CallbackResult
from models.case import CaseEnding, CaseOrder, CaseState, Ending, Finding, FindingBasis, Stage
from models.clocks import Clock, ClockKind
from models.kinds import CaseSource
from models.notices import NoticeKind
from models.policy import ClockOrigin, FeedbackWay, InterviewTrigger, RemediationStart
from models.steps import Event, Recorded, Step, TaskKind
from policy.callbacks import attempts_of, is_unreachable, still_to_try
from policy.draft import Draft, Outcome
from policy.endings import end
from policy.stages import callback_due, handling_unit, remediation_limit, skips_callbacks, stage_of
from policy.terms import HELD_BY_ORDER
from policy.wording import receipt_text

_LAST_MOMENT = timedelta(seconds=1)
"""A limit that ends at 24:00 ends on that day; what is counted from its end is counted from that day."""

_BASES = {CaseSource.UNRESOLVED_WINDOW: FindingBasis.REPORTED, CaseSource.REPEATED: FindingBasis.REPEATED}
"""Sources whose cases are founded from the start: who stood at the window was heard there (GH-30)."""


def dispatched(order: CaseOrder, state: CaseState, now: datetime) -> Outcome:
    """转办: the sign-off limit and the 24 hours of the verification callback begin together (EZ-20, EZ-24, EZ-25)."""
    policy = order.policy
    draft = Draft(order, state, Event.DISPATCHED, now)
    draft.change(dispatched_at=now)
    _ask_for_sign_off(draft)
    if policy.remediation_clock_start is RemediationStart.DISPATCHED:
        draft.start(ClockKind.REMEDIATION, remediation_limit(order, draft.state))
    if basis := _BASES.get(order.source):
        draft.say("skipped", f"{order.source.label}，免予回访核实")
        draft.change(finding=Finding.FOUNDED, finding_basis=basis)
        return draft.done()
    if policy.appeal_enabled and order.source is CaseSource.RATING:
        draft.start(ClockKind.APPEAL_WINDOW, policy.appeal_window, silent=True, round_=1)
        draft.tell(NoticeKind.APPEAL_RIGHTS, Role.CLERK, ClockKind.APPEAL_WINDOW)
    if skips_callbacks(state, order):
        draft.say("skipped", f"{_nameless(order)}，免予回访核实")
        draft.change(finding=Finding.FOUNDED, finding_basis=FindingBasis.ANONYMOUS)
        return draft.done()
    if policy.verify_callback_clock_start is not ClockOrigin.SIGNED:
        since = order.assessed_at if policy.verify_callback_clock_start is ClockOrigin.EVALUATED else now
        draft.start(ClockKind.VERIFICATION, policy.verify_callback_limit, since=since)
    draft.open(TaskKind.VERIFICATION_CALLBACK, policy.verify_callback_actor, _running(draft, ClockKind.VERIFICATION))
    return draft.done()


def signed_off(order: CaseOrder, state: CaseState, message: SignOff, now: datetime) -> Outcome:
    """签收: the remediation limit begins, at the latest when the sign-off limit ended (EZ-20)."""
    draft = Draft(order, state, Event.SIGNED_OFF, now, message.actor)
    draft.change(signed_at=now, signed_by=message.actor.user, assignee=message.actor.user)
    begin_remediation_limit(draft, _earlier(now, state.clock(ClockKind.SIGN_OFF)))
    from_here = order.policy.verify_callback_clock_start is ClockOrigin.SIGNED
    if from_here and callback_due(draft.state, order) is CallbackKind.VERIFICATION:
        draft.start(ClockKind.VERIFICATION, order.policy.verify_callback_limit)
    draft.stop(ClockKind.SIGN_OFF)
    draft.close(TaskKind.SIGN_OFF)
    ask_for_remediation(draft)
    return draft.done()


def callback_triggered(order: CaseOrder, state: CaseState, message: TriggerCallback, now: datetime) -> Outcome:
    """发起回访: when no callback is due, an extra contact is opened whose result changes no stage."""
    draft = Draft(order, state, Event.CALLBACK_TRIGGERED, now, message.actor)
    draft.say("purpose", message.purpose)
    due = callback_due(state, order)
    draft.say("callback", (due or CallbackKind.CONTACT).label)
    if due is None:
        draft.change(contact_open=True)
        draft.open(TaskKind.CONTACT, message.actor.role)
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
    draft.say("evidence", "；".join(message.evidence))
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


def withdrawn(order: CaseOrder, state: CaseState, message: RecordWithdrawal, now: datetime) -> Outcome:
    """登记撤回评价: the citizen is not called again; the case stays, and what was wrong is still put right (EZ-42)."""
    draft = Draft(order, state, Event.WITHDRAWN, now, message.actor)
    draft.say("reason", message.reason)
    draft.change(withdrawn_at=now)
    if state.contact_open:
        draft.change(contact_open=False)
        draft.close(TaskKind.CONTACT)
    if stage_of(state) is Stage.POST_CALLBACK:
        end(draft, Ending.WITHDRAWN)
        return draft.done()
    if state.finding is None:
        draft.stop(ClockKind.VERIFICATION)
        draft.close(TaskKind.VERIFICATION_CALLBACK)
        _founded(draft, FindingBasis.WITHDRAWN)
    return draft.done()


def finding_confirmed(order: CaseOrder, state: CaseState, message: ConfirmFinding, now: datetime) -> Outcome:
    """确认不予采纳: the review does not count; the record stays (EZ-26)."""
    draft = Draft(order, state, Event.FINDING_CONFIRMED, now, message.actor)
    draft.say("finding", state.finding.label if state.finding else "")
    draft.say("reason", message.reason)
    draft.say("evidence", "；".join(message.evidence))
    draft.change(finding_confirmed=True)
    end(draft, Ending.NOT_ADOPTED)
    return draft.done()


def finding_rejected(order: CaseOrder, state: CaseState, message: RejectFinding, now: datetime) -> Outcome:
    """不同意不予采纳: the review is founded after all and is put right."""
    draft = Draft(order, state, Event.FINDING_REJECTED, now, message.actor)
    draft.say("reason", message.reason)
    draft.stop(ClockKind.CONFIRMATION)
    draft.close(TaskKind.CONFIRM_FINDING)
    draft.change(finding_evidence=False)
    _founded(draft, FindingBasis.SUPERVISOR)
    return draft.done()


def remediated(order: CaseOrder, state: CaseState, message: SubmitRemediation, now: datetime) -> Outcome:
    """提交整改情况: written feedback to the 12345 office, and the callback that decides (EZ-28, EZ-30)."""
    draft = Draft(order, state, Event.REMEDIATED, now, message.actor)
    draft.say("measures", message.measures)
    draft.say("evidence", "；".join(message.evidence))
    draft.say("round", str(state.round))
    draft.change(remediated_round=state.round, remediated_by=message.actor.user, extension=None, class_request=None)
    draft.stop(ClockKind.REMEDIATION, ClockKind.ADVISORY)
    draft.close(TaskKind.REMEDIATE, TaskKind.CO_HANDLE, TaskKind.DECIDE_EXTENSION, TaskKind.DECIDE_CLASS_CHANGE)
    draft.close(TaskKind.TAKE_OVER)
    draft.stop(ClockKind.PAUSE)
    draft.change(held=tuple(reason for reason in state.held if reason != HELD_BY_ORDER))
    if state.contact_open:
        draft.change(contact_open=False)
        draft.close(TaskKind.CONTACT)
    if order.policy.written_feedback:
        draft.report(NoticeKind.WRITTEN_FEEDBACK)
    if order.policy.feedback_to_evaluator is FeedbackWay.SMS:
        draft.tell_evaluator(NoticeKind.RESULT_FEEDBACK)
    if order.source is CaseSource.REPEATED:
        escalate(draft)
    elif state.withdrawn_at is not None:
        end(draft, Ending.WITHDRAWN)
    elif skips_callbacks(state, order):
        draft.say("skipped", f"{_nameless(order)}，免予整改后回访")
        end(draft, Ending.ANONYMOUS)
    elif not order.policy.post_callback_required:
        end(draft, Ending.REMEDIATED)
    else:
        draft.start(ClockKind.POST_CALLBACK, order.policy.post_callback_limit)
        draft.open(TaskKind.POST_CALLBACK, order.policy.post_callback_actor, ClockKind.POST_CALLBACK)
    return draft.done()


def under_the_calendar_found(step: Step, order: CaseOrder, found: str | None) -> Step:
    """The step under the calendar that its dispatch has found in force, when the action overtook that news."""
    if found is None or step.calendar_version != order.calendar_version:
        return step
    return step.model_copy(update={"calendar_version": found})


def with_dates(state: CaseState, recorded: Recorded) -> CaseState:
    """Take over the dates that came back, for the limits that still run and whose date is not asked for again."""
    changes: dict[str, object] = {}
    if recorded.calendar_version is not None and state.calendar_version is None:
        changes["calendar_version"] = recorded.calendar_version
    if recorded.clocks:
        dated = {
            clock.kind: clock
            for clock in recorded.clocks
            if state.running.get(clock.kind) == clock.round and state.moving.get(clock.kind, 0) <= recorded.seq
        }
        changes["moving"] = {kind: seq for kind, seq in state.moving.items() if kind not in dated}
        kept = [dated.pop(clock.kind, clock) for clock in state.clocks]
        changes["clocks"] = (*kept, *dated.values())
    return state.model_copy(update=changes) if changes else state


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


def ask_for_sign_off(draft: Draft) -> None:
    """A new sign-off limit and task, after a dispatch to another unit."""
    _ask_for_sign_off(draft)


def begin_remediation_limit(draft: Draft, since: datetime) -> None:
    """Let the remediation limit begin, if it does not run yet."""
    if ClockKind.REMEDIATION not in draft.state.running:
        draft.start(ClockKind.REMEDIATION, remediation_limit(draft.order, draft.state), since=since)


def last_moment(deadline: datetime) -> datetime:
    """The last second of a limit, on the day on which it ends."""
    return deadline - _LAST_MOMENT


def ask_for_remediation(draft: Draft) -> None:
    """Open the remediation task as soon as the case is signed for and founded."""
    if stage_of(draft.state) is Stage.REMEDIATION:
        draft.open(TaskKind.REMEDIATE, Role.OFFICER, ClockKind.REMEDIATION)


def escalate(draft: Draft) -> None:
    """Hand the case to the supervisors, who conclude it."""
    draft.change(escalated=True)
    draft.start(ClockKind.SUPERVISION, draft.policy.supervision_limit)
    draft.open(TaskKind.CONCLUDE, Role.SUPERVISOR, ClockKind.SUPERVISION)


def _ask_for_sign_off(draft: Draft) -> None:
    order = draft.order
    first = draft.state.sign_offs == 1
    evaluated = order.policy.signoff_clock_start is ClockOrigin.EVALUATED and first
    since = order.assessed_at if evaluated else draft.now
    draft.start(ClockKind.SIGN_OFF, order.policy.signoff_limit, since=since, round_=draft.state.sign_offs)
    unit = None if first else handling_unit(draft.state, order)
    draft.open(TaskKind.SIGN_OFF, Role.OFFICER, ClockKind.SIGN_OFF, unit=unit)


def _verification(draft: Draft, message: RecordCallback) -> None:
    attempts = attempts_of(draft.state.attempts, CallbackKind.VERIFICATION, draft.state.round)
    if message.result is not CallbackResult.REACHED:
        if not is_unreachable(attempts, draft.policy.callback_plan):
            draft.say("plan", still_to_try(attempts, draft.policy.callback_plan))
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
    draft.change(finding=message.finding, finding_basis=FindingBasis.CALLBACK, finding_evidence=bool(message.evidence))
    draft.start(ClockKind.CONFIRMATION, draft.policy.confirm_limit)
    draft.open(TaskKind.CONFIRM_FINDING, Role.SUPERVISOR, ClockKind.CONFIRMATION)


def _post_remediation(draft: Draft, message: RecordCallback) -> None:
    plan = draft.policy.callback_plan
    attempts = attempts_of(draft.state.attempts, CallbackKind.POST_REMEDIATION, draft.state.round)
    if message.result is not CallbackResult.REACHED:
        if not is_unreachable(attempts, plan):
            draft.say("plan", still_to_try(attempts, plan))
            return
        end(draft, Ending.UNREACHABLE)
        return
    draft.say("satisfied", "满意" if message.satisfied else "不满意")
    if message.satisfied:
        end(draft, Ending.SATISFIED)
        return
    draft.stop(ClockKind.POST_CALLBACK)
    draft.close(TaskKind.POST_CALLBACK)
    again = draft.state.round <= draft.policy.rework_rounds
    _ask_for_an_interview(draft, final=not again)
    if again:
        draft.change(round=draft.state.round + 1)
        begin_remediation_limit(draft, draft.now)
        ask_for_remediation(draft)
        if draft.policy.escalation_ladder:
            draft.say("measure", f"第{draft.state.round}轮整改，提级督促")
            for role in (Role.HEAD, Role.SUPERVISOR):
                draft.tell(NoticeKind.ESCALATED, role, ClockKind.REMEDIATION)
        return
    escalate(draft)


def _ask_for_an_interview(draft: Draft, final: bool) -> None:
    """约谈 where the policy wants one: for rework that did not satisfy, or for a limit that was missed (TA-23)."""
    wanted = draft.policy.interview_trigger
    poor = final and InterviewTrigger.POOR_REMEDIATION in wanted
    late = draft.state.was_late and InterviewTrigger.OVERDUE in wanted
    if poor or late:
        draft.ask_for_an_interview()


def _founded(draft: Draft, basis: FindingBasis) -> None:
    draft.say("finding", Finding.FOUNDED.label)
    draft.change(finding=Finding.FOUNDED, finding_basis=basis)
    cap = draft.policy.advisory_cap
    if cap is not None and basis not in (FindingBasis.UNREACHABLE, FindingBasis.WITHDRAWN):
        draft.start(ClockKind.ADVISORY, cap, warns=False)
    ask_for_remediation(draft)


def _nameless(order: CaseOrder) -> str:
    return "匿名评价" if order.source is CaseSource.RATING else "匿名反映"


def _running(draft: Draft, kind: ClockKind) -> ClockKind | None:
    return kind if kind in draft.state.running else None


def _earlier(now: datetime, clock: Clock | None) -> datetime:
    return min(now, last_moment(clock.due.deadline)) if clock is not None else now
