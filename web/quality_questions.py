"""What the pages of data quality and flags are asked: a place and some months, in the address.

Decides how they are read and written back, and how a rating reads in a table. Nothing of the evaluator is in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from casework.quality import months
from models.due import in_shanghai
from models.errors import BadInput
from models.policy import Policy
from models.quality import QualityScope, RatingFacts
from models.ratings import ReviewChannel, SatisfactionLevel
from web.ports import Desk

PAGE = 50
"""Ratings of one page."""


@dataclass(frozen=True)
class Asked:
    """A place and months, and the choices of the form."""

    scope: QualityScope
    policy: Policy
    places: tuple[tuple[str, str], ...]

    @property
    def first(self) -> str:
        """The first month as the form has it."""
        return f"{self.scope.period.first:%Y-%m}"

    @property
    def last(self) -> str:
        """The last month as the form has it."""
        return f"{self.scope.period.last:%Y-%m}"

    @property
    def query(self) -> str:
        """The address's part."""
        return self.with_(())

    def with_(self, more: Iterable[tuple[str, str]]) -> str:
        """The address's part with more in it."""
        return urlencode([("jurisdiction", self.scope.jurisdiction), ("from", self.first), ("to", self.last), *more])


@dataclass(frozen=True)
class RatingRow:
    """One rating of a table."""

    rating: RatingFacts
    assessed: str
    accepted: str
    level: str
    channel: str
    unit: str


def asked(desk: Desk, query: Mapping[str, str]) -> Asked:
    """What the address asks for; the first place and this month when it says nothing. Raises BadInput."""
    places = places_of(desk)
    jurisdiction = query.get("jurisdiction") or next(iter(places), "")
    if jurisdiction not in places:
        raise BadInput(f"没有名为“{jurisdiction}”的地区，请从页面上重新选择。")
    today = in_shanghai(desk.front.now()).date()
    period = months(query.get("from", "").strip(), query.get("to", "").strip(), today)
    return Asked(
        scope=QualityScope(jurisdiction=jurisdiction, period=period),
        policy=desk.shelf.file(jurisdiction).policy,
        places=tuple(places.items()),
    )


def places_of(desk: Desk) -> dict[str, str]:
    """The places by id, with their names."""
    return {each: desk.shelf.file(each).policy.name for each in desk.shelf.ids()}


def rating_rows(desk: Desk, ratings: Iterable[RatingFacts]) -> tuple[RatingRow, ...]:
    """The rows of a table."""
    return tuple(
        RatingRow(
            rating=each,
            assessed=to_the_second(each.assessed_at),
            accepted=to_the_second(each.accepted_at),
            level=level_of(each),
            channel=channel_of(each),
            unit=desk.front.people.unit(each.unit).name,
        )
        for each in ratings
    )


def to_the_second(moment: datetime | None) -> str:
    """2026-11-10 12:00:07 on Shanghai's clock; empty for none."""
    return f"{in_shanghai(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def level_of(rating: RatingFacts) -> str:
    """The level with its digit: 5 非常满意."""
    return f"{rating.level} {SatisfactionLevel(rating.level).label}"


def channel_of(rating: RatingFacts) -> str:
    """The channel in Chinese."""
    return ReviewChannel(rating.channel).label if rating.channel in list(ReviewChannel) else rating.channel


def with_place(address: str, place: str) -> str:
    """The address of the page that begins there; empty when there is none."""
    return f"{address}&{urlencode({'after': place})}" if place else ""
