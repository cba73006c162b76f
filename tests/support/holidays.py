"""A notice that takes one working day away, in force over whatever calendar is known now. Made up, for tests."""

from datetime import date

from adapters.holiday_notices import NoticeFile
from calendars import WorkingCalendar, parse_notice


def one_more_day_off(calendar: WorkingCalendar, day: date) -> NoticeFile:
    """An amendment of the day's year. Raises StopIteration for a year that no numbered notice covers."""
    amended = next(each for each in calendar.notices if each.covers_its_year and each.year == day.year)
    text = f"""\
year = {day.year}
number = "试验〔{day.year}〕1号"
title = "关于临时放假一天的通知（试验）"
amends = "{amended.number}"
issued = {day}
source = "https://www.example.invalid/one-more-day-off"
status = "official"

[[holiday]]
name = "临时放假"
first = {day}
last = {day}
"""
    return NoticeFile(parse_notice(text, "one-more-day-off.toml"), text, "one-more-day-off.toml")
