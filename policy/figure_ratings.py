"""Ratings and matters as the plain count of the figures sees them: what stands in the database, and what is true of it.

Decides which ratings are known at a moment, from where each comes, and which default has been replaced. The cases and
the figures themselves are the business of `policy.figure_count`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models.figures import Base, FigureQuestion, Grouping, Mark
from models.ratings import RatingOrigin
from policy.rating_rules import origin_of


class StoredRating(NamedTuple):
    """A rating. `complete_at` is when its import was complete; numbers that the source did not give are empty.

    `item` and `level` are those of its own matter, `staff_level` what the clerk got beside it, `origin` as stated.
    """

    assessed_at: datetime
    complete_at: datetime | None
    level: int
    channel: str
    default_flag: str
    unit: str
    staff_no: str
    item: str
    case_no: str
    project_no: str = ""
    accepted_at: datetime | None = None
    """When the provincial platform first took it."""
    staff_level: int | None = None
    origin: str = ""
    covered: Sequence[str] = ()
    """The items of the other matters that the rating covers, one entry for each (批量、主题式)."""
    matters: frozenset[str] = frozenset()
    """The numbers of all matters that it is about, its own included."""
    window_no: str = ""

    @property
    def source(self) -> RatingOrigin:
        """Where it comes from."""
        return origin_of(self.origin, self.channel, self.default_flag)

    def is_known(self, as_of: datetime) -> bool:
        """Whether it was made, and its import complete, by that moment."""
        return self.complete_at is not None and max(self.complete_at, self.assessed_at) <= as_of


class StoredMatter(NamedTuple):
    """A matter that is done, and when it was delivered."""

    project_no: str
    closed_at: datetime
    received_at: datetime
    unit: str
    staff_no: str
    item: str
    rateable: bool
    window_no: str = ""


class Fact(NamedTuple):
    """One row of a base: what is true of it, and by what it can be told apart."""

    base: Base
    keys: Mapping[Grouping, str]
    marks: frozenset[Mark] = frozenset()
    days: int = 0


def of_ratings(
    question: FigureQuestion, ratings: Sequence[StoredRating], voided: set[str], push_limit: timedelta | None
) -> Iterator[Fact]:
    """The ratings of the period, all of them known, and what of them may be repetitions.

    A rating by default is none any more when there is another one of the same matter (C-10).
    """
    rated = {matter for each in ratings if each.source is not RatingOrigin.DEFAULT for matter in each.matters}
    rules, period = question.rules, question.period
    since = period.end - timedelta(days=rules.repeat_days)
    for rating in ratings:
        assert rating.complete_at is not None
        is_replaced = rating.source is RatingOrigin.DEFAULT and rating.project_no in rated
        marks = {Mark.VOIDED if rating.case_no in voided else Mark.VALID}
        stars = [rating.level] if rating.staff_level is None else [rating.level, rating.staff_level]
        if any(level in rules.bad_levels for level in stars):
            marks.add(Mark.BAD)
        if min(stars) >= rules.good_from:
            marks.add(Mark.GOOD)
        marks |= _ORIGINS.get(rating.source, frozenset())
        numbers = (rating.staff_no, rating.window_no)
        keys = keys_of(rating.unit, rating.unit, *numbers, rating.item, rating.channel)
        if period.begin <= rating.assessed_at < period.end and push_limit is not None:
            due = max(rating.complete_at, rating.assessed_at) + push_limit
            yield Fact(Base.PUSHES, keys, frozenset(_marks_of_push(rating.accepted_at, due, question.as_of)))
        if is_replaced:
            continue
        if period.begin <= rating.assessed_at < period.end:
            for item in (rating.item, *rating.covered):
                yield Fact(Base.RATINGS, {**keys, Grouping.ITEM: item}, frozenset(marks))
        if since <= rating.assessed_at < period.end and {Mark.BAD, Mark.VALID} <= marks:
            yield Fact(Base.REPEATS, keys)


def _marks_of_push(accepted_at: datetime | None, due: datetime, as_of: datetime) -> Iterator[Mark]:
    """Taken in time, or not taken when the time was over; what still has time is left out."""
    in_time = accepted_at is not None and accepted_at <= min(due, as_of)
    if in_time or due <= as_of:
        yield Mark.TO_BE_PUSHED
    if in_time:
        yield Mark.PUSHED


_ORIGINS = {
    RatingOrigin.DEFAULT: frozenset({Mark.IS_DEFAULT}),
    RatingOrigin.USER: frozenset({Mark.USER_MADE}),
}
"""What was entered later, taken over or asked for in a sample is neither."""


def of_matters(
    question: FigureQuestion, matters: Iterable[StoredMatter], told: Sequence[StoredRating]
) -> Iterator[Fact]:
    """The matters of the period; `told` are the ratings that are known."""
    by_somebody = {RatingOrigin.USER}
    if question.rules.default_is_active:
        by_somebody.add(RatingOrigin.DEFAULT)
    rated = {matter for each in told for matter in each.matters}
    actively = {matter for each in told if each.source in by_somebody for matter in each.matters}
    for matter in matters:
        is_known = matter.received_at <= question.as_of
        if not is_known or not question.period.begin <= matter.closed_at < question.period.end:
            continue
        marks = {Mark.RATEABLE} if matter.rateable else set()
        if matter.project_no in actively:
            marks.add(Mark.RATED_ACTIVELY)
        if matter.project_no not in rated:
            marks.add(Mark.UNRATED)
        keys = keys_of(matter.unit, matter.unit, matter.staff_no, matter.window_no, matter.item, "")
        yield Fact(Base.MATTERS, keys, frozenset(marks))


def keys_of(unit: str, rated_unit: str, staff_no: str, window_no: str, item: str, channel: str) -> dict[Grouping, str]:
    """Clerks and windows are numbered within the unit that was rated."""
    return {
        Grouping.NONE: "",
        Grouping.UNIT: unit,
        Grouping.WINDOW: f"{rated_unit}/{window_no}" if window_no else "",
        Grouping.CLERK: f"{rated_unit}/{staff_no}" if staff_no else "",
        Grouping.ITEM: item,
        Grouping.CHANNEL: channel,
    }
