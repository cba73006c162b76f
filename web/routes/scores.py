"""Scores (评分): the composite score or the monthly points of units, windows or clerks, each opened and kept.

Decides which fields the page has. What a score is made of stands in `policy.scores`, what stands in a report of them in
`casework.scores`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from casework.periods import period_code, period_text, read_moment, read_period
from casework.scores import (
    SCORED,
    AskedScore,
    ScoreLine,
    ScorePart,
    ScoreReport,
    kinds_of,
    month_of_points,
    score_report,
)
from casework.text import instant
from models.actors import Role
from models.due import in_shanghai
from models.errors import BadInput
from models.figures import FigurePeriod, Grouping
from models.scores import ScoreKind
from web.access import Here, Who, allowed
from web.books import file_of
from web.figure_query import choice_of
from web.forms import Form, text_of
from web.pages import render
from web.ports import Desk
from web.score_books import write_scores

router = APIRouter()

READERS = (Role.SUPERVISOR,)

KEYS = ("place", "period", "as_of", "by", "score")
"""Every field of the form, in its order."""

SHOWN_LINES = 200
"""Units or clerks on the page; the file has all."""

_LONGEST = 40


@dataclass(frozen=True)
class ScoreChoice:
    """One entry of a select list."""

    value: str
    label: str


@dataclass(frozen=True)
class PartRow:
    """One part of a score; `rows` is the address of the rows behind it."""

    part: ScorePart
    rows: str


@dataclass(frozen=True)
class ScoreRow:
    """One unit or clerk."""

    line: ScoreLine
    place: str
    parts: tuple[PartRow, ...]


@dataclass(frozen=True)
class KeptPoints:
    """A count of the month that was kept."""

    at: str
    by: str
    query: str


@dataclass(frozen=True)
class ScoresPage:
    """The form, and what was found; `refusal` says why nothing was."""

    given: Mapping[str, str]
    places: tuple[ScoreChoice, ...]
    groupings: tuple[ScoreChoice, ...]
    kinds: tuple[ScoreChoice, ...]
    refusal: str = ""
    heading: str = ""
    as_of: str = ""
    rows: tuple[ScoreRow, ...] = ()
    more_rows: int = 0
    nothing: str = ""
    grouping: str = ""
    bottom_rule: str = ""
    grounds: tuple[tuple[str, str], ...] = ()
    kept: tuple[KeptPoints, ...] = ()
    can_keep: bool = False
    query: str = ""
    title: str = "评分"


@router.get("/scores", dependencies=[allowed(*READERS)])
def scores(request: Request, desk: Here) -> Response:
    """The scores of a place and a period."""
    given = _given(request.query_params, desk)
    try:
        found = _found(desk, given)
    except BadInput as error:
        page = ScoresPage(**_form(desk, given, ()), refusal=str(error))
        return render(request, "scores.html", page, 422)
    return render(request, "scores.html", ScoresPage(**_form(desk, given, found.kinds), **_shown(desk, given, found)))


@router.post("/scores/keep", dependencies=[allowed(*READERS)])
def keep(desk: Here, who: Who, form: Form) -> Response:
    """Keep the points of a month, of units and of clerks; what was kept before stays."""
    given = _given({key: text_of(form, key) for key in KEYS}, desk)
    asked = _asked(desk, given | {"as_of": ""})
    table = desk.scores.rules(asked.jurisdiction).points
    if table is None:
        raise BadInput("本地没有月积分的规则，不能登记月积分。")
    file = desk.shelf.file(asked.jurisdiction)
    counts = [
        month_of_points(
            desk.figures, table, file, AskedScore(asked.jurisdiction, asked.period, asked.as_of, each), who.user
        )
        for each in SCORED
    ]
    for count in counts:
        desk.scores.keep(count)
    return RedirectResponse(f"/scores?{_query(given | {'as_of': ''})}", status_code=303)


@router.get("/scores.xlsx", dependencies=[allowed(*READERS)])
def scores_book(request: Request, desk: Here, who: Who) -> Response:
    """All of it as a file."""
    found = _found(desk, _given(request.query_params, desk))
    if found.nothing or found.kind is None:
        raise BadInput(found.nothing)
    name = f"{found.kind.label}{period_text(found.asked.period)}"
    exported = f"{instant(desk.front.now())} 由 {desk.front.people.user(who.user).name} 导出"
    note = f"{found.place_name}，{name}，按 {instant(found.asked.as_of)} 所知统计，{exported}"
    return file_of(name, "scores", lambda book: write_scores(found, book, note))


def _given(query: Mapping[str, str], desk: Desk) -> dict[str, str]:
    """The fields of an address; without a place the first that scores, without a period the last month that is over."""
    given = {key: query.get(key, "").strip()[:_LONGEST] for key in KEYS}
    ids = desk.shelf.ids()
    if not given["place"] and ids:
        given["place"] = next((each for each in ids if kinds_of(desk.scores.rules(each))), ids[0])
    if not given["period"]:
        today = in_shanghai(desk.front.now()).date()
        given["period"] = period_code(FigurePeriod.of_months(today.year, today.month, 1).before)
    given["by"] = given["by"] or Grouping.UNIT.value
    return given


def _asked(desk: Desk, given: Mapping[str, str]) -> AskedScore:
    """What the fields mean. Raises BadInput with what to correct."""
    if given["place"] not in desk.shelf.ids():
        raise BadInput(f"没有名为“{given['place']}”的地区，请从页面上重新选择。")
    return AskedScore(
        jurisdiction=given["place"],
        period=read_period(given["period"]),
        as_of=read_moment(given["as_of"], desk.front.now()),
        grouping=choice_of(Grouping, given["by"]) or Grouping.UNIT,
        kind=choice_of(ScoreKind, given["score"]),
    )


def _found(desk: Desk, given: Mapping[str, str]) -> ScoreReport:
    asked = _asked(desk, given)
    return score_report(desk.figures, desk.scores, desk.shelf.file(asked.jurisdiction), desk.front.people, asked)


def _form(desk: Desk, given: Mapping[str, str], kinds: tuple[ScoreKind, ...]) -> dict[str, Any]:
    return {
        "given": given,
        "places": tuple(ScoreChoice(each, desk.shelf.file(each).policy.name) for each in desk.shelf.ids()),
        "groupings": tuple(ScoreChoice(each.value, each.label) for each in SCORED),
        "kinds": tuple(ScoreChoice(each.value, each.label) for each in kinds),
    }


def _shown(desk: Desk, given: Mapping[str, str], found: ScoreReport) -> dict[str, Any]:
    """What the page shows of a report."""
    asked, names = found.asked, Names(desk.front.people)
    kind = "" if found.kind is None else found.kind.label
    is_over = asked.period.end <= desk.front.now()
    return {
        "heading": " · ".join(each for each in (found.place_name, kind, period_text(asked.period)) if each),
        "as_of": instant(asked.as_of),
        "rows": tuple(_row(line, given) for line in found.lines[:SHOWN_LINES]),
        "more_rows": max(0, len(found.lines) - SHOWN_LINES),
        "nothing": found.nothing,
        "grouping": asked.grouping.label,
        "bottom_rule": found.bottom_rule,
        "grounds": found.grounds,
        "kept": tuple(
            KeptPoints(
                at=instant(each.as_of),
                by=names.maker(each.kept_by),
                query=_query({**given, "as_of": each.as_of.isoformat()}),
            )
            for each in found.kept
        ),
        "can_keep": found.kind is ScoreKind.POINTS and bool(found.lines) and is_over and not given["as_of"],
        "query": _query(given),
    }


def _row(line: ScoreLine, given: Mapping[str, str]) -> ScoreRow:
    return ScoreRow(
        line=line,
        place="—" if line.place is None else str(line.place),
        parts=tuple(PartRow(part, _rows_of(part, line.key, given)) for part in line.parts),
    )


def _rows_of(part: ScorePart, key: str, given: Mapping[str, str]) -> str:
    """The rows behind a part, on the pages of the figures."""
    same = {name: given[name] for name in ("place", "period", "as_of", "by") if given[name]}
    return f"/figures/rows?{urlencode({**same, 'only': key, 'kind': part.figure.value, 'part': part.part.value})}"


def _query(given: Mapping[str, str]) -> str:
    return urlencode({key: given[key] for key in KEYS if given[key]})
