"""A sample (抽查回访): who is called in a period although nobody complained, and what they say (XT-12, TA-10).

Nothing here is personal: a sampled person is the number of a matter; name and telephone number stay with the rating.
How it is drawn and judged says `policy.samples`.
"""

from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from pydantic import AwareDatetime, Field

from models.base import Value
from models.callbacks import CallbackResult
from models.errors import BadInput
from models.figures import FigurePeriod

LARGEST_PLAN = 1_000
"""Centres, windows or people of one sample at most; a larger number is a slip of the hand."""

LONGEST_SAID = 2_000
"""Characters of what somebody says in a call."""


class NobodyToCall(BadInput):
    """No sample was drawn, because nobody of the period can be called."""


class SampleState(StrEnum):
    """How far the calls to one sampled person have come."""

    TO_CALL = "to_call"
    REACHED = "reached"
    UNREACHED = "unreached"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return {
            SampleState.TO_CALL: "待拨打",
            SampleState.REACHED: "已接通",
            SampleState.UNREACHED: "未联系上",
            SampleState.REFUSED: "拒绝回访",
        }[self]


class DrawPlan(Value):
    """How many are drawn. None: the rules name no such stage, so all centres, or all windows of them, take part."""

    people: int = Field(ge=1, le=LARGEST_PLAN)
    windows: int | None = Field(default=None, ge=1, le=LARGEST_PLAN)
    centres: int | None = Field(default=None, ge=1, le=LARGEST_PLAN)


class Window(NamedTuple):
    """A window within its centre; `number` is empty for the matters of the centre that name none."""

    centre: str
    number: str


class Population(Value):
    """From how many a sample was drawn, and how many matters were left out for which reason.

    `matters` can be called about and are what is drawn from, at `centres` and `windows`. Each matter left out is
    counted under the first reason that is true of it.
    """

    matters: int
    centres: int
    windows: int
    anonymous: int
    without_number: int
    with_case: int


class Sample(Value):
    """The sample of a place and a period; there is one. `drawn_by` is empty when the calendar or a command did it.

    `people`, `windows` and `centres` are how many it has; fewer than the plan when there were no more.
    """

    number: str
    jurisdiction: str
    period: FigurePeriod
    seed: str
    plan: DrawPlan
    population: Population
    people: int
    windows: int
    centres: int
    drawn_at: AwareDatetime
    drawn_by: str


class SampledPerson(Value):
    """Somebody to call: the matter, where it was handled, and what came of the calls so far.

    For a matter that nobody has rated `assess_number` is 0, and `assessed_at` when it was done.

    `unit` is the unit's id, or the department's code where the unit directory does not know it. `level` and `said` are
    the answer; `case_no` is the case that it became.
    """

    sample: str
    number: int
    project_no: str
    assess_number: int
    assessed_at: AwareDatetime
    centre: str
    centre_name: str
    window: str
    unit: str
    task_code: str
    task_name: str
    state: SampleState
    attempts: int
    level: int | None
    said: str
    case_no: str
    called_at: AwareDatetime | None
    called_by: str

    @property
    def reference(self) -> str:
        """Under what looks at this person's number are written down: xintai-2026-10/17."""
        return f"{self.sample}/{self.number}"

    @property
    def place(self) -> Window:
        """The window."""
        return Window(self.centre, self.window)


class SampleAnswer(Value):
    """How one call went, as it is to be recorded; `level` (1 to 5, 5 best) and `said` only of somebody reached."""

    result: CallbackResult
    level: int | None = Field(default=None, ge=1, le=5)
    said: str = ""


class SampleCall(SampleAnswer):
    """One call, kept for ever."""

    at: AwareDatetime
    by: str
    case_no: str = ""


class SampleResult(NamedTuple):
    """What a sample, or a part of it, has given so far. Satisfied are those who answered with a good level."""

    people: int
    to_call: int
    unreached: int
    refused: int
    reached: int
    satisfied: int
    dissatisfied: int

    @property
    def rate(self) -> Fraction | None:
        """Satisfied among those reached; None when nobody was."""
        return Fraction(self.satisfied, self.reached) if self.reached else None


def sample_number(jurisdiction: str, period: FigurePeriod) -> str:
    """The number of the sample of a place and a period: xintai-2026-10, taian-2026-Q3, or with both days."""
    first = period.first
    codes = {1: f"{first:%Y-%m}", 3: f"{first.year}-Q{(first.month + 2) // 3}", 12: f"{first.year}"}
    return f"{jurisdiction}-{codes.get(period.months, f'{first:%Y%m%d}-{period.last:%Y%m%d}')}"
