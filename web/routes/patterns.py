"""异常提示: what was seen among the ratings of some months, the ratings behind it, and that a supervisor looked at it.

Nothing follows from a flag but what people do about it elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from casework.quality import period_text, sentence
from models.actors import Actor, Role
from models.errors import BadInput
from models.patterns import LONGEST_NOTE, Flag, FlagKey, FlagNote, PatternKind, read_flag
from models.quality import QualityScope, RatingPage
from web.access import Here, Who, allowed
from web.forms import KEY_FIELD, Form, fresh_key, text_of
from web.pages import render
from web.ports import Desk
from web.quality_questions import PAGE, Asked, RatingRow, asked, rating_rows, with_place
from web.rating_book import book_answer
from web.routes.quality import READERS

router = APIRouter()

MOST_SHOWN = 200
"""Flags on the page; beyond, the page says how many more there are."""

_UNSEEN = "unseen"


@dataclass(frozen=True)
class NoteLine:
    """What somebody noted."""

    note: FlagNote
    user: str


@dataclass(frozen=True)
class FlagRow:
    """One flag of the list."""

    flag: Flag
    sentence: str
    address: str
    seen: NoteLine | None


@dataclass(frozen=True)
class PatternsPage:
    """The flags of a place and its months."""

    asked: Asked
    period: str
    kinds: tuple[PatternKind, ...]
    kind: str
    unseen: bool
    counts: tuple[tuple[str, int], ...]
    rows: tuple[FlagRow, ...]
    left_out: int
    tab: str = "patterns"
    title: str = "异常提示"


@dataclass(frozen=True)
class FlagPage:
    """One flag with the ratings behind it."""

    place: str
    jurisdiction: str
    flag: str
    kind: PatternKind
    sentence: str
    notes: tuple[NoteLine, ...]
    may_note: bool
    key: str
    rows: tuple[RatingRow, ...]
    first: str
    older: str
    back: str
    book: str
    typed: str = ""
    refusal: str = ""
    longest: int = LONGEST_NOTE
    title: str = "异常提示"


@router.get("/quality/patterns", dependencies=[allowed(*READERS)])
def patterns(request: Request, desk: Here) -> Response:
    """The flags, the latest first."""
    query = request.query_params
    question = asked(desk, query)
    kind, unseen = _kind(query.get("kind", "")), query.get("show") == _UNSEEN
    flags = desk.quality.patterns.flags(question.scope, question.policy.bad_levels)
    notes = desk.quality.patterns.notes(question.scope)
    chosen = [flag for flag in flags if kind in (None, flag.key.kind) and not (unseen and flag.key in notes)]
    names = Names(desk.front.people)
    page = PatternsPage(
        asked=question,
        period=period_text(question.scope.period),
        kinds=tuple(PatternKind),
        kind=kind or "",
        unseen=unseen,
        counts=tuple((each.label, sum(flag.key.kind is each for flag in flags)) for each in PatternKind),
        rows=tuple(
            FlagRow(
                flag,
                sentence(flag, desk.front.people),
                f"/quality/flag?jurisdiction={question.scope.jurisdiction}&flag={flag.key.text}",
                _lines(notes.get(flag.key, [])[-1:], names)[0] if flag.key in notes else None,
            )
            for flag in chosen[:MOST_SHOWN]
        ),
        left_out=max(0, len(chosen) - MOST_SHOWN),
    )
    return render(request, "patterns.html", page)


@router.get("/quality/flag", dependencies=[allowed(*READERS)])
def flag_page(request: Request, desk: Here, who: Who) -> Response:
    """One flag and the ratings behind it; without one, back to all of them."""
    if not request.query_params.get("flag"):
        return RedirectResponse(f"/quality/patterns?{asked(desk, request.query_params).query}", status_code=303)
    place, key = _question(desk, request.query_params)
    return render(request, "flag.html", _flag_page(desk, who, place, key, request.query_params.get("after", "")))


@router.get("/quality/flag.xlsx", dependencies=[allowed(*READERS)])
def flag_book(request: Request, desk: Here, who: Who) -> Response:
    """The ratings behind a flag as a file."""
    place, key = _question(desk, request.query_params)

    def pages(after: str, limit: int) -> RatingPage:
        return desk.quality.patterns.rows(place, key, _bad_levels(desk, place), after, limit)

    return book_answer(desk, who.user, f"异常提示：{key.kind.label}", pages)


@router.post("/quality/flag/note", dependencies=[allowed(Role.SUPERVISOR)])
def note(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Keep that the supervisor looked at it; sent twice it is one note."""
    place, key = _question(desk, {name: text_of(form, name) for name in ("jurisdiction", "flag")})
    said, request_key = text_of(form, "note"), text_of(form, KEY_FIELD)
    if not said or len(said) > LONGEST_NOTE or not request_key:
        refusal = f"请写明看过以后的情况，最多 {LONGEST_NOTE} 个字。没有登记。"
        page = _flag_page(desk, who, place, key, typed=said, refusal=refusal)
        return render(request, "flag.html", page, 422)
    desk.quality.patterns.note(place, key, said, who.user, request_key)
    return RedirectResponse(f"/quality/flag?jurisdiction={place}&flag={key.text}", status_code=303)


def _question(desk: Desk, query: Mapping[str, str]) -> tuple[str, FlagKey]:
    place = query.get("jurisdiction", "")
    if place not in desk.shelf.ids():
        raise BadInput(f"没有名为“{place}”的地区，请从异常提示的页面重新打开。")
    return place, read_flag(query.get("flag", ""))


def _kind(text: str) -> PatternKind | None:
    if not text:
        return None
    try:
        return PatternKind(text)
    except ValueError:
        raise BadInput(f"筛选条件“{text}”无法识别，请从页面上重新选择。") from None


def _bad_levels(desk: Desk, place: str) -> tuple[int, ...]:
    return desk.shelf.file(place).policy.bad_levels


def _lines(notes: Sequence[FlagNote], names: Names) -> tuple[NoteLine, ...]:
    return tuple(NoteLine(each, names.user(each.user_id)) for each in notes)


def _flag_page(
    desk: Desk, who: Actor, place: str, key: FlagKey, after: str = "", typed: str = "", refusal: str = ""
) -> FlagPage:
    bad_levels = _bad_levels(desk, place)
    flag = desk.quality.patterns.flag(place, key, bad_levels)
    if flag is None:
        raise BadInput("按现有的评价，这条提示不成立（可能补传了评价）。请回到异常提示的页面查看。")
    found = desk.quality.patterns.rows(place, key, bad_levels, after, PAGE)
    notes = desk.quality.patterns.notes(QualityScope(jurisdiction=place, period=key.period))
    here = f"jurisdiction={place}&flag={key.text}"
    month = f"{key.begins:%Y-%m}"
    return FlagPage(
        place=desk.shelf.file(place).policy.name,
        jurisdiction=place,
        flag=key.text,
        kind=key.kind,
        sentence=sentence(flag, desk.front.people),
        notes=_lines(notes.get(key, []), Names(desk.front.people)),
        may_note=who.role is Role.SUPERVISOR,
        key=fresh_key(),
        rows=rating_rows(desk, found.rows),
        first=f"/quality/flag?{here}" if after else "",
        older=with_place(f"/quality/flag?{here}", found.next),
        back=f"/quality/patterns?jurisdiction={place}&from={month}&to={month}",
        book=f"/quality/flag.xlsx?{here}",
        typed=typed,
        refusal=refusal,
    )
