"""What is written down when somebody asks for what is not theirs: a line in the log and a row in the database."""

import logging

from fastapi import Request

from web.access import find_session, the_desk

log = logging.getLogger("haochaping.desk")

_SECRET_PATHS = ("/c/",)
"""Addresses whose next part is a secret of a citizen."""


def log_refusal(request: Request, status: int, reason: str) -> None:
    """Write a refused request down."""
    session = find_session(request)
    user = session.user if session else None
    path, address = path_of(request), address_of(request)
    log.warning("refused %s %s to %s from %s: %s", request.method, path, user.id if user else "nobody", address, status)
    the_desk(request).refusals.write(user, address, request.method, path, status, reason)


def address_of(request: Request) -> str:
    """The network address that a request comes from."""
    return request.client.host if request.client else ""


def path_of(request: Request) -> str:
    """The address of the page, without what is secret in it."""
    path = request.url.path
    return next((f"{secret}…" for secret in _SECRET_PATHS if path.startswith(secret)), path)
