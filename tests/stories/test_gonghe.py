"""共和县: no appeal; supervisors call and look back; four ways to settle what one unit cannot; no circular or referral.

Its document has no number at all, so every limit is an assumption of its policy; the dates are computed from those.
"""

from datetime import date

from adapters.policies import load_calendar
from calendars import parse_notice
from models.actions import Action
from models.case import CaseClass, Ending
from models.clocks import ClockKind
from models.kinds import Priority
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import (
    OTHER_OFFICER,
    OTHER_UNIT,
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
from tests.stories.places import UNTIL_THE_END, class_limits, ladder, last_day, told_the_evaluator
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, SUPERVISOR

LOOKED_BACK_ON, LEFT_ALONE = "632521000006", "632521000001"
"""Two matters, one of the twenty in a hundred that are looked back on; which they are never changes."""

LOCAL_HOLIDAY = """\
year = 2025
title = "关于本州民族节日放假的通知（试验）"
issued = 2025-09-01
source = "https://www.example.invalid/local-holiday"
status = "official"
area = "gonghe"

[[holiday]]
name = "民族节日"
first = 2025-10-13
last = 2025-10-14
"""


async def test_the_classes_are_general_and_complex_over_national_day(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="gonghe")
    assert class_limits(office) == {CaseClass.GENERAL: "5 个工作日", CaseClass.COMPLEX: "15 个工作日"}
    general, complex_ = await in_remediation(office), await in_remediation(office, case_class=CaseClass.COMPLEX)
    assert (last_day(office, general), last_day(office, complex_)) == ("10-10", "10-23")
    # The fifteen days after the verification are Ezhou's alone.
    assert ClockKind.ADVISORY not in (await office.desk.state(general)).running


async def test_a_holiday_of_the_prefecture_moves_its_limits(open_office: OpenOffice) -> None:
    local = load_calendar("gonghe").with_notice(parse_notice(LOCAL_HOLIDAY, "local.toml"))
    office = await open_office("2025-10-10 10:00", jurisdiction="gonghe", calendar=local)
    case_no = await in_remediation(office)
    # After Fri 10-10: Sat 10-11 (make-up), then Mon and Tue are days off here; 15, 16, 17, 20.
    assert office.clock(case_no, ClockKind.REMEDIATION).due.last_day == date(2025, 10, 20)
    assert last_day(office, case_no, ClockKind.SIGN_OFF) == "10-11"
    await of_one_mind(office, case_no)


async def test_supervisors_verify_and_call_back_within_one_working_day(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-29 10:00", jurisdiction="gonghe")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    found = {"result": "reached", "finding": "founded"}
    await refused(office, case_no, Action.RECORD_CALLBACK, HOTLINE, "由监督人员办理", **found)
    await office.act(case_no, Action.RECORD_CALLBACK, SUPERVISOR, **found)
    await office.wait_until("2025-09-30 16:40")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    assert told_the_evaluator(office, case_no) == [NoticeKind.RESULT_FEEDBACK]
    assert letters(office, case_no, NoticeKind.WRITTEN_FEEDBACK) == []
    assert deadline(office, case_no, ClockKind.POST_CALLBACK) == "2025-10-10 00:00"
    assert office.task_kinds(SUPERVISOR) == [TaskKind.POST_CALLBACK]
    await office.wait_until("2025-10-10 12:00")
    assert ClockKind.POST_CALLBACK in office.missed(case_no)


async def test_one_case_in_five_is_looked_back_on_within_thirty_days(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-08 10:00", jurisdiction="gonghe")
    sampled, other = [await put_right(office, project_no=each) for each in (LOOKED_BACK_ON, LEFT_ALONE)]
    for case_no in (sampled, other):
        await called_back(office, case_no, satisfied=True)
    # Nothing may follow a case that nobody can appeal against and nobody looks back on: its file is closed at once.
    assert (await office.desk.state(other)).archived
    assert (await office.ending(other)).ending is Ending.SATISFIED
    # Thirty days end on Wed 10-08, the last of the holiday.
    assert last_day(office, sampled, ClockKind.LOOKBACK) == "10-09"
    assert office.task_kinds(SUPERVISOR) == [TaskKind.LOOKBACK]
    await of_one_mind(office, sampled)


async def test_a_look_back_that_finds_the_problem_unsolved_opens_the_case_again(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-08 10:00", jurisdiction="gonghe")
    case_no = await put_right(office, project_no=LOOKED_BACK_ON)
    await called_back(office, case_no, satisfied=True)
    await office.wait_until("2025-10-09 16:00")
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=False, note="窗口又要求重复提交材料")
    # Half of five working days, rounded up, after Thu 10-09: 10-10, Sat 10-11 (make-up), 10-13.
    assert last_day(office, case_no, round_=2) == "10-13"
    assert office.task_kinds(OFFICER) == [TaskKind.REMEDIATE]
    assert office.reader.case(case_no).ending is None

    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="撤销该项要求")
    await called_back(office, case_no, satisfied=True)
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="暗访三次均已不再要求")
    ending = await office.ending(case_no)
    assert (ending.ending, ending.rounds) == (Ending.SATISFIED, 2)
    assert office.missed(case_no) == set()


async def test_the_ladder_goes_from_a_reminder_to_a_joint_conference(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    await office.wait_until(UNTIL_THE_END)
    assert ladder(office, case_no) == [
        "10-11 00:00 提醒",
        "10-13 08:30 列入专门台账",
        "10-14 08:30 主要领导领办",
        "10-15 08:30 联席会议",
    ]
    assert (await office.desk.state(case_no)).special_ledger
    assert office.task_kinds(HEAD) == [TaskKind.TAKE_OVER]
    assert set(office.task_kinds(SUPERVISOR)) == {TaskKind.OVERSEE, TaskKind.CONFERENCE}
    await of_one_mind(office, case_no)


async def test_a_hard_case_goes_through_all_four_ways(open_office: OpenOffice) -> None:
    office = await open_office("2025-09-26 10:00", jurisdiction="gonghe")
    case_no = await in_remediation(office, case_class=CaseClass.COMPLEX)
    await office.act(case_no, Action.SET_PRIORITY, SUPERVISOR, priority="urgent", reason="涉及临时救助")
    assert office.tasks(OFFICER)[0].priority is Priority.URGENT
    await office.act(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, units=[OTHER_UNIT], reason="职责交叉")
    await office.wait_until("2025-09-30 16:40")
    units = ["ez-renshe", OTHER_UNIT]
    await office.act(case_no, Action.CONVENE_CONFERENCE, SUPERVISOR, units=units, reason="职责不清")
    assert last_day(office, case_no, ClockKind.CONFERENCE) == "10-14"
    # The class limit ended on Thu 10-23; on the Monday after that the case goes on the special ledger.
    await office.wait_until("2025-10-27 09:00")
    assert ladder(office, case_no) == ["10-24 00:00 提醒", "10-27 08:30 列入专门台账"]
    await office.act(case_no, Action.TAKE_OVER, HEAD, reason="群众反映强烈")
    assert TaskKind.ISSUE_INTERVIEW in office.task_kinds(SUPERVISOR)
    await office.act(case_no, Action.CONCLUDE_CONFERENCE, SUPERVISOR, conclusion="由人社局牵头，市场监管局开放数据")
    await office.act(case_no, Action.SUBMIT_CO_OPINION, OTHER_OFFICER, opinion="已开放数据接口")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, HEAD, measures="局长带队上门整改")
    await called_back(office, case_no, satisfied=True)
    assert office.missed(case_no) == {ClockKind.REMEDIATION, ClockKind.CONFERENCE}
    # Nobody is asked to take over what has ended, nor to hold another conference about it.
    assert office.tasks(HEAD) == []
    assert TaskKind.CONFERENCE not in office.task_kinds(SUPERVISOR)


async def test_what_only_other_places_provide_is_refused_by_name(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-10 09:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.FILE_APPEAL, CLERK, "本地区没有开通申诉", reason="误评")
    await refused(office, case_no, Action.ALLOW_LATE_APPEAL, SUPERVISOR, "本地区没有开通申诉", reason="误评")
    for kind, name in (("circular", "通报"), ("referral", "移送")):
        sentence = f"本地区没有规定“{name}”，可以下达：supervise（督办）、interview（约谈）"
        document = {"kind": kind, "document_no": "共督〔2026〕1号", "reason": "x"}
        await refused(office, case_no, Action.ISSUE_MEASURE, SUPERVISOR, sentence, **document)
    ask = {"case_class": "difficult", "reason": "x"}
    await refused(office, case_no, Action.REQUEST_CLASS_CHANGE, OFFICER, "本地区没有“疑难”这一类别", **ask)
    assert date_changes(office, case_no) == []
