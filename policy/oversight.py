"""Supervision: urging, the ladder of every limit, recorded escalations with their documents, conclusion, look-back."""

from datetime import datetime

from models.actions import Conclude, FulfilMeasure, IssueMeasure, RecordLookback, Urge
from models.actors import Role
from models.case import CaseOrder, CaseState, Ending
from models.clocks import Clock, ClockKind, Rung, RungKind
from models.kinds import MeasureKind
from models.notices import NoticeKind
from models.policy import LadderMeasure, LadderRung, RemediationStart
from models.steps import Event, RungReached, TaskKind
from policy.appeals import HELD_BY_APPEAL
from policy.draft import Draft, Outcome
from policy.endings import end, settle
from policy.procedure import ask_for_remediation, begin_remediation_limit, last_moment
from policy.stages import appeal_pending, holder_of
from policy.terms import HELD_BY_ORDER

CLOCK_OF = {kind: ClockKind(kind.value) for kind in MeasureKind}
TASK_OF = {kind: TaskKind(kind.value) for kind in MeasureKind}
ISSUING_TASK_OF = {kind: TaskKind(f"issue_{kind.value}") for kind in MeasureKind}

_LADDER_CLOCKS = (
    ClockKind.SIGN_OFF,
    ClockKind.REMEDIATION,
    ClockKind.VERIFICATION,
    ClockKind.POST_CALLBACK,
)
"""The limits whose ladder brings measures; for the others people are only told."""

_LADDER_TASKS = {
    LadderMeasure.TAKEOVER: (TaskKind.TAKE_OVER, Role.HEAD),
    LadderMeasure.CONFERENCE: (TaskKind.CONFERENCE, Role.SUPERVISOR),
} | {LadderMeasure(kind.value): (ISSUING_TASK_OF[kind], Role.SUPERVISOR) for kind in MeasureKind}


def urged(order: CaseOrder, state: CaseState, message: Urge, now: datetime) -> Outcome:
    """催办: whoever has to act is told so by a supervisor."""
    draft = Draft(order, state, Event.URGED, now, message.actor)
    draft.say("reason", message.reason)
    binding = (kind for kind in state.running if kind is not ClockKind.APPEAL_WINDOW)
    for role in dict.fromkeys(holder_of(kind, order.policy, state) for kind in binding):
        draft.tell(NoticeKind.URGED, role)
    return draft.done()


def concluded(order: CaseOrder, state: CaseState, message: Conclude, now: datetime) -> Outcome:
    """监督处理办结: a supervisor ends the case whose rework did not satisfy."""
    draft = Draft(order, state, Event.CONCLUDED, now, message.actor)
    draft.say("reason", message.reason)
    end(draft, Ending.CONCLUDED)
    return draft.done()


def measure_issued(order: CaseOrder, state: CaseState, message: IssueMeasure, now: datetime) -> Outcome:
    """下达督查措施: a document with a number, a limit of its own, and a task until it is written off."""
    kind = message.kind
    draft = Draft(order, state, Event.MEASURE_ISSUED, now, message.actor)
    draft.say("measure", kind.label)
    draft.say("document_no", message.document_no)
    draft.say("reason", message.reason)
    number = state.measures.get(kind, 0) + 1
    draft.change(measures=state.measures | {kind: number}, open_measures=(*state.open_measures, kind))
    draft.close(ISSUING_TASK_OF[kind])
    draft.start(CLOCK_OF[kind], order.policy.measure_limits[kind], round_=number)
    draft.open(TASK_OF[kind], Role.SUPERVISOR, CLOCK_OF[kind])
    for role in (Role.HEAD, Role.OFFICER):
        draft.tell(NoticeKind.MEASURE_ISSUED, role, CLOCK_OF[kind])
    return draft.done()


def measure_fulfilled(order: CaseOrder, state: CaseState, message: FulfilMeasure, now: datetime) -> Outcome:
    """督查措施销号: what came of it."""
    kind = message.kind
    draft = Draft(order, state, Event.MEASURE_FULFILLED, now, message.actor)
    draft.say("measure", kind.label)
    draft.say("outcome", message.outcome)
    draft.change(open_measures=tuple(each for each in state.open_measures if each is not kind))
    draft.stop(CLOCK_OF[kind])
    draft.close(TASK_OF[kind])
    settle(draft)
    return draft.done()


def looked_back(order: CaseOrder, state: CaseState, message: RecordLookback, now: datetime) -> Outcome:
    """登记回头看: solved, or the same case goes into another round with its shorter limit (GH-12)."""
    draft = Draft(order, state, Event.LOOKED_BACK, now, message.actor)
    draft.say("solved", "已解决" if message.solved else "未解决，重新整改")
    draft.say("note", message.note)
    draft.change(lookback_open=False)
    draft.stop(ClockKind.LOOKBACK)
    draft.close(TaskKind.LOOKBACK)
    if message.solved:
        settle(draft)
        return draft.done()
    held = (HELD_BY_APPEAL,) if appeal_pending(state) and order.policy.appeal_pauses_remediation else ()
    draft.change(ending=None, ended_at=None, escalated=False, round=state.round + 1, held=held)
    begin_remediation_limit(draft, now)
    ask_for_remediation(draft)
    return draft.done()


def rung_reached(order: CaseOrder, state: CaseState, clock: Clock, rung: Rung, now: datetime) -> Outcome:
    """A limit warns, ends, or is still missed: the holder is told, and from the limit on the others of the ladder."""
    draft = Draft(order, state, Event.RUNG_REACHED, now)
    draft.say("clock", clock.kind.label)
    draft.say("rung", rung.label)
    draft.rung = RungReached(clock=clock, rung=rung)
    holder = holder_of(clock.kind, order.policy, state)
    if clock.kind is ClockKind.PAUSE:
        draft.say("plan", "暂停已满上限，自动恢复计时")
        draft.stop(ClockKind.PAUSE)
        draft.release(HELD_BY_ORDER)
        return draft.done()
    if rung.warns or clock.kind.only_reminds:
        draft.pass_rung(clock)
        draft.tell(NoticeKind.CLOCK_WARNING, holder, clock.kind)
        return draft.done()
    draft.pass_rung(clock, missed=True)
    if rung.kind is RungKind.LIMIT:
        _follows_from_the_limit(draft, clock)
    _climb(draft, clock, rung)
    return draft.done()


def _follows_from_the_limit(draft: Draft, clock: Clock) -> None:
    """What a limit that passes brings by itself, whatever the ladder says."""
    state, policy = draft.state, draft.policy
    if clock.kind is ClockKind.SIGN_OFF and policy.remediation_clock_start is RemediationStart.SIGNED_OR_DUE:
        begin_remediation_limit(draft, last_moment(clock.due.deadline))
    if clock.kind is ClockKind.REMEDIATION:
        draft.change(was_late=True)
        if state.extension is not None:
            draft.say("extension", "延期申请到期未获答复，视为不予延期")
            draft.change(extension=None)
            draft.close(TaskKind.DECIDE_EXTENSION)


def _climb(draft: Draft, clock: Clock, rung: Rung) -> None:
    """Tell the people of this step of the ladder, ask for its measure; without a ladder supervisors are told."""
    holder = holder_of(clock.kind, draft.policy, draft.state)
    plain = NoticeKind.CLOCK_MISSED if rung.kind is RungKind.LIMIT else NoticeKind.CLOCK_STILL_MISSED
    step = _step_of_the_ladder(draft, clock, rung)
    if step is None:
        for role in dict.fromkeys((holder, Role.SUPERVISOR)):
            draft.tell(plain, role, clock.kind)
        return
    told = _told(step, holder)
    for role in told:
        draft.tell(plain, role, clock.kind)
    if clock.kind not in _LADDER_CLOCKS:
        return
    draft.say("measure", step.measure.label)
    if step.measure is LadderMeasure.SPECIAL_LEDGER:
        draft.change(special_ledger=True)
    if step.measure in (LadderMeasure.REMIND, LadderMeasure.URGE):
        return
    for role in told:
        draft.tell(NoticeKind.ESCALATED, role, clock.kind)
    _ask_for(draft, step.measure)


def _step_of_the_ladder(draft: Draft, clock: Clock, rung: Rung) -> LadderRung | None:
    """The step that this rung stands for; each round of rework begins one step higher."""
    ladder = draft.policy.escalation_ladder
    place = next((place for place, step in enumerate(ladder) if step.after == rung.number), None)
    if place is None:
        return None
    higher = draft.state.round - 1 if clock.kind in (ClockKind.REMEDIATION, ClockKind.POST_CALLBACK) else 0
    return ladder[min(place + higher, len(ladder) - 1)]


def _told(step: LadderRung, holder: Role) -> tuple[Role, ...]:
    """The holder and the roles of the step; the unit's people only where the unit is the one who is late."""
    unit_is_late = holder.is_of_unit
    others = (role for role in step.tell if unit_is_late or not role.is_of_unit)
    return tuple(dict.fromkeys((holder, *others)))


def _ask_for(draft: Draft, measure: LadderMeasure) -> None:
    """Ask once for what the ladder wants; several limits of a case may reach the same step."""
    if measure not in _LADDER_TASKS:
        return
    task, role = _LADDER_TASKS[measure]
    state = draft.state
    superfluous = {
        LadderMeasure.TAKEOVER: state.leader is not None,
        LadderMeasure.CONFERENCE: state.conference_open,
    }.get(measure, measure.value in [str(kind) for kind in state.open_measures])
    if not superfluous:
        draft.ask_once(task, role)
