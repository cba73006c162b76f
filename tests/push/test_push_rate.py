"""评价办件推送率, worked out by hand: taken in time, too late, never, and what still has time."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, text

from adapters.figures import CountedFigures
from adapters.tables.pushes import PUSHES
from models.figures import FigureKind, FigurePeriod, Part
from tests.figures.month import RATINGS, rating_row
from tests.figures.stored import CALENDAR, question
from tests.support.engine import at

MARCH = FigurePeriod.of_months(2026, 3, 1)
LIMIT = timedelta(hours=24)


@pytest.fixture
def march(engine: Engine) -> Engine:
    """Four ratings of one import, complete on 10 March at noon, and one of an import two days later."""
    with engine.begin() as connection:
        for number, moment in ((1, "2026-03-10 12:00"), (2, "2026-03-12 12:00")):
            connection.execute(
                text(
                    "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
                    " overriding system value values (:id, 'ezhou', '', cast(:id as text), '', :at)"
                ),
                {"id": number, "at": at(moment)},
            )
        for matter, import_id, accepted in (
            ("in-time", 1, "2026-03-11 12:00"),
            ("too-late", 1, "2026-03-11 12:01"),
            ("never", 1, None),
            ("not-there", 1, ""),
            ("has-time", 2, None),
        ):
            row = rating_row(matter, 5, None, None, at("2026-03-09 09:00")) | {"import_id": import_id}
            connection.execute(insert(RATINGS).values(row))
            if accepted != "":
                push = {
                    "kind": "rating",
                    **{name: row[name] for name in ("jurisdiction", "project_no", "assess_number")},
                    "day": at("2026-03-09 09:00").date(),
                    "next_try": at("2026-03-10 12:00"),
                    "accepted_at": at(accepted) if accepted else None,
                }
                connection.execute(insert(PUSHES).values(push))
    return engine


def parts(engine: Engine, moment: str, limit: timedelta | None = LIMIT) -> tuple[int, int | None]:
    """Numerator and denominator as of a moment."""
    counted = CountedFigures(engine, lambda _: CALENDAR, limit).count(question(at(moment), MARCH))
    figure = counted.groups[""][FigureKind.PUSH_RATE]
    return figure.numerator, figure.denominator


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-10 11:00", (0, 0)),  # the import is not complete
        ("2026-03-11 11:00", (0, 0)),  # everything has time
        ("2026-03-11 12:00", (1, 4)),
        ("2026-03-12 13:00", (1, 4)),  # the second import has time
        ("2026-03-13 12:00", (1, 5)),
    ],
)
def test_the_push_rate_is_what_was_worked_out_by_hand(march: Engine, moment: str, expected: tuple[int, int]) -> None:
    assert parts(march, moment) == expected


def test_without_a_platform_there_is_no_push_rate(march: Engine) -> None:
    assert parts(march, "2026-03-13 12:00", limit=None) == (0, 0)


def test_the_figure_opens_to_the_ratings_behind_it(march: Engine) -> None:
    book = CountedFigures(march, lambda _: CALENDAR, LIMIT)
    asked = question(at("2026-03-13 12:00"), MARCH)
    rest = book.rows(asked, FigureKind.PUSH_RATE, Part.REST).rows
    assert sorted(row.project_no for row in rest) == ["has-time", "never", "not-there", "too-late"]
    without = CountedFigures(march, lambda _: CALENDAR)
    assert without.rows(asked, FigureKind.PUSH_RATE, Part.REST).rows == ()
