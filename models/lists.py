"""How lists are narrowed down, where a page of them begins, and the numbers of the overview.

Values only. The place of a row in a list is a text that is handed back as it was given (`after`); a page after it costs
the same wherever it lies.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from models.actors import Actor
from models.base import Value
from models.case import Stage
from models.errors import BadInput
from models.kinds import CaseClass, CaseSource
from models.views import CaseView

PAGE = 50
"""Rows of one page of a list."""

COUNTED = 1000
"""Up to where rows are counted; beyond, a list says 1000+."""


class Order(StrEnum):
    """In which order cases are read."""

    NEWEST = "newest"
    NEXT_DUE = "due"

    @property
    def label(self) -> str:
        """The order in Chinese."""
        return {Order.NEWEST: "最近转办在前", Order.NEXT_DUE: "先到期在前"}[self]


class CaseFilter(Value):
    """Which cases a list shows; what is None or empty does not narrow it.

    `unit` is the handling unit; `seen_by` one whose people look: the cases that it handles or helps with. With
    `soon_until` only running cases whose next limit is not over and ends by then. `month` is the first day of the month
    of the dispatch, on Shanghai's clock.
    """

    jurisdiction: str | None = None
    unit: str | None = None
    seen_by: str | None = None
    case_class: CaseClass | None = None
    stage: Stage | None = None
    source: CaseSource | None = None
    channel: str | None = None
    month: date | None = None
    open_only: bool = False
    overdue: bool = False
    soon_until: AwareDatetime | None = None
    text: str = ""
    order: Order = Order.NEWEST

    @property
    def reads_open_only(self) -> bool:
        """Whether only running cases can be among them."""
        return self.open_only or self.overdue or self.soon_until is not None or self.order is Order.NEXT_DUE


class CasePage(NamedTuple):
    """One page of cases, and from where the next one goes on; empty when there is none."""

    cases: Sequence[CaseView]
    next: str


class Count(NamedTuple):
    """How many; `is_more` when counting stopped there."""

    number: int
    is_more: bool

    def __str__(self) -> str:
        return f"{self.number}+" if self.is_more else str(self.number)


class Standing(NamedTuple):
    """How many open cases of one unit, class and stage there are, and whether they are overdue."""

    unit: str
    case_class: CaseClass
    stage: Stage
    overdue: bool
    cases: int


class MonthOfUnit(NamedTuple):
    """Remediation limits (整改时限) of one unit that ended in one month, and how many of them were met in time."""

    unit: str
    month: date
    due: int
    met: int


class DayLoad(NamedTuple):
    """How many running limits end on one day."""

    day: date
    limits: int


class LedgerLine(NamedTuple):
    """One case with what the ledger has of its callbacks and its remediation, for the table that is taken away."""

    case: CaseView
    callbacks: Sequence[str]
    remediation: str
    appeal: str


class SavedFilter(Value):
    """A filter of the ledger that somebody gave a name; `query` is the part of the address after the question mark."""

    name: str
    query: str
    saved_at: AwareDatetime


def sees_all(actor: Actor) -> bool:
    """Whether somebody's lists go beyond the own unit."""
    return not actor.role.is_of_unit


def place(*parts: object) -> str:
    """The place of a row in a list as a text for addresses."""
    return base64.urlsafe_b64encode(json.dumps([str(part) for part in parts]).encode()).decode().rstrip("=")


def read_place(text: str, parts: int) -> list[str]:
    """What `place` was given. Raises BadInput for a text that `place` did not make."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, list) or len(found) != parts or not all(isinstance(each, str) for each in found):
        raise BadInput("翻页的位置无法识别，请从第一页重新打开。")
    return found


def instant_of(text: str) -> datetime:
    """The moment within a place. Raises BadInput."""
    try:
        moment: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput("翻页的位置无法识别，请从第一页重新打开。")
    return moment
