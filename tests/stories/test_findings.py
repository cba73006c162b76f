"""What the verification callback finds: founded, mistaken, malicious, or nobody reached."""

from typing import Any

import pytest

from models.actions import Action
from models.case import Ending, Finding, FindingBasis, Stage
from models.clocks import ClockKind
from models.errors import ActionRefused
from models.notices import NoticeKind
from models.steps import Event, TaskKind
from tests.stories.conftest import OpenOffice
from tests.support.engine import HOTLINE, OFFICER, OTHER_SUPERVISOR, SUPERVISOR


@pytest.mark.parametrize("finding", [Finding.MISTAKEN, Finding.MALICIOUS])
async def test_a_review_found_against_is_not_adopted_once_a_supervisor_confirms(
    open_office: OpenOffice, finding: Finding
) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding=finding)
    assert office.task_kinds(SUPERVISOR) == [TaskKind.CONFIRM_FINDING]
    assert office.reader.case(case_no).stage is Stage.CONFIRMING

    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="录音核对无误", evidence=["录音0310-01"])
    ending = await office.ending(case_no)
    assert (ending.ending, ending.finding) == (Ending.NOT_ADOPTED, finding)
    assert office.tasks(OFFICER) == office.tasks(SUPERVISOR) == []
    assert NoticeKind.NOT_ADOPTED in {record.message.kind for record in office.messages(case_no)}
    assert NoticeKind.WRITTEN_FEEDBACK not in {record.message.kind for record in office.messages(case_no)}


async def test_a_finding_without_a_piece_of_evidence_cannot_be_confirmed(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="malicious")
    with pytest.raises(ActionRefused, match="认定误评或恶意差评至少要有一份证据"):
        await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="查实")
    assert office.reader.case(case_no).stage is Stage.CONFIRMING


async def test_evidence_that_came_with_the_call_is_enough(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    found: dict[str, Any] = {"result": "reached", "finding": "mistaken", "evidence": ["录音0310-01"]}
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, **found)
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="核对录音")
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED
    assert office.entries(case_no)[1].details["evidence"] == "录音0310-01"


async def test_who_found_against_a_review_does_not_confirm_it(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00", jurisdiction="gonghe")  # there supervisors do the calling
    case_no = await office.dispatch()
    found: dict[str, Any] = {"result": "reached", "finding": "malicious", "evidence": ["录音0310-02"]}
    await office.act(case_no, Action.RECORD_CALLBACK, SUPERVISOR, **found)
    with pytest.raises(ActionRefused, match="须由两个人分别办理：核实结论是您登记的，请由另一位监督人员确认"):
        await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="查实")
    await office.act(case_no, Action.CONFIRM_FINDING, OTHER_SUPERVISOR, reason="核对录音")
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED


async def test_a_finding_that_the_supervisor_rejects_goes_to_remediation(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken")
    await office.act(case_no, Action.REJECT_FINDING, SUPERVISOR, reason="通话中对方未承认误评")
    state = await office.desk.state(case_no)
    assert (state.finding, state.finding_basis) == (Finding.FOUNDED, FindingBasis.SUPERVISOR)
    assert office.task_kinds(OFFICER) == [TaskKind.REMEDIATE]
    assert ClockKind.CONFIRMATION not in state.running


async def test_a_rejected_finding_still_waits_for_the_sign_off(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="malicious")
    await office.act(case_no, Action.REJECT_FINDING, SUPERVISOR, reason="证据不足")
    assert office.reader.case(case_no).stage is Stage.DISPATCHED
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.task_kinds(OFFICER) == [TaskKind.REMEDIATE]


async def test_three_calls_on_two_half_days_without_an_answer_count_as_founded(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="wrong_number", note="接听人称打错")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    state = await office.desk.state(case_no)
    assert state.finding is None  # three calls, but all in one half-day
    assert "换一个半天" in office.entries(case_no)[-1].details["plan"]

    await office.wait_until("2026-03-10 15:00")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    state = await office.desk.state(case_no)
    assert (state.finding, state.finding_basis) == (Finding.FOUNDED, FindingBasis.UNREACHABLE)
    assert [attempt.result for attempt in state.attempts] == ["no_answer", "wrong_number", "no_answer", "no_answer"]


async def test_a_person_who_refuses_is_not_called_again(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="refused")
    state = await office.desk.state(case_no)
    assert (state.finding, state.finding_basis) == (Finding.FOUNDED, FindingBasis.UNREACHABLE)
    assert office.task_kinds(HOTLINE) == []


async def test_an_anonymous_review_is_put_right_without_callbacks(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch(anonymous=True)
    assert office.entries(case_no)[0].details["skipped"] == "匿名评价，免予回访核实"
    assert office.tasks(HOTLINE) == []

    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已公示办事指南")
    ending = await office.ending(case_no)
    assert (ending.ending, ending.finding) == (Ending.ANONYMOUS, Finding.FOUNDED)
    put_right, archived = office.entries(case_no)[-2:]
    assert put_right.details["skipped"] == "匿名评价，免予整改后回访"
    assert archived.event is Event.ARCHIVED  # the clerk could still have appealed
