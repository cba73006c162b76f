"""The ledger (台账): cases narrowed down by the address, page by page, taken away as XLSX; filters kept by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.text import countdown, end_of, instant
from models.actors import Actor, Role
from models.case import Stage
from models.due import in_shanghai
from models.errors import BadInput
from models.kinds import CaseClass, CaseSource, Priority
from models.lists import Order, SavedFilter, sees_all
from models.views import CaseView
from web.access import Here, Who, allowed
from web.books import MOST_ROWS, file_of
from web.forms import Form, text_of
from web.ledger_book import write_book
from web.ledger_filters import CHANNELS, Narrowing, read_filters, shows
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

READERS = (Role.OFFICER, Role.HEAD, Role.HOTLINE, Role.SUPERVISOR)
in_menu("台账", "/ledger", *READERS)

_LONGEST_NAME = 40


@dataclass(frozen=True)
class Choice:
    """One entry of a select list."""

    value: str
    label: str


@dataclass(frozen=True)
class Select:
    """One select list of the filter form."""

    name: str
    label: str
    chosen: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class CaseRow:
    """One case of the table. `urgency` is `calm`, `over` or empty; `left` the words beside the colour."""

    case: CaseView
    stage: str
    marks: tuple[tuple[str, str], ...]
    dispatched: str
    until: str
    left: str
    urgency: str


@dataclass(frozen=True)
class LedgerPage:
    """One page of the ledger."""

    given: Mapping[str, str]
    selects: tuple[Select, ...]
    rows: tuple[CaseRow, ...]
    count: str
    is_cut: bool
    query: str
    first: str
    older: str
    saved: tuple[SavedFilter, ...]
    scope: str
    title: str = "台账"


@router.get("/ledger", dependencies=[allowed(*READERS)])
def ledger(request: Request, desk: Here, who: Who) -> Response:
    """The list; every filter stands in the address."""
    now = desk.front.now()
    narrowing = _narrowing(desk, who, request.query_params, now)
    after = request.query_params.get("after", "")
    page = desk.lists.page(narrowing.chosen, now, after)
    count = desk.lists.count(narrowing.chosen, now)
    shown = LedgerPage(
        given=narrowing.given,
        selects=tuple(_selects(desk, who, narrowing.given)),
        rows=tuple(_row(case, now) for case in page.cases),
        count=str(count),
        is_cut=count.is_more,
        query=narrowing.query,
        first=f"/ledger?{narrowing.query}" if after else "",
        older=f"/ledger?{narrowing.with_place(page.next)}" if page.next else "",
        saved=tuple(desk.filters.of(who.user)),
        scope="" if sees_all(who) else desk.front.people.unit(who.unit).name,
    )
    return render(request, "ledger.html", shown)


@router.get("/ledger.xlsx", dependencies=[allowed(*READERS)])
def ledger_book(request: Request, desk: Here, who: Who) -> Response:
    """The same list as a file, at most `MOST_ROWS` cases."""
    now = desk.front.now()
    narrowing = _narrowing(desk, who, request.query_params, now)
    note = f"差评整改台账，{instant(now)} 由 {desk.front.people.user(who.user).name} 导出"
    lines = desk.lists.lines(narrowing.chosen, now, MOST_ROWS + 1)
    return file_of(f"差评整改台账{in_shanghai(now):%Y%m%d}", "ledger", lambda book: write_book(lines, book, note))


@router.post("/ledger/filters", dependencies=[allowed(*READERS)])
def save_filter(desk: Here, who: Who, form: Form) -> Response:
    """Keep the filter that is shown under a name."""
    name, query = text_of(form, "name"), text_of(form, "query")
    if not name or len(name) > _LONGEST_NAME:
        raise BadInput(f"请为筛选条件起一个名称，最多 {_LONGEST_NAME} 个字。")
    narrowing = _narrowing(desk, who, dict(parse_qsl(query)), desk.front.now())
    desk.filters.save(who.user, name, narrowing.query, desk.front.now())
    return RedirectResponse(f"/ledger?{narrowing.query}", status_code=303)


@router.post("/ledger/filters/delete", dependencies=[allowed(*READERS)])
def delete_filter(desk: Here, who: Who, form: Form) -> Response:
    """Forget one of the own filters."""
    desk.filters.delete(who.user, text_of(form, "name"))
    return RedirectResponse("/ledger", status_code=303)


def _narrowing(desk: Desk, who: Actor, query: Mapping[str, str], now: datetime) -> Narrowing:
    place = query.get("jurisdiction") or None
    if place is not None and place not in desk.shelf.ids():
        raise BadInput(f"没有名为“{place}”的地区，请从页面上重新选择。")
    seen_by = None if sees_all(who) else who.unit
    return read_filters(query, seen_by, now, lambda: desk.calendars.load_calendar(place))


def _row(case: CaseView, now: datetime) -> CaseRow:
    urgency = "" if case.deadline is None else "over" if case.deadline <= now else "calm"
    marks = (
        (case.priority.label, "soon") if case.priority is not Priority.NORMAL else None,
        ("逾期", "over") if case.overdue and case.ending is None else None,
        ("暂停计时", "") if case.paused else None,
        (case.source.label, "") if case.source is not CaseSource.RATING else None,
    )
    return CaseRow(
        case=case,
        stage=case.ending.label if case.ending else case.stage.label,
        marks=tuple(mark for mark in marks if mark),
        dispatched=instant(case.dispatched_at),
        until=end_of(case.deadline) if case.deadline else "",
        left=countdown(case.deadline, now) if case.deadline else "",
        urgency=urgency,
    )


def _selects(desk: Desk, who: Actor, given: Mapping[str, str]) -> Iterator[Select]:
    units = {unit.id: unit.name for unit in desk.front.people.units() if unit.kind == "handling"}
    places = {each: desk.shelf.file(each).policy.name for each in desk.shelf.ids()}
    choices: list[tuple[str, str, str, dict[str, str]]] = [
        ("show", "情况", "全部", shows()),
        *(
            [("unit", "承办单位", "全部单位", units), ("jurisdiction", "地区", "全部地区", places)]
            if sees_all(who)
            else []
        ),
        ("class", "类别", "全部类别", {each.value: each.label for each in CaseClass}),
        ("stage", "阶段", "全部阶段", {each.value: each.label for each in Stage}),
        ("source", "来源", "全部来源", {each.value: each.label for each in CaseSource}),
        ("channel", "渠道", "全部渠道", CHANNELS),
        ("order", "排序", "", {each.value: each.label for each in Order}),
    ]
    for name, label, everything, named in choices:
        entries = [Choice("", everything)] if everything else []
        entries += [Choice(value, said) for value, said in named.items()]
        yield Select(name, label, given.get(name, ""), tuple(entries))
