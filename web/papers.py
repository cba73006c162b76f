"""The page of papers that are kept under numbers (分析报告、通报): a place, a period to make one of, and what was made.

Decides what such a page shows. What a paper says and who may make one is its routes' business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from casework.names import Names
from casework.periods import last_quarter, period_code, period_text
from casework.text import instant
from models.analysis import Analysis
from models.circulars import Circular
from web.forms import Form, text_of
from web.pages import render
from web.ports import Desk

_LONGEST = 40


@dataclass(frozen=True)
class PlaceChoice:
    """A place of the select list."""

    value: str
    label: str


@dataclass(frozen=True)
class PaperRow:
    """One paper; `path` is the address of its files without the ending."""

    number: str
    period: str
    as_of: str
    by: str
    path: str


@dataclass(frozen=True)
class PapersPage:
    """The form and what was made."""

    title: str
    place: str
    period: str
    places: tuple[PlaceChoice, ...]
    rows: tuple[PaperRow, ...]
    has_pdf: bool
    refusal: str = ""


Rows = Callable[[str, Names], tuple[PaperRow, ...]]
"""The papers of a place, the newest first."""


def typed(form: Form) -> dict[str, str]:
    """The place and the period that somebody asks for."""
    return {key: text_of(form, key)[:_LONGEST] for key in ("place", "period")}


def show_papers(
    request: Request, desk: Desk, title: str, template: str, rows: Rows, given: Mapping[str, str], refusal: str = ""
) -> Response:
    """The page of a place, of the first one when none is named."""
    ids = desk.shelf.ids()
    place = given.get("place") or (ids[0] if ids else "")
    if place not in ids:
        refusal, place = refusal or f"没有名为“{place[:_LONGEST]}”的地区，请从页面上重新选择。", ids[0] if ids else ""
    page = PapersPage(
        title=title,
        place=place,
        period=given.get("period") or period_code(last_quarter(desk.front.now())),
        places=tuple(PlaceChoice(each, desk.shelf.file(each).policy.name) for each in ids),
        rows=rows(place, Names(desk.front.people)),
        has_pdf=desk.documents.has_pdf,
        refusal=refusal,
    )
    return render(request, template, page, 422 if refusal else 200)


def paper_row(paper: Analysis | Circular, number: str, made_by: str | None, path: str, names: Names) -> PaperRow:
    """One line of the list."""
    return PaperRow(
        number=number,
        period=period_text(paper.period),
        as_of=instant(paper.as_of),
        by=names.maker(made_by),
        path=path,
    )
