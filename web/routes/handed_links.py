"""办件进度链接: the hotline or a supervisor hands the evaluator a link to the case, to be read out or copied.

Decides how it is asked for and shown. Who may hand one out says `policy.people`; that it was done is written down
first, in the log that supervisors read. What the evaluator sees there stands in `web.routes.citizen`.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.standing import rated_units, visible_case
from models.actors import Actor, Role
from models.case import Stage
from models.errors import NotVisible
from models.outside import HandedLink
from models.reveals import SHOWN_FOR
from models.views import CaseView
from policy.people import link_refusal
from web.access import Here, Who, allowed
from web.forms import Form
from web.pages import render
from web.ports import Desk

router = APIRouter()

_MAY_HAND_OUT = (Role.HOTLINE, Role.SUPERVISOR)
_GROUP = 4


@dataclass(frozen=True)
class HandedLinkPage:
    """The link while it is shown; before and after that, the button that makes one."""

    case: CaseView
    can_be_made: bool
    link: HandedLink | None = None
    groups: tuple[str, ...] = ()
    """The secret part in pieces that can be read out."""
    left: str = ""
    minutes: int = int(SHOWN_FOR.total_seconds() // 60)
    title: str = "办件进度链接"

    @property
    def is_over(self) -> bool:
        """Whether the evaluator can rate again at once."""
        return self.case.stage is Stage.CLOSED


@router.get("/cases/{case_no}/link", dependencies=[allowed(*_MAY_HAND_OUT)])
def link_page(request: Request, case_no: str, desk: Here, actor: Who) -> Response:
    """The link that was made minutes ago, or the button; when it is hidden the browser asks again."""
    case = _case_for(desk, case_no, actor)
    links = desk.outside.handed_links
    if not links.can_be_made():
        return render(request, "handed_link.html", HandedLinkPage(case, can_be_made=False))
    link = links.shown(actor, case_no)
    if link is None:
        return render(request, "handed_link.html", HandedLinkPage(case, can_be_made=True))
    seconds = max(int((link.shown_until - desk.front.now()).total_seconds()), 0)
    page = HandedLinkPage(
        case,
        can_be_made=True,
        link=link,
        groups=tuple(link.token[start : start + _GROUP] for start in range(0, len(link.token), _GROUP)),
        left=f"{seconds // 60}分{seconds % 60}秒",
    )
    answer = render(request, "handed_link.html", page)
    answer.headers["refresh"] = str(seconds + 1)
    return answer


@router.post("/cases/{case_no}/link", dependencies=[allowed(*_MAY_HAND_OUT)])
def hand_out(case_no: str, desk: Here, actor: Who, form: Form) -> Response:
    """Write it down and make the link; a second click while it is shown makes no second one."""
    _case_for(desk, case_no, actor)
    if desk.outside.handed_links.can_be_made():
        desk.outside.handed_links.hand_out(actor, case_no)
    return RedirectResponse(f"/cases/{case_no}/link", status_code=303)


def _case_for(desk: Desk, case_no: str, actor: Actor) -> CaseView:
    case, _ = visible_case(desk.front, case_no, actor.user)
    if reason := link_refusal(actor, rated_units(case), case.source, case.anonymous):
        raise NotVisible(reason)
    return case
