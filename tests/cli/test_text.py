"""How dates, spans and columns read."""

from datetime import timedelta

import pytest

from adapters.policies import load_calendar
from calendars import due_date
from casework.text import countdown, deadline, for_scripts, instant, masked, span, table
from models.due import Limit
from tests.support.engine import at

CALENDAR = load_calendar("ezhou")

SPANS = [
    ("seconds are not worth a number", timedelta(seconds=59), "不到1分"),
    ("minutes alone", timedelta(minutes=20, seconds=59), "20分"),
    ("whole hours have no minutes", timedelta(hours=3), "3小时"),
    ("hours and minutes", timedelta(hours=3, minutes=20), "3小时20分"),
    ("a day and an hour, the minutes left out", timedelta(days=1, hours=1, minutes=59), "1天1小时"),
    ("whole days", timedelta(days=2, minutes=5), "2天"),
]


@pytest.mark.parametrize(("length", "said"), [row[1:] for row in SPANS], ids=[row[0] for row in SPANS])
def test_a_span_is_told_in_its_two_largest_units(length: timedelta, said: str) -> None:
    assert span(length) == said


def test_the_first_late_instant_is_late() -> None:
    limit = at("2026-02-15 00:00")
    assert countdown(limit, limit - timedelta(minutes=1)) == "还剩 1分"
    assert countdown(limit, limit) == "已逾期 不到1分"
    assert countdown(limit, limit + timedelta(days=2)) == "已逾期 2天"


DEADLINES = [
    ("a make-up Saturday is named", "2026-02-13 17:50", "1 wd", "2026年2月14日（周六，调休上班）24:00"),
    ("an ordinary day is not", "2026-03-10 09:00", "1 wd", "2026年3月11日（周三）24:00"),
    ("hours end at a minute", "2026-02-12 17:50", "24 h", "2026年2月13日（周五）17:50"),
    ("hours may end on a make-up day too", "2026-02-13 17:50", "24 h", "2026年2月14日（周六，调休上班）17:50"),
    ("hours end on a plain Sunday as well", "2026-03-07 10:00", "24 h", "2026年3月8日（周日）10:00"),
    ("a year without notice is provisional", "2026-12-30 09:00", "5 wd", "2027年1月7日（周四）24:00（暂定）"),
]


@pytest.mark.parametrize(("start", "limit", "said"), [row[1:] for row in DEADLINES], ids=[row[0] for row in DEADLINES])
def test_a_deadline_reads_as_the_law_counts_it(start: str, limit: str, said: str) -> None:
    assert deadline(due_date(at(start), Limit.parse(limit), CALENDAR), CALENDAR) == said


def test_chinese_characters_take_two_columns() -> None:
    assert table([("签收", "a"), ("ab", "整改")]) == ["签收  a", "ab    整改"]
    assert table([]) == []


def test_a_masked_name_shows_one_character_and_not_its_length() -> None:
    assert masked("张三") == masked("张三丰") == "张**"
    assert masked("") == "（未留姓名）"


def test_instants_are_shanghais_for_people_and_for_scripts() -> None:
    moment = at("2026-02-14 10:00")
    assert instant(moment) == "2026-02-14（周六）10:00"
    assert for_scripts({"at": [moment], "n": 1}) == {"at": ["2026-02-14T10:00:00+08:00"], "n": 1}
