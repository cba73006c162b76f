"""Every page of the desk under axe, on an office screen and on a telephone, with nothing that axe calls a violation."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi.routing import APIRoute

from models.actors import Role
from tests.browser.conftest import OpenSite
from tests.browser.site import OFFICE_SCREEN, PHONE
from tests.browser.walk import call, rated, sign_off
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR
from web.access import rule_of
from web.app import create_app
from web.ports import Desk

ADMIN = "admin-01"
WHO = {
    Role.OFFICER: OFFICER,
    Role.HOTLINE: HOTLINE,
    Role.SUPERVISOR: SUPERVISOR,
    Role.ADMIN: ADMIN,
    Role.CLERK: CLERK,
    Role.HEAD: HEAD,
    Role.REVIEWER: REVIEWER,
}
NO_PAGES = ("/health", "/charts/", "/ledger.xlsx", "/login/", "/static", "/api", "/c/", "/logout")
"""Addresses that answer with something other than a page, or that need a secret."""

FOR_A_CASE = {
    "/cases/{case_no}": OFFICER,
    "/cases/{case_no}/why/remediation/1": OFFICER,
    "/cases/{case_no}/engine": SUPERVISOR,
    "/cases/{case_no}/act/submit_remediation": OFFICER,
    "/cases/{case_no}/act/request_extension": OFFICER,
    "/cases/{case_no}/act/issue_measure": SUPERVISOR,
    "/cases/{case_no}/call": HOTLINE,
    "/cases/{case_no}/reveal": HOTLINE,
}


@pytest.mark.parametrize("screen", [OFFICE_SCREEN, PHONE], ids=["office screen", "telephone"])
async def test_no_page_has_a_barrier_that_axe_finds(site: OpenSite, tmp_path: Path, screen: dict[str, int]) -> None:
    at = await site("2026-03-09 10:00")
    at.screen = screen
    case_no = await rated(at, tmp_path)
    await sign_off(at, case_no)
    await call(at, case_no, "已接通，属实")
    found: list[str] = []
    for path, user in _pages(at.working.pages.desk, case_no):
        page = await at.of(user)
        await at.show(page, path)
        results = await Axe().run(page)
        for violation in results.response["violations"]:
            places = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            found.append(f"{path} as {user}: {violation['id']} ({violation['impact']}): {places}")
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        if wide:
            found.append(f"{path} as {user}: wider than the screen")
    assert not found, "\n".join(found)
    assert at.faults == []


def _pages(desk: Desk, case_no: str) -> list[tuple[str, str]]:
    """Every page without a parameter, as one of its people; and the pages of a case."""
    pages = []
    for route in create_app(desk).routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()) or "{" in route.path:
            continue
        if route.path == "/" or route.path.startswith(NO_PAGES):
            continue
        rule = rule_of(route)
        assert rule is not None
        role = next(each for each in Role if each in rule.roles)
        pages.append((route.path, WHO[role]))
    return pages + [(path.format(case_no=case_no), user) for path, user in FOR_A_CASE.items()]
