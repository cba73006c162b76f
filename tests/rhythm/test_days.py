"""Which work a place has, about which periods, and on which morning; every date worked out by hand from the notices."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.policies import load_calendar, load_policy
from calendars import CalendarNotPublished
from models.due import DayHours
from models.figures import FigurePeriod
from models.rhythm import JobKind, JobPeriod
from policy.rhythm import (
    due_at,
    ended_at,
    how_often,
    is_overtaken,
    last_ended,
    months_of_calls,
    next_due,
    work_of,
)
from tests.support.engine import at

CALENDAR = load_calendar("xintai")
OFFICE = DayHours.model_validate(["08:30-12:00", "14:30-17:30"])

WORK = [
    ("xintai", {"sample": (1,), "analysis": (3,), "bottom": (3,), "circular": (1, 3)}),
    ("taian", {"sample": (3,), "bottom": (3,), "circular": (3, 12), "publish": (3, 12)}),
    ("gonghe", {"points": (1,), "analysis": (3,), "circular": (3, 12)}),
    ("ezhou", {"circular": (3, 12), "publish": (3, 12)}),
    ("tianjin", {"circular": (3,), "publish": (3,)}),
]


@pytest.mark.parametrize(("place", "work"), WORK)
def test_a_place_has_the_work_that_its_documents_ask_for(place: str, work: dict[str, tuple[int, ...]]) -> None:
    found = work_of(load_policy(place).surroundings, has_points=place == "gonghe")
    assert {kind.value: lengths for kind, lengths in found.items()} == work


DUE = [
    ("2026-09-30", "2026-10-08 08:30", "National Day takes 1 to 7 October 2026"),
    ("2025-12-31", "2026-01-04 08:30", "New Year takes 1 to 3 January 2026; Sunday the 4th is a make-up day"),
    ("2023-09-30", "2023-10-07 08:30", "the break of 2023 ends on 6 October; Saturday the 7th is a make-up day"),
    ("2025-01-31", "2025-02-05 08:30", "Spring Festival 2025 ends on 4 February"),
    ("2026-01-31", "2026-02-02 08:30", "1 February 2026 is a plain Sunday"),
    ("2026-06-30", "2026-07-01 08:30", "a plain Wednesday"),
]


@pytest.mark.parametrize(("last", "due", "why"), DUE)
def test_work_is_due_when_the_office_opens_on_the_first_working_day_after_the_period(
    last: str, due: str, why: str
) -> None:
    assert due_at(date.fromisoformat(last), OFFICE, CALENDAR) == at(due), why


def test_a_year_without_a_notice_gives_no_date() -> None:
    with pytest.raises(CalendarNotPublished):
        due_at(CALENDAR.last_day, OFFICE, CALENDAR)


def labels(periods: tuple[JobPeriod, ...]) -> list[str]:
    """What the periods are called."""
    return [period.label for period in periods]


CALLS = [
    ((1,), "2026-11-01 00:00", ["2026年10月"]),
    ((1, 3), "2026-10-01 00:00", ["2026年9月", "2026年第3季度"]),
    ((3, 12), "2026-01-01 00:00", ["2025年第4季度", "2025年"]),
    ((3,), "2026-11-01 00:00", []),
    ((12,), "2026-01-01 00:00", ["2025年"]),
    ((1,), "2026-01-01 00:00", ["2025年12月"]),
]


@pytest.mark.parametrize(("lengths", "called", "about"), CALLS)
def test_a_call_is_about_what_ended_the_day_before(lengths: tuple[int, ...], called: str, about: list[str]) -> None:
    assert labels(ended_at(lengths, at(called))) == about


def test_a_call_at_midnight_of_shanghai_is_about_the_month_there_whatever_the_clock_is_set_to() -> None:
    utc = datetime(2026, 9, 30, 16, 0, tzinfo=ZoneInfo("UTC"))
    assert labels(ended_at((1,), utc)) == ["2026年9月"]


def test_running_now_is_about_the_last_periods_that_are_over() -> None:
    assert labels(last_ended((1, 3, 12), at("2026-11-22 10:00"))) == ["2026年10月", "2026年第3季度", "2025年"]


NEXT = [
    ((1,), "2026-09-30 23:59", "2026-10-08 08:30"),
    ((1,), "2026-10-05 09:00", "2026-10-08 08:30"),
    ((1,), "2026-10-08 08:31", "2026-11-02 08:30"),
    ((3,), "2026-10-08 08:31", "2027-01-04 08:30"),
    ((12,), "2026-01-03 00:00", "2026-01-04 08:30"),
]


@pytest.mark.parametrize(("lengths", "now", "due"), NEXT)
def test_the_next_date_is_the_first_that_has_not_passed(lengths: tuple[int, ...], now: str, due: str) -> None:
    assert next_due(lengths, at(now), OFFICE, CALENDAR) == at(due)


def period(year: int, month: int, months: int) -> JobPeriod:
    """So many months from that one on."""
    return JobPeriod.of(FigurePeriod.of_months(year, month, months))


OVERTAKEN = [
    (period(2026, 9, 1), "2026-10-31 23:59", False),
    (period(2026, 9, 1), "2026-11-01 00:00", True),
    (period(2026, 7, 3), "2026-12-31 23:59", False),
    (period(2026, 7, 3), "2027-01-01 00:00", True),
    (period(2025, 1, 12), "2026-12-31 12:00", False),
    (period(2025, 1, 12), "2027-01-01 00:00", True),
]


@pytest.mark.parametrize(("about", "now", "overtaken"), OVERTAKEN)
def test_a_period_is_overtaken_when_the_one_after_it_is_over_too(about: JobPeriod, now: str, overtaken: bool) -> None:
    assert is_overtaken(about, at(now)) is overtaken


def test_the_engine_calls_on_the_first_day_after_the_shortest_period() -> None:
    assert months_of_calls((1, 3)) == tuple(range(1, 13))
    assert months_of_calls((3, 12)) == (1, 4, 7, 10)
    assert months_of_calls((12,)) == (1,)


def test_every_kind_and_rhythm_has_its_words() -> None:
    assert len({kind.label for kind in JobKind}) == len(JobKind)
    assert how_often((1, 3, 12)) == "每月、每季度、每年"
