"""Scores (评分): the composite score of a group and its monthly points, each with the parts it is made of.

A score never travels as a number alone: every part keeps the figure it comes from. How parts become a score stands in
`policy.scores`, by which rules of the place in `policy.score_rules`.
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from pydantic import AwareDatetime

from models.base import Value
from models.figures import Figure, Grouping, Part

_WHOLE = 100


class ScoreKind(StrEnum):
    """What a place may score by (TJ-13, GH-27)."""

    COMPOSITE = "composite"
    POINTS = "points"

    @property
    def label(self) -> str:
        """The score in Chinese."""
        return {ScoreKind.COMPOSITE: "综合评分", ScoreKind.POINTS: "月积分"}[self]


class DimensionScore(NamedTuple):
    """One dimension (维度) of a composite score."""

    label: str
    figure: Figure
    weight: int
    """In percent of the whole."""
    others_bear: bool = False
    """Whether the others bear its weight where nothing was divided by."""

    @property
    def share(self) -> Fraction | None:
        """What it adds to the score, of `weight`; None where nothing was divided by."""
        return None if self.figure.value is None else self.figure.value * self.weight


class Composite(NamedTuple):
    """The composite score of a group, from 0 to 100."""

    parts: tuple[DimensionScore, ...]

    @property
    def absent(self) -> tuple[DimensionScore, ...]:
        """The dimensions without a value."""
        return tuple(part for part in self.parts if part.share is None)

    @property
    def value(self) -> Fraction | None:
        """The sum, of 100; None where a dimension without a value leaves its weight to nobody, never a guess."""
        if not all(part.others_bear for part in self.absent):
            return None
        shares = [(part.share, part.weight) for part in self.parts if part.share is not None]
        borne = sum(weight for _, weight in shares)
        return None if not borne else sum((share for share, _ in shares), Fraction()) * _WHOLE / borne


class PointPart(Value):
    """What one rule adds to a group's points or takes off them, and how many rows of which figure it looked at."""

    label: str
    figure: str
    part: Part
    count: int
    points: int
    is_capped: bool = False


class GroupPoints(Value):
    """The points of a unit, window or clerk in a month."""

    key: str
    base: int
    parts: tuple[PointPart, ...]

    @property
    def total(self) -> int:
        """The base with everything added and taken off; it may fall below nothing."""
        return self.base + sum(part.points for part in self.parts)


class PointCount(Value):
    """All points of a month as they were counted and kept (登记); a later count stands beside it."""

    jurisdiction: str
    month: date
    """Its first day."""
    grouping: Grouping
    as_of: AwareDatetime
    kept_by: str | None
    """Who kept it; None for the system, when the calendar called for it."""
    groups: tuple[GroupPoints, ...]


class OwnPoints(Value):
    """What was kept of a month for one unit, or for a window or clerk of it."""

    jurisdiction: str
    month: date
    """Its first day."""
    grouping: Grouping
    as_of: AwareDatetime
    points: GroupPoints
