"""The circular of a period: its template, the sentences that follow from its counts, and how it is printed."""

import io
import re
import shutil
from pathlib import Path

import docx
import pytest
from docxtpl import DocxTemplate
from pypdf import PdfReader

from adapters.documents.defaults import period_circular
from adapters.documents.printing import Printer
from adapters.documents.templates import FOLDER, PERIOD_CIRCULAR, Templates
from adapters.policy_files import JURISDICTIONS, SHARED, Shelf
from casework.circular_text import filled, summary_of
from models.analysis import Named
from models.circulars import UNITS, CircularBlank, KeptCircular
from models.errors import BadPolicy, NoDocument
from models.figures import FigurePeriod
from tests.documents.circulars import figures, made_up, scored
from tests.documents.samples import lines_of
from tests.documents.test_printing import WITH_LIBREOFFICE, printed
from tests.documents.test_templates import own, parts

SHARED_FILE = JURISDICTIONS / SHARED / FOLDER / f"{PERIOD_CIRCULAR}.docx"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An installation with the shared files and one place, which has no documents of its own yet."""
    shutil.copytree(SHARED_FILE.parent, tmp_path / SHARED / FOLDER)
    shutil.copytree(JURISDICTIONS / "ezhou", tmp_path / "ezhou")
    (tmp_path / "ezhou" / FOLDER).mkdir()
    return tmp_path


def docx_of(made: KeptCircular) -> bytes:
    """The circular by the default template."""
    return Templates().fill_circular(made.circular.jurisdiction, filled(made))


def said_by(made: KeptCircular, blank: CircularBlank) -> str:
    """What stands in a blank."""
    return filled(made).blanks[blank]


def table_of(made: KeptCircular) -> list[list[str]]:
    """Its only table."""
    [table] = docx.Document(io.BytesIO(docx_of(made))).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_file_of_the_template_is_what_its_program_makes() -> None:
    assert parts(SHARED_FILE.read_bytes()) == parts(period_circular())


def test_the_template_asks_for_every_blank_and_for_nothing_else() -> None:
    asked = DocxTemplate(SHARED_FILE).get_undeclared_template_variables()
    assert asked == {*CircularBlank, UNITS}


def test_number_title_office_and_day_stand_in_their_places() -> None:
    lines = lines_of(docx_of(made_up()))
    assert lines[:4] == [
        "测试市行政审批服务局",
        "差评通报〔2026〕4号",
        "关于测试市2026年第三季度政务服务\n“好差评”情况的通报",
        "各有关单位：",
    ]
    assert "2026年7月1日至2026年9月30日" in lines[4]
    assert "按2026年10月8日8时30分所知统计" in lines[4]
    assert lines[-2:] == ["测试市行政审批服务局（盖章）", "2026年10月8日"]


@pytest.mark.parametrize("made", [made_up(), scored(), made_up(targets={}, bottom_last=0, units=())])
def test_nothing_is_left_unfilled(made: KeptCircular) -> None:
    cells = [cell for row in table_of(made) for cell in row]
    torn = re.compile(r"None|[{}%]{2}|\s$|^[，。；]|[，；：（“][，。；：）”]")
    assert [line for line in (*lines_of(docx_of(made)), *cells) if torn.search(line)] == []


def test_the_table_has_every_unit_with_what_was_divided() -> None:
    rows = table_of(made_up())
    assert rows[0] == ["名次", "单位", "评价总量", "差评", "好评率", "差评整改率", "按期整改率"]
    assert rows[1] == ["1", "测试医疗保障局", "510", "1", "99.80%\n509/510", "100%\n1/1", "0%\n0/1"]
    assert [row[1] for row in rows[1:]] == [unit.name for unit in made_up().circular.units]


def test_a_place_that_scores_is_ranked_by_the_composite_score_and_is_told_what_it_is_made_of() -> None:
    rows = table_of(scored())
    assert rows[0][:3] == ["名次", "单位", "综合评分"]
    assert [row[2] for row in rows[1:]] == ["98.25 分", "95.25 分", "92.25 分", "89.25 分", "86.25 分", "—"]
    made = "综合评分由服务质量（25 分）、主动评价率（25 分）、差评整改率（25 分）、差评整改回访满意率（25 分）组成。"
    assert f"{made}不计评分的记“—”。" in lines_of(docx_of(scored()))
    borne = f"{made}有的单位缺少某一项的，该项分值由其他各项按比例分摊；不计评分的记“—”。"
    assert said_by(scored(is_borne=True), CircularBlank.SCORED) == borne
    assert not any("综合评分" in line for line in lines_of(docx_of(made_up())))


def test_the_sentences_follow_from_the_counts() -> None:
    made = made_up()
    assert said_by(made, CircularBlank.TOTALS) == (
        "本期共收到有效评价2,694件，比上期增加283；好评率99.22%（2,673/2,694），比上期上升0.2个百分点；"
        "差评21件，差评率0.77%（21/2,694），比上期下降0.2个百分点；另有1件差评经核实或者申诉不予采纳，不计入以上各数。"
    )
    assert "差评整改率89.4%（17/19），按期整改率84.2%（16/19）；逾期仍未整改2件次。" in said_by(
        made, CircularBlank.REMEDIATION
    )
    assert said_by(made, CircularBlank.TARGETS) == "差评整改率89.4%（17/19），未达到100%的目标。"
    assert said_by(made, CircularBlank.PROBLEMS).startswith(
        "差评反映较多的原因是“无理由超过法定办理时间”（8件）、“多头跑窗口和部门”（5件）；"
    )
    assert summary_of(made) == (
        "已拟2026年第3季度通报〔2026〕4号：评价 2,694 件，好评率 99.22%（2,673/2,694），6 个单位参加排名。"
        "请在“通报”页面下载，审核、盖章后印发。"
    )


def test_the_first_three_are_praised_and_whoever_is_at_the_bottom_is_named() -> None:
    made = made_up()
    assert said_by(made, CircularBlank.PRAISED) == (
        "对排名在前的测试医疗保障局、测试不动产登记中心、测试人力资源和社会保障局予以表扬。"
    )
    assert said_by(made, CircularBlank.BOTTOM) == (
        "按照末3名列入末位名单的规定，本期列入末位名单的单位为测试住房公积金管理中心、测试市场监督管理局、"
        "测试交通运输局政务服务窗口，名次相同的一并列入。是否约谈，另行通知。"
    )


@pytest.mark.parametrize(
    ("places", "praised"),
    [((1, 2), 1), ((1, 2, 3, 4), 2), ((1,), 0), ((1, 1, 1), 0), ((1, 1, 3, 4), 2), ((None, None), 0)],
)
def test_nobody_is_praised_who_is_not_in_the_better_half(places: tuple[int | None, ...], praised: int) -> None:
    unit = made_up().circular.units[0]
    made = made_up(
        units=tuple(unit.model_copy(update={"place": place, "name": f"单位{n}"}) for n, place in enumerate(places))
    )
    assert said_by(made, CircularBlank.PRAISED).count("单位") == praised


def test_a_rule_of_several_periods_in_a_row_is_told_and_that_it_meets_nobody() -> None:
    units = [unit.model_copy(update={"is_bottom": False}) for unit in made_up().circular.units]
    assert said_by(made_up(bottom_in_a_row=2, units=tuple(units)), CircularBlank.BOTTOM) == (
        "按照末3名、连续2期列入末位名单的规定，本期没有列入末位名单的单位。"
    )
    assert said_by(made_up(bottom_last=0), CircularBlank.BOTTOM) == ""


def test_a_period_without_bad_reviews_and_limits_says_so() -> None:
    made = made_up(figures=figures(100, 0, 0, 0), reasons=(), items=(), period=FigurePeriod.of_months(2026, 9, 1))
    assert said_by(made, CircularBlank.PROBLEMS) == "本期没有计入的差评。"
    assert said_by(made, CircularBlank.REMEDIATION).endswith("本期没有整改期限届满的属实差评。")
    assert said_by(made, CircularBlank.TARGETS) == ""
    assert said_by(made, CircularBlank.PERIOD) == "2026年9月"


def test_a_unit_or_an_item_with_signs_of_a_template_stands_there_as_it_is() -> None:
    written = "A&B <局> {{ office }}"
    unit = made_up().circular.units[0].model_copy(update={"name": written})
    made = made_up(units=(unit,), items=(Named(name=written, count=2),))
    assert table_of(made)[1][1] == written
    assert any(written in line for line in lines_of(docx_of(made)))


def test_a_place_may_replace_it_and_a_wrong_one_is_refused(root: Path) -> None:
    name = f"{PERIOD_CIRCULAR}.docx"
    own(root, "{{ number }}{% for unit in units %}，{{ unit.name }}{% endfor %}", name)
    [line] = lines_of(Templates(root).fill_circular("ezhou", filled(made_up())))
    assert line.startswith("〔2026〕4号，测试医疗保障局，")
    assert Shelf(root).file("ezhou").policy.name == "鄂州市"
    for wrong, said in (
        ("{{ case_no }}", "“case_no”不是期间通报的填空项，可用的有"),
        ("{% for unit in units %}{{ unit.clerk }}{% endfor %}", "填空项不能填写"),
    ):
        own(root, wrong, name)
        with pytest.raises(BadPolicy, match=said):
            Shelf(root).file("ezhou")
        with pytest.raises(NoDocument, match="没有生成期间通报"):
            Templates(root).fill_circular("ezhou", filled(made_up()))


@WITH_LIBREOFFICE
@pytest.mark.parametrize("made", [made_up(), scored()], ids=["good rate", "score"])
def test_it_is_printed_with_every_word_and_the_seal_on_the_page_of_the_day(made: KeptCircular) -> None:
    content = Printer().pdf(docx_of(made))
    _, said, size = printed(content)
    blanks = filled(made).blanks
    words = [text for blank, text in blanks.items() if blank is not CircularBlank.PLACE]
    words += [cell for row in table_of(made) for cell in row]
    assert [word for word in words if re.sub(r"\s", "", word) not in said] == []
    assert tuple(round(length) for length in size) == (210, 297)
    *_, last = PdfReader(io.BytesIO(content)).pages
    assert re.search(r"以备核对。.*（盖章）2026年10月8日", re.sub(r"\s", "", last.extract_text()))
