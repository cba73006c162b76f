"""The circular of the hand-made month: what it counts, that there is one for each period, its page and its command."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import docx
import pytest
from sqlalchemy import insert, update

from adapters.analyses import PostgresAnalyses
from adapters.circulars import PostgresCirculars
from adapters.directory import Directory
from adapters.scores import PostgresScores
from adapters.tables.directory import UNITS
from casework.circulars import CircularPorts, drawn_up
from casework.periods import read_period
from models.analysis import Named, figures_of
from models.circulars import KeptCircular
from models.errors import BadInput
from models.figures import FigureKind, FigurePeriod
from models.people import Unit
from tests.cli.terminal import Terminal
from tests.documents.test_printing import WITH_LIBREOFFICE, printed
from tests.figures.month import AT_THE_END, LATER, Month
from tests.figures.scored import FOUR_DIMENSIONS, score_book
from tests.figures.stored import FILE, MARCH, PLACE
from tests.figures.test_month import AS_OF_THE_END, book_of
from tests.web.pages import text_of

BY = ("--as", "supervisor-01")


def ports_of(month: Month, scores: PostgresScores | None = None) -> CircularPorts:
    """What a circular of the month draws on."""
    engine = month.pages.installation.engine
    return CircularPorts(
        book_of(month),
        PostgresAnalyses(engine),
        scores or PostgresScores(engine),
        PostgresCirculars(engine),
        Directory(engine),
    )


def drawn(
    month: Month, as_of: datetime = AT_THE_END, period: FigurePeriod = MARCH, scores: PostgresScores | None = None
) -> KeptCircular:
    """The circular of March, or of another period that has ratings."""
    made = drawn_up(ports_of(month, scores), FILE, period, as_of)
    assert made is not None
    return made


def test_its_figures_are_those_that_were_worked_out_by_hand(fresh_month: Month) -> None:
    made = drawn(fresh_month)
    this = made.circular
    parts = {kind: (figure.numerator, figure.denominator) for kind, figure in figures_of(this.figures).items()}
    assert parts == {kind: AS_OF_THE_END[kind][0] for kind in parts}
    assert {FigureKind.N_EVAL, FigureKind.GOOD_RATE, FigureKind.REMEDIATION_RATE, FigureKind.ON_TIME_RATE} <= set(parts)
    assert (made.number, made.code, this.office) == ("〔2026〕1号", "2026-1", "测试行政审批局")
    assert [(unit.name, unit.place) for unit in this.units] == [("测试人社局", 1), ("测试市场监管局", 2)]
    assert this.items == (Named(name="社会保险登记（T1）", count=4), Named(name="社会保险登记（T3）", count=2))
    # The place has neither a bottom nor scores.
    assert (this.bottom_last, this.dimensions) == (0, ())


def test_it_stays_as_it_was_when_an_appeal_changes_the_figures(fresh_month: Month) -> None:
    first = drawn(fresh_month)
    again = drawn(fresh_month, LATER)
    assert again == first
    assert again.circular.as_of == AT_THE_END
    other = drawn(fresh_month, LATER, read_period("2026-Q1"))
    assert (other.number, other.circular.as_of) == ("〔2026〕2号", LATER)
    book = ports_of(fresh_month).book
    assert [each.count for each in book.kept(PLACE)] == [2, 1]
    assert (book.find(PLACE, 2026, 1), book.find(PLACE, 2026, 3), book.kept("taian")) == (first, None, [])


def test_those_who_ask_at_once_get_the_same_one(fresh_month: Month) -> None:
    book, counted = ports_of(fresh_month).book, drawn(fresh_month).circular
    february = counted.model_copy(update={"period": MARCH.before})
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda user: book.keep(february, user), ("a", "b", "c", "d")))
    assert {each.number for each in made} == {"〔2026〕2号"}
    assert len({each.made_by for each in made}) == 1


def test_a_place_with_composite_scores_is_ranked_by_them(fresh_month: Month, tmp_path: Path) -> None:
    this = drawn(fresh_month, scores=score_book(fresh_month, tmp_path, FOUR_DIMENSIONS)).circular
    assert this.dimensions == ("服务质量（25 分）", "签收（25 分）", "整改（25 分）", "回访满意（25 分）")
    # Nobody was called back about 市场监管局, so it has no score.
    assert [(unit.name, unit.place) for unit in this.units] == [("测试人社局", 1), ("测试市场监管局", None)]
    assert this.units[0].score.endswith(" 分")
    assert this.units[1].score == "—"
    assert not this.is_borne


def test_where_the_others_bear_a_missing_dimension_the_circular_says_so(fresh_month: Month, tmp_path: Path) -> None:
    dimension = 'figure = "callback_satisfaction_rate"\n'
    rules = FOUR_DIMENSIONS.replace(dimension, f"{dimension}others_bear = true\n")
    this = drawn(fresh_month, scores=score_book(fresh_month, tmp_path, rules)).circular
    assert [unit.place for unit in this.units] == [1, 2]
    assert this.is_borne


def test_a_period_that_is_not_over_has_none_and_one_without_ratings_gets_no_number(month: Month) -> None:
    with pytest.raises(BadInput, match="还没有结束"):
        drawn(month, LATER, read_period("2026-Q2"))
    with pytest.raises(BadInput, match="按月、季度或年"):
        drawn(month, LATER, FigurePeriod(first=MARCH.first, last=MARCH.first))
    assert drawn_up(ports_of(month), FILE, read_period("2025-07"), LATER) is None
    assert ports_of(month).book.kept(PLACE) == []


def test_it_issues_from_the_supervising_office_of_the_area_and_without_one_it_is_refused(fresh_month: Month) -> None:
    elsewhere = Unit(id="a-first", name="外地行政审批局", uscc="", kind="supervising", area_code="370900")
    ports = ports_of(fresh_month)
    engine = fresh_month.pages.installation.engine
    with engine.begin() as connection:
        connection.execute(insert(UNITS).values(elsewhere.model_dump()))
    assert drawn(fresh_month).circular.office == "测试行政审批局"
    with engine.begin() as connection:
        connection.execute(update(UNITS).values(kind="handling"))
    with pytest.raises(BadInput, match="单位目录中没有监督单位"):
        drawn(fresh_month, LATER, read_period("2026-Q1"))
    assert len(ports.book.kept(PLACE)) == 1


def test_a_supervisor_has_it_drawn_up_for_the_own_office_and_takes_it_away(fresh_month: Month) -> None:
    desk = fresh_month.pages
    desk.log_in("supervisor-01")
    empty = desk.get("/circulars", place="ezhou")
    assert empty.context["page"].period == "2026-Q1"
    assert "还没有拟过通报" in text_of(empty)
    for _ in range(2):
        answer = desk.post("/circulars", {"place": "ezhou", "period": "2026-Q1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/circulars?place=ezhou")
    shown = desk.get("/circulars", place="ezhou")
    [row] = shown.context["page"].rows
    assert (row.number, row.period, row.path) == ("〔2026〕1号", "2026年第1季度", "/circulars/ezhou/2026-1")
    assert row.by == "测试·监督人员（supervisor-01）"
    assert "系统只拟稿，不发送" in text_of(shown)
    file = desk.get(f"{row.path}.docx")
    assert file.status_code == 200
    assert "%E6%8B%9F%E7%A8%BF" in file.headers["content-disposition"]  # 拟稿
    lines = [each.text for each in docx.Document(io.BytesIO(file.content)).paragraphs]
    assert "差评通报〔2026〕1号" in lines
    assert "测试行政审批局（盖章）" in lines
    assert "“社会保险登记（T1）”（4件）" in "".join(lines)
    for other in ("ezhou/2026-2", "ezhou/2026", "taian/2026-1"):
        assert desk.get(f"/circulars/{other}.docx").status_code == 404


@WITH_LIBREOFFICE
def test_the_pdf_says_number_period_and_every_row(fresh_month: Month) -> None:
    drawn(fresh_month)
    fresh_month.pages.log_in("supervisor-01")
    shown = fresh_month.pages.get("/circulars/ezhou/2026-1.pdf")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "application/pdf")
    _, said, _ = printed(shown.content)
    for words in ("差评通报〔2026〕1号", "2026年3月1日至2026年3月31日", "按2026年4月1日0时00分所知统计"):
        assert words in said
    assert "好评率68.4%（13/19）" in said
    # Place, name, ratings, bad ones, then the rates with what was divided, in the order in which the cells are printed.
    assert re.search(r"1测试人社局144.*10/14.*4/5", said)
    assert re.search(r"2测试市场监管局52.*3/5.*0/1", said)
    assert "{" not in said


@pytest.mark.parametrize(
    ("period", "said"),
    [("2026-Q2", "2026年第2季度还没有结束"), ("2025-07", "2025年7月没有评价，不作通报"), ("March", "无法识别")],
)
def test_what_cannot_be_drawn_up_is_refused_with_what_was_typed(month: Month, period: str, said: str) -> None:
    month.pages.log_in("supervisor-01")
    refused = month.pages.post("/circulars", {"place": "ezhou", "period": period})
    assert (refused.status_code, refused.context["page"].period) == (422, period)
    assert said in text_of(refused)


def test_the_command_draws_up_lists_and_writes_it(fresh_month: Month) -> None:
    terminal = Terminal(fresh_month.pages.installation)
    folder = fresh_month.pages.installation.runtime_dir
    place = ("circular", "--jurisdiction", "ezhou")
    assert "还没有拟过通报" in terminal.run_now(*place).out
    made = terminal.run_now(*place, "--period", "2026-Q1", *BY, "--out", str(folder / "a.docx"))
    assert (made.code, made.err) == (0, "")
    assert "通报〔2026〕1号：鄂州市2026年第1季度" in made.out
    assert docx.Document(str(folder / "a.docx")).tables
    listed = terminal.run_now(*place).out
    assert (listed.startswith("2026-1"), "（supervisor-01）" in listed) == (True, True)
    again = terminal.run_now(*place, "--number", "2026-1", "--out", str(folder / "b.docx"))
    assert (again.code, (folder / "b.docx").exists()) == (0, True)
    for wrong, said in (
        (("--period", "2026-Q1"), "拟通报时请用 --as 写明由哪个用户办理"),
        (("--period", "2026-Q1", "--as", "nobody"), "nobody"),
        (("--number", "2026-9"), "没有文号为“2026-9”的通报"),
        (("--period", "2025-07", *BY), "没有评价，不作通报"),
        (("--out", "x.txt"), "要以 .docx 或 .pdf 结尾"),
        (("--out", str(folder / "a.docx"), "--number", "2026-1"), "已经存在"),
        (("--period", "2026-Q1", "--number", "2026-1"), "只写一个"),
    ):
        refused = terminal.run_now(*place, *wrong)
        assert (refused.code, said in refused.err) == (2, True), refused
    refused = terminal.run_now(*place, "--period", "2026-Q1", "--as", "officer-renshe")
    assert (refused.code, "拟通报由监督人员办理" in refused.err) == (1, True), refused
