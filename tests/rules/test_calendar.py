"""The calendar's data and days: against an independent calendar, against the almanac, and what it refuses."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from lunardate import LunarDate  # type: ignore[import-untyped]

from adapters.calendar_files import load_calendar
from calendars import (
    CalendarNotPublished,
    Kind,
    Notice,
    NoticeRefused,
    UnknownJurisdiction,
    WorkingCalendar,
    WrongCalendar,
    calendar_from_json,
    parse_notice,
    to_json,
)

CALENDAR = load_calendar(None)

DIFFERENCES: dict[date, str] = {}
"""Days on which chinesecalendar and the notices disagree, each with its reason. There are none."""


@pytest.mark.parametrize("year", range(2019, 2027))
def test_every_day_agrees_with_an_independent_calendar(year: int) -> None:
    found = {
        day
        for day in _days(date(year, 1, 1), date(year, 12, 31))
        if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)
    }
    assert found == {day for day in DIFFERENCES if day.year == year}


@pytest.mark.parametrize(
    ("year", "working_days"),
    [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_a_year_has_its_known_number_of_working_days(year: int, working_days: int) -> None:
    assert sum(map(CALENDAR.is_working_day, _days(date(year, 1, 1), date(year, 12, 31)))) == working_days


@pytest.mark.parametrize(
    ("day", "kind", "holiday", "number"),
    [
        pytest.param(date(2026, 2, 14), Kind.MAKEUP, "春节", "国办发明电〔2025〕7号", id="make-up Saturday"),
        pytest.param(date(2026, 2, 17), Kind.HOLIDAY, "春节", "国办发明电〔2025〕7号", id="holiday on a weekday"),
        pytest.param(date(2026, 2, 21), Kind.HOLIDAY, "春节", "国办发明电〔2025〕7号", id="weekend within a break"),
        pytest.param(date(2026, 3, 7), Kind.WEEKEND, None, None, id="ordinary Saturday"),
        pytest.param(date(2026, 3, 9), Kind.WORKDAY, None, None, id="ordinary Monday"),
        pytest.param(date(2024, 2, 9), Kind.WORKDAY, None, None, id="lunar New Year's Eve 2024, only encouraged"),
        pytest.param(date(2019, 5, 5), Kind.MAKEUP, "劳动节", "国办发明电〔2019〕3号", id="amended 2019"),
        pytest.param(date(2020, 2, 1), Kind.HOLIDAY, "春节", "国办发明电〔2020〕1号", id="a make-up day taken back"),
    ],
)
def test_a_day_knows_its_kind_and_its_notice(day: date, kind: Kind, holiday: str | None, number: str | None) -> None:
    found = CALENDAR.day_kind(day)
    assert (found.kind, found.holiday, found.notice and found.notice.number) == (kind, holiday, number)
    assert found.is_working == CALENDAR.is_working_day(day)


def test_before_its_amendment_the_year_2019_had_one_day_off_in_may() -> None:
    before, after = CALENDAR.as_of(date(2019, 3, 21)), CALENDAR.as_of(date(2019, 3, 22))
    changed = {day for day in _days(date(2019, 1, 1), date(2019, 12, 31)) if _kind(before, day) != _kind(after, day)}
    assert changed == {
        date(2019, 4, 28),
        date(2019, 5, 2),
        date(2019, 5, 3),
        date(2019, 5, 4),
        date(2019, 5, 5),
    }
    assert before.years == range(2019, 2020)
    assert before.version != after.version


def test_before_its_extension_the_spring_festival_of_2020_ended_on_30_january() -> None:
    before, after = CALENDAR.as_of(date(2020, 1, 25)), CALENDAR.as_of(date(2020, 1, 26))
    assert [before.is_working_day(date(2020, 1, 30) + timedelta(n)) for n in range(5)] == [0, 1, 1, 0, 1]
    assert [after.is_working_day(date(2020, 1, 30) + timedelta(n)) for n in range(5)] == [0, 0, 0, 0, 1]


def test_the_provisional_year_holds_exactly_the_days_that_the_regulation_fixes() -> None:
    """全国年节及纪念日放假办法 (2024) article 2, from the lunar almanac and the solar term 清明."""
    new_year = LunarDate(2027, 1, 1).to_solar_date()
    fixed = {
        date(2027, 1, 1),
        *(new_year + timedelta(n) for n in range(-1, 3)),
        *(day for day, term in chinese_calendar.get_solar_terms(date(2027, 4, 1), date(2027, 4, 9)) if term == "清明"),
        date(2027, 5, 1),
        date(2027, 5, 2),
        LunarDate(2027, 5, 5).to_solar_date(),
        LunarDate(2027, 8, 15).to_solar_date(),
        *(date(2027, 10, n) for n in (1, 2, 3)),
    }
    assert len(fixed) == 13
    assert {day for day, _ in CALENDAR.holidays(2027)} == fixed
    assert not any(CALENDAR.day_kind(day).kind is Kind.MAKEUP for day in _days(date(2027, 1, 1), date(2027, 12, 31)))


def test_the_guard_stands_at_the_end_of_the_last_published_year() -> None:
    assert CALENDAR.valid_through == date(2026, 12, 31)
    assert not CALENDAR.is_provisional(date(2026, 12, 31))
    assert CALENDAR.is_provisional(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("day", "year"), [(date(2018, 12, 31), 2018), (date(2028, 1, 1), 2028), (date(2018, 2, 3), 2018)]
)
def test_a_year_without_a_notice_is_never_answered(day: date, year: int) -> None:
    for ask in (CALENDAR.is_working_day, CALENDAR.day_kind, lambda d: CALENDAR.holidays(d.year)):
        with pytest.raises(CalendarNotPublished, match=f"没有{year}年的放假安排数据"):
            ask(day)


def test_a_count_that_runs_out_of_the_data_is_refused() -> None:
    """A fixed holiday list that simply ends keeps answering, with plain weekdays; that is how it goes wrong."""
    assert CALENDAR.nth_working_day(date(2027, 12, 30), 1) == date(2027, 12, 31)
    for day, n in [(date(2027, 12, 31), 1), (date(2027, 12, 30), 2), (date(2026, 1, 1), 3000)]:
        with pytest.raises(CalendarNotPublished, match="没有2028年"):
            CALENDAR.nth_working_day(day, n)
    with pytest.raises(CalendarNotPublished, match="没有2018年"):
        CALENDAR.nth_working_day(date(2018, 12, 30), 1)
    with pytest.raises(CalendarNotPublished, match="没有2028年"):
        CALENDAR.add_working_days(date(2027, 12, 30), 2)


def test_a_datetime_is_not_taken_for_a_day() -> None:
    """Which local day an instant lies on depends on its zone; asking with one would be a guess."""
    with pytest.raises(TypeError, match="not a datetime"):
        CALENDAR.nth_working_day(datetime(2026, 3, 2, tzinfo=UTC), 1)


def test_working_days_between_two_days_are_those_after_the_one_up_to_the_other() -> None:
    assert CALENDAR.count_working_days(date(2026, 2, 13), date(2026, 2, 28)) == 6
    assert CALENDAR.count_working_days(date(2026, 2, 14), date(2026, 2, 23)) == 0
    assert CALENDAR.count_working_days(date(2026, 3, 2), date(2026, 3, 2)) == 0
    with pytest.raises(ValueError, match="lies before"):
        CALENDAR.count_working_days(date(2026, 3, 3), date(2026, 3, 2))
    with pytest.raises(CalendarNotPublished, match="没有2028年"):
        CALENDAR.count_working_days(date(2027, 12, 30), date(2028, 1, 2))


@pytest.mark.parametrize("n", [0, -1])
def test_the_count_of_working_days_begins_at_one(n: int) -> None:
    with pytest.raises(ValueError, match="n counts from 1"):
        CALENDAR.nth_working_day(date(2026, 3, 2), n)


def test_the_eve_of_the_first_day_is_a_possible_start() -> None:
    assert CALENDAR.nth_working_day(date(2018, 12, 31), 1) == date(2019, 1, 2)


def test_the_inherited_methods_know_makeup_days() -> None:
    assert CALENDAR.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CALENDAR.sub_working_days(date(2026, 2, 24), 1) == date(2026, 2, 14)
    assert CALENDAR.get_working_days_delta(date(2026, 2, 13), date(2026, 2, 28)) == 6
    assert CALENDAR.find_following_working_day(date(2026, 2, 15)) == date(2026, 2, 24)
    assert CALENDAR.is_working_day(date(2026, 3, 7), extra_working_days=[date(2026, 3, 7)])


def test_a_snapshot_comes_back_as_the_same_calendar() -> None:
    again = calendar_from_json(to_json(CALENDAR))
    assert again.version == CALENDAR.version
    assert again.notices == CALENDAR.notices
    assert again.valid_through == CALENDAR.valid_through


def test_an_altered_snapshot_is_refused() -> None:
    text = to_json(CALENDAR)
    assert text.count("2026-02-28") == 1
    with pytest.raises(WrongCalendar, match="不符"):
        calendar_from_json(text.replace("2026-02-28", "2026-03-01"))
    with pytest.raises(WrongCalendar, match="无法读取"):
        calendar_from_json(text[:-2])


def test_the_version_changes_with_a_day_and_not_with_a_web_address() -> None:
    moved = CALENDAR.notices[0].model_copy(update={"source": "https://www.gov.cn/other"})
    assert WorkingCalendar([moved, *CALENDAR.notices[1:]]).version == CALENDAR.version
    dated = CALENDAR.notices[0].model_copy(update={"issued": date(2018, 12, 6)})
    assert WorkingCalendar([dated, *CALENDAR.notices[1:]]).version != CALENDAR.version


def test_the_published_notice_takes_the_place_of_the_provisional_year() -> None:
    loaded = CALENDAR.with_notice(_invented_notice(2027))
    assert loaded.valid_through == date(2027, 12, 31)
    assert loaded.day_kind(date(2027, 1, 2)).kind is Kind.MAKEUP
    assert loaded.version != CALENDAR.version
    assert loaded.with_notice(_invented_notice(2027)).version == loaded.version
    assert WorkingCalendar([_invented_notice(2027), *CALENDAR.notices]).version == loaded.version


def test_a_local_notice_changes_its_days_and_covers_no_year() -> None:
    """Article 4 of the regulation: a minority area may set days of its own."""
    local = _notice(2026, [("三月三", "2026-04-20", "2026-04-20")], area="试验自治县")
    place = CALENDAR.with_notice(local)
    assert place.day_kind(date(2026, 4, 20)) == (Kind.HOLIDAY, "三月三", local)
    assert place.nth_working_day(date(2026, 4, 17), 1) == date(2026, 4, 21)
    assert CALENDAR.is_working_day(date(2026, 4, 20))
    assert place.years == CALENDAR.years
    with pytest.raises(NoticeRefused, match="没有任何一年的正式放假安排"):
        WorkingCalendar([local])


@pytest.mark.parametrize(
    ("notices", "reason"),
    [
        pytest.param([], "没有任何一年的正式放假安排", id="nothing"),
        pytest.param([2024, 2026], "缺少2025年", id="a gap"),
        pytest.param([2026, 2026.5], "2026年有两份全年安排", id="two arrangements of one year"),
        pytest.param([2019.5], "没有任何一年的正式放假安排", id="an amendment alone"),
        pytest.param([2020, 2019.5], "所修改的通知国办发明电〔2018〕15号不在数据中", id="an amendment of nothing"),
        pytest.param([2026, 2026.7], "本来就是工作日", id="calling people back on a working day"),
    ],
)
def test_notices_that_do_not_fit_together_are_refused(notices: list[float], reason: str) -> None:
    by_year: dict[float, Notice] = {n.year: n for n in CALENDAR.notices if n.covers_its_year}
    by_year[2019.5] = next(n for n in CALENDAR.notices if n.amends == "国办发明电〔2018〕15号")
    by_year[2026.5] = by_year[2026].model_copy(update={"number": "另一号"})
    by_year[2026.7] = by_year[2019.5].model_copy(
        update={"year": 2026, "amends": by_year[2026].number, "holiday": _breaks("春节", "2026-02-24")}
    )
    with pytest.raises(NoticeRefused, match=reason):
        WorkingCalendar(by_year[year] for year in notices)


def test_an_unknown_jurisdiction_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownJurisdiction, match=r"没有名为“atlantis”的地区，可用的地区：.*ezhou"):
        load_calendar("atlantis")
    with pytest.raises(UnknownJurisdiction, match="没有名为"):
        load_calendar("../calendars")
    assert load_calendar("ezhou").version == CALENDAR.version


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _kind(calendar: WorkingCalendar, day: date) -> Kind:
    return calendar.day_kind(day).kind


def _breaks(name: str, makeup: str) -> tuple[object, ...]:
    text = f'[[holiday]]\nname = "{name}"\nfirst = 2026-02-15\nlast = 2026-02-23\nmakeup = [{makeup}]\n'
    head = 'year = 2026\ntitle = "试验"\nissued = 2025-12-01\nsource = "试验"\nstatus = "official"\namends = "某号"\n'
    return parse_notice(head + text, "amendment").holiday


def _notice(year: int, holidays: list[tuple[str, str, str]], area: str | None = None) -> Notice:
    lines = [
        f"year = {year}",
        'title = "试验通知"',
        "issued = 2026-11-20",
        'source = "试验"',
        'status = "official"',
    ]
    if area:
        lines.append(f'area = "{area}"')
    for name, first, last in holidays:
        lines += ["[[holiday]]", f'name = "{name}"', f"first = {first}", f"last = {last}"]
    return parse_notice("\n".join(lines), "试验.toml")


def _invented_notice(year: int) -> Notice:
    """A notice of the right shape for a test; it claims nothing about what will be published."""
    holidays = [
        ("元旦", f"{year}-01-01", f"{year}-01-01"),
        ("春节", f"{year}-02-05", f"{year}-02-11"),
        ("清明节", f"{year}-04-05", f"{year}-04-05"),
        ("劳动节", f"{year}-05-01", f"{year}-05-03"),
        ("端午节", f"{year}-06-09", f"{year}-06-09"),
        ("中秋节", f"{year}-09-15", f"{year}-09-15"),
        ("国庆节", f"{year}-10-01", f"{year}-10-07"),
    ]
    notice = _notice(year, holidays)
    first = notice.holiday[0].model_copy(update={"makeup": (date(year, 1, 2),)})
    return notice.model_copy(update={"holiday": (first, *notice.holiday[1:])})
