"""How figures that were counted become scores: the composite score, the monthly points, and places with ties.

Decides nothing about the rows behind a figure. Everything is exact; what is shown is cut off where it is shown.
"""

from collections.abc import Mapping
from fractions import Fraction

from models.figures import Figure, Figures, Part
from models.scores import Composite, DimensionScore, GroupPoints, PointPart
from policy.score_rules import Dimension, PointRule, PointTable


def composite_of(dimensions: tuple[Dimension, ...], figures: Figures) -> Composite:
    """The composite score of a group: each dimension's rate by its weight (TJ-13)."""
    return Composite(
        tuple(DimensionScore(each.label, figures[each.figure], each.weight, each.others_bear) for each in dimensions)
    )


def points_of(table: PointTable, key: str, figures: Figures) -> GroupPoints:
    """The points of a group in a month (GH-27): every rule that found something, in the order of the table."""
    counted = ((rule, rows_of(figures[rule.figure], rule.part)) for rule in table.rules)
    return GroupPoints(key=key, base=table.base, parts=tuple(_part(rule, rows) for rule, rows in counted if rows))


def placed(values: Mapping[str, Fraction | int]) -> list[tuple[int, str]]:
    """The keys with their places, the highest value first; equal values share a place."""
    ranked = sorted(values.items(), key=lambda each: (-each[1], each[0]))
    first: dict[Fraction | int, int] = {}
    for place, (_, value) in enumerate(ranked, start=1):
        first.setdefault(value, place)
    return [(first[value], key) for key, value in ranked]


def rows_of(figure: Figure, part: Part) -> int:
    """How many rows of a figure are meant; a plain count has only those that it counts."""
    match part:
        case Part.COUNTED:
            return figure.numerator
        case Part.ALL:
            return figure.denominator or 0
        case Part.REST:
            return (figure.denominator or 0) - figure.numerator


def _part(rule: PointRule, rows: int) -> PointPart:
    earned = rows // rule.per * abs(rule.points)
    kept = earned if rule.most is None else min(earned, rule.most)
    return PointPart(
        label=rule.label,
        figure=rule.figure.value,
        part=rule.part,
        count=rows,
        points=kept if rule.points > 0 else -kept,
        is_capped=kept < earned,
    )
