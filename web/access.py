"""Who may open which address. Every route names its rule; one without a rule is a failing test.

Decides by role only. Which rows somebody sees follows from the unit (`casework.standing`), and whether an action is
possible the case itself says.
"""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from models.actors import Actor, Role
from models.errors import HaochapingError
from models.sessions import Session
from web.ports import Desk
from web.throttle import Throttle

SESSION_COOKIE = "haochaping_session"
PASSWORD_PAGE = "/password"
LARGEST_SIGNED_BODY = 16 * 1024
"""Bytes of a signed request; a report of one message is a few hundred."""


class NotLoggedIn(HaochapingError):
    """The page is for people who have logged in."""


class PasswordFirst(HaochapingError):
    """Somebody else chose the password; it is changed before anything else."""


class NotAllowed(HaochapingError):
    """The page is not for this person."""


class NotSigned(HaochapingError):
    """The address is for a service that proves who it is by a signature."""


class Anyone:
    """The address is open to everybody; what it shows is public, or its link is the secret."""

    roles: frozenset[Role] = frozenset(Role)
    needs_login = False

    def __call__(self) -> None:
        """Nothing to check."""


class Allowed:
    """The address is for people of these roles who have logged in."""

    needs_login = True

    def __init__(self, roles: Iterable[Role]) -> None:
        self.roles = frozenset(roles)

    def __call__(self, request: Request) -> None:
        """Raises NotLoggedIn, PasswordFirst, or NotAllowed with whose page it is."""
        session = session_of(request)
        if session.must_change and request.url.path != PASSWORD_PAGE:
            raise PasswordFirst("请先修改密码。")
        if session.user.role not in self.roles:
            whose = "、".join(role.label for role in Role if role in self.roles)
            raise NotAllowed(f"这个页面供{whose}使用，您是{session.user.role.label}。")


class Signed:
    """The address is for the SMS gateway, which signs the exact body with the secret that it shares with us."""

    roles: frozenset[Role] = frozenset()
    needs_login = False

    def __init__(self) -> None:
        self._unsigned = Throttle(per_minute=30, burst=60)

    async def __call__(self, request: Request) -> None:
        """Raises NotSigned, or TooOften for who goes on like that; nobody's login helps."""
        body, given = await body_of(request), request.headers.get("x-signature", "")
        if not the_desk(request).messages.receipts.is_genuine(body, given):
            self._unsigned(request)
            raise NotSigned("请求没有签名，或签名不符。请核对双方设置的密钥；本系统没有设置短信密钥时不接收回执。")


def anyone() -> Any:
    """The rule of a public address, among a route's dependencies."""
    return Depends(Anyone())


def allowed(*roles: Role) -> Any:
    """The rule of an address for some roles; without any named, for everybody who has logged in."""
    return Depends(Allowed(roles or tuple(Role)))


def signed() -> Any:
    """The rule of an address at which a service outside reports."""
    return Depends(Signed())


async def body_of(request: Request) -> bytes:
    """The body of a signed request, read once; one that is too large for a report is cut, so no signature fits it."""
    if not hasattr(request.state, "body"):
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_SIGNED_BODY:
                break
        request.state.body = body[:LARGEST_SIGNED_BODY]
    found: bytes = request.state.body
    return found


def rule_of(route: APIRoute) -> Anyone | Allowed | Signed | None:
    """The rule that a route names; None when it names none."""
    rules = [each.dependency for each in route.dependencies if isinstance(each.dependency, Anyone | Allowed | Signed)]
    assert len(rules) <= 1, f"{route.path} names two rules"
    return rules[0] if rules else None


def the_desk(request: Request) -> Desk:
    """What the pages ask."""
    desk: Desk = request.app.state.desk
    return desk


def session_of(request: Request) -> Session:
    """The login that this request comes with, looked up once per request. Raises NotLoggedIn."""
    found = find_session(request)
    if found is None:
        raise NotLoggedIn("请先登录。")
    return found


def find_session(request: Request) -> Session | None:
    """The login that this request comes with, or None."""
    if not hasattr(request.state, "session"):
        token = request.cookies.get(SESSION_COOKIE, "")
        request.state.session = the_desk(request).sessions.find(token) if token else None
    found: Session | None = request.state.session
    return found


def actor_of(request: Request) -> Actor:
    """Who acts. Raises NotLoggedIn."""
    user = session_of(request).user
    return Actor(user=user.id, role=user.role, unit=user.unit, staff_no=user.staff_no)


Here = Annotated[Desk, Depends(the_desk)]
Visit = Annotated[Session, Depends(session_of)]
Who = Annotated[Actor, Depends(actor_of)]
