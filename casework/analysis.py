"""An analysis (分析报告) of a place and a period: what is counted for it, from the same figures as everything else.

Decides what an analysis looks at. Counting, reasons and keeping are handed in; what is said about the counts stands in
`casework.analysis_text`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casework.analysis_text import TOLD, report_of
from casework.documents import Press
from casework.figures import Asked, FigureBook, group_name, question_of
from casework.figures import report as figure_report
from casework.periods import period_text
from casework.ports import People
from models.analysis import Analysis, CaseNumbers, KeptAnalysis, KeptFigure, MonthCounted, Named, UnitCounted, kept
from models.errors import BadInput
from models.figures import Counted, FigureKind, FigurePeriod, FigureQuestion, Figures, Grouping, Part
from policy.figures import rules_of, target_of
from policy.parsing import PolicyFile

MOST_NAMES = 8
"""Reasons and items that are told."""

MOST_CASES = 60
"""Case numbers that are listed for one statement; the desk has the others."""

_MONTHS = {1: 6, 3: 6, 12: 12}
"""How many months the trend of a month, of a quarter and of a year shows."""


class AnalysisBook(Protocol):
    """Reasons of bad reviews, and the analyses that were made."""

    def reasons(self, question: FigureQuestion, most: int) -> Sequence[tuple[str, int]]:
        """The reason tags of the bad reviews that count, in words, with how many name them; the most frequent first."""
        ...

    def kept(self, jurisdiction: str) -> Sequence[KeptAnalysis]:
        """The analyses of a place, the newest first."""
        ...

    def find(self, jurisdiction: str, year: int, count: int) -> KeptAnalysis | None:
        """The analysis of that number."""
        ...

    def keep(self, analysis: Analysis, by: str | None) -> KeptAnalysis:
        """Keep it under the next number; the newest of the period, where that one says the same."""
        ...


@dataclass(frozen=True)
class AnalysisPorts:
    """What an analysis draws on."""

    figures: FigureBook
    book: AnalysisBook
    people: People


def analyse(ports: AnalysisPorts, file: PolicyFile, period: FigurePeriod, as_of: datetime) -> Analysis:
    """Count everything that an analysis says. Raises BadInput for a period that has none, or is not over."""
    if period.months not in _MONTHS:
        raise BadInput("分析报告按月、季度或年编制，请填写如 2026-11、2026-Q4 或 2026。")
    if period.end > as_of:
        raise BadInput(f"{period_text(period)}还没有结束，结束以后才能编制分析报告。")
    asked = Asked(file.policy.jurisdiction, period, as_of, Grouping.UNIT)
    by_unit = figure_report(ports.figures, file, ports.people, asked)
    whole = question_of(file, asked).model_copy(update={"grouping": Grouping.NONE})
    figures = {line.figure.kind: line.figure for line in by_unit.lines}
    by_item = ports.figures.count(whole.model_copy(update={"grouping": Grouping.ITEM}))
    targets = {kind.value: target for kind in TOLD if (target := target_of(kind, file.surroundings)) is not None}
    return Analysis(
        jurisdiction=asked.jurisdiction,
        place_name=file.policy.name,
        period=period,
        as_of=as_of,
        figures=_told(figures),
        before=_told(_count(ports, whole, period.before)),
        months=tuple(
            MonthCounted(month=each.first, figures=_told(_count(ports, whole, each))) for each in _months(period)
        ),
        targets=targets,
        repeat_count=rules_of(file.policy, file.surroundings).repeat_count,
        reasons=tuple(Named(name=name, count=count) for name, count in ports.book.reasons(whole, MOST_NAMES)),
        items=most_bad(by_item, ports.people, MOST_NAMES),
        units=tuple(
            UnitCounted(name=unit.name, place=unit.place, figures=_told(unit.figures), is_bottom=unit.is_bottom)
            for unit in by_unit.groups
        ),
        bottom_rule=by_unit.bottom_rule,
        unfinished=_cases(ports.figures, whole, FigureKind.REMEDIATION_RATE, Part.REST),
        late=_late(ports.figures, whole),
        bad=_cases(ports.figures, whole, FigureKind.BAD_RATE, Part.COUNTED),
    )


def docx_of(press: Press, made: KeptAnalysis) -> bytes:
    """The document of an analysis."""
    return press.report(report_of(made))


def file_name(made: KeptAnalysis) -> str:
    """What the file is called, without its ending."""
    return f"{made.analysis.place_name}{period_text(made.analysis.period)}好差评分析报告{made.number}"


def most_bad(counted: Counted, people: People, most: int) -> tuple[Named, ...]:
    """Of figures by item, the items with the most bad reviews; at most so many."""
    bad = {key: figures[FigureKind.BAD_RATE].numerator for key, figures in counted.groups.items()}
    found = sorted((key for key, count in bad.items() if key and count), key=lambda key: (-bad[key], key))
    return tuple(
        Named(name=group_name(Grouping.ITEM, key, people, counted.names), count=bad[key]) for key in found[:most]
    )


def _told(figures: Figures) -> tuple[KeptFigure, ...]:
    """The figures that an analysis says anything about."""
    return kept({kind: figures[kind] for kind in TOLD})


def _months(period: FigurePeriod) -> Iterator[FigurePeriod]:
    """The months of the trend, the oldest first; the last is the period's last."""
    months = [FigurePeriod.of_months(period.last.year, period.last.month, 1)]
    while len(months) < _MONTHS[period.months]:
        months.append(months[-1].before)
    yield from reversed(months)


def _count(ports: AnalysisPorts, whole: FigureQuestion, period: FigurePeriod) -> Figures:
    [figures] = ports.figures.count(whole.model_copy(update={"period": period})).groups.values()
    return figures


def _cases(book: FigureBook, question: FigureQuestion, kind: FigureKind, part: Part) -> CaseNumbers:
    rows = [row.case_no for row in book.all_rows(question, kind, part, _ALL) if row.case_no]
    return _numbers(rows)


def _late(book: FigureBook, question: FigureQuestion) -> CaseNumbers:
    """Not in time, though put right by now: the limits missed without those that are still open."""
    missed = {row.id: row.case_no for row in book.all_rows(question, FigureKind.ON_TIME_RATE, Part.REST, _ALL)}
    still_open = {row.id for row in book.all_rows(question, FigureKind.REMEDIATION_RATE, Part.REST, _ALL)}
    return _numbers([case_no for row_id, case_no in missed.items() if row_id not in still_open])


_ALL = 100_000
"""More cases than a quarter of a province has."""


def _numbers(rows: Sequence[str]) -> CaseNumbers:
    """Each case once; a case has a limit for every round."""
    cases = sorted(set(rows))
    return CaseNumbers(total=len(cases), shown=tuple(cases[:MOST_CASES]))
