"""What the pages of the figures ask for, in the address: read into a value, said back in the form, written into links.

Decides which fields there are and what is chosen when nothing is said: this month, as of now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from casework.figures import Asked
from casework.periods import read_days, read_moment, read_period
from models.due import in_shanghai
from models.errors import BadInput
from models.figures import FigureKind, FigurePeriod, Grouping, Part

KEYS = ("place", "period", "from", "to", "as_of", "by", "rank")
"""Every field of the form, in its order."""

_LONGEST = 100
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True)
class FigureQuery:
    """The fields as they stand in the address, and the one group that was chosen; None for all."""

    given: Mapping[str, str]
    only: str | None

    @property
    def query(self) -> str:
        """The address's part that asks the same again."""
        return self.with_more()

    @property
    def of_all(self) -> str:
        """The address's part that asks the same of all groups."""
        return urlencode({key: self.given[key] for key in KEYS if self.given[key]})

    def with_more(self, **more: str) -> str:
        """The address's part with further fields; `only` is among them when one group was chosen."""
        chosen = {} if self.only is None else {"only": self.only}
        return urlencode({key: self.given[key] for key in KEYS if self.given[key]} | chosen | more)


def given_in(query: Mapping[str, str], places: Sequence[str], now: datetime) -> FigureQuery:
    """The fields of an address; without any period it is this month."""
    given = {key: query.get(key, "").strip()[:_LONGEST] for key in KEYS}
    if not given["place"] and places:
        given["place"] = places[0]
    if not given["period"] and not given["from"] and not given["to"]:
        given["period"] = f"{in_shanghai(now):%Y-%m}"
    return FigureQuery(given, query["only"][:_LONGEST] if "only" in query else None)


def asked_by(query: FigureQuery, places: Sequence[str], now: datetime) -> Asked:
    """What the fields mean. Raises BadInput with what to correct."""
    given = query.given
    if given["place"] not in places:
        raise BadInput(f"没有名为“{given['place']}”的地区，请从页面上重新选择。")
    grouping = choice_of(Grouping, given["by"]) or Grouping.NONE
    if query.only is not None and grouping is Grouping.NONE:
        raise BadInput("只看一组时要先选分组，请从页面上重新选择。")
    return Asked(
        jurisdiction=given["place"],
        period=_period(given),
        as_of=read_moment(given["as_of"], now),
        grouping=grouping,
        only=query.only,
        rank_by=choice_of(FigureKind, given["rank"]) or FigureKind.GOOD_RATE,
    )


def behind(query: Mapping[str, str]) -> tuple[FigureKind, Part]:
    """Which figure's rows are asked for, and which of them. Raises BadInput."""
    kind = choice_of(FigureKind, query.get("kind", ""))
    if kind is None:
        raise BadInput("没有写明是哪个指标，请从指标页面导出。")
    return kind, choice_of(Part, query.get("part", "")) or Part.ALL


def choice_of(kind: type[_Choice], text: str) -> _Choice | None:
    """One of the choices, None when nothing is said. Raises BadInput for what is none of them."""
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise BadInput(f"选项“{text}”无法识别，请从页面上重新选择。") from None


def _period(given: Mapping[str, str]) -> FigurePeriod:
    if given["from"] or given["to"]:
        if given["period"]:
            raise BadInput("期间和起止日期只填一种：要么填期间，要么填起止两个日期。")
        if not given["from"] or not given["to"]:
            raise BadInput("起止日期要两个都填。")
        return read_days(given["from"], given["to"])
    return read_period(given["period"])
