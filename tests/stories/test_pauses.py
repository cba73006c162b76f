"""暂停计时: for a listed reason, up to a ceiling, never twice over, and together with an appeal."""

from typing import Any

from models.actions import Action
from models.clocks import ClockKind
from models.notices import NoticeKind
from tests.stories.acts import date_changes, deadline, in_remediation, letters, of_one_mind, refused, rungs
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, OFFICER, REVIEWER, SUPERVISOR

PAUSED = {"reason_code": "waiting_for_citizen", "note": "等待补充材料"}
REJECTED: dict[str, Any] = {"upheld": False, "reason": "评价属实"}


async def test_a_pause_gives_back_the_working_days_that_were_left(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-11 10:00")
    receipt = await office.act(case_no, Action.PAUSE, SUPERVISOR, **PAUSED)
    assert "整改时限暂停计时" in receipt.said
    entry = office.entries(case_no)[-1]
    assert (entry.details["reason"], entry.details["note"]) == ("等待评价人补充材料或到场", "等待补充材料")
    await of_one_mind(office, case_no)
    await office.wait_until("2026-03-18 14:00")  # one day after the limit that was
    assert office.missed(case_no) == set()
    assert rungs(office, case_no) == []
    await office.act(case_no, Action.RESUME, SUPERVISOR, reason="材料已补齐")
    # Only Tue 03-10 was used: 19, 20, 23, 24.
    assert deadline(office, case_no) == "2026-03-25 00:00"
    assert office.clock(case_no, ClockKind.REMEDIATION).due.pauses[0].why == "等待评价人补充材料或到场"
    await of_one_mind(office, case_no)


async def test_at_its_ceiling_a_pause_ends_by_itself(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-11 10:00")
    await office.act(case_no, Action.PAUSE, SUPERVISOR, **PAUSED)
    assert deadline(office, case_no, ClockKind.PAUSE) == "2026-03-26 00:00"
    await office.wait_until("2026-03-26 09:00")
    last = office.entries(case_no)[-1]
    assert (last.details["clock"], last.details["plan"]) == ("暂停上限", "暂停已满上限，自动恢复计时")
    assert ClockKind.PAUSE not in office.missed(case_no)
    # Resumed on Thu 03-26 at 0:00, so day 1 of the four that were left is Friday (R9): 27, 30, 31, 04-01.
    assert deadline(office, case_no) == "2026-04-02 00:00"
    await refused(office, case_no, Action.RESUME, SUPERVISOR, "案件没有被暂停计时", reason="x")
    await of_one_mind(office, case_no)


async def test_a_pause_needs_a_listed_reason_a_running_limit_and_comes_once(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    pause = Action.PAUSE
    await refused(office, case_no, pause, SUPERVISOR, "整改时限还没有开始，不需要暂停", **PAUSED)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await refused(office, case_no, pause, OFFICER, "由监督人员办理", **PAUSED)
    listed = "暂停理由“holiday”不在列表中，可选：waiting_for_citizen（等待评价人补充材料或到场）、"
    await refused(office, case_no, pause, SUPERVISOR, listed, reason_code="holiday")
    await office.act(case_no, pause, SUPERVISOR, **PAUSED)
    await refused(office, case_no, pause, SUPERVISOR, "案件已经暂停计时", **PAUSED)
    await office.act(case_no, Action.RESUME, SUPERVISOR, reason="材料已补齐")
    await refused(office, case_no, pause, SUPERVISOR, "每件最多暂停 1 次，本案已暂停 1 次", **PAUSED)


async def test_a_limit_that_is_over_cannot_be_paused(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-17 09:00")
    over = "整改时限已于 2026年3月16日（周一）24:00届满，不能再暂停"
    await refused(office, case_no, Action.PAUSE, SUPERVISOR, over, **PAUSED)


async def test_with_an_appeal_on_top_the_limit_runs_again_when_both_are_over(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    pause_first, appeal_first = await in_remediation(office), await in_remediation(office)
    await office.wait_until("2026-03-11 10:00")
    await office.act(pause_first, Action.PAUSE, SUPERVISOR, **PAUSED)
    await office.act(appeal_first, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.wait_until("2026-03-12 10:00")
    await office.act(pause_first, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    await office.act(appeal_first, Action.PAUSE, SUPERVISOR, **PAUSED)
    await office.wait_until("2026-03-13 10:00")
    await office.act(pause_first, Action.RESUME, SUPERVISOR, reason="材料已补齐")
    await office.act(appeal_first, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    for case_no in (pause_first, appeal_first):
        assert office.reader.case(case_no).paused
        await of_one_mind(office, case_no)
    await office.wait_until("2026-03-16 10:00")
    await office.act(pause_first, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    await office.act(appeal_first, Action.RESUME, SUPERVISOR, reason="材料已补齐")
    for case_no in (pause_first, appeal_first):
        # One stretch from Wed 03-11 to Mon 03-16, whoever asked for which part: 17, 18, 19, 20 are left.
        assert deadline(office, case_no) == "2026-03-21 00:00"
        assert date_changes(office, case_no) == ["暂停计时 03-17 → 暂停", "恢复计时 03-17 → 03-21"]
        await of_one_mind(office, case_no)


async def test_a_paused_case_may_be_put_right_all_the_same(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.PAUSE, SUPERVISOR, **PAUSED)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await of_one_mind(office, case_no)
    await office.wait_until("2026-03-27 10:00")
    assert letters(office, case_no, NoticeKind.CLOCK_MISSED) != []  # the callback's own limit ran on
    assert ClockKind.REMEDIATION not in office.missed(case_no)
    await of_one_mind(office, case_no)
