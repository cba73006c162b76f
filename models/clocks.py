"""Clocks: which limits a case runs under, and the rungs at which people are warned.

A clock's dates are computed outside the workflow and come back as recorded values; see `models.due`.
"""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime

from models.base import Value
from models.due import DueDate


class ClockKind(StrEnum):
    """The limits of the procedure."""

    SIGN_OFF = "sign_off"
    VERIFICATION = "verification"
    CONFIRMATION = "confirmation"
    REMEDIATION = "remediation"
    ADVISORY = "advisory"
    POST_CALLBACK = "post_callback"
    SUPERVISION = "supervision"
    REDISPATCH = "redispatch"
    APPEAL_WINDOW = "appeal_window"
    APPEAL_REVIEW = "appeal_review"
    APPEAL_CONFIRM = "appeal_confirm"
    PAUSE = "pause"
    CONFERENCE = "conference"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFERRAL = "referral"
    LOOKBACK = "lookback"

    @property
    def label(self) -> str:
        """The limit in Chinese."""
        return _CLOCK_LABELS[self]

    @property
    def only_reminds(self) -> bool:
        """Whether nobody is late when it passes: an advisory period, a right that lapses, a ceiling."""
        return self in (ClockKind.ADVISORY, ClockKind.APPEAL_WINDOW, ClockKind.PAUSE)


_CLOCK_LABELS = {
    ClockKind.SIGN_OFF: "签收时限",
    ClockKind.VERIFICATION: "回访核实时限",
    ClockKind.CONFIRMATION: "不予采纳确认时限",
    ClockKind.REMEDIATION: "整改时限",
    ClockKind.ADVISORY: "核实后15日提示期",
    ClockKind.POST_CALLBACK: "整改后回访时限",
    ClockKind.SUPERVISION: "监督处理时限",
    ClockKind.REDISPATCH: "改派时限",
    ClockKind.APPEAL_WINDOW: "申诉期",
    ClockKind.APPEAL_REVIEW: "申诉复核时限",
    ClockKind.APPEAL_CONFIRM: "申诉确认时限",
    ClockKind.PAUSE: "暂停上限",
    ClockKind.CONFERENCE: "联席会议时限",
    ClockKind.SUPERVISE: "督办时限",
    ClockKind.INTERVIEW: "约谈时限",
    ClockKind.CIRCULAR: "通报时限",
    ClockKind.REFERRAL: "移送时限",
    ClockKind.LOOKBACK: "回头看时限",
}


class RungKind(StrEnum):
    """The steps of the ladder of one clock."""

    SHARE = "share"
    LAST_DAY = "last_day"
    LIMIT = "limit"
    REPEAT = "repeat"


class Rung(Value):
    """One instant at which somebody is told.

    `number` is the percentage of the limit for SHARE, 0 for LAST_DAY and LIMIT, and for REPEAT which working day after
    the limit.
    """

    kind: RungKind
    at: AwareDatetime
    number: int = 0

    @property
    def warns(self) -> bool:
        """Whether it lies before the limit."""
        return self.kind in (RungKind.SHARE, RungKind.LAST_DAY)

    @property
    def label(self) -> str:
        """The rung in Chinese."""
        match self.kind:
            case RungKind.SHARE:
                return f"已用{self.number}%预警"
            case RungKind.LAST_DAY:
                return "最后一个工作日预警"
            case RungKind.LIMIT:
                return "到期"
            case RungKind.REPEAT:
                return f"逾期第{self.number}个工作日"


class Passed(Value):
    """A rung that has been claimed: a warning once for ever, a rung from the limit on once for each deadline."""

    kind: RungKind
    number: int = 0


class Clock(Value):
    """A running limit: its due date, the rungs still ahead, and whether the limit has passed.

    `passed` are the rungs that were claimed. `extendable_to` is the last day to which an extension may reach.
    A clock whose due date is paused has no rungs.
    """

    kind: ClockKind
    round: int
    due: DueDate
    rungs: tuple[Rung, ...] = ()
    missed: bool = False
    passed: tuple[Passed, ...] = ()
    extendable_to: date | None = None
