"""Who may do what in which stage: the whole table, and what follows in the stage."""

import pytest

from models.actions import MESSAGES, Action
from models.actors import Actor, Role
from models.case import CaseState, Finding, FindingBasis, Stage
from policy.transitions import RULES, possible_actions, refusal, stage_of
from tests.support.values import MOMENT, an_order, state_in

FIELDS: dict[Action, dict[str, object]] = {
    Action.RECORD_CALLBACK: {"result": "no_answer"},
    Action.CONFIRM_FINDING: {"reason": "核对录音"},
    Action.REJECT_FINDING: {"reason": "证据不足"},
    Action.SUBMIT_REMEDIATION: {"measures": "已整改"},
    Action.URGE: {"reason": "请抓紧"},
    Action.CONCLUDE: {"reason": "已书面说明"},
}

ALLOWED: set[tuple[Action, Stage]] = {
    (Action.SIGN_OFF, Stage.DISPATCHED),
    (Action.SIGN_OFF, Stage.CONFIRMING),
    (Action.RECORD_CALLBACK, Stage.DISPATCHED),
    (Action.RECORD_CALLBACK, Stage.POST_CALLBACK),
    (Action.TRIGGER_CALLBACK, Stage.DISPATCHED),
    (Action.TRIGGER_CALLBACK, Stage.CONFIRMING),
    (Action.TRIGGER_CALLBACK, Stage.REMEDIATION),
    (Action.TRIGGER_CALLBACK, Stage.POST_CALLBACK),
    (Action.TRIGGER_CALLBACK, Stage.ESCALATED),
    (Action.CONFIRM_FINDING, Stage.CONFIRMING),
    (Action.REJECT_FINDING, Stage.CONFIRMING),
    (Action.SUBMIT_REMEDIATION, Stage.REMEDIATION),
    (Action.URGE, Stage.DISPATCHED),
    (Action.URGE, Stage.CONFIRMING),
    (Action.URGE, Stage.REMEDIATION),
    (Action.URGE, Stage.POST_CALLBACK),
    (Action.URGE, Stage.ESCALATED),
    (Action.CONCLUDE, Stage.ESCALATED),
}
"""Written out by hand, so that the table in the code cannot vouch for itself."""

UNITS = {Role.OFFICER: "ez-renshe", Role.HOTLINE: "ez-12345", Role.SUPERVISOR: "ez-shenpi", Role.ADMIN: "ez-shenpi"}
ROLE_OF = {action: rule.role for action, rule in RULES.items()}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("action", Action)
def test_every_action_in_every_stage_by_every_role(action: Action, stage: Stage, role: Role) -> None:
    actor = Actor(user="someone", role=role, unit=UNITS[role])
    message = MESSAGES[action].model_validate({"actor": actor, **FIELDS.get(action, {})})
    reason = refusal(action, message, state_in(stage), an_order())
    if (action, stage) in ALLOWED and role is ROLE_OF[action]:
        assert reason is None
    else:
        assert reason is not None
        assert reason.endswith("。")
        assert "None" not in reason


@pytest.mark.parametrize("stage", Stage)
def test_the_made_up_states_are_in_their_stage(stage: Stage) -> None:
    assert stage_of(state_in(stage)) is stage


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("stage", Stage)
def test_the_worklist_offers_exactly_what_the_validator_takes(stage: Stage, role: Role) -> None:
    offered = set(possible_actions(state_in(stage), an_order(), role))
    expected = {action for action, at in ALLOWED if at is stage and ROLE_OF[action] is role}
    assert offered == expected


STAGES = [
    ({}, Stage.DISPATCHED, "nothing happened yet"),
    ({"signed_at": MOMENT}, Stage.DISPATCHED, "signed, but not verified"),
    ({"finding": Finding.FOUNDED}, Stage.DISPATCHED, "verified, but not signed"),
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


def test_an_officer_of_another_unit_is_told_whose_case_it_is() -> None:
    actor = Actor(user="someone", role=Role.OFFICER, unit="ez-shichang")
    message = MESSAGES[Action.SIGN_OFF].model_validate({"actor": actor})
    reason = refusal(Action.SIGN_OFF, message, state_in(Stage.DISPATCHED), an_order())
    assert reason == "“签收”由承办单位（ez-renshe）办理，您属于 ez-shichang，不能代办。"
