"""Analyses (分析报告) of a place: made for a month, a quarter or a year, kept under their numbers, taken away as files.

Decides nothing about what they say (`casework.analysis`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.analysis import AnalysisPorts, analyse, docx_of, file_name, read_number
from casework.files import KINDS, clean_name
from casework.names import Names
from casework.periods import period_code, period_text, read_period
from casework.text import instant
from models.actors import Role
from models.analysis import KeptAnalysis
from models.due import in_shanghai
from models.errors import BadInput, UnknownCase
from models.figures import FigurePeriod
from web.access import Here, Who, allowed
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
    return _download(docx_of(desk.documents, made), made, "docx")


@router.get("/analyses/{jurisdiction}/{number}.pdf", dependencies=[allowed(*READERS)])
def as_pdf(desk: Here, jurisdiction: str, number: str) -> Response:
    """The same, as PDF."""
    made = _meant(desk, jurisdiction, number)
    return _download(desk.documents.pdf(docx_of(desk.documents, made)), made, "pdf")


def _page(request: Request, desk: Desk, given: Mapping[str, str], refusal: str = "") -> Response:
    ids = desk.shelf.ids()
    place = given.get("place") or (ids[0] if ids else "")
    if place not in ids:
        refusal, place = refusal or f"没有名为“{place[:_LONGEST]}”的地区，请从页面上重新选择。", ids[0] if ids else ""
    names = Names(desk.front.people)
    page = AnalysesPage(
        place=place,
        period=given.get("period") or _last_quarter(desk),
        places=tuple(PlaceChoice(each, desk.shelf.file(each).policy.name) for each in ids),
        rows=tuple(_row(each, names) for each in desk.analyses.kept(place)),
        has_pdf=desk.documents.has_pdf,
        refusal=refusal,
    )
    return render(request, "analyses.html", page, 422 if refusal else 200)


def _last_quarter(desk: Desk) -> str:
    """The last quarter that is over."""
    today = in_shanghai(desk.front.now()).date()
    return period_code(FigurePeriod.of_months(today.year, today.month - (today.month - 1) % 3, 3).before)


def _row(made: KeptAnalysis, names: Names) -> AnalysisRow:
    this = made.analysis
    return AnalysisRow(
        number=f"差评分析{made.number}",
        period=period_text(this.period),
        as_of=instant(this.as_of),
        by="定期工作" if made.made_by is None else names.user(made.made_by),
        path=f"/analyses/{this.jurisdiction}/{made.code}",
    )


def _meant(desk: Desk, jurisdiction: str, number: str) -> KeptAnalysis:
    found = read_number(number)
    made = desk.analyses.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise UnknownCase("没有这份分析报告，请从“分析报告”页面打开。")
    return made


def _download(content: bytes, made: KeptAnalysis, ending: str) -> Response:
    shown = quote(clean_name(f"{file_name(made)}.{ending}"))
    return Response(
        content,
        media_type=KINDS[ending],
        headers={
            "content-disposition": f"attachment; filename=analysis.{ending}; filename*=UTF-8''{shown}",
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )
