"""Whatever the ratings are, the database counts what a plain Python count over the same rows gives."""

from collections import Counter
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from adapters.items import ItemStore
from adapters.patterns import RatingPatterns
from adapters.quality import RatingQuality
from adapters.tables.quality import ITEM_DIRECTORIES, ITEMS
from models.quality import Check, DirectoryItem, ItemDirectory, ItemField, Match, QualityFinding, RatingFacts
from models.ratings import RatingOrigin
from policy.patterns import Thresholds, flags_of
from policy.quality import Items, checks_of, matches_of
from tests.quality.support import NOVEMBER, NOW, later, rating, store

_PLACES = count(1)
"""Every example has a place of its own, so that the database need not be emptied."""

_QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LOW = Thresholds(
    same_tags=2,
    same_tags_percent=60,
    bulk_clerk=2,
    bulk_channel=3,
    bad_series=2,
    praise=2,
    praise_peers=3,
    praise_points=20,
)
"""Thresholds that a handful of ratings reach."""

_CODES, _HANDLING, _NAMES, _DEPARTMENTS = ("A", "B", "C"), ("", "1", "2"), ("甲", "乙"), ("D1", "D2", "D3")

directory_items = st.builds(
    DirectoryItem,
    st.sampled_from(_CODES[:2]),
    st.sampled_from(_HANDLING),
    st.sampled_from(_NAMES),
    st.sampled_from(_DEPARTMENTS[:2]),
    st.sampled_from(_NAMES),
)
directories = st.lists(
    directory_items, max_size=6, unique_by=lambda item: (item.task_code, item.handle_item, item.dept_code)
)
ratings = st.lists(
    st.fixed_dictionaries(
        {
            "assessed_at": st.builds(
                later, st.sampled_from((0, 0.2, 0.9, 1, 1.5, 719, 720, 721)), st.sampled_from((10, 11))
            ),
            "accepted_at": st.sampled_from((None, later(-30), later(0.5))),
            "level": st.integers(1, 5),
            "channel": st.sampled_from(("pc", "phone", "system_default")),
            "tags": st.sampled_from(("", "510", "510,517", "517,510", "501,510", "501")),
            "tag_version": st.sampled_from(("", "1", "2")),
            "has_text": st.booleans(),
            "anonymous": st.sampled_from((None, True, False)),
            "default_flag": st.sampled_from(("", "0", "1")),
            "origin": st.sampled_from(("", "", *RatingOrigin)),
            "listed": st.sampled_from(("u1", "u2", "")),
            "handler": st.sampled_from(("", "x", "y")),
            "dept_code": st.sampled_from((*_DEPARTMENTS, "")),
            "dept_name": st.sampled_from(("", *_NAMES)),
            "task_code": st.sampled_from(("", *_CODES)),
            "task_handle_item": st.sampled_from((*_HANDLING, "3")),
            "task_name": st.sampled_from(("", *_NAMES)),
        }
    ).map(lambda drawn: {**drawn, "unit": drawn["listed"] or drawn["dept_code"], "is_listed": bool(drawn["listed"])}),
    max_size=25,
)


def stored(engine: Engine, drawn: list[dict[str, object]]) -> tuple[str, list[RatingFacts]]:
    """The place that has these ratings, and the ratings."""
    place = f"place-{next(_PLACES)}"
    made = [rating(n, **{key: each[key] for key in each if key != "listed"}) for n, each in enumerate(drawn)]
    store(engine, made, place)
    return place, made


@_QUICK
@given(drawn=ratings, items=directories)
def test_the_report_agrees_with_a_plain_count(
    engine: Engine, drawn: list[dict[str, object]], items: list[DirectoryItem]
) -> None:
    place, made = stored(engine, drawn)
    directory = ItemDirectory(
        jurisdiction=place, sha256="", file_name="", items=len(items), loaded_by="", loaded_at=NOW
    )
    with engine.begin() as connection:
        connection.execute(insert(ITEM_DIRECTORIES), directory.model_dump())
        if items:
            connection.execute(insert(ITEMS), [{"jurisdiction": place, **item._asdict()} for item in items])
    quality, scope = (
        RatingQuality(engine, ItemStore(engine, lambda: NOW)),
        NOVEMBER.model_copy(update={"jurisdiction": place}),
    )
    report = quality.report(scope)

    found = Counter(check for each in made for check in checks_of(each))
    assert {each.check: each.ratings for each in report.checks} == {check: found[check] for check in Check}
    compared = Counter(pair for each in made for pair in matches_of(each, Items(items)).items())
    assert {(each.field, match): number for each in report.fields for match, number in each.counts.items()} == {
        (field, match): compared[field, match] for field in ItemField for match in Match
    }
    check, field, match = Check.MIXED_TAGS, ItemField.HANDLE_ITEM, Match.CONTRADICTING
    assert set(quality.rows(scope, QualityFinding(check), "", 100).rows) == {
        each for each in made if check in checks_of(each)
    }
    assert set(quality.rows(scope, QualityFinding(field=field, match=match), "", 100).rows) == {
        each for each in made if matches_of(each, Items(items))[field] is match
    }


@_QUICK
@given(drawn=ratings)
def test_the_flags_agree_with_a_plain_count(engine: Engine, drawn: list[dict[str, object]]) -> None:
    place, made = stored(engine, drawn)
    patterns = RatingPatterns(engine, lambda: NOW, LOW)
    scope = NOVEMBER.model_copy(update={"jurisdiction": place})
    flags = patterns.flags(scope, (1, 2))
    assert flags == flags_of(made, (1, 2), LOW)
    for flag in flags:
        assert patterns.flag(place, flag.key, (1, 2)) == flag
        assert len(patterns.rows(place, flag.key, (1, 2), "", 100).rows) == flag.ratings
