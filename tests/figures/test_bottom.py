"""Who is named at the bottom of a ranking, by the rules of Xintai and Tai'an, over ratings of several units."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, insert, text

from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.figures import CountedFigures
from adapters.policies import load_policy
from casework.figures import Asked, FigureReport, report, whose_bottom, with_a_bottom
from casework.periods import read_period
from models.figures import Grouping
from models.surroundings import RatedObject
from tests.figures.month import RATINGS, rating_row
from tests.figures.stored import CALENDAR
from tests.support.engine import DIRECTORY, at

NOW = at("2026-11-21 10:00")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with a directory and one complete import of each place."""
    engine = make_engine(database_url)
    Directory(engine).fill(read_directory(DIRECTORY))
    with engine.begin() as connection:
        for number, place in enumerate(("xintai", "taian"), start=1):
            connection.execute(
                text(
                    "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
                    " overriding system value values (:id, :place, '', '', '', timestamptz '2026-11-01')"
                ),
                {"id": number, "place": place},
            )
    yield engine
    engine.dispose()


def rate(engine: Engine, place: str, moment: datetime, **shares: tuple[int, int]) -> None:
    """So many good ones of so many ratings for each unit, at that moment."""
    with engine.begin() as connection:
        for unit, (good, total) in shares.items():
            for number in range(total):
                row = rating_row(f"{unit}-{moment:%m%d}-{number}", 5 if number < good else 1, unit, None, moment)
                row |= {"jurisdiction": place, "import_id": 1 if place == "xintai" else 2}
                connection.execute(insert(RATINGS).values(row))


def ranked(engine: Engine, place: str, period: str, by: Grouping = Grouping.UNIT) -> FigureReport:
    """The ranking of a place by its good rate."""
    asked = Asked(place, read_period(period), NOW, by)
    return report(CountedFigures(engine, lambda _: CALENDAR), load_policy(place), Directory(engine), asked)


def named(found: FigureReport) -> list[str]:
    """Who is at the bottom, the best first."""
    return [group.key for group in found.groups if group.is_bottom]


def test_xintai_names_the_last_three_units_of_a_quarter(engine: Engine) -> None:
    shares = {"a": (10, 10), "b": (9, 10), "c": (8, 10), "d": (4, 5), "e": (1, 2), "f": (0, 1)}
    rate(engine, "xintai", at("2026-08-10 09:00"), **shares)
    quarter = ranked(engine, "xintai", "2026-Q3")
    assert [(group.place, group.key) for group in quarter.groups] == [
        (1, "a"), (2, "b"), (3, "c"), (3, "d"), (5, "e"), (6, "f"),
    ]  # fmt: skip
    # c and d share the third place from below.
    assert named(quarter) == ["c", "d", "e", "f"]
    month = ranked(engine, "xintai", "2026-08")
    assert named(month) == []
    assert "每季度排名" in month.bottom_rule
    assert named(ranked(engine, "xintai", "2026-Q3", Grouping.ITEM)) == []


def test_windows_are_at_the_bottom_where_the_place_rates_them(engine: Engine) -> None:
    rate(engine, "xintai", at("2026-08-10 09:00"), a=(10, 10), b=(9, 10), c=(8, 10), d=(1, 2))
    with engine.begin() as connection:
        # All at window 3 of their unit; nobody's window is nobody's bottom.
        connection.execute(text("update ratings set window_no = '3' where unit <> 'd'"))
    quarter = ranked(engine, "xintai", "2026-Q3", Grouping.WINDOW)
    assert [(group.place, group.key, group.name) for group in quarter.groups] == [
        (1, "a/3", "a 3号窗口"), (2, "b/3", "b 3号窗口"), (3, "c/3", "c 3号窗口"), (None, "", "（未注明）"),
    ]  # fmt: skip
    assert named(quarter) == ["b/3", "c/3"]
    clerks_only = load_policy("xintai").surroundings.model_copy(update={"rated_objects": (RatedObject.STAFF,)})
    assert Grouping.WINDOW not in with_a_bottom(clerks_only)
    assert whose_bottom(clerks_only) == "单位和人员"


def test_who_is_last_is_named_when_it_was_so_as_often_in_a_row_as_the_rule_says(engine: Engine) -> None:
    rate(engine, "taian", at("2026-08-10 09:00"), a=(10, 10), b=(9, 10), c=(0, 10), d=(5, 10), e=(6, 10))
    rate(engine, "taian", at("2026-09-10 09:00"), a=(10, 10), b=(1, 10), c=(9, 10), d=(5, 10), e=(6, 10))
    # The last three of August are e, d, c, of September e, d, b; nothing was rated in July.
    assert named(ranked(engine, "taian", "2026-09")) == ["e", "d"]
    assert named(ranked(engine, "taian", "2026-08")) == []
