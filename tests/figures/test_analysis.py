"""The analysis of the hand-made month: what it counts, what it says, that it is kept, and how it is printed."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from adapters.analyses import PostgresAnalyses
from adapters.directory import Directory
from adapters.documents.printing import Printer
from adapters.documents.reports import report_docx
from casework.analysis import AnalysisPorts, analyse
from casework.analysis_text import TOLD, report_of
from casework.periods import read_period
from casework.score_jobs import AnalysisJob
from models.analysis import Analysis, CaseNumbers, KeptAnalysis, MonthCounted, Named, figures_of
from models.errors import BadInput
from models.figures import FigureKind, FigurePeriod
from models.rhythm import JobPeriod
from tests.cli.terminal import Terminal
from tests.documents.test_printing import WITH_LIBREOFFICE, printed
from tests.figures.month import AT_THE_END, LATER, Month
from tests.figures.stored import FILE, MARCH, PLACE
from tests.figures.test_month import AS_OF_THE_END, book_of
from tests.web.pages import Pages, text_of

QUARTER = FigurePeriod.of_months(2026, 1, 3)
BY = ("--as", "supervisor-01")


def ports_of(month: Month) -> AnalysisPorts:
    """What an analysis of the month draws on."""
    engine = month.pages.installation.engine
    return AnalysisPorts(book_of(month), PostgresAnalyses(engine), Directory(engine))


def analysed(month: Month, as_of: datetime = AT_THE_END, period: FigurePeriod = MARCH) -> Analysis:
    """The analysis of March, or of another period."""
    return analyse(ports_of(month), FILE, period, as_of)


@pytest.fixture(scope="module")
def march(shared_month: Month) -> Analysis:
    """The analysis of March as of its end."""
    return analysed(shared_month)


@pytest.fixture(scope="module")
def quarter(shared_month: Month) -> KeptAnalysis:
    """That of the first quarter, with a number."""
    analysis = analysed(shared_month, AT_THE_END, QUARTER)
    return KeptAnalysis(number="〔2026〕1号", year=2026, count=1, made_by=None, analysis=analysis)


def said_by(analysis: Analysis) -> str:
    """Every word of its report but those of the tables."""
    report = report_of(KeptAnalysis(number="〔2026〕1号", year=2026, count=1, made_by=None, analysis=analysis))
    return "\n".join([report.lead, *(line for section in report.sections for line in section.paragraphs)])


def test_its_figures_are_those_that_were_worked_out_by_hand(march: Analysis) -> None:
    analysis = march
    figures = {kind: (each.numerator, each.denominator) for kind, each in figures_of(analysis.figures).items()}
    assert figures == {kind: AS_OF_THE_END[kind][0] for kind in TOLD}
    assert [each.month.month for each in analysis.months] == [10, 11, 12, 1, 2, 3]
    assert analysis.months[-1].figures == analysis.figures
    # One bad rating in February.
    assert figures_of(analysis.before)[FigureKind.BAD_RATE][1:] == (1, 1)
    assert [(unit.name, unit.place) for unit in analysis.units] == [("测试人社局", 1), ("测试市场监管局", 2)]
    assert [(item.name, item.count) for item in analysis.items] == [
        ("社会保险登记（T1）", 4),
        ("社会保险登记（T3）", 2),
    ]


def test_it_names_the_cases_behind_what_it_says(march: Analysis, month: Month) -> None:
    analysis = march
    case = month.cases
    # The second round of D is put right on 1 April only; E never is.
    assert analysis.unfinished == CaseNumbers(total=2, shown=tuple(sorted((case["D"], case["E"]))))
    assert analysis.late == CaseNumbers(total=0, shown=())
    assert analysis.bad.shown == tuple(sorted(case[name] for name in "ABDEFG"))
    later = analysed(month, LATER)
    assert (later.unfinished.shown, later.late.shown) == ((case["E"],), (case["D"],))
    assert later.bad.shown == tuple(sorted(case[name] for name in "ABDEG"))


def test_its_sentences_follow_from_the_counts(march: Analysis) -> None:
    said = said_by(march)
    assert "本期共收到有效评价 19 件，比上期增加 18；好评率 68.4%，比上期上升 68.4 个百分点；差评 6 件，" in said
    assert "差评率 31.5%，比上期下降 68.4 个百分点；另有 1 件差评经核实或申诉不予采纳" in said
    assert "未达到目标的：实名差评回访整改率 75.0%（3/4），目标 100%。" in said
    assert "2025年10月至2026年3月共有差评 7 件，最多的是2026年3月（6 件）。" in said
    assert "已整改 4 件次（差评整改率 66.6%），其中按期整改 4 件次（按期整改率 66.6%）" in said
    assert "逾期仍未整改的案件 2 件，逾期以后才整改的 0 件" in said
    assert "事项“社会保险登记（T1）”本期差评 4 件，达到重复差评的次数（3 件）。" in said
    assert "本地没有末位名单的规定" in said
    assert "本期的差评都没有选择原因标签" in said


def test_nobody_is_named_in_it(march: Analysis, month: Month) -> None:
    written = march.model_dump_json() + said_by(march)
    people = [user.name for user in month.pages.installation.people.users()]
    assert [name for name in ("RS-0217", "SC-0305", *people) if name in written] == []


def test_reasons_are_counted_once_for_each_bad_review_that_counts(fresh_month: Month) -> None:
    with fresh_month.pages.installation.engine.begin() as connection:
        for matter, tags in (("M-A", "108,110"), ("M-B", "110"), ("M-C", "110"), ("good-1", "110"), ("M-D", "110,110")):
            connection.execute(
                text("update ratings set tags = :tags where project_no = :no"), {"tags": tags, "no": matter}
            )
        connection.execute(
            text(
                "insert into rating_matters (jurisdiction, project_no, assess_number, rating_project_no)"
                " values ('ezhou', 'along-with-A', 1, 'M-A')"
            )
        )
    # C is not adopted, a good rating complains of nothing, and A was rated for another matter too.
    analysis = analysed(fresh_month)
    assert analysis.reasons == (
        Named(name="无理由超过法定办理时间", count=4),
        Named(name="在办事指南之外增加新的审批条件", count=2),
    )
    said = said_by(analysis)
    assert "差评反映最多的原因是“无理由超过法定办理时间”，有 4 件差评提到" in said
    assert "原因“无理由超过法定办理时间”集中：7 件差评中有 4 件提到（57.1%）。" in said


def test_a_rise_of_three_months_is_a_thing_to_watch(march: Analysis) -> None:
    analysis = march

    def with_bad(*counts: int) -> Analysis:
        last = tuple(
            MonthCounted(
                month=each.month,
                figures=tuple(
                    kept.model_copy(update={"numerator": count}) if kept.kind == "bad_rate" else kept
                    for kept in each.figures
                ),
            )
            for each, count in zip(analysis.months[-4:], counts, strict=True)
        )
        return analysis.model_copy(update={"months": (*analysis.months[:-4], *last)})

    assert "差评件数连续 3 个月上升：12月 1 件，1月 2 件，2月 3 件，3月 6 件。" in said_by(with_bad(1, 2, 3, 6))
    assert "个月上升" not in said_by(with_bad(2, 2, 3, 6))


def test_a_period_that_is_not_over_or_is_no_month_quarter_or_year_has_none(month: Month) -> None:
    with pytest.raises(BadInput, match="还没有结束"):
        analysed(month, LATER, read_period("2026-Q2"))
    with pytest.raises(BadInput, match="按月、季度或年"):
        analysed(month, LATER, FigurePeriod(first=MARCH.first, last=MARCH.first))


def test_what_says_the_same_keeps_its_number_and_what_changed_gets_the_next(fresh_month: Month) -> None:
    ports = ports_of(fresh_month)
    job, quarter = AnalysisJob(ports, lambda _: FILE), JobPeriod.of(QUARTER)
    first = job.run(PLACE, quarter, AT_THE_END)
    assert first.summary == "已编制2026年第1季度分析报告，差评分析〔2026〕1号。"
    before = ports.book.find(PLACE, 2026, 1)
    # Nothing has happened in the hour after.
    assert job.run(PLACE, quarter, AT_THE_END + timedelta(hours=1)) == first
    assert job.run(PLACE, quarter, LATER).summary.endswith("〔2026〕2号。")
    assert [each.count for each in ports.book.kept(PLACE)] == [2, 1]
    assert ports.book.find(PLACE, 2026, 1) == before
    assert before is not None
    assert before.analysis.as_of == AT_THE_END
    assert ports.book.kept("taian") == []


def test_the_file_has_tables_and_charts_with_their_numbers(quarter: KeptAnalysis) -> None:
    content = report_docx(report_of(quarter))
    opened = docx.Document(io.BytesIO(content))
    first = [[cell.text for cell in row.cells] for row in opened.tables[0].rows]
    assert first[0] == ["指标", "本期", "上期", "变化", "目标"]
    assert ["差评率", "35.0%（7/20）", "—", "—", ""] in first
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.startswith(("word/charts/", "word/embeddings/"))]
        assert sorted(names) == [
            "word/charts/_rels/chart1.xml.rels", "word/charts/_rels/chart2.xml.rels",
            "word/charts/chart1.xml", "word/charts/chart2.xml",
            "word/embeddings/chart1.xlsx", "word/embeddings/chart2.xlsx",
        ]  # fmt: skip
        sheet = load_workbook(io.BytesIO(archive.read("word/embeddings/chart1.xlsx"))).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True))[-2:] == [("2月", 1), ("3月", 6)]


@WITH_LIBREOFFICE
def test_it_is_printed_with_every_word_number_and_chart(quarter: KeptAnalysis) -> None:
    report = report_of(quarter)
    _, said, _ = printed(Printer().pdf(report_docx(report)))
    words = [report.title, report.number, report.lead, report.end]
    for section in report.sections:
        words += [section.heading, *section.paragraphs]
        words += [cell for table in section.tables for row in (table.head, *table.rows) for cell in row]
        words += [word for chart in section.charts for word in (chart.title, *chart.labels)]
        words += [name for chart in section.charts if chart.is_percent for name in chart.lines]
    assert [word for word in words if re.sub(r"\s", "", word) not in said] == []


@contextmanager
def supervisor(month: Month) -> Iterator[Pages]:
    """A supervisor before the month's desk."""
    month.pages.log_in("supervisor-01")
    yield month.pages


def test_a_supervisor_has_it_made_and_takes_it_away(fresh_month: Month) -> None:
    with supervisor(fresh_month) as desk:
        empty = desk.get("/analyses", place="ezhou")
        assert empty.context["page"].period == "2026-Q1"
        assert "还没有编制过分析报告" in text_of(empty)
        answer = desk.post("/analyses", {"place": "ezhou", "period": "2026-Q1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/analyses?place=ezhou")
        desk.post("/analyses", {"place": "ezhou", "period": "2026-Q1"})
        [row] = desk.get("/analyses", place="ezhou").context["page"].rows
        assert (row.number, row.period, row.path) == ("差评分析〔2026〕1号", "2026年第1季度", "/analyses/ezhou/2026-1")
        file = desk.get(f"{row.path}.docx")
        assert file.status_code == 200
        assert "差评分析〔2026〕1号" in [each.text for each in docx.Document(io.BytesIO(file.content)).paragraphs]
        for other in ("ezhou/2026-2", "ezhou/2026", "ezhou/2026-99999999999", "taian/2026-1"):
            assert desk.get(f"/analyses/{other}.docx").status_code == 404
        refused = desk.post("/analyses", {"place": "ezhou", "period": "2026-Q2"})
        assert (refused.status_code, refused.context["page"].period) == (422, "2026-Q2")
        assert "2026年第2季度还没有结束" in text_of(refused)


def test_the_command_makes_lists_and_writes_it(fresh_month: Month) -> None:
    terminal = Terminal(fresh_month.pages.installation)
    folder = fresh_month.pages.installation.runtime_dir
    place = ("analysis", "--jurisdiction", "ezhou")
    assert "还没有编制过" in terminal.run_now(*place).out
    made = terminal.run_now(*place, "--period", "2026-Q1", *BY, "--out", str(folder / "a.docx"))
    assert (made.code, made.err) == (0, "")
    assert "差评分析〔2026〕1号：鄂州市2026年第1季度" in made.out
    assert docx.Document(str(folder / "a.docx")).tables
    listed = terminal.run_now(*place).out
    assert (listed.startswith("2026-1"), "（supervisor-01）" in listed) == (True, True)
    again = terminal.run_now(*place, "--number", "2026-1", "--out", str(folder / "b.docx"))
    assert (again.code, (folder / "b.docx").exists()) == (0, True)
    for wrong, said in (
        (("--period", "2026-Q1"), "编制分析报告时请用 --as 写明由哪个用户办理"),
        (("--period", "2026-Q1", "--as", "nobody"), "nobody"),
        (("--number", "2026-9"), "没有文号为“2026-9”的分析报告"),
        (("--out", "x.txt"), "要以 .docx 或 .pdf 结尾"),
        (("--out", str(folder / "a.docx"), "--number", "2026-1"), "已经存在"),
        (("--period", "2026-Q1", "--number", "2026-1"), "只写一个"),
    ):
        refused = terminal.run_now(*place, *wrong)
        assert (refused.code, said in refused.err) == (2, True), refused
    refused = terminal.run_now(*place, "--period", "2026-Q1", "--as", "officer-renshe")
    assert (refused.code, "编制分析报告由监督人员办理" in refused.err) == (1, True), refused
