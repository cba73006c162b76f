"""What can be typed: every action with all it takes, and for every task a command that the case lets in."""

import shlex
from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from adapters.policies import load_calendar
from calendars import WorkingCalendar, due_date
from casework.fields import choices, fields_of, takes, usage
from casework.standing import Standing
from casework.worklist import task_name
from cli.act import GROUPS, read_action, read_message
from cli.tasks import commands, task_title
from models.actions import Action, RecordCallback, TriggerCallback
from models.actors import Actor, Role
from models.callbacks import CallbackKind, CallbackResult
from models.case import Appeal, CaseOrder, CaseState, ClassRequest, ExtensionRequest, Finding, Stage
from models.due import DueDate, Limit
from models.kinds import CaseClass, MeasureKind, Priority
from models.policy import Coordination, LookbackRule, Policy, SecondConfirm
from models.steps import TaskKind
from models.views import CaseView, TaskView
from policy.stages import callback_due
from policy.transitions import possible_actions, refusal
from policy.wording import DETAIL_LABELS
from tests.support.values import MOMENT, an_order, state_in

ACTOR = Actor(user="somebody", role=Role.OFFICER, unit="ez-renshe")
"""Who types; a message does not ask who may send it."""


def test_the_help_names_every_action_once() -> None:
    grouped = [action for actions in GROUPS.values() for action in actions]
    assert sorted(grouped) == sorted(Action)


@pytest.mark.parametrize("action", Action)
def test_every_action_can_be_typed_with_all_it_takes_in_english_and_in_chinese(action: Action) -> None:
    typed = [_typed(name, field.annotation) for name, field in fields_of(action).items()]
    english = [f"{name}={text}" for name, text, _, _ in typed]
    chinese = [f"{DETAIL_LABELS[name]}={text}" for name, _, text, _ in typed]
    message = read_message(read_action(action.value), ACTOR, english)
    assert message == read_message(read_action(action.label), ACTOR, chinese)
    assert message.model_dump(exclude={"actor"}) == {name: value for name, _, _, value in typed}


def _typed(name: str, annotation: Any) -> tuple[str, str, str, object]:
    """A field, what is typed for it in English and in Chinese, and what that means."""
    answers = {"satisfied": "满意", "granted": "准予", "upheld": "成立", "confirmed": "同意", "solved": "是"}
    kinds: dict[str, StrEnum] = {
        "result": CallbackResult.NO_ANSWER,
        "finding": Finding.MISTAKEN,
        "case_class": CaseClass.COMPLEX,
        "priority": Priority.URGENT,
    }
    if name in answers:
        return name, "true", answers[name], True
    if name in kinds or annotation is MeasureKind:
        member: Any = kinds.get(name, MeasureKind.INTERVIEW)
        return name, member.value, member.label, member
    if annotation is date:
        return name, "2026-03-05", "2026年3月5日", date(2026, 3, 5)
    if name in ("evidence", "units"):
        return name, "甲,乙", "甲、乙", ("甲", "乙")
    assert annotation is str, name
    return name, "文字 一段", "文字 一段", "文字 一段"


@pytest.mark.parametrize(
    ("name", "words"),
    [("satisfied", ("满意", "不满意")), ("granted", ("准予", "不予")), ("upheld", ("成立", "不成立"))],
)
def test_yes_and_no_are_called_what_they_mean(name: str, words: tuple[str, str]) -> None:
    action = {"satisfied": Action.RECORD_CALLBACK, "granted": Action.DECIDE_EXTENSION, "upheld": Action.DECIDE_APPEAL}
    fields = fields_of(action[name])
    assert choices(name, fields[name]) == f"true（{words[0]}）或 false（{words[1]}）"
    others = ["result=reached"] if name == "satisfied" else ["reason=x"]
    for text, meant in ((words[0], True), (words[1], False), ("是", True), ("false", False)):
        message = read_message(action[name], ACTOR, [*others, f"{name}={text}"])
        assert getattr(message, name) is meant


def test_a_list_may_be_written_in_several_ways() -> None:
    for given in (["证据=录音A、登记表B"], ["evidence=录音A, 登记表B"], ["evidence=录音A", "证据=登记表B"]):
        message = read_message(Action.FILE_APPEAL, ACTOR, ["理由=不属实", *given])
        assert message.model_dump()["evidence"] == ("录音A", "登记表B")
    nobody = read_message(Action.ASSIGN_CO_UNITS, ACTOR, ["units=", "理由=不再需要协办"])
    assert nobody.model_dump()["units"] == ()


def test_the_help_tells_what_must_be_filled_in_from_what_may_be() -> None:
    assert usage(Action.RETURN_ORDER) == ["reason_code=理由代码", "[note=备注]"]
    assert usage(Action.DECIDE_EXTENSION) == ["granted=准予|不予", "reason=理由"]
    assert usage(Action.REQUEST_EXTENSION)[0] == "until=2026-03-20"
    assert takes(Action.SIGN_OFF) == "“签收”不需要填写内容。"
    assert "until（延期至，必填）= 日期，如 2026-03-20" in takes(Action.REQUEST_EXTENSION)


def _policy() -> Policy:
    """A policy in which every task can come up."""
    policy = an_order().policy
    return policy.model_copy(
        update={
            "coordination": tuple(Coordination),
            "appeal_second_confirm": SecondConfirm.MANAGING_UNIT,
            "lookback": LookbackRule(percent=100, within=Limit.parse("30 cd")),
            "returns": policy.returns.model_copy(update={"times": 2}),
        }
    )


APPEAL = Appeal(filed_at=MOMENT, filed_by="clerk-renshe", has_evidence=True)
EXTENSION = ExtensionRequest(until=MOMENT.date(), asked_by="officer-renshe")
ANOTHER_CLASS = ClassRequest(case_class=CaseClass.DIFFICULT, asked_by="officer-renshe")
RETURNED = {"is_returned": True, "returns": 1}

TASKS: list[tuple[TaskKind, Role, Stage, dict[str, Any]]] = [
    (TaskKind.SIGN_OFF, Role.OFFICER, Stage.DISPATCHED, {}),
    (TaskKind.VERIFICATION_CALLBACK, Role.HOTLINE, Stage.DISPATCHED, {}),
    (TaskKind.CONFIRM_FINDING, Role.SUPERVISOR, Stage.CONFIRMING, {}),
    (TaskKind.REMEDIATE, Role.OFFICER, Stage.REMEDIATION, {"assignee": "somebody"}),
    (TaskKind.POST_CALLBACK, Role.HOTLINE, Stage.POST_CALLBACK, {}),
    (TaskKind.CONTACT, Role.HOTLINE, Stage.REMEDIATION, {"contact_open": True}),
    (TaskKind.CONCLUDE, Role.SUPERVISOR, Stage.ESCALATED, {}),
    (TaskKind.OVERSEE, Role.SUPERVISOR, Stage.REMEDIATION, {}),
    (TaskKind.REDISPATCH, Role.HOTLINE, Stage.DISPATCHED, RETURNED),
    (TaskKind.DECIDE_UNIT, Role.SUPERVISOR, Stage.DISPATCHED, RETURNED | {"returns": 2}),
    (TaskKind.DECIDE_EXTENSION, Role.SUPERVISOR, Stage.REMEDIATION, {"extension": EXTENSION}),
    (TaskKind.DECIDE_CLASS_CHANGE, Role.SUPERVISOR, Stage.REMEDIATION, {"class_request": ANOTHER_CLASS}),
    (TaskKind.REVIEW_APPEAL, Role.REVIEWER, Stage.REMEDIATION, {"appeal": APPEAL}),
    (
        TaskKind.CONFIRM_APPEAL,
        Role.HEAD,
        Stage.CLOSED,
        {"appeal": APPEAL.model_copy(update={"reviewed_by": "reviewer-01", "finding": Finding.MISTAKEN})},
    ),
    (TaskKind.CO_HANDLE, Role.OFFICER, Stage.REMEDIATION, {"co_units": {"ez-renshe": False}}),
    (TaskKind.CONFERENCE, Role.SUPERVISOR, Stage.REMEDIATION, {}),
    (TaskKind.TAKE_OVER, Role.HEAD, Stage.REMEDIATION, {}),
    (TaskKind.ISSUE_SUPERVISE, Role.SUPERVISOR, Stage.REMEDIATION, {}),
    (TaskKind.ISSUE_INTERVIEW, Role.SUPERVISOR, Stage.REMEDIATION, {}),
    (TaskKind.ISSUE_CIRCULAR, Role.SUPERVISOR, Stage.REMEDIATION, {}),
    (TaskKind.ISSUE_REFERRAL, Role.SUPERVISOR, Stage.CLOSED, {}),
    (TaskKind.SUPERVISE, Role.SUPERVISOR, Stage.REMEDIATION, {"open_measures": (MeasureKind.SUPERVISE,)}),
    (TaskKind.INTERVIEW, Role.SUPERVISOR, Stage.CLOSED, {"open_measures": (MeasureKind.INTERVIEW,)}),
    (TaskKind.CIRCULAR, Role.SUPERVISOR, Stage.REMEDIATION, {"open_measures": (MeasureKind.CIRCULAR,)}),
    (TaskKind.REFERRAL, Role.SUPERVISOR, Stage.CLOSED, {"open_measures": (MeasureKind.REFERRAL,)}),
    (TaskKind.LOOKBACK, Role.SUPERVISOR, Stage.CLOSED, {"lookback_open": True}),
]


def test_every_kind_of_task_stands_in_the_table() -> None:
    assert sorted(row[0] for row in TASKS) == sorted(TaskKind)


@pytest.mark.parametrize(("kind", "role", "stage", "facts"), TASKS, ids=[row[0] for row in TASKS])
def test_every_task_names_commands_that_the_case_lets_in(
    kind: TaskKind, role: Role, stage: Stage, facts: dict[str, Any]
) -> None:
    order = an_order(policy=_policy())
    state = state_in(stage).model_copy(update=facts)
    actor = Actor(user="somebody", role=role, unit="ez-renshe")
    printed = commands(_task(kind), actor, "starter.py")
    assert printed
    for line, _ in printed:
        _, command, case_no, *rest = shlex.split(line)
        assert (case_no, rest[-1] if command == "callback" else rest[2]) == ("ezhou-1-1", "somebody")
        if command == "callback":
            _need_a_callback(state, order, actor)
            continue
        action = read_action(rest[0])
        message = read_message(action, actor, rest[rest.index("--set") + 1 :] if "--set" in rest else [])
        assert refusal(action, message, state, order, MOMENT) is None, line


def _need_a_callback(state: CaseState, order: CaseOrder, actor: Actor) -> None:
    """The operator may trigger the callback and record its result; an open contact needs only the latter."""
    due = callback_due(state, order)
    no_answer = RecordCallback(actor=actor, result=CallbackResult.NO_ANSWER)
    assert refusal(Action.RECORD_CALLBACK, no_answer, state, order, MOMENT) is None
    if due is not CallbackKind.CONTACT:
        assert refusal(Action.TRIGGER_CALLBACK, TriggerCallback(actor=actor), state, order, MOMENT) is None


def test_a_conference_that_sits_is_concluded_and_one_that_does_not_is_convened() -> None:
    due = _due()
    for task, action in ((_task(TaskKind.CONFERENCE), "convene"), (_task(TaskKind.CONFERENCE, due=due), "conclude")):
        [(line, _)] = commands(task, ACTOR, "starter.py")
        assert f" {action}_conference " in line


ROUNDS = [
    (TaskKind.SIGN_OFF, True, "第2次签收"),
    (TaskKind.REMEDIATE, True, "整改并书面反馈（第2轮）"),
    (TaskKind.INTERVIEW, True, "落实约谈（第2次）"),
    (TaskKind.CONFERENCE, True, "联席会议（第2次）"),
    (TaskKind.CONFERENCE, False, "联席会议（第2轮）"),
    (TaskKind.CONCLUDE, True, "监督处理（第2轮）"),
]


@pytest.mark.parametrize(("kind", "has_limit", "said"), ROUNDS)
def test_only_rework_is_called_a_round(kind: TaskKind, has_limit: bool, said: str) -> None:
    assert task_name(_task(kind, round=2, due=_due() if has_limit else None)) == said


def test_an_urgent_task_says_so_in_its_title() -> None:
    urgent = _task(TaskKind.SIGN_OFF, priority=Priority.URGENT)
    assert task_title(urgent, ACTOR) == "【急诉速办】签收  ezhou-1-1  社会保险登记"
    assert task_title(_task(TaskKind.SIGN_OFF), ACTOR) == "签收  ezhou-1-1  社会保险登记"


def test_a_case_from_before_states_were_kept_allows_what_its_stage_allows() -> None:
    order = an_order()
    for stage in (Stage.DISPATCHED, Stage.CONFIRMING, Stage.REMEDIATION, Stage.POST_CALLBACK, Stage.ESCALATED):
        state = state_in(stage)
        older = CaseView(
            **{name: getattr(order, name) for name in CaseOrder.model_fields if name in CaseView.model_fields},
            unit_name="测试人社局",
            dispatched_at=MOMENT,
            seq=state.seq,
            stage=stage,
            round=state.round,
            overdue=False,
            finding=state.finding,
            finding_basis=None,
            ending=None,
            signed_at=state.signed_at,
            ended_at=None,
        )
        standing = Standing(case=older, clocks=(), tasks=(), rules=_Pinned(order.policy), now=MOMENT)
        for role in Role:
            assert standing.possible([role]).get(role, []) == possible_actions(state, order, role, MOMENT), (
                stage,
                role,
            )


class _Pinned:
    """Rules of which only the policy is asked."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.sources: dict[str, str] = {}

    @property
    def calendar(self) -> WorkingCalendar:
        """Not asked for."""
        raise AssertionError("nobody counts a date here")


def _due() -> DueDate:
    return due_date(MOMENT, Limit.parse("5 wd"), load_calendar("ezhou"))


def _task(kind: TaskKind, **changes: Any) -> TaskView:
    usual: dict[str, Any] = {
        "case_no": "ezhou-1-1",
        "kind": kind,
        "role": Role.OFFICER,
        "unit": "ez-renshe",
        "case_unit": "ez-renshe",
        "unit_name": "测试人社局",
        "task_name": "社会保险登记",
        "stage": Stage.REMEDIATION,
        "round": 1,
        "overdue": False,
        "opened_at": MOMENT,
        "due": None,
    }
    return TaskView(**usual | changes)
