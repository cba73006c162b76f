"""The front door: where each person's work begins, and whether the desk answers."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from models.actors import Role
from web.access import anyone, find_session

router = APIRouter()

FIRST_PAGE = {
    Role.OFFICER: "/tasks",
    Role.HOTLINE: "/callbacks",
    Role.SUPERVISOR: "/overview",
    Role.ADMIN: "/admin/users",
    Role.CLERK: "/mine",
    Role.HEAD: "/tasks",
    Role.REVIEWER: "/tasks",
}
"""The page that a person of that role sees after the login."""


@router.get("/", dependencies=[anyone()])
def start(request: Request) -> Response:
    """To the own work, or to the login."""
    session = find_session(request)
    return RedirectResponse(FIRST_PAGE[session.user.role] if session else "/login", status_code=303)


@router.get("/health", dependencies=[anyone()])
def health() -> Response:
    """Whether the desk answers; the stack looks here."""
    return PlainTextResponse("ok")
