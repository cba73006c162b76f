"""Who may do what in which situation: the whole table, written by hand, and every sentence that a refused person reads.

`who_may_do_what.txt` says who is let in. `refusals.txt` holds what the others are told: line by line, to be read and
judged by people; `python -m tests.rules.refusal_table > tests/rules/refusals.txt` writes it anew.
"""

from itertools import product
from pathlib import Path

import pytest

from models.actions import Action
from models.actors import Role
from models.case import CaseState, Finding, FindingBasis, Stage
from policy.stages import stage_of
from policy.transitions import possible_actions, possible_now, refusal, roles_for
from tests.rules.refusal_table import told
from tests.rules.situations import FORMS, SITUATIONS, form, order_in, person_for
from tests.support.values import MOMENT, state_in

HERE = Path(__file__).parent
_BY_ROLE = {role.label: role for role in Role}
_BY_ACTION = {action.label: action for action in Action}


def _table() -> dict[str, set[tuple[Role, Action]]]:
    """Who may do what, as the file says it."""
    table: dict[str, set[tuple[Role, Action]]] = {}
    allowed: set[tuple[Role, Action]] = set()
    for line in (HERE / "who_may_do_what.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            situation, _, same_as = line[1:].partition("]")
            allowed = set(table[same_as.removeprefix(" 同 ")]) if same_as else set()
            table[situation] = allowed
        elif line and not line.startswith("#"):
            who, _, what = line.partition("：")
            for word in what.split():
                pair = _BY_ROLE[who], _BY_ACTION[word.lstrip("+-")]
                assert (pair in allowed) == word.startswith("-"), f"[{situation}] {who}：{word}"
                (allowed.discard if word.startswith("-") else allowed.add)(pair)
    return table


ALLOWED = _table()


def test_the_table_knows_every_situation() -> None:
    assert list(ALLOWED) == list(SITUATIONS)
    assert {stage_of(state) for state in SITUATIONS.values()} == set(Stage)


def test_every_action_is_possible_somewhere_and_refused_somewhere() -> None:
    for action in Action:
        assert 0 < sum(any(action is each for _, each in pairs) for pairs in ALLOWED.values()) < len(ALLOWED)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_action_in_every_situation_by_every_role(situation: str) -> None:
    state, order = SITUATIONS[situation], order_in(situation)
    for action, role in product(Action, Role):
        reason = refusal(action, form(action, person_for(action, role)), state, order, MOMENT)
        assert (reason is None) == ((role, action) in ALLOWED[situation]), f"{role} {action}: {reason}"
        if reason is not None:
            assert reason.endswith("。")
            assert "None" not in reason


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_worklist_offers_exactly_what_the_validator_takes(situation: str) -> None:
    state, order = SITUATIONS[situation], order_in(situation)
    offered = {(role, action) for role in Role for action in possible_actions(state, order, role, MOMENT)}
    assert offered == ALLOWED[situation]


@pytest.mark.parametrize("situation", [name for name, state in SITUATIONS.items() if not state.archived])
def test_a_wrong_role_is_told_whose_the_action_is_and_what_is_possible_now(situation: str) -> None:
    state, order = SITUATIONS[situation], order_in(situation)
    seen = 0
    for action in Action:
        right = roles_for(action, state, order)
        for role in set(Role) - set(right):
            reason = refusal(action, form(action, person_for(action, role)), state, order, MOMENT)
            assert reason is not None
            if reason.startswith("案件 ezhou-1 已结束"):
                continue
            whose = "或".join(each.label for each in right)
            now = possible_now(state, order, MOMENT)
            assert reason == f"“{action.label}”由{whose}办理，您是{role.label}。{now}"
            seen += 1
    assert seen > 20


def test_every_refusal_reads_as_the_file_says() -> None:
    expected = (HERE / "refusals.txt").read_text(encoding="utf-8").splitlines()
    assert told() == expected


@pytest.mark.parametrize("stage", Stage)
def test_the_made_up_states_are_in_their_stage(stage: Stage) -> None:
    assert stage_of(state_in(stage)) is stage


STAGES = [
    ({}, Stage.DISPATCHED, "nothing happened yet"),
    ({"signed_at": MOMENT}, Stage.DISPATCHED, "signed, but not verified"),
    ({"finding": Finding.FOUNDED}, Stage.DISPATCHED, "verified, but not signed"),
    ({"is_returned": True}, Stage.RETURNED, "sent back"),
    ({"is_returned": True, "finding": Finding.FOUNDED}, Stage.RETURNED, "sent back, verified meanwhile"),
    ({"is_returned": True, "finding": Finding.MISTAKEN}, Stage.CONFIRMING, "sent back, but found against"),
    ({"finding": Finding.MISTAKEN}, Stage.CONFIRMING, "found against before the sign-off"),
    ({"finding": Finding.MALICIOUS, "signed_at": MOMENT}, Stage.CONFIRMING, "found against after the sign-off"),
    ({"finding": Finding.FOUNDED, "signed_at": MOMENT}, Stage.REMEDIATION, "signed and founded"),
    (
        {"finding": Finding.FOUNDED, "signed_at": MOMENT, "finding_basis": FindingBasis.ANONYMOUS},
        Stage.REMEDIATION,
        "anonymous ones are founded from the start",
    ),
    ({"finding": Finding.FOUNDED, "signed_at": MOMENT, "remediated_round": 1}, Stage.POST_CALLBACK, "put right"),
    (
        {"finding": Finding.FOUNDED, "signed_at": MOMENT, "remediated_round": 1, "round": 2},
        Stage.REMEDIATION,
        "the second round has to be put right again",
    ),
]


@pytest.mark.parametrize(("facts", "stage", "why"), STAGES, ids=[row[-1] for row in STAGES])
def test_the_stage_follows_from_the_facts(facts: dict[str, object], stage: Stage, why: str) -> None:
    assert stage_of(CaseState().model_copy(update=facts)) is stage


def test_the_forms_are_those_of_actions_that_exist() -> None:
    assert set(FORMS) <= set(Action)
