"""Figures (指标): of a place and a period, by group, as of a moment, with the rows behind each, as pages and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.figures import (
    Asked,
    FigureLine,
    FigureReport,
    GroupLine,
    figure_text,
    group_name,
    question_of,
    report,
    value_text,
)
from casework.names import Names
from casework.periods import period_text
from casework.text import instant
from models.actors import Role
from models.errors import BadInput
from models.figures import Counted, FigureKind, Grouping, Part, Shape
from policy.figures import DEFINITIONS, ranking
from web.access import Here, Who, allowed
from web.books import MOST_ROWS, file_of
from web.charts import share_bars
from web.figure_books import row_cells, write_figures, write_rows
from web.figure_query import KEYS, FigureQuery, asked_by, behind, given_in
from web.forms import Form, text_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

READERS = (Role.SUPERVISOR,)
in_menu("指标", "/figures", *READERS)

SHOWN_GROUPS = 200
"""Groups on the page; the file has all."""

_BARS = 12
_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Choice:
    """One entry of a select list."""

    value: str
    label: str


@dataclass(frozen=True)
class FigureCell:
    """One figure as it reads: `rows` is the address's part of the rows behind it, empty where there are none."""

    label: str
    definition: str
    said: str
    target: str
    met: bool | None
    published: str
    rows: str


@dataclass(frozen=True)
class GroupRow:
    """One group of a ranking; `query` leads to all its figures."""

    place: str
    name: str
    query: str
    said: str
    total: str
    is_bottom: bool


@dataclass(frozen=True)
class FiguresPage:
    """The form, and what was found; `refusal` says why nothing was."""

    given: Mapping[str, str]
    places: tuple[Choice, ...]
    groupings: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    refusal: str = ""
    heading: str = ""
    as_of: str = ""
    cells: tuple[FigureCell, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    more_groups: int = 0
    grouping: str = ""
    ranked_by: str = ""
    bottom_rule: str = ""
    has_chart: bool = False
    query: str = ""
    all_groups: str = ""
    published: str = ""
    can_publish: bool = False
    title: str = "指标"


@dataclass(frozen=True)
class RowsPage:
    """One page of the rows behind a figure."""

    title: str
    heading: str
    definition: str
    said: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str | int, ...]], ...]
    """The number of the case where there is one, and the cells."""
    parts: tuple[tuple[str, str, bool], ...]
    query: str
    back: str
    first: str
    older: str


@router.get("/figures", dependencies=[allowed(*READERS)])
def figures(request: Request, desk: Here) -> Response:
    """The figures of a place and a period."""
    query = _query(request, desk)
    form: dict[str, Any] = {
        "given": query.given,
        "places": tuple(Choice(each, desk.shelf.file(each).policy.name) for each in desk.shelf.ids()),
        "groupings": tuple(Choice(each.value, each.label) for each in Grouping),
        "kinds": tuple(Choice(each.value, each.label) for each in DEFINITIONS),
    }
    try:
        asked = asked_by(query, desk.shelf.ids(), desk.front.now())
    except BadInput as error:
        return render(request, "figures.html", FiguresPage(**form, refusal=str(error)), 422)
    found = report(desk.figures, desk.shelf.file(asked.jurisdiction), desk.front.people, asked)
    return render(request, "figures.html", FiguresPage(**form, **_found(desk, query, found)))


@router.post("/figures/publish", dependencies=[allowed(*READERS)])
def publish(desk: Here, who: Who, form: Form) -> Response:
    """Write down that the figures of a period are given out now; the first time stands."""
    now = desk.front.now()
    query = given_in({key: text_of(form, key) for key in KEYS}, desk.shelf.ids(), now)
    asked = asked_by(query, desk.shelf.ids(), now)
    if asked.period.end > now:
        raise BadInput(f"{period_text(asked.period)}还没有结束，结束以后才能登记公布。")
    desk.figures.publish(asked.jurisdiction, asked.period, now, who.user)
    return RedirectResponse(f"/figures?{query.query}", status_code=303)


@router.get("/figures/rows", dependencies=[allowed(*READERS)])
def rows_behind(request: Request, desk: Here) -> Response:
    """The ratings, cases or limits behind a figure; without one, back to the figures."""
    query = _query(request, desk)
    if not request.query_params.get("kind"):
        return RedirectResponse(f"/figures?{query.query}", status_code=303)
    asked = asked_by(query, desk.shelf.ids(), desk.front.now())
    kind, part = behind(request.query_params)
    after = request.query_params.get("after", "")
    question = question_of(desk.shelf.file(asked.jurisdiction), asked)
    found = desk.figures.rows(question, kind, part, after)
    base, units = DEFINITIONS[kind].base, _units(desk)
    same = {"kind": kind.value, "part": part.value}
    page = RowsPage(
        title=f"{kind.label}：明细",
        heading=_heading(desk, asked),
        definition=kind.definition,
        said=part.label if _has_parts(kind) else "",
        columns=(
            "办件编号",
            "案件编号",
            "单位",
            "事项编码",
            "事项",
            "满意度",
            "渠道",
            base.moment,
            "轮次",
            "工作日",
            "计入分子",
        ),
        rows=tuple((row.case_no, row_cells(row, base, units)) for row in found.rows),
        parts=tuple(
            (each.label, query.with_more(kind=kind.value, part=each.value), each is part)
            for each in (Part if _has_parts(kind) else ())
        ),
        query=query.with_more(**same),
        back=query.query,
        first=query.with_more(**same) if after else "",
        older=query.with_more(**same, after=found.next) if found.next else "",
    )
    return render(request, "figure_rows.html", page)


@router.get("/figures.xlsx", dependencies=[allowed(*READERS)])
def figures_book(request: Request, desk: Here, who: Who) -> Response:
    """All figures of all groups as a file."""
    asked, counted = _counted(request, desk)
    names = _names(desk, asked, counted)
    order = sorted(counted.groups, key=lambda key: (not key, names[key]))
    note, groups = _note(desk, who.user, asked), [(names[key], counted.groups[key]) for key in order]
    return file_of(
        f"指标{period_text(asked.period)}",
        "figures",
        lambda book: write_figures(groups, asked.grouping.label, book, note),
    )


@router.get("/figures/rows.xlsx", dependencies=[allowed(*READERS)])
def rows_book(request: Request, desk: Here, who: Who) -> Response:
    """The rows behind a figure as a file, at most `MOST_ROWS`."""
    asked = asked_by(_query(request, desk), desk.shelf.ids(), desk.front.now())
    kind, part = behind(request.query_params)
    question = question_of(desk.shelf.file(asked.jurisdiction), asked)
    rows = desk.figures.all_rows(question, kind, part, MOST_ROWS + 1)
    note = f"{kind.label}（{part.label}），{_note(desk, who.user, asked)}"
    return file_of(
        f"{kind.label}明细{period_text(asked.period)}",
        "figure-rows",
        lambda book: write_rows(rows, kind, _units(desk), book, note),
    )


@router.get("/charts/figures.svg", dependencies=[allowed(*READERS)])
def figures_chart(request: Request, desk: Here) -> Response:
    """The first groups of the ranking."""
    asked, counted = _counted(request, desk)
    names = _names(desk, asked, counted)
    bars = {}
    for _, key in ranking(counted.groups, asked.rank_by)[:_BARS]:
        figure = counted.groups[key][asked.rank_by]
        bars[names[key]] = (float((figure.value or 0) * 100), value_text(figure))
    drawn = share_bars(bars, asked.rank_by.label)
    return Response(drawn, media_type="image/svg+xml", headers={"content-security-policy": _SVG_POLICY})


def _query(request: Request, desk: Desk) -> FigureQuery:
    return given_in(request.query_params, desk.shelf.ids(), desk.front.now())


def _found(desk: Desk, query: FigureQuery, found: FigureReport) -> dict[str, Any]:
    """What the page shows of a report."""
    asked, publication = found.asked, found.publication
    published = ""
    if publication is not None:
        published = f"{instant(publication.at)} 由{Names(desk.front.people).user(publication.by)}登记公布"
    return {
        "heading": _heading(desk, asked, found.group_name),
        "as_of": instant(asked.as_of),
        "cells": tuple(_cell(line, query) for line in found.lines),
        "groups": tuple(_group(line, query, asked.rank_by) for line in found.groups[:SHOWN_GROUPS]),
        "more_groups": max(0, len(found.groups) - SHOWN_GROUPS),
        "grouping": asked.grouping.label,
        "ranked_by": asked.rank_by.label,
        "bottom_rule": found.bottom_rule,
        "has_chart": bool(found.groups) and asked.rank_by.shape is Shape.RATE,
        "query": query.query,
        "all_groups": query.of_all if asked.only is not None else "",
        "published": published,
        "can_publish": publication is None and asked.period.end <= desk.front.now(),
    }


def _cell(line: FigureLine, query: FigureQuery) -> FigureCell:
    figure = line.figure
    target = "" if line.target is None else f"{line.target}%"
    some = figure.numerator or figure.denominator
    return FigureCell(
        label=figure.kind.label,
        definition=figure.kind.definition,
        said=figure_text(figure),
        target=target,
        met=line.met,
        published=figure_text(line.published) if line.published is not None and line.changed else "",
        rows=query.with_more(kind=figure.kind.value) if some else "",
    )


def _group(line: GroupLine, query: FigureQuery, by: FigureKind) -> GroupRow:
    return GroupRow(
        place="—" if line.place is None else str(line.place),
        name=line.name,
        query=query.with_more(only=line.key),
        said=figure_text(line.figures[by]),
        total=figure_text(line.figures[FigureKind.N_EVAL]),
        is_bottom=line.is_bottom,
    )


def _has_parts(kind: FigureKind) -> bool:
    return DEFINITIONS[kind].counts is not None


def _heading(desk: Desk, asked: Asked, group: str = "") -> str:
    place = desk.shelf.file(asked.jurisdiction).policy.name
    if asked.only is not None and not group:
        group = group_name(asked.grouping, asked.only, desk.front.people, {})
    return " · ".join(each for each in (place, group, period_text(asked.period)) if each)


def _counted(request: Request, desk: Desk) -> tuple[Asked, Counted]:
    asked = asked_by(_query(request, desk), desk.shelf.ids(), desk.front.now())
    return asked, desk.figures.count(question_of(desk.shelf.file(asked.jurisdiction), asked))


def _names(desk: Desk, asked: Asked, counted: Counted) -> dict[str, str]:
    return {key: group_name(asked.grouping, key, desk.front.people, counted.names) for key in counted.groups}


def _units(desk: Desk) -> dict[str, str]:
    return {unit.id: unit.name for unit in desk.front.people.units()}


def _note(desk: Desk, user: str, asked: Asked) -> str:
    name = desk.front.people.user(user).name
    return f"{_heading(desk, asked)}，按 {instant(asked.as_of)} 所知统计，{instant(desk.front.now())} 由 {name} 导出"
