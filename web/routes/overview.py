"""The overview of the supervisors and of the heads of units: what is open, what runs out, what is late, and charts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.actors import Actor, Role
from models.case import Stage
from models.due import SHANGHAI, in_shanghai, weekday_name
from models.kinds import CaseClass
from models.lists import DayLoad, MonthOfUnit, Standing, sees_all
from web.access import Here, Who, allowed
from web.charts import bars, level_bars, rates
from web.ledger_filters import working_days_from
from web.pages import in_menu, render
from web.ports import Desk
from web.routes.points import own_points

router = APIRouter()

READERS = (Role.SUPERVISOR, Role.HEAD, Role.HOTLINE)
in_menu("总览", "/overview", *READERS)

MONTHS = 6
"""Months of the on-time rate, this one included."""

DAYS = 14
"""Calendar days of the load ahead, today included."""

_LINES = 8
"""Units that the chart of the rate has a line for; the table has all."""

_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Tile:
    """One number, where it leads, and whether it deserves a look."""

    label: str
    number: int
    path: str
    tone: str = ""


@dataclass(frozen=True)
class CountRow:
    """Open cases of one unit or class."""

    label: str
    query: str
    open: int
    overdue: int
    escalated: int


@dataclass(frozen=True)
class RateRow:
    """The on-time rate of one unit, month by month: 87.5%（7/8）, or — where nothing was due."""

    unit_name: str
    rates: tuple[str, ...]


@dataclass(frozen=True)
class OverviewPage:
    """The numbers of all units, or of the own one."""

    scope: str
    tiles: tuple[Tile, ...]
    by_unit: tuple[CountRow, ...]
    by_class: tuple[CountRow, ...]
    by_stage: tuple[tuple[str, int], ...]
    months: tuple[str, ...]
    rates: tuple[RateRow, ...]
    load: tuple[tuple[str, int], ...]
    has_points: bool
    """Whether the own unit has monthly points."""
    title: str = "总览"


@router.get("/overview", dependencies=[allowed(*READERS)])
def overview(request: Request, desk: Here, who: Who) -> Response:
    """Tiles, tables and charts."""
    now, unit = desk.front.now(), _unit_of(who)
    standing = desk.numbers.standing(unit)
    page = OverviewPage(
        scope=desk.front.people.unit(unit).name if unit else "全部单位",
        tiles=tuple(_tiles(desk, who, standing, now)),
        by_unit=tuple(_by_unit(desk, standing)),
        by_class=tuple(_by_class(standing)),
        by_stage=tuple((stage.label, number) for stage, number in _by_stage(standing).items()),
        months=tuple(_month_text(month) for month in months_until(now)),
        rates=tuple(_rate_rows(desk, desk.numbers.on_time(unit, _since(now), now), now)),
        load=tuple((_day_text(each.day), each.limits) for each in _load(desk, unit, now)),
        has_points=bool(own_points(desk, who)),
    )
    return render(request, "overview.html", page)


@router.get("/charts/stages.svg", dependencies=[allowed(*READERS)])
def stages_chart(desk: Here, who: Who) -> Response:
    """Open cases by stage."""
    found = _by_stage(desk.numbers.standing(_unit_of(who)))
    return _svg(level_bars({stage.label: number for stage, number in found.items()}, "在办案件"))


@router.get("/charts/on-time.svg", dependencies=[allowed(*READERS)])
def on_time_chart(desk: Here, who: Who) -> Response:
    """The on-time rate of the units with the most limits, over the months."""
    now = desk.front.now()
    months = months_until(now)
    found = desk.numbers.on_time(_unit_of(who), _since(now), now)
    busiest = Counter[str]()
    for each in found:
        busiest[each.unit] += each.due
    by_place = {(each.unit, each.month): each for each in found}
    lines = {
        desk.front.people.unit(unit).name: [_share(by_place.get((unit, month))) for month in months]
        for unit, _ in busiest.most_common(_LINES)
    }
    return _svg(rates([_month_text(month) for month in months], lines))


@router.get("/charts/load.svg", dependencies=[allowed(*READERS)])
def load_chart(desk: Here, who: Who) -> Response:
    """Limits that end on each of the coming days."""
    found = _load(desk, _unit_of(who), desk.front.now())
    return _svg(bars({f"{each.day.month}-{each.day.day}": each.limits for each in found}, "到期的时限"))


def months_until(now: datetime) -> list[date]:
    """The first days of the last months, this one last."""
    this = in_shanghai(now).date().replace(day=1)
    number = this.year * 12 + this.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(number - MONTHS + 1, number + 1)]


def rate_text(due: int, met: int) -> str:
    """87.5%（7/8）, cut off and never rounded up, so that 100% means all; — where nothing was due."""
    return f"{met * 1000 // due / 10:.1f}%（{met:,}/{due:,}）" if due else "—"


def _unit_of(who: Actor) -> str | None:
    return None if sees_all(who) else who.unit


def _since(now: datetime) -> datetime:
    return datetime.combine(months_until(now)[0], time(), SHANGHAI)


def _tiles(desk: Desk, who: Actor, standing: Sequence[Standing], now: datetime) -> list[Tile]:
    calendar = desk.calendars.load_calendar(None)
    today = in_shanghai(now).date()
    end = working_days_from(now, 1, calendar)
    soon = desk.numbers.runs_out_before(_unit_of(who), now, end)
    late = sum(each.cases for each in standing if each.overdue)
    escalated = sum(each.cases for each in standing if each.stage is Stage.ESCALATED)
    return [
        Tile("在办", sum(each.cases for each in standing), "/ledger?show=open"),
        Tile(
            "今天到期" if calendar.is_working_day(today) else "下个工作日前到期",
            soon,
            "/ledger?show=soon1&order=due",
            "soon" if soon else "",
        ),
        Tile("已逾期", late, "/ledger?show=overdue&order=due", "over" if late else ""),
        Tile("待监督处理", escalated, "/ledger?show=escalated", "soon" if escalated else ""),
        Tile("等我办理", desk.numbers.open_tasks(who), "/tasks"),
    ]


def _by_unit(desk: Desk, standing: Sequence[Standing]) -> list[CountRow]:
    units = dict.fromkeys(each.unit for each in standing)
    rows = [
        _count_row(desk.front.people.unit(unit).name, {"unit": unit}, [each for each in standing if each.unit == unit])
        for unit in units
    ]
    return sorted(rows, key=lambda row: (-row.overdue, -row.open, row.label))


def _by_class(standing: Sequence[Standing]) -> list[CountRow]:
    found = {kind: [each for each in standing if each.case_class is kind] for kind in CaseClass}
    return [_count_row(kind.label, {"class": kind.value}, some) for kind, some in found.items() if some]


def _count_row(label: str, query: dict[str, str], standing: Sequence[Standing]) -> CountRow:
    return CountRow(
        label=label,
        query=urlencode(query),
        open=sum(each.cases for each in standing),
        overdue=sum(each.cases for each in standing if each.overdue),
        escalated=sum(each.cases for each in standing if each.stage is Stage.ESCALATED),
    )


def _by_stage(standing: Sequence[Standing]) -> dict[Stage, int]:
    counted = Counter[Stage]()
    for each in standing:
        counted[each.stage] += each.cases
    return {stage: counted[stage] for stage in Stage if stage is not Stage.CLOSED}


def _rate_rows(desk: Desk, found: Sequence[MonthOfUnit], now: datetime) -> list[RateRow]:
    by_place = {(each.unit, each.month): each for each in found}
    units = {each.unit: desk.front.people.unit(each.unit).name for each in found}
    rows = []
    for unit, name in sorted(units.items()):
        months = [by_place.get((unit, month)) for month in months_until(now)]
        rows.append(RateRow(name, tuple(rate_text(each.due, each.met) if each else "—" for each in months)))
    return rows


def _share(found: MonthOfUnit | None) -> float | None:
    return None if found is None or not found.due else found.met * 1000 // found.due / 10


def _load(desk: Desk, unit: str | None, now: datetime) -> list[DayLoad]:
    """The working days ahead, and the days without work on which a limit ends all the same."""
    calendar = desk.calendars.load_calendar(None)
    begin = datetime.combine(in_shanghai(now).date(), time(), SHANGHAI)
    return [each for each in desk.numbers.load(unit, begin, DAYS) if each.limits or calendar.is_working_day(each.day)]


def _month_text(month: date) -> str:
    return f"{month.year}年{month.month}月"


def _day_text(day: date) -> str:
    return f"{day.month}月{day.day}日（{weekday_name(day)}）"


def _svg(drawn: bytes) -> Response:
    return Response(drawn, media_type="image/svg+xml", headers={"content-security-policy": _SVG_POLICY})
