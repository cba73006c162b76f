"""The right role in the right situation, and still refused: the very person, or what was filled in. Every sentence.

Two different persons decide against a review (EZ-26, TA-26), the reviewer had no part in the case (TA-25), the one in
charge hands in, the rated clerk appeals (EZ-43), each unit acts for itself.
"""

from typing import Any

import pytest

from models.actions import Action
from models.actors import Actor, Role
from models.case import CaseState, ExtensionRequest
from models.kinds import CaseClass, Finding, MeasureKind, Priority
from policy.transitions import refusal
from tests.rules.situations import CO_OFFICER, PEOPLE, SITUATIONS, form, order_in
from tests.support.values import MOMENT

OFFICER, HOTLINE, SUPERVISOR = PEOPLE[Role.OFFICER], PEOPLE[Role.HOTLINE], PEOPLE[Role.SUPERVISOR]
CLERK, HEAD, REVIEWER = PEOPLE[Role.CLERK], PEOPLE[Role.HEAD], PEOPLE[Role.REVIEWER]
COLLEAGUE = OFFICER.model_copy(update={"user": "officer-renshe-2"})
DEPUTY = COLLEAGUE.model_copy(update={"acting_for": "officer-renshe"})
OTHER_CLERK = CLERK.model_copy(update={"user": "clerk-renshe-2", "staff_no": "RS-0001"})
OTHER_HEAD = HEAD.model_copy(update={"user": "head-renshe-2"})
IN_CHARGE = (
    "本案的经办人是 officer-renshe，您不能代为{}。可由单位负责人“转交经办人”，或在经办人请假期间由其代理人办理。"
)
EVIDENCE = "认定误评或恶意差评至少要有一份证据，请写明证据名称或编号（如录音编号）。"

Row = tuple[str, Action, Actor, dict[str, Any], dict[str, Any], str | None]
"""Situation, action, person, other facts of the state, other fields of the form, and what the person is told."""

PERSONS: list[Row] = [
    (
        "待确认不予采纳",
        Action.CONFIRM_FINDING,
        SUPERVISOR,
        {"found_by": "supervisor-02"},
        {},
        "认定误评或恶意差评须由两个人分别办理：核实结论是您登记的，请由另一位监督人员确认。",
    ),
    ("待确认不予采纳", Action.REJECT_FINDING, SUPERVISOR, {"found_by": "supervisor-02"}, {}, None),
    ("整改中", Action.SUBMIT_REMEDIATION, COLLEAGUE, {}, {}, IN_CHARGE.format("提交整改情况")),
    ("整改中", Action.SUBMIT_REMEDIATION, DEPUTY, {}, {}, None),
    ("整改中", Action.REQUEST_EXTENSION, COLLEAGUE, {}, {}, IN_CHARGE.format("申请延期")),
    ("整改中", Action.REQUEST_EXTENSION, DEPUTY, {}, {}, None),
    ("整改中", Action.REQUEST_CLASS_CHANGE, COLLEAGUE, {}, {}, IN_CHARGE.format("申请变更类别")),
    ("整改中", Action.REASSIGN, COLLEAGUE, {}, {"to": "officer-renshe-3"}, IN_CHARGE.format("转交经办人")),
    ("整改中", Action.REASSIGN, HEAD, {}, {}, None),
    (
        "领导已领办",
        Action.SUBMIT_REMEDIATION,
        OTHER_HEAD,
        {},
        {},
        "案件由 head-renshe 领办，您不能代为提交。",
    ),
    (
        "延期待审批",
        Action.DECIDE_EXTENSION,
        SUPERVISOR,
        {"extension": ExtensionRequest(until="2026-03-18", asked_by="supervisor-02")},
        {},
        "延期是您申请的，须由他人审批。",
    ),
    ("整改中", Action.FILE_APPEAL, OTHER_CLERK, {}, {}, "这件差评评价的是工号 RS-0217 的工作人员，只能由其本人申诉。"),
    (
        "申诉待复核",
        Action.DECIDE_APPEAL,
        REVIEWER,
        {"handlers": ("officer-renshe", "reviewer-01")},
        {},
        "您办理过本案，不能再申诉复核，请由其他人员办理。",
    ),
    (
        "申诉待复核",
        Action.DECIDE_APPEAL,
        REVIEWER.model_copy(update={"acting_for": "supervisor-01"}),
        {"handlers": ("supervisor-01",)},
        {},
        "您办理过本案，不能再申诉复核，请由其他人员办理。",
    ),
    (
        "申诉待确认",
        Action.CONFIRM_APPEAL,
        HEAD,
        {"appeal": {"filed_by": "head-renshe"}},
        {},
        "申诉是您提出的，不能由您申诉确认。",
    ),
    (
        "申诉待确认",
        Action.CONFIRM_APPEAL,
        HEAD,
        {"appeal": {"reviewed_by": "head-renshe"}},
        {},
        "申诉是您复核的，须由另一人确认。",
    ),
    (
        "领办后申诉待确认",
        Action.CONFIRM_APPEAL,
        HEAD,
        {"handlers": ("head-renshe",)},
        {},
        "您办理过本案，不能再申诉确认，请由其他人员办理。",
    ),
    (
        "领办后申诉待确认",
        Action.CONFIRM_APPEAL,
        SUPERVISOR,
        {"handlers": ("head-renshe", "supervisor-02")},
        {},
        "您办理过本案，不能再申诉确认，请由其他人员办理。",
    ),
    ("领办后申诉待确认", Action.CONFIRM_APPEAL, SUPERVISOR, {"handlers": ("head-renshe",)}, {}, None),
    (
        "待签收、待核实",
        Action.SIGN_OFF,
        CO_OFFICER,
        {},
        {},
        "“签收”由承办单位（ez-renshe）办理，您属于 ez-shichang，不能代办。",
    ),
    (
        "整改中",
        Action.TAKE_OVER,
        HEAD.model_copy(update={"unit": "ez-shichang"}),
        {},
        {},
        "“领导领办”由承办单位（ez-renshe）办理，您属于 ez-shichang，不能代办。",
    ),
    (
        "协办待回复",
        Action.SUBMIT_CO_OPINION,
        OFFICER,
        {},
        {},
        "“提交协办意见”由协办单位（ez-shichang）办理，您属于 ez-renshe。",
    ),
]

FORMS: list[Row] = [
    ("待确认不予采纳", Action.CONFIRM_FINDING, SUPERVISOR, {}, {"evidence": ()}, EVIDENCE),
    ("待确认不予采纳", Action.CONFIRM_FINDING, SUPERVISOR, {"finding_evidence": True}, {"evidence": ()}, None),
    (
        "待签收、待核实",
        Action.RETURN_ORDER,
        OFFICER,
        {},
        {"reason_code": "too_much"},
        "退单理由“too_much”不在列表中，可选：not_our_item（不属本单位事项）、duplicate（重复派单）。",
    ),
    (
        "待签收、待核实",
        Action.RECORD_CALLBACK,
        HOTLINE,
        {},
        {"result": "reached"},
        "回访核实已接通，须填写核实结论：founded（属实）、mistaken（误评） 或 malicious（恶意差评）。",
    ),
    (
        "待签收、待核实",
        Action.RECORD_CALLBACK,
        HOTLINE,
        {},
        {"result": "reached", "finding": "founded", "satisfied": True},
        "回访核实不填写满意情况（satisfied），满意情况在整改后回访时填写。",
    ),
    (
        "待签收、待核实",
        Action.RECORD_CALLBACK,
        HOTLINE,
        {},
        {"finding": "founded"},
        "无人接听的回访不能填写核实结论或满意情况。",
    ),
    (
        "待整改后回访",
        Action.RECORD_CALLBACK,
        HOTLINE,
        {},
        {"result": "reached"},
        "整改后回访已接通，须填写对方是否满意。",
    ),
    (
        "待整改后回访",
        Action.RECORD_CALLBACK,
        HOTLINE,
        {},
        {"result": "reached", "satisfied": True, "finding": "founded"},
        "整改后回访不填写核实结论（finding）。",
    ),
    (
        "过程回访待登记",
        Action.RECORD_CALLBACK,
        HOTLINE,
        {},
        {"result": "reached", "satisfied": True},
        "过程回访只登记接通情况和备注（note）。",
    ),
    (
        "整改中",
        Action.REQUEST_EXTENSION,
        OFFICER,
        {},
        {"until": "2026-03-15"},
        "新的期限 2026-03-15 应晚于现在的期限 2026-03-15。",
    ),
    (
        "整改中",
        Action.REQUEST_EXTENSION,
        OFFICER,
        {},
        {"until": "2026-03-30"},
        "最多可延期至 2026-03-29，申请的 2026-03-30 超过了上限。",
    ),
    (
        "整改中",
        Action.REQUEST_EXTENSION,
        OFFICER,
        {"clocks": ()},
        {},
        "整改时限正在重新计算，请稍后再申请。",
    ),
    (
        "延期待审批",
        Action.DECIDE_EXTENSION,
        SUPERVISOR,
        {"extension": ExtensionRequest(until="2026-03-13", asked_by="officer-renshe")},
        {},
        "整改期限已因其他原因推迟到 2026-03-15，不早于申请的 2026-03-13，请答复不予延期。",
    ),
    (
        "延期待审批",
        Action.DECIDE_EXTENSION,
        SUPERVISOR,
        {"extension": ExtensionRequest(until="2026-04-13", asked_by="officer-renshe")},
        {},
        "整改期限已因其他原因变动，最多只能延期至 2026-03-29，申请的是 2026-04-13，请答复不予延期。",
    ),
    (
        "延期待审批",
        Action.DECIDE_EXTENSION,
        SUPERVISOR,
        {"extension": ExtensionRequest(until="2026-03-13", asked_by="officer-renshe")},
        {"granted": False},
        None,
    ),
    (
        "整改中",
        Action.REQUEST_CLASS_CHANGE,
        OFFICER,
        {},
        {"case_class": CaseClass.SIMPLE},
        "本地区没有“简易”这一类别，可选：general（一般）、difficult（疑难）。",
    ),
    ("整改中", Action.REQUEST_CLASS_CHANGE, OFFICER, {}, {"case_class": CaseClass.GENERAL}, "案件已经是一般类。"),
    (
        "申诉待复核",
        Action.DECIDE_APPEAL,
        REVIEWER,
        {},
        {"finding": None},
        "申诉成立的，须填写认定结论 finding：mistaken（误评）、malicious（恶意差评）。",
    ),
    (
        "申诉待复核",
        Action.DECIDE_APPEAL,
        REVIEWER,
        {},
        {"finding": Finding.FOUNDED},
        "申诉成立的，须填写认定结论 finding：mistaken（误评）、malicious（恶意差评）。",
    ),
    ("申诉待复核", Action.DECIDE_APPEAL, REVIEWER, {}, {"upheld": False}, "申诉不成立的，不填写认定结论（finding）。"),
    ("申诉待复核", Action.DECIDE_APPEAL, REVIEWER, {}, {"evidence": ()}, EVIDENCE),
    ("申诉待复核", Action.DECIDE_APPEAL, REVIEWER, {"appeal": {"has_evidence": True}}, {"evidence": ()}, None),
    (
        "整改中",
        Action.ASSIGN_CO_UNITS,
        SUPERVISOR,
        {},
        {"units": ("ez-renshe",)},
        "牵头单位（ez-renshe）不能同时是协办单位。",
    ),
    (
        "整改中",
        Action.ASSIGN_CO_UNITS,
        SUPERVISOR,
        {},
        {"units": ("ez-shichang", "ez-shichang")},
        "单位有重复，请逐一核对。",
    ),
    (
        "整改中",
        Action.CONVENE_CONFERENCE,
        SUPERVISOR,
        {},
        {"units": ("ez-renshe", "ez-renshe")},
        "单位有重复，请逐一核对。",
    ),
    (
        "整改中",
        Action.SET_PRIORITY,
        SUPERVISOR,
        {},
        {"priority": Priority.NORMAL},
        "案件的优先级已经是“接诉即办”。",
    ),
    ("整改中", Action.REASSIGN, HEAD, {}, {"to": "officer-renshe"}, "案件的经办人已经是 officer-renshe。"),
    (
        "整改中",
        Action.PAUSE,
        SUPERVISOR,
        {},
        {"reason_code": "holiday"},
        "暂停理由“holiday”不在列表中，可选：third_party（等待第三方的结果）。",
    ),
    (
        "约谈未销号",
        Action.ISSUE_MEASURE,
        SUPERVISOR,
        {},
        {"kind": MeasureKind.INTERVIEW},
        "约谈已经下达，尚未销号。",
    ),
    (
        "约谈未销号",
        Action.FULFIL_MEASURE,
        SUPERVISOR,
        {},
        {"kind": MeasureKind.CIRCULAR},
        "没有尚未销号的通报。",
    ),
]


def _state(situation: str, facts: dict[str, Any]) -> CaseState:
    state = SITUATIONS[situation]
    if isinstance(facts.get("appeal"), dict):
        assert state.appeal is not None
        facts = {**facts, "appeal": state.appeal.model_copy(update=facts["appeal"])}
    return state.model_copy(update=facts)


@pytest.mark.parametrize(
    ("situation", "action", "actor", "facts", "fields", "told"),
    [*PERSONS, *FORMS],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_the_very_person_and_what_was_filled_in_are_judged(
    situation: str, action: Action, actor: Actor, facts: dict[str, Any], fields: dict[str, Any], told: str | None
) -> None:
    message = form(action, actor, **fields)
    assert refusal(action, message, _state(situation, facts), order_in(situation), MOMENT) == told


def test_a_rating_that_names_nobody_may_be_contested_by_any_clerk_of_the_unit() -> None:
    order = order_in("整改中").model_copy(update={"staff_no": ""})
    assert (
        refusal(Action.FILE_APPEAL, form(Action.FILE_APPEAL, OTHER_CLERK), SITUATIONS["整改中"], order, MOMENT) is None
    )


PLAIN: list[tuple[Action, dict[str, Any], str]] = [
    (Action.RETURN_ORDER, {"returns": {}}, "本地区不允许退单。"),
    (Action.REQUEST_EXTENSION, {"extension": {}}, "本地区一般类案件不能延期。"),
    (
        Action.REQUEST_CLASS_CHANGE,
        {"class_limits": {"general": "5 wd"}, "extension": {}, "class_tags": {}},
        "本地区只有一个类别，不能变更类别。",
    ),
    (Action.FILE_APPEAL, {"appeal_enabled": False}, "本地区没有开通申诉。"),
    (Action.PAUSE, {"pause": {}}, "本地区不允许暂停计时。"),
    (Action.SET_PRIORITY, {"priorities": ["normal"]}, "本地区没有划分优先级。"),
    (Action.ASSIGN_CO_UNITS, {"coordination": []}, "本地区没有规定确定协办单位。"),
    (Action.CONVENE_CONFERENCE, {"coordination": []}, "本地区没有规定召开联席会议。"),
    (Action.TAKE_OVER, {"coordination": []}, "本地区没有规定主要领导领办。"),
    (Action.ISSUE_MEASURE, {"measure_limits": {}, "interview_trigger": []}, "本地区没有规定督查措施。"),
]
"""What a place does without is refused there in its own words."""


@pytest.mark.parametrize(("action", "changes", "told"), PLAIN, ids=[row[0] for row in PLAIN])
def test_a_place_refuses_what_its_rules_do_not_have(action: Action, changes: dict[str, Any], told: str) -> None:
    order = order_in("整改中")
    plain = {"escalation_ladder": (), **changes}
    policy = type(order.policy).model_validate(order.policy.model_dump() | plain)
    situation = "待签收、待核实" if action is Action.RETURN_ORDER else "整改中"
    actor = {Action.FILE_APPEAL: CLERK, Action.TAKE_OVER: HEAD}.get(action)
    actor = actor or (
        OFFICER
        if action in (Action.RETURN_ORDER, Action.REQUEST_EXTENSION, Action.REQUEST_CLASS_CHANGE)
        else SUPERVISOR
    )
    answer = refusal(
        action, form(action, actor), SITUATIONS[situation], order.model_copy(update={"policy": policy}), MOMENT
    )
    assert answer is not None
    assert answer.startswith(told)
