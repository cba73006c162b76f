"""The log of refused requests, for supervisors and administrators."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.accounts import Refusal
from models.actors import Role
from web.access import Here, allowed
from web.pages import in_menu, render

router = APIRouter()

in_menu("拒绝记录", "/admin/refusals", Role.SUPERVISOR, Role.ADMIN)

_A_PAGE = 50


@dataclass(frozen=True)
class RefusalsPage:
    """Refusals, the newest first; `older` leads to the next ones."""

    refusals: tuple[Refusal, ...]
    names: dict[str, str]
    roles: dict[str, str]
    older: str
    title: str = "拒绝记录"


@router.get("/admin/refusals", dependencies=[allowed(Role.SUPERVISOR, Role.ADMIN)])
def refusals(request: Request, desk: Here, before: int | None = None) -> Response:
    """Fifty at a time."""
    found = desk.refusals.page(before, _A_PAGE + 1)
    shown = tuple(found[:_A_PAGE])
    people = desk.front.people
    page = RefusalsPage(
        shown,
        {user.id: user.name for user in people.users()} | {unit.id: unit.name for unit in people.units()},
        {role.value: role.label for role in Role},
        f"/admin/refusals?before={shown[-1].id}" if len(found) > _A_PAGE else "",
    )
    return render(request, "refusals.html", page)
