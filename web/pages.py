"""From a page's typed context to HTML: one dataclass per page, one template, the frame around it.

Decides what every page has: who is logged in, the menu of their role, the filters of the templates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.templating import Jinja2Templates

from casework import text
from models.actors import Role
from models.sessions import Session
from web.access import find_session, the_desk

HERE = Path(__file__).parent

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "instant": text.instant,
    "end_of": text.end_of,
    "masked": text.masked,
    "file_size": text.file_size,
}
_templates = Jinja2Templates(env=_environment)


class Page(Protocol):
    """The context of one page: a frozen dataclass whose fields are what its template shows."""

    @property
    def title(self) -> str:
        """What the page is called, in the head and in the browser's tab."""
        ...


@dataclass(frozen=True)
class MenuEntry:
    """One word of the menu."""

    label: str
    path: str
    roles: frozenset[Role]


MENU: list[MenuEntry] = []
"""Filled by the routes as they are declared."""

FIRST_PAGE = {
    Role.OFFICER: "/tasks",
    Role.HOTLINE: "/callbacks",
    Role.SUPERVISOR: "/overview",
    Role.ADMIN: "/admin/users",
    Role.CLERK: "/mine",
    Role.HEAD: "/tasks",
    Role.REVIEWER: "/tasks",
}
"""Where a person of that role begins: the page after the login, and the first word of the menu."""

INBOX = "/inbox"
"""The one word of the menu that carries a number: of the notices that are unread."""

_UNREAD_SHOWN = 99

MENU_ORDER = (
    "/tasks",
    "/callbacks",
    "/samples",
    "/cases/new",
    "/mine",
    "/overview",
    "/figures",
    "/ledger",
    INBOX,
    "/admin/users",
    "/admin/units",
    "/admin/tokens",
    "/rhythm",
    "/publications",
    "/quality",
    "/notices",
    "/policies",
    "/deputies",
    "/reveals",
    "/messages",
    "/push",
    "/admin/refusals",
)
"""How the words behind the first one stand beside each other: the daily work first."""

_MENU_ROOM = 8
"""Words that fit beside each other on an office screen; of a longer menu the last ones fold away under 更多."""


def in_menu(label: str, path: str, *roles: Role) -> None:
    """Put an address into the menu of those roles; of all, when none is named."""
    MENU.append(MenuEntry(label, path, frozenset(roles or Role)))


def menu_of(role: Role) -> tuple[MenuEntry, ...]:
    """The menu of that role: where it begins, then the rest in order."""

    def place(entry: MenuEntry) -> tuple[bool, int]:
        return entry.path != FIRST_PAGE[role], MENU_ORDER.index(entry.path)

    return tuple(sorted((each for each in MENU if role in each.roles), key=place))


def folded(menu: tuple[MenuEntry, ...]) -> tuple[tuple[MenuEntry, ...], tuple[MenuEntry, ...]]:
    """The words that stand in the menu, and those that fold away under 更多."""
    if len(menu) <= _MENU_ROOM:
        return menu, ()
    return menu[: _MENU_ROOM - 1], menu[_MENU_ROOM - 1 :]


@dataclass(frozen=True)
class Frame:
    """What surrounds every page."""

    session: Session | None
    unit_name: str
    menu: tuple[MenuEntry, ...]
    more: tuple[MenuEntry, ...]
    """Words of the menu that fold away under 更多."""
    unread: Mapping[str, str]
    """How much is unread, by the address of the menu."""
    path: str
    csrf: str
    now: datetime
    """The desk's clock, by which the countdowns in the browser go on."""


def render(request: Request, template: str, page: Page, status: int = 200) -> HTMLResponse:
    """The page as HTML. `page` is the template's one variable beside `frame`."""
    context: dict[str, Any] = {"page": page, "frame": _frame(request)}
    return _templates.TemplateResponse(request, template, context, status_code=status)


def _frame(request: Request) -> Frame:
    session, now = find_session(request), the_desk(request).front.now()
    if session is None:
        return Frame(session=None, unit_name="", menu=(), more=(), unread={}, path=request.url.path, csrf="", now=now)
    menu = menu_of(session.user.role)
    shown, more = folded(menu)
    return Frame(
        session=session,
        unit_name=the_desk(request).front.people.unit(session.user.unit).name,
        menu=shown,
        more=more,
        unread=_unread(request, session.user.id) if any(each.path == INBOX for each in menu) else {},
        path=request.url.path,
        csrf=session.csrf,
        now=now,
    )


def _unread(request: Request, user: str) -> dict[str, str]:
    count = the_desk(request).messages.inbox.unread(user, _UNREAD_SHOWN)
    return {INBOX: str(count)} if count.number else {}
