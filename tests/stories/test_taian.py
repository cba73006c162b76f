"""泰安: an appeal is upheld only with a second person of the managing unit; one class, and no extension; interviews."""

from typing import Any

from models.actions import Action
from models.case import CaseClass, Ending, Finding
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import (
    EVIDENCE,
    OTHER_OFFICER,
    called_back,
    date_changes,
    deadline,
    in_remediation,
    letters,
    of_one_mind,
    put_right,
    refused,
)
from tests.stories.conftest import OpenOffice
from tests.stories.places import UNTIL_THE_END, class_limits, ladder, last_day, said_to, told_the_evaluator
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR

MISTAKEN: dict[str, Any] = {"reason": "评价人认错了窗口", "evidence": EVIDENCE}
UPHELD: dict[str, Any] = {"upheld": True, "finding": "mistaken", "reason": "录音显示按错了键", "evidence": EVIDENCE}


async def test_an_appeal_over_national_day_is_filed_reviewed_and_confirmed_in_time(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 10:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    assert last_day(office, case_no) == "10-14"
    # Thu 10-09, Fri 10-10, Sat 10-11 (make-up).
    assert deadline(office, case_no, ClockKind.APPEAL_WINDOW) == "2025-10-12 00:00"
    [(told, due)] = said_to(office, case_no, NoticeKind.APPEAL_RIGHTS, "due")
    assert (told, due) == (CLERK, "2025年10月11日（周六，调休上班）24:00前")

    await office.wait_until("2025-10-10 10:00")
    await office.act(case_no, Action.FILE_APPEAL, CLERK, **MISTAKEN)
    assert deadline(office, case_no, ClockKind.APPEAL_REVIEW) == "2025-10-15 00:00"
    await of_one_mind(office, case_no)
    await office.wait_until("2025-10-14 16:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    assert deadline(office, case_no, ClockKind.APPEAL_CONFIRM) == "2025-10-16 00:00"
    assert office.reader.case(case_no).ending is None
    assert office.task_kinds(HEAD) == [TaskKind.CONFIRM_APPEAL]
    await office.wait_until("2025-10-15 16:00")
    await office.act(case_no, Action.CONFIRM_APPEAL, HEAD, confirmed=True, reason="同意复核意见")

    ending = await office.ending(case_no)
    assert (ending.ending, ending.finding) == (Ending.NOT_ADOPTED, Finding.MISTAKEN)
    assert office.missed(case_no) == set()
    assert told_the_evaluator(office, case_no) == [NoticeKind.NOT_ADOPTED_TOLD]


async def test_a_rejected_appeal_over_national_day_gives_the_days_back(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 10:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    await office.wait_until("2025-10-10 10:00")
    await office.act(case_no, Action.FILE_APPEAL, CLERK, **MISTAKEN)
    await office.wait_until("2025-10-14 16:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="评价属实")
    # Only Thu 10-09 was used; four of five are left after Tue 10-14: 15, 16, 17, 20.
    assert date_changes(office, case_no) == ["暂停计时 10-15 → 暂停", "恢复计时 10-15 → 10-21"]
    # A rejection needs no second person.
    assert office.tasks(HEAD) == []
    await of_one_mind(office, case_no)


async def test_the_last_minute_to_appeal_is_on_the_make_up_saturday(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 16:40", jurisdiction="taian")
    in_time, late = await in_remediation(office), await in_remediation(office)
    await office.wait_until("2025-10-11 23:58")
    await office.act(in_time, Action.FILE_APPEAL, CLERK, **MISTAKEN)
    await office.wait_until("2025-10-12 00:00")
    sentence = "申诉期（3 个工作日）已于 2025年10月11日（周六）24:00届满"
    await refused(office, late, Action.FILE_APPEAL, CLERK, sentence, **MISTAKEN)


async def test_a_silent_managing_unit_leaves_the_review_in_force(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 10:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, **MISTAKEN)
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    await office.wait_until("2025-10-10 12:00")
    assert office.missed(case_no) == {ClockKind.APPEAL_CONFIRM}
    case = office.reader.case(case_no)
    assert (case.finding, case.ending, case.paused) == (Finding.FOUNDED, None, True)
    assert {HEAD, SUPERVISOR} <= {who for who, _ in said_to(office, case_no, NoticeKind.CLOCK_MISSED, "due")}


async def test_only_the_rated_person_appeals(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 10:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.FILE_APPEAL, HEAD, "由被评价人办理", **MISTAKEN)


async def test_the_unit_verifies_and_the_supervisors_check_within_five_working_days(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="taian")
    case_no = await office.dispatch()
    assert set(office.task_kinds(OFFICER)) == {TaskKind.SIGN_OFF, TaskKind.VERIFICATION_CALLBACK}
    found = {"result": "reached", "finding": "founded"}
    await refused(office, case_no, Action.RECORD_CALLBACK, HOTLINE, "由整改责任人办理", **found)
    await refused(office, case_no, Action.RECORD_CALLBACK, OTHER_OFFICER, "由承办单位（ez-renshe）办理", **found)
    await office.act(case_no, Action.RECORD_CALLBACK, OFFICER, **found)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.wait_until("2025-09-30 16:40")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    assert told_the_evaluator(office, case_no) == [NoticeKind.RESULT_FEEDBACK]
    assert last_day(office, case_no, ClockKind.POST_CALLBACK) == "10-14"
    own = {"result": "reached", "satisfied": True}
    await refused(office, case_no, Action.RECORD_CALLBACK, OFFICER, "由监督人员办理", **own)
    await called_back(office, case_no, satisfied=True)
    assert (await office.ending(case_no)).ending is Ending.SATISFIED


async def test_a_mistaken_review_that_the_unit_found_needs_a_supervisor(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="taian")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, OFFICER, result="reached", finding="malicious", evidence=EVIDENCE)
    await refused(office, case_no, Action.CONFIRM_FINDING, OFFICER, "由监督人员办理", reason="x")
    # One working day after Fri 09-26: the make-up Sunday.
    assert last_day(office, case_no, ClockKind.CONFIRMATION) == "09-28"
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="核对录音")
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED


async def test_there_is_one_class_and_no_extension(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50", jurisdiction="taian")
    assert class_limits(office) == {CaseClass.GENERAL: "5 个工作日"}
    case_no = await in_remediation(office)
    assert last_day(office, case_no) == "02-27"
    asked = {"until": "2026-03-03", "reason": "需协调系统厂商"}
    await refused(office, case_no, Action.REQUEST_EXTENSION, OFFICER, "本地区一般类案件不能延期", **asked)
    ask = {"case_class": "complex", "reason": "涉及多个部门"}
    only_one = "本地区只有一个类别，不能变更类别"
    await refused(office, case_no, Action.REQUEST_CLASS_CHANGE, OFFICER, only_one, **ask)


async def test_the_ladder_goes_by_way_of_an_interview_to_a_referral(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    await office.wait_until(UNTIL_THE_END)
    assert ladder(office, case_no) == [
        "10-11 00:00 催办",
        "10-13 08:30 督办",
        "10-15 08:30 约谈",
        "10-17 08:30 问责移送",
    ]
    asked = [TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_INTERVIEW, TaskKind.ISSUE_REFERRAL]
    assert sorted(office.task_kinds(SUPERVISOR)) == sorted([TaskKind.OVERSEE, *asked])
    circular = {"kind": "circular", "document_no": "泰政督〔2025〕1号", "reason": "x"}
    await refused(office, case_no, Action.ISSUE_MEASURE, SUPERVISOR, "本地区没有规定“通报”", **circular)


async def test_remediation_that_was_late_and_does_not_satisfy_brings_an_interview(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="taian")
    in_time, late = await put_right(office), await in_remediation(office)
    await called_back(office, in_time, satisfied=False)
    assert TaskKind.ISSUE_INTERVIEW not in office.task_kinds(SUPERVISOR)
    await office.act(in_time, Action.SUBMIT_REMEDIATION, OFFICER, measures="再次整改")
    await called_back(office, in_time, satisfied=True)
    await office.wait_until("2025-10-11 12:00")
    await office.act(late, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, late, satisfied=False)
    assert [each.case_no for each in office.tasks(SUPERVISOR) if each.kind is TaskKind.ISSUE_INTERVIEW] == [late]
    document = {"kind": "interview", "document_no": "泰政约〔2025〕2号", "reason": "逾期未整改到位"}
    await office.act(late, Action.ISSUE_MEASURE, SUPERVISOR, **document)
    # After the make-up Saturday: 13, 14, 15, 16, 17.
    assert last_day(office, late, ClockKind.INTERVIEW) == "10-17"
    assert {each.context["document_no"] for each in letters(office, late, NoticeKind.MEASURE_ISSUED)} == {
        "泰政约〔2025〕2号"
    }
