"""数据质检: the stored ratings of some months against the item directory and by themselves, and the rows behind."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.quality import period_text, share
from casework.text import instant
from models.actors import Role
from models.quality import Match, QualityFinding, QualityReport, RatingPage, read_finding
from web.access import Here, Who, allowed
from web.pages import in_menu, render
from web.ports import Desk
from web.quality_questions import PAGE, Asked, RatingRow, asked, rating_rows, with_place
from web.rating_book import book_answer

router = APIRouter()

READERS = (Role.SUPERVISOR, Role.ADMIN)
in_menu("数据质检", "/quality", *READERS)

_SHOWN = (Match.MATCHING, Match.MISSING, Match.UNKNOWN, Match.CONTRADICTING)


@dataclass(frozen=True)
class Cell:
    """One count; `address` leads to the ratings behind it, empty where there are none to look at."""

    label: str
    number: str
    share: str
    address: str


@dataclass(frozen=True)
class FieldRow:
    """One of the five fields against the directory."""

    name: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class CheckRow:
    """One check that needs no directory."""

    cell: Cell
    advice: str


@dataclass(frozen=True)
class QualityPage:
    """The report of a place and its months."""

    asked: Asked
    report: QualityReport
    period: str
    directory: str
    fields: tuple[FieldRow, ...]
    checks: tuple[CheckRow, ...]
    tab: str = "quality"
    title: str = "数据质检"


@dataclass(frozen=True)
class RowsPage:
    """The ratings behind a finding, the newest first."""

    asked: Asked
    period: str
    finding: QualityFinding
    rows: tuple[RatingRow, ...]
    first: str
    older: str
    book: str
    title: str


@router.get("/quality", dependencies=[allowed(*READERS)])
def quality(request: Request, desk: Here) -> Response:
    """The report."""
    question = asked(desk, request.query_params)
    report = desk.quality.reports.report(question.scope)
    return render(request, "quality.html", _page(question, report))


@router.get("/quality/rows", dependencies=[allowed(*READERS)])
def rows(request: Request, desk: Here) -> Response:
    """The ratings behind a finding; without one, back to the report."""
    if not request.query_params.get("finding"):
        return RedirectResponse(f"/quality?{asked(desk, request.query_params).query}", status_code=303)
    question, finding = _question(desk, request.query_params)
    after = request.query_params.get("after", "")
    found = desk.quality.reports.rows(question.scope, finding, after, PAGE)
    here = question.with_([("finding", finding.key)])
    page = RowsPage(
        asked=question,
        period=period_text(question.scope.period),
        finding=finding,
        rows=rating_rows(desk, found.rows),
        first=f"/quality/rows?{here}" if after else "",
        older=with_place(f"/quality/rows?{here}", found.next),
        book=f"/quality/rows.xlsx?{here}",
        title=finding.label,
    )
    return render(request, "quality_rows.html", page)


@router.get("/quality/rows.xlsx", dependencies=[allowed(*READERS)])
def rows_book(request: Request, desk: Here, who: Who) -> Response:
    """The same ratings as a file."""
    question, finding = _question(desk, request.query_params)

    def pages(after: str, limit: int) -> RatingPage:
        return desk.quality.reports.rows(question.scope, finding, after, limit)

    title = f"数据质检：{question.policy.name}{period_text(question.scope.period)}，{finding.label}"
    return book_answer(desk, who.user, title, pages)


def _question(desk: Desk, query: Mapping[str, str]) -> tuple[Asked, QualityFinding]:
    return asked(desk, query), read_finding(query.get("finding", ""))


def _page(question: Asked, report: QualityReport) -> QualityPage:
    def cell(finding: QualityFinding, ratings: int, opens: bool = True) -> Cell:
        address = f"/quality/rows?{question.with_([('finding', finding.key)])}" if ratings and opens else ""
        return Cell(finding.label, f"{ratings:,}", share(ratings, report.ratings) if ratings else "", address)

    directory = report.directory
    return QualityPage(
        asked=question,
        report=report,
        period=period_text(question.scope.period),
        directory=f"{directory.items:,} 行，{instant(directory.loaded_at)} 导入" if directory else "",
        fields=tuple(
            FieldRow(
                each.field.value,
                each.field.label,
                tuple(
                    cell(QualityFinding(field=each.field, match=match), each.counts[match], match is not Match.MATCHING)
                    for match in _SHOWN
                ),
            )
            for each in report.fields
        ),
        checks=tuple(
            CheckRow(cell(QualityFinding(each.check), each.ratings), each.check.advice) for each in report.checks
        ),
    )
