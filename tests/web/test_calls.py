"""The page of a call: evidence that goes with the result, and what the rated units read in the place of the number."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.actions import Action, RecordCallback
from models.callbacks import CallbackKind
from models.steps import Event
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR
from tests.web.conftest import OpenOffice
from tests.web.evaluators import MOBILE, NAME, a_case
from tests.web.pages import Pages, Shown, hidden_of, text_of
from tests.web.paper import PaperActs
from tests.web.test_attachments import JPG, PDF, TAKEN, uploads
from web.routes.hotline import CallPage

RECORDING = TAKEN[5][1]
FOUND = {"choice": "mistaken", "note": "说按错了"}


def page_of(response: Shown) -> CallPage:
    assert response.template.name == "call.html"
    page = response.context["page"]
    assert isinstance(page, CallPage)
    return page


def call_page(pages: Pages, case_no: str) -> CallPage:
    return page_of(pages.get(f"/cases/{case_no}/call"))


@pytest.fixture
def case_no(pages: Pages, acts: PaperActs) -> str:
    """A case whose verification is due, and the hotline at the desk."""
    case_no = acts.dispatch("420700000001")
    pages.log_in(HOTLINE)
    return case_no


def test_a_recording_goes_with_the_result_and_the_record_names_it(pages: Pages, acts: PaperActs, case_no: str) -> None:
    typed = {"key": "k", "evidence": "通话 0310-17", **FOUND}
    sent = pages.post(f"/cases/{case_no}/call/result", typed, uploads(("录音.mp3", RECORDING)))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/{case_no}/called")
    [(_, message, _)] = acts.taken
    assert isinstance(message, RecordCallback)
    [file] = pages.get(f"/cases/{case_no}").context["page"].attachments
    assert file.action is Action.RECORD_CALLBACK
    assert message.evidence == ("通话 0310-17", file.reference)
    assert pages.installation.reader.entries(case_no)[-1].details["evidence"] == f"通话 0310-17；{file.reference}"
    assert pages.get(f"/cases/{case_no}/files/{file.id}").content == RECORDING


def test_a_refused_form_keeps_what_was_uploaded_for_the_next_one(pages: Pages, case_no: str) -> None:
    path = f"/cases/{case_no}/call/result"
    refused = pages.post(path, {"key": "k", "note": "说了很多"}, uploads(("录音.mp3", RECORDING)))
    assert (refused.status_code, page_of(refused).refusal) == (422, "请选择通话结果。")
    [file] = page_of(refused).files
    assert f'name="kept" value="{file.id}" checked' in refused.text
    assert call_page(pages, case_no).files == (file,)
    assert pages.post(path, {"key": "k", "kept": file.id, **FOUND}).status_code == 303
    assert pages.installation.reader.entries(case_no)[-1].details["evidence"] == file.reference


def test_a_file_that_is_not_taken_is_named_and_nothing_is_recorded(pages: Pages, acts: PaperActs, case_no: str) -> None:
    files = uploads(("程序.exe", b"MZ\x90\0"), ("照片.jpg", JPG))
    refused = pages.post(f"/cases/{case_no}/call/result", {"key": "k", **FOUND}, files)
    page = page_of(refused)
    assert refused.status_code == 422
    assert "“程序.exe”不是可以上传的类型" in page.refusal
    assert (page.typed.choice, page.typed.note) == ("mistaken", "说按错了")
    assert [file.name for file in page.files] == ["照片.jpg"]
    assert acts.taken == []


def test_an_upload_that_is_no_longer_ticked_does_not_go_with_the_result(pages: Pages, case_no: str) -> None:
    path = f"/cases/{case_no}/call/result"
    shown = page_of(pages.post(path, {"key": "k"}, uploads(("一.pdf", PDF), ("二.jpg", JPG))))
    wrong, right = shown.files
    again = pages.post(path, {"key": "k", "kept": right.id})
    assert page_of(again).files == (wrong, right)
    assert f'value="{wrong.id}" checked' not in again.text
    assert f'value="{right.id}" checked' in again.text
    assert pages.post(path, {"key": "k", "kept": right.id, **FOUND}).status_code == 303
    assert pages.installation.reader.entries(case_no)[-1].details["evidence"] == right.reference
    assert pages.desk.attachments.of_case(case_no) == [right]


def test_what_an_unheard_form_may_have_recorded_stays(pages: Pages, acts: PaperActs, case_no: str) -> None:
    path = f"/cases/{case_no}/call/result"
    acts.deaf = True
    unheard = pages.post(path, {"key": "k", **FOUND}, uploads(("录音.mp3", RECORDING)))
    assert unheard.status_code == 503
    assert "可以再次提交，不会重复办理" in page_of(unheard).refusal
    acts.deaf = False
    assert pages.post(path, {"key": "k", **FOUND}).status_code == 303
    [file] = pages.desk.attachments.of_case(case_no)
    assert pages.installation.reader.entries(case_no)[-1].details["evidence"] == file.reference


def test_a_form_that_is_larger_than_all_its_files_may_be_is_not_read(pages: Pages, case_no: str) -> None:
    answer = pages.post(
        f"/cases/{case_no}/call/result", {"key": "k"}, None, **{"content-length": str(300 * 1024 * 1024)}
    )
    assert (answer.status_code, answer.template.name) == (422, "message.html")


def test_uploads_wait_for_their_own_person_alone(pages: Pages, case_no: str) -> None:
    pages.post(f"/cases/{case_no}/call/result", {"key": "k"}, uploads(("录音.mp3", RECORDING)))
    pages.log_in(SUPERVISOR)
    assert call_page(pages, case_no).files == ()


@pytest.fixture
def taian(pages: Pages, tmp_path: Path) -> str:
    """A review in a place whose units verify by telephone, with the evaluator's name and number."""
    acts = PaperActs(pages, jurisdiction="taian")
    pages.desk = replace(pages.desk, acts=acts)
    pages.app.state.desk = pages.desk
    return a_case(pages, acts, tmp_path)


def test_the_unit_that_calls_reads_who_connects_it_and_neither_name_nor_number(pages: Pages, taian: str) -> None:
    pages.log_in(OFFICER)
    response = pages.get(f"/cases/{taian}/call")
    page, said = page_of(response), text_of(response)
    assert page.call is not None
    assert (page.call.kind, page.call.may_record) == (CallbackKind.VERIFICATION, True)
    assert "请联系12345话务员（测试12345市长专线办）" in said
    assert f"报案件编号 {taian}，由其拨通后转接给您" in said
    assert [word for word in (MOBILE, NAME, f"{NAME[0]}**", "/reveal") if word in response.text] == []
    assert pages.installation.reveals.log() == []


def test_the_unit_records_its_attempts_and_the_outcome_as_before(pages: Pages, taian: str) -> None:
    pages.log_in(OFFICER)
    for key, choice in (("1", "no_answer"), ("2", "founded")):
        assert pages.post(f"/cases/{taian}/call/result", {"key": key, "choice": choice}).status_code == 303
    calls = [each for each in pages.installation.reader.entries(taian) if each.event is Event.CALLBACK_RECORDED]
    assert [call.details["result"] for call in calls] == ["无人接听", "已接通"]


def test_the_hotline_connects_and_sees_the_number_as_for_any_other_look(pages: Pages, taian: str) -> None:
    pages.log_in(HOTLINE)
    shown = pages.get(f"/cases/{taian}/call")
    assert "整改责任人请您转接的，接通后由其询问，不要把号码告诉对方" in text_of(shown)
    assert f"{NAME[0]}**" in shown.text
    pages.post(f"/cases/{taian}/reveal", {"purpose": "为承办单位转接回访"})
    assert MOBILE in pages.get(f"/cases/{taian}/reveal").text
    assert [look.user_id for look in pages.installation.reveals.log()] == [HOTLINE]


def test_where_the_hotline_was_rated_the_supervisors_connect(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = a_case(pages, acts, tmp_path, unit="ez-12345")
    pages.log_in(HOTLINE)
    response = pages.get(f"/cases/{case_no}/call")
    assert "请联系监督人员（测试行政审批局）" in text_of(response)
    assert MOBILE not in response.text
    assert f"{NAME[0]}**" not in response.text


def test_a_unit_that_had_the_case_before_stays_without_the_number(
    pages: Pages, acts: PaperActs, tmp_path: Path
) -> None:
    case_no = a_case(pages, acts, tmp_path, state={"former_units": ("ez-12345",)})
    pages.log_in(HOTLINE)
    assert pages.get(f"/cases/{case_no}/reveal").status_code == 403
    assert page_of(pages.get(f"/cases/{case_no}/call")).put_through


async def test_a_recording_goes_with_a_call_on_a_real_engine(working_office: OpenOffice) -> None:
    office = await working_office("2026-03-10 09:00")
    case_no = await office.office.dispatch()
    office.log_in(HOTLINE)
    key = hidden_of(await office.get(f"/cases/{case_no}/call"), "key")
    typed = {"key": key, **FOUND}
    sent = await office.post(f"/cases/{case_no}/call/result", typed, uploads(("录音.mp3", RECORDING)))
    assert sent.status_code == 303
    [file] = (await office.get(f"/cases/{case_no}")).context["page"].attachments
    assert office.office.entries(case_no)[-1].details["evidence"] == file.reference
