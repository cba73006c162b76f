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

SESSION_COOKIE = "haochaping_session"
PASSWORD_PAGE = "/password"


class NotLoggedIn(HaochapingError):
    """The page is for people who have logged in."""


class PasswordFirst(HaochapingError):
    """Somebody else chose the password; it is changed before anything else."""


class NotAllowed(HaochapingError):
    """The page is not for this person."""


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


def anyone() -> Any:
    """The rule of a public address, among a route's dependencies."""
    return Depends(Anyone())


def allowed(*roles: Role) -> Any:
    """The rule of an address for some roles; without any named, for everybody who has logged in."""
    return Depends(Allowed(roles or tuple(Role)))


def rule_of(route: APIRoute) -> Anyone | Allowed | None:
    """The rule that a route names; None when it names none."""
    rules = [each.dependency for each in route.dependencies if isinstance(each.dependency, Anyone | Allowed)]
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
