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

    @property
    def share(self) -> Fraction | None:
        """What it adds to the score, of `weight`; None where nothing was divided by."""
        return None if self.figure.value is None else self.figure.value * self.weight


class Composite(NamedTuple):
    """The composite score of a group, from 0 to 100."""

    parts: tuple[DimensionScore, ...]

    @property
    def value(self) -> Fraction | None:
        """The sum, None as soon as one dimension has no value: what is missing is never guessed."""
        shares = [part.share for part in self.parts]
        return None if None in shares else sum((share for share in shares if share is not None), Fraction())


class PointPart(Value):
    """What one rule adds to a group's points or takes off them, and how many rows of which figure it looked at."""

    label: str
    figure: str
    part: Part
    count: int
    points: int
    is_capped: bool = False


class GroupPoints(Value):
    """The points of a unit or clerk in a month."""

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
    """Who kept it; None for the work that comes back with the calendar."""
    groups: tuple[GroupPoints, ...]
