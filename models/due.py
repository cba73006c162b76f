"""Limits and due dates as values: what was promised, from when, by which rule, and which instant is too late.

The counting is done elsewhere (`calendars.counting`). A due date is kept in a case's history, so it stays
compact: it names its rule, start, limit and calendar version, and the day-by-day steps of "why this date"
(为什么是这一天) are made again from those by `calendars.explain` with the calendar of that version. Every field
that came later has a default, so that due dates which are already in histories stay readable.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from models.base import Value

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Local time of every rule: UTC+8 all year, no daylight saving time since 1992."""

LARGEST_AMOUNT = 10_000
"""No limit of the procedure comes near it; a larger number is a slip of the hand."""

_MINUTES_OF_A_DAY = 24 * 60


class Unit(StrEnum):
    """What a limit counts."""

    WORKING_DAYS = "wd"
    CALENDAR_DAYS = "cd"
    HOURS = "h"

    @property
    def label(self) -> str:
        """The unit in Chinese, as the regulations write it; a bare 日 is a calendar day."""
        return _UNIT_LABELS[self]


_UNIT_LABELS = {Unit.WORKING_DAYS: "个工作日", Unit.CALENDAR_DAYS: "日", Unit.HOURS: "小时"}


class Rule(StrEnum):
    """The counting rule that made a due date."""

    WORKING_DAYS = "R3"
    """Day 1 is the first working day after the start; the limit ends at 24:00 of day N."""
    CALENDAR_DAYS = "R4"
    """Day 1 is the day after the start; a last day that is a rest day moves to the next working day."""
    HOURS = "R6"
    """From the moment, nights and rest days included."""


class Limit(Value):
    """A limit such as five working days: written, read and stored as "5 wd", printed as 5 个工作日.

    Raises ValueError (within pydantic's ValidationError) with a Chinese sentence for anything else.
    """

    amount: Annotated[int, Field(gt=0, le=LARGEST_AMOUNT)]
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "5 wd", "15 cd" or "24 h"; raise ValueError with a Chinese sentence otherwise."""
        matched = re.fullmatch(r"\s*([0-9]+)\s*(wd|cd|h)\s*", text)
        if matched is None:
            raise ValueError(f"时限“{text}”无法识别，应写成“5 wd”（工作日）、“15 cd”（日）或“24 h”（小时）")
        amount = int(matched[1])
        if not 0 < amount <= LARGEST_AMOUNT:
            raise ValueError(f"时限“{text}”的数值应在 1 到 {LARGEST_AMOUNT} 之间")
        return cls(amount=amount, unit=Unit(matched[2]))

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if isinstance(data, str):
            limit = cls.parse(data)
            return {"amount": limit.amount, "unit": limit.unit}
        return data

    @model_serializer
    def _as_text(self) -> str:
        return f"{self.amount} {self.unit}"

    def half(self) -> "Limit":
        """Half of it, rounded up: five working days give three."""
        return Limit(amount=-(-self.amount // 2), unit=self.unit)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.label}"


class DayStep(Value):
    """One day on the way from start to deadline, and why it counts or not.

    `number` says which counted day it is (1 is the first); `notice` is the number (or the title) of the
    official notice that decided the kind of day, where one did.
    """

    day: date
    weekday: str
    counts: bool
    number: int | None
    reason: str
    notice: str | None


def in_shanghai(instant: datetime) -> datetime:
    """The same instant on Shanghai's clock. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError("时间必须带时区")
    return instant.astimezone(SHANGHAI)


ShanghaiDatetime = Annotated[AwareDatetime, AfterValidator(in_shanghai)]
"""An aware instant, kept on Shanghai's clock whatever offset it came with."""


class DayInterval(Value):
    """A stretch of one day, in minutes since its midnight: opens at the first, closed from the second on."""

    opens: Annotated[int, Field(ge=0, lt=_MINUTES_OF_A_DAY)]
    closes: Annotated[int, Field(gt=0, le=_MINUTES_OF_A_DAY)]

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        matched = re.fullmatch(r"\s*(\d{1,2}):([0-5]\d)\s*-\s*(\d{1,2}):([0-5]\d)\s*", data)
        if matched is None:
            raise ValueError(f"时段“{data}”无法识别，应写成“09:00-12:00”")
        opens, closes = int(matched[1]) * 60 + int(matched[2]), int(matched[3]) * 60 + int(matched[4])
        if not opens < closes <= _MINUTES_OF_A_DAY:
            raise ValueError(f"时段“{data}”的结束时间必须晚于开始时间，且不晚于 24:00")
        return {"opens": opens, "closes": closes}

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("时段的结束时间必须晚于开始时间")
        return self

    @model_serializer
    def _as_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


class DayHours(Value):
    """The hours of a day in which an office works or a notice may be sent: 09:00-12:00, 13:30-17:00.

    Written and stored as a list of such texts. The stretches are in order and do not overlap. On which days
    they apply (working days or all) is the user's business.
    """

    intervals: Annotated[tuple[DayInterval, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, data: Any) -> Any:
        return {"intervals": tuple(data)} if isinstance(data, list | tuple) else data

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for earlier, later in zip(self.intervals, self.intervals[1:], strict=False):
            if later.opens < earlier.closes:
                raise ValueError(f"时段 {earlier} 与 {later} 重叠或先后颠倒")
        return self

    @model_serializer
    def _as_list(self) -> list[str]:
        return [str(interval) for interval in self.intervals]

    def on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of that day on Shanghai's clock: open from the first, closed at the second."""
        midnight = datetime.combine(day, time(), SHANGHAI)
        for interval in self.intervals:
            yield midnight + timedelta(minutes=interval.opens), midnight + timedelta(minutes=interval.closes)

    def __str__(self) -> str:
        return "、".join(str(interval) for interval in self.intervals)


class HoursMode(StrEnum):
    """How a limit in hours meets nights and rest days."""

    ELAPSED = "elapsed"
    """Every hour counts (R6)."""
    ROLL = "roll"
    """Every hour counts; an end on a rest day moves to the same time of the next working day."""
    OFFICE = "office"
    """Only office hours on working days count."""


class DayEnd(StrEnum):
    """When the last day of a limit in days is over (民法典第二百零三条)."""

    MIDNIGHT = "24:00"
    OFFICE_CLOSE = "office"


class Counting(Value):
    """The choices of a policy about counting. The default is the plain rule: every hour, and days that end at 24:00.

    `office` is needed by the choices that speak of office hours, and None otherwise.
    """

    mode: HoursMode = HoursMode.ELAPSED
    day_end: DayEnd = DayEnd.MIDNIGHT
    office: DayHours | None = None

    @model_validator(mode="after")
    def _knows_the_office(self) -> Self:
        if self.office is None and (self.mode is HoursMode.OFFICE or self.day_end is DayEnd.OFFICE_CLOSE):
            raise ValueError("按办公时间计算的时限须写明办公时间")
        return self


class Pause(Value):
    """A stretch in which a limit stood still; `until` is None while it still does. No day it touches counts (R9)."""

    since: ShanghaiDatetime
    until: ShanghaiDatetime | None = None
    why: str = ""


class DueDate(Value):
    """A limit that started: by when, under which rule, counted with which calendar.

    `deadline` is the first instant that is too late: for limits in days 00:00 after the last day (R8: the
    last day ends at 24:00). `last_day` is the last day on which acting is still in time. `provisional` says
    that the date rests on a year whose notice is not published and may move (R10).

    `extension` was granted on top of the limit, in the limit's own unit. While a pause is open the deadline is the one
    from before the pause and binds nobody.
    """

    rule: Rule
    start: ShanghaiDatetime
    limit: Limit
    deadline: ShanghaiDatetime
    last_day: date
    calendar_version: str
    provisional: bool
    pauses: tuple[Pause, ...] = ()
    extension: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)] = 0
    counting: Counting = Counting()

    @model_serializer(mode="wrap")
    def _compactly(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without pauses, extension and counting where they say nothing; a history holds many due dates."""
        every: dict[str, Any] = handler(self)
        return {
            name: value for name, value in every.items() if name not in _UNSAID or getattr(self, name) != _UNSAID[name]
        }

    @property
    def is_paused(self) -> bool:
        """Whether the limit stands still at present."""
        return bool(self.pauses) and self.pauses[-1].until is None

    def is_met_by(self, act: datetime) -> bool:
        """Whether an act at that instant was in time (R8)."""
        return in_shanghai(act) < self.deadline

    @property
    def label(self) -> str:
        """The deadline in Chinese, e.g. 2026年2月28日（周六）24:00 for the limits that end with a day."""
        if self.is_paused:
            return "暂停计时"
        day, clock = self.last_day, "24:00"
        if self.limit.unit is Unit.HOURS or self.counting.day_end is DayEnd.OFFICE_CLOSE:
            day, clock = self.deadline.date(), f"{self.deadline:%H:%M}"
        text = f"{day.year}年{day.month}月{day.day}日（{weekday_name(day)}）{clock}"
        return text + ("（暂定）" if self.provisional else "")


_UNSAID: dict[str, object] = {"pauses": (), "extension": 0, "counting": Counting()}


class HalfDay(StrEnum):
    """Morning or afternoon, divided at noon."""

    AM = "am"
    PM = "pm"


def half_day(at: datetime) -> tuple[date, HalfDay]:
    """The local day and half day in which an instant lies; noon belongs to the afternoon."""
    local = in_shanghai(at)
    return local.date(), HalfDay.AM if local.hour < 12 else HalfDay.PM


def weekday_name(day: date) -> str:
    """周一 to 周日."""
    return "周" + "一二三四五六日"[day.weekday()]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
