"""Files of a case: what is taken, who sees them, how they are handed out, and that a refused one loses nothing else."""

import hashlib
import io
import zipfile

import pytest

from casework.files import LARGEST, MOST, checked, clean_name
from models.actions import Action, SubmitRemediation
from models.errors import BadInput
from tests.support.engine import CLERK, HOTLINE, OFFICER, REVIEWER, SUPERVISOR
from tests.web.conftest import OpenOffice
from tests.web.pages import Files, Pages, hidden_of, text_of
from tests.web.paper import PaperActs
from tests.web.test_action_forms import fields_by_name, form, remediating

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 16


def office_file(folder: str, *more: str) -> bytes:
    """An office document with what every one has, and more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def uploads(*files: tuple[str, bytes]) -> Files:
    """Files as a browser sends them."""
    return [("files", (name, content, "application/octet-stream")) for name, content in files]


TAKEN = [
    ("现场照片.JPG", JPG, "image/jpeg"),
    ("截图.png", PNG, "image/png"),
    ("说明.pdf", PDF, "application/pdf"),
    ("报告.docx", office_file("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("排班.xlsx", office_file("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("录音.mp3", b"ID3\x04" + b"\0" * 20, "audio/mpeg"),
    ("录音2.mp3", b"\xff\xfb\x90\x64" + b"\0" * 20, "audio/mpeg"),
    ("录音.wav", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
]


@pytest.mark.parametrize(("name", "content", "media_type"), TAKEN, ids=[row[0] for row in TAKEN])
def test_what_is_a_document_a_picture_or_a_recording_is_taken(name: str, content: bytes, media_type: str) -> None:
    assert checked(name, content).media_type == media_type


REFUSED = [
    ("程序.exe", b"MZ\x90\0", "不是可以上传的类型"),
    ("没有类型", PDF, "不是可以上传的类型"),
    ("页面.html", b"<html>", "不是可以上传的类型"),
    ("图.svg", b"<svg>", "不是可以上传的类型"),
    ("改了名.pdf", b"MZ\x90\0", "内容不是 pdf 文件"),
    ("改了名.jpg", PNG, "内容不是 jpg 文件"),
    ("压缩包.docx", b"PK\x03\x04broken", "内容不是 docx 文件"),
    ("表格.docx", office_file("xl"), "内容不是 docx 文件"),
    ("带宏.docx", office_file("word", "word/vbaProject.bin"), "内容不是 docx 文件"),
    ("空.pdf", b"", "是空文件"),
    ("太大.pdf", b"%PDF-" + b"0" * LARGEST, "超过 20 MB"),
]


@pytest.mark.parametrize(("name", "content", "why"), REFUSED, ids=[row[0] for row in REFUSED])
def test_anything_else_is_refused_with_the_reason(name: str, content: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        checked(name, content)


NAMES = [
    ("C:\\Users\\me\\现场 照片.jpg", "现场_照片.jpg"),
    ("../../etc/passwd.pdf", "passwd.pdf"),
    ("a\u202egpj.pdf", "agpj.pdf"),
    ("证据；一、二（终稿）.pdf", "证据_一_二_终稿_.pdf"),
    ("a\r\nb.pdf", "ab.pdf"),
    (f"{'长' * 200}.pdf", f"{'长' * 76}.pdf"),
    ("...", "未命名"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES, ids=range(len(NAMES)))
def test_a_name_keeps_nothing_that_leads_elsewhere_or_hides(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_file_is_stored_and_the_ledger_names_it_by_its_reference(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    typed = {"key": hidden_of(pages.get(path), "key"), "step": "send", "measures": "已改", "evidence": "排班表"}
    sent = pages.post(path, typed, uploads(("现场 照片.jpg", JPG), ("说明.pdf", PDF)))
    assert sent.status_code == 303
    [(_, message, _)] = acts.taken
    assert isinstance(message, SubmitRemediation)
    digests = [hashlib.sha256(content).hexdigest()[:8] for content in (JPG, PDF)]
    references = (f"附件 1 现场_照片.jpg（{digests[0]}）", f"附件 2 说明.pdf（{digests[1]}）")
    assert message.evidence == ("排班表", *references)
    entry = pages.installation.reader.entries(case_no)[-1]
    assert entry.details["evidence"] == "；".join(("排班表", *references))
    page = pages.get(f"/cases/{case_no}").context["page"]
    assert [each.reference for each in page.attachments] == list(references)


def test_a_file_is_handed_out_as_a_download_that_can_do_nothing(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    typed = {"key": "k", "step": "send", "measures": "已改"}
    picture = JPG + bytes(3 * 1024 * 1024)
    pages.post(f"/cases/{case_no}/act/submit_remediation", typed, uploads(("现场照片.jpg", picture)))
    [file] = pages.get(f"/cases/{case_no}").context["page"].attachments
    answer = pages.get(f"/cases/{case_no}/files/{file.id}")
    assert answer.content == picture
    assert answer.headers["content-disposition"].startswith("attachment; filename=file-1;")
    assert "filename*=UTF-8''%E7%8E%B0%E5%9C%BA%E7%85%A7%E7%89%87.jpg" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "image/jpeg"


def test_a_refused_file_says_why_and_nothing_else_is_lost(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    typed = {"key": "k", "step": "send", "measures": "增设窗口"}
    answer = pages.post(path, typed, uploads(("说明.pdf", PDF), ("程序.exe", b"MZ")))
    assert answer.status_code == 422
    assert "“程序.exe”不是可以上传的类型" in text_of(answer)
    page = answer.context["page"]
    assert [file.name for file in page.files] == ["说明.pdf"]
    assert fields_by_name(page)["measures"].value == "增设窗口"
    assert acts.taken == []
    again = form(pages, case_no, Action.SUBMIT_REMEDIATION)
    assert [file.name for file in again.files] == ["说明.pdf"]
    sent = pages.post(path, {**typed, "kept": [file.id for file in again.files]})
    assert sent.status_code == 303
    [(_, message, _)] = acts.taken
    assert isinstance(message, SubmitRemediation)
    assert len(message.evidence) == 1


def test_a_file_that_is_not_kept_is_gone(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    pages.post(path, {"key": "k", "step": "keep", "measures": "稿"}, uploads(("一.pdf", PDF), ("二.png", PNG)))
    one, two = form(pages, case_no, Action.SUBMIT_REMEDIATION).files
    pages.post(path, {"key": "k", "step": "keep", "measures": "稿", "kept": [two.id]})
    assert form(pages, case_no, Action.SUBMIT_REMEDIATION).files == (two,)
    assert pages.get(f"/cases/{case_no}/files/{one.id}").status_code == 404
    pages.post(path, {"key": "k", "step": "discard"})
    assert pages.desk.attachments.of_case(case_no) == []


def test_more_than_ten_files_are_not_taken(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    files = uploads(*((f"{number}.pdf", PDF + bytes([number])) for number in range(MOST + 1)))
    answer = pages.post(f"/cases/{case_no}/act/submit_remediation", {"key": "k", "step": "keep"}, files)
    assert answer.status_code == 422
    assert "最多上传 10 个文件，“10.pdf”没有上传" in text_of(answer)
    assert len(answer.context["page"].files) == MOST


def test_a_form_that_is_larger_than_all_its_files_may_be_is_not_read(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    answer = pages.post(
        f"/cases/{case_no}/act/submit_remediation", {"key": "k"}, None, **{"content-length": str(300 * 1024 * 1024)}
    )
    assert (answer.status_code, answer.template.name) == (422, "message.html")
    assert "最多 10 个文件，每个不超过 20 MB" in text_of(answer)


def test_the_second_look_keeps_the_files(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken")
    pages.log_in(SUPERVISOR)
    path = f"/cases/{case_no}/act/confirm_finding"
    look = pages.post(path, {"key": "k", "step": "check", "reason": "核对无误"}, uploads(("录音.wav", TAKEN[-1][1])))
    assert look.context["page"].second_look
    assert "附件 1 录音.wav" in text_of(look)
    typed = {"key": "k", "step": "send", "reason": "核对无误", "kept": hidden_of(look, "kept")}
    assert pages.post(path, typed).status_code == 303
    assert "附件 1 录音.wav" in pages.installation.reader.entries(case_no)[-1].details["evidence"]


def test_the_rated_clerk_sees_only_the_own_files(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", staff_no="RS-0217")
    pages.log_in(CLERK)
    typed = {"key": "k", "step": "send", "reason": "认错了窗口"}
    assert pages.post(f"/cases/{case_no}/act/file_appeal", typed, uploads(("监控.png", PNG))).status_code == 303
    pages.log_in(HOTLINE)
    typed = {"key": "k2", "step": "send", "result": "reached", "finding": "founded"}
    path = f"/cases/{case_no}/act/record_callback"
    assert pages.post(path, typed, uploads(("录音.mp3", TAKEN[5][1]))).status_code == 303
    own, other = pages.get(f"/cases/{case_no}").context["page"].attachments
    pages.log_in(CLERK)
    assert pages.get(f"/cases/{case_no}").context["page"].attachments == (own,)
    assert pages.get(f"/cases/{case_no}/files/{own.id}").content == PNG
    answer = pages.get(f"/cases/{case_no}/files/{other.id}")
    assert answer.status_code == 404
    assert "不能查看" in text_of(answer)
    for user in (OFFICER, REVIEWER, SUPERVISOR):
        pages.log_in(user)
        assert pages.get(f"/cases/{case_no}/files/{other.id}").status_code == 200


def test_a_file_that_no_entry_names_is_its_uploaders_alone(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    pages.post(f"/cases/{case_no}/act/submit_remediation", {"key": "k", "step": "keep"}, uploads(("稿.pdf", PDF)))
    [file] = form(pages, case_no, Action.SUBMIT_REMEDIATION).files
    assert pages.get(f"/cases/{case_no}/files/{file.id}").status_code == 200
    for user in ("officer-renshe-2", SUPERVISOR):
        pages.log_in(user)
        assert pages.get(f"/cases/{case_no}/files/{file.id}").status_code == 404
        assert pages.get(f"/cases/{case_no}").context["page"].attachments == ()


def test_files_of_an_unheard_form_stay_because_they_may_be_recorded(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    acts.deaf = True
    assert (
        pages.post(path, {"key": "k", "step": "send", "measures": "已改"}, uploads(("a.pdf", PDF))).status_code == 503
    )
    acts.deaf = False
    assert pages.post(path, {"key": "k", "step": "discard"}).status_code == 303
    [file] = pages.get(f"/cases/{case_no}").context["page"].attachments
    assert file.reference in pages.installation.reader.entries(case_no)[-1].details["evidence"]


def test_the_same_file_twice_is_kept_once(pages: Pages, acts: PaperActs) -> None:
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    path = f"/cases/{case_no}/act/submit_remediation"
    answer = pages.post(path, {"key": "k", "step": "keep"}, uploads(("a.pdf", PDF), ("a.pdf", PDF)))
    assert answer.status_code == 303
    assert len(form(pages, case_no, Action.SUBMIT_REMEDIATION).files) == 1


def test_a_form_without_evidence_takes_no_files(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    pages.log_in(OFFICER)
    assert not form(pages, case_no, Action.SIGN_OFF).takes_files
    typed = {"key": "k", "step": "send"}
    assert pages.post(f"/cases/{case_no}/act/sign_off", typed, uploads(("a.pdf", PDF))).status_code == 303
    assert pages.desk.attachments.of_case(case_no) == []


async def test_a_file_goes_with_an_action_on_a_real_engine(working_office: OpenOffice) -> None:
    desk = await working_office("2026-03-10 09:00")
    case_no = await desk.office.dispatch()
    desk.log_in(HOTLINE)
    path = f"/cases/{case_no}/act/record_callback"
    typed = {"key": "k", "step": "send", "result": "reached", "finding": "mistaken"}
    assert (await desk.post(path, typed, uploads(("录音0310.mp3", TAKEN[5][1])))).status_code == 303
    [entry] = desk.office.entries(case_no)[1:]
    [file] = (await desk.get(f"/cases/{case_no}")).context["page"].attachments
    assert entry.details["evidence"] == file.reference
