"""Analyses (分析报告) of a place: made for a month, a quarter or a year, kept under their numbers, taken away as files.

Decides nothing about what they say (`casework.analysis`).
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.analysis import AnalysisPorts, analyse, docx_of, file_name
from casework.names import Names
from casework.periods import read_period
from models.actors import Role
from models.analysis import KeptAnalysis
from models.documents import read_number
from models.errors import BadInput, UnknownCase
from web.access import Here, Who, allowed
from web.downloads import download
from web.forms import Form
from web.papers import PaperRow, paper_row, show_papers, typed
from web.ports import Desk

router = APIRouter()

READERS = (Role.SUPERVISOR,)


@router.get("/analyses", dependencies=[allowed(*READERS)])
def analyses(request: Request, desk: Here) -> Response:
    """The analyses of a place."""
    return _page(request, desk, request.query_params)


@router.post("/analyses", dependencies=[allowed(*READERS)])
def make(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Make the analysis of a period as of now; one that says the same as the last one is that one."""
    given = typed(form)
    try:
        file = desk.shelf.file(given["place"])
        period = read_period(given["period"])
        made = analyse(AnalysisPorts(desk.figures, desk.analyses, desk.front.people), file, period, desk.front.now())
    except BadInput as error:
        return _page(request, desk, given, str(error))
    desk.analyses.keep(made, who.user)
    return RedirectResponse(f"/analyses?{urlencode({'place': given['place']})}", status_code=303)


@router.get("/analyses/{jurisdiction}/{number}.docx", dependencies=[allowed(*READERS)])
def as_docx(desk: Here, jurisdiction: str, number: str) -> Response:
    """An analysis as DOCX."""
    made = _meant(desk, jurisdiction, number)
    return download(docx_of(desk.documents, made), file_name(made), "docx", "analysis")


@router.get("/analyses/{jurisdiction}/{number}.pdf", dependencies=[allowed(*READERS)])
def as_pdf(desk: Here, jurisdiction: str, number: str) -> Response:
    """The same, as PDF."""
    made = _meant(desk, jurisdiction, number)
    return download(desk.documents.pdf(docx_of(desk.documents, made)), file_name(made), "pdf", "analysis")


def _page(request: Request, desk: Desk, given: Mapping[str, str], refusal: str = "") -> Response:
    def rows(place: str, names: Names) -> tuple[PaperRow, ...]:
        return tuple(_row(each, names) for each in desk.analyses.kept(place))

    return show_papers(request, desk, "分析报告", "analyses.html", rows, given, refusal)


def _row(made: KeptAnalysis, names: Names) -> PaperRow:
    this = made.analysis
    return paper_row(this, f"差评分析{made.number}", made.made_by, f"/analyses/{this.jurisdiction}/{made.code}", names)


def _meant(desk: Desk, jurisdiction: str, number: str) -> KeptAnalysis:
    found = read_number(number)
    made = desk.analyses.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise UnknownCase("没有这份分析报告，请从“分析报告”页面打开。")
    return made
