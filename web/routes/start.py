"""The front door: where each person's work begins, and whether the desk answers."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from web.access import anyone, find_session
from web.pages import FIRST_PAGE

router = APIRouter()


@router.get("/", dependencies=[anyone()])
def start(request: Request) -> Response:
    """To the own work, or to the login."""
    session = find_session(request)
    return RedirectResponse(FIRST_PAGE[session.user.role] if session else "/login", status_code=303)


@router.get("/health", dependencies=[anyone()])
def health() -> Response:
    """Whether the desk answers; the stack looks here."""
    return PlainTextResponse("ok")
