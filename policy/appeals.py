"""申诉: the rated person contests the review, somebody who had no part in it decides (EZ-43, TA-24 to TA-26).

The appeal has its own limit beside the case; where the policy says so, the remediation limit stands still meanwhile.
"""

from datetime import datetime

from models.actions import AllowLateAppeal, ConfirmAppeal, DecideAppeal, FileAppeal
from models.actors import Role
from models.case import Appeal, CaseOrder, CaseState
from models.clocks import ClockKind
from models.kinds import Finding
from models.notices import NoticeKind
from models.policy import SecondConfirm
from models.steps import Event, TaskKind
from policy.draft import Draft, Outcome
from policy.endings import not_adopted_after_all, settle
from policy.stages import confirms_appeal

HELD_BY_APPEAL = "申诉复核"


def appealed(order: CaseOrder, state: CaseState, message: FileAppeal, now: datetime) -> Outcome:
    """提出申诉: the review limit begins, and the remediation limit stands still where the policy says so."""
    policy = order.policy
    draft = Draft(order, state, Event.APPEALED, now, message.actor)
    draft.say("reason", message.reason)
    draft.say("evidence", "；".join(message.evidence))
    if state.late_appeal_by is not None:
        draft.say("late_allowed_by", state.late_appeal_by)
    draft.change(
        appeal=Appeal(
            filed_at=now,
            filed_by=message.actor.user,
            by_unit=message.actor.role is Role.HEAD,
            late_allowed_by=state.late_appeal_by,
            has_evidence=bool(message.evidence),
        )
    )
    draft.stop(ClockKind.APPEAL_WINDOW)
    draft.start(ClockKind.APPEAL_REVIEW, policy.appeal_review_limit, round_=1)
    draft.open(TaskKind.REVIEW_APPEAL, Role.REVIEWER, ClockKind.APPEAL_REVIEW)
    if policy.appeal_pauses_remediation and state.ending is None:
        draft.hold(HELD_BY_APPEAL)
    return draft.done()


def late_appeal_allowed(order: CaseOrder, state: CaseState, message: AllowLateAppeal, now: datetime) -> Outcome:
    """准予逾期申诉: somebody answers in the own name for letting it in; a second period begins, and it is the last."""
    draft = Draft(order, state, Event.LATE_APPEAL_ALLOWED, now, message.actor)
    draft.say("reason", message.reason)
    draft.change(late_appeal_by=message.actor.user)
    draft.stop(ClockKind.APPEAL_WINDOW)
    draft.start(ClockKind.APPEAL_WINDOW, order.policy.appeal_window, silent=True, round_=2)
    draft.tell(NoticeKind.APPEAL_RIGHTS, Role.CLERK, ClockKind.APPEAL_WINDOW)
    return draft.done()


def appeal_decided(order: CaseOrder, state: CaseState, message: DecideAppeal, now: datetime) -> Outcome:
    """申诉复核: rejected at once, or upheld; the managing unit confirms where the policy asks for it."""
    draft = Draft(order, state, Event.APPEAL_DECIDED, now, message.actor)
    draft.say("upheld", "成立" if message.upheld else "不成立")
    draft.say("finding", message.finding.label if message.finding else "")
    draft.say("reason", message.reason)
    draft.say("evidence", "；".join(message.evidence))
    draft.stop(ClockKind.APPEAL_REVIEW)
    draft.close(TaskKind.REVIEW_APPEAL)
    appeal = _of(state).model_copy(
        update={
            "reviewed_by": message.actor.user,
            "finding": message.finding,
            "has_evidence": _of(state).has_evidence or bool(message.evidence),
        }
    )
    draft.change(appeal=appeal)
    if message.upheld and order.policy.appeal_second_confirm is SecondConfirm.MANAGING_UNIT:
        draft.start(ClockKind.APPEAL_CONFIRM, order.policy.appeal_confirm_limit, round_=1)
        draft.open(TaskKind.CONFIRM_APPEAL, confirms_appeal(state)[0], ClockKind.APPEAL_CONFIRM)
        return draft.done()
    _conclude(draft, message.upheld)
    return draft.done()


def appeal_confirmed(order: CaseOrder, state: CaseState, message: ConfirmAppeal, now: datetime) -> Outcome:
    """申诉确认: the managing unit, by another person, has the last word on an appeal that is to be upheld (TA-26).

    Where its head has a part in the case a supervisor may speak for it (`confirms_appeal`), and the entry says so.
    """
    draft = Draft(order, state, Event.APPEAL_CONFIRMED, now, message.actor)
    if message.actor.role is Role.SUPERVISOR:
        draft.say("instead_of", "单位负责人参与过本案，由监督人员代为确认")
    draft.say("confirmed", "同意" if message.confirmed else "不同意")
    draft.say("reason", message.reason)
    draft.stop(ClockKind.APPEAL_CONFIRM)
    draft.close(TaskKind.CONFIRM_APPEAL)
    _conclude(draft, message.confirmed)
    return draft.done()


def _conclude(draft: Draft, upheld: bool) -> None:
    appeal = _of(draft.state).model_copy(update={"upheld": upheld, "decided_at": draft.now})
    draft.change(appeal=appeal)
    draft.say("appeal_result", "申诉成立" if upheld else "申诉不成立")
    draft.tell(NoticeKind.APPEAL_DECIDED, Role.CLERK)
    draft.tell(NoticeKind.APPEAL_DECIDED, Role.OFFICER)
    if upheld:
        not_adopted_after_all(draft, appeal.finding or Finding.MISTAKEN)
        return
    if HELD_BY_APPEAL in draft.state.held:
        draft.release(HELD_BY_APPEAL)
    settle(draft)


def _of(state: CaseState) -> Appeal:
    assert state.appeal is not None  # the table of transitions lets nobody here without one
    return state.appeal
