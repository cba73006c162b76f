"""The page of a case: facts, what can be done, limits and why, the record, messages; and the rated clerk's own one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.case_records import CaseRecords
from adapters.directory import read_directory
from cli.import_ratings import import_request
from models.actions import Action
from models.errors import EngineUnavailable
from models.kinds import CaseSource
from models.views import EngineHistoryView
from tests.cli.terminal import MOBILE, RENSHE, ratings_file
from tests.intake.support import RULES
from tests.support.engine import CLERK, DIRECTORY, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR, at
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs
from web.routes.cases import CasePage
from web.routes.mine import MyReviewPage, MyReviewsPage
from web.routes.why import EnginePage, WhyPage

COMMENT = "排队两小时，窗口那位姓王的不理我，我电话13912345678"


class Silent(CaseRecords):
    """Records whose engine does not answer."""

    async def engine_history(self, case_no: str) -> EngineHistoryView:
        """Give up, as the real one does after a while."""
        raise EngineUnavailable("流程引擎没有应答，请稍后重试。")


def case_page(pages: Pages, user: str, case_no: str) -> CasePage:
    """The page as that person sees it."""
    pages.log_in(user)
    response = pages.get(f"/cases/{case_no}")
    assert response.status_code == 200, text_of(response)
    assert response.template.name == "case.html"
    page = response.context["page"]
    assert isinstance(page, CasePage)
    return page


def rated(pages: Pages, acts: PaperActs, folder: Path, comment: str = COMMENT, staff_no: str = "RS-0217") -> str:
    """A case behind which a stored rating lies; its number."""
    here, project_no = pages.installation, "EZ20260213-0001"
    office = read_directory(DIRECTORY)
    here.people.fill(office.model_copy(update={"units": (office.units[0].model_copy(update={"uscc": RENSHE}),)}))
    file = ratings_file(folder / "ratings.csv", {"writingEvaluation": comment, "proManagerNo": staff_no})
    report = here.importer.import_file(import_request(file, here.policy("ezhou"), RULES))
    assert report.bad == 1
    return acts.dispatch(project_no, staff_no=staff_no)


def test_the_head_says_where_the_case_stands_and_by_when_what_is_due(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    page = case_page(pages, OFFICER, case_no)
    assert page.stage == "签收与核实中"
    assert [(limit.name, limit.until_text) for limit in page.running] == [
        ("回访核实时限", "2026年2月14日（周六，调休上班）17:50"),
        ("签收时限", "2026年2月14日（周六，调休上班）24:00"),
        ("申诉期", "2026年2月25日（周三）24:00"),
    ]
    said = text_of(pages.get(f"/cases/{case_no}"))
    assert "还剩 1天6小时" in said
    assert "测试人社局" in said
    assert "社会保险登记" in said


def test_the_buttons_are_what_this_person_can_do_now(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    page = case_page(pages, OFFICER, case_no)
    assert [(each.label, each.path) for each in page.next_actions] == [("签收", f"/cases/{case_no}/act/sign_off")]
    assert [each.label for each in page.other_actions] == ["退单", "申请变更类别"]
    hotline = case_page(pages, HOTLINE, case_no)
    assert [each.label for each in hotline.next_actions] == ["登记回访结果"]
    assert f"/cases/{case_no}/call" in {each.path for each in hotline.other_actions}
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    colleague = case_page(pages, "officer-renshe-2", case_no)
    assert colleague.next_actions == ()


def test_another_units_case_is_a_plain_refusal(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    for user in ("officer-shichang", "head-shichang", "clerk-shichang"):
        pages.log_in(user)
        for path in ("", "/why/sign_off/1", "/act/sign_off", "/files/none"):
            answer = pages.get(f"/cases/{case_no}{path}")
            assert (answer.status_code, answer.template.name) == (403, "message.html"), (user, path)
            assert "不由您所在的单位" in text_of(answer)


def test_a_case_that_does_not_exist_is_said(pages: Pages) -> None:
    pages.log_in(SUPERVISOR)
    answer = pages.get("/cases/ezhou-nothing-1")
    assert answer.status_code == 404
    assert "没有案件 ezhou-nothing-1" in text_of(answer)


def test_the_record_says_who_did_what_in_plain_words(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded", note="称等候过久")
    page = case_page(pages, SUPERVISOR, case_no)
    assert [entry.label for entry in page.record] == ["转办", "签收", "登记回访"]
    assert page.record[0].who == "系统"
    assert page.record[1].who == "测试·人社整改责任人（整改责任人，测试人社局）"
    assert ("备注", "称等候过久") in page.record[2].details
    assert "条，其中已送达对方 0 条" in page.record[0].sent


def test_messages_are_listed_by_kind_and_role_without_numbers_or_addresses(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    page = case_page(pages, SUPERVISOR, case_no)
    assert {(told.kind, told.to) for told in page.messages} >= {
        ("任务通知", "整改责任人"),
        ("任务通知", "12345话务员"),
        ("差评告知（可申诉）", "被评价人"),
    }
    html = pages.get(f"/cases/{case_no}").text
    assert "13800000001" not in html
    assert "example.invalid" not in html


def test_moves_of_a_date_stand_at_their_step(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(
        case_no, Action.PAUSE, SUPERVISOR, reason_code=next(iter(pages.installation.policy("ezhou").pause.reasons))
    )
    page = case_page(pages, SUPERVISOR, case_no)
    [move] = page.record[-1].moves
    assert move.startswith("整改时限")
    assert move.endswith("→ 暂停计时")
    [limit] = [each for each in page.running if each.name == "整改时限"]
    assert (limit.until, limit.until_text) == (None, "暂停计时")


def test_the_complaint_is_shown_without_the_writers_number(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = rated(pages, acts, tmp_path)
    case_page(pages, OFFICER, case_no)
    html = pages.get(f"/cases/{case_no}").text
    assert "排队两小时" in html
    assert "139******78" in html
    assert "13912345678" not in html
    assert MOBILE not in html
    assert "演示评价人九" not in html


def test_the_engines_side_is_for_those_who_oversee(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    for user in (OFFICER, HOTLINE, HEAD, REVIEWER):
        page = case_page(pages, user, case_no)
        assert (page.engine_path, page.workflow_url) == ("", "")
        assert pages.get(f"/cases/{case_no}/engine").status_code == 403
    for user in (SUPERVISOR, "admin-01"):
        page = case_page(pages, user, case_no)
        assert page.engine_path == f"/cases/{case_no}/engine"
        assert page.workflow_url == f"http://127.0.0.1:8233/namespaces/default/workflows/{case_no}"


def test_without_an_answer_from_the_engine_the_ledger_is_still_shown(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(SUPERVISOR)
    records = pages.desk.records
    assert isinstance(records, CaseRecords)
    pages.app.state.desk = replace(pages.desk, records=Silent(**vars(records)))
    answer = pages.get(f"/cases/{case_no}/engine")
    page = answer.context["page"]
    assert isinstance(page, EnginePage)
    assert (answer.status_code, page.history) == (200, None)
    assert "台账来自数据库，不受影响" in text_of(answer)
    assert "转办" in text_of(answer)


def test_why_this_date_is_told_day_by_day_down_to_the_timer(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    pages.log_in(OFFICER)
    answer = pages.get(f"/cases/{case_no}/why/remediation/1")
    page = answer.context["page"]
    assert answer.template.name == "why.html"
    assert isinstance(page, WhyPage)
    skipped = [step for step in page.steps if not step.counts]
    counted = [step.number for step in page.steps if step.number]
    assert counted == [1, 2, 3, 4, 5]
    assert {step.notice for step in skipped if "春节" in step.reason} != {None}
    assert page.timer.startswith("到期时刻 2026-")
    said = text_of(answer)
    assert "第 5 天" in said
    assert page.calendar_version in said


def test_a_pause_and_an_extension_stand_on_the_page_that_explains_the_date(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(
        case_no, Action.PAUSE, SUPERVISOR, reason_code=next(iter(pages.installation.policy("ezhou").pause.reasons))
    )
    pages.installation.moment = at("2026-02-26 10:00")
    acts.act_now(case_no, Action.RESUME, SUPERVISOR, reason="恢复")
    pages.log_in(OFFICER)
    page = pages.get(f"/cases/{case_no}/why/remediation/1").context["page"]
    assert page.changes == "暂停 1 次"
    [pause] = page.pauses
    assert "2026-02-26（周四）10:00 恢复" in pause


def test_a_limit_that_the_case_never_had_is_said(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    assert "没有这个时限" in text_of(pages.get(f"/cases/{case_no}/why/remediation/7"))
    assert pages.get(f"/cases/{case_no}/why/nonsense/1").status_code in (404, 422)


def test_a_clerk_sees_the_own_reviews_without_who_wrote_them_and_what(
    pages: Pages, acts: PaperActs, tmp_path: Path
) -> None:
    case_no = rated(pages, acts, tmp_path)
    acts.dispatch("420700000002", staff_no="RS-0999")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(
        case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded", note="评价人说窗口姓王的不理人"
    )
    pages.log_in(CLERK)
    answer = pages.get("/mine")
    page = answer.context["page"]
    assert isinstance(page, MyReviewsPage)
    assert [review.case_no for review in page.reviews] == [case_no]
    own = pages.get(f"/cases/{case_no}")
    assert own.template.name == "my_review.html"
    assert isinstance(own.context["page"], MyReviewPage)
    reasons = pages.desk.records.complaint(case_no).reasons
    assert reasons
    for shown in (answer, own):
        assert reasons[0] in text_of(shown)
        for hidden in ("排队两小时", "姓王", "13912345678", "139****", "演示评价人九", "16:40", "不理"):
            assert hidden not in shown.text, hidden


def test_the_minute_of_the_evaluation_does_not_reach_the_clerk_by_a_limit(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", staff_no="RS-0217")
    pages.log_in(CLERK)
    assert pages.get(f"/cases/{case_no}/why/appeal_window/1").status_code == 200
    assert pages.get(f"/cases/{case_no}/why/verification/1").status_code == 404


def test_a_clerk_appeals_from_the_own_page_and_reads_the_decision(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", staff_no="RS-0217")
    pages.log_in(CLERK)
    page = pages.get(f"/cases/{case_no}").context["page"]
    assert [(each.label, each.path) for each in page.actions] == [("提出申诉", f"/cases/{case_no}/act/file_appeal")]
    sent = pages.post(
        page.actions[0].path, {"key": "k", "step": "send", "reason": "评价人认错了窗口", "evidence": "监控"}
    )
    assert sent.status_code == 303
    assert "“提出申诉”已记入台账" in text_of(pages.get(sent.headers["location"]))
    acts.act_now(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="监控显示无误")
    said = text_of(pages.get(f"/cases/{case_no}"))
    assert "评价人认错了窗口" in said
    assert "申诉不成立" in said
    assert "监控显示无误" in said


def test_a_clerk_does_not_see_a_review_of_somebody_else(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", staff_no="RS-0999")
    pages.log_in(CLERK)
    assert pages.get("/mine").context["page"].reviews == ()
    answer = pages.get(f"/cases/{case_no}")
    assert answer.status_code == 403
    assert "评价的不是您本人" in text_of(answer)


def test_the_same_number_in_another_unit_is_somebody_else(pages: Pages, acts: PaperActs) -> None:
    acts.dispatch("420700000001", staff_no="RS-0217", unit="ez-shichang")
    pages.log_in(CLERK)
    assert pages.get("/mine").context["page"].reviews == ()


def test_a_clerk_of_the_unit_reads_where_a_report_comes_from(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", source=CaseSource.PETITION, satisfaction=None, channel="petition")
    pages.log_in(CLERK)
    shown = pages.get(f"/cases/{case_no}")
    assert shown.status_code == 200
    rows = dict(shown.context["page"].rows)
    assert rows["来源"] == "信访"
    assert {"评价", "差评原因", "反映的问题"}.isdisjoint(rows)


def test_a_case_from_the_window_shows_its_source(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", source=CaseSource.UNRESOLVED_WINDOW, satisfaction=None)
    assert ("登记编号", "420700000001") in case_page(pages, OFFICER, case_no).rows


def test_an_answer_to_nobody_elses_step_is_claimed(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    pages.log_in(HOTLINE)
    assert pages.get(f"/cases/{case_no}", done="2").context["page"].done == ""


def test_an_ended_case_says_so_and_its_limits_stand_still(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改")
    pages.installation.moment += timedelta(days=1)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    page = case_page(pages, OFFICER, case_no)
    assert page.stage == "办结（回访满意）"
    assert [limit.name for limit in page.running] == ["申诉期"]
    assert ("结束", "2026-02-14（周六）17:50") in page.rows


async def test_the_page_of_a_real_case_says_what_the_engine_says(working_office: OpenOffice) -> None:
    desk = await working_office("2026-03-10 09:00")
    case_no = await desk.office.dispatch()
    await desk.office.act(case_no, Action.SIGN_OFF, OFFICER)
    state = await desk.office.settled(case_no, steps=2)
    desk.log_in(SUPERVISOR)
    page = (await desk.get(f"/cases/{case_no}")).context["page"]
    assert {limit.until for limit in page.running} == {clock.due.deadline for clock in state.clocks}
    history = (await desk.get(f"/cases/{case_no}/engine")).context["page"].history
    assert history is not None
    assert any(event.text.startswith("签收，整改责任人") for event in history.shown)
