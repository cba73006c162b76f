"""Who confirms an appeal that is to be upheld: the unit's head, or a supervisor where that head has a part in it."""

from typing import Any

import pytest

from models.actions import Action
from models.actors import Actor, Role
from models.case import CaseState
from models.clocks import ClockKind
from models.steps import Step, TaskKind
from policy.draft import Outcome
from policy.follows import after
from policy.stages import confirms_appeal, holder_of
from tests.rules.situations import PEOPLE, POLICY, SITUATIONS, form, order_in
from tests.support.values import MOMENT

HEAD, SUPERVISOR = PEOPLE[Role.HEAD], PEOPLE[Role.SUPERVISOR]


def act(situation: str, action: Action, actor: Actor, facts: dict[str, Any] | None = None, **given: object) -> Outcome:
    """What follows when that person acts in that situation, whose state differs by `facts`."""
    state = SITUATIONS[situation].model_copy(update=facts or {})
    return after(action, order_in(situation), state, form(action, actor, **given), MOMENT)


def whose_to_confirm(step: Step) -> list[Role]:
    """To whom the step gives the confirmation."""
    return [task.role for task in step.opens if task.kind is TaskKind.CONFIRM_APPEAL]


def reviewed(facts: dict[str, Any]) -> Outcome:
    """A reviewer would uphold the appeal."""
    return act("申诉待复核", Action.DECIDE_APPEAL, PEOPLE[Role.REVIEWER], facts)


def test_the_unit_s_head_confirms_where_nobody_of_them_has_a_part() -> None:
    assert whose_to_confirm(reviewed({}).step) == [Role.HEAD]
    assert confirms_appeal(SITUATIONS["申诉待确认"]) == (Role.HEAD,)


def test_a_supervisor_confirms_where_the_head_has_taken_the_case_over() -> None:
    outcome = reviewed({"leader": "head-renshe"})
    assert whose_to_confirm(outcome.step) == [Role.SUPERVISOR]
    assert holder_of(ClockKind.APPEAL_CONFIRM, POLICY, outcome.state) is Role.SUPERVISOR


def test_a_supervisor_confirms_where_the_head_filed_the_appeal() -> None:
    filed = act("整改中", Action.FILE_APPEAL, HEAD)
    assert filed.state.appeal is not None
    assert filed.state.appeal.by_unit
    assert whose_to_confirm(reviewed({"appeal": filed.state.appeal}).step) == [Role.SUPERVISOR]


def test_an_appeal_of_the_rated_clerk_leaves_the_word_with_the_head() -> None:
    filed = act("整改中", Action.FILE_APPEAL, PEOPLE[Role.CLERK])
    assert filed.state.appeal is not None
    assert not filed.state.appeal.by_unit


@pytest.mark.parametrize("action", [Action.TAKE_OVER, Action.FORCE_CLAIM])
def test_a_head_who_takes_the_case_while_it_waits_hands_the_confirmation_on(action: Action) -> None:
    step = act("申诉待确认", action, HEAD).step
    assert TaskKind.CONFIRM_APPEAL in step.closes
    assert whose_to_confirm(step) == [Role.SUPERVISOR]


def test_a_new_unit_s_head_has_the_word_again() -> None:
    facts = {"is_returned": True, "signed_at": None, "assignee": None}
    step = act("领办后申诉待确认", Action.REDISPATCH, SUPERVISOR, facts).step
    assert TaskKind.CONFIRM_APPEAL in step.closes
    assert whose_to_confirm(step) == [Role.HEAD]


@pytest.mark.parametrize(("actor", "is_said"), [(SUPERVISOR, True), (HEAD, False)], ids=["supervisor", "head"])
def test_the_record_says_when_a_supervisor_spoke_for_the_unit(actor: Actor, is_said: bool) -> None:
    outcome = act("领办后申诉待确认", Action.CONFIRM_APPEAL, actor)
    assert (outcome.step.details.get("instead_of") == "单位负责人参与过本案，由监督人员代为确认") is is_said
    assert outcome.state.appeal is not None
    assert outcome.state.appeal.upheld


def test_a_case_from_before_is_confirmed_by_the_head() -> None:
    kept = {"appeal": {"filed_at": MOMENT.isoformat(), "filed_by": "head-renshe", "reviewed_by": "reviewer-01"}}
    assert confirms_appeal(CaseState.model_validate(kept)) == (Role.HEAD,)
