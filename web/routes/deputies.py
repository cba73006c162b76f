"""Who stands in for whom (代理): for oneself, a head for the own unit, supervisors and administrators for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.actors import Actor, Role
from models.due import in_shanghai
from models.errors import ActionRefused, BadInput, UnknownUser
from models.people import Deputy, User
from policy.people import ending_refusal
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

in_menu("代理", "/deputies", *Role)

_FIELDS = ("absent", "deputy", "first", "last", "reason")
_SHOWN = 200


@dataclass(frozen=True)
class DeputyLine:
    """An appointment as the list shows it; `can_end` when the reader may call it off."""

    deputy: Deputy
    absent_name: str
    deputy_name: str
    made_by_name: str
    state: str
    can_end: bool


@dataclass(frozen=True)
class DeputiesPage:
    """The appointments that concern the reader, and a form for another."""

    lines: tuple[DeputyLine, ...]
    absent: tuple[User, ...]
    deputies: tuple[User, ...]
    typed: dict[str, str]
    today: date
    refusal: str = ""
    done: str = ""
    title: str = "代理"


_DONE = {"added": "已设定代理。", "ended": "代理已结束。"}


@router.get("/deputies", dependencies=[allowed()])
def deputies(request: Request, desk: Here, who: Who, done: str = "") -> Response:
    """The list and the form."""
    typed = dict.fromkeys(_FIELDS, "") | {"absent": who.user if not _oversees(who) else ""}
    return _page(request, desk, who, typed, done=_DONE.get(done, ""))


@router.post("/deputies", dependencies=[allowed()])
def appoint(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Appoint a deputy."""
    typed = {name: text_of(form, name) for name in _FIELDS}
    try:
        first, last = (_day(typed[name], label) for name, label in (("first", "第一天"), ("last", "最后一天")))
        if not (typed["absent"] and typed["deputy"] and typed["reason"]):
            raise BadInput("请选择请假人和代理人，并填写事由。")
        desk.deputies.appoint(
            typed["absent"], typed["deputy"], first, last, typed["reason"], who.user, desk.front.now()
        )
    except (BadInput, UnknownUser, ActionRefused) as refusal:
        return _page(request, desk, who, typed, refusal=str(refusal))
    return RedirectResponse("/deputies?done=added", status_code=303)


@router.post("/deputies/{number}/end", dependencies=[allowed()])
def end(desk: Here, who: Who, number: str, form: Form) -> Response:
    """Call one off from now on."""
    desk.deputies.end(number, who.user, desk.front.now())
    return RedirectResponse("/deputies?done=ended", status_code=303)


def _page(
    request: Request, desk: Desk, who: Actor, typed: dict[str, str], refusal: str = "", done: str = ""
) -> Response:
    today = in_shanghai(desk.front.now()).date()
    by = desk.front.people.user(who.user)
    everybody = desk.front.people.users()
    known = {user.id: user for user in everybody}
    in_charge_of = [user for user in everybody if not user.disabled and ending_refusal(user, by) is None]
    candidates = {(user.unit, user.role) for user in in_charge_of}
    page = DeputiesPage(
        lines=tuple(_lines(desk.deputies.all(), by, known, today))[:_SHOWN],
        absent=tuple(in_charge_of),
        deputies=tuple(user for user in everybody if not user.disabled and (user.unit, user.role) in candidates),
        typed=typed,
        today=today,
        refusal=refusal,
        done=done,
    )
    return render(request, "deputies.html", page, 422 if refusal else 200)


def _lines(all_: Iterable[Deputy], by: User, known: dict[str, User], today: date) -> Iterable[DeputyLine]:
    def name(user_id: str) -> str:
        return known[user_id].name if user_id in known else user_id

    for each in all_:
        absent = known.get(each.absent)
        in_charge = absent is not None and ending_refusal(absent, by) is None
        if in_charge or each.deputy == by.id:
            state = _state(each, today)
            runs = state in ("未开始", "代理中")
            yield DeputyLine(
                each, name(each.absent), name(each.deputy), name(each.made_by), state, can_end=in_charge and runs
            )


def _state(deputy: Deputy, today: date) -> str:
    if deputy.ended_at is not None:
        return "已提前结束"
    if today < deputy.first_day:
        return "未开始"
    return "代理中" if today <= deputy.last_day else "已到期"


def _oversees(who: Actor) -> bool:
    return who.role in (Role.SUPERVISOR, Role.ADMIN)


def _day(text: str, label: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{label}的日期“{text}”无法识别，应写成 2026-02-09。") from None
