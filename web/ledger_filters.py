"""The filters of the ledger in the address: read into a value, said in words, written back.

Decides which filters there are and what a wrong one is told. Which rows they mean is the read model's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from calendars import WorkingCalendar
from models.case import Stage
from models.due import SHANGHAI, in_shanghai
from models.errors import BadInput
from models.kinds import CaseClass, CaseSource
from models.lists import CaseFilter, Order
from models.ratings import ReviewChannel
from policy.dispatch import channel_of

KEYS = ("q", "jurisdiction", "unit", "class", "stage", "source", "channel", "month", "show", "order")
"""Every filter, in the order of the form."""

SOON_DAYS = (1, 2, 3, 5)
"""Choices of 'runs out within so many working days'; today counts as the first."""

CHANNELS = {each.value: each.label for each in ReviewChannel} | {
    channel_of(each): each.label for each in CaseSource if each is not CaseSource.RATING
}

_LONGEST = 100
_DAY = timedelta(days=1)
_Kind = TypeVar("_Kind", bound=StrEnum)


class Show(StrEnum):
    """Which cases by how they stand."""

    OPEN = "open"
    OVERDUE = "overdue"
    ESCALATED = "escalated"

    @property
    def label(self) -> str:
        """The choice in Chinese."""
        return {Show.OPEN: "在办", Show.OVERDUE: "已逾期", Show.ESCALATED: "待监督处理"}[self]


def shows() -> dict[str, str]:
    """Every choice of how cases stand."""
    soon = {f"soon{days}": "今天到期" if days == 1 else f"{days} 个工作日内到期" for days in SOON_DAYS}
    return {each.value: each.label for each in Show} | soon


@dataclass(frozen=True)
class Narrowing:
    """A filter as it stands in the address, and what it means."""

    given: Mapping[str, str]
    chosen: CaseFilter

    @property
    def query(self) -> str:
        """The address's part without the place."""
        return urlencode({key: self.given[key] for key in KEYS if self.given.get(key)})

    def with_place(self, place: str) -> str:
        """The address's part of the page that begins there."""
        return urlencode({key: self.given[key] for key in KEYS if self.given.get(key)} | {"after": place})


def read_filters(
    query: Mapping[str, str], seen_by: str | None, now: datetime, calendar: Callable[[], WorkingCalendar]
) -> Narrowing:
    """What the address asks for; `calendar` is asked where working days count. Raises BadInput for a wrong choice."""
    given = {key: query.get(key, "").strip()[:_LONGEST] for key in KEYS}
    show = given["show"]
    if show and show not in shows():
        raise BadInput(f"筛选条件“{show}”无法识别，请从页面上重新选择。")
    stage = _choice(Stage, given["stage"])
    if show == Show.ESCALATED:
        if stage not in (None, Stage.ESCALATED):
            raise BadInput(f"“{Show.ESCALATED.label}”和阶段“{stage.label}”不能同时选择，请去掉其中一个。")
        stage = Stage.ESCALATED
    chosen = CaseFilter(
        jurisdiction=given["jurisdiction"] or None,
        unit=given["unit"] or None,
        seen_by=seen_by,
        case_class=_choice(CaseClass, given["class"]),
        stage=stage,
        source=_choice(CaseSource, given["source"]),
        channel=given["channel"] or None,
        month=_month(given["month"]),
        open_only=show in (Show.OPEN, Show.ESCALATED),
        overdue=show == Show.OVERDUE,
        soon_until=working_days_from(now, int(show.removeprefix("soon")), calendar()) if "soon" in show else None,
        text=given["q"],
        order=_choice(Order, given["order"]) or Order.NEWEST,
    )
    return Narrowing(given, chosen)


def working_days_from(now: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """The end of the last of so many working days; the first is today, or the next working day when today is none."""
    day, left = in_shanghai(now).date(), days
    while left > (1 if calendar.is_working_day(day) else 0):
        left -= calendar.is_working_day(day)
        day += _DAY
    while not calendar.is_working_day(day):
        day += _DAY
    return datetime.combine(day + _DAY, time(), SHANGHAI)


def _choice(kind: type[_Kind], text: str) -> _Kind | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise BadInput(f"筛选条件“{text}”无法识别，请从页面上重新选择。") from None


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        raise BadInput(f"月份“{text}”无法识别，应写成“2026-03”。") from None
