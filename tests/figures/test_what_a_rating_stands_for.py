"""Batches, themes, two rated objects and origins in the figures: counted for every matter, and once for the rest."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from adapters.database import make_engine
from adapters.figures import CountedFigures
from adapters.tables.columns import table_of
from adapters.tables.ratings import RatingMatterRow
from models.figures import FigureKind, Grouping, Part
from tests.figures.month import RATINGS, rating_row
from tests.figures.stored import CALENDAR, counted_by_hand, parts_of, question
from tests.support.engine import at

MARCH_10, APRIL_5 = at("2026-03-10 10:00"), at("2026-04-05 10:00")
MATTERS = table_of(RatingMatterRow)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Five ratings: a good theme of three matters, a bad batch of two, and three of one matter each."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
                " overriding system value values (1, 'ezhou', '', '', '', :at)"
            ),
            {"at": MARCH_10},
        )
        for matter, level, more in (
            ("THEME", 5, {}),
            ("BATCH", 1, {"handler_no": "7"}),
            ("CLERK", 5, {"staff_level": 2, "handler_no": "7"}),
            ("SAMPLE", 5, {"origin": "sample"}),
            ("DEFAULT", 4, {"origin": "default"}),
        ):
            connection.execute(insert(RATINGS).values(rating_row(matter, level, "ez-renshe", None, MARCH_10) | more))
        for by, matter, code in (("THEME", "T-2", "X2"), ("THEME", "T-3", "X3"), ("BATCH", "B-2", None)):
            row = {"jurisdiction": "ezhou", "project_no": matter, "assess_number": 1, "rating_project_no": by}
            connection.execute(insert(MATTERS).values(row | {"task_code": code}))
    yield engine
    engine.dispose()


def counted(engine: Engine, **changes: Any) -> dict[str, dict[FigureKind, tuple[int, int | None]]]:
    """Numerators and denominators of the groups, the same by both counts."""
    asked = question(APRIL_5, **changes)
    groups = CountedFigures(engine, lambda _: CALENDAR).count(asked).groups
    assert groups == counted_by_hand(engine, asked)
    return {key: parts_of(figures) for key, figures in groups.items()}


def test_a_rating_counts_for_every_matter_that_it_covers(engine: Engine) -> None:
    figures = counted(engine)[""]
    assert figures[FigureKind.N_EVAL] == (8, None)  # three, two, and three of one each
    assert figures[FigureKind.GOOD_RATE] == (5, 8)  # the theme, the sample and the default
    assert figures[FigureKind.BAD_RATE] == (3, 8)  # the batch, and the one that is bad for the clerk


def test_only_what_the_evaluator_made_is_user_made(engine: Engine) -> None:
    figures = counted(engine)[""]
    assert figures[FigureKind.DEFAULT_RATE] == (1, 8)
    assert figures[FigureKind.USER_GOOD_RATE] == (3, 6)


def test_each_matter_counts_under_its_own_item(engine: Engine) -> None:
    groups = counted(engine, grouping=Grouping.ITEM)
    assert {item: figures[FigureKind.N_EVAL] for item, figures in groups.items()} == {
        "T9": (6, None),
        "X2": (1, None),
        "X3": (1, None),
    }


def test_a_batch_is_one_bad_review_among_the_repetitions(engine: Engine) -> None:
    rules = question(APRIL_5).rules.model_copy(update={"repeat_count": 3})
    assert counted(engine, rules=rules)[""][FigureKind.REPEAT_INDEX] == (0, None)
    rules = rules.model_copy(update={"repeat_count": 2})
    assert counted(engine, rules=rules)[""][FigureKind.REPEAT_INDEX] == (2, None)  # the item and the clerk


def test_the_figure_opens_to_every_matter(engine: Engine) -> None:
    book = CountedFigures(engine, lambda _: CALENDAR)
    rows = list(book.all_rows(question(APRIL_5), FigureKind.GOOD_RATE, Part.ALL, 100))
    assert {row.project_no for row in rows} == {
        "THEME", "T-2", "T-3", "BATCH", "B-2", "CLERK", "SAMPLE", "DEFAULT",
    }  # fmt: skip
    assert {row.project_no for row in rows if not row.counts} == {"BATCH", "B-2", "CLERK"}
