"""申诉: in time or late, upheld or not, what it does to the remediation limit, and who may decide it."""

from typing import Any

from adapters.directory import DirectoryFile
from models.actions import Action
from models.actors import Role
from models.case import Ending, Finding, FindingBasis, Stage
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import Event, TaskKind
from tests.stories.acts import (
    COLLEAGUE,
    EVIDENCE,
    called_back,
    date_changes,
    deadline,
    in_remediation,
    letters,
    of_one_mind,
    put_right,
    refused,
    rungs,
)
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, HEAD, OFFICER, REVIEWER, SUPERVISOR, Office

UPHELD: dict[str, Any] = {"upheld": True, "finding": "mistaken", "reason": "录音显示按错了键", "evidence": EVIDENCE}
REJECTED: dict[str, Any] = {"upheld": False, "reason": "评价属实"}


async def test_a_rejected_appeal_gives_the_working_days_back_exactly(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    assert deadline(office, case_no) == "2026-03-17 00:00"
    assert {letter.recipient for letter in letters(office, case_no, NoticeKind.APPEAL_RIGHTS)} == {CLERK}

    await office.wait_until("2026-03-11 10:00")
    receipt = await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    assert "整改时限暂停计时" in receipt.said
    assert deadline(office, case_no, ClockKind.APPEAL_REVIEW) == "2026-03-17 00:00"
    assert office.task_kinds(REVIEWER) == [TaskKind.REVIEW_APPEAL]
    await of_one_mind(office, case_no)

    await office.wait_until("2026-03-13 15:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    # Only Tue 03-10 was used; four of five are left after Fri 03-13: 16, 17, 18, 19.
    assert deadline(office, case_no) == "2026-03-20 00:00"
    assert date_changes(office, case_no) == ["暂停计时 03-17 → 暂停", "恢复计时 03-17 → 03-20"]
    assert rungs(office, case_no) == []  # half of the limit would have been used on Thursday
    assert office.reader.case(case_no).stage is Stage.REMEDIATION
    assert {letter.recipient for letter in letters(office, case_no, NoticeKind.APPEAL_DECIDED)} >= {CLERK, OFFICER}
    await of_one_mind(office, case_no)


async def test_an_upheld_appeal_leaves_the_scores_but_not_the_record(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口", evidence=["监控0309"])
    await refused(office, case_no, Action.DECIDE_APPEAL, REVIEWER, "须填写认定结论", upheld=True, reason="成立")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=True, finding="malicious", reason="查实")

    ending = await office.ending(case_no)
    assert (ending.ending, ending.finding) == (Ending.NOT_ADOPTED, Finding.MALICIOUS)
    case = office.reader.case(case_no)
    assert case.finding_basis is FindingBasis.APPEAL
    assert case.ending is not None
    assert not case.ending.counts  # out of the scores
    assert case.satisfaction == 1  # the rating itself stays what it was
    assert office.events(case_no) == ["转办", "签收", "登记回访", "提出申诉", "申诉复核"]
    assert office.entries(case_no)[3].details["evidence"] == "监控0309"
    assert office.tasks(OFFICER) == office.tasks(REVIEWER) == []
    reports = letters(office, case_no, NoticeKind.CLOSING_REPORT)
    assert [report.context["ending"] for report in reports] == ["不予采纳"]


async def test_upholding_needs_a_piece_of_evidence(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    without: dict[str, Any] = {"upheld": True, "finding": "mistaken", "reason": "成立"}
    await refused(office, case_no, Action.DECIDE_APPEAL, REVIEWER, "至少要有一份证据", **without)
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **without, evidence=EVIDENCE)
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED


async def test_the_last_minute_is_in_time_and_the_next_is_late(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    in_time, late = await in_remediation(office), await in_remediation(office)
    await office.wait_until("2026-03-12 23:58")
    await office.act(in_time, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.wait_until("2026-03-13 00:00")
    sentence = "申诉期（3 个工作日）已于 2026年3月12日（周四）24:00届满。确有正当理由的，须先由监督人员“准予逾期申诉”"
    await refused(office, late, Action.FILE_APPEAL, CLERK, sentence, reason="评价人认错了窗口")


async def test_a_late_appeal_needs_a_supervisor_who_answers_for_it(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    early = "申诉期还没有届满，被评价人可以直接申诉"
    await refused(office, case_no, Action.ALLOW_LATE_APPEAL, SUPERVISOR, early, reason="出差")
    await office.wait_until("2026-03-13 09:00")
    await refused(office, case_no, Action.ALLOW_LATE_APPEAL, HEAD, "由监督人员办理", reason="出差")
    await office.act(case_no, Action.ALLOW_LATE_APPEAL, SUPERVISOR, reason="当事人出差在外，无法及时申诉")
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")

    state = await office.desk.state(case_no)
    assert state.appeal is not None
    assert state.appeal.late_allowed_by == SUPERVISOR
    assert office.entries(case_no)[-1].details["late_allowed_by"] == SUPERVISOR
    # Filed on Fri 03-13, three of five days were used: 10, 11, 12.
    await office.wait_until("2026-03-16 11:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    assert deadline(office, case_no) == "2026-03-19 00:00"
    await of_one_mind(office, case_no)


async def test_only_the_rated_clerk_or_the_unit_appeals_and_only_once(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office, staff_no="RS-9999")
    sentence = "这件差评评价的是工号 RS-9999 的工作人员，只能由其本人申诉"
    await refused(office, case_no, Action.FILE_APPEAL, CLERK, sentence, reason="不是我")
    await refused(office, case_no, Action.FILE_APPEAL, "clerk-shichang", "由承办单位（ez-renshe）办理", reason="误评")
    await refused(office, case_no, Action.FILE_APPEAL, OFFICER, "由被评价人或单位负责人办理", reason="误评")
    await office.act(case_no, Action.FILE_APPEAL, HEAD, reason="单位认为误评")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    await refused(office, case_no, Action.FILE_APPEAL, HEAD, "每件只能申诉一次", reason="再申诉")


async def test_an_appeal_before_the_sign_off_holds_the_limit_that_begins_later(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 15:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.wait_until("2026-03-10 10:00")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await of_one_mind(office, case_no)
    assert office.reader.case(case_no).paused
    await office.wait_until("2026-03-12 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    # All five are left after Thu 03-12: 13, 16, 17, 18, 19.
    assert deadline(office, case_no) == "2026-03-20 00:00"
    await of_one_mind(office, case_no)


async def test_an_appeal_against_a_case_that_has_ended_is_still_decided(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    upheld, rejected = await put_right(office), await put_right(office)
    for case_no in (upheld, rejected):
        await called_back(office, case_no, satisfied=True)
        assert office.reader.case(case_no).ending is Ending.SATISFIED
        await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
        await of_one_mind(office, case_no)
    await office.wait_until("2026-03-10 10:00")
    await office.act(upheld, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    await office.act(rejected, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)

    ending = await office.ending(upheld)
    assert (ending.ending, ending.finding) == (Ending.NOT_ADOPTED, Finding.MISTAKEN)
    reports = letters(office, upheld, NoticeKind.CLOSING_REPORT)
    assert [report.context["ending"] for report in reports] == ["办结（回访满意）", "不予采纳"]
    assert (await office.ending(rejected)).ending is Ending.SATISFIED
    assert office.reader.case(upheld).ended_at == office.entries(upheld)[4].at  # it ended when it ended


async def test_in_taian_another_person_of_the_managing_unit_has_the_last_word(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="taian")
    confirmed, turned_down = await in_remediation(office), await in_remediation(office)
    for case_no in (confirmed, turned_down):
        await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
        await office.wait_until("2026-03-10 10:00")
        await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
        assert office.reader.case(case_no).ending is None
        assert deadline(office, case_no, ClockKind.APPEAL_CONFIRM) == "2026-03-12 00:00"
        await refused(office, case_no, Action.CONFIRM_APPEAL, REVIEWER, "由单位负责人办理", confirmed=True, reason="x")
        await refused(office, case_no, Action.DECIDE_APPEAL, REVIEWER, "等待所在管理单位确认", **UPHELD)
    assert office.task_kinds(HEAD) == [TaskKind.CONFIRM_APPEAL, TaskKind.CONFIRM_APPEAL]

    await office.act(confirmed, Action.CONFIRM_APPEAL, HEAD, confirmed=True, reason="同意复核意见")
    assert (await office.ending(confirmed)).ending is Ending.NOT_ADOPTED
    await office.wait_until("2026-03-11 10:00")
    await office.act(turned_down, Action.CONFIRM_APPEAL, HEAD, confirmed=False, reason="监控不支持误评")
    state = await office.desk.state(turned_down)
    assert state.appeal is not None
    assert state.appeal.upheld is False
    # Appealed on Mon 03-09, the day of the sign-off: all five are left after Wed 03-11.
    assert deadline(office, turned_down) == "2026-03-19 00:00"
    await of_one_mind(office, turned_down)


async def test_who_handled_the_case_does_not_review_or_confirm_an_appeal(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="taian")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, COLLEAGUE)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.act(case_no, Action.FORCE_CLAIM, HEAD, reason="经办人调离")
    # The officer who signed for it moves to the reviewing office.
    moved = office.directory.user(COLLEAGUE).model_copy(update={"role": Role.REVIEWER, "unit": "ez-shenpi"})
    office.directory.fill(DirectoryFile(units=tuple(office.directory.units()), users=(moved,)))
    own = "您办理过本案，不能再申诉复核，请由其他人员办理"
    await refused(office, case_no, Action.DECIDE_APPEAL, COLLEAGUE, own, **UPHELD)
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    own = "您办理过本案，不能再申诉确认"
    await refused(office, case_no, Action.CONFIRM_APPEAL, HEAD, own, confirmed=True, reason="同意")


async def test_a_supervisor_speaks_for_a_unit_whose_only_head_has_the_case(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    assert TaskKind.CONFIRM_APPEAL not in office.task_kinds(SUPERVISOR)
    await office.act(case_no, Action.FORCE_CLAIM, HEAD, reason="经办人调离")
    assert TaskKind.CONFIRM_APPEAL in office.task_kinds(SUPERVISOR)
    assert TaskKind.CONFIRM_APPEAL not in office.task_kinds(HEAD)
    await office.act(case_no, Action.CONFIRM_APPEAL, SUPERVISOR, confirmed=True, reason="同意复核意见")
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED
    [confirmed] = [entry for entry in office.entries(case_no) if entry.event is Event.APPEAL_CONFIRMED]
    assert confirmed.details["instead_of"] == "单位负责人参与过本案，由监督人员代为确认"
    await of_one_mind(office, case_no)


async def test_a_silent_reviewer_is_late_and_the_officer_loses_nothing(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.wait_until("2026-03-17 12:00")
    assert office.missed(case_no) == {ClockKind.APPEAL_REVIEW}
    told = {letter.recipient for letter in letters(office, case_no, NoticeKind.CLOCK_MISSED)}
    assert {REVIEWER, SUPERVISOR} <= told
    assert OFFICER not in told
    assert TaskKind.OVERSEE in office.task_kinds(SUPERVISOR)
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    assert deadline(office, case_no) == "2026-03-25 00:00"  # 18, 19, 20, 23, 24
    assert TaskKind.OVERSEE not in office.task_kinds(SUPERVISOR)
    await of_one_mind(office, case_no)


async def test_remediation_may_be_handed_in_while_an_appeal_waits(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    assert office.reader.case(case_no).ending is Ending.SATISFIED
    assert office.task_kinds(REVIEWER) == [TaskKind.REVIEW_APPEAL]
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    assert (await office.ending(case_no)).ending is Ending.SATISFIED
    assert Event.ARCHIVED not in {entry.event for entry in office.entries(case_no)}  # closed with the decision


async def test_where_no_appeal_is_provided_nobody_can_file_one(open_office: OpenOffice) -> None:
    office: Office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    assert letters(office, case_no, NoticeKind.APPEAL_RIGHTS) == []
    await refused(office, case_no, Action.FILE_APPEAL, CLERK, "本地区没有开通申诉", reason="误评")
