"""The circular of a period (通报): what is counted for it, from the same figures as everything else, once.

Decides what a circular looks at, which office issues it, and that a place has one for each period: who asks again gets
that one. It is a draft (拟稿): people read it, seal it and decide to whom it goes. Counting and keeping are handed in;
what is said about the counts stands in `casework.circular_text`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casework.analysis import AnalysisBook, most_bad
from casework.circular_text import TOLD, filled
from casework.documents import Press
from casework.figures import Asked, FigureBook, FigureReport, names_a_bottom, question_of, report
from casework.periods import period_text
from casework.ports import People
from casework.scores import AskedScore, ScoreBook, ScoreReport, score_report
from models.analysis import KeptFigure, Named, kept
from models.circulars import Circular, KeptCircular, UnitRanked
from models.errors import BadInput
from models.figures import FigureKind, FigurePeriod, Figures, Grouping
from models.scores import ScoreKind
from policy.figures import target_of
from policy.parsing import PolicyFile

MOST_NAMES = 5
"""Reasons and items that are told."""

_SUPERVISING = "supervising"


class CircularBook(Protocol):
    """The circulars that were drawn up."""

    def kept(self, jurisdiction: str) -> Sequence[KeptCircular]:
        """The circulars of a place, the newest first."""
        ...

    def find(self, jurisdiction: str, year: int, count: int) -> KeptCircular | None:
        """The circular of that number."""
        ...

    def of_period(self, jurisdiction: str, period: FigurePeriod) -> KeptCircular | None:
        """The circular of that period."""
        ...

    def keep(self, circular: Circular, by: str | None) -> KeptCircular:
        """Keep it under the next number; the one of its period, where there is one."""
        ...


@dataclass(frozen=True)
class CircularPorts:
    """What a circular draws on."""

    figures: FigureBook
    analyses: AnalysisBook
    scores: ScoreBook
    book: CircularBook
    people: People


def drawn_up(
    ports: CircularPorts,
    file: PolicyFile,
    period: FigurePeriod,
    as_of: datetime,
    by: str | None = None,
    office: str = "",
) -> KeptCircular | None:
    """The circular of a period: the one that there is, else drawn up now; None for a period without ratings.

    `office` issues it; without one it is the place's supervising office. Raises BadInput for a period that is no month,
    quarter or year or is not over, and where no office could issue it.
    """
    if not period.months:
        raise BadInput("通报按月、季度或年拟，请填写如 2026-11、2026-Q4 或 2026。")
    if period.end > as_of:
        raise BadInput(f"{period_text(period)}还没有结束，结束以后才能拟通报。")
    had = ports.book.of_period(file.policy.jurisdiction, period)
    if had is not None:
        return had
    counted = _counted(ports, file, Asked(file.policy.jurisdiction, period, as_of, Grouping.UNIT), office)
    return None if counted is None else ports.book.keep(counted, by)


def docx_of(press: Press, made: KeptCircular) -> bytes:
    """The document of a circular. Raises NoDocument for a template that is wrong."""
    return press.circular(made.circular.jurisdiction, filled(made))


def file_name(made: KeptCircular) -> str:
    """What the file is called, without its ending."""
    return f"{made.circular.place_name}{period_text(made.circular.period)}通报{made.number}（拟稿）"


def _counted(ports: CircularPorts, file: PolicyFile, asked: Asked, office: str) -> Circular | None:
    by_unit = report(ports.figures, file, ports.people, asked)
    figures = {line.figure.kind: line.figure for line in by_unit.lines}
    if not figures[FigureKind.N_EVAL].numerator:
        return None
    whole = question_of(file, asked).model_copy(update={"grouping": Grouping.NONE})
    before = ports.figures.count(whole.model_copy(update={"period": asked.period.before}))
    by_item = ports.figures.count(whole.model_copy(update={"grouping": Grouping.ITEM}))
    scores = _composites(ports, file, asked)
    around = file.surroundings
    named = names_a_bottom(around, asked)
    return Circular(
        jurisdiction=asked.jurisdiction,
        place_name=file.policy.name,
        office=office or _office(ports.people, [unit.key for unit in by_unit.groups]),
        period=asked.period,
        as_of=asked.as_of,
        figures=_told(figures),
        before=_told(next(iter(before.groups.values()), {})),
        targets={kind.value: target for kind in TOLD if (target := target_of(kind, around)) is not None},
        units=tuple(_by_good_rate(by_unit) if scores is None else _by_score(by_unit, scores)),
        dimensions=() if scores is None else tuple(label for label, _ in scores.grounds),
        is_borne=scores is not None and any(line.missing and line.place is not None for line in scores.lines),
        bottom_last=around.bottom_n.last if named else 0,
        bottom_in_a_row=around.bottom_n.in_a_row,
        reasons=tuple(Named(name=name, count=count) for name, count in ports.analyses.reasons(whole, MOST_NAMES)),
        items=most_bad(by_item, ports.people, MOST_NAMES),
    )


def _composites(ports: CircularPorts, file: PolicyFile, asked: Asked) -> ScoreReport | None:
    """The composite scores of the units, where the place has any: it is circulated by them then (TJ-25)."""
    if not ports.scores.rules(asked.jurisdiction).composite:
        return None
    about = AskedScore(asked.jurisdiction, asked.period, asked.as_of, Grouping.UNIT, ScoreKind.COMPOSITE)
    return score_report(ports.figures, ports.scores, file, ports.people, about)


def _by_good_rate(by_unit: FigureReport) -> list[UnitRanked]:
    return [
        UnitRanked(name=unit.name, place=unit.place, figures=_told(unit.figures), is_bottom=unit.is_bottom)
        for unit in by_unit.groups
    ]


def _by_score(by_unit: FigureReport, scores: ScoreReport) -> list[UnitRanked]:
    """In the order of the scores; rows that name no unit come last and have none."""
    figures = {unit.key: unit.figures for unit in by_unit.groups}
    scored = [
        UnitRanked(
            name=line.name,
            place=line.place,
            figures=_told(figures[line.key]),
            is_bottom=line.is_bottom,
            score=line.said,
        )
        for line in scores.lines
        if line.key in figures
    ]
    nobody = [unit for unit in by_unit.groups if not unit.key]
    return scored + [
        UnitRanked(name=unit.name, place=None, figures=_told(unit.figures), is_bottom=False, score="—")
        for unit in nobody
    ]


def _office(people: People, keys: Sequence[str]) -> str:
    """The supervising office of the area from which most of the units are, else any of the directory."""
    offices = [unit for unit in people.units() if unit.kind == _SUPERVISING]
    if not offices:
        raise BadInput("单位目录中没有监督单位，通报没有发文机关；请管理员先登记监督单位。")
    areas = Counter(people.unit(key).area_code for key in keys if key)
    return max(offices, key=lambda unit: areas[unit.area_code]).name


def _told(figures: Figures) -> tuple[KeptFigure, ...]:
    """The figures that a circular says anything about."""
    return kept({kind: figures[kind] for kind in TOLD if kind in figures})
