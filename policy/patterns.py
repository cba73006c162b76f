"""Which ratings are flagged as a suspicious pattern (TA-38 刷好评; interface family: tag sets, bulk times, defaults).

Decides the definitions and thresholds. `adapters.patterns` finds by them in SQL; `flags_of` does the same in plain
Python over rows in memory. A flag says what was counted. It proves nothing and nothing follows from it by itself.

All thresholds are assumptions: the documents ask for detection and name no numbers. Ratings that nobody made (defaults)
are left out everywhere. Days, months and minutes are those of Shanghai's clock; a minute begins at its second 0, so a
burst over the turn of a minute is judged in its two halves.

One evaluator's ratings cannot be told from another's: names, certificates and numbers are encrypted value by value, so
that equal ones differ (decision 30), and opening them in bulk for this is not done. So a series from one person is
looked for by whom it is about, not by whom it is from.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from models.due import in_shanghai
from models.patterns import Flag, FlagKey, PatternKind, in_order
from models.quality import RatingFacts
from models.ratings import SatisfactionLevel
from policy.quality import is_default


class Thresholds(NamedTuple):
    """From where on something is flagged."""

    same_tags: int = 20
    """Ratings of one clerk on one day with the same set of tags. People choose from eight to twelve tags and several
    at a time; a score of identical sets on a day is rare without somebody's help."""
    same_tags_percent: int = 80
    """And so large a part of the clerk's ratings with tags that day: a favourite tag of a busy window is no series."""
    bulk_clerk: int = 5
    """Ratings of one clerk within one minute. Nobody serves five people in a minute."""
    bulk_channel: int = 20
    """Ratings of one unit through one channel within one minute. 20,000 ratings on a city's day are about 40 a minute
    over all units and channels together."""
    bad_series: int = 3
    """Bad ratings on one clerk through one channel on one day. They may as well be deserved; somebody should look."""
    praise: int = 50
    """Ratings of a clerk in a month; with fewer, a share says little."""
    praise_peers: int = 200
    """Ratings of the others of the unit in that month; with fewer there is nobody to compare with, and no flag."""
    praise_points: int = 20
    """Percentage points by which the share of five stars without a text lies above that of the others."""


THRESHOLDS = Thresholds()


def flags_of(
    rows: Iterable[RatingFacts], bad_levels: Collection[int], thresholds: Thresholds = THRESHOLDS
) -> list[Flag]:
    """All flags of these ratings, the latest first. The ratings must be all of their days and months."""
    made = [row for row in rows if not is_default(row)]
    of_clerks = [row for row in made if row.handler]
    found = [
        *_same_tags(of_clerks, thresholds),
        *_bulk(PatternKind.BULK_CLERK, thresholds.bulk_clerk, [((row.unit, row.handler), row) for row in of_clerks]),
        *_bulk(PatternKind.BULK_CHANNEL, thresholds.bulk_channel, [((row.unit, row.channel), row) for row in made]),
        *_bad_series(of_clerks, bad_levels, thresholds.bad_series),
        *_wordless_praise(made, thresholds),
    ]
    return sorted(found, key=in_order)


def tag_set(tags: str) -> str:
    """The tags in the order of their codes: the same for the same set."""
    return ",".join(sorted(tags.split(",")))


def _same_tags(rows: Iterable[RatingFacts], thresholds: Thresholds) -> Iterator[Flag]:
    tagged = [(row.unit, row.handler, in_shanghai(row.assessed_at).date(), row.tags) for row in rows if row.tags]
    among = Counter(each[:3] for each in tagged)
    for (unit, who, day, tags), ratings in Counter((*each[:3], tag_set(each[3])) for each in tagged).items():
        tagged_in_all = among[unit, who, day]
        if ratings >= thresholds.same_tags and ratings * 100 >= tagged_in_all * thresholds.same_tags_percent:
            yield Flag(FlagKey(PatternKind.SAME_TAGS, unit, who, day, tags), ratings, tagged_in_all)


def _bulk(kind: PatternKind, least: int, rows: Iterable[tuple[tuple[str, str], RatingFacts]]) -> Iterator[Flag]:
    minutes = Counter((whose, _minute(row.assessed_at)) for whose, row in rows)
    full: dict[FlagKey, list[int]] = defaultdict(list)
    among: Counter[FlagKey] = Counter()
    for ((unit, subject), minute), ratings in minutes.items():
        key = FlagKey(kind, unit, subject, minute.date())
        among[key] += ratings
        if ratings >= least:
            full[key].append(ratings)
    for key, counts in full.items():
        yield Flag(key, sum(counts), among[key], minutes=len(counts), most=max(counts))


def _bad_series(rows: Iterable[RatingFacts], bad_levels: Collection[int], least: int) -> Iterator[Flag]:
    among: Counter[FlagKey] = Counter()
    bad: Counter[FlagKey] = Counter()
    for row in rows:
        day = in_shanghai(row.assessed_at).date()
        key = FlagKey(PatternKind.BAD_SERIES, row.unit, row.handler, day, row.channel)
        among[key] += 1
        bad[key] += row.level in bad_levels
    yield from (Flag(key, ratings, among[key]) for key, ratings in bad.items() if ratings >= least)


def _wordless_praise(rows: Iterable[RatingFacts], thresholds: Thresholds) -> Iterator[Flag]:
    own: dict[FlagKey, tuple[int, int]] = {}
    of_unit: Counter[tuple[object, ...]] = Counter()
    praise_of_unit: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        month = in_shanghai(row.assessed_at).date().replace(day=1)
        is_praise = row.level == SatisfactionLevel.VERY_GOOD and not row.has_text
        of_unit[row.unit, month] += 1
        praise_of_unit[row.unit, month] += is_praise
        if row.handler:
            key = FlagKey(PatternKind.WORDLESS_PRAISE, row.unit, row.handler, month)
            ratings, praise = own.get(key, (0, 0))
            own[key] = (ratings + 1, praise + is_praise)
    for key, (ratings, praise) in own.items():
        peers = of_unit[key.unit, key.begins] - ratings
        peers_praise = praise_of_unit[key.unit, key.begins] - praise
        if ratings < thresholds.praise or peers < thresholds.praise_peers:
            continue
        if 100 * (praise * peers - peers_praise * ratings) >= thresholds.praise_points * ratings * peers:
            yield Flag(key, praise, ratings, peers=peers, peers_ratings=peers_praise)


def _minute(moment: datetime) -> datetime:
    return in_shanghai(moment).replace(second=0, microsecond=0)
