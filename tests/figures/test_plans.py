"""How the database goes about the figures: the bad ratings of three months are found by an index of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from adapters.database import make_engine
from adapters.figures import CountedFigures
from tests.figures.stored import CALENDAR, question
from tests.support.engine import at

AS_OF = at("2026-05-01 09:00")

_RATINGS = text(
    "with made as (insert into imports (jurisdiction, code_system, sha256, file_name, finished_at)"
    " values ('ezhou', 'national', 'x', 'x', timestamptz '2026-04-02 09:00+08') returning id)"
    " insert into ratings (jurisdiction, project_no, assess_number, content_digest, import_id, row_no, code_system,"
    " level, satisfaction_code, channel, channel_code, assessed_at, unit, dept_code, task_code, handler_no)"
    " select 'ezhou', 'M' || n, 1, '', made.id, n, 'national', case when n % 50 = 0 then 1 else 5 end, '5', 'phone',"
    " '4', timestamptz '2026-02-01 08:00+08' + n * interval '15 minutes', 'ez-renshe', '', 'T1', '1'"
    " from made, generate_series(1, 5000) n"
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with some thousand ratings, one in fifty bad."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(_RATINGS)
        connection.execute(text("analyze ratings"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("bad_levels", "is_used"), [((1, 2), True), ((1,), True), ((1, 2, 3), False)])
def test_repetitions_are_found_among_the_bad_ratings_alone_unless_a_place_calls_more_levels_bad(
    engine: Engine, bad_levels: tuple[int, ...], is_used: bool
) -> None:
    sent: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *said: sent.append((said[2], said[3])))
    asked = question(AS_OF)
    asked = asked.model_copy(update={"rules": asked.rules.model_copy(update={"bad_levels": bad_levels})})
    CountedFigures(engine, lambda _: CALENDAR).count(asked)
    statement, values = next(each for each in sent if "repeats_since" in each[0])
    with engine.connect() as connection:
        connection.execute(text("set local enable_seqscan = off"))
        plan = "\n".join(connection.exec_driver_sql(f"explain {statement}", values).scalars())
    assert ("ratings_bad" in plan) is is_used
