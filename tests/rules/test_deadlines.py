"""Rungs on the way to a deadline, repeats after it, and when a message may go out."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.calendar_files import load_calendar
from calendars import due_date
from models.due import SHANGHAI, DayHours, DueDate, HalfDay, Limit, half_day
from policy.deadlines import (
    next_opening,
    share_instant,
    working_day_opening_after,
)

CALENDAR = load_calendar(None)
OFFICE = DayHours.model_validate(["09:00-12:00", "13:30-17:30"])
STARTS = st.integers(0, 640 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)
"""Any minute of 2025 and most of 2026."""

ROUND_THE_CLOCK = DayHours.model_validate(["00:00-24:00"])


@pytest.mark.parametrize(
    ("start", "limit", "share", "instant", "sentence"),
    [
        (
            "2026-03-02T09:00",
            "1 wd",
            0.5,
            "2026-03-02T17:30",
            "two office days, half of them: the first one's close",
        ),
        (
            "2026-03-02T17:30",
            "1 wd",
            0.5,
            "2026-03-03T14:00",
            "half of seven hours, with the lunch break left out",
        ),
        ("2026-03-02T20:00", "1 wd", 0.8, "2026-03-03T16:06", "a start in the evening waits for the morning"),
        ("2026-02-13T17:50", "5 wd", 0.5, "2026-02-25T14:00", "the nine days off use up nothing"),
        ("2026-02-13T17:50", "1 wd", 0.5, "2026-02-14T14:00", "the make-up Saturday has office hours"),
        ("2025-10-04T10:00", "1 wd", 0.8, "2025-10-09T16:06", "a start within the holiday"),
        (
            "2026-02-06T00:00",
            "15 cd",
            0.5,
            "2026-02-11T17:30",
            "half of the eight office days in it",
        ),
        ("2026-02-13T17:50", "24 h", 0.5, "2026-02-14T05:50", "hours count at night"),
        ("2026-02-13T17:50", "24 h", 0.8, "2026-02-14T13:02", "hours count on every day"),
    ],
)
def test_a_share_of_a_limit_is_used_up(start: str, limit: str, share: float, instant: str, sentence: str) -> None:
    due = _due(start, limit)
    assert share_instant(_at(start), due, share, OFFICE, CALENDAR) == _at(instant), sentence


@given(
    start=STARTS,
    limit=st.sampled_from(["1 wd", "5 wd", "15 wd", "1 cd", "15 cd"]),
    share=st.floats(0.001, 0.999),
)
def test_a_share_never_falls_at_night_or_on_a_rest_day(start: datetime, limit: str, share: float) -> None:
    due = due_date(start, Limit.parse(limit), CALENDAR)
    instant = share_instant(start, due, share, OFFICE, CALENDAR)
    assert start < instant < due.deadline
    assert CALENDAR.is_working_day(instant.date())
    assert any(opens <= instant <= closes for opens, closes in OFFICE.on(instant.date()))


@given(
    start=STARTS,
    limit=st.sampled_from(["1 wd", "5 wd", "15 cd", "24 h"]),
    shares=st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)).map(sorted),
)
def test_a_larger_share_is_never_earlier(start: datetime, limit: str, shares: list[float]) -> None:
    due = due_date(start, Limit.parse(limit), CALENDAR)
    smaller, larger = (share_instant(start, due, share, OFFICE, CALENDAR) for share in shares)
    assert smaller <= larger


def test_half_of_a_plain_day_is_counted_minute_by_minute() -> None:
    """The same answer from walking the open minutes one by one."""
    start, due = _at("2026-03-05T10:17"), _due("2026-03-05T10:17", "3 wd")
    minutes = [
        start + timedelta(minutes=n)
        for n in range(int((due.deadline - start).total_seconds()) // 60)
        if _is_open(start + timedelta(minutes=n))
    ]
    for share in (0.25, 0.5, 0.8):
        used = -(-len(minutes) * share // 1)
        instant = share_instant(start, due, share, OFFICE, CALENDAR)
        assert abs(instant - minutes[int(used) - 1]) <= timedelta(minutes=1)


def test_a_start_after_the_last_office_hour_has_no_share_left() -> None:
    due = _due("2026-03-02T09:00", "1 wd")
    late = _at("2026-03-03T20:00")
    assert share_instant(late, due, 0.5, OFFICE, CALENDAR) == late


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 50])
def test_a_share_outside_the_limit_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share must lie between"):
        share_instant(_at("2026-03-02T09:00"), _due("2026-03-02T09:00", "1 wd"), share, OFFICE, CALENDAR)


def test_a_start_past_the_deadline_is_refused() -> None:
    with pytest.raises(ValueError, match="not before the deadline"):
        share_instant(_at("2026-03-04T00:00"), _due("2026-03-02T09:00", "1 wd"), 0.5, OFFICE, CALENDAR)


@pytest.mark.parametrize(
    ("at", "any_day", "opening", "sentence"),
    [
        ("2026-03-02T09:00", False, "2026-03-02T09:00", "the moment of opening is within"),
        ("2026-03-02T11:59:59", False, "2026-03-02T11:59:59", "within"),
        ("2026-03-02T12:00", False, "2026-03-02T13:30", "the moment of closing is not within"),
        ("2026-03-02T17:30", False, "2026-03-03T09:00", "after the last stretch"),
        ("2026-03-06T18:00", False, "2026-03-09T09:00", "over the weekend"),
        ("2026-03-06T18:00", True, "2026-03-07T09:00", "on any day"),
        ("2026-02-14T08:00", False, "2026-02-14T09:00", "a make-up Saturday"),
        ("2026-02-14T18:00", False, "2026-02-24T09:00", "over nine days off"),
        ("2026-02-18T03:00", True, "2026-02-18T09:00", "on any day, holidays too"),
        ("2035-02-18T03:00", True, "2035-02-18T09:00", "any day needs no calendar"),
    ],
)
def test_a_message_waits_for_the_next_opening(at: str, any_day: bool, opening: str, sentence: str) -> None:
    assert next_opening(_at(at), OFFICE, CALENDAR, any_day) == _at(opening), sentence


def test_an_office_round_the_clock_never_lets_wait() -> None:
    for at in ("2026-03-02T00:00", "2026-03-02T23:59:59"):
        assert next_opening(_at(at), ROUND_THE_CLOCK, CALENDAR, any_day=True) == _at(at)


@pytest.mark.parametrize(
    ("deadline", "n", "opening", "sentence"),
    [
        ("2026-03-03T00:00", 1, "2026-03-04T09:00", "ended Monday 24:00: the limit's rung is Tuesday's"),
        ("2026-03-03T00:00", 2, "2026-03-05T09:00", "and each working day after"),
        ("2026-03-03T00:00", 4, "2026-03-09T09:00", "not on the weekend"),
        ("2026-03-07T00:00", 1, "2026-03-09T09:00", "ended Friday 24:00"),
        ("2026-02-15T00:00", 1, "2026-02-24T09:00", "ended on the make-up Saturday before the holiday"),
        ("2026-02-28T00:00", 1, "2026-03-02T09:00", "the make-up Saturday is the limit's own day"),
        ("2026-03-04T16:40", 1, "2026-03-05T09:00", "a limit in hours"),
    ],
)
def test_the_repeats_come_each_working_day_after(deadline: str, n: int, opening: str, sentence: str) -> None:
    assert working_day_opening_after(_at(deadline), n, OFFICE, CALENDAR) == _at(opening), sentence


@pytest.mark.parametrize(("limit", "halved"), [("5 wd", "3 wd"), ("15 wd", "8 wd"), ("4 wd", "2 wd"), ("1 wd", "1 wd")])
def test_half_a_limit_is_rounded_up(limit: str, halved: str) -> None:
    assert Limit.parse(limit).half() == Limit.parse(halved)


@pytest.mark.parametrize(
    ("at", "day", "part"),
    [
        ("2026-03-02T00:00", 2, HalfDay.AM),
        ("2026-03-02T11:59:59", 2, HalfDay.AM),
        ("2026-03-02T12:00", 2, HalfDay.PM),
        ("2026-03-02T23:59", 2, HalfDay.PM),
    ],
)
def test_noon_divides_the_day(at: str, day: int, part: HalfDay) -> None:
    assert half_day(_at(at)) == (date(2026, 3, day), part)


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        ([], "at least 1 item"),
        (["9-12"], "时段“9-12”无法识别"),
        (["12:00-09:00"], "结束时间必须晚于开始时间"),
        (["09:00-25:00"], "不晚于 24:00"),
        (["09:00-12:00", "11:00-17:00"], "重叠或先后颠倒"),
        (["13:30-17:00", "09:00-12:00"], "重叠或先后颠倒"),
    ],
)
def test_malformed_hours_are_refused(hours: list[str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        DayHours.model_validate(hours)


def test_hours_are_stored_as_they_are_written() -> None:
    assert DayHours.model_validate_json(OFFICE.model_dump_json()) == OFFICE
    assert OFFICE.model_dump_json() == '["09:00-12:00","13:30-17:30"]'
    assert str(OFFICE) == "09:00-12:00、13:30-17:30"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _due(start: str, limit: str) -> DueDate:
    return due_date(_at(start), Limit.parse(limit), CALENDAR)


def _is_open(at: datetime) -> bool:
    return CALENDAR.is_working_day(at.date()) and any(opens <= at < closes for opens, closes in OFFICE.on(at.date()))
