"""An analysis (分析报告) of a period for those who lead: what was counted for it, and the page that is made of it.

What is counted is kept, so that the document says the same whenever it is made again. Nothing in it is personal: cases
are numbers, clerks are not in it. Which sentences follow from the counts stands in `casework.analysis_text`.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime

from models.base import Value
from models.figures import Figure, FigureKind, FigurePeriod, Figures


class KeptFigure(Value):
    """A figure as it was counted."""

    kind: str
    numerator: int
    denominator: int | None


class MonthCounted(Value):
    """The figures of one month."""

    month: date
    """Its first day."""
    figures: tuple[KeptFigure, ...]


class Named(Value):
    """How many bad reviews name a reason or an item."""

    name: str
    count: int


class UnitCounted(Value):
    """A unit with its figures and its place by the good rate; None where nothing was rated."""

    name: str
    place: int | None
    figures: tuple[KeptFigure, ...]
    is_bottom: bool


class CaseNumbers(Value):
    """Cases behind a statement: how many, and the numbers of the first ones."""

    total: int
    shown: tuple[str, ...]


class Analysis(Value):
    """Everything that an analysis says."""

    jurisdiction: str
    place_name: str
    period: FigurePeriod
    as_of: AwareDatetime
    figures: tuple[KeptFigure, ...]
    before: tuple[KeptFigure, ...]
    """Those of the period before."""
    months: tuple[MonthCounted, ...]
    targets: dict[str, int]
    """Percentages that the place's documents ask for, by figure."""
    repeat_count: int
    """From how many bad reviews on they are repeated."""
    reasons: tuple[Named, ...]
    items: tuple[Named, ...]
    units: tuple[UnitCounted, ...]
    bottom_rule: str
    unfinished: CaseNumbers
    """Limits for the remediation that have passed without it."""
    late: CaseNumbers
    """Put right after the limit."""
    bad: CaseNumbers
    """The bad reviews of the period that became cases."""


class KeptAnalysis(Value):
    """An analysis with its number, and who had it made; None: the system, for the calendar."""

    number: str
    year: int
    count: int
    made_by: str | None
    analysis: Analysis

    @property
    def code(self) -> str:
        """The number as people type it: 2026-1."""
        return f"{self.year}-{self.count}"


class ChartKind(StrEnum):
    """How a chart is drawn."""

    BARS = "bars"
    LINES = "lines"


class Chart(Value):
    """Numbers over the same labels; None where there is no number. Each of them stands in a table, too."""

    kind: ChartKind
    title: str
    labels: tuple[str, ...]
    lines: dict[str, tuple[float | None, ...]]
    is_percent: bool


class ReportTable(Value):
    """A table: a caption, a head, rows, how wide the columns are beside each other, and which of them hold words."""

    caption: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = (0,)


class Section(Value):
    """One part of a report: heading, paragraphs, and what stands below them."""

    heading: str
    paragraphs: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    tables: tuple[ReportTable, ...] = ()


class Report(Value):
    """A report, ready to be set."""

    head: str
    number: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    end: str


def kept(figures: Figures) -> tuple[KeptFigure, ...]:
    """Figures to be kept."""
    return tuple(
        KeptFigure(kind=kind.value, numerator=each.numerator, denominator=each.denominator)
        for kind, each in figures.items()
    )


def figures_of(some: tuple[KeptFigure, ...]) -> Mapping[FigureKind, Figure]:
    """Kept figures as they were counted; one that is not counted any more is left out."""
    known = list(FigureKind)
    return {
        FigureKind(each.kind): Figure(FigureKind(each.kind), each.numerator, each.denominator)
        for each in some
        if each.kind in known
    }
