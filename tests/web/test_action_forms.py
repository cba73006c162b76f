"""Every action has a form; what is typed is never lost; what cannot be taken back is looked at twice."""

from datetime import date

from adapters.deputies import Deputies
from casework.fields import fields_of
from casework.standing import standing_of
from models.actions import Action, RecordCallback, RequestExtension
from models.due import in_shanghai
from models.kinds import MeasureKind
from models.steps import Event
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, OTHER_SUPERVISOR, SUPERVISOR
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages, hidden_of, text_of
from tests.web.paper import PaperActs
from web.action_forms import IRREVERSIBLE, Field, Widget, form_fields
from web.routes.acting import ActionPage

FOUNDED = {"result": "reached", "finding": "founded"}
MISTAKEN = {"result": "reached", "finding": "mistaken", "evidence": ("录音0213",)}


def remediating(acts: PaperActs) -> str:
    """A case that is signed for and founded."""
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, **FOUNDED)
    return case_no


def form(pages: Pages, case_no: str, action: Action, **query: str) -> ActionPage:
    """The form as the person who is logged in gets it."""
    response = pages.get(f"/cases/{case_no}/act/{action}", **query)
    assert response.template.name == "act.html"
    page = response.context["page"]
    assert isinstance(page, ActionPage)
    return page


def fields_by_name(page: ActionPage) -> dict[str, Field]:
    """The inputs by name."""
    return {field.name: field for field in page.fields}


def test_every_action_has_a_form_whose_fields_are_the_messages(pages: Pages, acts: PaperActs) -> None:
    case = pages.installation.reader.case(acts.dispatch("420700000001"))
    standing = standing_of(pages.installation, case)
    for action in set(Action) - {Action.RECORD_CALLBACK}:
        fields = form_fields(action, standing, pages.installation.people, {})
        assert [field.name for field in fields] == list(fields_of(action)), action
        assert {field.name for field in fields if field.required} == {
            name for name, field in fields_of(action).items() if field.is_required()
        }, action
        assert all(field.label for field in fields)


def test_the_result_of_a_call_asks_for_what_that_call_is_for(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    assert list(fields_by_name(form(pages, case_no, Action.RECORD_CALLBACK))) == [
        "result",
        "finding",
        "note",
        "evidence",
    ]
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, **FOUNDED)
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改")
    after = list(fields_by_name(form(pages, case_no, Action.RECORD_CALLBACK)))
    assert after == ["result", "satisfied", "note", "evidence"]


def test_every_form_opens_for_whoever_may_see_the_case(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    for user in (OFFICER, SUPERVISOR):
        pages.log_in(user)
        for action in Action:
            page = form(pages, case_no, action)
            assert page.closed == bool(page.refusal), action
            assert page.title == f"{action.label}：{case_no}"


def test_what_can_be_chosen_is_what_the_policy_and_the_directory_have(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    policy = pages.installation.policy("ezhou")
    returned = fields_by_name(form(pages, case_no, Action.RETURN_ORDER))["reason_code"]
    assert {option.value: option.label for option in returned.options} == policy.returns.reasons
    assert returned.widget is Widget.SELECT
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    others = fields_by_name(form(pages, case_no, Action.REASSIGN))["to"]
    assert [option.value for option in others.options] == ["officer-renshe-2"]
    classes = fields_by_name(form(pages, case_no, Action.REQUEST_CLASS_CHANGE))["case_class"]
    assert [option.value for option in classes.options] == [
        each.value for each in policy.class_limits if each.value != "general"
    ]
    pages.log_in(SUPERVISOR)
    measures = fields_by_name(form(pages, case_no, Action.ISSUE_MEASURE))["kind"]
    assert [option.value for option in measures.options] == sorted(policy.measure_limits, key=list(MeasureKind).index)


def test_an_extension_names_the_last_day_to_which_it_may_reach(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    until = fields_by_name(form(pages, case_no, Action.REQUEST_EXTENSION))["until"]
    clock = next(each for each in acts.state(case_no).clocks if each.kind == "remediation")
    assert until.latest == clock.extendable_to
    assert until.earliest == date.fromordinal(clock.due.last_day.toordinal() + 1)
    assert f"{clock.extendable_to:%Y}年" in until.hint
    assert 'type="date"' in pages.get(f"/cases/{case_no}/act/request_extension").text
    sent = pages.post(
        f"/cases/{case_no}/act/request_extension",
        {"key": "k1", "step": "send", "until": f"{clock.extendable_to}", "reason": "等待配件"},
    )
    assert sent.status_code == 303
    [(_, message, key)] = acts.taken
    assert isinstance(message, RequestExtension)
    assert (message.until, key) == (clock.extendable_to, "k1")


def test_an_action_is_taken_and_the_case_says_what_it_led_to(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/sign_off"
    key = hidden_of(pages.get(path), "key")
    sent = pages.post(path, {"key": key, "step": "send"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/{case_no}?done=2")
    assert "“签收”已记入台账（第 2 步" in text_of(pages.get(sent.headers["location"]))
    again = pages.post(path, {"key": key, "step": "send"})
    assert again.headers["location"] == sent.headers["location"]
    assert pages.post(path, {"key": "another", "step": "send"}).status_code == 409
    assert [entry.event for entry in pages.installation.reader.entries(case_no)] == [Event.DISPATCHED, Event.SIGNED_OFF]


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    path = f"/cases/{case_no}/act/record_callback"
    answer = pages.post(path, {"key": "k", "step": "send", "result": "reached", "note": "称等候过久"})
    assert answer.status_code == 422
    fields = fields_by_name(answer.context["page"])
    assert fields["finding"].fault == "已接通的，请选择核实结论。"
    assert fields["note"].value == "称等候过久"
    assert 'aria-invalid="true"' in answer.text
    assert hidden_of(answer, "key") == "k"
    assert acts.taken == []
    assert fields_by_name(form(pages, case_no, Action.RECORD_CALLBACK))["note"].value == "称等候过久"


FAULTS = [
    ({}, "result", "请选择回访结果。"),
    ({"result": "perhaps"}, "result", "请从列出的选项中选择回访结果。"),
    ({"result": "no_answer", "finding": "founded"}, "finding", "没有接通的，不选核实结论。"),
    ({"result": "no_answer", "note": "长" * 2001}, "note", "备注太长，最多 2000 个字。"),
    ({"result": "no_answer", "evidence": "证据\n" * 21}, "evidence", "证据太多，最多 20 项。"),
]


def test_a_fault_is_told_in_words_of_the_form(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    for typed, name, says in FAULTS:
        answer = pages.post(f"/cases/{case_no}/act/record_callback", {"key": "k", "step": "send", **typed})
        assert answer.status_code == 422
        assert fields_by_name(answer.context["page"])[name].fault == says
    assert acts.taken == []


def test_lines_and_line_ends_of_a_browser_become_a_list(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    typed = {"result": "reached", "finding": "mistaken", "evidence": "录音0213\r\n\r\n登记表，第3页\r\n"}
    assert pages.post(f"/cases/{case_no}/act/record_callback", {"key": "k", "step": "send", **typed}).status_code == 303
    [(_, message, _)] = acts.taken
    assert isinstance(message, RecordCallback)
    assert message.evidence == ("录音0213", "登记表，第3页")


def test_a_refusal_shows_the_form_again_with_what_was_typed(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, **FOUNDED)
    pages.log_in(SUPERVISOR)
    path = f"/cases/{case_no}/act/issue_measure"
    key = hidden_of(pages.get(path), "key")
    acts.act_now(case_no, Action.ISSUE_MEASURE, OTHER_SUPERVISOR, kind="supervise", document_no="1", reason="督办")
    typed = {"kind": "interview", "document_no": "督字〔2026〕2号", "reason": "超期"}
    acts.act_now(case_no, Action.ISSUE_MEASURE, OTHER_SUPERVISOR, kind="interview", document_no="2", reason="约谈")
    answer = pages.post(path, {"key": key, "step": "send", **typed})
    assert answer.status_code == 422
    assert fields_by_name(answer.context["page"])["reason"].value == "超期"
    assert fields_by_name(form(pages, case_no, Action.ISSUE_MEASURE))["document_no"].value == "督字〔2026〕2号"


def test_what_the_case_itself_refuses_is_told_in_its_words_under_a_fresh_key(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    clock = next(each for each in acts.state(case_no).clocks if each.kind == "remediation")
    typed = {"until": f"{clock.due.last_day}", "reason": "等待配件"}
    answer = pages.post(f"/cases/{case_no}/act/request_extension", {"key": "k", "step": "send", **typed})
    assert answer.status_code == 409
    assert "应晚于现在的期限" in text_of(answer)
    assert fields_by_name(answer.context["page"])["reason"].value == "等待配件"
    assert hidden_of(answer, "key") != "k"


def test_who_may_not_act_reads_why_instead_of_a_form(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    answer = pages.get(f"/cases/{case_no}/act/sign_off")
    assert answer.status_code == 409
    assert "“签收”由整改责任人办理，您是12345话务员。" in text_of(answer)
    refused = pages.post(f"/cases/{case_no}/act/sign_off", {"key": "k", "step": "send"})
    assert refused.status_code == 409
    assert "“签收”由整改责任人办理" in text_of(refused)
    assert len(pages.installation.reader.entries(case_no)) == 1


def test_a_case_of_another_unit_has_no_form(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in("officer-shichang")
    for answer in (
        pages.get(f"/cases/{case_no}/act/sign_off"),
        pages.post(f"/cases/{case_no}/act/sign_off", {"key": "k", "step": "send"}),
    ):
        assert answer.status_code == 403
        assert "不由您所在的单位" in text_of(answer)
    assert acts.taken == []


def test_an_address_fills_in_what_a_task_is_about(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(SUPERVISOR)
    page = form(pages, case_no, Action.ISSUE_MEASURE, kind="interview", nonsense="1")
    assert fields_by_name(page)["kind"].values == ("interview",)
    acts.act_now(
        case_no,
        Action.REQUEST_EXTENSION,
        OFFICER,
        until=next(each for each in acts.state(case_no).clocks if each.kind == "remediation").extendable_to,
        reason="等待配件",
    )
    assert fields_by_name(form(pages, case_no, Action.DECIDE_EXTENSION, granted="不予"))["granted"].value == "false"


def test_what_cannot_be_taken_back_is_looked_at_once_more(pages: Pages, acts: PaperActs) -> None:
    assert {Action.CONFIRM_FINDING, Action.CONCLUDE} <= IRREVERSIBLE
    assert Action.SIGN_OFF not in IRREVERSIBLE
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, **MISTAKEN)
    pages.log_in(SUPERVISOR)
    path = f"/cases/{case_no}/act/confirm_finding"
    key = hidden_of(pages.get(path), "key")
    look = pages.post(path, {"key": key, "step": "check", "reason": "录音核对\n无误", "evidence": "录音0213"})
    assert (look.status_code, look.context["page"].second_look) == (200, True)
    assert "办理后不能撤回" in text_of(look)
    assert acts.taken == []
    assert hidden_of(look, "reason") == "录音核对\n无误"
    back = pages.post(path, {"key": key, "step": "edit", "reason": "录音核对\n无误"})
    assert fields_by_name(back.context["page"])["reason"].value == "录音核对\n无误"
    assert not back.context["page"].second_look
    sent = pages.post(path, {"key": key, "step": "send", "reason": hidden_of(look, "reason")})
    assert sent.status_code == 303
    assert acts.state(case_no).ending == "not_adopted"


def test_without_evidence_the_form_asks_for_it_before_the_case_refuses(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, **{**MISTAKEN, "evidence": ()})
    pages.log_in(SUPERVISOR)
    answer = pages.post(f"/cases/{case_no}/act/confirm_finding", {"key": "k", "step": "check", "reason": "无误"})
    assert answer.status_code == 422
    assert "至少要有一份证据" in fields_by_name(answer.context["page"])["evidence"].fault


def test_an_appeal_that_is_upheld_needs_its_finding(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.FILE_APPEAL, CLERK, reason="认错了窗口", evidence=("监控",))
    pages.log_in("reviewer-01")
    path = f"/cases/{case_no}/act/decide_appeal"
    asked = pages.post(path, {"key": "k", "step": "check", "upheld": "true", "reason": "属实"})
    assert fields_by_name(asked.context["page"])["finding"].fault == "申诉成立的，请选择认定结论。"
    asked = pages.post(path, {"key": "k", "step": "check", "upheld": "false", "finding": "mistaken", "reason": "否"})
    assert fields_by_name(asked.context["page"])["finding"].fault == "申诉不成立的，不选认定结论。"


def test_a_deputy_acts_for_the_absent_colleague_without_being_asked_for_it(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    here, today = pages.installation, in_shanghai(acts.now).date()
    Deputies(here.engine, here.people).appoint(OFFICER, "officer-renshe-2", today, today, "年休假", HEAD, acts.now)
    pages.log_in("officer-renshe-2")
    page = form(pages, case_no, Action.SUBMIT_REMEDIATION)
    assert (page.acting_for, [option.value for option in page.names]) == (OFFICER, ["officer-renshe-2", OFFICER])
    typed = {"key": "k", "step": "send", "measures": "已改"}
    own = pages.post(f"/cases/{case_no}/act/submit_remediation", {**typed, "for": "officer-renshe-2"})
    assert own.status_code == 409
    assert "您不能代为提交整改情况" in text_of(own)
    key = hidden_of(own, "key") if 'name="key"' in own.text else "k2"
    sent = pages.post(f"/cases/{case_no}/act/submit_remediation", {**typed, "key": key, "for": OFFICER})
    assert sent.status_code == 303
    assert acts.taken[-1][1].actor.acting_for == OFFICER
    strange = pages.post(f"/cases/{case_no}/act/submit_remediation", {**typed, "for": "officer-shichang"})
    assert strange.status_code == 409
    assert "您今天不是这位同事的代理人" in text_of(strange)


def test_an_action_that_does_not_exist_is_a_page_that_says_so(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    for path in ("sign-off", "sign_off;", "SIGN_OFF", "%20"):
        answer = pages.get(f"/cases/{case_no}/act/{path}")
        assert answer.status_code in (404, 422), path
        assert answer.template.name == "message.html"


async def test_a_whole_case_goes_through_the_pages_over_a_real_engine(working_office: OpenOffice) -> None:
    desk = await working_office("2026-03-10 09:00")
    case_no = await desk.office.dispatch()

    async def do(user: str, action: Action, **typed: str) -> None:
        """Open the task's form as that person, fill it in and send it."""
        desk.log_in(user)
        tasks = (await desk.get("/tasks")).context["page"].tasks
        path = f"/cases/{case_no}/act/{action}"
        assert [task for task in tasks if task.case_no == case_no], f"{user} has no task"
        page = await desk.get(path)
        assert page.status_code == 200, text_of(page)
        sent = await desk.post(path, {"key": hidden_of(page, "key"), "step": "send", **typed})
        assert sent.status_code == 303, text_of(sent)
        shown = await desk.get(sent.headers["location"])
        assert "已记入台账" in text_of(shown)

    await do(OFFICER, Action.SIGN_OFF)
    await do(HOTLINE, Action.RECORD_CALLBACK, result="reached", finding="founded", note="称等候过久")
    await do(OFFICER, Action.SUBMIT_REMEDIATION, measures="增设窗口", evidence="排班表")
    await do(HOTLINE, Action.RECORD_CALLBACK, result="reached", satisfied="false")
    await do(OFFICER, Action.SUBMIT_REMEDIATION, measures="再次走访")
    await do(HOTLINE, Action.RECORD_CALLBACK, result="reached", satisfied="false")
    await do(SUPERVISOR, Action.CONCLUDE, reason="已尽力整改")
    page = (await desk.get(f"/cases/{case_no}")).context["page"]
    assert page.stage == "办结（监督处理）"
    assert [entry.label for entry in page.record] == [entry.event.label for entry in desk.office.entries(case_no)]
    engine = await desk.get(f"/cases/{case_no}/engine")
    assert engine.template.name == "engine.html"
    assert "受理操作" in text_of(engine)
    assert "签收，整改责任人 测试·人社整改责任人" in text_of(engine)


async def test_a_second_click_on_a_real_engine_is_one_action(working_office: OpenOffice) -> None:
    desk = await working_office("2026-03-10 09:00")
    case_no = await desk.office.dispatch()
    desk.log_in(HOTLINE)
    path = f"/cases/{case_no}/act/record_callback"
    typed = {"key": hidden_of(await desk.get(path), "key"), "step": "send", "result": "no_answer"}
    first, second = await desk.post(path, typed), await desk.post(path, typed)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(desk.office.entries(case_no)) == 2
