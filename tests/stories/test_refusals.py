"""Wrong person, wrong stage, twice: refused in words, nothing changes, no event is left."""

import asyncio
from typing import Any

import pytest

from models.actions import Action
from models.errors import ActionRefused, UnknownCase
from tests.stories.conftest import OpenOffice
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR

OTHER_OFFICER, COLLEAGUE = "officer-shichang", "officer-renshe-2"

REFUSED = [
    (Action.SIGN_OFF, HOTLINE, {}, "“签收”由整改责任人办理，您是12345话务员。", "not the hotline's to sign"),
    (Action.SIGN_OFF, OTHER_OFFICER, {}, "由承办单位（ez-renshe）办理", "another unit's officer"),
    (Action.SUBMIT_REMEDIATION, OFFICER, {"measures": "已整改"}, "目前签收与核实中，不能提交整改情况", "too early"),
    (Action.CONFIRM_FINDING, SUPERVISOR, {"reason": "属实"}, "不能确认不予采纳", "nothing was found yet"),
    (Action.CONCLUDE, SUPERVISOR, {"reason": "办结"}, "不能监督处理办结", "not escalated"),
    (Action.RECORD_CALLBACK, HOTLINE, {"result": "reached"}, "须填写核实结论", "a verification without a finding"),
    (
        Action.RECORD_CALLBACK,
        HOTLINE,
        {"result": "reached", "finding": "founded", "satisfied": True},
        "不填写满意情况",
        "satisfaction belongs to the second callback",
    ),
    (
        Action.RECORD_CALLBACK,
        HOTLINE,
        {"result": "no_answer", "finding": "founded"},
        "不能填写核实结论",
        "nobody answered, so nothing was found",
    ),
]


@pytest.mark.parametrize(("action", "user", "details", "sentence", "why"), REFUSED, ids=[row[-1] for row in REFUSED])
async def test_a_refusal_says_why_and_leaves_no_event(
    open_office: OpenOffice, action: Action, user: str, details: dict[str, Any], sentence: str, why: str
) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    before = await office.history_length(case_no), office.entries(case_no), await office.desk.state(case_no)
    with pytest.raises(ActionRefused, match=sentence):
        await office.act(case_no, action, user, **details)
    assert (await office.history_length(case_no), office.entries(case_no), await office.desk.state(case_no)) == before


async def test_a_refusal_names_what_is_possible_now(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    with pytest.raises(ActionRefused, match="现在可以：整改责任人“签收”、12345话务员“登记回访结果”。"):
        await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")


async def test_signing_off_twice_is_refused_with_the_name_of_who_did(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    with pytest.raises(ActionRefused, match=f"已由 {OFFICER} 签收，不必重复签收"):
        await office.act(case_no, Action.SIGN_OFF, OFFICER)


async def test_the_same_key_is_the_same_action(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    first = await office.act(case_no, Action.SIGN_OFF, OFFICER, key="double-click")
    again = await office.act(case_no, Action.SIGN_OFF, OFFICER, key="double-click")
    assert again == first
    assert office.events(case_no) == ["转办", "签收"]


async def test_of_two_at_the_same_moment_one_is_taken(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    both = await asyncio.gather(
        *(office.act(case_no, Action.SIGN_OFF, OFFICER) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in both) == ["ActionRefused", "Receipt"]
    assert office.events(case_no) == ["转办", "签收"]


async def test_a_closed_case_refuses_everything(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken")
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="核对录音", evidence=["录音0310-01"])
    await office.ending(case_no)
    with pytest.raises(ActionRefused, match="已结束，不能再办理"):
        await office.act(case_no, Action.SIGN_OFF, OFFICER)


async def test_an_ended_case_that_may_still_be_appealed_refuses_the_rest(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch(anonymous=True)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已公示办事指南")
    with pytest.raises(ActionRefused, match=r"已结束（办结（匿名评价，免予回访）），不能再提交整改情况。$"):
        await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="再交一次")


async def test_only_the_officer_in_charge_hands_in_the_remediation(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch(anonymous=True)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.tasks(COLLEAGUE) == []
    with pytest.raises(ActionRefused, match=f"本案的经办人是 {OFFICER}，您不能代为提交整改情况"):
        await office.act(case_no, Action.SUBMIT_REMEDIATION, COLLEAGUE, measures="已整改")


async def test_an_anonymous_evaluator_cannot_be_called(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch(anonymous=True)
    with pytest.raises(ActionRefused, match="匿名评价"):
        await office.act(case_no, Action.TRIGGER_CALLBACK, HOTLINE)


async def test_a_case_that_does_not_exist_is_said_to(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    with pytest.raises(UnknownCase, match="没有正在办理的案件 ezhou-nobody-1"):
        await office.act("ezhou-nobody-1", Action.SIGN_OFF, OFFICER)
