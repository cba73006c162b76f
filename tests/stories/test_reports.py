"""What citizens report elsewhere than at the 办不成事 window (GH-01, TA-11, XT-14): verified, and open to no appeal."""

from adapters.citizen_reports import CitizenReports
from models.actions import Action
from models.case import Ending, FindingBasis, Stage
from models.clocks import ClockKind
from models.kinds import CaseClass, CaseSource
from models.notices import NoticeKind
from models.reports import ReportForm
from models.steps import TaskKind
from policy.dispatch import order_for_report
from tests.stories.acts import EVIDENCE, called_back, of_one_mind, refused
from tests.stories.conftest import OpenOffice
from tests.stories.places import told_the_evaluator
from tests.support.engine import CLERK, HOTLINE, OFFICER, SUPERVISOR, Office
from tests.support.keys import PERSONAL

FORM = ReportForm(
    jurisdiction="ezhou",
    source=CaseSource.HOTLINE,
    unit="ez-renshe",
    task_name="社会保障卡补换",
    matter="三次来办都说系统故障",
    case_class=CaseClass.GENERAL,
    reporter_name="演示反映人",
    mobile="13800000099",
)


async def registered(office: Office, form: ReportForm) -> str:
    """The case of that report, open; its number."""
    report = CitizenReports(office.engine, PERSONAL).register(form, HOTLINE, await office.now())
    return await office.open(order_for_report(report, office.policy, office.calendar.version))


async def test_what_a_caller_reports_is_verified_within_a_day_and_can_be_found_mistaken(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await registered(office, FORM)
    assert {clock.kind for clock in office.reader.clocks(case_no)} == {ClockKind.SIGN_OFF, ClockKind.VERIFICATION}
    assert office.task_kinds(HOTLINE) == [TaskKind.VERIFICATION_CALLBACK]
    sentence = "来自12345热线的案件没有差评可以申诉"
    await refused(office, case_no, Action.FILE_APPEAL, CLERK, sentence, reason="x")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken", evidence=EVIDENCE)
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="反映的是另一单位", evidence=EVIDENCE)
    assert (await office.ending(case_no)).ending is Ending.NOT_ADOPTED
    await of_one_mind(office, case_no)


async def test_who_reported_something_is_told_the_result_and_not_asked_to_rate_again(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="xintai")
    case_no = await registered(office, FORM.model_copy(update={"jurisdiction": "xintai"}))
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, SUPERVISOR, result="reached", finding="founded")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已补办")
    await called_back(office, case_no, satisfied=True)
    assert (await office.ending(case_no)).ending is Ending.SATISFIED
    assert told_the_evaluator(office, case_no) == [NoticeKind.RESULT_FEEDBACK]


async def test_a_letter_without_a_number_is_put_right_without_calls(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="taian")
    changes = {"jurisdiction": "taian", "source": CaseSource.MAILBOX, "reporter_name": "", "mobile": ""}
    case_no = await registered(office, FORM.model_copy(update=changes))
    case = office.reader.case(case_no)
    assert (case.source, case.finding_basis) == (CaseSource.MAILBOX, FindingBasis.ANONYMOUS)
    assert office.entries(case_no)[0].details["skipped"] == "匿名反映，免予回访核实"
    assert {clock.kind for clock in office.reader.clocks(case_no)} == {ClockKind.SIGN_OFF}
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.reader.case(case_no).stage is Stage.REMEDIATION
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已公示")
    assert office.reader.case(case_no).ending is Ending.ANONYMOUS
    await of_one_mind(office, case_no)
