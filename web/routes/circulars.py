"""Circulars of a period (通报): drawn up by the calendar or here by hand, kept under their numbers, taken as files.

Decides that whoever draws one up by hand does so for the own office. What a circular says decides `casework.circulars`;
to whom it goes decide people, so there is nothing here that sends one.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.circulars import CircularPorts, docx_of, drawn_up, file_name
from casework.names import Names
from casework.periods import period_text, read_period
from models.circulars import KeptCircular
from models.documents import read_number
from models.errors import BadInput, UnknownCase
from web.access import Here, Who, allowed
from web.downloads import download
from web.forms import Form
from web.papers import PaperRow, paper_row, show_papers, typed
from web.ports import Desk
from web.routes.analyses import READERS

router = APIRouter()


@router.get("/circulars", dependencies=[allowed(*READERS)])
def circulars(request: Request, desk: Here) -> Response:
    """The circulars of a place."""
    return _page(request, desk, request.query_params)


@router.post("/circulars", dependencies=[allowed(*READERS)])
def draw_up(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Draw up the circular of a period as of now; where there is one, it is that one."""
    given = typed(form)
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
    def rows(place: str, names: Names) -> tuple[PaperRow, ...]:
        return tuple(_row(each, names) for each in desk.circulars.kept(place))

    return show_papers(request, desk, "通报", "circulars.html", rows, given, refusal)


def _row(made: KeptCircular, names: Names) -> PaperRow:
    this = made.circular
    return paper_row(this, made.number, made.made_by, f"/circulars/{this.jurisdiction}/{made.code}", names)


def _meant(desk: Desk, jurisdiction: str, number: str) -> KeptCircular:
    found = read_number(number)
    made = desk.circulars.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise UnknownCase("没有这份通报，请从“通报”页面打开。")
    return made
