"""Suspicious patterns over small sets worked out by hand: just at the threshold a flag, one less and none."""

from collections.abc import Iterable
from datetime import date

import pytest
from sqlalchemy import Engine

from adapters.patterns import RatingPatterns
from models.errors import BadInput
from models.lists import place
from models.patterns import Flag, FlagKey, PatternKind, read_flag
from models.quality import RatingFacts
from policy.patterns import THRESHOLDS, flags_of
from tests.quality.support import NOVEMBER, later, rating, store

BAD = (1, 2)
TENTH = date(2026, 11, 10)


def found(patterns: RatingPatterns, engine: Engine, ratings: Iterable[RatingFacts]) -> list[Flag]:
    """The flags of these ratings; the definition in plain Python says the same, and each opens to its ratings."""
    ratings = list(ratings)
    store(engine, ratings)
    flags = patterns.flags(NOVEMBER, BAD)
    assert flags == flags_of(ratings, BAD)
    for flag in flags:
        assert patterns.flag("ezhou", flag.key, BAD) == flag
        assert len(patterns.rows("ezhou", flag.key, BAD, "", 1000).rows) == flag.ratings
    return flags


def apart(count: int, begin: int = 0, **changes: object) -> list[RatingFacts]:
    """So many ratings, one every two minutes."""
    return [rating(begin + n, assessed_at=later(2 * n), **changes) for n in range(count)]


def test_identical_tag_sets_of_one_clerk_on_one_day_are_flagged(patterns: RatingPatterns, engine: Engine) -> None:
    # 20 of 25 are exactly 80 %, the order of the tags aside; a rating without tags is on neither side.
    same = [*apart(10, tags="510,517"), *apart(THRESHOLDS.same_tags - 10, 10, tags="517,510")]
    others = [*apart(5, 40, tags="516"), *apart(3, 50)]
    key = FlagKey(PatternKind.SAME_TAGS, "ez-renshe", "RS-01", TENTH, "510,517")
    assert found(patterns, engine, [*same, *others]) == [Flag(key, 20, 25)]


def test_one_less_or_a_smaller_share_is_no_series_of_tags(patterns: RatingPatterns, engine: Engine) -> None:
    one_less = apart(THRESHOLDS.same_tags - 1, tags="510", handler="RS-01")
    too_mixed = [
        *apart(THRESHOLDS.same_tags, 100, tags="510", handler="RS-02"),
        *apart(6, 200, tags="516", handler="RS-02"),  # 20 of 26
    ]
    two_days = [
        rating(300 + n, tags="510", handler="RS-03", assessed_at=later(2 * n, day=10 + n % 2))
        for n in range(THRESHOLDS.same_tags)
    ]
    nobody = apart(THRESHOLDS.same_tags, 400, tags="510", handler="")
    assert found(patterns, engine, [*one_less, *too_mixed, *two_days, *nobody]) == []


def test_many_ratings_of_one_clerk_within_a_minute_are_flagged_once_a_day(
    patterns: RatingPatterns, engine: Engine
) -> None:
    # Two full minutes, of 5 and of 7, and one of 4 that is not: 12 of the day's 16 ratings.
    minutes = ((0, THRESHOLDS.bulk_clerk), (10, 7), (20, THRESHOLDS.bulk_clerk - 1))
    ratings = [
        rating(100 * begin + n, assessed_at=later(begin + n / 60)) for begin, count in minutes for n in range(count)
    ]
    key = FlagKey(PatternKind.BULK_CLERK, "ez-renshe", "RS-01", TENTH)
    assert found(patterns, engine, ratings) == [Flag(key, 12, 16, minutes=2, most=7)]


def test_a_burst_over_the_turn_of_a_minute_is_judged_in_its_halves(patterns: RatingPatterns, engine: Engine) -> None:
    seconds = (56, 57, 58, 59, 60, 61, 62, 63)
    assert found(patterns, engine, [rating(n, assessed_at=later(n / 60)) for n in seconds]) == []


def test_many_ratings_through_one_channel_within_a_minute_are_flagged(patterns: RatingPatterns, engine: Engine) -> None:
    # Of 20 clerks one each, so no clerk has many; another channel's 19 are one too few.
    pushed = [
        rating(n, channel="pc", handler=f"RS-{n}", assessed_at=later(n / 60)) for n in range(THRESHOLDS.bulk_channel)
    ]
    fewer = [
        rating(100 + n, channel="phone", handler=f"RS-{n}", assessed_at=later(5 + n / 60))
        for n in range(THRESHOLDS.bulk_channel - 1)
    ]
    key = FlagKey(PatternKind.BULK_CHANNEL, "ez-renshe", "pc", TENTH)
    assert found(patterns, engine, [*pushed, *fewer]) == [Flag(key, 20, 20, minutes=1, most=20)]


def test_a_series_of_bad_ratings_on_one_clerk_is_flagged(patterns: RatingPatterns, engine: Engine) -> None:
    bad = [*apart(2, level=1), *apart(THRESHOLDS.bad_series - 2, 10, level=2)]
    good, other_channel = apart(1, 20, level=3), apart(2, 30, level=1, channel="pc")
    key = FlagKey(PatternKind.BAD_SERIES, "ez-renshe", "RS-01", TENTH, "hall_tablet")
    assert found(patterns, engine, [*bad, *good, *other_channel]) == [Flag(key, 3, 4)]


def month_of(handler: str, ratings: int, praise: int, begin: int) -> list[RatingFacts]:
    """A clerk's month: one rating an hour, so many of them five stars without a text."""
    return [
        rating(begin + n, handler=handler, has_text=n >= praise, assessed_at=later(60 * n, day=1))
        for n in range(ratings)
    ]


def test_a_share_of_wordless_praise_far_above_the_others_is_flagged(patterns: RatingPatterns, engine: Engine) -> None:
    # RS-01: 25 of 50, 50 %. The others: 60 of 200, 30 %. Exactly 20 points more.
    # RS-02's peers are the other 250 - 200 = 50, too few to compare with.
    ratings = [*month_of("RS-01", 50, 25, 0), *month_of("RS-02", 200, 60, 1000)]
    key = FlagKey(PatternKind.WORDLESS_PRAISE, "ez-renshe", "RS-01", date(2026, 11, 1))
    assert found(patterns, engine, ratings) == [Flag(key, 25, 50, peers=200, peers_ratings=60)]


@pytest.mark.parametrize(("own", "praise", "peers"), [(50, 24, 200), (49, 49, 200), (50, 50, 199)])
def test_a_smaller_difference_or_fewer_ratings_are_no_flag(
    own: int, praise: int, peers: int, patterns: RatingPatterns, engine: Engine
) -> None:
    ratings = [*month_of("RS-01", own, praise, 0), *month_of("RS-02", peers, 60, 1000)]
    assert found(patterns, engine, ratings) == []


def test_what_nobody_made_is_in_no_pattern(patterns: RatingPatterns, engine: Engine) -> None:
    pushed = [
        rating(n, tags="510", has_text=False, assessed_at=later(n / 60), channel="system_default") for n in range(25)
    ]
    marked = [
        rating(100 + n, tags="510", has_text=False, assessed_at=later(5 + n / 60), default_flag="1") for n in range(25)
    ]
    assert found(patterns, engine, [*pushed, *marked]) == []


def test_the_same_flag_is_found_whatever_period_was_asked(patterns: RatingPatterns, engine: Engine) -> None:
    (flag,) = found(patterns, engine, apart(THRESHOLDS.bad_series, level=1))
    longer = NOVEMBER.model_copy(update={"period": NOVEMBER.period.before.model_copy(update={"last": TENTH})})
    assert patterns.flags(longer, BAD) == [flag]
    assert read_flag(flag.key.text) == flag.key


def test_a_note_is_kept_with_who_and_when_and_sent_twice_it_is_one(patterns: RatingPatterns, engine: Engine) -> None:
    (flag,) = found(patterns, engine, apart(THRESHOLDS.bad_series, level=1))
    for key, said in (("k1", "已调录像"), ("k1", "已调录像"), ("k2", "情况属实")):
        patterns.note("ezhou", flag.key, said, "supervisor-01", key)
    kept = patterns.notes(NOVEMBER)
    assert list(kept) == [flag.key]
    assert [(each.note, each.user_id) for each in kept[flag.key]] == [
        ("已调录像", "supervisor-01"),
        ("情况属实", "supervisor-01"),
    ]
    assert patterns.notes(NOVEMBER.model_copy(update={"jurisdiction": "taian"})) == {}
    assert patterns.flags(NOVEMBER, BAD) == [flag]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        place("no_such_kind", "u", "s", "2026-11-10", ""),
        place("bad_series", "u", "s", "yesterday", ""),
        place("bad_series", "u", "s", "1066-10-14", ""),
    ],
)
def test_what_is_no_flag_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_flag(text)
