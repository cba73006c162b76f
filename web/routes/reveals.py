"""The evaluator's name and number, for minutes and against a typed purpose; and the log that supervisors read.

Decides how it is asked for and shown. Who may ask says `policy.people`; what was asked is written down first.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from casework.standing import rated_units, visible_case
from models.actors import Actor, Role
from models.errors import NotVisible
from models.ratings import EvaluatorContact
from models.reveals import LONGEST_PURPOSE, SHORTEST_PURPOSE, SHOWN_FOR, Reveal, RevealPlace
from models.views import CaseView
from policy.people import reveal_refusal
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

_MAY_ASK = (Role.HOTLINE, Role.SUPERVISOR)
_PAGE = 50

in_menu("查看记录", "/reveals", Role.SUPERVISOR)


@dataclass(frozen=True)
class RevealPage:
    """The form; or, while a look runs, what it shows and until when."""

    case: CaseView
    has_contact: bool
    purpose: str = ""
    refusal: str = ""
    reveal: Reveal | None = None
    contact: EvaluatorContact | None = None
    left: str = ""
    minutes: int = int(SHOWN_FOR.total_seconds() // 60)
    shortest: int = SHORTEST_PURPOSE
    longest: int = LONGEST_PURPOSE
    title: str = "查看评价人电话"


@dataclass(frozen=True)
class LogRow:
    """One look, or one link handed out, with names."""

    reveal: Reveal
    user: str
    unit: str

    @property
    def address(self) -> str:
        """Where what was looked at is shown: the case, or the person of a sample."""
        return f"/{'samples' if self.reveal.place is RevealPlace.SAMPLE else 'cases'}/{self.reveal.case_no}"


@dataclass(frozen=True)
class LogPage:
    """The looks and the links, the newest first."""

    rows: tuple[LogRow, ...]
    older: str
    title: str = "查看评价人电话、交出链接的记录"


@router.get("/cases/{case_no}/reveal", dependencies=[allowed(*_MAY_ASK)])
def reveal_page(request: Request, case_no: str, desk: Here, actor: Who) -> Response:
    """The form, or what the running look shows; when it has run out the browser asks again and gets the form."""
    case = _case_for(desk, case_no, actor)
    reveal = desk.outside.reveals.running(actor, case_no)
    contact = desk.outside.reveals.shown(reveal) if reveal is not None else None
    if reveal is None or contact is None:
        return render(request, "reveal.html", RevealPage(case, desk.outside.reveals.has_contact(case_no)))
    seconds = max(int((reveal.until - desk.front.now()).total_seconds()), 0)
    left = f"{seconds // 60}分{seconds % 60}秒"
    answer = render(request, "reveal.html", RevealPage(case, True, reveal=reveal, contact=contact, left=left))
    answer.headers["refresh"] = str(seconds + 1)
    return answer


@router.post("/cases/{case_no}/reveal", dependencies=[allowed(*_MAY_ASK)])
def reveal(request: Request, case_no: str, desk: Here, actor: Who, form: Form) -> Response:
    """Write the look down, then show it."""
    case = _case_for(desk, case_no, actor)
    purpose = text_of(form, "purpose")
    has_contact = desk.outside.reveals.has_contact(case_no)
    if not SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        refusal = f"请写明查看的事由，{SHORTEST_PURPOSE} 至 {LONGEST_PURPOSE} 个字。没有显示任何信息。"
        return render(request, "reveal.html", RevealPage(case, has_contact, purpose, refusal), 422)
    if has_contact:
        desk.outside.reveals.reveal(actor, case_no, purpose, RevealPlace.DESK)
    return RedirectResponse(f"/cases/{case_no}/reveal", status_code=303)


@router.get("/reveals", dependencies=[allowed(Role.SUPERVISOR)])
def log_page(request: Request, desk: Here, before: int | None = None) -> Response:
    """Who looked at whose number, when and why; and who handed out which link."""
    found = desk.outside.reveals.log(before, _PAGE + 1)
    names = Names(desk.front.people)
    rows = tuple(LogRow(each, names.user(each.user_id), names.unit(each.unit)) for each in found[:_PAGE])
    older = f"/reveals?before={rows[-1].reveal.id}" if len(found) > _PAGE else ""
    return render(request, "reveals.html", LogPage(rows, older))


def _case_for(desk: Desk, case_no: str, actor: Actor) -> CaseView:
    case, _ = visible_case(desk.front, case_no, actor.user)
    if reason := reveal_refusal(actor, rated_units(case)):
        raise NotVisible(reason)
    return case
