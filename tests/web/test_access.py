"""Who is let in where, asked of the real application for every address that it has.

`access.txt` is the answer, to be read by people. After an intended change write it anew:

    WRITE_ACCESS=1 .venv/bin/pytest tests/web/test_access.py
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from models.actions import Action, HumanAction, Receipt
from models.actors import Role
from models.errors import EngineUnavailable
from models.views import EngineHistoryView
from tests.web.pages import Pages, Shown, open_pages, with_another
from tests.web.paper import PaperActs
from web.access import Allowed, Signed, rule_of
from web.pages import FIRST_PAGE, MENU, MENU_ORDER, folded, menu_of

TABLE = Path(__file__).with_name("access.txt")
MOUNTS = {"/static", "/api/v1"}
"""What is no page: files that everybody may have, and the API, which knows no browser's login."""

VALUES = {
    "action": "sign_off",
    "file_id": "1",
    "form": "json",
    "jurisdiction": "ezhou",
    "kind": "sign_off",
    "number": "D9999",
    "position": "1",
    "round": "1",
    "sample": "nothing",
    "step": "1",
    "token": "x" * 43,
    "token_id": "1",
    "unit_id": "nowhere",
    "user_id": "nobody",
}
"""What stands in an address: nothing that a request without a form could change."""


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door; `elsewhere` when the case is another unit's."""

    user: str
    role: Role
    elsewhere: bool = False


VISITORS = (
    Visitor("officer-renshe", Role.OFFICER),
    Visitor("officer-shichang", Role.OFFICER, elsewhere=True),
    Visitor("hotline-01", Role.HOTLINE),
    Visitor("supervisor-01", Role.SUPERVISOR),
    Visitor("admin-01", Role.ADMIN),
    Visitor("clerk-renshe", Role.CLERK),
    Visitor("clerk-shichang", Role.CLERK, elsewhere=True),
    Visitor("head-renshe", Role.HEAD),
    Visitor("head-shichang", Role.HEAD, elsewhere=True),
    Visitor("reviewer-01", Role.REVIEWER),
)


class Deaf:
    """An engine that does not answer: who comes this far was let in."""

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Never."""
        raise EngineUnavailable("系统没有应答。")


@dataclass(frozen=True)
class DeafRecords:
    """What is kept of a case, but for the engine's own part."""

    kept: Any

    async def engine_history(self, case_no: str) -> EngineHistoryView:
        """Never."""
        raise EngineUnavailable("系统没有应答。")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)


@pytest.fixture
def pages(database_url: str, tmp_path: Path) -> Iterator[Pages]:
    """A browser on a desk whose engine does not answer."""
    with (
        open_pages(database_url, tmp_path, acts=Deaf()) as browser,
        with_another(browser, records=DeafRecords(browser.desk.records)) as deaf,
    ):
        yield deaf


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Every route of the application; anything else that answers must be one of the known mounts."""
    routes = [context.original_route for context in iter_route_contexts(app.routes)]
    assert {each.path for each in routes if isinstance(each, Mount)} <= MOUNTS
    assert [each for each in routes if not isinstance(each, APIRoute | Mount)] == []
    return [each for each in routes if isinstance(each, APIRoute)]


def test_every_route_names_exactly_one_rule(pages: Pages) -> None:
    assert [f"{route.methods} {route.path}" for route in routes_of(pages.app) if rule_of(route) is None] == []


def test_a_route_without_a_rule_is_found(pages: Pages) -> None:
    @pages.app.get("/forgotten")
    def forgotten() -> None:
        """A page that somebody forgot to guard."""

    assert [route.path for route in routes_of(pages.app) if rule_of(route) is None] == ["/forgotten"]


@pytest.mark.timeout(600)  # some seven hundred requests
def test_the_application_lets_in_whom_the_table_names(pages: Pages) -> None:
    case_no = PaperActs(pages).dispatch("42070000000001", staff_no="RS-0217")
    told = "\n".join(_line(pages, route, method, case_no) for route, method in _addresses(pages.app)) + "\n"
    if os.environ.get("WRITE_ACCESS"):
        TABLE.write_text(told, encoding="utf-8")
    assert told == TABLE.read_text(encoding="utf-8")


def test_the_api_lets_nobody_in_by_a_browser_s_login(pages: Pages) -> None:
    api = next(each.app for each in pages.app.routes if isinstance(each, Mount) and each.path == "/api/v1")
    assert isinstance(api, FastAPI)
    pages.log_in("supervisor-01")
    asked = 0
    for context in iter_route_contexts(api.routes):
        if isinstance(route := context.original_route, APIRoute):
            for method in route.methods or ():
                path = re.sub(r"{(\w+)(:\w+)?}", "x", f"/api/v1{route.path}")
                assert pages.client.request(method, path).status_code == 401, f"{method} {path}"
                asked += 1
    assert asked


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda each: each.user)
def test_everybody_finds_the_first_page_and_every_word_of_the_menu(pages: Pages, visitor: Visitor) -> None:
    pages.log_in(visitor.user)
    assert pages.get("/").headers["location"] == FIRST_PAGE[visitor.role]
    words = menu_of(visitor.role)
    assert words[0].path == FIRST_PAGE[visitor.role]
    for entry in words:
        shown = pages.get(entry.path)
        assert shown.status_code == 200, entry.path
        assert f'href="{entry.path}" aria-current="page"' in shown.text


def test_the_menu_begins_with_the_work_of_the_role() -> None:
    assert {role: menu_of(role)[0].label for role in Role} == {
        Role.OFFICER: "待办",
        Role.HOTLINE: "回访",
        Role.SUPERVISOR: "总览",
        Role.CLERK: "我的评价",
        Role.HEAD: "待办",
        Role.REVIEWER: "待办",
        Role.ADMIN: "用户",
    }
    assert [entry.label for entry in menu_of(Role.SUPERVISOR)][:2] == ["总览", "待办"]


@pytest.mark.parametrize("role", Role)
def test_a_long_menu_folds_its_last_words_away(role: Role) -> None:
    shown, more = folded(menu_of(role))
    assert shown + more == menu_of(role)
    assert len(shown) + bool(more) <= 8
    assert bool(more) == (role in (Role.SUPERVISOR, Role.ADMIN))


def test_every_word_of_the_menu_has_its_place_and_its_rule() -> None:
    from web.routes import ROUTERS

    rules = {
        route.path: rule_of(route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    for entry in MENU:
        assert entry.path in MENU_ORDER
        rule = rules[entry.path]
        assert rule is not None
        assert entry.roles <= rule.roles, entry.path


def _addresses(app: FastAPI) -> list[tuple[APIRoute, str]]:
    found = [(route, method) for route in routes_of(app) for method in sorted(route.methods or ())]
    return sorted(found, key=lambda each: (each[0].path, each[1]))


def _line(pages: Pages, route: APIRoute, method: str, case_no: str) -> str:
    missing = [name for name in re.findall(r"{(\w+)", route.path) if name not in {*VALUES, "case_no"}]
    assert not missing, f"give {missing} of {route.path} a value in VALUES"
    path = route.path.format(**VALUES, case_no=case_no)
    rule = rule_of(route)
    pages.log_out()
    assert method in ("GET", "POST"), f"a page is neither fetched nor sent by {method}"
    nobody = _is_let_in(pages.post(path) if method == "POST" else pages.get(path))
    entered = [visitor for visitor in VISITORS if _enters(pages, visitor, method, path)]
    if isinstance(rule, Allowed):
        assert not nobody, f"{method} {path} lets nobody in particular in"
        assert {visitor.role for visitor in entered} <= rule.roles
        return f"{method:<5}{route.path:<42}{_names(entered)}".rstrip()
    if isinstance(rule, Signed):
        assert not nobody, f"{method} {path} asks for no signature"
        assert entered == [], f"{method} {path} lets people in by their login"
        return f"{method:<5}{route.path:<42}（凭签名，登录无用）"
    assert nobody, f"{method} {path} is for anyone, and refuses"
    assert len(entered) == len(VISITORS)
    return f"{method:<5}{route.path:<42}任何人"


def _enters(pages: Pages, visitor: Visitor, method: str, path: str) -> bool:
    pages.log_in(visitor.user)
    return _is_let_in(pages.post(path) if method == "POST" else pages.get(path))


def _is_let_in(answer: Shown) -> bool:
    """Whether the page was reached: neither the login, nor a refusal of the person or of the case."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/login"):
        return answer.request.url.path in ("/", "/logout")
    asks_for_a_password = answer.status_code == 403 and answer.template.name == "login.html"
    return asks_for_a_password or answer.status_code not in (401, 403, 409)


def _names(entered: list[Visitor]) -> str:
    words = []
    if not entered:
        return "（此案此时无人）"
    for role in Role:
        places = {visitor.elsewhere for visitor in entered if visitor.role is role}
        if places == {False, True} or (places and not role.is_of_unit):
            words.append(role.label)
        elif places:
            words.append(f"{role.label}（{'外' if places == {True} else '本'}单位）")
    return " ".join(words)
