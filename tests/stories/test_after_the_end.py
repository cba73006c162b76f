"""After the end: look-back, withdrawal, and when the file is closed."""

from datetime import timedelta

from models.actions import Action
from models.case import Ending, FindingBasis, Stage
from models.clocks import ClockKind
from models.due import Limit
from models.notices import NoticeKind
from models.policy import LookbackRule
from models.steps import Event, TaskKind
from tests.stories.acts import called_back, deadline, in_remediation, letters, of_one_mind, put_right, refused
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, HOTLINE, OFFICER, OTHER_SUPERVISOR, REVIEWER, SUPERVISOR, Office

WITHDRAWN = {"reason": "本人来电表示误会，请求撤回"}


async def looked_back_on(office: Office) -> str:
    """A satisfied case of a place that looks back on every case, in Gonghe's thirty days."""
    every = LookbackRule(percent=100, within=Limit.parse("30 cd"))
    case_no = await put_right(office, policy=office.policy.model_copy(update={"lookback": every}))
    await called_back(office, case_no, satisfied=True)
    return case_no


async def test_a_look_back_that_finds_it_solved_closes_the_file(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await looked_back_on(office)
    assert deadline(office, case_no, ClockKind.LOOKBACK) == "2026-04-09 00:00"
    assert office.task_kinds(SUPERVISOR) == [TaskKind.LOOKBACK]
    await of_one_mind(office, case_no)
    await office.wait_until("2026-03-25 10:00")
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="现场查看，指南已更新")
    assert (await office.ending(case_no)).ending is Ending.SATISFIED
    assert office.tasks(SUPERVISOR) == []


async def test_a_look_back_that_finds_it_unsolved_opens_the_same_case_again(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await looked_back_on(office)
    await office.wait_until("2026-03-25 10:00")
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=False, note="问题依旧")
    case = office.reader.case(case_no)
    assert (case.stage, case.round, case.ending) == (Stage.REMEDIATION, 2, None)
    # Half of five working days, rounded up: 26, 27, 30.
    assert deadline(office, case_no, round_=2) == "2026-03-31 00:00"
    assert office.task_kinds(OFFICER) == [TaskKind.REMEDIATE]
    await of_one_mind(office, case_no)

    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="重新整改")
    await called_back(office, case_no, satisfied=True)
    assert office.task_kinds(SUPERVISOR) == [TaskKind.LOOKBACK]  # and is looked back on again
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="已解决")
    ending = await office.ending(case_no)
    assert (ending.ending, ending.rounds) == (Ending.SATISFIED, 2)
    reports = letters(office, case_no, NoticeKind.CLOSING_REPORT)
    assert [report.context["rounds"] for report in reports] == ["1", "2"]


async def test_a_case_opened_again_while_an_appeal_is_reviewed_stands_still_until_it_is_decided(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await looked_back_on(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价的不是本人办理的事项", evidence=["叫号记录0309"])
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=False, note="问题依旧")
    assert office.reader.case(case_no).paused
    await of_one_mind(office, case_no)
    await office.wait_until("2026-03-11 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="确系本人办理")
    assert not office.reader.case(case_no).paused
    # Half of five working days, rounded up, from the decision on the 11th: 12, 13, 16.
    assert deadline(office, case_no, round_=2) == "2026-03-17 00:00"
    await of_one_mind(office, case_no)


async def test_a_look_back_that_nobody_makes_is_late(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await looked_back_on(office)
    await office.wait_until("2026-04-09 12:00")
    assert office.missed(case_no) == {ClockKind.LOOKBACK}
    told = letters(office, case_no, NoticeKind.CLOCK_MISSED)
    assert {each.recipient for each in told} == {SUPERVISOR, OTHER_SUPERVISOR}
    none = "这个案件没有待登记的回头看"
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="已解决")
    await office.ending(case_no)
    await refused(office, case_no, Action.RECORD_LOOKBACK, SUPERVISOR, "已结束", solved=True, note=none)


async def test_a_withdrawn_review_is_put_right_without_calls_and_stays_on_record(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await refused(office, case_no, Action.RECORD_WITHDRAWAL, OFFICER, "由12345话务员办理", **WITHDRAWN)
    await office.act(case_no, Action.RECORD_WITHDRAWAL, HOTLINE, **WITHDRAWN)
    case = office.reader.case(case_no)
    assert (case.stage, case.finding_basis) == (Stage.REMEDIATION, FindingBasis.WITHDRAWN)
    assert office.tasks(HOTLINE) == []
    await refused(office, case_no, Action.TRIGGER_CALLBACK, HOTLINE, "评价人已撤回评价，不再回访")
    await refused(office, case_no, Action.RECORD_WITHDRAWAL, HOTLINE, "此前已撤回评价", **WITHDRAWN)

    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改进")
    ending = await office.ending(case_no)
    assert ending.ending is Ending.WITHDRAWN
    assert ending.ending.counts  # taking it back is no finding against it
    assert office.reader.case(case_no).satisfaction == 1
    assert Event.WITHDRAWN in {entry.event for entry in office.entries(case_no)}


async def test_a_withdrawal_after_the_remediation_ends_the_case(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await put_right(office)
    await office.act(case_no, Action.RECORD_WITHDRAWAL, HOTLINE, **WITHDRAWN)
    assert office.reader.case(case_no).ending is Ending.WITHDRAWN
    assert ClockKind.POST_CALLBACK not in office.missed(case_no)
    await of_one_mind(office, case_no)


async def test_a_withdrawal_during_the_remediation_leaves_the_limit_running(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.RECORD_WITHDRAWAL, HOTLINE, **WITHDRAWN)
    assert deadline(office, case_no) == "2026-03-17 00:00"
    await office.wait_until("2026-03-17 12:00")
    assert ClockKind.REMEDIATION in office.missed(case_no)
    await of_one_mind(office, case_no)


async def test_an_anonymous_review_cannot_be_withdrawn(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch(anonymous=True)
    sentence = "这个案件没有可以撤回评价的实名评价人"
    await refused(office, case_no, Action.RECORD_WITHDRAWAL, HOTLINE, sentence, **WITHDRAWN)


async def test_the_file_is_closed_when_the_appeal_period_is_over(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await put_right(office)
    await called_back(office, case_no, satisfied=True)
    assert not (await office.desk.state(case_no)).archived
    await office.ending(case_no)
    last = office.entries(case_no)[-1]
    assert last.event is Event.ARCHIVED
    window = office.clock(case_no, ClockKind.APPEAL_WINDOW)
    assert timedelta(0) <= last.at - window.due.deadline < timedelta(minutes=1)
    assert ClockKind.APPEAL_WINDOW not in office.missed(case_no)  # a right that lapses makes nobody late
    assert office.tasks(OFFICER) == office.tasks(HOTLINE) == office.tasks(SUPERVISOR) == []


async def test_a_case_without_appeal_or_look_back_is_closed_with_its_end(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    none = office.policy.model_copy(update={"lookback": LookbackRule()})
    case_no = await put_right(office, policy=none)
    await called_back(office, case_no, satisfied=True)
    await office.ending(case_no)
    assert office.entries(case_no)[-1].event is Event.CALLBACK_RECORDED
    assert len(letters(office, case_no, NoticeKind.ARCHIVE)) == 1
