"""What holds after every step of every case, whatever people did. Each sentence is one function.

`check` judges a case whose steps are all written down; `check_in_flight` what holds even while steps wait.
"""

from collections import Counter
from datetime import datetime

from models.actors import Role
from models.case import CaseOrder, CaseState, Ending, Stage
from models.clocks import Clock, ClockKind, RungKind
from models.kinds import CaseSource, Finding
from models.policy import AnonymousCase, ClockOrigin, Policy
from models.steps import Event, TaskKind
from policy.stages import handling_unit, stage_of
from policy.terms import HELD_BY_ORDER
from policy.transitions import possible_actions
from tests.properties.paper_case import PaperCase
from tests.properties.paper_ledger import Reached
from tests.support.worklist import WHAT_A_TASK_ASKS_FOR

_AFTER_THE_LIMIT = (RungKind.LIMIT, RungKind.REPEAT)


def check(case: PaperCase) -> None:
    """Everything that holds once all steps are written down."""
    assert not case.pending
    check_in_flight(case)
    _what_runs_has_dates(case.state)
    _nobody_waits_without_a_limit(case.state, case.order, case.now)
    for clock in case.state.clocks:
        _has_its_next_rung(clock, case.order.policy, case.now)
    _ledger_and_case_agree(case)
    _open_tasks_are_those_that_the_facts_ask_for(case)
    _every_open_task_can_be_done(case)
    if case.state.ending is not None:
        _an_ended_case_has_an_ending_and_a_reason_for_each_missed_limit(case)
    if case.state.archived:
        _an_archived_case_is_over(case)


def check_in_flight(case: PaperCase) -> None:
    """What holds even while steps wait to be written down."""
    _no_gap_in_the_numbers(case)
    _no_rung_twice(case.ledger.reached)
    for outcome in case.pending:
        assert outcome.step.facts.stage is stage_of(outcome.state)
    for step in case.ledger.steps:
        assert step.state is not None
        assert step.facts.stage is stage_of(CaseState.model_validate(step.state)), "stage and ledger agree"


def _no_gap_in_the_numbers(case: PaperCase) -> None:
    numbers = [step.seq for step in (*case.ledger.steps, *(outcome.step for outcome in case.pending))]
    assert numbers == list(range(1, case.state.seq + 1))
    times = [step.at for step in case.ledger.steps]
    assert times == sorted(times)


def _no_rung_twice(reached: list[Reached]) -> None:
    late = Counter(each for each in reached if each.rung in _AFTER_THE_LIMIT)
    assert not [each for each, times in late.items() if times > 1], "from the limit on, once for each deadline"
    warnings = Counter(
        (each.kind, each.round, each.rung, each.number) for each in reached if each.rung not in _AFTER_THE_LIMIT
    )
    assert not [each for each, times in warnings.items() if times > 1], "a warning comes once for ever"


def _what_runs_has_dates(state: CaseState) -> None:
    assert {clock.kind: clock.round for clock in state.clocks} == state.running, "a running limit has its dates"
    assert len(state.clocks) == len(state.running)
    assert not state.moving
    assert (ClockKind.PAUSE in state.running) == (HELD_BY_ORDER in state.held), "a pause ends with its ceiling"
    remediation = state.clock(ClockKind.REMEDIATION)
    assert state.stands_still == (remediation is not None and remediation.due.is_paused)
    for clock in state.clocks:
        assert clock.kind is ClockKind.REMEDIATION or not clock.due.is_paused


def _nobody_waits_without_a_limit(state: CaseState, order: CaseOrder, now: datetime) -> None:
    """Whoever has to act next has a running limit."""
    needed: set[ClockKind] = {ClockKind(kind.value) for kind in state.open_measures}
    if state.lookback_open:
        needed.add(ClockKind.LOOKBACK)
    if state.appeal is not None and state.appeal.upheld is None and state.ending is not Ending.NOT_ADOPTED:
        needed.add(ClockKind.APPEAL_CONFIRM if state.appeal.awaits_confirmation else ClockKind.APPEAL_REVIEW)
    if state.ending is None:
        needed |= _needed_while_open(state, order)
    assert needed <= state.running.keys(), f"without a limit: {needed - state.running.keys()}"
    if state.ending is not None and not state.archived and not needed:
        window = state.clock(ClockKind.APPEAL_WINDOW)
        assert window is not None, "an ended case waits for something that has a limit"
        assert now < window.due.deadline, "an ended case is archived when nothing may follow"


def _needed_while_open(state: CaseState, order: CaseOrder) -> set[ClockKind]:
    stage = stage_of(state)
    needed = {
        Stage.CONFIRMING: {ClockKind.CONFIRMATION},
        Stage.REMEDIATION: {ClockKind.REMEDIATION},
        Stage.POST_CALLBACK: {ClockKind.POST_CALLBACK},
        Stage.ESCALATED: {ClockKind.SUPERVISION},
    }.get(stage, set())
    needed = set(needed)
    if state.is_returned:
        needed.add(ClockKind.REDISPATCH)
    elif state.signed_at is None:
        needed.add(ClockKind.SIGN_OFF)
    if state.finding is None and (
        state.signed_at is not None or order.policy.verify_callback_clock_start is not ClockOrigin.SIGNED
    ):
        needed.add(ClockKind.VERIFICATION)
    if state.conference_open:
        needed.add(ClockKind.CONFERENCE)
    if state.extension is not None:
        needed.add(ClockKind.REMEDIATION)
    if state.stands_still:
        assert state.running.keys() & {ClockKind.PAUSE, ClockKind.APPEAL_REVIEW, ClockKind.APPEAL_CONFIRM}, (
            "a limit stands still only while somebody has to decide by a date"
        )
    return needed


def _has_its_next_rung(clock: Clock, policy: Policy, now: datetime) -> None:
    if clock.due.is_paused or clock.kind is ClockKind.APPEAL_WINDOW:
        assert clock.rungs == ()
        return
    ahead = [(rung.kind, rung.number) for rung in clock.rungs]
    claimed = {(passed.kind, passed.number) for passed in clock.passed}
    assert len(set(ahead)) == len(ahead)
    assert not set(ahead) & claimed
    assert all(rung.at > now for rung in clock.rungs[:1]), "what was due has come"
    assert [rung.at for rung in clock.rungs] == sorted(rung.at for rung in clock.rungs)
    if clock.kind.only_reminds:
        assert not clock.missed
        assert ((RungKind.LIMIT, 0) in claimed) != ((RungKind.LIMIT, 0) in ahead)
        return
    assert clock.missed == ((RungKind.LIMIT, 0) in claimed)
    if not clock.missed:
        (limit,) = (rung for rung in clock.rungs if rung.kind is RungKind.LIMIT)
        assert limit.at == clock.due.deadline
    steps = {(RungKind.REPEAT, step.after) for step in policy.escalation_ladder if step.after}
    if steps:
        assert steps == {each for each in (*claimed, *ahead) if each[0] is RungKind.REPEAT}, "no step is lost"
    elif not policy.escalation_ladder and clock.missed:
        assert len(ahead) == 1, "without a ladder the reminder comes each working day"


def _ledger_and_case_agree(case: PaperCase) -> None:
    state, ledger = case.state, case.ledger
    running = {row.kind: row.as_clock for row in ledger.running}
    assert running == {clock.kind: clock.model_copy(update={"rungs": ()}) for clock in state.clocks}
    step = ledger.steps[-1]
    rebuilt = CaseState.model_validate(step.state).model_copy(update={"clocks": state.clocks})
    assert rebuilt == state, "the state can be made again from the last step and the limits"
    assert ledger.overdue == state.is_overdue
    assert step.facts.paused == state.stands_still
    assert step.facts.unit == handling_unit(state, case.order)
    assert case.keepers == {(clock.kind, clock.round) for clock in state.clocks}, "each limit has one keeper"


def _open_tasks_are_those_that_the_facts_ask_for(case: PaperCase) -> None:
    found = Counter((task.kind, task.unit) for task in case.ledger.open_tasks)
    assert not [each for each, times in found.items() if times > 1], "nobody is asked twice for the same"
    assert {kind for kind, _ in found} == expected_tasks(case.state, case.order)
    waiting = {unit for unit, done in case.state.co_units.items() if not done}
    if case.state.ending is None and stage_of(case.state) not in (Stage.POST_CALLBACK, Stage.ESCALATED):
        assert {unit for kind, unit in found if kind is TaskKind.CO_HANDLE} == waiting
    for task in case.ledger.open_tasks:
        if task.unit is not None and task.kind is not TaskKind.CO_HANDLE:
            assert task.unit == handling_unit(case.state, case.order), f"{task.kind} lies with another unit"
        if task.clock is not None:
            assert case.state.running.get(task.clock) == task.round, f"{task.kind} under a limit that does not run"


def expected_tasks(state: CaseState, order: CaseOrder) -> set[TaskKind]:
    """Which tasks are open in a state, written down a second time without a look at how they came to be."""
    found = {TaskKind(kind.value) for kind in state.open_measures}
    found |= {TaskKind(kind) for kind in state.ladder_tasks}
    appeal = state.appeal
    asked = {
        TaskKind.LOOKBACK: state.lookback_open,
        TaskKind.REVIEW_APPEAL: appeal is not None and appeal.reviewed_by is None,
        TaskKind.CONFIRM_APPEAL: appeal is not None and appeal.awaits_confirmation,
        TaskKind.OVERSEE: state.is_overdue,
    }
    if state.ending is Ending.NOT_ADOPTED:
        asked |= {TaskKind.REVIEW_APPEAL: False, TaskKind.CONFIRM_APPEAL: False}
    if state.ending is None:
        asked |= _asked_while_open(state, order)
    return found | {kind for kind, is_asked in asked.items() if is_asked}


def _asked_while_open(state: CaseState, order: CaseOrder) -> dict[TaskKind, bool]:
    stage = stage_of(state)
    nobody = order.source is CaseSource.REPEATED or state.withdrawn_at is not None
    nobody = nobody or (order.anonymous and order.policy.anonymous_case is AnonymousCase.NO_CALLBACK)
    capped = state.returns >= order.policy.returns.times
    not_done = stage not in (Stage.POST_CALLBACK, Stage.ESCALATED)
    return {
        TaskKind.SIGN_OFF: state.signed_at is None and not state.is_returned,
        TaskKind.VERIFICATION_CALLBACK: state.finding is None and not nobody,
        TaskKind.CONFIRM_FINDING: state.finding in (Finding.MISTAKEN, Finding.MALICIOUS),
        TaskKind.REMEDIATE: stage is Stage.REMEDIATION,
        TaskKind.POST_CALLBACK: stage is Stage.POST_CALLBACK,
        TaskKind.CONTACT: state.contact_open,
        TaskKind.CONCLUDE: stage is Stage.ESCALATED,
        TaskKind.REDISPATCH: state.is_returned and not capped,
        TaskKind.DECIDE_UNIT: state.is_returned and capped,
        TaskKind.DECIDE_EXTENSION: state.extension is not None,
        TaskKind.DECIDE_CLASS_CHANGE: state.class_request is not None,
        TaskKind.CO_HANDLE: not_done and not all(state.co_units.values()),
        TaskKind.CONFERENCE: state.conference_open or TaskKind.CONFERENCE in state.ladder_tasks,
    }


def _every_open_task_can_be_done(case: PaperCase) -> None:
    """A task that nobody could do would lie on a list for ever."""
    for task in case.ledger.open_tasks:
        if task.kind in _waiting(case.state):
            continue
        offered = set(possible_actions(case.state, case.order, task.role, case.now))
        assert offered & WHAT_A_TASK_ASKS_FOR[task.kind], f"{task.kind} asks {task.role} for something impossible"


def _waiting(state: CaseState) -> set[TaskKind]:
    """What waits for others, who have tasks or limits of their own."""
    waiting = set()
    if state.stands_still:
        waiting.add(TaskKind.DECIDE_EXTENSION)
    if not all(state.co_units.values()):
        waiting.add(TaskKind.REMEDIATE)
    return waiting


def _an_ended_case_has_an_ending_and_a_reason_for_each_missed_limit(case: PaperCase) -> None:
    state, steps = case.state, case.ledger.steps
    assert state.ended_at is not None
    assert state.finding is not None
    assert [step for step in steps if step.details.get("ending") == str(state.ending and state.ending.label)]
    said = {
        (step.rung.clock.kind, step.rung.clock.round)
        for step in steps
        if step.rung is not None and step.rung.rung.kind is RungKind.LIMIT
    }
    for row in case.ledger.clocks.values():
        if row.missed_at is not None:
            assert (row.kind, row.round) in said, f"{row.kind} was missed and no entry says so"
            continue
        if row.kind.only_reminds or row.ended_at is None or row.ended_seq is None or row.due.is_paused:
            continue
        if row.ended_at >= row.due.deadline:
            assert steps[row.ended_seq - 1].actor, "it was over before anybody could be told: the late act says so"


def _an_archived_case_is_over(case: PaperCase) -> None:
    state = case.state
    assert state.ending is not None
    assert not state.running
    assert not state.open_measures
    assert not state.lookback_open
    assert not case.ledger.open_tasks
    assert case.ledger.steps[-1].seq == state.seq
    assert not any(possible_actions(state, case.order, role, case.now) for role in Role)
    assert [step.event for step in case.ledger.steps].count(Event.ARCHIVED) <= 1
