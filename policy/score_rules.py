"""By which rules a place scores (`scores.toml`): dimensions of the composite score, the table of the monthly points.

Decides whether such a file can be taken. The documents name dimensions and points but neither weights nor a table, so
each rule says on what it stands, as the parameters of a policy do. A place without the file has no scores.
"""

import tomllib
from typing import Self

from pydantic import Field, ValidationError, model_validator

from models.base import Value
from models.errors import BadPolicy
from models.figures import FigureKind, Part, Shape
from policy.figures import DEFINITIONS
from policy.parsing import Basis, sentence

_WHOLE = 100


class _Rule(Value):
    label: str = Field(min_length=1, max_length=40)
    figure: FigureKind
    basis: Basis
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _stands_on_something(self) -> Self:
        if self.basis is Basis.ASSUMPTION and not self.note.strip():
            raise ValueError(f"“{self.label}”是暂定（assumption）的，须写明 note")
        if self.basis is not Basis.ASSUMPTION and not self.source.strip():
            raise ValueError(f"“{self.label}”有依据，须写明 source（文件与条款）")
        return self


class Dimension(_Rule):
    """One dimension of the composite score: a rate, and how much of 100 it is worth.

    Where a group has nothing that the rate could be counted of, the others bear its weight in proportion
    (`others_bear`), or there is no score.
    """

    weight: int = Field(ge=1, le=_WHOLE)
    others_bear: bool = False

    @model_validator(mode="after")
    def _is_a_rate(self) -> Self:
        if self.figure.shape is not Shape.RATE or self.figure.lower_is_better:
            raise ValueError(f"“{self.label}”须是越高越好的比率，{self.figure} 不是")
        return self


class PointRule(_Rule):
    """For every so many rows of a figure so many points, at most that many in a month."""

    part: Part = Part.COUNTED
    per: int = Field(default=1, ge=1)
    points: int
    most: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if not self.points:
            raise ValueError(f"“{self.label}”的 points 不能为 0")
        has_parts = DEFINITIONS[self.figure].counts is not None
        if self.figure.shape is Shape.DAYS or (self.part is not Part.COUNTED and not has_parts):
            raise ValueError(f"“{self.label}”要按件计，{self.figure} 的 {self.part} 不是件数")
        return self

    @property
    def said(self) -> str:
        """The rule in Chinese: 每 1 件减 2 分，最多减 20 分."""
        does, size = ("加", self.points) if self.points > 0 else ("减", -self.points)
        cap = "" if self.most is None else f"，最多{does} {self.most} 分"
        return f"每 {self.per} 件{does} {size} 分{cap}"


class PointTable(Value):
    """The table of the monthly points: what everybody begins with, and what is added and taken off."""

    base: int = Field(ge=0, le=10_000)
    basis: Basis
    source: str = ""
    note: str = ""
    rules: tuple[PointRule, ...] = Field(min_length=1)


class ScoreRules(Value):
    """What a place scores by; empty where its documents ask for no score."""

    composite: tuple[Dimension, ...] = ()
    points: PointTable | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        weights = sum(dimension.weight for dimension in self.composite)
        if self.composite and weights != _WHOLE:
            raise ValueError(f"composite 各维度的 weight 之和须为 {_WHOLE}，现在是 {weights}")
        if self.composite and all(dimension.others_bear for dimension in self.composite):
            raise ValueError("composite 至少有一个维度不能由其他维度分摊（others_bear）")
        rules = self.points.rules if self.points is not None else ()
        for part, labels in (("composite", [d.label for d in self.composite]), ("points", [r.label for r in rules])):
            if len(set(labels)) < len(labels):
                raise ValueError(f"{part} 中有相同的 label")
        return self


def parse_score_rules(text: str, origin: str) -> ScoreRules:
    """Read the text of a file of rules; `origin` names it in errors. Raises BadPolicy with every fault."""
    try:
        return ScoreRules.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{origin}：不是正确的 TOML 文件（{error}）。") from None
    except ValidationError as error:
        faults = (f"{origin}{_where(each['loc'])}：{sentence(each, ())}。" for each in error.errors())
        raise BadPolicy("\n".join(faults)) from None


def _where(place: tuple[int | str, ...]) -> str:
    """The place in the file; rules are counted from one."""
    said = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    return f" {said}" if said else ""
