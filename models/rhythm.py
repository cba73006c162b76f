"""Work that comes back with the calendar (定期工作): its kinds, the period it is about, and what came of it.

Which place has which work, and on which day, stands in `policy.rhythm`; who does it, in the jobs behind
`activities.rhythm.Job`. Nothing here is about one case.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import AwareDatetime, model_validator

from models.base import Value
from models.due import Limit
from models.figures import FigurePeriod


class JobKind(StrEnum):
    """What is done again and again. The look-back (`LookbackStanding`) is not among them: each case draws its own."""

    SAMPLE = "sample"
    POINTS = "points"
    ANALYSIS = "analysis"
    BOTTOM = "bottom"
    CIRCULAR = "circular"
    PUBLISH = "publish"

    @property
    def label(self) -> str:
        """The work in Chinese."""
        return _LABELS[self]


_LABELS = {
    JobKind.SAMPLE: "抽查回访",
    JobKind.POINTS: "月积分",
    JobKind.ANALYSIS: "分析报告",
    JobKind.BOTTOM: "末位约谈提示",
    JobKind.CIRCULAR: "通报",
    JobKind.PUBLISH: "公开提醒",
}


class JobPeriod(Value):
    """The period that work is about: whole days on Shanghai's clock, both included; 2026年10月 or 2026年第3季度."""

    label: str
    first: date
    last: date

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("起始日期不能晚于截止日期")
        return self

    @classmethod
    def of(cls, period: FigurePeriod) -> Self:
        """A whole month, quarter or year under its name; any other stretch under its days."""
        first, last = period.first, period.last
        names = {
            1: f"{first.year}年{first.month}月",
            3: f"{first.year}年第{(first.month + 2) // 3}季度",
            12: f"{first.year}年",
        }
        return cls(label=names.get(period.months, f"{first} 至 {last}"), first=first, last=last)

    @property
    def days(self) -> FigurePeriod:
        """The same days as the figures count them."""
        return FigurePeriod(first=self.first, last=self.last)


class JobOutcome(Value):
    """What came of the work: one Chinese sentence, how many it was about, and where on the desk it is seen."""

    summary: str
    count: int
    link: str = ""


class RunState(StrEnum):
    """How far the work about one period is."""

    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"
    """The last attempt broke off; the engine tries again."""
    OVERTAKEN = "overtaken"
    """The system stood still until the next period was over; somebody may still ask for it."""

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return {
            RunState.UNDER_WAY: "进行中",
            RunState.DONE: "已完成",
            RunState.FAILED: "未成功，系统会再试",
            RunState.OVERTAKEN: "已错过，没有补做",
        }[self]


class RunView(Value):
    """The work of a place about one period, as it is written down. `by` is who asked for it last, None the calendar."""

    kind: JobKind
    period: JobPeriod
    state: RunState
    planned_at: AwareDatetime
    begun_at: AwareDatetime
    done_at: AwareDatetime | None
    outcome: JobOutcome | None
    failure: str
    by: str | None


class NextDue(NamedTuple):
    """When some work is due next; provisional where the notice of that year is not published yet (R10)."""

    at: datetime
    is_provisional: bool


class Schedule(Value):
    """How the engine stands to some work of a place: whether it is paused, by whom and why."""

    kind: JobKind
    is_paused: bool
    note: str = ""


class LookbackStanding(Value):
    """How a place stands with its look-backs (回头看), for which no schedule calls: a case is drawn when it ends.

    `percent` of a hundred cases are drawn and looked at again within `within`; `waiting` are still to be, `missed` of
    them past their limit, the first limit ends at `next_end`; `recorded` were, the last one at `last_at`.
    """

    percent: int
    within: Limit
    waiting: int
    missed: int
    recorded: int
    next_end: AwareDatetime | None
    last_at: AwareDatetime | None
