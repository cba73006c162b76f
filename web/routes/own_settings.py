"""What somebody sets for themself (我的设置): whether what is not urgent comes one by one or once a day (汇总通知).

Decides what is offered. Which notices can wait is `models.notices.DIGESTED`; everything else comes at once, whatever is
chosen here, and the inbox has every notice at once in any case.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.errors import BadInput
from models.notices import DIGESTED
from policy.digests import HOURS
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import render

router = APIRouter()

ONE_BY_ONE = "each"
"""What the form says for no digest; else it says the hour."""


@dataclass(frozen=True)
class OwnSettingsPage:
    """The choice as it stands, or as it was sent and refused."""

    chosen: str
    is_kept: bool = False
    refusal: str = ""
    hours: tuple[int, ...] = tuple(HOURS)
    kinds: tuple[str, ...] = tuple(kind.label for kind in DIGESTED)
    title: str = "我的设置"


@router.get("/settings", dependencies=[allowed()])
def own_settings(request: Request, desk: Here, who: Who, kept: bool = False) -> Response:
    """What is chosen now."""
    hour = desk.messages.digests.of(who.user)
    return render(request, "own_settings.html", OwnSettingsPage(ONE_BY_ONE if hour is None else str(hour), kept))


@router.post("/settings", dependencies=[allowed()])
def choose(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Keep the choice."""
    given = text_of(form, "digest")
    try:
        desk.messages.digests.choose(who.user, _hour(given), desk.front.now())
    except BadInput as refusal:
        return render(request, "own_settings.html", OwnSettingsPage(given[:10], refusal=str(refusal)), 422)
    return RedirectResponse("/settings?kept=true", status_code=303)


def _hour(given: str) -> int | None:
    if given == ONE_BY_ONE:
        return None
    if given not in map(str, HOURS):
        raise BadInput("请选择逐条接收，或选择一个汇总的钟点。")
    return int(given)
