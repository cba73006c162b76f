"""Bearer tokens of other systems: made, shown once, revoked by an administrator.

Decides the pages only; the rules stand beside the tokens.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from models.actors import Role
from models.errors import BadInput, UnknownUser
from models.outside import ApiToken, Scope
from models.people import User
from web.access import Here, Who, allowed
from web.forms import Form, text_of, texts_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

in_menu("接口令牌", "/admin/tokens", Role.ADMIN)

_USUAL_DAYS = "365"


@dataclass(frozen=True)
class TokenRow:
    """A token with names, and how it stands."""

    token: ApiToken
    user: str
    standing: str


@dataclass(frozen=True)
class TokensPage:
    """All tokens and the form for a new one; `secret` is there once, when it has just been made."""

    rows: tuple[TokenRow, ...]
    users: tuple[User, ...]
    scopes: tuple[Scope, ...] = tuple(Scope)
    secret: str = ""
    name: str = ""
    user_id: str = ""
    chosen: tuple[str, ...] = ()
    days: str = _USUAL_DAYS
    refusal: str = ""
    title: str = "接口令牌"


@router.get("/admin/tokens", dependencies=[allowed(Role.ADMIN)])
def tokens_page(request: Request, desk: Here) -> Response:
    """The list and the form."""
    return render(request, "tokens.html", _page(desk))


@router.post("/admin/tokens", dependencies=[allowed(Role.ADMIN)])
def make_token(request: Request, desk: Here, actor: Who, form: Form) -> Response:
    """Make one. The answer itself shows the secret: it is stored nowhere and so cannot be shown after a redirect."""
    name, user_id, days = text_of(form, "name"), text_of(form, "user"), text_of(form, "days")
    chosen = tuple(texts_of(form, "scope"))
    try:
        scopes = [scope for scope in Scope if scope.value in chosen]
        token, secret = desk.outside.tokens.make(name, scopes, user_id, _number(days), actor.user)
    except (BadInput, UnknownUser) as refusal:
        page = _page(desk, name=name, user_id=user_id, chosen=chosen, days=days, refusal=str(refusal))
        return render(request, "tokens.html", page, 422)
    return render(request, "tokens.html", _page(desk, secret=secret, name=token.name))


@router.post("/admin/tokens/{token_id}/revoke", dependencies=[allowed(Role.ADMIN)])
def revoke_token(token_id: str, desk: Here, actor: Who, form: Form) -> Response:
    """Let it work no longer."""
    desk.outside.tokens.revoke(token_id, actor.user)
    return RedirectResponse("/admin/tokens", status_code=303)


def _page(
    desk: Desk,
    secret: str = "",
    name: str = "",
    user_id: str = "",
    chosen: tuple[str, ...] = (),
    days: str = _USUAL_DAYS,
    refusal: str = "",
) -> TokensPage:
    names, now = Names(desk.front.people), desk.front.now()
    rows = tuple(TokenRow(each, names.user(each.user_id), each.standing(now)) for each in desk.outside.tokens.all())
    users = tuple(user for user in desk.front.people.users() if not user.disabled)
    return TokensPage(rows, users, tuple(Scope), secret, name, user_id, chosen, days, refusal)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
