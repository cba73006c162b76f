"""Circulars of a period (通报): drawn up by the calendar or here by hand, kept under their numbers, taken as files.

Decides that whoever draws one up by hand does so for the own office. What a circular says decides `casework.circulars`;
to whom it goes decide people, so there is nothing here that sends one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.analysis import read_number
from casework.circulars import CircularPorts, docx_of, drawn_up, file_name
from casework.names import Names
from casework.periods import last_quarter, period_code, period_text, read_period
from casework.text import instant
from models.circulars import KeptCircular
from models.errors import BadInput, UnknownCase
from web.access import Here, Who, allowed
from web.downloads import download
from web.forms import Form, text_of
from web.pages import render
from web.ports import Desk
from web.routes.analyses import READERS, PlaceChoice

router = APIRouter()

_LONGEST = 40


@dataclass(frozen=True)
class CircularRow:
    """One circular; `path` is the address of its files without the ending."""

    number: str
    period: str
    as_of: str
    by: str
    path: str


@dataclass(frozen=True)
class CircularsPage:
    """The form and what was drawn up."""

    place: str
    period: str
    places: tuple[PlaceChoice, ...]
    rows: tuple[CircularRow, ...]
    has_pdf: bool
    refusal: str = ""
    title: str = "通报"


@router.get("/circulars", dependencies=[allowed(*READERS)])
def circulars(request: Request, desk: Here) -> Response:
    """The circulars of a place."""
    return _page(request, desk, request.query_params)


@router.post("/circulars", dependencies=[allowed(*READERS)])
def draw_up(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Draw up the circular of a period as of now; where there is one, it is that one."""
    given = {key: text_of(form, key)[:_LONGEST] for key in ("place", "period")}
    ports = CircularPorts(desk.figures, desk.analyses, desk.scores, desk.circulars, desk.front.people)
    try:
        file = desk.shelf.file(given["place"])
        period = read_period(given["period"])
        office = desk.front.people.unit(who.unit).name
        made = drawn_up(ports, file, period, desk.front.now(), who.user, office)
    except BadInput as error:
        return _page(request, desk, given, str(error))
    if made is None:
        return _page(request, desk, given, f"{period_text(period)}没有评价，不作通报；请核对期间和地区。")
    return RedirectResponse(f"/circulars?{urlencode({'place': given['place']})}", status_code=303)


@router.get("/circulars/{jurisdiction}/{number}.docx", dependencies=[allowed(*READERS)])
def as_docx(desk: Here, jurisdiction: str, number: str) -> Response:
    """A circular as DOCX."""
    made = _meant(desk, jurisdiction, number)
    return download(docx_of(desk.documents, made), file_name(made), "docx", "circular")


@router.get("/circulars/{jurisdiction}/{number}.pdf", dependencies=[allowed(*READERS)])
def as_pdf(desk: Here, jurisdiction: str, number: str) -> Response:
    """The same, as PDF."""
    made = _meant(desk, jurisdiction, number)
    return download(desk.documents.pdf(docx_of(desk.documents, made)), file_name(made), "pdf", "circular")


def _page(request: Request, desk: Desk, given: Mapping[str, str], refusal: str = "") -> Response:
    ids = desk.shelf.ids()
    place = given.get("place") or (ids[0] if ids else "")
    if place not in ids:
        refusal, place = refusal or f"没有名为“{place[:_LONGEST]}”的地区，请从页面上重新选择。", ids[0] if ids else ""
    names = Names(desk.front.people)
    page = CircularsPage(
        place=place,
        period=given.get("period") or period_code(last_quarter(desk.front.now())),
        places=tuple(PlaceChoice(each, desk.shelf.file(each).policy.name) for each in ids),
        rows=tuple(_row(each, names) for each in desk.circulars.kept(place)),
        has_pdf=desk.documents.has_pdf,
        refusal=refusal,
    )
    return render(request, "circulars.html", page, 422 if refusal else 200)


def _row(made: KeptCircular, names: Names) -> CircularRow:
    this = made.circular
    return CircularRow(
        number=made.number,
        period=period_text(this.period),
        as_of=instant(this.as_of),
        by="系统" if made.made_by is None else names.user(made.made_by),
        path=f"/circulars/{this.jurisdiction}/{made.code}",
    )


def _meant(desk: Desk, jurisdiction: str, number: str) -> KeptCircular:
    found = read_number(number)
    made = desk.circulars.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise UnknownCase("没有这份通报，请从“通报”页面打开。")
    return made
