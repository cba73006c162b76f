"""Clocks: which limits a case runs under, and the rungs at which people are warned.

A clock's dates are computed outside the workflow and come back as recorded values; see `models.due`.
"""

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

    @property
    def label(self) -> str:
        """The limit in Chinese."""
        return _CLOCK_LABELS[self]


_CLOCK_LABELS = {
    ClockKind.SIGN_OFF: "签收时限",
    ClockKind.VERIFICATION: "回访核实时限",
    ClockKind.CONFIRMATION: "不予采纳确认时限",
    ClockKind.REMEDIATION: "整改时限",
    ClockKind.ADVISORY: "核实后15日提示期",
    ClockKind.POST_CALLBACK: "整改后回访时限",
    ClockKind.SUPERVISION: "监督处理时限",
}


class RungKind(StrEnum):
    """The steps of the ladder of one clock."""

    SHARE = "share"
    LIMIT = "limit"
    REPEAT = "repeat"


class Rung(Value):
    """One instant at which somebody is told.

    `number` is the percentage of the limit for SHARE, 0 for LIMIT, and for REPEAT which working day after the limit.
    """

    kind: RungKind
    at: AwareDatetime
    number: int = 0

    @property
    def label(self) -> str:
        """The rung in Chinese."""
        match self.kind:
            case RungKind.SHARE:
                return f"已用{self.number}%预警"
            case RungKind.LIMIT:
                return "到期"
            case RungKind.REPEAT:
                return f"逾期第{self.number}个工作日"


class Clock(Value):
    """A running limit: its due date, the rungs still ahead, and whether the limit has passed."""

    kind: ClockKind
    round: int
    due: DueDate
    rungs: tuple[Rung, ...] = ()
    missed: bool = False
