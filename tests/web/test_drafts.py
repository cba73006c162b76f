"""Drafts: what was typed is there when the form is opened again, and an engine that does not answer doubles nothing."""

from models.actions import Action
from models.steps import Event
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR
from tests.web.pages import Pages, hidden_of, text_of
from tests.web.paper import PaperActs
from tests.web.test_action_forms import fields_by_name, form, remediating


def test_a_draft_is_kept_and_shown_when_the_form_is_opened_again(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    key = hidden_of(pages.get(path), "key")
    kept = pages.post(path, {"key": key, "step": "keep", "measures": "第一段\r\n第二段"})
    assert kept.status_code == 303
    shown = pages.get(kept.headers["location"])
    assert "草稿已保存" in text_of(shown)
    assert fields_by_name(shown.context["page"])["measures"].value == "第一段\n第二段"
    assert hidden_of(shown, "key") == key
    assert "您有一份“提交整改情况”的草稿" in text_of(pages.get(f"/cases/{case_no}"))
    assert acts.taken == []


def test_a_draft_is_gone_when_it_led_to_a_step(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    pages.post(path, {"key": "k", "step": "keep", "measures": "草稿"})
    assert pages.post(path, {"key": "k", "step": "send", "measures": "已改"}).status_code == 303
    assert pages.desk.drafts.of_user(OFFICER) == []
    assert "草稿" not in text_of(pages.get(f"/cases/{case_no}"))


def test_a_draft_can_be_half_filled_and_thrown_away(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/request_extension"
    assert pages.post(path, {"key": "k", "step": "keep", "until": "不知道"}).status_code == 303
    assert fields_by_name(form(pages, case_no, Action.REQUEST_EXTENSION))["until"].value == "不知道"
    gone = pages.post(path, {"key": "k", "step": "discard"})
    assert gone.headers["location"] == f"/cases/{case_no}"
    assert form(pages, case_no, Action.REQUEST_EXTENSION).draft is None


def test_nobody_sees_the_draft_of_somebody_else(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    pages.post(f"/cases/{case_no}/act/return_order", {"key": "k", "step": "keep", "note": "我的草稿"})
    for user in ("officer-renshe-2", SUPERVISOR):
        pages.log_in(user)
        assert "我的草稿" not in pages.get(f"/cases/{case_no}/act/return_order").text


def test_a_draft_whose_time_has_passed_is_still_readable(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    pages.post(f"/cases/{case_no}/act/return_order", {"key": "k", "step": "keep", "note": "不属于我单位职责"})
    acts.act_now(case_no, Action.SIGN_OFF, "officer-renshe-2")
    answer = pages.get(f"/cases/{case_no}/act/return_order")
    assert answer.status_code == 409
    assert "签收后不能退单" in text_of(answer)
    assert "不属于我单位职责" in text_of(answer)


def test_when_the_engine_recorded_but_did_not_answer_sending_again_gives_the_first_receipt(
    pages: Pages, acts: PaperActs
) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    path = f"/cases/{case_no}/act/record_callback"
    key = hidden_of(pages.get(path), "key")
    typed = {"key": key, "step": "send", "result": "reached", "finding": "founded", "note": "称等候过久"}
    acts.deaf = True
    unheard = pages.post(path, typed)
    assert unheard.status_code == 503
    assert "可以再次提交，不会重复办理" in text_of(unheard)
    assert hidden_of(unheard, "key") == key
    acts.deaf = False
    # The case has gone on meanwhile, so the form would ask for other things; it is the same action all the same.
    again = form(pages, case_no, Action.RECORD_CALLBACK)
    assert (again.unheard, again.key, again.closed) == (True, key, False)
    sent = pages.post(path, {"key": key, "step": "send", "result": "reached"})
    assert sent.headers["location"] == f"/cases/{case_no}?done=2"
    assert [entry.event for entry in pages.installation.reader.entries(case_no)] == [
        Event.DISPATCHED,
        Event.CALLBACK_RECORDED,
    ]
    assert pages.desk.drafts.of_user(HOTLINE) == []


def test_when_the_engine_lost_it_sending_again_takes_what_is_in_the_form_now(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    acts.deaf = acts.loses = True
    assert pages.post(path, {"key": "k", "step": "send", "measures": "第一稿"}).status_code == 503
    acts.deaf = False
    assert fields_by_name(form(pages, case_no, Action.SUBMIT_REMEDIATION))["measures"].value == "第一稿"
    assert pages.post(path, {"key": "k", "step": "send", "measures": "第二稿"}).status_code == 303
    entries = pages.installation.reader.entries(case_no)
    assert entries[-1].details["measures"] == "第二稿"
    assert [entry.event for entry in entries].count(Event.REMEDIATED) == 1


def test_an_unheard_form_that_the_case_then_refuses_gets_a_fresh_key(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/sign_off"
    acts.deaf = acts.loses = True
    assert pages.post(path, {"key": "k", "step": "send"}).status_code == 503
    acts.deaf = False
    acts.act_now(case_no, Action.SIGN_OFF, "officer-renshe-2")
    answer = pages.post(path, {"key": "k", "step": "send"})
    assert answer.status_code == 409
    assert "已由 officer-renshe-2 签收" in text_of(answer)
    assert not answer.context["page"].unheard
