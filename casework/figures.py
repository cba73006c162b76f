"""The figures of a place and a period as people read them: a report and its words.

Decides what stands in a report: every figure with its target, what it was when the period was given out, and a ranking
with whom the place's rules name at its bottom. What a figure counts stands in `policy.figures`; counting is handed in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casework.ports import People
from models.figures import (
    Counted,
    Figure,
    FigureKind,
    FigurePeriod,
    FigureQuestion,
    FigureRow,
    FigureRows,
    Figures,
    Grouping,
    Part,
    Publication,
    Shape,
)
from models.ratings import ReviewChannel
from models.surroundings import Period, RatedObject, Surroundings
from policy.figures import DEFINITIONS, bottom, cut_off, is_met, nothing, percent, ranking, rules_of, target_of
from policy.parsing import PolicyFile
from policy.wording import window_name

_MONTHS_OF = {Period.MONTHLY: 1, Period.QUARTERLY: 3, Period.ANNUAL: 12}
_HOW_OFTEN = {Period.MONTHLY: "每月", Period.QUARTERLY: "每季度", Period.ANNUAL: "每年"}


class FigureBook(Protocol):
    """Counts figures and remembers which were given out."""

    def count(self, question: FigureQuestion) -> Counted:
        """All figures by group."""
        ...

    def rows(
        self, question: FigureQuestion, kind: FigureKind, part: Part = Part.ALL, after: str = "", limit: int = 50
    ) -> FigureRows:
        """One page of the rows behind a figure, the newest first. Raises BadInput for a place that is none."""
        ...

    def all_rows(self, question: FigureQuestion, kind: FigureKind, part: Part, most: int) -> Iterator[FigureRow]:
        """The rows behind a figure, at most that many."""
        ...

    def publication(self, jurisdiction: str, period: FigurePeriod) -> Publication | None:
        """When the figures of that period were given out; None when they were not."""
        ...

    def publish(self, jurisdiction: str, period: FigurePeriod, at: datetime, by: str) -> None:
        """Write down that the figures were given out; the first time stands."""
        ...


@dataclass(frozen=True)
class Asked:
    """What somebody wants to read: `only` one group by its key, `rank_by` the figure of the ranking."""

    jurisdiction: str
    period: FigurePeriod
    as_of: datetime
    grouping: Grouping = Grouping.NONE
    only: str | None = None
    rank_by: FigureKind = FigureKind.GOOD_RATE


@dataclass(frozen=True)
class FigureLine:
    """One figure. `published` is what it was when the period was given out; None where it was not, or is not asked."""

    figure: Figure
    target: int | None
    met: bool | None
    published: Figure | None = None

    @property
    def changed(self) -> bool:
        """Whether it is another one now."""
        return self.published is not None and self.published != self.figure


@dataclass(frozen=True)
class GroupLine:
    """One group of a ranking. `place` is None where nothing was divided by, and for rows that name no group."""

    key: str
    name: str
    place: int | None
    figures: Figures
    is_bottom: bool


@dataclass(frozen=True)
class FigureReport:
    """The figures of a place and a period as of a moment."""

    place_name: str
    asked: Asked
    group_name: str
    lines: tuple[FigureLine, ...]
    groups: tuple[GroupLine, ...]
    bottom_rule: str
    """In Chinese, whom the place's rules name at the bottom, or why nobody is; empty where nothing is ranked."""
    publication: Publication | None


def report(book: FigureBook, file: PolicyFile, people: People, asked: Asked) -> FigureReport:
    """Count everything that was asked for."""
    question = question_of(file, asked)
    counted = book.count(question)
    whole = question if asked.only is not None else question.model_copy(update={"grouping": Grouping.NONE})
    figures = _only(counted if asked.grouping is Grouping.NONE or asked.only is not None else book.count(whole))
    publication = book.publication(asked.jurisdiction, asked.period)
    before: Figures = {}
    if publication is not None and publication.at < asked.as_of:
        before = _only(book.count(whole.model_copy(update={"as_of": publication.at})))
    around = file.surroundings
    groups: tuple[GroupLine, ...] = ()
    rule = ""
    if asked.grouping is not Grouping.NONE and asked.only is None:
        names = {key: group_name(asked.grouping, key, people, counted.names) for key in counted.groups}
        rule = bottom_rule(around, asked)
        named = _bottom(book, question, counted, around, asked) if names_a_bottom(around, asked) else frozenset()
        groups = tuple(_group_lines(counted, names, named, asked.rank_by))
    name = "" if asked.only is None else group_name(asked.grouping, asked.only, people, counted.names)
    return FigureReport(
        place_name=file.policy.name,
        asked=asked,
        group_name=name,
        lines=tuple(_line(figures[kind], before.get(kind), around) for kind in DEFINITIONS),
        groups=groups,
        bottom_rule=rule,
        publication=publication,
    )


def question_of(file: PolicyFile, asked: Asked) -> FigureQuestion:
    """The question under today's rules of the place."""
    return FigureQuestion(
        jurisdiction=asked.jurisdiction,
        period=asked.period,
        as_of=asked.as_of,
        rules=rules_of(file.policy, file.surroundings),
        grouping=asked.grouping,
        only=asked.only,
    )


def figure_text(figure: Figure) -> str:
    """A figure with what was divided: 87.5%（7/8）, 1,234, 3.2 个工作日（35/11）; — where nothing was divided by."""
    value = figure.value
    if value is None:
        return "—"
    shape = figure.kind.shape
    parts = "" if figure.denominator is None else f"（{figure.numerator:,}/{figure.denominator:,}）"
    if shape is Shape.RATE:
        return percent(value) + parts
    return f"{figure.numerator:,}" if shape is Shape.COUNT else _days_text(figure) + parts


def value_text(figure: Figure) -> str:
    """The figure alone, cut off: 87.5%; — where nothing was divided by."""
    if figure.value is None:
        return "—"
    match figure.kind.shape:
        case Shape.RATE:
            return percent(figure.value)
        case Shape.COUNT:
            return f"{figure.numerator:,}"
        case Shape.DAYS:
            return _days_text(figure)


def group_name(grouping: Grouping, key: str, people: People, items: Mapping[str, str]) -> str:
    """What a group is called."""
    if grouping is Grouping.NONE:
        return "全部"
    if not key:
        return "（未注明）"
    match grouping:
        case Grouping.UNIT:
            return people.unit(key).name
        case Grouping.CLERK:
            unit, _, number = key.partition("/")
            return f"{people.unit(unit).name}，工号 {number}"
        case Grouping.WINDOW:
            unit, _, number = key.partition("/")
            return f"{people.unit(unit).name} {window_name(number)}"
        case Grouping.ITEM:
            return f"{items[key]}（{key}）" if items.get(key) else key
        case Grouping.CHANNEL:
            return ReviewChannel(key).label if key in list(ReviewChannel) else key


def bottom_rule(around: Surroundings, asked: Asked) -> str:
    """In Chinese, whom the place's rules name at the bottom of this ranking, or why nobody is named."""
    rule = around.bottom_n
    if not rule.last:
        return "本地没有末位名单的规定，只列名次。"
    if asked.grouping not in with_a_bottom(around):
        return f"本地的末位名单只针对{whose_bottom(around)}，这里只列名次。"
    if not _is_a_ranking_period(around, asked.period):
        often = "、".join(_HOW_OFTEN[each] for each in around.ranking_period if each in _HOW_OFTEN)
        return f"本地{often}排名，所选期间不列末位名单。"
    row = f"，连续 {rule.in_a_row} 期" if rule.in_a_row > 1 else ""
    return f"本地规定：末 {rule.last} 名{row}。名次相同的一并列入，与第一名相同的不列。"


def with_a_bottom(around: Surroundings) -> tuple[Grouping, ...]:
    """Whose bottom is named: units and clerks, and windows where the place's documents rate them (XT-18)."""
    windows = (Grouping.WINDOW,) if RatedObject.WINDOW in around.rated_objects else ()
    return (Grouping.UNIT, *windows, Grouping.CLERK)


def whose_bottom(around: Surroundings) -> str:
    """The same in Chinese: 单位、窗口和人员."""
    return "单位、窗口和人员" if Grouping.WINDOW in with_a_bottom(around) else "单位和人员"


def names_a_bottom(around: Surroundings, asked: Asked) -> bool:
    """Whether the place's rules name anybody at the bottom of such a ranking."""
    fits = asked.grouping in with_a_bottom(around) and _is_a_ranking_period(around, asked.period)
    return bool(around.bottom_n.last) and fits


def _is_a_ranking_period(around: Surroundings, period: FigurePeriod) -> bool:
    """Whether the place ranks by such periods; "from time to time" is any."""
    fixed = {_MONTHS_OF[each] for each in around.ranking_period if each in _MONTHS_OF}
    return period.months in fixed or len(fixed) < len(around.ranking_period)


def _bottom(
    book: FigureBook, question: FigureQuestion, counted: Counted, around: Surroundings, asked: Asked
) -> frozenset[str]:
    """Who is at the bottom, in this period and in as many before it as the rule wants in a row."""
    rule = around.bottom_n
    named = bottom(ranking(counted.groups, asked.rank_by), rule.last)
    period = asked.period
    for _ in range(rule.in_a_row - 1):
        if not named:
            break
        period = period.before
        earlier = book.count(question.model_copy(update={"period": period}))
        named &= bottom(ranking(earlier.groups, asked.rank_by), rule.last)
    return named


def _group_lines(
    counted: Counted, names: Mapping[str, str], named: frozenset[str], by: FigureKind
) -> Iterator[GroupLine]:
    places = {key: place for place, key in ranking(counted.groups, by)}
    unranked = sorted(counted.groups.keys() - places.keys(), key=lambda key: (not key, names[key]))
    for key in (*places, *unranked):
        yield GroupLine(key, names[key], places.get(key), counted.groups[key], key in named)


def _line(figure: Figure, before: Figure | None, around: Surroundings) -> FigureLine:
    target = target_of(figure.kind, around)
    return FigureLine(figure, target, None if target is None else is_met(figure, target), before)


def _only(counted: Counted) -> Figures:
    """The figures of the one group that was asked for, which may have no row at all."""
    return next(iter(counted.groups.values()), None) or {kind: nothing(kind) for kind in DEFINITIONS}


def _days_text(figure: Figure) -> str:
    if figure.denominator is None:
        return f"{figure.numerator:,} 个工作日"
    assert figure.value is not None  # asked before
    return f"{cut_off(figure.value, 1)} 个工作日"
