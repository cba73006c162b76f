"""Figures (指标): what is counted, for which period and group, as of which moment, and what a count gives.

A figure never travels as a ratio alone: it keeps numerator and denominator. What each one counts stands in
`policy.figures`, the words on pages in `casework.figures`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple, Self

from pydantic import AwareDatetime, Field, model_validator

from models.base import Value
from models.due import SHANGHAI

_DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years in which a period may lie; anything else is a slip of the hand."""


class Base(StrEnum):
    """What rows a figure is counted from. Each has a moment that must lie in the period."""

    RATINGS = "ratings"
    REPEATS = "repeats"
    MATTERS = "matters"
    PUSHES = "pushes"
    OPENED = "opened"
    SIGN_OFFS = "sign_offs"
    REMEDIATIONS = "remediations"
    ANSWERS = "answers"
    APPEALS = "appeals"
    DURATIONS = "durations"

    @property
    def moment(self) -> str:
        """In Chinese, which moment puts a row into the period."""
        return _MOMENTS[self]


_MOMENTS = {
    Base.RATINGS: "评价时间",
    Base.REPEATS: "评价时间",
    Base.PUSHES: "评价时间",
    Base.MATTERS: "办结时间",
    Base.OPENED: "转办时间",
    Base.SIGN_OFFS: "签收期限",
    Base.REMEDIATIONS: "整改期限",
    Base.ANSWERS: "回访时间",
    Base.APPEALS: "申诉决定时间",
    Base.DURATIONS: "反馈整改情况时间",
}


class Mark(StrEnum):
    """What can be true of a row."""

    VALID = "valid"
    VOIDED = "voided"
    GOOD = "good"
    BAD = "bad"
    IS_DEFAULT = "is_default"
    USER_MADE = "user_made"
    TO_BE_PUSHED = "to_be_pushed"
    PUSHED = "pushed"
    RATEABLE = "rateable"
    RATED_ACTIVELY = "rated_actively"
    UNRATED = "unrated"
    TO_VERIFY = "to_verify"
    VERIFIED = "verified"
    CALLABLE = "callable"
    CALLED = "called"
    REACHED = "reached"
    DONE = "done"
    IN_TIME = "in_time"
    UNEXTENDED = "unextended"
    EXTENDED = "extended"
    FIRST_OF_NAMED = "first_of_named"
    LOOP_CLOSED = "loop_closed"
    SATISFIED = "satisfied"
    UPHELD = "upheld"


class Shape(StrEnum):
    """How a figure reads."""

    COUNT = "count"
    RATE = "rate"
    DAYS = "days"


class FigureKind(StrEnum):
    """The figures. The value is the name in scripts; those with a target are called as `models.surroundings.Kpi`."""

    N_EVAL = "n_eval"
    DEFAULT_RATE = "default_rate"
    ACTIVE_RATE = "active_rate"
    UNRATED_RATE = "unrated_rate"
    GOOD_RATE = "good_rate"
    USER_GOOD_RATE = "user_good_rate"
    BAD_RATE = "bad_rate"
    VOID_RATE = "void_rate"
    REPEAT_INDEX = "repeat_index"
    PUSH_RATE = "push_rate"
    SIGNOFF_ON_TIME = "signoff_on_time"
    VERIFIED_RATE = "verified_rate"
    CALLBACK_RATE = "callback_rate"
    CALLBACK_REACHED_RATE = "callback_reached_rate"
    REMEDIATION_RATE = "remediation_rate"
    ON_TIME_RATE = "on_time_rate"
    ON_TIME_RATE_UNEXTENDED = "on_time_rate_unextended"
    EXTENSION_RATE = "extension_rate"
    CALLBACK_SATISFACTION_RATE = "callback_satisfaction_rate"
    REAL_NAME_CLOSED_LOOP_RATE = "real_name_closed_loop_rate"
    APPEAL_UPHELD_RATE = "appeal_upheld_rate"
    REMEDIATION_DAYS_MEAN = "remediation_days_mean"
    REMEDIATION_DAYS_MEDIAN = "remediation_days_median"

    @property
    def label(self) -> str:
        """The figure in Chinese."""
        return _LABELS[self][0]

    @property
    def definition(self) -> str:
        """In Chinese, what is divided by what."""
        return _LABELS[self][1]

    @property
    def shape(self) -> Shape:
        """How it reads."""
        return _SHAPES.get(self, Shape.RATE)

    @property
    def lower_is_better(self) -> bool:
        """Whether a ranking puts the lowest first."""
        return self in _LOWER_IS_BETTER


_LABELS = {
    FigureKind.N_EVAL: ("评价总量", "期内的有效评价，含默认评价；不予采纳的差评不计"),
    FigureKind.DEFAULT_RATE: ("默认评价占比", "默认评价 ÷ 评价总量"),
    FigureKind.ACTIVE_RATE: ("主动评价率", "办事人主动评价过的办件 ÷ 期内办结、可以评价的办件；默认评价不算"),
    FigureKind.UNRATED_RATE: ("未评率", "没有任何评价（含默认评价）的办件 ÷ 期内办结、可以评价的办件"),
    FigureKind.GOOD_RATE: ("好评率", "好评 ÷ 评价总量；第三级是否算好评，按本地规则"),
    FigureKind.USER_GOOD_RATE: ("主动评价好评率", "办事人主动评价中的好评 ÷ 办事人主动评价"),
    FigureKind.BAD_RATE: ("差评率", "差评 ÷ 评价总量；不予采纳的，分子分母都不计"),
    FigureKind.VOID_RATE: ("误评、恶意差评占比", "不予采纳的差评 ÷ 收到的全部差评；偏高时，其他各率会随之变好看"),
    FigureKind.REPEAT_INDEX: ("重复差评", "规定期间内差评达到规定次数的事项数与人员数之和"),
    FigureKind.PUSH_RATE: (
        "评价办件推送率",
        "入库后在推送时限内被省平台接收的评价 ÷ 期内的全部评价；时限未到、尚未接收的不计，没有省平台的不计算",
    ),
    FigureKind.SIGNOFF_ON_TIME: ("签收及时率", "期限内签收 ÷ 签收期限在期内届满的；逾期未签收的算未及时"),
    FigureKind.VERIFIED_RATE: ("差评核实率", "已有核实结论 ÷ 期内转办、须回访核实的"),
    FigureKind.CALLBACK_RATE: ("差评回访率", "已完成回访 ÷ 期内转办的实名差评；按规定次数未联系上的算已回访"),
    FigureKind.CALLBACK_REACHED_RATE: ("回访接通率", "回访联系上本人 ÷ 期内转办的实名差评"),
    FigureKind.REMEDIATION_RATE: (
        "差评整改率",
        "截至统计时点已整改 ÷ 整改期限在期内届满的属实差评；未到期的不计，逾期未整改的算未整改",
    ),
    FigureKind.ON_TIME_RATE: ("按期整改率", "期限（含准予的延期）内整改 ÷ 整改期限在期内届满的属实差评"),
    FigureKind.ON_TIME_RATE_UNEXTENDED: ("按期整改率（不含延期）", "延期前的期限内整改 ÷ 整改期限在期内届满的属实差评"),
    FigureKind.EXTENSION_RATE: ("延期率", "准予延期的 ÷ 整改期限在期内届满的属实差评"),
    FigureKind.CALLBACK_SATISFACTION_RATE: (
        "回访满意率",
        "整改后回访答复满意 ÷ 整改后回访有答复的；未联系上、拒绝回访的不计",
    ),
    FigureKind.REAL_NAME_CLOSED_LOOP_RATE: (
        "实名差评回访整改率",
        "已回访核实、已整改、已反馈 ÷ 整改期限在期内届满的实名属实差评",
    ),
    FigureKind.APPEAL_UPHELD_RATE: ("申诉成立率", "申诉成立 ÷ 期内作出决定的申诉"),
    FigureKind.REMEDIATION_DAYS_MEAN: ("平均整改时长", "从转办到反馈整改情况的工作日之和 ÷ 期内首次反馈整改情况的件数"),
    FigureKind.REMEDIATION_DAYS_MEDIAN: ("整改时长中位数", "半数案件从转办到反馈整改情况不超过的工作日数"),
}

_SHAPES = {
    FigureKind.N_EVAL: Shape.COUNT,
    FigureKind.REPEAT_INDEX: Shape.COUNT,
    FigureKind.REMEDIATION_DAYS_MEAN: Shape.DAYS,
    FigureKind.REMEDIATION_DAYS_MEDIAN: Shape.DAYS,
}

_LOWER_IS_BETTER = frozenset(
    {
        FigureKind.DEFAULT_RATE,
        FigureKind.UNRATED_RATE,
        FigureKind.BAD_RATE,
        FigureKind.VOID_RATE,
        FigureKind.REPEAT_INDEX,
        FigureKind.EXTENSION_RATE,
        FigureKind.APPEAL_UPHELD_RATE,
        FigureKind.REMEDIATION_DAYS_MEAN,
        FigureKind.REMEDIATION_DAYS_MEDIAN,
    }
)


class Grouping(StrEnum):
    """By what the figures are told apart."""

    NONE = "none"
    UNIT = "unit"
    WINDOW = "window"
    CLERK = "clerk"
    ITEM = "item"
    CHANNEL = "channel"

    @property
    def label(self) -> str:
        """The grouping in Chinese."""
        return {
            Grouping.NONE: "不分组",
            Grouping.UNIT: "单位",
            Grouping.WINDOW: "窗口",
            Grouping.CLERK: "人员（工号）",
            Grouping.ITEM: "事项",
            Grouping.CHANNEL: "渠道",
        }[self]


class FigurePeriod(Value):
    """Whole days on Shanghai's clock, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("起始日期不能晚于截止日期")
        if not FIRST_YEAR <= self.first.year <= self.last.year <= LAST_YEAR:
            raise ValueError(f"日期应在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间")
        return self

    @classmethod
    def of_months(cls, year: int, month: int, months: int) -> Self:
        """So many whole months from that one on: 1 a month, 3 a quarter, 12 a year."""
        return cls(first=date(year, month, 1), last=_first_of(year, month + months) - _DAY)

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + _DAY, time(), SHANGHAI)

    @property
    def months(self) -> int:
        """1 for a month, 3 for a quarter, 12 for a year, 0 for any other stretch of days."""
        year, month = self.first.year, self.first.month
        kinds = ((1, range(1, 13)), (3, range(1, 13, 3)), (12, (1,)))
        fitting = (
            months
            for months, firsts in kinds
            if month in firsts and self == FigurePeriod.of_months(year, month, months)
        )
        return next(fitting, 0)

    @property
    def before(self) -> "FigurePeriod":
        """The period of the same kind before: the month before a month, as many days before any other stretch."""
        if months := self.months:
            start = _first_of(self.first.year, self.first.month - months)
            return FigurePeriod.of_months(start.year, start.month, months)
        days = self.last - self.first
        return FigurePeriod(first=self.first - days - _DAY, last=self.first - _DAY)


class FigureRules(Value):
    """What the place's rules say about the figures: see `policy.figures.rules_of`."""

    bad_levels: tuple[int, ...]
    good_from: int
    """The lowest level that counts as good."""
    repeat_count: int = Field(ge=2)
    repeat_days: int = Field(ge=1)
    post_callback: bool
    """Whether the evaluator gets the result at a callback after the remediation."""
    default_is_active: bool = False
    """Whether a rating by default counts as one that the evaluator made."""


class FigureQuestion(Value):
    """What is asked: `only` narrows it down to one group, by its key in that grouping."""

    jurisdiction: str
    period: FigurePeriod
    as_of: AwareDatetime
    rules: FigureRules
    grouping: Grouping = Grouping.NONE
    only: str | None = None


class Figure(NamedTuple):
    """One figure. Counts and medians have no denominator of their own; a denominator of zero is no figure at all."""

    kind: FigureKind
    numerator: int
    denominator: int | None = None

    @property
    def value(self) -> Fraction | None:
        """The exact value, None where nothing was divided by."""
        if self.denominator is None:
            return Fraction(self.numerator)
        return Fraction(self.numerator, self.denominator) if self.denominator else None


Figures = Mapping[FigureKind, Figure]
"""All figures of one group."""


class Counted(NamedTuple):
    """What was counted: the figures by the key of their group, and what items are called by their codes."""

    groups: Mapping[str, Figures]
    names: Mapping[str, str]


class Part(StrEnum):
    """Which rows behind a figure."""

    ALL = "all"
    COUNTED = "counted"
    REST = "rest"

    @property
    def label(self) -> str:
        """The rows in Chinese."""
        return {Part.ALL: "分母（全部）", Part.COUNTED: "分子", Part.REST: "分母中未计入分子的"}[self]


class FigureRow(NamedTuple):
    """One row behind a figure. Nothing in it is personal.

    `at` is the moment that put it into the period; for limits the first moment that was too late. `counts` says whether
    it is in the numerator too. `days` are working days, for the durations only.
    """

    id: str
    at: datetime
    project_no: str
    case_no: str
    unit: str
    item: str
    task_name: str
    level: int | None
    channel: str
    round: int
    days: int
    counts: bool


class FigureRows(NamedTuple):
    """One page of rows, and from where the next one goes on; empty when there is none."""

    rows: Sequence[FigureRow]
    next: str


class Publication(Value):
    """That the figures of a period were given out, when and by whom."""

    period: FigurePeriod
    at: AwareDatetime
    by: str


def _first_of(year: int, month: int) -> date:
    """The first day of a month; months count on beyond 12 and back below 1."""
    number = year * 12 + month - 1
    return date(number // 12, number % 12 + 1, 1)
