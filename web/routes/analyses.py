"""Analyses (分析报告) of a place: made for a month, a quarter or a year, kept under their numbers, taken away as files.

Decides nothing about what they say (`casework.analysis`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.analysis import AnalysisPorts, analyse, docx_of, file_name, read_number
from casework.names import Names
from casework.periods import last_quarter, period_code, period_text, read_period
from casework.text import instant
from models.actors import Role
from models.analysis import KeptAnalysis
from models.errors import BadInput, UnknownCase
from web.access import Here, Who, allowed
from web.downloads import download
from web.forms import Form, text_of
from web.pages import render
from web.ports import Desk

router = APIRouter()

READERS = (Role.SUPERVISOR,)

_LONGEST = 40


@dataclass(frozen=True)
class PlaceChoice:
    """A place of the select list."""

    value: str
    label: str


@dataclass(frozen=True)
class AnalysisRow:
    """One analysis that was made; `path` is the address of its files without the ending."""

    number: str
    period: str
    as_of: str
    by: str
    path: str


@dataclass(frozen=True)
class AnalysesPage:
    """The form and what was made."""

    place: str
    period: str
    places: tuple[PlaceChoice, ...]
    rows: tuple[AnalysisRow, ...]
    has_pdf: bool
    refusal: str = ""
    title: str = "分析报告"


@router.get("/analyses", dependencies=[allowed(*READERS)])
def analyses(request: Request, desk: Here) -> Response:
    """The analyses of a place."""
    return _page(request, desk, request.query_params)


@router.post("/analyses", dependencies=[allowed(*READERS)])
def make(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Make the analysis of a period as of now; one that says the same as the last one is that one."""
    given = {key: text_of(form, key)[:_LONGEST] for key in ("place", "period")}
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
    ids = desk.shelf.ids()
    place = given.get("place") or (ids[0] if ids else "")
    if place not in ids:
        refusal, place = refusal or f"没有名为“{place[:_LONGEST]}”的地区，请从页面上重新选择。", ids[0] if ids else ""
    names = Names(desk.front.people)
    page = AnalysesPage(
        place=place,
        period=given.get("period") or period_code(last_quarter(desk.front.now())),
        places=tuple(PlaceChoice(each, desk.shelf.file(each).policy.name) for each in ids),
        rows=tuple(_row(each, names) for each in desk.analyses.kept(place)),
        has_pdf=desk.documents.has_pdf,
        refusal=refusal,
    )
    return render(request, "analyses.html", page, 422 if refusal else 200)


def _row(made: KeptAnalysis, names: Names) -> AnalysisRow:
    this = made.analysis
    return AnalysisRow(
        number=f"差评分析{made.number}",
        period=period_text(this.period),
        as_of=instant(this.as_of),
        by="系统" if made.made_by is None else names.user(made.made_by),
        path=f"/analyses/{this.jurisdiction}/{made.code}",
    )


def _meant(desk: Desk, jurisdiction: str, number: str) -> KeptAnalysis:
    found = read_number(number)
    made = desk.analyses.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise UnknownCase("没有这份分析报告，请从“分析报告”页面打开。")
    return made
