"""Scores of a place as people read them: composite score or monthly points of units, windows or clerks.

Decides what stands in a report of scores, and how a score reads. By which rules a place scores is its own business
(`policy.score_rules`), what a figure counts `policy.figures`'; counting and keeping is handed in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from casework.figures import (
    Asked,
    FigureBook,
    bottom_rule,
    figure_text,
    group_name,
    names_a_bottom,
    question_of,
)
from casework.periods import period_text
from casework.ports import People
from models.errors import BadInput
from models.figures import Counted, FigureKind, FigurePeriod, Figures, Grouping, Part
from models.scores import Composite, GroupPoints, OwnPoints, PointCount, ScoreKind
from policy.figures import bottom, cut_off
from policy.parsing import PolicyFile
from policy.score_rules import Dimension, PointTable, ScoreRules
from policy.scores import composite_of, placed, points_of

SCORED = (Grouping.UNIT, Grouping.WINDOW, Grouping.CLERK)
"""Who is scored."""

Before = Callable[[FigurePeriod], list[tuple[int, str]]]
"""The places of an earlier period."""


class ScoreBook(Protocol):
    """The rules of scores, and the monthly points that were kept."""

    def rules(self, jurisdiction: str) -> ScoreRules:
        """By what a place scores; empty where it does not. Raises BadPolicy for a wrong file."""
        ...

    def kept(self, jurisdiction: str, month: date, grouping: Grouping) -> Sequence[PointCount]:
        """The counts of a month that were kept, the newest first."""
        ...

    def of_unit(self, unit: str, since: date) -> Sequence[OwnPoints]:
        """What was kept last of each month from then on for a unit, its windows and clerks, the newest month first."""
        ...

    def keep(self, count: PointCount) -> PointCount:
        """Keep a count, those before it stay; the newest that was kept, where that one has the same points."""
        ...


@dataclass(frozen=True)
class AskedScore:
    """What somebody wants to read; without a kind it is the first that the place has."""

    jurisdiction: str
    period: FigurePeriod
    as_of: datetime
    grouping: Grouping = Grouping.UNIT
    kind: ScoreKind | None = None


@dataclass(frozen=True)
class ScorePart:
    """One part of a score: from what (`said`), by which rule, what it adds; where its rows are (`figure`, `part`)."""

    label: str
    said: str
    rule: str
    adds: str
    figure: FigureKind
    part: Part


@dataclass(frozen=True)
class ScoreLine:
    """The score of one unit, window or clerk.

    `missing` says why there is none, or whose weight others bear; `kept` what was kept, where that differs. `base` is
    what everybody begins with, empty where a score begins with nothing.
    """

    key: str
    name: str
    place: int | None
    said: str
    parts: tuple[ScorePart, ...]
    base: str = ""
    missing: str = ""
    kept: str = ""
    is_bottom: bool = False


@dataclass(frozen=True)
class ScoreReport:
    """The scores of a place and a period as of a moment."""

    place_name: str
    asked: AskedScore
    kinds: tuple[ScoreKind, ...]
    """What the place scores by."""
    kind: ScoreKind | None
    lines: tuple[ScoreLine, ...] = ()
    nothing: str = ""
    """In Chinese, why nothing is scored."""
    bottom_rule: str = ""
    grounds: tuple[tuple[str, str], ...] = ()
    """Each rule with what it stands on."""
    kept: tuple[PointCount, ...] = ()


def score_report(
    figures: FigureBook, book: ScoreBook, file: PolicyFile, people: People, asked: AskedScore
) -> ScoreReport:
    """Count everything that was asked for."""
    if asked.grouping not in SCORED:
        raise BadInput("评分只按单位、窗口或人员（工号）统计，请重新选择分组。")
    rules = book.rules(asked.jurisdiction)
    kinds = kinds_of(rules)
    kind = asked.kind or next(iter(kinds), None)
    report = ScoreReport(file.policy.name, asked, kinds, kind)
    if kind is None or kind not in kinds:
        what = "综合评分和月积分" if kind is None else kind.label
        return _none(report, f"本地没有{what}的规则（scores.toml），所以不计分。")
    if kind is ScoreKind.COMPOSITE:
        return _composites(report, figures, rules.composite, file, people)
    assert rules.points is not None  # it is among the kinds
    if asked.period.months != 1:
        return _none(report, f"月积分按月计算，{period_text(asked.period)}不是一个月；请填写一个月，如 2026-11。")
    return _points(report, figures, book, rules.points, file, people)


def kinds_of(rules: ScoreRules) -> tuple[ScoreKind, ...]:
    """What a place scores by."""
    has = {ScoreKind.COMPOSITE: bool(rules.composite), ScoreKind.POINTS: rules.points is not None}
    return tuple(kind for kind in ScoreKind if has[kind])


def month_of_points(
    figures: FigureBook, table: PointTable, file: PolicyFile, asked: AskedScore, by: str | None
) -> PointCount:
    """The points of a month, ready to be kept. Raises BadInput while the month is not over."""
    if asked.period.months != 1:
        raise BadInput("月积分按月登记，请选择一个月，如 2026-11。")
    if asked.period.end > asked.as_of:
        raise BadInput(f"{period_text(asked.period)}还没有结束，结束以后才能登记月积分。")
    counted = _counted(figures, file, asked, asked.period)
    return PointCount(
        jurisdiction=asked.jurisdiction,
        month=asked.period.first,
        grouping=asked.grouping,
        as_of=asked.as_of,
        kept_by=by,
        groups=tuple(points_of(table, key, some) for key, some in _named(counted).items()),
    )


def points_text(points: int) -> str:
    """Points as they read: 97 分, −3 分."""
    return f"{points:,} 分".replace("-", "−")


def _composites(
    report: ScoreReport, figures: FigureBook, dimensions: tuple[Dimension, ...], file: PolicyFile, people: People
) -> ScoreReport:
    asked = report.asked
    counted = _counted(figures, file, asked, asked.period)
    scores = {key: composite_of(dimensions, some) for key, some in _named(counted).items()}
    places = _places_of_composites(scores)

    def before(period: FigurePeriod) -> list[tuple[int, str]]:
        earlier = _named(_counted(figures, file, asked, period))
        return _places_of_composites({key: composite_of(dimensions, some) for key, some in earlier.items()})

    named = _at_the_bottom(report, file, places, before)
    lines = {
        key: ScoreLine(
            key=key,
            name=group_name(asked.grouping, key, people, counted.names),
            place=None,
            said="—" if score.value is None else f"{cut_off(score.value, 2)} 分",
            parts=tuple(_dimension_lines(score)),
            missing=_missing(score),
        )
        for key, score in scores.items()
    }
    grounds = tuple((f"{each.label}（{each.weight} 分）", _ground(each.source, each.note)) for each in dimensions)
    return _with_lines(report, lines, places, named, file, grounds)


def _points(
    report: ScoreReport, figures: FigureBook, book: ScoreBook, table: PointTable, file: PolicyFile, people: People
) -> ScoreReport:
    asked = report.asked
    counted = _counted(figures, file, asked, asked.period)
    points = {key: points_of(table, key, some) for key, some in _named(counted).items()}
    places = placed({key: each.total for key, each in points.items()})

    def before(period: FigurePeriod) -> list[tuple[int, str]]:
        earlier = _named(_counted(figures, file, asked, period))
        return placed({key: points_of(table, key, some).total for key, some in earlier.items()})

    kept = tuple(book.kept(asked.jurisdiction, asked.period.first, asked.grouping))
    then = {group.key: group.total for group in kept[0].groups} if kept else {}
    named = _at_the_bottom(report, file, places, before)
    lines = {
        key: ScoreLine(
            key=key,
            name=group_name(asked.grouping, key, people, counted.names),
            place=None,
            said=points_text(each.total),
            parts=tuple(_point_lines(table, each)),
            base=points_text(each.base),
            kept=points_text(then[key]) if then.get(key, each.total) != each.total else "",
        )
        for key, each in points.items()
    }
    grounds = (
        (f"基础分（{table.base} 分）", _ground(table.source, table.note)),
        *((f"{rule.label}：{rule.said}", _ground(rule.source, rule.note)) for rule in table.rules),
    )
    return _with_lines(report, lines, places, named, file, grounds, kept)


def _dimension_lines(score: Composite) -> Iterator[ScorePart]:
    for part in score.parts:
        yield ScorePart(
            label=part.label,
            said=f"{part.figure.kind.label} {figure_text(part.figure)}",
            rule=f"占 {part.weight} 分",
            adds="—" if part.share is None else f"{cut_off(part.share, 2)} 分",
            figure=part.figure.kind,
            part=Part.ALL,
        )


def _missing(score: Composite) -> str:
    """Why there is no score, or which dimensions the others bear, in Chinese; empty where nothing is missing."""
    alone = [part for part in score.absent if not part.others_bear]
    absent = "、".join(part.figure.kind.label for part in alone or score.absent)
    if not absent:
        return ""
    if score.value is None:
        return f"本期没有可统计的{absent}（分母为 0），所以不计综合评分。"
    return f"本期没有可统计的{absent}（分母为 0），其分值由其他维度按比例分摊。"


def _point_lines(table: PointTable, points: GroupPoints) -> Iterator[ScorePart]:
    rules = {rule.label: rule for rule in table.rules}
    for part in points.parts:
        rule = rules[part.label]
        sign = "+" if part.points >= 0 else "−"
        yield ScorePart(
            label=part.label,
            said=f"{part.count:,} 件",
            rule=f"{rule.said}{'（已封顶）' if part.is_capped else ''}",
            adds=f"{sign}{abs(part.points):,} 分",
            figure=rule.figure,
            part=rule.part,
        )


def _at_the_bottom(
    report: ScoreReport, file: PolicyFile, places: list[tuple[int, str]], before: Before
) -> frozenset[str]:
    """Who is at the bottom, in this period and in as many before it as the rule wants in a row."""
    around, asked = file.surroundings, report.asked
    if not names_a_bottom(around, _as_asked(asked)):
        return frozenset()
    named, period = bottom(places, around.bottom_n.last), asked.period
    for _ in range(around.bottom_n.in_a_row - 1):
        if not named:
            break
        period = period.before
        named &= bottom(before(period), around.bottom_n.last)
    return named


def _with_lines(
    report: ScoreReport,
    lines: Mapping[str, ScoreLine],
    places: Sequence[tuple[int, str]],
    named: frozenset[str],
    file: PolicyFile,
    grounds: tuple[tuple[str, str], ...],
    kept: tuple[PointCount, ...] = (),
) -> ScoreReport:
    """The report with its lines: who has a place in their order, then the others by name."""
    ranked = [replace(lines[key], place=place, is_bottom=key in named) for place, key in places]
    with_place = {key for _, key in places}
    others = sorted((line for key, line in lines.items() if key not in with_place), key=lambda line: line.name)
    return replace(
        report,
        lines=(*ranked, *others),
        bottom_rule=bottom_rule(file.surroundings, _as_asked(report.asked)),
        grounds=grounds,
        kept=kept,
        nothing="" if lines else "这一期间没有可以计分的记录。",
    )


def _places_of_composites(scores: Mapping[str, Composite]) -> list[tuple[int, str]]:
    return placed({key: score.value for key, score in scores.items() if score.value is not None})


def _counted(figures: FigureBook, file: PolicyFile, asked: AskedScore, period: FigurePeriod) -> Counted:
    question = question_of(file, _as_asked(asked))
    return figures.count(question.model_copy(update={"period": period}))


def _named(counted: Counted) -> dict[str, Figures]:
    """The groups that have a name; rows that name nobody are nobody's merit."""
    return {key: figures for key, figures in counted.groups.items() if key}


def _as_asked(asked: AskedScore) -> Asked:
    return Asked(asked.jurisdiction, asked.period, asked.as_of, asked.grouping)


def _ground(source: str, note: str) -> str:
    return "。".join(each.rstrip("。") for each in (source, note) if each) + "。"


def _none(report: ScoreReport, why: str) -> ScoreReport:
    return replace(report, nothing=why)
