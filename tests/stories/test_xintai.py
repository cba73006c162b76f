"""新泰: supervisors call, the result goes out by SMS, and whoever was called is invited to rate again (再评价)."""

from typing import Any

from models.actions import Action
from models.case import CaseClass, Ending
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import EVIDENCE, called_back, deadline, in_remediation, letters, of_one_mind, put_right, refused
from tests.stories.conftest import OpenOffice
from tests.stories.places import UNTIL_THE_END, class_limits, ladder, last_day, told_the_evaluator
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR

INVITED = [NoticeKind.RESULT_FEEDBACK, NoticeKind.RE_EVALUATION]


async def test_whoever_was_called_back_is_invited_to_rate_again(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-11 09:00", jurisdiction="xintai")
    satisfied, unreachable = await put_right(office), await put_right(office)
    assert told_the_evaluator(office, satisfied) == [NoticeKind.RESULT_FEEDBACK]
    await office.wait_until("2026-02-11 09:30")
    await called_back(office, satisfied, satisfied=True)
    await office.act(unreachable, Action.RECORD_CALLBACK, SUPERVISOR, result="refused")
    assert (await office.ending(unreachable)).ending is Ending.UNREACHABLE
    assert told_the_evaluator(office, satisfied) == told_the_evaluator(office, unreachable) == INVITED


async def test_nobody_is_invited_before_being_satisfied_or_after_taking_the_review_back(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-02-11 09:00", jurisdiction="xintai")
    again, withdrawn, anonymous = (
        await put_right(office),
        await put_right(office),
        await office.dispatch(anonymous=True),
    )
    await called_back(office, again, satisfied=False)
    assert told_the_evaluator(office, again) == [NoticeKind.RESULT_FEEDBACK]
    await office.act(withdrawn, Action.RECORD_WITHDRAWAL, HOTLINE, reason="评价人来电要求撤回")
    assert office.reader.case(withdrawn).ending is Ending.WITHDRAWN
    assert told_the_evaluator(office, withdrawn) == [NoticeKind.RESULT_FEEDBACK]
    await office.act(anonymous, Action.SIGN_OFF, OFFICER)
    await office.act(anonymous, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    assert office.reader.case(anonymous).ending is Ending.ANONYMOUS
    assert told_the_evaluator(office, anonymous) == []


async def test_supervisors_verify_and_call_back(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50", jurisdiction="xintai")
    case_no = await office.dispatch()
    assert office.task_kinds(SUPERVISOR) == [TaskKind.VERIFICATION_CALLBACK]
    found = {"result": "reached", "finding": "founded"}
    for user in (HOTLINE, OFFICER):
        await refused(office, case_no, Action.RECORD_CALLBACK, user, "由监督人员办理", **found)
    await office.act(case_no, Action.RECORD_CALLBACK, SUPERVISOR, **found)
    await office.wait_until("2026-02-14 10:00")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    assert last_day(office, case_no, ClockKind.POST_CALLBACK) == "02-28"
    assert letters(office, case_no, NoticeKind.WRITTEN_FEEDBACK) == []


async def test_general_and_complex_over_spring_festival_and_the_complex_one_is_extended(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-02-13 17:50", jurisdiction="xintai")
    assert class_limits(office) == {CaseClass.GENERAL: "5 个工作日", CaseClass.COMPLEX: "15 个工作日"}
    general, complex_ = await in_remediation(office), await in_remediation(office, case_class=CaseClass.COMPLEX)
    assert (last_day(office, general), last_day(office, complex_)) == ("02-27", "03-12")
    await office.wait_until("2026-03-12 16:00")
    await office.act(complex_, Action.REQUEST_EXTENSION, OFFICER, until="2026-03-20", reason="需协调系统厂商")
    await office.act(complex_, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="情况属实")
    assert deadline(office, complex_) == "2026-03-21 00:00"
    await of_one_mind(office, complex_)


async def test_an_appeal_is_the_rated_persons_and_needs_a_second_person_to_be_upheld(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50", jurisdiction="xintai")
    case_no = await in_remediation(office)
    assert deadline(office, case_no, ClockKind.APPEAL_WINDOW) == "2026-02-26 00:00"
    await office.wait_until("2026-02-25 16:00")
    filed: dict[str, Any] = {"reason": "评价人认错了窗口", "evidence": EVIDENCE}
    await refused(office, case_no, Action.FILE_APPEAL, HEAD, "由被评价人办理", **filed)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, **filed)
    # 26, 27 and Sat 02-28 (make-up).
    assert last_day(office, case_no, ClockKind.APPEAL_REVIEW) == "02-28"
    await office.wait_until("2026-02-28 16:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=True, finding="mistaken", reason="查实")
    assert office.reader.case(case_no).ending is None
    assert last_day(office, case_no, ClockKind.APPEAL_CONFIRM) == "03-02"
    await office.act(case_no, Action.CONFIRM_APPEAL, HEAD, confirmed=True, reason="同意")
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED
    assert told_the_evaluator(office, case_no) == [NoticeKind.NOT_ADOPTED_TOLD]  # and no invitation


async def test_the_ladder_ends_with_an_interview(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="xintai")
    case_no = await in_remediation(office)
    await office.wait_until(UNTIL_THE_END)
    assert ladder(office, case_no) == ["10-11 00:00 催办", "10-13 08:30 督办", "10-15 08:30 约谈"]
    asked = [TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_INTERVIEW]
    assert sorted(office.task_kinds(SUPERVISOR)) == sorted([TaskKind.OVERSEE, *asked])
    referral = {"kind": "referral", "document_no": "新督移〔2025〕1号", "reason": "x"}
    sentence = "本地区没有规定“移送”，可以下达：supervise（督办）、interview（约谈）"
    await refused(office, case_no, Action.ISSUE_MEASURE, SUPERVISOR, sentence, **referral)


async def test_rework_that_satisfies_nobody_brings_no_interview_by_itself(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-11 09:00", jurisdiction="xintai")
    case_no = await put_right(office)
    await called_back(office, case_no, satisfied=False)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="再次整改")
    await called_back(office, case_no, satisfied=False)
    assert office.task_kinds(SUPERVISOR) == [TaskKind.CONCLUDE]
    await office.act(case_no, Action.CONCLUDE, SUPERVISOR, reason="已当面说明")
    assert NoticeKind.RE_EVALUATION not in told_the_evaluator(office, case_no)
