"""Who calls the API: a bearer token, its scope, and the user in whose name it acts.

Decides what a token needs for a route. That the user may do it decide the same rules as everywhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from models.actors import Actor
from models.outside import ApiToken, Scope
from web.access import the_desk
from web.api.problems import Forbidden, Unauthorized
from web.ports import Desk
from web.refusals import address_of
from web.throttle import TooOften

_bearer = HTTPBearer(auto_error=False, description="令牌由管理员生成：starter.py token add，或网页 /admin/tokens。")


@dataclass(frozen=True)
class Caller:
    """The token of a request and the user behind it."""

    token: ApiToken
    actor: Actor


class Scoped:
    """The rule of a route: which scope its token needs."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(
        self, request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Caller:
        """Raises Unauthorized, Forbidden, or TooOften for an address whose tokens did not work again and again."""
        tokens = the_desk(request).outside.tokens
        found = tokens.find(given.credentials) if given is not None else None
        if found is None:
            if given is not None and (seconds := tokens.failed(address_of(request))):
                raise TooOften(f"从这个网络地址来的令牌多次无效，请更换令牌，{seconds} 秒后再试。", seconds)
            raise Unauthorized(
                "请求须带有效的令牌：Authorization: Bearer hcp_…。令牌可能已过期、被撤销，或所属用户已停用。"
            )
        token, user = found
        if self.scope not in token.scopes:
            raise Forbidden(f"这个令牌没有“{self.scope.value}”（{self.scope.label}）的权限，请管理员另发令牌。")
        return Caller(token, Actor(user=user.id, role=user.role, unit=user.unit, staff_no=user.staff_no))


def scoped(scope: Scope) -> Any:
    """The caller of a route that needs that scope."""
    return Depends(Scoped(scope))


Reader = Annotated[Caller, scoped(Scope.CASES_READ)]
Clerk = Annotated[Caller, scoped(Scope.CASES_ACT)]
Source = Annotated[Caller, scoped(Scope.RATINGS_WRITE)]
MatterSource = Annotated[Caller, scoped(Scope.MATTERS_WRITE)]


def scope_of(route: APIRoute) -> Scope | None:
    """The scope that a route needs; None when it names none."""
    calls: list[Callable[..., Any] | None] = [each.call for each in route.dependant.dependencies]
    return next((call.scope for call in calls if isinstance(call, Scoped)), None)


def the_desk_of(request: Request) -> Desk:
    """What the routes ask."""
    return the_desk(request)


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="请求的编号，由调用方产生（如 UUID）。24 小时内用同一编号重发，得到同一答复，不会重复办理。",
    ),
]
