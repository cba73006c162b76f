"""Many running cases while people act, and parts of the system are killed: what everybody may rely on afterwards.

All claims are about one run (`evidence`): the stack of `starter.py up`, a crowd acting at once, and these blows one
after the other: `kill -9` of worker, engine, database and all parts, a worker that stands still, Ctrl-C and `up`.
"""

from collections import Counter

import pytest
from temporalio.client import WorkflowExecutionStatus

from models.actions import Action
from models.case import Stage
from models.notices import MessageStatus
from models.steps import Event
from policy.stages import stage_of
from tests.recovery.blows import Blow
from tests.recovery.evidence import Evidence, keys_to_arrive, told

pytestmark = pytest.mark.timeout(3600)  # for the run itself, whose every wait has a limit of its own

_EVENTS = {
    Action.SIGN_OFF: Event.SIGNED_OFF,
    Action.TRIGGER_CALLBACK: Event.CALLBACK_TRIGGERED,
    Action.RECORD_CALLBACK: Event.CALLBACK_RECORDED,
    Action.CONFIRM_FINDING: Event.FINDING_CONFIRMED,
    Action.REJECT_FINDING: Event.FINDING_REJECTED,
    Action.SUBMIT_REMEDIATION: Event.REMEDIATED,
    Action.URGE: Event.URGED,
    Action.CONCLUDE: Event.CONCLUDED,
    Action.FILE_APPEAL: Event.APPEALED,
    Action.DECIDE_APPEAL: Event.APPEAL_DECIDED,
    Action.REQUEST_EXTENSION: Event.EXTENSION_REQUESTED,
    Action.DECIDE_EXTENSION: Event.EXTENSION_DECIDED,
    Action.REQUEST_CLASS_CHANGE: Event.CLASS_CHANGE_REQUESTED,
    Action.DECIDE_CLASS_CHANGE: Event.CLASS_CHANGE_DECIDED,
    Action.PAUSE: Event.PAUSED,
    Action.RESUME: Event.RESUMED,
    Action.RETURN_ORDER: Event.RETURNED,
    Action.REDISPATCH: Event.REDISPATCHED,
}


@pytest.mark.parametrize("blow", list(Blow))
def test_people_can_act_again_by_themselves_after(evidence: Evidence, blow: Blow) -> None:
    assert evidence.recoveries[blow]
    for recovery in evidence.recoveries[blow]:
        assert recovery.first_action > 0
        assert recovery.all_ready > 0


def test_a_worker_that_stands_still_is_replaced(evidence: Evidence) -> None:
    assert "工作进程连续 3 次检查没有通过（已有" in evidence.output


def test_every_case_reaches_its_ending(evidence: Evidence) -> None:
    for case_no, case in evidence.cases.items():
        assert (case.view.ending, case.view.round, case.view.stage) == (
            case.script.ending,
            case.script.rounds,
            Stage.CLOSED,
        ), case_no
        assert case.engine_status is WorkflowExecutionStatus.COMPLETED, case_no


def test_no_action_is_refused_however_often_it_is_sent(evidence: Evidence) -> None:
    assert evidence.refused == []


def test_an_action_sent_again_after_its_case_has_ended_gets_its_receipt_again(evidence: Evidence) -> None:
    assert evidence.repeated
    for acknowledged, answer in evidence.repeated:
        assert answer == acknowledged.receipt, acknowledged.key


def test_every_acknowledged_action_is_in_the_ledger_as_its_receipt_says(evidence: Evidence) -> None:
    entries = {(no, entry.seq): entry for no, case in evidence.all_cases.items() for entry in case.entries}
    for each in evidence.acknowledged:
        receipt = each.receipt
        entry = entries[receipt.case_no, receipt.seq]
        assert (entry.event, entry.actor_user, entry.at, entry.stage) == (
            _EVENTS[each.act.action],
            each.act.user,
            receipt.at,
            receipt.stage,
        ), each.key


def test_every_action_happened_once_however_often_it_was_sent(evidence: Evidence) -> None:
    steps: dict[str, set[tuple[str, int]]] = {}
    for each in evidence.acknowledged:
        steps.setdefault(each.key, set()).add((each.receipt.case_no, each.receipt.seq))
    assert all(len(places) == 1 for places in steps.values())
    assert len({place for places in steps.values() for place in places}) == len(steps)
    for case_no, case in evidence.all_cases.items():
        keys = {key for key, places in steps.items() if next(iter(places))[0] == case_no}
        if case.counted_again_at is not None:
            keys.add(f"calendar-{evidence.notice.new.version}-{case_no}")
        assert case.accepted == Counter(keys), case_no
        assert case.succeeded == len(keys) == case.acts, case_no


def test_ledger_and_engine_agree_and_the_ledger_has_no_gap(evidence: Evidence) -> None:
    for case_no, case in evidence.cases.items():
        view, state = case.view, case.engine_state
        assert [entry.seq for entry in case.entries] == list(range(1, case.acts + 2)), case_no
        assert case.entries[0].event is Event.DISPATCHED, case_no
        assert view.seq == state.seq == len(case.entries), case_no
        assert (view.stage, view.round, view.ending) == (stage_of(state), state.round, state.ending), case_no
        assert (view.finding, view.signed_at, view.ended_at) == (state.finding, state.signed_at, state.ended_at), (
            case_no
        )


def test_every_closed_case_has_its_whole_history_in_its_file(evidence: Evidence) -> None:
    for case_no, case in evidence.all_cases.items():
        assert (case.files, case.file_events) == (1, case.engine_events), case_no


def test_every_message_was_sent(evidence: Evidence) -> None:
    assert Counter(record.status for record in evidence.outbox) == {MessageStatus.SENT: len(evidence.outbox)}


def test_every_receiver_has_each_message_once_and_no_other(evidence: Evidence) -> None:
    assert Counter((each.service, each.key) for each in evidence.arrived) == keys_to_arrive(evidence.outbox)
    assert [each for each in evidence.arrived if each.differing] == []


def test_a_case_told_people_what_its_undisturbed_twin_did(evidence: Evidence) -> None:
    twins = {id(case.script): told(case) for case in evidence.twins.values()}
    compared = 0
    for case_no, case in evidence.cases.items():
        if id(case.script) in twins:
            assert told(case) == twins[id(case.script)], case_no
            compared += 1
    assert compared == len(evidence.cases) - 1  # all but the one that was urged after every blow
