"""Policy files: every parameter with its basis, refused when wrong, and each one changes an outcome."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.letters import Letters
from adapters.notices import Letterhead, compose
from adapters.policies import JURISDICTIONS, Rules, load_calendar, load_policy
from models.actions import MESSAGES, Action
from models.actors import Actor, Role
from models.callbacks import CallbackResult
from models.case import CaseOrder, CaseState, Stage
from models.clocks import ClockKind
from models.due import DayHours, Limit
from models.errors import BadInput, BadPolicy
from models.notices import NoticeKind
from models.policy import CallbackPlan, NoticeChannel, Policy
from models.ratings import PendingCase, ReviewChannel, SatisfactionLevel
from models.steps import ClockStart, Step
from policy import procedure
from policy.clocks import start_clock
from policy.dispatch import order_for
from policy.draft import Outcome
from policy.parsing import parse_policy
from policy.procedure import holder_of
from policy.transitions import stage_of
from tests.support.engine import at
from tests.support.values import MOMENT, an_order, state_in

TEXT = (JURISDICTIONS / "ezhou" / "policy.toml").read_text(encoding="utf-8")
HOTLINE = Actor(user="hotline-01", role=Role.HOTLINE, unit="ez-12345")
OFFICER = Actor(user="officer-renshe", role=Role.OFFICER, unit="ez-renshe")


def test_the_numbers_of_the_ezhou_plan_are_in_its_policy() -> None:
    policy = load_policy("ezhou").policy
    assert str(policy.signoff_limit) == "1 个工作日"
    assert str(policy.verify_callback_limit) == "24 小时"
    assert str(policy.class_limits["general"]) == "5 个工作日"
    assert str(policy.class_limits["difficult"]) == "15 个工作日"
    assert str(policy.advisory_cap) == "15 日"
    assert policy.bad_levels == (1, 2)


def test_every_parameter_says_what_it_stands_on() -> None:
    file = load_policy("ezhou")
    assert set(file.parameters) == set(Policy.model_fields) - {"jurisdiction", "name"}
    assert all(each.source or each.note for each in file.parameters.values())


def test_the_digest_names_the_values_and_not_the_comments() -> None:
    first = parse_policy(TEXT, "a").policy
    assert parse_policy(TEXT + "\n# a remark\n", "b").policy.digest() == first.digest()
    assert parse_policy(TEXT.replace('"1 wd"', '"2 wd"'), "c").policy.digest() != first.digest()


AN_UNKNOWN_ONE = '[surprise]\nvalue = 1\nbasis = "assumption"\nnote = "x"\n\n[rework_rounds]'
A_WEEK = 'value = "1 week"\nbasis = "stated"'

WRONG = [
    ("[signoff_limit]", "[sign_limit]", "参数 signoff_limit：缺少该参数", "a missing parameter"),
    ("[rework_rounds]", AN_UNKNOWN_ONE, "参数 surprise：不认识的参数", "an unknown one"),
    (A_WEEK.replace("week", "wd"), A_WEEK, "第 23 行，参数 signoff_limit：时限“1 week”无法识别", "an unknown limit"),
    ("half_days = 2", "half_days = 9", "半天数（half_days）不能多于回访次数", "a contradiction within one"),
    ("value = [50, 80]", "value = [80, 50]", "由小到大的百分比", "shares out of order"),
    ("value = [1, 2]", "value = [0]", "1 至 5 之间的等级", "a level that does not exist"),
    ('final_results = ["refused"]', 'final_results = ["reached"]', "只能列出未接通的结果", "reached is no failure"),
    ('source = "本市方案 二(七)1：1 个工作日内签收"', "", "有依据的参数须写明 source", "stated without a source"),
    ('value = ["08:00-21:00"]', 'value = ["21:00-08:00"]', "时段“21:00-08:00”", "hours that end before they begin"),
    ('jurisdiction = "ezhou"', "jurisdiction = ", "不是正确的 TOML 文件", "not TOML"),
]


@pytest.mark.parametrize(("old", "new", "sentence", "why"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_policy_is_refused_with_key_and_reason(old: str, new: str, sentence: str, why: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(BadPolicy, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        parse_policy(TEXT.replace(old, new), "policy.toml")


def test_an_unknown_jurisdiction_names_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"没有名为“nowhere”的地区。已有：.*ezhou"):
        load_policy("nowhere")


# Each setting in use: what it decides with the value of the file, and with another one.


def _act(action: Action, order: CaseOrder, state: CaseState, actor: Actor, **details: Any) -> Outcome:
    message = MESSAGES[action].model_validate({"actor": actor, **details})
    return getattr(procedure, _FUNCTIONS[action])(order, state, message, MOMENT)  # type: ignore[no-any-return]


_FUNCTIONS = {
    Action.SIGN_OFF: "signed_off",
    Action.RECORD_CALLBACK: "callback_recorded",
    Action.SUBMIT_REMEDIATION: "remediated",
}


def _started(outcome: Outcome, kind: ClockKind) -> str | None:
    return next((str(start.limit) for start in outcome.step.starts if start.kind is kind), None)


def _dispatch(policy: Policy) -> Outcome:
    return procedure.dispatched(an_order(policy=policy), CaseState(), MOMENT)


def _verified(policy: Policy, finding: str = "founded") -> Outcome:
    state = state_in(Stage.DISPATCHED)
    return _act(Action.RECORD_CALLBACK, an_order(policy=policy), state, HOTLINE, result="reached", finding=finding)


def _called_back(policy: Policy, **details: Any) -> Outcome:
    return _act(Action.RECORD_CALLBACK, an_order(policy=policy), state_in(Stage.POST_CALLBACK), HOTLINE, **details)


def _remediated(policy: Policy) -> Outcome:
    order = an_order(policy=policy)
    return _act(Action.SUBMIT_REMEDIATION, order, state_in(Stage.REMEDIATION), OFFICER, measures="已整改")


def _signed(policy: Policy) -> Outcome:
    return _act(Action.SIGN_OFF, an_order(policy=policy), state_in(Stage.DISPATCHED), OFFICER)


def _class_of(policy: Policy) -> str:
    pending = PendingCase(
        case_no="ezhou-1-1",
        jurisdiction="ezhou",
        project_no="1",
        assess_number=1,
        level=SatisfactionLevel.VERY_BAD,
        tags=("113",),
        task_code="x",
        task_name="x",
        unit="ez-renshe",
        dept_code="x",
        channel=ReviewChannel.PHONE,
        anonymous=False,
        assessed_at=MOMENT,
    )
    return order_for(pending, policy, "test").case_class


def _rungs(policy: Policy) -> list[str]:
    start = ClockStart(kind=ClockKind.REMEDIATION, round=1, since=MOMENT, limit=Limit.parse("5 wd"))
    clock = start_clock(start, MOMENT, policy, load_calendar("ezhou"))
    return [f"{rung.number} {rung.at:%m-%d %H:%M}" for rung in clock.rungs]


def _warned(policy: Policy) -> Step:
    order, state = an_order(policy=policy), state_in(Stage.REMEDIATION)
    start = ClockStart(kind=ClockKind.REMEDIATION, round=1, since=MOMENT, limit=Limit.parse("5 wd"))
    clock = start_clock(start, MOMENT, policy, load_calendar("ezhou"))
    state = state.model_copy(update={"clocks": (clock,), "running": {clock.kind: 1}})
    step = procedure.rung_reached(order, state, clock, clock.rungs[0], MOMENT).step
    return step.model_copy(update={"starts": (start,)})


class _People:
    """A directory with one person per role."""

    def people(self, role: Role, unit: str) -> list[Any]:
        from models.people import User

        return [User(id=role.value, name="", role=role, unit=unit, mobile="", email="")]

    def unit(self, unit_id: str) -> Any:
        from models.people import Unit

        return Unit(id=unit_id, name=unit_id, uscc="", kind="", area_code="")


def _messages(policy: Policy, step: Step, moment: str = "2026-03-10 23:00") -> list[str]:
    from types import SimpleNamespace

    case = SimpleNamespace(
        case_no="ezhou-1-1",
        project_no="1",
        assess_number=1,
        task_name="事项",
        task_code="x",
        dispatched_at=MOMENT,
        signed_at=MOMENT,
    )
    calendar = load_calendar("ezhou")
    dues = {start.kind: start_clock(start, MOMENT, policy, calendar).due for start in step.starts}
    head = Letterhead(step.model_copy(update={"at": at(moment)}), case, Rules(policy, {}, calendar), dues, [])  # type: ignore[arg-type]
    people: Any = _People()
    return [f"{m.recipient} {m.channel} {m.not_before:%d %H:%M}" for m in compose(head, people)]


def _one_call(result: str) -> Callable[[Policy], object]:
    return lambda policy: stage_of(_called_back(policy, result=result).state)


SETTINGS: list[tuple[str, object, Callable[[Policy], object]]] = [
    ("signoff_limit", Limit.parse("2 wd"), lambda p: _started(_dispatch(p), ClockKind.SIGN_OFF)),
    ("verify_callback_limit", Limit.parse("48 h"), lambda p: _started(_dispatch(p), ClockKind.VERIFICATION)),
    ("confirm_limit", Limit.parse("3 wd"), lambda p: _started(_verified(p, "mistaken"), ClockKind.CONFIRMATION)),
    ("class_limits", {"general": Limit.parse("7 cd")}, lambda p: _started(_signed(p), ClockKind.REMEDIATION)),
    ("difficult_tags", (), _class_of),
    ("rework_rounds", 0, lambda p: stage_of(_called_back(p, result="reached", satisfied=False).state)),
    ("advisory_cap", None, lambda p: _started(_verified(p), ClockKind.ADVISORY)),
    ("post_callback_limit", Limit.parse("1 wd"), lambda p: _started(_remediated(p), ClockKind.POST_CALLBACK)),
    (
        "supervision_limit",
        Limit.parse("1 wd"),
        lambda p: _started(
            _called_back(p.model_copy(update={"rework_rounds": 0}), result="reached", satisfied=False),
            ClockKind.SUPERVISION,
        ),
    ),
    ("callback_plan", CallbackPlan(attempts=1, half_days=1, final_results=()), _one_call("no_answer")),
    (
        "callback_plan",
        CallbackPlan(attempts=3, half_days=2, final_results=(CallbackResult.WRONG_NUMBER,)),
        _one_call("wrong_number"),
    ),
    ("verify_callback_actor", Role.OFFICER, lambda p: holder_of(ClockKind.VERIFICATION, p)),
    ("post_callback_actor", Role.SUPERVISOR, lambda p: [task.role for task in _remediated(p).step.opens]),
    ("warn_at", (30,), _rungs),
    ("office_hours", DayHours.model_validate(["10:00-16:00"]), _rungs),
    ("notice_hours", DayHours.model_validate(["00:00-24:00"]), lambda p: _messages(p, _warned(p))),
    ("notice_channels", {Role.OFFICER: (NoticeChannel.MAIL,)}, lambda p: _messages(p, _dispatch(p).step)),
    ("written_feedback", False, lambda p: NoticeKind.WRITTEN_FEEDBACK in _remediated(p).step.reports),
]


@pytest.mark.parametrize(("name", "other", "outcome"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_a_setting_changes_an_outcome(name: str, other: object, outcome: Callable[[Policy], object]) -> None:
    policy = load_policy("ezhou").policy
    assert outcome(policy.model_copy(update={name: other})) != outcome(policy)


def test_every_setting_is_shown_to_change_an_outcome() -> None:
    elsewhere = {
        "jurisdiction",
        "name",
        "bad_levels",  # which rating becomes a case: tests/intake
        "code_system",  # what a digit means: tests/intake
        "report_office",  # who gets the reports: below
    }
    assert {name for name, _, _ in SETTINGS} | elsewhere == set(Policy.model_fields)


def test_reports_go_to_the_office_of_the_policy() -> None:
    policy = load_policy("ezhou").policy.model_copy(update={"report_office": "another-office"})
    assert any(line.startswith("another-office report") for line in _messages(policy, _remediated(policy).step))


def test_every_letter_of_the_policy_can_be_written() -> None:
    letters = Letters(JURISDICTIONS)
    assert letters.shelf("ezhou").list_templates()
