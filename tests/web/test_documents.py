"""Official documents on the desk and in the terminal: which there are, who may have them, what they say."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from adapters.documents.press import DocumentPress
from adapters.documents.printing import MISSING, Printer
from casework.documents import documents_for, filled, papers_of
from casework.standing import standing_of
from models.actions import Action
from models.clocks import ClockKind
from models.documents import Blank
from models.steps import Change
from models.views import DateChangeView
from tests.cli.terminal import MOBILE, Terminal
from tests.documents.samples import lines_of
from tests.documents.test_printing import WITH_LIBREOFFICE, printed
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR, at
from tests.web.pages import Pages, Shown, text_of, with_another
from tests.web.paper import PaperActs
from tests.web.test_case_page import rated

OTHER_OFFICER = "officer-shichang"
NAME = "演示评价人九"
PATIENT, SLOWEST = 400.0, 600
"""Seconds: how long LibreOffice may take, and a test that waits for it; both only where something is wrong."""


def signed(acts: PaperActs, project_no: str = "420700000001", **changes: Any) -> str:
    """A case that was signed for and found right; its number."""
    case_no = acts.dispatch(project_no, **changes)
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    return case_no


def remediated(acts: PaperActs, case_no: str, measures: str = "当面致歉，当日补办。\n午间增设一个窗口。") -> str:
    """The case with its remediation handed in."""
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures=measures)
    return case_no


def issue(acts: PaperActs, case_no: str, kind: str, document_no: str, reason: str = "整改不力") -> None:
    """A supervisor issues a measure."""
    acts.act_now(case_no, Action.ISSUE_MEASURE, SUPERVISOR, kind=kind, document_no=document_no, reason=reason)


def listed(pages: Pages, user: str, case_no: str) -> list[tuple[str, str]]:
    """The documents on the case's page, with their numbers."""
    pages.log_in(user)
    paperwork = pages.get(f"/cases/{case_no}").context["page"].paperwork
    return [(each.label, each.number) for each in paperwork.papers]


def download(pages: Pages, user: str, case_no: str, step: int, ending: str = "docx") -> Shown:
    """The document of that step as that person gets it."""
    pages.log_in(user)
    return pages.get(f"/cases/{case_no}/documents/{step}.{ending}")


def lines(pages: Pages, user: str, case_no: str, step: int) -> list[str]:
    """What that document says."""
    answer = download(pages, user, case_no, step)
    assert answer.status_code == 200, text_of(answer)
    return lines_of(answer.content)


def test_the_written_feedback_goes_from_the_unit_to_the_hotline(pages: Pages, acts: PaperActs) -> None:
    case_no = remediated(acts, signed(acts))
    said = lines(pages, OFFICER, case_no, 4)
    assert said[:4] == [
        "测试人社局",
        "差评反馈〔2026〕1号",
        "关于“社会保险登记”差评整改情况的反馈",
        "测试12345市长专线办：",
    ]
    assert f"你单位转办的差评件（编号{case_no}）已完成第1轮整改，现将有关情况反馈如下。" in said
    assert "评价：2026年2月13日，大厅其他终端（含自助终端），非常不满意（1星）。" in said
    assert "办理：2026年2月13日转办，2026年2月13日签收；回访核实结论为属实。" in said
    written = said.index("二、整改情况")
    assert said[written + 1 : written + 3] == ["当面致歉，当日补办。", "午间增设一个窗口。"]
    assert said[-2:] == ["测试人社局（盖章）", "2026年2月13日"]


def test_a_document_that_is_taken_again_has_the_same_number_and_says_the_same(pages: Pages, acts: PaperActs) -> None:
    one, other = (remediated(acts, signed(acts, project_no)) for project_no in ("420700000001", "420700000002"))
    assert listed(pages, OFFICER, one) == [("整改情况反馈", "")]
    assert "取用时编号" in text_of(pages.get(f"/cases/{one}"))
    first = lines(pages, OFFICER, one, 4)
    assert lines(pages, HOTLINE, other, 4)[1] == "差评反馈〔2026〕2号"
    pages.installation.moment += timedelta(days=400)
    assert lines(pages, HOTLINE, one, 4) == first
    assert listed(pages, SUPERVISOR, one) == [("整改情况反馈", "〔2026〕1号")]


def test_each_round_of_remediation_has_its_own_feedback(pages: Pages, acts: PaperActs) -> None:
    case_no = remediated(acts, signed(acts), "第一次")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    remediated(acts, case_no, "第二次")
    first, second = lines(pages, OFFICER, case_no, 4), lines(pages, OFFICER, case_no, 6)
    assert ("第一次" in first, "第二次" in first) == (True, False)
    assert "已完成第2轮整改" in "".join(second)
    assert listed(pages, OFFICER, case_no) == [("整改情况反馈", "〔2026〕1号"), ("整改情况反馈", "〔2026〕2号")]


def test_a_place_whose_rules_ask_for_no_written_feedback_has_none(pages: Pages) -> None:
    acts = PaperActs(pages, "taian")
    case_no = acts.dispatch("370900000001")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.RECORD_CALLBACK, OFFICER, result="reached", finding="founded")
    acts.act_now(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已改")
    assert listed(pages, OFFICER, case_no) == []


MEASURES = [
    ("supervise", "督办函", "关于“社会保险登记”差评整改的督办函", "测试人社局："),
    ("interview", "约谈通知", "关于就“社会保险登记”差评整改进行约谈的通知", "测试人社局："),
    ("circular", "通报", "关于“社会保险登记”差评整改情况的通报", "各有关单位："),
]


@pytest.mark.parametrize(("kind", "label", "title", "addressee"), MEASURES)
def test_a_measure_has_its_document_under_the_number_that_people_gave_it(
    pages: Pages, acts: PaperActs, kind: str, label: str, title: str, addressee: str
) -> None:
    case_no = signed(acts)
    issue(acts, case_no, kind, "测试督〔2026〕8号", "整改不力，未说明理由")
    assert listed(pages, OFFICER, case_no) == [(label, "测试督〔2026〕8号")]
    said = lines(pages, HEAD, case_no, 4)
    assert said[:4] == ["测试行政审批局", "测试督〔2026〕8号", title, addressee]
    assert "整改不力，未说明理由" in said
    assert "测试人社局" in "".join(said[3:])
    assert "于2026年2月27日（周五）24:00前落实" in "".join(said)
    assert said[-2:] == ["测试行政审批局（盖章）", "2026年2月13日"]
    with pages.installation.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from document_numbers").scalar_one() == 0


def test_a_referral_has_no_document(pages: Pages, acts: PaperActs) -> None:
    case_no = signed(acts)
    issue(acts, case_no, "referral", "移〔2026〕1号")
    assert listed(pages, SUPERVISOR, case_no) == []


def test_a_document_names_the_limits_that_had_passed_then_and_no_later_ones(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    issue(acts, case_no, "supervise", "1号")
    pages.installation.moment += timedelta(days=40)
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    issue(acts, case_no, "circular", "2号")
    assert "届满而未完成" not in "".join(lines(pages, SUPERVISOR, case_no, 2))
    assert "以下时限已经届满而未完成：签收时限。" in "".join(lines(pages, SUPERVISOR, case_no, 4))


def test_what_was_sent_before_a_case_went_elsewhere_still_names_the_unit_of_then(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001")
    issue(acts, case_no, "supervise", "1号")
    acts.act_now(case_no, Action.RETURN_ORDER, OFFICER, reason_code="wrong_unit")
    acts.act_now(case_no, Action.REDISPATCH, SUPERVISOR, to_unit="ez-shichang", reason="属于市场监管")
    issue(acts, case_no, "interview", "2号")
    assert lines(pages, SUPERVISOR, case_no, 2)[3] == "测试人社局："
    assert lines(pages, SUPERVISOR, case_no, 5)[3] == "测试市场监管局："
    assert listed(pages, OTHER_OFFICER, case_no) == [("督办函", "1号"), ("约谈通知", "2号")]


def test_a_document_names_the_date_of_then_when_a_notice_has_moved_it_since(pages: Pages, acts: PaperActs) -> None:
    case_no = signed(acts)
    issue(acts, case_no, "supervise", "1号")
    here = pages.installation
    entries, standing = here.reader.entries(case_no), standing_of(here, here.reader.case(case_no))
    papers = papers_of(here, standing, entries, ())
    [document] = documents_for(None, papers.case, entries, standing.rules.policy)
    moved = DateChangeView(
        case_no=case_no,
        seq=5,
        kind=ClockKind.SUPERVISE,
        round=1,
        change=Change.RECOUNTED,
        old_deadline=at("2026-02-26 00:00"),
        new_deadline=at("2026-02-28 00:00"),
        was_provisional=True,
        is_provisional=False,
        reason="放假安排变化",
        ordered_by=SUPERVISOR,
        at=here.now(),
    )
    assert filled(document, "1号", papers)[Blank.DUE] == "2026年2月27日（周五）24:00"
    assert filled(document, "1号", replace(papers, moves=[moved]))[Blank.DUE] == "2026年2月25日（周三）24:00（暂定）"


def appealed(acts: PaperActs, project_no: str = "420700000001") -> str:
    """A case that its clerk has appealed against."""
    case_no = acts.dispatch(project_no, staff_no="RS-0217")
    acts.act_now(case_no, Action.FILE_APPEAL, CLERK, reason="认错了窗口", evidence=("监控",))
    return case_no


def test_the_decision_on_an_appeal_is_the_appellants_and_the_reviewers(pages: Pages, acts: PaperActs) -> None:
    case_no = appealed(acts)
    assert listed(pages, REVIEWER, case_no) == []
    acts.act_now(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=True, finding="mistaken", reason="监控显示无误")
    for user in (REVIEWER, CLERK, SUPERVISOR, OFFICER, HEAD):
        assert [label for label, _ in listed(pages, user, case_no)] == ["申诉复核决定"]
    said = lines(pages, CLERK, case_no, 3)
    assert said[:3] == ["测试行政审批局", "差评复核〔2026〕1号", "申诉复核决定"]
    assert "申诉人：测试·人社窗口人员（测试人社局）。" in said
    assert said.index("一、申诉理由") < said.index("认错了窗口") < said.index("监控显示无误")
    assert "申诉成立，该评价认定为误评，不予采纳。" in said


def test_a_rejected_appeal_leaves_the_review_as_it_is(pages: Pages, acts: PaperActs) -> None:
    case_no = appealed(acts)
    acts.act_now(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="监控显示无误")
    assert "申诉不成立，原评价不变。" in lines(pages, REVIEWER, case_no, 3)


@pytest.mark.parametrize(("confirmed", "result"), [(True, "该评价认定为误评，不予采纳"), (False, "原评价不变")])
def test_where_the_managing_unit_has_the_last_word_the_decision_waits_for_it(
    pages: Pages, confirmed: bool, result: str
) -> None:
    acts = PaperActs(pages, "taian")
    case_no = appealed(acts, "370900000001")
    acts.act_now(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=True, finding="mistaken", reason="评价对象有误")
    assert listed(pages, REVIEWER, case_no) == []
    acts.act_now(case_no, Action.CONFIRM_APPEAL, HEAD, confirmed=confirmed, reason="已核对")
    said = lines(pages, REVIEWER, case_no, 4)
    assert said[0] == "测试行政审批局"
    assert f"所在管理单位的确认意见：测试人社局{'同意' if confirmed else '不同意'}。已核对" in said
    assert result in "".join(said)


def test_a_document_is_not_there_for_those_whom_it_does_not_concern(pages: Pages, acts: PaperActs) -> None:
    case_no = remediated(acts, signed(acts, staff_no="RS-0217"))
    issue(acts, case_no, "supervise", "1号")
    feedback, order = ("整改情况反馈", ""), ("督办函", "1号")
    seen = {user: listed(pages, user, case_no) for user in (OFFICER, HEAD, SUPERVISOR, HOTLINE, REVIEWER, CLERK)}
    assert seen == {
        OFFICER: [feedback, order],
        HEAD: [feedback, order],
        SUPERVISOR: [feedback, order],
        HOTLINE: [feedback],
        REVIEWER: [],
        CLERK: [],
    }
    for user, step in ((HOTLINE, 5), (REVIEWER, 4), (CLERK, 4), (OFFICER, 3), (OFFICER, 99)):
        answer = download(pages, user, case_no, step)
        assert answer.status_code == 404
        assert "没有这份文书，或者您不能取得" in text_of(answer)
    assert download(pages, OTHER_OFFICER, case_no, 4).status_code == 403
    assert download(pages, "admin-01", case_no, 4).status_code == 403


def test_a_unit_that_only_helps_gets_no_document(pages: Pages, acts: PaperActs) -> None:
    case_no = signed(acts)
    acts.act_now(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, units=("ez-shichang",), reason="请协助")
    issue(acts, case_no, "supervise", "1号")
    assert listed(pages, OTHER_OFFICER, case_no) == []
    assert download(pages, OTHER_OFFICER, case_no, 5).status_code == 404


def test_nothing_of_the_evaluator_is_in_any_document(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = rated(pages, acts, tmp_path, comment=f"我是{NAME}，电话{MOBILE}")
    acts.act_now(case_no, Action.SIGN_OFF, OFFICER)
    acts.act_now(case_no, Action.FILE_APPEAL, CLERK, reason="不是我办的")
    acts.act_now(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="监控显示无误")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    issue(acts, case_no, "supervise", "1号", f"评价人（{MOBILE}）再次来电")
    remediated(acts, case_no, f"已给{MOBILE}回电致歉")
    steps = {"申诉复核决定": 4, "督办函": 6, "整改情况反馈": 7}
    assert [label for label, _ in listed(pages, SUPERVISOR, case_no)] == list(steps)
    for step in steps.values():
        said = "".join(lines(pages, SUPERVISOR, case_no, step))
        assert NAME not in said
        assert MOBILE not in said
        assert "None" not in said
        assert "16:40" not in said
        assert "差评原因：" in said


def test_a_download_is_called_by_kind_and_number_and_can_do_nothing(pages: Pages, acts: PaperActs) -> None:
    case_no = signed(acts)
    issue(acts, case_no, "supervise", "测试督〔2026〕8号/急")
    answer = download(pages, SUPERVISOR, case_no, 4)
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=document.docx; filename*=UTF-8''")
    assert unquote(disposition.split("''")[1]) == "督办函_测试督〔2026〕8号_急.docx"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["content-type"].endswith("wordprocessingml.document")


def press_with(pages: Pages, printer: Printer) -> DocumentPress:
    """The desk's press with another printer."""
    press = pages.desk.documents
    assert isinstance(press, DocumentPress)
    return replace(press, printer=printer)


@WITH_LIBREOFFICE
@pytest.mark.timeout(SLOWEST)
def test_a_document_can_be_had_as_pdf(pages: Pages, acts: PaperActs) -> None:
    case_no = remediated(acts, signed(acts))
    with with_another(pages, documents=press_with(pages, Printer(longest=PATIENT))) as desk:
        answer = download(desk, HOTLINE, case_no, 4, "pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert "差评反馈〔2026〕1号" in printed(answer.content)[1]
        assert f'href="/cases/{case_no}/documents/4.pdf"' in desk.get(f"/cases/{case_no}").text


def test_where_libreoffice_is_missing_the_page_says_so_and_docx_is_there(pages: Pages, acts: PaperActs) -> None:
    case_no = remediated(acts, signed(acts))
    with with_another(pages, documents=press_with(pages, Printer(program=None))) as desk:
        desk.log_in(OFFICER)
        page = desk.get(f"/cases/{case_no}")
        assert MISSING in text_of(page)
        assert f"/cases/{case_no}/documents/4.pdf" not in page.text
        assert desk.get(f"/cases/{case_no}/documents/4.docx").status_code == 200
        refused = desk.get(f"/cases/{case_no}/documents/4.pdf")
        assert (refused.status_code, MISSING in text_of(refused)) == (503, True)


def test_the_command_lists_the_documents_and_writes_one(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    terminal, case_no = Terminal(pages.installation), signed(acts)
    assert terminal.run_now("document", case_no).out == "这个案件目前没有可以生成的文书。\n"
    issue(acts, remediated(acts, case_no), "supervise", "测试督〔2026〕8号")
    said = terminal.run_now("document", case_no).out.splitlines()
    assert [line.split() for line in said] == [
        ["整改情况反馈", "written_feedback", "生成时编号", "2026-02-13", "第", "4", "步"],
        ["督办函", "supervision_order", "测试督〔2026〕8号", "2026-02-13", "第", "5", "步"],
    ]
    out = tmp_path / "feedback.docx"
    made = terminal.run_now("document", case_no, "整改情况反馈", "--out", str(out))
    assert (made.code, made.out) == (0, f"整改情况反馈 〔2026〕1号 已写入 {out}\n")
    assert lines_of(out.read_bytes()) == lines(pages, OFFICER, case_no, 4)
    assert "〔2026〕1号" in terminal.run_now("document", case_no, "--as", HOTLINE).out
    assert "督办函" not in terminal.run_now("document", case_no, "--as", HOTLINE).out


def test_the_command_takes_the_latest_of_a_kind_unless_a_step_is_named(
    pages: Pages, acts: PaperActs, tmp_path: Path
) -> None:
    terminal, case_no = Terminal(pages.installation), remediated(acts, signed(acts), "第一次")
    acts.act_now(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    remediated(acts, case_no, "第二次")
    for name, more, text in (("latest.docx", (), "第二次"), ("first.docx", ("--step", "4"), "第一次")):
        said = terminal.run_now("document", case_no, "written_feedback", "--out", str(tmp_path / name), *more)
        assert said.code == 0
        assert text in lines_of((tmp_path / name).read_bytes())


@WITH_LIBREOFFICE
@pytest.mark.timeout(SLOWEST)
def test_the_command_writes_pdf_where_the_name_says_so(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no, out = remediated(acts, signed(acts)), tmp_path / "feedback.PDF"
    pages.installation.documents = press_with(pages, Printer(longest=PATIENT))
    assert Terminal(pages.installation).run_now("document", case_no, "整改情况反馈", "--out", str(out)).code == 0
    assert "差评反馈〔2026〕1号" in printed(out.read_bytes())[1]


def test_the_command_refuses_what_it_cannot_do_and_says_what_to_write(
    pages: Pages, acts: PaperActs, tmp_path: Path
) -> None:
    terminal, case_no = Terminal(pages.installation), remediated(acts, signed(acts))
    (tmp_path / "there.docx").write_bytes(b"mine")
    refusals = [
        (("信函", "--out", "x.docx"), "没有“信函”这种文书。可用：整改情况反馈（written_feedback）"),
        (("通报", "--out", "x.docx"), "这个案件目前没有可以生成的通报"),
        (("整改情况反馈", "--out", "x.docx", "--step", "2"), "第 2 步没有形成整改情况反馈"),
        (("整改情况反馈",), "请用 --out 写明文件名"),
        (("整改情况反馈", "--out", "x.doc"), "以 .docx 或 .pdf 结尾"),
        (("整改情况反馈", "--out", str(tmp_path / "there.docx")), "已经存在，没有覆盖"),
        (("整改情况反馈", "--out", str(tmp_path / "no" / "x.docx")), "写不进文件"),
        (("整改情况反馈", "--out", "x.docx", "--as", OTHER_OFFICER), "您不能查看或办理"),
    ]
    for words, sentence in refusals:
        said = terminal.run_now("document", case_no, *words)
        assert said.code != 0, words
        assert sentence in said.err
    assert (tmp_path / "there.docx").read_bytes() == b"mine"
