"""省平台推送: how the push to the provincial platform stands, what waits for a person, 对账 of one day, pushing again.

Decides what is shown. Why the platform did not take a record it has said itself; nothing of the evaluator is shown.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.pushes import (
    OFF,
    counted,
    difference_row,
    numbers,
    read_day,
    state_text,
    summary,
    to_send_again,
)
from casework.text import instant
from models.actors import Role
from models.errors import BadInput, EngineUnavailable
from models.pushes import PushRow, PushStanding, Reconciliation, RecordKind, read_push_key
from web.access import Here, Who, allowed
from web.books import file_of, write_table
from web.forms import Form, text_of, texts_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

OVERSEERS = (Role.SUPERVISOR, Role.ADMIN)
in_menu("省平台推送", "/push", *OVERSEERS)

_SHOWN_DIFFERENCES = 200
_MOST_DIGITS = 9
_COLUMNS = (("记录编号", 44), ("情况", 26), ("本系统内容摘要", 68), ("省平台内容摘要", 68), ("怎么办", 50))

log = logging.getLogger("haochaping.desk")


@dataclass(frozen=True)
class StuckRow:
    """A record that waits for a person. `case` leads to its case, empty for a rating that brought none."""

    key: str
    kind: str
    number: str
    case: str
    day: str
    standing: str
    why: str


@dataclass(frozen=True)
class DayRow:
    """The records of one day of evaluation and one kind."""

    day: str
    kind: str
    said: str


@dataclass(frozen=True)
class PushPage:
    """How pushing stands, and one page of what waits for a person. `queued` says how many were just queued again."""

    standing: PushStanding
    off: str
    days: tuple[DayRow, ...]
    rows: tuple[StuckRow, ...]
    first: str
    older: str
    queued: str
    title: str = "省平台推送"


@dataclass(frozen=True)
class DayPage:
    """What a comparison of one day found; `refusal` says why there is none."""

    given: str
    refusal: str = ""
    day: str = ""
    said: str = ""
    is_alike: bool = False
    numbers: tuple[tuple[str, str], ...] = ()
    differences: tuple[tuple[str, str, str, str, str], ...] = ()
    more: int = 0
    can_resend: int = 0
    title: str = "与省平台对账"


@router.get("/push", dependencies=[allowed(*OVERSEERS)])
def push_page(request: Request, desk: Here) -> Response:
    """How pushing stands."""
    after = request.query_params.get("after", "")
    standing = desk.pushes.standing(desk.front.now())
    stuck = desk.pushes.stuck(after)
    queued = request.query_params.get("queued", "")
    page = PushPage(
        standing=standing,
        off="" if standing.is_on else OFF,
        days=tuple(DayRow(f"{each.day}", each.kind.label, counted(each.counts)) for each in standing.days),
        rows=tuple(map(_row, stuck.rows)),
        first="/push" if after else "",
        older=f"/push?{urlencode({'after': stuck.next})}" if stuck.next else "",
        queued=queued if queued.isascii() and queued.isdigit() and len(queued) <= _MOST_DIGITS else "",
    )
    return render(request, "push.html", page)


@router.get("/push/day", dependencies=[allowed(*OVERSEERS)])
def day_page(request: Request, desk: Here) -> Response:
    """The comparison of one day, made now; without a day, back to the overview."""
    given = request.query_params.get("day", "").strip()
    if not given:
        return RedirectResponse("/push", status_code=303)
    try:
        found = desk.pushes.reconcile(read_day(given))
    except BadInput as refusal:
        return render(request, "push_day.html", DayPage(given, str(refusal)), 422)
    except EngineUnavailable as refusal:
        return render(request, "push_day.html", DayPage(given, str(refusal)), 503)
    page = DayPage(
        given=given,
        day=found.day.isoformat(),
        said=summary(found),
        is_alike=not found.differences,
        numbers=tuple((name, f"{number:,}") for name, number in numbers(found)),
        differences=tuple(map(difference_row, found.differences[:_SHOWN_DIFFERENCES])),
        more=max(0, len(found.differences) - _SHOWN_DIFFERENCES),
        can_resend=len(to_send_again(found)),
    )
    return render(request, "push_day.html", page)


@router.get("/push/day.xlsx", dependencies=[allowed(*OVERSEERS)])
def day_book(request: Request, desk: Here, who: Who) -> Response:
    """The differences of one day as a file."""
    found = desk.pushes.reconcile(read_day(request.query_params.get("day", "")))
    now = desk.front.now()
    name = f"省平台对账{found.day:%Y%m%d}"
    note = f"{found.day} 的评价，{summary(found)}{instant(now)} 由 {desk.front.people.user(who.user).name} 导出"

    def write(target: IO[bytes]) -> None:
        rest = "只导出前 {most} 处，还有更多；请先重新推送，再对账。"
        write_table("对账", _COLUMNS, _book_rows(found), target, note, rest)

    return file_of(name, "reconciliation", write)


@router.post("/push/resend", dependencies=[allowed(*OVERSEERS)])
def resend(desk: Here, who: Who, form: Form) -> Response:
    """Push again: chosen records, all that wait for a person, or what a comparison found lacking."""
    queued = _queue_again(desk, text_of(form, "what"), text_of(form, "day"), texts_of(form, "record"))
    log.info("records pushed again by %s: %s", who.user, queued)
    return RedirectResponse(f"/push?queued={queued}", status_code=303)


def _queue_again(desk: Desk, what: str, day: str, chosen: list[str]) -> int:
    now = desk.front.now()
    match what:
        case "stuck":
            return desk.pushes.resend_stuck(now)
        case "day":
            return len(desk.pushes.resend(to_send_again(desk.pushes.reconcile(read_day(day))), now))
        case _:
            return len(desk.pushes.resend([read_push_key(key) for key in chosen], now))


def _book_rows(found: Reconciliation) -> Iterator[tuple[str, ...]]:
    return (difference_row(each) for each in found.differences)


def _row(row: PushRow) -> StuckRow:
    return StuckRow(
        key=row.key,
        kind=row.kind.label,
        number=row.number,
        case=f"/cases/{row.number}" if row.kind is RecordKind.CASE else "",
        day=row.day.isoformat(),
        standing=state_text(row),
        why=row.reason,
    )
