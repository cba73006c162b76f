"""鄂州: its worked examples on the engine; the hotline calls, the unit answers in writing, the ladder has four steps.

What every place has in common stands in the stories by theme.
"""

import pytest

from models.actions import Action
from models.case import CaseClass, Ending
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import (
    EVIDENCE,
    called_back,
    deadline,
    in_remediation,
    letters,
    of_one_mind,
    put_right,
    refused,
    rungs,
)
from tests.stories.conftest import OpenOffice
from tests.stories.places import UNTIL_THE_END, ladder, last_day, told_the_evaluator
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR

LIMITS = (ClockKind.SIGN_OFF, ClockKind.APPEAL_WINDOW, ClockKind.REMEDIATION, ClockKind.ADVISORY)

NATIONAL_DAY_2025 = {
    # start: the last of 1, 3, 5, 15 working days and of 15 days
    "2025-09-26 10:00": ("09-28", "09-30", "10-10", "10-23", "10-11"),
    "2025-09-28 10:00": ("09-29", "10-09", "10-11", "10-24", "10-13"),
    "2025-09-30 16:40": ("10-09", "10-11", "10-14", "10-28", "10-15"),
    "2025-10-04 10:00": ("10-09", "10-11", "10-14", "10-28", "10-20"),
    "2025-10-11 10:00": ("10-13", "10-15", "10-17", "10-31", "10-27"),
}
SPRING_FESTIVAL_2026 = {
    "2026-02-12 10:00": ("02-13", "02-24", "02-26", "03-11", "02-27"),
    "2026-02-13 17:50": ("02-14", "02-25", "02-27", "03-12", "02-28"),
    "2026-02-14 10:00": ("02-24", "02-26", "02-28", "03-13", "03-02"),
    "2026-02-18 10:00": ("02-24", "02-26", "02-28", "03-13", "03-05"),
}
NO_HOLIDAY = {"2026-11-21 10:00": ("11-23", "11-25", "11-27", "12-11", "12-07")}


@pytest.mark.parametrize(
    "examples", [NATIONAL_DAY_2025, SPRING_FESTIVAL_2026, NO_HOLIDAY], ids=["National Day", "Spring Festival", "plain"]
)
async def test_every_worked_example_is_the_date_that_the_engine_waits_for(
    open_office: OpenOffice, examples: dict[str, tuple[str, ...]]
) -> None:
    office = await open_office(next(iter(examples)))
    counted = {}
    for start in examples:
        await office.wait_until(start)
        general, difficult = await in_remediation(office), await in_remediation(office, case_class=CaseClass.DIFFICULT)
        one, three, five, fifteen_days = [last_day(office, general, kind) for kind in LIMITS]
        counted[start] = (one, three, five, last_day(office, difficult), fifteen_days)
        await of_one_mind(office, general)
        await of_one_mind(office, difficult)
    assert counted == examples


@pytest.mark.parametrize(("start", "last"), [("2025-09-23 10:00", "10-09"), ("2026-02-06 10:00", "02-24")])
async def test_fifteen_days_that_end_within_the_holiday_end_after_it(
    open_office: OpenOffice, start: str, last: str
) -> None:
    office = await open_office(start)
    assert last_day(office, await in_remediation(office), ClockKind.ADVISORY) == last


async def test_the_twenty_four_hours_run_into_the_holiday(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 16:40")
    case_no = await office.dispatch()
    assert deadline(office, case_no, ClockKind.VERIFICATION) == "2025-10-01 16:40"
    await office.wait_until("2025-10-01 17:00")
    assert office.missed(case_no) == {ClockKind.VERIFICATION}


async def test_a_case_over_spring_festival_2026_from_end_to_end(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50")
    general, difficult = await office.dispatch(), await office.dispatch(CaseClass.DIFFICULT)
    for case_no in (general, difficult):
        assert deadline(office, case_no, ClockKind.VERIFICATION) == "2026-02-14 17:50"
        assert deadline(office, case_no, ClockKind.SIGN_OFF) == "2026-02-15 00:00"
    await office.wait_until("2026-02-14 10:00")  # a Saturday on which people work
    for case_no in (general, difficult):
        await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert deadline(office, general) == "2026-03-01 00:00"  # Sat 02-28 24:00
    assert deadline(office, difficult) == "2026-03-14 00:00"  # Fri 03-13 24:00
    await office.wait_until("2026-02-14 15:00")
    for case_no in (general, difficult):
        await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
        assert deadline(office, case_no, ClockKind.ADVISORY) == "2026-03-03 00:00"  # Sun 03-01, so Mon 03-02 24:00
        await of_one_mind(office, case_no)

    await office.wait_until("2026-02-28 16:00")  # another working Saturday, the last day of the general case
    assert rungs(office, general)[-1] == "02-28 08:30 最后一个工作日预警"
    await office.act(general, Action.SUBMIT_REMEDIATION, OFFICER, measures="增设引导员，错峰叫号")
    await called_back(office, general, satisfied=True)
    await office.wait_until("2026-03-13 16:00")
    await office.act(difficult, Action.SUBMIT_REMEDIATION, OFFICER, measures="开放数据接口，取消重复材料")
    assert last_day(office, difficult, ClockKind.POST_CALLBACK) == "03-20"
    await called_back(office, difficult, satisfied=True)
    for case_no in (general, difficult):
        assert (await office.ending(case_no)).ending is Ending.SATISFIED
        assert office.missed(case_no) == set()


async def test_the_unit_answers_in_writing_and_the_citizen_hears_by_telephone(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-10 09:00")
    case_no = await put_right(office)
    [feedback] = letters(office, case_no, NoticeKind.WRITTEN_FEEDBACK)
    assert (feedback.recipient, feedback.context["measures"]) == ("12345", "已整改")
    said = {"result": "reached", "satisfied": True}
    await refused(office, case_no, Action.RECORD_CALLBACK, SUPERVISOR, "由12345话务员办理", **said)
    await called_back(office, case_no, satisfied=True)
    assert told_the_evaluator(office, case_no) == []


async def test_an_extension_over_the_holiday_counts_working_days(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 15:00")
    case_no = await in_remediation(office)
    # Five more working days at most after Fri 10-10: 11 (Saturday), 13, 14, 15, 16.
    asked = {"reason": "需报省厅协调"}
    sentence = "最多可延期至 2025-10-16"
    await refused(office, case_no, Action.REQUEST_EXTENSION, OFFICER, sentence, until="2025-10-17", **asked)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2025-10-16", reason="需报省厅协调")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    assert deadline(office, case_no) == "2025-10-17 00:00"
    assert office.clock(case_no, ClockKind.REMEDIATION).due.extension == 5
    await of_one_mind(office, case_no)


async def test_the_ladder_goes_from_urging_to_a_referral(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00")
    case_no = await in_remediation(office)
    await office.wait_until(UNTIL_THE_END)
    # The limit ended on Fri 10-10 24:00; the make-up Saturday that begins then is not the first day after it yet.
    assert ladder(office, case_no) == [
        "10-11 00:00 催办",
        "10-13 08:30 督办",
        "10-15 08:30 通报",
        "10-17 08:30 问责移送",
    ]
    asked = [TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_CIRCULAR, TaskKind.ISSUE_REFERRAL]
    assert sorted(office.task_kinds(SUPERVISOR)) == sorted([TaskKind.OVERSEE, *asked])
    document = {"kind": "referral", "document_no": "鄂督移〔2025〕3号", "reason": "逾期第5个工作日仍未整改"}
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **document)
    assert last_day(office, case_no, ClockKind.REFERRAL) == "10-24"
    assert {HEAD, OFFICER} <= {each.recipient for each in letters(office, case_no, NoticeKind.MEASURE_ISSUED)}
    await of_one_mind(office, case_no)


async def test_rework_that_satisfies_nobody_brings_an_interview_that_outlives_the_case(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00")
    case_no = await put_right(office)
    await called_back(office, case_no, satisfied=False)
    # Half of five, rounded up, after Fri 09-26: Sun 09-28, Mon 09-29, Tue 09-30.
    assert last_day(office, case_no, round_=2) == "09-30"
    assert TaskKind.ISSUE_INTERVIEW not in office.task_kinds(SUPERVISOR)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="再次整改")
    await called_back(office, case_no, satisfied=False)
    assert set(office.task_kinds(SUPERVISOR)) == {TaskKind.CONCLUDE, TaskKind.ISSUE_INTERVIEW}
    interview = {"kind": "interview", "document_no": "鄂政数约〔2025〕1号", "reason": "整改不力"}
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **interview)
    await office.act(case_no, Action.CONCLUDE, SUPERVISOR, reason="已责成重办")
    assert not (await office.desk.state(case_no)).archived
    await office.act(case_no, Action.FULFIL_MEASURE, SUPERVISOR, kind="interview", outcome="已约谈，已作检查")
    assert (await office.ending(case_no)).ending is Ending.CONCLUDED


async def test_the_clerk_and_the_unit_may_appeal_and_one_reviewer_decides(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 16:40")
    by_clerk, by_unit = await in_remediation(office), await in_remediation(office)
    await office.wait_until("2025-10-11 09:00")  # a make-up Saturday, the last day
    for case_no, user in ((by_clerk, CLERK), (by_unit, HEAD)):
        await office.act(case_no, Action.FILE_APPEAL, user, reason="评价人认错了窗口", evidence=EVIDENCE)
        assert last_day(office, case_no, ClockKind.APPEAL_REVIEW) == "10-15"
        await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=True, finding="mistaken", reason="查实")
        assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED


async def test_what_only_other_places_provide_is_refused_by_name(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-10 09:00")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.TAKE_OVER, HEAD, "本地区没有规定主要领导领办", reason="x")
    urgent = {"priority": "urgent", "reason": "x"}
    await refused(office, case_no, Action.SET_PRIORITY, SUPERVISOR, "本地区没有划分优先级", **urgent)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    sentence = "没有待登记的回头看"
    await refused(office, case_no, Action.RECORD_LOOKBACK, SUPERVISOR, sentence, solved=True, note="x")
