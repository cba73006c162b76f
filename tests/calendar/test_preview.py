"""What a notice would move: by how much, what is late then, and that looking changes nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adapters.calendar_files import load_calendar
from adapters.database import make_engine
from adapters.holiday_notices import NoticeStore, read_notice
from adapters.recounting import preview
from adapters.tables.cases import CASES, CLOCKS, HOLIDAY_NOTICES
from calendars import paused
from models.case import Stage
from tests.calendar.support import BEFORE, LOCAL, SPRING_FESTIVAL_2020, YEAR_2027, add_case, due, notice_file
from tests.support.engine import at

NOW = at("2020-01-27 09:00")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_the_real_extension_of_2020_shows_old_and_new_dates(engine: Engine) -> None:
    with engine.begin() as connection:
        # By the first notice Sat 02-01 was a working day: 01-21, 22, 23, 31, 02-01. Extended: 01-21, 22, 23, 02-03, 04.
        moved = add_case(connection, 1, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))
        add_case(
            connection, 2, BEFORE, due("2020-01-20 10:00", "2 wd", BEFORE), due("2020-01-20 10:00", "24 h", BEFORE)
        )
    found = preview(engine, read_notice(SPRING_FESTIVAL_2020), NOW)
    [shift] = found.shifts
    assert (shift.case_no, shift.old, shift.new, shift.days) == (
        moved,
        at("2020-02-02 00:00"),
        at("2020-02-05 00:00"),
        3,
    )
    assert (found.cases, found.limits, found.paused) == (2, 3, 0)
    assert (found.totals.cases, found.totals.limits, found.totals.days) == (1, 1, {3: 1})
    assert found.ordered is None


def test_a_limit_that_is_late_only_with_the_old_date_is_said_to_be_in_time_again(engine: Engine) -> None:
    with engine.begin() as connection:
        add_case(connection, 1, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))
    found = preview(engine, read_notice(SPRING_FESTIVAL_2020), at("2020-02-03 09:00"))
    assert (found.shifts[0].was_late, found.shifts[0].is_late) == (True, False)
    assert (found.totals.no_longer_late, found.totals.late) == (1, 0)
    later = preview(engine, read_notice(SPRING_FESTIVAL_2020), at("2020-02-06 09:00"))
    assert (later.totals.late, later.totals.newly_late, later.totals.no_longer_late) == (1, 0, 0)


def test_a_day_that_becomes_a_working_day_makes_limits_late(engine: Engine, tmp_path: Path) -> None:
    now = load_calendar("ezhou")
    with engine.begin() as connection:
        add_case(connection, 1, now, due("2027-02-18 10:00", "3 wd", now))
    called_back = YEAR_2027.replace("last = 2027-02-11", "last = 2027-02-10")
    found = preview(engine, read_notice(notice_file(tmp_path, called_back)), at("2027-02-23 09:00"))
    # Fri 19, make-up Sat 20, Mon 22 instead of Fri 19, Mon 22, Tue 23.
    assert (found.shifts[0].old, found.shifts[0].new) == (at("2027-02-24 00:00"), at("2027-02-23 00:00"))
    assert (found.totals.newly_late, found.totals.days) == (1, {-1: 1})


def test_a_provisional_mark_goes_even_where_the_date_stays(engine: Engine, tmp_path: Path) -> None:
    now = load_calendar("ezhou")
    with engine.begin() as connection:
        add_case(connection, 1, now, due("2027-03-01 10:00", "3 wd", now))
    found = preview(engine, read_notice(notice_file(tmp_path, YEAR_2027)), at("2027-03-01 11:00"))
    [shift] = found.shifts
    assert (shift.days, shift.was_provisional, shift.is_provisional) == (0, True, False)
    assert found.totals.no_longer_provisional == 1


def test_a_paused_limit_has_no_date_to_move(engine: Engine) -> None:
    with engine.begin() as connection:
        standing = paused(due("2020-01-20 10:00", "5 wd", BEFORE), at("2020-01-21 10:00"), "等待材料")
        add_case(connection, 1, BEFORE, standing)
    found = preview(engine, read_notice(SPRING_FESTIVAL_2020), NOW)
    assert (found.limits, found.paused, found.shifts) == (1, 1, ())


def test_cases_whose_file_is_closed_and_limits_that_have_ended_are_not_looked_at(engine: Engine) -> None:
    limit = due("2020-01-20 10:00", "5 wd", BEFORE)
    ended: dict[str, Any] = {"stage": Stage.CLOSED, "ended_at": at("2020-01-22 10:00")}
    with engine.begin() as connection:
        add_case(connection, 1, BEFORE, limit, **ended, state={"archived": True})
        add_case(connection, 2, BEFORE, limit, **ended)  # from before states were kept
        waiting = add_case(connection, 3, BEFORE, limit, **ended, state={"lookback_open": True})
        met = add_case(connection, 4, BEFORE, limit)
        connection.execute(CLOCKS.update().where(CLOCKS.c.case_no == met).values(ended_at=at("2020-01-22 10:00")))
    assert [shift.case_no for shift in preview(engine, read_notice(SPRING_FESTIVAL_2020), NOW).shifts] == [waiting]


def test_a_local_notice_shows_its_own_place_only(engine: Engine, tmp_path: Path) -> None:
    now = load_calendar("ezhou")
    with engine.begin() as connection:
        here = add_case(connection, 1, now, due("2026-03-10 10:00", "5 wd", now), jurisdiction="gonghe")
        add_case(connection, 2, now, due("2026-03-10 10:00", "5 wd", now))
    found = preview(engine, read_notice(notice_file(tmp_path, LOCAL)), at("2026-03-10 11:00"))
    assert [(shift.case_no, shift.days) for shift in found.shifts] == [(here, 1)]
    assert found.cases == 1


def test_a_notice_in_force_shows_who_ordered_it(engine: Engine) -> None:
    file = read_notice(SPRING_FESTIVAL_2020)
    NoticeStore(engine).put_in_force(file, "supervisor-01", NOW)
    ordered = preview(engine, file, NOW).ordered
    assert ordered is not None
    assert (ordered.ordered_by, ordered.ordered_at) == ("supervisor-01", NOW)


def test_looking_changes_nothing(engine: Engine) -> None:
    standing = select(CASES.c.calendar_version, CLOCKS.c.deadline).join(CLOCKS, CLOCKS.c.case_no == CASES.c.case_no)
    with engine.begin() as connection:
        add_case(connection, 1, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))
        before = connection.execute(standing).all()
    preview(engine, read_notice(SPRING_FESTIVAL_2020), NOW)
    with engine.connect() as connection:
        assert connection.execute(standing).all() == before
        assert connection.execute(select(HOLIDAY_NOTICES)).all() == []
    assert load_calendar("ezhou").as_of(date(2020, 1, 20)).version == BEFORE.version
