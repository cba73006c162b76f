"""The templates of official documents: they are what the program makes, complete, safe, and a place may replace one."""

import io
import re
import shutil
import zipfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.shared import Pt
from docxtpl import DocxTemplate

from adapters.documents.defaults import template
from adapters.documents.layout import TEXT_FONT, TITLE, TITLE_FONT
from adapters.documents.templates import FOLDER, PERIOD_CIRCULAR, Templates
from adapters.policy_files import JURISDICTIONS, SHARED, Shelf
from cli import policy as policy_command
from models.documents import NEEDED, OPTIONAL, Blank, DocumentKind
from models.errors import BadPolicy, NoDocument
from tests.documents.samples import document, filled, lines_of, only_needed

KINDS = list(DocumentKind)
each_kind = pytest.mark.parametrize("kind", KINDS)
SHARED_FOLDER = JURISDICTIONS / SHARED / FOLDER


def parts(packed: bytes) -> dict[str, bytes | str]:
    """The parts of an office file; XML without differences of spelling."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    is_xml = re.compile(r".*\.(xml|rels)")
    return {
        name: ElementTree.canonicalize(part.decode()) if is_xml.fullmatch(name) else part
        for name, part in found.items()
    }


@each_kind
def test_the_file_of_a_template_is_what_its_program_makes(kind: DocumentKind) -> None:
    assert parts((SHARED_FOLDER / f"{kind}.docx").read_bytes()) == parts(template(kind))


def test_there_is_a_template_for_every_kind_and_no_other_file() -> None:
    assert {path.name for path in SHARED_FOLDER.iterdir()} == {f"{name}.docx" for name in (*KINDS, PERIOD_CIRCULAR)}


@each_kind
def test_a_template_asks_for_all_that_its_kind_must_say_and_for_nothing_unknown(kind: DocumentKind) -> None:
    asked = DocxTemplate(SHARED_FOLDER / f"{kind}.docx").get_undeclared_template_variables()
    asked |= _asked_in_the_head(kind)
    assert NEEDED[kind] <= asked <= NEEDED[kind] | OPTIONAL[kind]


def _asked_in_the_head(kind: DocumentKind) -> set[str]:
    head = docx.Document(str(SHARED_FOLDER / f"{kind}.docx")).sections[0].first_page_header
    return set(re.findall(r"{{ (\w+) }}", "".join(each.text for each in head.paragraphs)))


@each_kind
def test_a_document_says_everything_that_it_was_given(kind: DocumentKind) -> None:
    blanks = filled(kind)
    said = "".join(lines_of(Templates().fill(document(kind), blanks)))
    told = {blank: text for blank, text in blanks.items() if blank is not Blank.UNIT_NAME or blank in NEEDED[kind]}
    assert [text for text in "\n".join(told.values()).split("\n") if text not in said] == []


@each_kind
def test_what_a_case_leaves_open_leaves_no_hole(kind: DocumentKind) -> None:
    lines = lines_of(Templates().fill(document(kind), only_needed(kind)))
    torn = re.compile(r"[，：；（“]$|[，：；（“][，。；：）”]|None|[{}%]|\s$|^[，。；]")
    by_hand = {"地点：", "各有关单位：", "申诉人于2026年2月16日提出申诉，理由如下：", "测试人社局："}
    assert [line for line in lines if torn.search(line) and line not in by_hand] == []


@each_kind
def test_number_office_and_day_stand_in_their_places(kind: DocumentKind) -> None:
    lines = lines_of(Templates().fill(document(kind), filled(kind)))
    assert lines[0] == "测试行政审批局"
    assert lines[1].endswith("测试督〔2026〕3号")
    assert lines[-2:] == ["测试行政审批局（盖章）", "2026年3月2日"]


@each_kind
def test_the_page_is_that_of_the_standard(kind: DocumentKind) -> None:
    opened = docx.Document(io.BytesIO(Templates().fill(document(kind), filled(kind))))
    section = opened.sections[0]
    paper = (section.page_width, section.page_height)
    margins = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    assert [round(length.mm) for length in (*paper, *margins) if length is not None] == [210, 297, 37, 28, 35, 26]
    text, title = opened.styles["Normal"], opened.styles[TITLE]
    assert (text.font.name, text.font.size, title.font.name, title.font.size) == (TEXT_FONT, Pt(16), TITLE_FONT, Pt(22))
    if section.different_first_page_header_footer:
        assert section.header_distance is not None
        assert round(section.header_distance.mm) == 30


def test_what_people_wrote_stands_there_as_they_wrote_it() -> None:
    kind = DocumentKind.WRITTEN_FEEDBACK
    written = "一、<b>致歉</b> & {{ office }} {% raw %}\x0b\x02\n\n  二、“改正”\t完毕 🙂 \ud7ff\ufffe "
    lines = lines_of(Templates().fill(document(kind), filled(kind, measures=written)))
    first = lines.index("一、<b>致歉</b> & {{ office }} {% raw %}")
    assert lines[first + 1] == "二、“改正”完毕 🙂 \ud7ff"


def test_long_numbers_in_what_people_wrote_are_masked_and_those_of_the_case_are_not() -> None:
    kind = DocumentKind.WRITTEN_FEEDBACK
    blanks = filled(kind, measures="已致电13912345678", evidence="证件420700199001011234")
    said = "".join(lines_of(Templates().fill(document(kind), blanks)))
    assert "139******78" in said
    assert not re.search(r"13912345678|420700199001011234", said)
    assert "ezhou-420700000001-1" in said


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An installation with the shared files and one place, which has no documents of its own yet."""
    shutil.copytree(SHARED_FOLDER, tmp_path / SHARED / FOLDER)
    shutil.copytree(JURISDICTIONS / "ezhou", tmp_path / "ezhou")
    (tmp_path / "ezhou" / FOLDER).mkdir()
    return tmp_path


def own(root: Path, text: str, name: str = "circular.docx") -> Path:
    """A template of the place's own with that text."""
    written = docx.Document()
    written.add_paragraph(text)
    path = root / "ezhou" / FOLDER / name
    written.save(str(path))
    return path


def test_a_place_may_replace_one_document_and_keeps_the_others(root: Path) -> None:
    own(root, "通报 {{ number }}，{{ unit_name }}")
    circular, order = DocumentKind.CIRCULAR, DocumentKind.SUPERVISION_ORDER
    templates = Templates(root)
    assert lines_of(templates.fill(document(circular), filled(circular))) == ["通报 测试督〔2026〕3号，测试市场监管局"]
    ours, shared = (each.fill(document(order), filled(order)) for each in (templates, Templates()))
    assert parts(ours) == parts(shared)
    assert Shelf(root).file("ezhou").policy.name == "鄂州市"


def _no_template(root: Path) -> None:
    (root / "ezhou" / FOLDER / "circular.docx").write_bytes(b"no document")


WRONG: list[tuple[Callable[[Path], object], str]] = [
    (lambda root: own(root, "{{ evaluator_name }}"), "circular.docx：“evaluator_name”不是通报的填空项，可用的有"),
    (lambda root: own(root, "{{ appellant }}"), "circular.docx：“appellant”不是通报的填空项"),
    (lambda root: own(root, "{{ number"), "circular.docx：填空项的写法有误"),
    (lambda root: own(root, "{{ number | shout }}"), "circular.docx：填空项的写法有误"),
    (lambda root: own(root, "{{ number.__class__.__mro__ }}"), "circular.docx：填空项不能填写"),
    (_no_template, "circular.docx：不是能打开的 DOCX 文件"),
    (lambda root: own(root, "", "circulr.docx"), "circulr.docx：没有这种文书，文件名只能是 appeal_decision.docx"),
]


@pytest.mark.parametrize(("spoil", "sentence"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_template_is_refused_with_its_policy_by_file_and_name(
    root: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    spoil(root)
    with pytest.raises(BadPolicy) as refused:
        Shelf(root).file("ezhou")
    assert f"ezhou/{FOLDER}/{sentence}" in str(refused.value)


def test_policy_check_says_what_is_wrong_with_each_document(root: Path) -> None:
    own(root, "{{ mobile }}{{ name }}")
    own(root, "{{ phone }}", "interview_notice.docx")
    out = io.StringIO()
    parser = ArgumentParser(prog="policy")
    policy_command.configure(parser)
    code = policy_command.run(parser.parse_args(["check", "ezhou"]), Shelf(root), out, io.StringIO())
    lines = out.getvalue().splitlines()
    assert (code, lines[-1]) == (policy_command.FAULTS, "共 3 处问题，文件不能使用。")
    assert [re.search(r"“(\w+)”", line)[1] for line in lines[:-1]] == ["mobile", "name", "phone"]  # type: ignore[index]


def test_the_mark_of_a_program_that_has_a_template_open_is_no_fault(root: Path) -> None:
    (root / "ezhou" / FOLDER / "~$rcular.docx").write_bytes(b"somebody")
    assert Shelf(root).file("ezhou").policy.name == "鄂州市"


def test_a_document_is_not_made_from_a_template_that_became_wrong(root: Path) -> None:
    own(root, "{{ evaluator_name }}")
    kind = DocumentKind.CIRCULAR
    with pytest.raises(NoDocument, match=r"ezhou/documents/circular\.docx 有误，没有生成通报：.*evaluator_name"):
        Templates(root).fill(document(kind), filled(kind))


def test_no_blank_is_for_anything_of_an_evaluator() -> None:
    names = " ".join(blank.value for blank in Blank)
    assert not re.search(r"mobile|phone|cert|user_?name|evaluator|comment", names)
