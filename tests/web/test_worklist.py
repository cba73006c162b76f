"""The worklist: own tasks, what runs out first on top, words beside colours, several sign-offs at once."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from adapters.deputies import Deputies
from casework.worklist import Urgency, urgency
from models.actions import Action
from models.due import in_shanghai
from models.kinds import Priority
from models.steps import TaskKind
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR, at
from tests.web.many_cases import Shelf
from tests.web.pages import Pages, hidden_of, text_of
from tests.web.paper import PaperActs
from web.routes.tasks import SignedOffPage, TasksPage

OTHER_OFFICER = "officer-shichang"


@pytest.fixture
def shelf(database_url: str) -> Iterator[Shelf]:
    """The desk's database, to put tasks into."""
    shelf = Shelf(database_url)
    yield shelf
    shelf.close()


def tasks_of(pages: Pages, user: str, **query: str) -> TasksPage:
    """What that person sees."""
    pages.log_in(user)
    response = pages.get("/tasks", **query)
    assert response.status_code == 200, response.text
    assert response.template.name == "tasks.html"
    page = response.context["page"]
    assert isinstance(page, TasksPage)
    return page


def test_what_runs_out_first_stands_on_top(pages: Pages, acts: PaperActs) -> None:
    later = acts.dispatch("420700000001")
    pages.installation.moment -= timedelta(days=2)
    first = acts.dispatch("420700000002")
    pages.installation.moment += timedelta(days=2)
    assert [task.case_no for task in tasks_of(pages, OFFICER).tasks] == [first, later]


def test_the_legal_date_names_a_make_up_day_and_the_countdown_stands_beside_it(pages: Pages, acts: PaperActs) -> None:
    acts.dispatch("420700000001")
    [task] = tasks_of(pages, OFFICER).tasks
    assert task.until_text == "2026年2月14日（周六，调休上班）24:00"
    assert task.countdown == "还剩 1天6小时"
    said = text_of(pages.get("/tasks"))
    assert task.until_text in said
    assert task.countdown in said
    assert "社会保险登记" in said


def test_a_task_that_is_over_says_so_in_words(pages: Pages, acts: PaperActs) -> None:
    acts.dispatch("420700000001")
    pages.installation.moment = at("2026-02-14 20:00")
    page = tasks_of(pages, OFFICER)
    assert (page.tasks[0].urgency, page.soon) == (Urgency.SOON, 1)
    assert "临近到期" in text_of(pages.get("/tasks"))
    pages.installation.moment = at("2026-02-16 10:00")
    page = tasks_of(pages, OFFICER)
    assert (page.tasks[0].urgency, page.late) == (Urgency.OVER, 1)
    assert "已逾期 1天10小时" in text_of(pages.get("/tasks"))


def test_a_long_limit_is_near_its_end_two_days_before_it_and_not_earlier(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    clock = next(each for each in acts.state(case_no).clocks if each.kind == "remediation")
    ends = clock.due.deadline
    assert urgency(clock.due, ends - timedelta(days=2, minutes=1)) is Urgency.CALM
    assert urgency(clock.due, ends - timedelta(days=2)) is Urgency.SOON
    assert urgency(clock.due, ends) is Urgency.OVER
    assert urgency(None, ends) is Urgency.NONE


def test_everybody_sees_their_own_tasks_and_nobody_those_of_another_unit(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.FILE_APPEAL, CLERK, reason="认错了窗口", evidence=("监控",))
    names = {user: [task.name for task in tasks_of(pages, user).tasks] for user in (OFFICER, HOTLINE, REVIEWER)}
    assert names == {OFFICER: ["签收"], HOTLINE: ["回访核实"], REVIEWER: ["申诉复核"]}
    for user in (OTHER_OFFICER, HEAD, CLERK, SUPERVISOR):
        assert tasks_of(pages, user).tasks == ()
    assert "目前没有待办" in text_of(pages.get("/tasks"))


def test_who_sees_several_units_sees_whose_case_it_is(pages: Pages, acts: PaperActs) -> None:
    acts.dispatch("420700000001")
    assert not tasks_of(pages, OFFICER).shows_units
    assert tasks_of(pages, HOTLINE).shows_units
    assert "测试人社局" in text_of(pages.get("/tasks"))


def test_a_task_leads_to_the_form_of_each_way_to_do_it(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    [task] = tasks_of(pages, OFFICER).tasks
    assert [way.path for way in task.ways] == [f"/cases/{case_no}/act/sign_off"]
    [task] = tasks_of(pages, HOTLINE).tasks
    assert [way.path for way in task.ways] == [f"/cases/{case_no}/call"]
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken", evidence=("录音0213",))
    [task] = tasks_of(pages, SUPERVISOR).tasks
    assert [(way.label, way.path.rpartition("/")[2]) for way in task.ways] == [
        ("确属误评或恶意差评", "confirm_finding"),
        ("评价属实", "reject_finding"),
    ]


def test_a_measure_says_which_one_it_is(pages: Pages, acts: PaperActs, shelf: Shelf) -> None:
    case_no = acts.dispatch("420700000001")
    for kind, document in (("supervise", "督〔2026〕1号"), ("circular", "通〔2026〕1号")):
        acts.act_now(case_no, Action.ISSUE_MEASURE, SUPERVISOR, kind=kind, document_no=document, reason="逾期未签收")
    shelf.task(case_no, TaskKind.ISSUE_INTERVIEW, "supervisor")
    shelf.task(case_no, TaskKind.ISSUE_REFERRAL, "supervisor")
    found = {task.name: task.ways for task in tasks_of(pages, SUPERVISOR).tasks}
    said = {name: [(way.label, way.path.partition("/act/")[2]) for way in ways] for name, ways in found.items()}
    assert said == {
        "落实督办": [("督办销号", "fulfil_measure?kind=supervise")],
        "落实通报": [("通报销号", "fulfil_measure?kind=circular")],
        "下达约谈": [("下达约谈", "issue_measure?kind=interview")],
        "移送处理": [("下达移送", "issue_measure?kind=referral")],
    }
    assert "督查措施" not in text_of(pages.get("/tasks"))


def test_an_urgent_case_stands_before_what_runs_out_earlier(pages: Pages, acts: PaperActs) -> None:
    plain = acts.dispatch("420700000001")
    pages.installation.moment += timedelta(days=3)
    urgent = acts.dispatch("420700000002", priority=Priority.URGENT)
    page = tasks_of(pages, OFFICER)
    assert [task.case_no for task in page.tasks] == [urgent, plain]
    assert page.tasks[0].priority == "急诉速办"


def test_a_deputy_sees_the_absent_colleagues_tasks_marked(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    assert tasks_of(pages, "officer-renshe-2").tasks == ()
    today: date = in_shanghai(acts.now).date()
    here = pages.installation
    Deputies(here.engine, here.people).appoint(OFFICER, "officer-renshe-2", today, today, "年休假", HEAD, acts.now)
    [task] = tasks_of(pages, "officer-renshe-2").tasks
    assert task.deputy_of == "测试·人社整改责任人（officer-renshe）"
    assert "代理 测试·人社整改责任人" in text_of(pages.get("/tasks"))


def test_a_long_list_has_pages_that_neither_repeat_nor_leave_out(pages: Pages, acts: PaperActs) -> None:
    numbers = {acts.dispatch(f"4207000000{number:02d}") for number in range(53)}
    page = tasks_of(pages, OFFICER)
    assert len(page.tasks) == 50
    pages.log_in(OFFICER)
    rest = pages.get(page.older).context["page"]
    assert {task.case_no for task in (*page.tasks, *rest.tasks)} == numbers
    assert len(rest.tasks) == 3
    assert (rest.older, rest.newer) == ("", "/tasks")


def test_several_cases_are_signed_for_at_once_and_each_failure_is_told_in_the_cases_own_words(
    pages: Pages, acts: PaperActs
) -> None:
    one, two, three = (acts.dispatch(f"42070000000{number}") for number in (1, 2, 3))
    elsewhere = acts.dispatch("420700000009", unit="ez-shichang")
    acts.act_now(two, Action.SIGN_OFF, "officer-renshe-2")
    pages.log_in(OFFICER)
    key = hidden_of(pages.get("/tasks"), "key")
    answer = pages.post("/tasks/sign-off", {"key": key, "case": [one, two, three, elsewhere]})
    page = answer.context["page"]
    assert isinstance(page, SignedOffPage)
    assert {each.case_no for each in page.signed} == {one, three}
    refusals = {each.case_no: each.refusal for each in page.refused}
    assert refusals[two].startswith(f"案件 {two} 已由 officer-renshe-2 签收，不必重复签收。")
    assert "不由您所在的单位" in refusals[elsewhere]
    assert "2 件没有签收" in text_of(answer)
    assert acts.state(one).signed_by == OFFICER


def test_the_same_form_sent_twice_signs_once(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    form: dict[str, str | list[str]] = {"key": hidden_of(pages.get("/tasks"), "key"), "case": [case_no]}
    first = pages.post("/tasks/sign-off", form).context["page"]
    again = pages.post("/tasks/sign-off", form).context["page"]
    assert again == first
    assert [entry.event for entry in pages.installation.reader.entries(case_no)] == ["dispatched", "signed_off"]


def test_nothing_chosen_is_said(pages: Pages, acts: PaperActs) -> None:
    pages.log_in(OFFICER)
    assert "没有选择案件" in text_of(pages.post("/tasks/sign-off", {"key": "none"}))
    assert acts.taken == []
