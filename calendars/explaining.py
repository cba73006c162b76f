"""Why this date (为什么是这一天): the days from start to deadline, each with the reason why it counts or not.

Decides nothing: the steps are made again from a due date and the calendar that it was counted with.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from calendars.errors import WrongCalendar
from calendars.working import DayKind, Kind, WorkingCalendar
from models.due import SHANGHAI, DayStep, DueDate, Rule, weekday_name

_DAY = timedelta(days=1)


def explain(due: DueDate, calendar: WorkingCalendar) -> tuple[DayStep, ...]:
    """The steps from the day of the start, which does not count for limits in days, to the last day.

    Raises WrongCalendar when the calendar is not of the version that the due date names.
    """
    if due.calendar_version != calendar.version:
        raise WrongCalendar(
            f"此期限按日历版本{due.calendar_version}计算，不能用版本{calendar.version}解释，请取用原版本的日历"
        )
    match due.rule:
        case Rule.WORKING_DAYS:
            return (_start_day(due), *_working_days(due, calendar))
        case Rule.CALENDAR_DAYS:
            return (_start_day(due), *_calendar_days(due, calendar))
        case Rule.HOURS:
            return tuple(_hours(due))


def _start_day(due: DueDate) -> DayStep:
    return _step(due.start.date(), "起算当日不计入（民法典第二百零一条）")


def _working_days(due: DueDate, calendar: WorkingCalendar) -> Iterator[DayStep]:
    number = 0
    for day in _days(due.start.date() + _DAY, due.last_day):
        kind = calendar.day_kind(day)
        number += kind.is_working
        text = _kind_text(kind) + ("" if kind.is_working else "，不计")
        yield _named_step(day, text, kind, calendar, number if kind.is_working else None)


def _calendar_days(due: DueDate, calendar: WorkingCalendar) -> Iterator[DayStep]:
    nominal = due.start.date() + due.limit.amount * _DAY
    for number, day in enumerate(_days(due.start.date() + _DAY, nominal), start=1):
        kind = calendar.day_kind(day)
        text = _kind_text(kind) + ("" if kind.is_working else "，照计")
        if day == nominal and day != due.last_day:
            text = f"{_kind_text(kind)}；最后一日是休息日，顺延（民法典第二百零三条）"
        yield _named_step(day, text, kind, calendar, number)
    for day in _days(nominal + _DAY, due.last_day):
        kind = calendar.day_kind(day)
        text = f"{_kind_text(kind)}，" + ("顺延至此日" if day == due.last_day else "继续顺延")
        yield _named_step(day, text, kind, calendar, None)


def _hours(due: DueDate) -> Iterator[DayStep]:
    for day in _days(due.start.date(), due.last_day):
        begins = max(due.start, datetime.combine(day, time(), SHANGHAI))
        ends = min(due.deadline, datetime.combine(day + _DAY, time(), SHANGHAI))
        minutes, seconds = divmod(int((ends - begins).total_seconds()), 60)
        parts = [f"{minutes // 60}小时" if minutes >= 60 else "", f"{minutes % 60}分" if minutes % 60 else ""]
        text = "".join([*parts, f"{seconds}秒" if seconds else ""])
        yield _step(day, f"计{text}；按小时连续计算，不分昼夜和休息日", counts=True)


def _kind_text(kind: DayKind) -> str:
    match kind.kind:
        case Kind.WORKDAY:
            return "工作日"
        case Kind.MAKEUP:
            return f"{kind.holiday}调休上班，是工作日"
        case Kind.WEEKEND:
            return "周末"
        case Kind.HOLIDAY:
            return f"{kind.holiday}放假"


def _named_step(day: date, text: str, kind: DayKind, calendar: WorkingCalendar, number: int | None) -> DayStep:
    if calendar.is_provisional(day):
        text += f"（暂定，{day.year}年放假安排尚未公布）"
    return _step(day, text, number is not None, number, kind.notice.label if kind.notice else None)


def _step(
    day: date, reason: str, counts: bool = False, number: int | None = None, notice: str | None = None
) -> DayStep:
    return DayStep(day=day, weekday=weekday_name(day), counts=counts, number=number, reason=reason, notice=notice)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + offset * _DAY
