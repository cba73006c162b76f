"""天津: three classes, of which only the last may be extended; the unit verifies and the hotline calls back.

The numbers of the three classes are placeholders of its policy (1, 5, 15 working days); the document gives none.
"""

from models.actions import Action
from models.case import CaseClass, Ending
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import (
    EVIDENCE,
    called_back,
    date_changes,
    in_remediation,
    letters,
    of_one_mind,
    put_right,
    refused,
)
from tests.stories.conftest import OpenOffice
from tests.stories.places import UNTIL_THE_END, class_limits, ladder, last_day, told_the_evaluator
from tests.support.engine import HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR, Office


async def reclassed(office: Office, case_no: str, wanted: str) -> None:
    """The officer asks for another class, a supervisor grants it."""
    await office.act(case_no, Action.REQUEST_CLASS_CHANGE, OFFICER, case_class=wanted, reason="情况有变")
    await office.act(case_no, Action.DECIDE_CLASS_CHANGE, SUPERVISOR, granted=True, reason="已核")


async def test_three_classes_have_three_limits_over_spring_festival(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50", jurisdiction="tianjin")
    assert class_limits(office) == {
        CaseClass.SIMPLE: "1 个工作日",
        CaseClass.GENERAL: "5 个工作日",
        CaseClass.COMPLEX: "15 个工作日",
    }
    cases = {each: await in_remediation(office, case_class=each) for each in class_limits(office)}
    assert {each: last_day(office, case_no) for each, case_no in cases.items()} == {
        CaseClass.SIMPLE: "02-14",  # a make-up Saturday
        CaseClass.GENERAL: "02-27",
        CaseClass.COMPLEX: "03-12",
    }
    for case_no in cases.values():
        await of_one_mind(office, case_no)


async def test_a_case_goes_up_and_down_the_three_classes_and_keeps_its_start(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="tianjin")
    case_no = await in_remediation(office, case_class=CaseClass.SIMPLE)
    assert last_day(office, case_no) == "09-28"  # a make-up Sunday
    await office.wait_until("2025-09-28 16:00")
    await reclassed(office, case_no, "general")
    await office.wait_until("2025-09-30 16:40")
    await reclassed(office, case_no, "complex")
    assert last_day(office, case_no) == "10-23"
    await reclassed(office, case_no, "general")
    # Each is counted from Fri 09-26, so nothing was gained on the way. The days are the first that are too late.
    assert date_changes(office, case_no) == [
        "变更类别 09-29 → 10-11",
        "变更类别 10-11 → 10-24",
        "变更类别 10-24 → 10-11",
    ]
    assert office.missed(case_no) == set()
    await of_one_mind(office, case_no)


async def test_half_of_the_simple_limit_is_still_a_whole_day(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 16:40", jurisdiction="tianjin")
    case_no = await put_right(office, case_class=CaseClass.SIMPLE)
    await called_back(office, case_no, satisfied=False)
    assert last_day(office, case_no, round_=2) == "10-09"


async def test_only_a_complex_case_is_extended(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="tianjin")
    asked = {"until": "2025-10-31", "reason": "涉及多个部门"}
    for case_class, name in ((CaseClass.SIMPLE, "简易"), (CaseClass.GENERAL, "一般")):
        case_no = await in_remediation(office, case_class=case_class)
        await refused(office, case_no, Action.REQUEST_EXTENSION, OFFICER, f"本地区{name}类案件不能延期", **asked)
    case_no = await in_remediation(office, case_class=CaseClass.COMPLEX)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, **asked)
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    assert date_changes(office, case_no) == ["延期 10-24 → 11-01"]
    # What was granted is kept under a class that may not be extended: five and six working days after Fri 09-26.
    await reclassed(office, case_no, "general")
    assert last_day(office, case_no) == "10-17"
    await of_one_mind(office, case_no)


async def test_the_unit_verifies_and_the_hotline_calls_back(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-29 10:00", jurisdiction="tianjin")
    case_no = await office.dispatch()
    found = {"result": "reached", "finding": "founded"}
    await refused(office, case_no, Action.RECORD_CALLBACK, HOTLINE, "由整改责任人办理", **found)
    await office.act(case_no, Action.RECORD_CALLBACK, OFFICER, **found)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.wait_until("2025-09-30 16:40")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    assert office.task_kinds(HOTLINE) == [TaskKind.POST_CALLBACK]
    assert last_day(office, case_no, ClockKind.POST_CALLBACK) == "10-14"
    await called_back(office, case_no, satisfied=True)
    assert (await office.ending(case_no)).ending is Ending.SATISFIED
    # The hotline tells the result on the telephone; nothing in writing is asked for.
    assert told_the_evaluator(office, case_no) == []
    assert letters(office, case_no, NoticeKind.WRITTEN_FEEDBACK) == []


async def test_the_unit_may_appeal_and_one_reviewer_is_enough(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-30 16:40", jurisdiction="tianjin")
    case_no = await in_remediation(office)
    await office.wait_until("2025-10-11 10:00")
    await office.act(case_no, Action.FILE_APPEAL, HEAD, reason="事项评价误指本单位", evidence=EVIDENCE)
    assert last_day(office, case_no, ClockKind.APPEAL_REVIEW) == "10-15"
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=True, finding="mistaken", reason="查实")
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED


async def test_the_ladder_ends_with_a_circular(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="tianjin")
    case_no = await in_remediation(office)
    await office.wait_until(UNTIL_THE_END)
    assert ladder(office, case_no) == ["10-11 00:00 催办", "10-13 08:30 督办", "10-15 08:30 通报"]
    asked = [TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_CIRCULAR]
    assert sorted(office.task_kinds(SUPERVISOR)) == sorted([TaskKind.OVERSEE, *asked])
    interview = {"kind": "interview", "document_no": "津政服约〔2025〕1号", "reason": "x"}
    sentence = "本地区没有规定“约谈”，可以下达：supervise（督办）、circular（通报）"
    await refused(office, case_no, Action.ISSUE_MEASURE, SUPERVISOR, sentence, **interview)
