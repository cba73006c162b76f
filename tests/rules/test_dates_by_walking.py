"""Dates that move, against a walk by days and minutes: pause, extension, class and calendar in any order."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.calendar_files import load_calendar
from calendars import Notice, WorkingCalendar, due_date, extended, paused, recounted, resumed, with_limit
from calendars.notices import HolidayBreak
from models.due import Counting, DueDate, HoursMode, Limit, Unit
from tests.support.walked_dates import DAY, MINUTE, OFFICE, Naive, days, ends_where_it_says, midnight, notice

CALENDAR = load_calendar(None)


class Almanac:
    """Working days of 2018 to 2026 by the independent package, and of the year that no notice covers by ours."""

    @staticmethod
    @cache
    def is_working_day(day: date) -> bool:
        return CALENDAR.is_working_day(day) if day.year == 2027 else bool(chinese_calendar.is_workday(day))


@pytest.mark.parametrize("limit", ["1 wd", "5 wd", "15 wd", "5 cd", "15 cd"])
def test_a_pause_anywhere_in_ten_years_agrees_with_the_walk(limit: str) -> None:
    """Every day of 2018 to the autumn of 2027 as a start, each with pauses of several places and lengths."""
    calendar = WorkingCalendar([_year_2018(), *CALENDAR.notices])
    patterns = [(0, 0), (1, 0), (2, 4), (4, 9)]
    for start in days(date(2018, 1, 1), date(2027, 9, 30)):
        due = due_date(midnight(start) + timedelta(hours=10), Limit.parse(limit), calendar)
        for after, length in patterns:
            since = due.start + after * DAY + timedelta(hours=5)
            until = since + length * DAY + timedelta(hours=1)
            again = resumed(paused(due, since, ""), until, calendar)
            naive = Naive(due.start, due.limit, stood_still=[(since, until)])
            assert again.last_day == naive.last_day(Almanac()), (start, since, until)


def _year_2018() -> Notice:
    """The year before our data, as the independent package has it."""
    year = list(days(date(2018, 1, 1), date(2018, 12, 31)))
    off = [day for day in year if day.weekday() < 5 and not chinese_calendar.is_workday(day)]
    worked = tuple(day for day in year if day.weekday() >= 5 and chinese_calendar.is_workday(day))
    breaks = [HolidayBreak(name="试验节", first=day, last=day) for day in off]
    breaks[0] = breaks[0].model_copy(update={"makeup": worked})
    return notice(2018, off[0], off[0], area=None).model_copy(update={"holiday": tuple(breaks)})


@cache
def _with_local_days(break_on: int, length: int, makeup_after: int) -> WorkingCalendar:
    """The real calendar with an invented break of one place, and a weekend day worked for it."""
    first = date(2019, 2, 1) + break_on * DAY
    last = first + length * DAY
    worked = last + makeup_after * DAY
    worked += (5 - worked.weekday()) % 7 * DAY
    makeup = (worked,) if CALENDAR.day_kind(worked).kind == "weekend" else ()
    return CALENDAR.with_notice(notice(first.year, first, last, "试验县", makeup))


MOVES = st.lists(
    st.tuples(
        st.integers(1, 4 * 24 * 60),
        st.one_of(
            st.just("stop or go"),
            st.integers(1, 12),
            st.sampled_from(["1 wd", "5 wd", "15 wd"]),
            st.sampled_from(["3 cd", "15 cd"]),
            st.tuples(st.integers(-20, 30), st.integers(0, 7), st.integers(1, 20)),
        ),
    ),
    max_size=7,
)
"""Minutes that pass, then: a pause or its end, an extension by days, another class, another calendar."""


@settings(max_examples=250, deadline=None)
@given(
    day=st.integers(30, 2700),
    minute=st.integers(0, 24 * 60 - 1),
    limit=st.sampled_from(["1 wd", "5 wd", "15 wd", "3 cd", "15 cd"]),
    moves=MOVES,
)
def test_moves_in_any_order_agree_with_the_walk(
    day: int, minute: int, limit: str, moves: Sequence[tuple[int, object]]
) -> None:
    start = midnight(date(2019, 1, 1) + day * DAY) + minute * MINUTE
    now, calendar = start, CALENDAR
    due, naive = due_date(start, Limit.parse(limit), calendar), Naive(start, Limit.parse(limit))
    for wait, move in moves:
        now += wait * MINUTE
        if isinstance(move, int):
            due, naive = _extend(due, naive, now, move, calendar)
        elif isinstance(move, tuple):
            near, length, makeup_after = move
            calendar = _with_local_days((now.date() - date(2019, 2, 1)).days + near, length, makeup_after)
            due = recounted(due, calendar)
        elif move != "stop or go":
            limit_now = Limit.parse(str(move))
            due, naive = with_limit(due, limit_now, calendar), _changed(naive, limit=limit_now)
        elif due.is_paused:
            naive = _changed(naive, stood_still=[*naive.stood_still, (due.pauses[-1].since, now)])
            due = resumed(due, now, calendar)
        else:
            due = paused(due, now, "申诉")
        assert due.calendar_version == calendar.version or due.is_paused
        if not due.is_paused:
            assert due.last_day == naive.last_day(calendar)
            assert due.deadline == naive.deadline(calendar)
            assert due == DueDate.model_validate_json(due.model_dump_json())
        if due.calendar_version == calendar.version:
            ends_where_it_says(due, calendar)


def _extend(due: DueDate, naive: Naive, now: datetime, days: int, calendar: WorkingCalendar) -> tuple[DueDate, Naive]:
    """Extensions are asked for before the limit ends, and while it runs."""
    until = due.last_day + days * DAY
    if due.is_paused or not due.is_met_by(now):
        return due, naive
    granted, longer = until, naive
    while not calendar.is_working_day(granted) or naive.is_touched(granted):
        granted += DAY
    while longer.last_day(calendar) < granted:
        longer = _changed(longer, extension=longer.extension + 1)
    prolonged = extended(due, until, calendar)
    assert prolonged.last_day == granted
    assert prolonged.is_met_by(midnight(until))
    return prolonged, _changed(naive, extension=prolonged.extension)


def _changed(naive: Naive, **facts: object) -> Naive:
    return Naive(**{**naive.__dict__, **facts})


@settings(max_examples=120, deadline=None)
@given(
    day=st.integers(30, 2700),
    minute=st.integers(0, 24 * 60 - 1),
    hours=st.integers(1, 30),
    mode=st.sampled_from(HoursMode),
    rests=st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 3000)), max_size=3),
    prolonged_by=st.integers(0, 3),
)
def test_hours_agree_with_a_walk_minute_by_minute(
    day: int, minute: int, hours: int, mode: HoursMode, rests: Sequence[tuple[int, int]], prolonged_by: int
) -> None:
    start = midnight(date(2019, 1, 1) + day * DAY) + minute * MINUTE
    counting = Counting(mode=mode, office=OFFICE)
    due = due_date(start, Limit(amount=hours, unit=Unit.HOURS), CALENDAR, counting)
    naive, now = Naive(start, due.limit, counting=counting), start
    for wait, rest in rests:
        now += wait * MINUTE
        if not due.is_met_by(now):
            break
        since, now = now, now + rest * MINUTE
        due = resumed(paused(due, since, "申诉"), now, CALENDAR)
        naive.stood_still.append((since, now))
        assert due.deadline == naive.deadline(CALENDAR)
    if prolonged_by:
        until = due.last_day + prolonged_by * DAY
        due = extended(due, until, CALENDAR)
        naive = _changed(naive, extension=due.extension)
        assert due.extension >= 1
        assert due.deadline > midnight(until) - timedelta(hours=1) or mode is not HoursMode.ELAPSED
    assert due.deadline == naive.deadline(CALENDAR)
    ends_where_it_says(due, CALENDAR)
