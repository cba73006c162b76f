"""Dates that move: pause, extension, another class and another calendar, and why they end when they end."""

from datetime import date, datetime, timedelta

import pytest

from adapters.calendar_files import load_calendar
from calendars import (
    CalendarNotPublished,
    Shift,
    WorkingCalendar,
    due_date,
    explain,
    extended,
    latest_extension,
    moved,
    paused,
    recounted,
    resumed,
    shift_in_days,
    with_limit,
)
from models.due import SHANGHAI, Counting, DayEnd, DueDate, HoursMode, Limit, Unit
from tests.support.walked_dates import OFFICE, ends_where_it_says, notice

CALENDAR = load_calendar(None)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _due(start: str, limit: str, calendar: WorkingCalendar = CALENDAR, counting: Counting | None = None) -> DueDate:
    return due_date(_at(start), Limit.parse(limit), calendar, counting or Counting())


def _with_pause(due: DueDate, since: str, until: str, why: str = "申诉") -> DueDate:
    return resumed(paused(due, _at(since), why), _at(until), CALENDAR)


@pytest.mark.parametrize(
    ("start", "limit", "since", "until", "last_day", "sentence"),
    [
        ("2026-03-02T09:00", "5 wd", "2026-03-04T15:00", "2026-03-05T10:00", "2026-03-11", "two days are touched"),
        ("2026-03-02T09:00", "5 wd", "2026-03-04T15:00", "2026-03-04T16:00", "2026-03-10", "an hour costs its day"),
        ("2026-03-02T09:00", "5 wd", "2026-03-02T10:00", "2026-03-02T11:00", "2026-03-09", "the first day is free"),
        ("2026-03-02T09:00", "5 wd", "2026-03-07T10:00", "2026-03-08T11:00", "2026-03-09", "a weekend costs nothing"),
        ("2026-03-02T09:00", "5 wd", "2026-03-09T23:00", "2026-03-10T01:00", "2026-03-11", "the last evening"),
        ("2026-03-02T09:00", "5 wd", "2026-03-10T00:00", "2026-03-12T01:00", "2026-03-09", "it was over already"),
        ("2026-02-13T17:50", "5 wd", "2026-02-14T10:00", "2026-02-24T10:00", "2026-03-02", "over the holiday"),
        ("2026-02-06T00:00", "15 cd", "2026-02-09T10:00", "2026-02-10T10:00", "2026-02-24", "the holiday takes it"),
        ("2026-03-02T09:00", "5 cd", "2026-03-04T15:00", "2026-03-05T10:00", "2026-03-09", "calendar days, no roll"),
        ("2026-03-02T09:00", "5 cd", "2026-03-08T15:00", "2026-03-09T10:00", "2026-03-10", "not rolled onto a pause"),
        ("2026-03-02T09:00", "24 h", "2026-03-02T10:00", "2026-03-02T13:30", "2026-03-03", "the hours are added"),
    ],
)
def test_no_day_that_a_pause_touches_counts(
    start: str, limit: str, since: str, until: str, last_day: str, sentence: str
) -> None:
    due = _due(start, limit)
    again = _with_pause(due, since, until)
    assert again.last_day == date.fromisoformat(last_day), sentence
    if due.limit.unit is Unit.HOURS:
        assert again.deadline == due.deadline + timedelta(hours=3.5)


def test_pauses_that_overlap_or_meet_take_each_day_once() -> None:
    due = _with_pause(_due("2026-03-02T09:00", "5 wd"), "2026-03-03T10:00", "2026-03-04T10:00", "申诉")
    due = _with_pause(due, "2026-03-04T15:00", "2026-03-04T18:00", "补正")
    assert due.last_day == date(2026, 3, 11)
    reasons = {step.day.day: step.reason for step in explain(due, CALENDAR)}
    assert (reasons[3], reasons[4]) == ("工作日；暂停（申诉），不计", "工作日；暂停（申诉、补正），不计")


def test_a_limit_stands_still_once_and_goes_on_once() -> None:
    due = _due("2026-03-02T09:00", "5 wd")
    still = paused(due, _at("2026-03-04T15:00"), "申诉")
    assert still.is_paused
    assert still.deadline == due.deadline
    with pytest.raises(ValueError, match="paused already"):
        paused(still, _at("2026-03-05T15:00"), "申诉")
    with pytest.raises(ValueError, match="not paused"):
        resumed(due, _at("2026-03-05T15:00"), CALENDAR)
    with pytest.raises(ValueError, match="cannot end at"):
        resumed(still, _at("2026-03-04T14:59"), CALENDAR)


@pytest.mark.parametrize(
    ("start", "limit", "until", "last_day", "amount", "sentence"),
    [
        ("2026-03-02T09:00", "5 wd", "2026-03-11", "2026-03-11", 2, "Tuesday and Wednesday"),
        ("2026-03-02T09:00", "5 wd", "2026-03-14", "2026-03-16", 5, "a Saturday stands for Monday"),
        ("2026-02-10T09:00", "3 wd", "2026-02-14", "2026-02-14", 1, "the make-up Saturday is a day"),
        ("2026-02-10T09:00", "3 wd", "2026-02-16", "2026-02-24", 2, "a holiday stands for the day after it"),
        (
            "2026-03-02T09:00",
            "5 cd",
            "2026-03-11",
            "2026-03-11",
            4,
            "counted from Saturday, not from the rolled Monday",
        ),
        ("2026-03-02T09:00", "24 h", "2026-03-04", "2026-03-04", 39, "whole hours up to the end of the day"),
    ],
)
def test_an_extension_reaches_the_day_that_was_granted(
    start: str, limit: str, until: str, last_day: str, amount: int, sentence: str
) -> None:
    longer = extended(_due(start, limit), date.fromisoformat(until), CALENDAR)
    assert (longer.last_day, longer.extension) == (date.fromisoformat(last_day), amount), sentence


def test_an_extension_of_office_hours_to_a_rest_day_reaches_the_next_office_day() -> None:
    due = _due("2026-03-06T09:00", "4 h", counting=Counting(mode=HoursMode.OFFICE, office=OFFICE))
    longer = extended(due, date(2026, 3, 7), CALENDAR)
    assert (longer.extension, longer.deadline) == (10, _at("2026-03-09T17:30"))


@pytest.mark.parametrize("until", ["2026-03-09", "2026-03-05"])
def test_an_extension_that_prolongs_nothing_is_refused(until: str) -> None:
    with pytest.raises(ValueError, match="does not prolong"):
        extended(_due("2026-03-02T09:00", "5 wd"), date.fromisoformat(until), CALENDAR)


def test_an_extension_granted_during_a_pause_keeps_its_length() -> None:
    still = paused(_due("2026-03-02T09:00", "5 wd"), _at("2026-03-04T15:00"), "申诉")
    longer = extended(still, date(2026, 3, 12), CALENDAR)
    assert longer.is_paused
    assert longer.extension == 3
    assert resumed(longer, _at("2026-03-06T10:00"), CALENDAR).last_day == date(2026, 3, 17)


def test_another_class_keeps_the_start_the_pauses_and_the_extension() -> None:
    due = extended(
        _with_pause(_due("2026-03-02T09:00", "5 wd"), "2026-03-04T15:00", "2026-03-04T16:00"),
        date(2026, 3, 11),
        CALENDAR,
    )
    difficult = with_limit(due, Limit.parse("15 wd"), CALENDAR)
    assert (difficult.start, difficult.extension) == (due.start, 1)
    assert difficult.last_day == date(2026, 3, 25)
    assert with_limit(difficult, Limit.parse("5 wd"), CALENDAR) == due


def test_an_extension_changes_its_unit_with_the_class() -> None:
    days = extended(_due("2026-03-02T09:00", "5 wd"), date(2026, 3, 11), CALENDAR)
    hours = with_limit(days, Limit.parse("24 h"), CALENDAR)
    assert (days.extension, hours.extension) == (2, 48)
    assert hours.deadline == _at("2026-03-05T09:00")
    assert with_limit(hours, Limit.parse("5 wd"), CALENDAR) == days


def test_an_extension_may_reach_as_far_as_the_longest_one() -> None:
    due = _due("2026-03-02T09:00", "5 wd")
    assert latest_extension(due, Limit.parse("5 wd"), CALENDAR) == date(2026, 3, 16)
    assert latest_extension(due, Limit.parse("5 cd"), CALENDAR) == date(2026, 3, 16)
    once = extended(due, date(2026, 3, 16), CALENDAR)
    assert latest_extension(once, Limit.parse("5 wd"), CALENDAR) == date(2026, 3, 23)
    at_the_end = _due("2027-12-20T09:00", "5 wd")
    assert latest_extension(at_the_end, Limit.parse("15 wd"), CALENDAR) == date(2027, 12, 31)
    with pytest.raises(CalendarNotPublished):
        extended(at_the_end, date(2028, 1, 5), CALENDAR)


@pytest.mark.parametrize(
    ("mode", "start", "limit", "deadline", "sentence"),
    [
        (HoursMode.ELAPSED, "2026-03-06T16:40", "24 h", "2026-03-07T16:40", "Saturday is as good as any day"),
        (HoursMode.ROLL, "2026-03-06T16:40", "24 h", "2026-03-09T16:40", "the same time on Monday"),
        (HoursMode.ROLL, "2026-03-05T16:40", "24 h", "2026-03-06T16:40", "an end on a working day stays"),
        (HoursMode.ROLL, "2026-03-06T00:00", "24 h", "2026-03-07T00:00", "24:00 of a Friday is no Saturday"),
        (HoursMode.ROLL, "2026-02-13T17:50", "24 h", "2026-02-14T17:50", "a make-up Saturday is a working day"),
        (HoursMode.ROLL, "2026-02-14T17:50", "24 h", "2026-02-24T17:50", "over the holiday"),
        (HoursMode.OFFICE, "2026-03-06T16:40", "1 h", "2026-03-09T09:10", "fifty minutes on Friday, ten on Monday"),
        (HoursMode.OFFICE, "2026-03-06T11:30", "1 h", "2026-03-06T14:00", "not during lunch"),
        (HoursMode.OFFICE, "2026-03-07T11:30", "7 h", "2026-03-09T17:30", "a whole office day ends at its close"),
        (HoursMode.OFFICE, "2026-02-14T17:00", "1 h", "2026-02-24T09:30", "over the holiday"),
    ],
)
def test_hours_are_counted_as_the_policy_says(
    mode: HoursMode, start: str, limit: str, deadline: str, sentence: str
) -> None:
    due = _due(start, limit, counting=Counting(mode=mode, office=OFFICE))
    assert due.deadline == _at(deadline), sentence
    ends_where_it_says(due, CALENDAR)


def test_hours_that_look_at_days_are_provisional_in_an_unpublished_year() -> None:
    for mode, provisional in ((HoursMode.ELAPSED, False), (HoursMode.ROLL, True), (HoursMode.OFFICE, True)):
        due = _due("2027-03-01T10:00", "24 h", counting=Counting(mode=mode, office=OFFICE))
        assert due.provisional is provisional
    with pytest.raises(CalendarNotPublished):
        _due("2035-03-01T10:00", "24 h", counting=Counting(mode=HoursMode.ROLL))


def test_a_day_may_end_when_the_office_closes() -> None:
    at_close = Counting(day_end=DayEnd.OFFICE_CLOSE, office=OFFICE)
    due = _due("2026-03-02T09:00", "5 wd", counting=at_close)
    assert (due.last_day, due.deadline) == (date(2026, 3, 9), _at("2026-03-09T17:30"))
    assert due.label == "2026年3月9日（周一）17:30"
    assert explain(due, CALENDAR)[-1].reason == "工作日，至17:30止"
    evening = _with_pause(due, "2026-03-09T18:00", "2026-03-10T09:00")
    assert evening.deadline == due.deadline, "it was over when the pause began"
    assert _with_pause(due, "2026-03-09T17:00", "2026-03-09T17:10").last_day == date(2026, 3, 10)


def test_the_extension_of_the_spring_festival_of_2020_moves_what_it_should() -> None:
    """国办发明电〔2020〕1号: 31 January was a working day and 1 February a make-up Saturday until 26 January."""
    before, after = CALENDAR.as_of(date(2020, 1, 20)), CALENDAR.as_of(date(2020, 1, 26))
    due = _due("2020-01-22T10:00", "3 wd", before)
    assert due.last_day == date(2020, 2, 1)
    new = moved(due, after)
    assert new.last_day == date(2020, 2, 4)
    assert (new.start, new.limit, new.calendar_version) == (due.start, due.limit, after.version)
    assert shift_in_days(due, new, after) == Shift(days=3, working_days=2)
    assert shift_in_days(new, due, after) == Shift(days=-3, working_days=-2)
    assert moved(new, after) == new
    assert recounted(_due("2020-01-21T10:00", "24 h", before), after).deadline == _at("2020-01-22T10:00")


def test_a_paused_date_waits_for_its_resumption_with_the_new_calendar() -> None:
    before, after = CALENDAR.as_of(date(2020, 1, 20)), CALENDAR.as_of(date(2020, 1, 26))
    still = paused(_due("2020-01-22T10:00", "3 wd", before), _at("2020-01-23T10:00"), "申诉")
    new = moved(still, after)
    assert (new.deadline, new.calendar_version) == (still.deadline, after.version)
    assert resumed(new, _at("2020-01-26T10:00"), after).last_day == date(2020, 2, 5)


def test_a_published_year_takes_the_provisional_mark_from_a_paused_date_too() -> None:
    year = notice(2027, date(2027, 1, 1), date(2027, 1, 3), area=None)
    due = _due("2026-12-25T10:00", "10 wd")
    for each in (due, paused(due, _at("2026-12-28T10:00"), "申诉")):
        assert each.provisional
        assert not moved(each, CALENDAR.with_notice(year)).provisional


def test_a_date_that_stands_still_is_explained_up_to_its_pause() -> None:
    due = paused(_due("2026-03-02T09:00", "5 wd"), _at("2026-03-04T15:00"), "申诉")
    steps = explain(due, CALENDAR)
    assert [step.number for step in steps] == [None, 1, None]
    assert (steps[-1].day, steps[-1].reason) == (date(2026, 3, 4), "工作日；自15:00起暂停计时中（申诉）")
    at_once = paused(_due("2026-03-02T09:00", "5 wd"), _at("2026-03-02T09:00"), "申诉")
    assert [step.reason for step in explain(at_once, CALENDAR)] == [
        "起算当日不计入（民法典第二百零一条）；自09:00起暂停计时中（申诉）"
    ]


def test_an_explanation_names_the_days_that_were_granted() -> None:
    due = extended(_due("2026-03-02T09:00", "2 wd"), date(2026, 3, 6), CALENDAR)
    assert [step.reason for step in explain(due, CALENDAR)][-2:] == ["工作日；延期第1日", "工作日；延期第2日"]


def test_an_explanation_of_hours_says_what_stood_still_and_where_it_ends() -> None:
    due = _with_pause(_due("2026-03-02T09:00", "24 h"), "2026-03-02T10:00", "2026-03-02T13:30")
    assert [step.reason for step in explain(due, CALENDAR)] == [
        "计11小时30分；暂停（申诉）的时间不计；按小时连续计算，不分昼夜和休息日",
        "计12小时30分；按小时连续计算，不分昼夜和休息日，至12:30止",
    ]
