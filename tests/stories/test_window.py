"""办不成事反映窗口 (GH-29, GH-30): registered, classified, closed within its limit, evaluated, looked back on."""

from adapters.citizen_reports import CitizenReports
from models.actions import Action
from models.case import CaseSource, Ending, FindingBasis, Stage
from models.clocks import ClockKind
from models.due import Limit
from models.kinds import CaseClass, Priority
from models.policy import LookbackRule
from models.reports import ReportForm
from models.steps import TaskKind
from policy.dispatch import order_for_report
from tests.stories.acts import called_back, deadline, of_one_mind, refused
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, HOTLINE, OFFICER, SUPERVISOR
from tests.support.keys import PERSONAL

FORM = ReportForm(
    jurisdiction="gonghe",
    source=CaseSource.UNRESOLVED_WINDOW,
    unit="ez-renshe",
    task_name="社会保障卡补换",
    matter="三次来办都说系统故障",
    case_class=CaseClass.COMPLEX,
    priority=Priority.URGENT,
    reporter_name="演示反映人",
    mobile="13800000099",
)


async def test_a_report_goes_through_its_five_steps(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    every = LookbackRule(percent=100, within=Limit.parse("30 cd"))
    policy = office.policy.model_copy(update={"lookback": every})
    # 接受登记、分类处置
    report = CitizenReports(office.engine, PERSONAL).register(FORM, HOTLINE, await office.now())
    order = order_for_report(report, policy, office.calendar.version)
    case_no = await office.open(order)
    case = office.reader.case(case_no)
    assert (case.source, case.case_class, case.priority) == (
        CaseSource.UNRESOLVED_WINDOW,
        CaseClass.COMPLEX,
        Priority.URGENT,
    )
    # The person stood at the window: nobody has to be called to find out whether it is so.
    assert case.finding_basis is FindingBasis.REPORTED
    assert {clock.kind for clock in office.reader.clocks(case_no)} == {ClockKind.SIGN_OFF}
    await refused(office, case_no, Action.FILE_APPEAL, CLERK, "本地区没有开通申诉", reason="x")

    # 限时办结
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert deadline(office, case_no) == "2026-03-31 00:00"
    assert office.reader.case(case_no).stage is Stage.REMEDIATION
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="系统已修复并当场补卡")
    # 评价反馈, at once (GH-32)
    assert deadline(office, case_no, ClockKind.POST_CALLBACK) == "2026-03-11 00:00"
    await called_back(office, case_no, satisfied=True)
    # 抽查回访
    assert office.task_kinds(SUPERVISOR) == [TaskKind.LOOKBACK]
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="已解决")
    assert (await office.ending(case_no)).ending is Ending.SATISFIED
    await of_one_mind(office, case_no)


async def test_a_reporter_without_a_number_is_not_called(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    nameless = FORM.model_copy(update={"reporter_name": "", "mobile": "", "case_class": CaseClass.GENERAL})
    report = CitizenReports(office.engine, PERSONAL).register(nameless, HOTLINE, await office.now())
    case_no = await office.open(order_for_report(report, office.policy, office.calendar.version))
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已公示")
    assert office.reader.case(case_no).ending is Ending.ANONYMOUS


async def test_what_no_rating_brought_has_no_appeal_where_appeals_exist(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch(source="unresolved_window", satisfaction=None, channel="window")
    assert ClockKind.APPEAL_WINDOW not in {clock.kind for clock in office.reader.clocks(case_no)}
    sentence = "来自办不成事反映窗口的案件没有差评可以申诉"
    await refused(office, case_no, Action.FILE_APPEAL, CLERK, sentence, reason="x")
