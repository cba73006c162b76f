"""Why this date (为什么是这一天): the days from start to deadline, each with the reason why it counts or not.

Decides nothing: the steps are made again from a due date and the calendar that it was counted with. The last step is
the last day, and names the time at which the limit ends where that is not 24:00. A limit that stands still is
explained up to the pause that is open.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from calendars.counting import counted_stretches, effective_pauses
from calendars.errors import WrongCalendar
from calendars.pauses import Span, touched_days
from calendars.working import DayKind, Kind, WorkingCalendar
from models.due import SHANGHAI, DayEnd, DayStep, DueDate, HoursMode, Unit, weekday_name

_DAY = timedelta(days=1)


def explain(due: DueDate, calendar: WorkingCalendar) -> tuple[DayStep, ...]:
    """The steps from the day of the start, which does not count for limits in days, to the last day.

    Raises WrongCalendar when the calendar is not of the version that the due date names.
    """
    if due.calendar_version != calendar.version:
        raise WrongCalendar(
            f"此期限按日历版本{due.calendar_version}计算，不能用版本{calendar.version}解释，请取用原版本的日历"
        )
    if due.limit.unit is Unit.HOURS:
        return tuple(_hours(due, calendar))
    return (_start_day(due), *_days_counted(due, calendar))


def _start_day(due: DueDate) -> DayStep:
    day, text = due.start.date(), "起算当日不计入（民法典第二百零一条）"
    if due.is_paused and due.pauses[-1].since.date() <= day:
        text += f"；{_standing_still(due)}"
    return _step(day, text)


def _days_counted(due: DueDate, calendar: WorkingCalendar) -> Iterator[DayStep]:
    paused_days = touched_days(effective_pauses(due, calendar))
    whole, number = due.limit.amount + due.extension, 0
    final = due.pauses[-1].since.date() if due.is_paused else due.last_day
    for day in _days(due.start.date() + _DAY, final):
        kind = calendar.day_kind(day)
        text, counts = _kind_text(kind), False
        if due.is_paused and day == final:
            text += f"；{_standing_still(due)}"
        elif day in paused_days:
            text += f"；{_paused(due, day)}，不计"
        elif number == whole:
            text += _after_the_last(due, day)
        elif due.limit.unit is Unit.WORKING_DAYS and not kind.is_working:
            text += "，不计"
        else:
            number, counts = number + 1, True
            text += _counted(due, kind, number, whole)
        if day == final:
            text += _closing_time(due)
        yield _named_step(day, text, kind, calendar, number if counts else None)


def _counted(due: DueDate, kind: DayKind, number: int, whole: int) -> str:
    rests = due.limit.unit is Unit.CALENDAR_DAYS and not kind.is_working
    text = "；最后一日是休息日，顺延（民法典第二百零三条）" if rests and number == whole else "，照计" if rests else ""
    granted = number - due.limit.amount
    return text + (f"；延期第{granted}日" if granted > 0 else "")


def _after_the_last(due: DueDate, day: date) -> str:
    if due.is_paused:
        return "；期限已满，不再计"
    return "，顺延至此日" if day == due.last_day else "，继续顺延"


def _hours(due: DueDate, calendar: WorkingCalendar) -> Iterator[DayStep]:
    stretches = tuple(counted_stretches(due, calendar))
    over = _day_ended_by(stretches[-1][1]) if stretches else due.start.date()
    paused_days = touched_days(effective_pauses(due, calendar))
    final = max(due.pauses[-1].since, due.start).date() if due.is_paused else due.last_day
    for day in _days(due.start.date(), final):
        counted = _time_on(day, stretches)
        why = _paused(due, day) if day in paused_days else ""
        parts = [_after_the_end(due, day, why)] if day > over else _of_the_day(due, counted, why)
        if day == over and day < due.last_day and not due.is_paused:
            parts.append("到期日是休息日，顺延（民法典第二百零三条）")
        if due.is_paused and day == final:
            parts.append(_standing_still(due))
        text = "；".join(parts) + (_closing_time(due) if day == final else "")
        if due.counting.mode is HoursMode.ELAPSED:
            yield _step(day, text, counts=bool(counted))
            continue
        kind = calendar.day_kind(day)
        step = _named_step(day, f"{_kind_text(kind)}；{text}", kind, calendar, None)
        yield step.model_copy(update={"counts": bool(counted)})


_HOW = {
    HoursMode.ELAPSED: "按小时连续计算，不分昼夜和休息日",
    HoursMode.ROLL: "按小时连续计算，不分昼夜和休息日",
    HoursMode.OFFICE: "只计工作日的办公时间",
}


def _of_the_day(due: DueDate, counted: timedelta, why: str) -> list[str]:
    parts = [f"计{_time_text(counted)}"] if counted else []
    if why:
        parts.append(f"{why}的时间不计")
    return [*parts, _HOW[due.counting.mode]] if counted else parts or ["不计"]


def _after_the_end(due: DueDate, day: date, why: str) -> str:
    if due.is_paused:
        return "期限已满，不再计"
    if why:
        return f"{why}，不计"
    return "顺延至此日" if day == due.last_day else "继续顺延"


def _time_on(day: date, stretches: tuple[Span, ...]) -> timedelta:
    midnight = datetime.combine(day, time(), SHANGHAI)
    parts = ((max(begins, midnight), min(ends, midnight + _DAY)) for begins, ends in stretches)
    return sum((ends - begins for begins, ends in parts if begins < ends), timedelta())


def _time_text(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    parts = [f"{minutes // 60}小时" if minutes >= 60 else "", f"{minutes % 60}分" if minutes % 60 else ""]
    return "".join([*parts, f"{seconds}秒" if seconds else ""])


def _day_ended_by(instant: datetime) -> date:
    return (instant - timedelta.resolution).date()


def _standing_still(due: DueDate) -> str:
    pause = due.pauses[-1]
    return f"自{pause.since:%H:%M}起暂停计时中" + (f"（{pause.why}）" if pause.why else "")


def _paused(due: DueDate, day: date) -> str:
    """暂停, with the reasons of the ended pauses that touch the day."""
    ended = ((pause.since.date(), pause.until.date(), pause.why) for pause in due.pauses if pause.until is not None)
    reasons = dict.fromkeys(why for since, until, why in ended if since <= day <= until and why)
    return "暂停" + (f"（{'、'.join(reasons)}）" if reasons else "")


def _closing_time(due: DueDate) -> str:
    """The time at which the last day ends, where that is not 24:00."""
    ends_with_the_day = due.limit.unit is not Unit.HOURS and due.counting.day_end is DayEnd.MIDNIGHT
    if due.is_paused or ends_with_the_day:
        return ""
    return f"，至{'24:00' if due.deadline.date() > due.last_day else f'{due.deadline:%H:%M}'}止"


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
