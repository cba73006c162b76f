"""Every page of the desk under axe, on an office screen and on a telephone, with nothing that axe calls a violation."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi.routing import APIRoute, iter_route_contexts

from models.actors import Role
from models.figures import FigurePeriod
from models.patterns import FlagKey, PatternKind
from models.samples import DrawPlan
from tests.browser.conftest import OpenSite
from tests.browser.site import OFFICE_SCREEN, PHONE
from tests.browser.walk import call, rated, sign_off
from tests.quality.support import rating, store
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR
from tests.support.engine import at as moment
from tests.web.served import Served, mobile, serve
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
NO_PAGES = (
    "/health",
    "/charts/",
    "/login/",
    "/static",
    "/api",
    "/c/",
    "/logout",
)
"""Addresses that answer with something other than a page, or that need a secret."""

NO_PAGE = (".xlsx", ".csv", ".json")

FOR_A_CASE = {
    "/cases/{case_no}": OFFICER,
    "/cases/{case_no}/why/remediation/1": OFFICER,
    "/cases/{case_no}/engine": SUPERVISOR,
    "/cases/{case_no}/act/submit_remediation": OFFICER,
    "/cases/{case_no}/act/request_extension": OFFICER,
    "/cases/{case_no}/act/issue_measure": SUPERVISOR,
    "/cases/{case_no}/call": HOTLINE,
    "/cases/{case_no}/reveal": HOTLINE,
    "/cases/{case_no}/link": HOTLINE,
}

FOR_A_SAMPLE = {
    "/samples/xintai-2026-02": SUPERVISOR,
    "/samples/xintai-2026-02/1": HOTLINE,
    "/samples/xintai-2026-02/1/number": HOTLINE,
}


ON_A_DAY = moment("2026-03-05 10:00")
FLAG = FlagKey(PatternKind.BAD_SERIES, "ez-renshe", "RS-0217", ON_A_DAY.date(), "hall_tablet")
ASKED = {
    "/figures/rows": "?kind=n_eval",
    "/quality/rows": "?finding=no_tag_version",
    "/quality/flag": f"?jurisdiction=ezhou&flag={FLAG.text}",
}
"""What pages are asked that show something only then."""


@pytest.mark.timeout(1200)  # more than thirty pages
@pytest.mark.parametrize("screen", [OFFICE_SCREEN, PHONE], ids=["office screen", "telephone"])
async def test_no_page_has_a_barrier_that_axe_finds(site: OpenSite, tmp_path: Path, screen: dict[str, int]) -> None:
    at = await site("2026-03-09 10:00")
    at.screen = screen
    case_no = await rated(at, tmp_path)
    await sign_off(at, case_no)
    await call(at, case_no, "已接通，属实")
    series = [rating(n, level=1, handler="RS-0217", assessed_at=ON_A_DAY, accepted_at=None) for n in range(3)]
    store(at.working.pages.installation.engine, series)
    served = {"assessed_at": moment("2026-02-10 10:00"), "accepted_at": None}
    serve(at.working.pages.installation.engine, [Served(9, mobile=mobile(9), changes=served)])
    february = FigurePeriod.of_months(2026, 2, 1)
    at.working.pages.installation.samples.draw("xintai", february, DrawPlan(people=1), "", ON_A_DAY)
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
    for context in iter_route_contexts(create_app(desk).routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()) or "{" in route.path:
            continue
        if route.path == "/" or route.path.startswith(NO_PAGES) or route.path.endswith(NO_PAGE):
            continue
        rule = rule_of(route)
        assert rule is not None
        role = next(each for each in Role if each in rule.roles)
        pages.append((route.path + ASKED.get(route.path, ""), WHO[role]))
    assert len(pages) > 20
    pages += [(path.format(case_no=case_no), user) for path, user in FOR_A_CASE.items()]
    return pages + list(FOR_A_SAMPLE.items())
