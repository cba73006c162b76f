"""The public page: what a place publishes of its ratings, month by month, and the same as open data.

Decides what stands on it: the fields of the place's policy (`publish_fields`) and no others. The numbers are counted
and hidden elsewhere (`policy.publishing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.errors import BadInput
from models.outside import FigureRow, PublicMonth, PublicNumber
from models.surroundings import PublishField
from policy.publishing import (
    CONTENT,
    CONTENT_RATE,
    MEASURES,
    PUT_RIGHT,
    SMALL,
    cell_of,
    measures,
    numbers_of,
    published,
)
from web.access import Here, anyone
from web.open_data import DataForm, open_data
from web.pages import render
from web.ports import Desk
from web.throttle import throttled

router = APIRouter()

_throttle = throttled(per_minute=60, burst=60)
MOST_MONTHS = 36
"""In one file."""


@dataclass(frozen=True)
class Table:
    """One table: a row for each group, a cell for each measure; None is a number that is hidden."""

    title: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | str | None, ...]], ...]


@dataclass(frozen=True)
class Choice:
    """One choice of a select list."""

    value: str
    label: str


@dataclass(frozen=True)
class PublicPage:
    """A month of a place; without a month there is none that is public, `why` says why."""

    places: tuple[Choice, ...]
    place: str
    months: tuple[str, ...]
    month: PublicMonth | None
    tables: tuple[Table, ...]
    why: str
    small: int = SMALL
    title: str = "政务服务“好差评”公开数据"


@router.get("/public", dependencies=[anyone(), _throttle])
def public_page(request: Request, desk: Here, place: str = "", month: str = "") -> Response:
    """For everybody."""
    places = desk.outside.figures.places(desk.shelf.ids())
    if place and place not in places:
        raise BadInput("没有这个地区的公开数据，请从页面上重新选择。")
    place = place or next((each for each in places if fields_of(desk, each)), places[0] if places else "")
    shown = fields_of(desk, place) if place else frozenset()
    months = desk.outside.figures.months(place) if shown else []
    chosen = desk.outside.figures.month(place, month or months[0]) if months else None
    page = PublicPage(
        places=tuple(Choice(each, name_of(desk, each)) for each in places),
        place=place,
        months=tuple(months),
        month=chosen,
        tables=tuple(_tables(chosen, shown)) if chosen is not None else (),
        why=_why(place, shown),
    )
    return render(request, "public.html", page)


@router.get("/public/data.{form}", dependencies=[anyone(), _throttle])
def public_data(request: Request, desk: Here, form: DataForm, place: str = "") -> Response:
    """The numbers of the months `from` to `to`, both named like 2026-02, as a file."""
    query = request.query_params
    first = query.get("from", "").strip()
    last = query.get("to", "").strip() or first
    months = public_range(desk, place, first, last)
    shown = fields_of(desk, place)
    numbers: list[PublicNumber] = []
    for month in months:
        numbers += numbers_of(desk.outside.figures.month(place, month), shown)
    note = f"{name_of(desk, place)}政务服务“好差评”公开数据，{months[0]} 至 {months[-1]}。{NOTE}"
    return open_data(form, numbers, place, name_of(desk, place), note)


NOTE = f"* 表示少于 {SMALL} 人，或者可以由此推算出少于 {SMALL} 人的数字，为保护评价人不公开。公开后不再改动。"


def fields_of(desk: Desk, place: str) -> frozenset[PublishField]:
    """What a place publishes, by its policy."""
    return published(desk.shelf.file(place).surroundings.publish_fields)


def name_of(desk: Desk, place: str) -> str:
    """What people call a place."""
    return desk.shelf.file(place).policy.name


def public_range(desk: Desk, place: str, first: str, last: str) -> list[str]:
    """The public months from one to another, the oldest first. Raises BadInput with what to correct."""
    if place not in desk.shelf.ids():
        raise BadInput("没有这个地区的公开数据，请从页面上重新选择。")
    if not fields_of(desk, place):
        raise BadInput(_why(place, frozenset()))
    months = [each for each in reversed(desk.outside.figures.months(place)) if first <= each <= last]
    if not months:
        raise BadInput(
            "这段时间没有已经公开的月份。请按“年-月”填写起止月份，如 2026-02，并从页面上核对哪些月份已经公开。"
        )
    if len(months) > MOST_MONTHS:
        raise BadInput(f"一次最多导出 {MOST_MONTHS} 个月，请分次导出。")
    return months


def _why(place: str, shown: frozenset[PublishField]) -> str:
    if not place:
        return "还没有收到评价，暂时没有可以公开的数据。"
    return (
        "每月的数据在次月 10 日以后公开，现在还没有已经公开的月份。"
        if shown
        else "本地文件没有规定公开内容，没有公开数据。"
    )


def _tables(month: PublicMonth, shown: frozenset[PublishField]) -> list[Table]:
    tables = []
    if columns := measures(shown):
        tables.append(_table("评价结果", "范围", [month.total], columns))
        if PublishField.DEPARTMENTS in shown:
            tables.append(_table("各单位收到的评价", "单位", month.units, columns))
        if PublishField.CHANNELS in shown:
            tables.append(_table("各渠道的评价", "渠道", month.channels, columns))
    if PublishField.REMEDIATION in shown:
        row = month.put_right
        cells = (row.total, row.good, cell_of(row, PublishField.GOOD_RATE))
        tables.append(Table("整改情况", "范围", (PUT_RIGHT, CONTENT, CONTENT_RATE), ((row.name, cells),)))
    if PublishField.HOT_TAGS in shown:
        rows = tuple((f"{tag.name}（{'好评' if tag.good else '差评'}）", (tag.count,)) for tag in month.tags)
        tables.append(Table("热门评价标签", "标签", ("次数",), rows))
    return tables


def _table(title: str, head: str, rows: Sequence[FigureRow], columns: Sequence[PublishField]) -> Table:
    return Table(
        title=title,
        head=head,
        columns=tuple(MEASURES[field] for field in columns),
        rows=tuple((row.name, tuple(cell_of(row, field) for field in columns)) for row in rows),
    )
