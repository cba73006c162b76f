"""What nobody sends any more goes after a month; what the ledger names, and what somebody still writes on, stays."""

from datetime import timedelta

from sqlalchemy import text

from adapters.abandoned import KEPT_FOR
from models.actions import Action
from models.work_in_hand import Attachment, may_be_named_in
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, at
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs
from tests.web.test_action_forms import fields_by_name, form, remediating
from tests.web.test_attachments import JPG, PDF, PNG, uploads

MEASURES = {"key": "k", "measures": "增设窗口"}


def remediate(pages: Pages, case_no: str, step: str, *files: tuple[str, bytes], **typed: list[str]) -> int:
    """Post the officer's form; the status of the answer."""
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    return pages.post(path, {**MEASURES, "step": step, **typed}, uploads(*files) or None).status_code


def drop_draft(pages: Pages, case_no: str) -> None:
    """The form was closed before its draft was kept; only its files are there."""
    pages.desk.drafts.drop(OFFICER, case_no, Action.SUBMIT_REMEDIATION)


def somebody_uploads(pages: Pages, acts: PaperActs, number: str) -> None:
    """Work goes on in another case."""
    case_no = acts.dispatch(number)
    pages.log_in(HOTLINE)
    typed = {"key": "k", "step": "keep", "result": "reached"}
    answer = pages.post(f"/cases/{case_no}/act/record_callback", typed, uploads(("录音.png", PNG)))
    assert answer.status_code == 303


def names(pages: Pages, case_no: str) -> list[str]:
    return [each.name for each in pages.desk.attachments.of_case(case_no)]


def end(acts: PaperActs, case_no: str) -> None:
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)


def test_an_upload_that_nobody_sent_goes_after_a_month(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    assert remediate(pages, case_no, "keep", ("没有提交.jpg", JPG)) == 303
    drop_draft(pages, case_no)
    pages.installation.moment += KEPT_FOR
    somebody_uploads(pages, acts, "420700000002")
    assert names(pages, case_no) == ["没有提交.jpg"]
    pages.installation.moment += timedelta(seconds=1)
    somebody_uploads(pages, acts, "420700000003")
    assert names(pages, case_no) == []


def test_a_file_that_the_ledger_names_stays_however_old(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    assert remediate(pages, case_no, "send", ("整改照片.jpg", JPG)) == 303
    for number in range(2, 5):
        pages.installation.moment += timedelta(days=60)
        somebody_uploads(pages, acts, f"42070000000{number}")
    [file] = pages.get(f"/cases/{case_no}").context["page"].attachments
    assert pages.get(f"/cases/{case_no}/files/{file.id}").content == JPG
    with pages.installation.engine.connect() as connection:
        settled = connection.execute(
            text("select unsent_since is null from attachments where id = :id"), {"id": file.id}
        )
        assert settled.scalar_one()


def test_a_draft_of_an_open_case_stays_with_its_files(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    assert remediate(pages, case_no, "keep", ("写了一半.jpg", JPG)) == 303
    pages.installation.moment += timedelta(days=100)
    somebody_uploads(pages, acts, "420700000002")
    pages.log_in(OFFICER)
    page = form(pages, case_no, Action.SUBMIT_REMEDIATION)
    assert fields_by_name(page)["measures"].value == "增设窗口"
    assert [each.name for each in page.files] == ["写了一半.jpg"]


def test_a_draft_goes_a_month_after_its_case_has_ended_and_its_files_with_it(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    assert remediate(pages, case_no, "keep", ("写了一半.jpg", JPG)) == 303
    pages.installation.moment += timedelta(days=5)
    end(acts, case_no)
    pages.installation.moment += KEPT_FOR
    somebody_uploads(pages, acts, "420700000002")
    assert len(pages.desk.drafts.of_user(OFFICER)) == 1
    pages.installation.moment += timedelta(seconds=1)
    somebody_uploads(pages, acts, "420700000003")
    assert pages.desk.drafts.of_user(OFFICER) == []
    assert names(pages, case_no) == []


def test_keeping_a_draft_sweeps_too_and_never_the_draft_that_is_kept(pages: Pages, acts: PaperActs) -> None:
    case_no, other = remediating(acts), acts.dispatch("420700000002")
    assert remediate(pages, case_no, "keep", ("写了一半.jpg", JPG)) == 303
    for number in (case_no, other):
        pages.desk.drafts.keep(SUPERVISOR, number, Action.URGE, "k", {"reason": ("请抓紧",)})
    end(acts, case_no)
    pages.installation.moment += timedelta(days=31)
    pages.desk.drafts.keep(OFFICER, case_no, Action.SUBMIT_REMEDIATION, "k", {"measures": ("接着写",)})
    assert [each.fields for each in pages.desk.drafts.of_user(OFFICER)] == [{"measures": ("接着写",)}]
    assert names(pages, case_no) == ["写了一半.jpg"]
    assert [each.case_no for each in pages.desk.drafts.of_user(SUPERVISOR)] == [other]


def test_a_file_that_is_about_to_be_sent_is_not_swept_meanwhile(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    assert remediate(pages, case_no, "keep", ("照片.jpg", JPG)) == 303
    drop_draft(pages, case_no)
    [file] = pages.desk.attachments.of_case(case_no)
    pages.installation.moment += timedelta(days=29)
    assert pages.desk.attachments.hold([file.id, "no-such-file"]) == {file.id}
    pages.installation.moment += timedelta(days=29)
    somebody_uploads(pages, acts, "420700000002")
    assert names(pages, case_no) == ["照片.jpg"]
    pages.installation.moment += timedelta(days=2)
    somebody_uploads(pages, acts, "420700000003")
    assert names(pages, case_no) == []
    assert pages.desk.attachments.hold([file.id]) == set()


def test_a_form_whose_file_is_gone_is_not_sent_without_it(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    assert remediate(pages, case_no, "keep", ("照片.jpg", JPG), ("说明.pdf", PDF)) == 303
    path = f"/cases/{case_no}/act/submit_remediation"
    gone, there = pages.desk.attachments.of_case(case_no)
    pages.desk.attachments.remove([gone.id], OFFICER)
    refused = pages.post(path, {**MEASURES, "step": "send", "kept": [gone.id, there.id]})
    assert refused.status_code == 422
    assert "有附件已不在系统中" in text_of(refused)
    assert fields_by_name(refused.context["page"])["measures"].value == "增设窗口"
    assert [each.name for each in refused.context["page"].files] == ["说明.pdf"]
    assert acts.taken == []
    assert remediate(pages, case_no, "send", kept=[there.id]) == 303


def test_a_reference_is_found_by_those_who_do_not_know_the_name() -> None:
    file = Attachment(
        id="a",
        case_no="c",
        number=2,
        action=Action.SIGN_OFF,
        uploaded_by="u",
        name="照片.jpg",
        media_type="image/jpeg",
        size=1,
        sha256="3f2a9c01" + "0" * 56,
        uploaded_at=at("2026-02-13 17:50"),
    )
    assert file.reference == "附件 2 照片.jpg（3f2a9c01）"
    assert may_be_named_in(f"排班表；{file.reference}", 2, file.sha256)
    assert not may_be_named_in(file.reference, 1, file.sha256)
    assert not may_be_named_in(file.reference, 2, "0" * 64)
