"""Whether a new notice can be put in force over a calendar; where not, the line of its file that is to blame.

`calendars.notices` finds what is wrong with a notice by itself, this module what shows only beside the others.
"""

from collections.abc import Iterator
from datetime import date

from calendars.errors import NoticeRefused
from calendars.notices import Notice, Place, Status, refusal_at
from calendars.working import WorkingCalendar
from models.due import weekday_name


def check_against(notice: Notice, text: str, name: str, calendar: WorkingCalendar) -> WorkingCalendar:
    """The calendar with that notice in force; the same calendar when it is in force already.

    `text` is the file that the notice was read from and `name` stands for it. Raises NoticeRefused with file, line and
    what to correct: a provisional arrangement, a second one for a year that has an official one, a year with a gap to
    the known ones, an amendment of a notice that is not there or of another year, a number that is taken, a make-up
    day that people work on anyway.
    """
    if any(_same(notice, each) for each in calendar.notices):
        return calendar
    for place, fault in _faults(notice, calendar):
        raise refusal_at(name, text, place, fault)
    try:
        return calendar.with_notice(notice)
    except NoticeRefused as refused:
        raise NoticeRefused(f"{name}：{refused}") from refused


def _same(one: Notice, other: Notice) -> bool:
    """A corrected web address makes no other notice."""
    return one.model_copy(update={"source": other.source}) == other


def _faults(notice: Notice, calendar: WorkingCalendar) -> Iterator[tuple[Place, str]]:
    if notice.status is Status.PROVISIONAL:
        yield ("status",), "暂定的安排不能施行，须等正式通知公布"
    if notice.covers_its_year:
        yield from _faults_of_year(notice, calendar)
    elif notice.year not in calendar.years:
        known = f"{calendar.years[0]}年至{calendar.years[-1]}年"
        yield ("year",), f"没有{notice.year}年的全国放假安排（已有{known}），不能在其上调整"
    if notice.number is not None and notice.number in {each.number for each in calendar.notices}:
        yield ("number",), f"文号{notice.number}已用于另一份内容不同的通知"
    if notice.amends is not None:
        yield from _faults_of_amendment(notice, calendar)
    for index, holiday in enumerate(notice.holiday):
        for day in holiday.makeup:
            if _is_worked_anyway(day, calendar):
                yield ("holiday", index, "makeup"), f"调休上班日{day}（{weekday_name(day)}）本来就是工作日"


def _is_worked_anyway(day: date, calendar: WorkingCalendar) -> bool:
    is_known = calendar.first_day <= day <= calendar.last_day
    return day.weekday() < 5 and is_known and calendar.is_working_day(day)


def _faults_of_year(notice: Notice, calendar: WorkingCalendar) -> Iterator[tuple[Place, str]]:
    known = calendar.years
    standing = next((each for each in calendar.notices if each.covers_its_year and each.year == notice.year), None)
    if standing is not None and standing.status is Status.OFFICIAL:
        yield (
            ("year",),
            f"{notice.year}年已有正式安排（{standing.label}）；如是对它的调整，请写 amends 并只列变动的日期",
        )
    if standing is None and notice.year not in (known[0] - 1, known[-1] + 1):
        missing = known[-1] + 1 if notice.year > known[-1] else known[0] - 1
        yield ("year",), f"缺少{missing}年的放假安排，年份必须连续（已有{known[0]}年至{known[-1]}年）"


def _faults_of_amendment(notice: Notice, calendar: WorkingCalendar) -> Iterator[tuple[Place, str]]:
    target = next((each for each in calendar.notices if each.number == notice.amends), None)
    if target is None:
        yield ("amends",), f"所修改的通知{notice.amends}不在数据中"
    elif target.year != notice.year:
        yield ("year",), f"所修改的通知{notice.amends}是{target.year}年的安排，不是{notice.year}年的"
