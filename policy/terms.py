"""What moves the remediation limit: extension (延期), another class, a pause, and a new holiday notice.

Each says what is to be worked out anew; the date itself comes back from the ledger.
"""

from datetime import datetime

from models.actions import (
    ApplyCalendar,
    DecideClassChange,
    DecideExtension,
    Pause,
    RequestClassChange,
    RequestExtension,
    Resume,
)
from models.actors import Role
from models.case import CaseOrder, CaseState, ClassRequest, ExtensionRequest
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import Change, Event, TaskKind
from policy.draft import Draft, Outcome
from policy.stages import class_of, holder_of, longest_extension, remediation_limit

HELD_BY_ORDER = "暂停"


def extension_requested(order: CaseOrder, state: CaseState, message: RequestExtension, now: datetime) -> Outcome:
    """申请延期: the limit goes on running until somebody above answers (EZ-29)."""
    draft = Draft(order, state, Event.EXTENSION_REQUESTED, now, message.actor)
    draft.say("until", message.until.isoformat())
    draft.say("reason", message.reason)
    draft.change(extension=ExtensionRequest(until=message.until, asked_by=message.actor.user))
    draft.open(TaskKind.DECIDE_EXTENSION, order.policy.extension_decided_by, ClockKind.REMEDIATION)
    return draft.done()


def extension_decided(order: CaseOrder, state: CaseState, message: DecideExtension, now: datetime) -> Outcome:
    """审批延期: granted ones are counted, and the ladder is planned again."""
    assert state.extension is not None
    draft = Draft(order, state, Event.EXTENSION_DECIDED, now, message.actor)
    draft.say("granted", "准予" if message.granted else "不予")
    draft.say("until", state.extension.until.isoformat())
    draft.say("reason", message.reason)
    draft.close(TaskKind.DECIDE_EXTENSION)
    if message.granted:
        draft.change(extensions=state.extensions + 1)
        draft.move(
            ClockKind.REMEDIATION,
            Change.EXTENDED,
            until=state.extension.until,
            extension=longest_extension(order, draft.state),
        )
    draft.change(extension=None)
    draft.tell(NoticeKind.EXTENSION_DECIDED, Role.OFFICER, ClockKind.REMEDIATION)
    return draft.done()


def class_change_requested(order: CaseOrder, state: CaseState, message: RequestClassChange, now: datetime) -> Outcome:
    """申请变更类别: somebody else decides."""
    draft = Draft(order, state, Event.CLASS_CHANGE_REQUESTED, now, message.actor)
    draft.say("case_class", message.case_class.label)
    draft.say("reason", message.reason)
    draft.change(class_request=ClassRequest(case_class=message.case_class, asked_by=message.actor.user))
    draft.open(TaskKind.DECIDE_CLASS_CHANGE, order.policy.classified_by)
    return draft.done()


def class_change_decided(order: CaseOrder, state: CaseState, message: DecideClassChange, now: datetime) -> Outcome:
    """审批变更类别: the new class's limit is counted from the old start, so the time already used is kept."""
    assert state.class_request is not None
    wanted = state.class_request.case_class
    draft = Draft(order, state, Event.CLASS_CHANGE_DECIDED, now, message.actor)
    draft.say("granted", "准予" if message.granted else "不予")
    draft.say("case_class", wanted.label)
    draft.say("reason", message.reason)
    draft.close(TaskKind.DECIDE_CLASS_CHANGE)
    draft.change(class_request=None)
    if not message.granted:
        return draft.done()
    draft.say("old_class", class_of(state, order).label)
    draft.change(case_class=wanted)
    if ClockKind.REMEDIATION in state.running:
        draft.move(
            ClockKind.REMEDIATION,
            Change.RECLASSED,
            limit=remediation_limit(order, draft.state),
            extension=longest_extension(order, draft.state),
        )
        draft.tell(NoticeKind.CLASS_CHANGED, Role.OFFICER, ClockKind.REMEDIATION)
    return draft.done()


def paused(order: CaseOrder, state: CaseState, message: Pause, now: datetime) -> Outcome:
    """暂停计时: for one of the policy's reasons, and no longer than its ceiling."""
    rule = order.policy.pause
    assert rule.ceiling is not None
    draft = Draft(order, state, Event.PAUSED, now, message.actor)
    draft.say("reason", rule.reasons[message.reason_code])
    draft.say("note", message.note)
    draft.change(pauses=state.pauses + 1)
    draft.hold(HELD_BY_ORDER, why=rule.reasons[message.reason_code])
    draft.start(ClockKind.PAUSE, rule.ceiling, warns=False, round_=draft.state.pauses)
    return draft.done()


def resumed(order: CaseOrder, state: CaseState, message: Resume, now: datetime) -> Outcome:
    """恢复计时: the working days that were left run again."""
    draft = Draft(order, state, Event.RESUMED, now, message.actor)
    draft.say("reason", message.reason)
    draft.stop(ClockKind.PAUSE)
    draft.release(HELD_BY_ORDER)
    return draft.done()


def calendar_applied(order: CaseOrder, state: CaseState, message: ApplyCalendar, now: datetime) -> Outcome:
    """按新放假安排重新计算: every running limit; who ordered it and by which notice stays in the ledger."""
    draft = Draft(order, state, Event.CALENDAR_APPLIED, now, message.actor)
    draft.say("notice", message.notice)
    draft.say("calendar_version", message.calendar_version)
    draft.change(calendar_version=message.calendar_version)
    for kind in state.running:
        draft.move(kind, Change.RECOUNTED, why=message.notice)
        draft.tell(NoticeKind.DATE_MOVED, holder_of(kind, order.policy, state), kind)
    return draft.done()
