"""Counting limits: the worked examples as tables, and every rule against a walk day by day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.calendar_files import load_calendar
from calendars import CalendarNotPublished, WrongCalendar, due_date, explain
from models.due import SHANGHAI, DueDate, Limit, Unit

CALENDAR = load_calendar(None)

NATIONAL_DAY_2025 = [
    ("2025-09-26", "1 wd", "2025-09-28", "the make-up Sunday is the first working day"),
    ("2025-09-26", "3 wd", "2025-09-30", "Sunday, Monday, Tuesday"),
    ("2025-09-26", "5 wd", "2025-10-10", "the eight days off do not count"),
    ("2025-09-26", "15 wd", "2025-10-23", "the make-up Saturday 11 October counts"),
    ("2025-09-26", "15 cd", "2025-10-11", "the last day is a make-up Saturday and does not roll"),
    ("2025-09-28", "1 wd", "2025-09-29", "a start on a make-up Sunday is a start on a working day"),
    ("2025-09-28", "3 wd", "2025-10-09", "the third day lies after the holiday"),
    ("2025-09-28", "5 wd", "2025-10-11", "the fifth day is the make-up Saturday"),
    ("2025-09-28", "15 wd", "2025-10-24", "fifteen over the holiday"),
    ("2025-09-28", "15 cd", "2025-10-13", "a Monday needs no roll"),
    ("2025-09-30T16:40", "1 wd", "2025-10-09", "the last day before the holiday does not count itself"),
    ("2025-09-30T16:40", "3 wd", "2025-10-11", "Thursday, Friday, make-up Saturday"),
    ("2025-09-30T16:40", "5 wd", "2025-10-14", "then Monday and Tuesday"),
    ("2025-09-30T16:40", "15 wd", "2025-10-28", "three weeks less one Saturday"),
    ("2025-09-30T16:40", "15 cd", "2025-10-15", "calendar days count through the holiday"),
    ("2025-10-04", "1 wd", "2025-10-09", "a start within the holiday counts from its end"),
    ("2025-10-04", "3 wd", "2025-10-11", "as from the last working day before it"),
    ("2025-10-04", "5 wd", "2025-10-14", "as from the last working day before it"),
    ("2025-10-04", "15 wd", "2025-10-28", "as from the last working day before it"),
    ("2025-10-04", "15 cd", "2025-10-20", "an ordinary Sunday rolls to Monday"),
    ("2025-10-11", "1 wd", "2025-10-13", "a start on the make-up Saturday"),
    ("2025-10-11", "3 wd", "2025-10-15", "a start on the make-up Saturday"),
    ("2025-10-11", "5 wd", "2025-10-17", "a start on the make-up Saturday"),
    ("2025-10-11", "15 wd", "2025-10-31", "a start on the make-up Saturday"),
    ("2025-10-11", "15 cd", "2025-10-27", "an ordinary Sunday rolls to Monday"),
    ("2025-09-23", "15 cd", "2025-10-09", "the last day of the holiday rolls to the day after"),
]

SPRING_FESTIVAL_2026 = [
    ("2026-02-12", "1 wd", "2026-02-13", "an ordinary Friday"),
    ("2026-02-12", "3 wd", "2026-02-24", "Friday, make-up Saturday, the Tuesday after the holiday"),
    ("2026-02-12", "5 wd", "2026-02-26", "two days on"),
    ("2026-02-12", "15 wd", "2026-03-11", "the make-up Saturday 28 February counts"),
    ("2026-02-12", "15 cd", "2026-02-27", "an ordinary Friday"),
    ("2026-02-13T17:50", "1 wd", "2026-02-14", "the make-up Saturday is due on the day after the dispatch"),
    ("2026-02-13T17:50", "3 wd", "2026-02-25", "nine days off do not count"),
    ("2026-02-13T17:50", "5 wd", "2026-02-27", "nine days off do not count"),
    ("2026-02-13T17:50", "15 wd", "2026-03-12", "over the holiday and a make-up day"),
    ("2026-02-13T17:50", "15 cd", "2026-02-28", "the last day is a make-up Saturday and does not roll"),
    ("2026-02-14", "1 wd", "2026-02-24", "a start on the make-up Saturday"),
    ("2026-02-14", "3 wd", "2026-02-26", "a start on the make-up Saturday"),
    (
        "2026-02-14T10:00",
        "5 wd",
        "2026-02-28",
        "the remediation of the Ezhou case ends on a make-up Saturday",
    ),
    ("2026-02-14T10:00", "15 wd", "2026-03-13", "the same case, difficult class"),
    ("2026-02-14T15:00", "15 cd", "2026-03-02", "an ordinary Sunday rolls to Monday"),
    ("2026-02-18", "1 wd", "2026-02-24", "a start within the holiday"),
    ("2026-02-18", "3 wd", "2026-02-26", "a start within the holiday"),
    ("2026-02-18", "5 wd", "2026-02-28", "a start within the holiday"),
    ("2026-02-18", "15 wd", "2026-03-13", "a start within the holiday"),
    ("2026-02-18", "15 cd", "2026-03-05", "an ordinary Thursday"),
    ("2026-02-06", "15 cd", "2026-02-24", "a Saturday within the holiday rolls over all of it"),
]

OTHERS = [
    ("2025-10-10", "2 wd", "2025-10-13", "Tai'an: an appeal's review, day 1 on the make-up Saturday"),
    ("2025-09-29", "1 wd", "2025-09-30", "Tai'an: silence after a closed case"),
    ("2025-10-09", "4 wd", "2025-10-14", "Tai'an: four working days after the reminder"),
    ("2026-11-21", "1 wd", "2026-11-23", "a Saturday without any holiday near"),
    ("2026-11-21", "5 wd", "2026-11-27", "one plain week"),
    ("2026-11-21", "15 wd", "2026-12-11", "three plain weeks"),
    ("2019-04-26", "3 wd", "2019-04-30", "the make-up Sunday of the amended Labour Day 2019"),
    ("2020-01-23", "1 wd", "2020-02-03", "the extended Spring Festival of 2020"),
    ("2024-02-08", "1 wd", "2024-02-09", "lunar New Year's Eve 2024 is a working day"),
    ("2022-12-30", "1 wd", "2023-01-03", "the break over the turn of the year"),
]


@pytest.mark.parametrize(
    ("start", "limit", "last_day"),
    [
        pytest.param(start, limit, last, id=f"{start} {limit}: {sentence}")
        for start, limit, last, sentence in NATIONAL_DAY_2025 + SPRING_FESTIVAL_2026 + OTHERS
    ],
)
def test_a_worked_example(start: str, limit: str, last_day: str) -> None:
    due = due_date(_at(start), Limit.parse(limit), CALENDAR)
    assert due.last_day == date.fromisoformat(last_day)
    assert due.deadline == _at(last_day) + timedelta(days=1)
    assert not due.provisional


def test_hours_run_through_nights_and_holidays() -> None:
    due = due_date(_at("2025-09-30T16:40"), Limit.parse("24 h"), CALENDAR)
    assert due.deadline == _at("2025-10-01T16:40")
    assert due.last_day == date(2025, 10, 1)


def test_hours_that_end_at_midnight_end_with_the_day_before() -> None:
    due = due_date(_at("2026-03-02"), Limit.parse("24 h"), CALENDAR)
    assert (due.deadline, due.last_day) == (_at("2026-03-03"), date(2026, 3, 2))


def test_hours_need_no_notice() -> None:
    due = due_date(_at("2035-01-01T09:00"), Limit.parse("24 h"), CALENDAR)
    assert due.deadline == _at("2035-01-02T09:00")
    assert not due.provisional


def test_an_act_at_the_last_second_is_in_time_and_at_midnight_too_late() -> None:
    due = due_date(_at("2026-02-13T17:50"), Limit.parse("1 wd"), CALENDAR)
    assert due.is_met_by(_at("2026-02-14T23:59:59"))
    assert not due.is_met_by(_at("2026-02-15T00:00"))


def test_the_day_of_a_start_is_the_local_one() -> None:
    """17:00 in UTC is already the next day in Shanghai."""
    late = due_date(datetime(2026, 3, 2, 17, 0, tzinfo=UTC), Limit.parse("1 wd"), CALENDAR)
    assert late.last_day == date(2026, 3, 4)
    assert late.start.utcoffset() == timedelta(hours=8)


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="必须带时区"):
        due_date(datetime(2026, 3, 2), Limit.parse("1 wd"), CALENDAR)  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("start", "limit", "provisional", "sentence"),
    [
        ("2026-12-10", "15 wd", False, "the last limit that ends within the published year"),
        ("2026-12-11", "15 wd", True, "one day later it needs the year that is not published"),
        ("2026-12-30", "1 cd", False, "the last published day"),
        ("2026-12-31", "1 cd", True, "New Year's Day rolls into the unpublished year"),
        ("2027-03-01", "5 wd", True, "wholly within the unpublished year"),
    ],
)
def test_a_date_past_the_published_years_says_so(start: str, limit: str, provisional: bool, sentence: str) -> None:
    due = due_date(_at(start), Limit.parse(limit), CALENDAR)
    assert due.provisional is provisional, sentence
    assert ("暂定" in due.label) is provisional
    assert any("暂定" in step.reason for step in explain(due, CALENDAR)) is provisional


@pytest.mark.parametrize("limit", ["15 wd", "15 cd"])
@pytest.mark.parametrize("start", ["2027-12-20", "2030-05-06", "2018-06-01"])
def test_a_year_without_data_is_refused_and_not_guessed(start: str, limit: str) -> None:
    with pytest.raises(CalendarNotPublished, match="放假安排数据"):
        due_date(_at(start), Limit.parse(limit), CALENDAR)


def test_a_due_date_survives_the_trip_through_json_compactly() -> None:
    due = due_date(_at("2026-02-13T17:50"), Limit.parse("5 wd"), CALENDAR)
    text = due.model_dump_json()
    assert DueDate.model_validate_json(text) == due
    assert len(text) < 250


@pytest.mark.parametrize("text", ["5", "5wd5", "0 wd", "-1 wd", "5 d", "20000 h", "五 wd", "5.5 wd", ""])
def test_a_malformed_limit_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="时限"):
        Limit.model_validate(text)


def test_a_limit_reads_as_the_regulations_write_it() -> None:
    assert [str(Limit.parse(text)) for text in ("5 wd", "15 cd", "24 h")] == [
        "5 个工作日",
        "15 日",
        "24 小时",
    ]
    assert Limit.parse("5wd") == Limit(amount=5, unit=Unit.WORKING_DAYS)


def test_the_steps_number_the_working_days_and_name_the_notice() -> None:
    due = due_date(_at("2026-02-13T17:50"), Limit.parse("3 wd"), CALENDAR)
    steps = explain(due, CALENDAR)
    assert [(step.day.day, step.number) for step in steps if step.counts] == [(14, 1), (24, 2), (25, 3)]
    assert steps[0].reason.startswith("起算当日不计入")
    assert (steps[1].weekday, steps[1].notice) == ("周六", "国办发明电〔2025〕7号")
    assert "调休上班" in steps[1].reason
    assert "春节放假" in steps[2].reason


def test_the_steps_say_why_a_last_day_rolls() -> None:
    due = due_date(_at("2025-09-23"), Limit.parse("15 cd"), CALENDAR)
    *_, nominal, final = explain(due, CALENDAR)
    assert (nominal.day, nominal.number) == (date(2025, 10, 8), 15)
    assert "顺延" in nominal.reason
    assert (final.day, final.counts, final.reason) == (date(2025, 10, 9), False, "工作日，顺延至此日")


def test_the_steps_of_hours_add_up() -> None:
    due = due_date(_at("2026-02-13T17:50"), Limit.parse("24 h"), CALENDAR)
    assert [step.reason.split("；")[0] for step in explain(due, CALENDAR)] == ["计6小时10分", "计17小时50分"]


def test_a_date_is_not_explained_with_another_calendar() -> None:
    due = due_date(_at("2026-02-13"), Limit.parse("3 wd"), CALENDAR)
    with pytest.raises(WrongCalendar, match="版本"):
        explain(due, CALENDAR.as_of(date(2025, 11, 3)))


STARTS = st.integers(0, 3100 * 24 * 60).map(
    lambda minutes: datetime(2019, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)
"""Any minute from 2019 to June 2027."""


@given(start=STARTS, amount=st.integers(1, 60))
def test_working_days_agree_with_a_walk_day_by_day(start: datetime, amount: int) -> None:
    day, left = start.date(), amount
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_working_day(day)
    due = due_date(start, Limit(amount=amount, unit=Unit.WORKING_DAYS), CALENDAR)
    assert due.last_day == day
    assert due.deadline == datetime.combine(day, time(), SHANGHAI) + timedelta(days=1)
    assert due.provisional == (day.year == 2027)


@given(start=STARTS, amount=st.integers(1, 120))
def test_calendar_days_agree_with_a_walk_day_by_day(start: datetime, amount: int) -> None:
    day = start.date() + timedelta(days=amount)
    while not CALENDAR.is_working_day(day):
        day += timedelta(days=1)
    assert due_date(start, Limit(amount=amount, unit=Unit.CALENDAR_DAYS), CALENDAR).last_day == day


@given(start=STARTS, amount=st.integers(1, 60), unit=st.sampled_from(Unit))
def test_the_steps_lead_from_the_start_to_the_last_day(start: datetime, amount: int, unit: Unit) -> None:
    due = due_date(start, Limit(amount=amount, unit=unit), CALENDAR)
    steps = explain(due, CALENDAR)
    assert (steps[0].day, steps[-1].day) == (start.date(), due.last_day)
    assert all(later.day - step.day == timedelta(days=1) for step, later in pairwise(steps))
    if unit is not Unit.HOURS:
        assert [step.number for step in steps if step.counts] == list(range(1, amount + 1))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
