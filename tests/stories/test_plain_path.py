"""The plain path of a founded review: signed for, verified, put right, confirmed, closed; over two 调休 weekends."""

from models.actions import Action
from models.case import CaseClass, Ending, Finding
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.conftest import OpenOffice
from tests.support.engine import HOTLINE, OFFICER, at


async def test_a_founded_review_is_put_right_over_spring_festival_2026(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50")
    case_no = await office.dispatch()
    # Sat 02-14 is a make-up working day; the callback runs in natural hours.
    assert office.clock(case_no, ClockKind.SIGN_OFF).due.deadline == at("2026-02-15 00:00")
    assert office.clock(case_no, ClockKind.VERIFICATION).due.deadline.replace(second=0, microsecond=0) == at(
        "2026-02-14 17:50"
    )
    assert office.task_kinds(OFFICER) == [TaskKind.SIGN_OFF]
    assert office.task_kinds(HOTLINE) == [TaskKind.VERIFICATION_CALLBACK]

    await office.wait_until("2026-02-14 10:00")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    # Nine days of holiday do not count, Sat 02-28 does.
    assert office.clock(case_no, ClockKind.REMEDIATION).due.deadline == at("2026-03-01 00:00")
    assert office.task_kinds(OFFICER) == []

    await office.wait_until("2026-02-14 15:00")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    # The advisory 15 calendar days end on Sun 03-01 and roll to Monday.
    assert office.clock(case_no, ClockKind.ADVISORY).due.deadline == at("2026-03-03 00:00")
    assert office.task_kinds(OFFICER) == [TaskKind.REMEDIATE]

    await office.wait_until("2026-02-24 11:00")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已上门说明并协助办理")
    assert office.clock(case_no, ClockKind.POST_CALLBACK).due.deadline == at("2026-03-03 00:00")
    receipt = await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)

    assert "办结（回访满意）" in receipt.said
    ending = await office.ending(case_no)
    assert office.events(case_no)[-2:] == ["登记回访", "归档"]  # the clerk could have appealed until Wed 02-25 24:00
    assert (ending.ending, ending.finding, ending.rounds) == (Ending.SATISFIED, Finding.FOUNDED, 1)
    assert office.missed(case_no) == set()
    assert office.tasks(OFFICER) == office.tasks(HOTLINE) == []


async def test_a_difficult_review_has_fifteen_working_days_over_national_day_2025(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00")
    case_no = await office.dispatch(CaseClass.DIFFICULT)
    # Sun 09-28 is a make-up working day.
    assert office.clock(case_no, ClockKind.SIGN_OFF).due.deadline == at("2025-09-29 00:00")

    await office.wait_until("2025-09-28 09:30")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.clock(case_no, ClockKind.REMEDIATION).due.deadline == at("2025-10-25 00:00")


async def test_a_general_review_signed_on_a_makeup_sunday_ends_on_a_makeup_saturday(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00")
    case_no = await office.dispatch()
    await office.wait_until("2025-09-28 09:30")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.clock(case_no, ClockKind.REMEDIATION).due.deadline == at("2025-10-12 00:00")


async def test_the_plain_path_feeds_back_in_writing_and_reports_the_closing(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="增设引导员")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)

    messages = {record.message.kind: record.message for record in office.messages(case_no)}
    assert messages[NoticeKind.WRITTEN_FEEDBACK].context["measures"] == "增设引导员"
    assert messages[NoticeKind.CLOSING_REPORT].context["ending"] == "办结（回访满意）"
    assert NoticeKind.CASE_CLOSED in messages
    assert NoticeKind.ARCHIVE not in messages  # an appeal may still come until Fri 03-13 24:00

    await office.ending(case_no)
    assert await office.now() >= at("2026-03-14 00:00")
    assert office.events(case_no)[-1] == "归档"
    assert NoticeKind.ARCHIVE in {record.message.kind for record in office.messages(case_no)}


async def test_a_date_in_a_year_without_a_notice_is_provisional_and_says_so(open_office: OpenOffice) -> None:
    office = await open_office("2026-12-14 10:00")
    case_no = await office.dispatch(CaseClass.DIFFICULT)
    receipt = await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.clock(case_no, ClockKind.REMEDIATION).due.provisional
    assert "暂定" in receipt.said
    assert not office.clock(case_no, ClockKind.SIGN_OFF).due.provisional
