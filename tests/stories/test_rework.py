"""After the remediation: the callback decides. One rework round, then the supervisors."""

from models.actions import Action
from models.case import CaseClass, Ending, Stage
from models.clocks import ClockKind
from models.steps import TaskKind
from tests.stories.conftest import OpenOffice
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, Office, at


async def _remediated(office: Office, case_class: CaseClass = CaseClass.GENERAL) -> str:
    case_no = await office.dispatch(case_class)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="第一次整改")
    return case_no


async def test_a_dissatisfied_person_opens_one_rework_with_half_the_limit(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-12 09:00")
    case_no = await _remediated(office)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    # Half of five working days, rounded up: 02-13, 02-14 (make-up), 02-24.
    assert office.clock(case_no, ClockKind.REMEDIATION, 2).due.deadline == at("2026-02-25 00:00")
    assert office.reader.case(case_no).round == 2
    assert office.task_kinds(OFFICER) == [TaskKind.REMEDIATE]

    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="第二次整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    ending = await office.ending(case_no)
    assert (ending.ending, ending.rounds) == (Ending.SATISFIED, 2)


async def test_a_second_dissatisfaction_goes_to_the_supervisors_who_conclude(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await _remediated(office, CaseClass.DIFFICULT)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="第二次整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    assert office.reader.case(case_no).stage is Stage.ESCALATED
    # Rework that did not satisfy is what Ezhou wants an interview for (policy interview_trigger).
    assert office.task_kinds(SUPERVISOR) == [TaskKind.CONCLUDE, TaskKind.ISSUE_INTERVIEW]
    assert office.clock(case_no, ClockKind.SUPERVISION, 2).due.deadline == at("2026-03-18 00:00")

    await office.act(case_no, Action.CONCLUDE, SUPERVISOR, reason="诉求超出职权范围，已书面说明")
    assert (await office.ending(case_no)).ending is Ending.CONCLUDED


async def test_a_person_who_cannot_be_reached_afterwards_does_not_keep_the_case_open(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await _remediated(office)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.wait_until("2026-03-11 10:00")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    assert (await office.ending(case_no)).ending is Ending.UNREACHABLE


async def test_attempts_of_the_first_round_do_not_count_in_the_second(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await _remediated(office)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.wait_until("2026-03-10 15:00")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="第二次整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    assert office.reader.case(case_no).stage is Stage.POST_CALLBACK


async def test_the_hotline_calls_at_any_time_and_the_contact_changes_no_stage(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.TRIGGER_CALLBACK, HOTLINE, purpose="告知办理进展")
    assert office.task_kinds(HOTLINE) == [TaskKind.CONTACT]
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", note="对方知悉")
    assert office.task_kinds(HOTLINE) == []
    assert office.reader.case(case_no).stage is Stage.REMEDIATION


async def test_an_open_contact_does_not_get_in_the_way_of_the_callback_that_decides(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.TRIGGER_CALLBACK, HOTLINE)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await office.act(case_no, Action.TRIGGER_CALLBACK, HOTLINE)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    assert office.task_kinds(HOTLINE) == [TaskKind.POST_CALLBACK]
