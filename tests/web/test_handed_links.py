"""办件进度链接 handed to an evaluator: by whom, shown for how long, what it opens, and that each is written down."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from adapters.citizen_links import LINK_DAYS, CitizenLinks
from adapters.handed_links import HandedLinks
from adapters.tables.doors import CITIZEN_LINKS
from models.kinds import CaseSource
from models.reveals import SHOWN_FOR, RevealPlace
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR
from tests.support.keys import PERSONAL
from tests.web.evaluators import MOBILE, NAME, a_case
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs
from tests.web.test_citizen import close
from web.routes.handed_links import HandedLinkPage

DESK = "https://desk.test"


@pytest.fixture
def case_no(pages: Pages, acts: PaperActs, tmp_path: Path) -> str:
    """A case with its evaluator, on a desk that citizens reach."""
    reached_at(pages, DESK)
    return a_case(pages, acts, tmp_path)


def reached_at(pages: Pages, desk_url: str) -> None:
    links = CitizenLinks(pages.installation.engine, PERSONAL, lambda: desk_url)
    outside = replace(pages.desk.outside, handed_links=HandedLinks(pages.installation.reveals, links))
    pages.desk = replace(pages.desk, outside=outside)
    pages.app.state.desk = pages.desk


def link_page(pages: Pages, case_no: str) -> HandedLinkPage:
    response = pages.get(f"/cases/{case_no}/link")
    assert response.template.name == "handed_link.html"
    page = response.context["page"]
    assert isinstance(page, HandedLinkPage)
    return page


def hand_out(pages: Pages, case_no: str, user: str = HOTLINE) -> str:
    """Ask for a link as that person; the path that it opens."""
    pages.log_in(user)
    asked = pages.post(f"/cases/{case_no}/link")
    assert (asked.status_code, asked.headers["location"]) == (303, f"/cases/{case_no}/link")
    link = link_page(pages, case_no).link
    assert link is not None
    assert link.site == f"{DESK}/c/"
    return f"/c/{link.token}"


def links_made(pages: Pages) -> int:
    with pages.installation.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(CITIZEN_LINKS)).scalar_one()


def test_a_link_that_was_handed_out_opens_the_case_for_whoever_has_it(pages: Pages, case_no: str) -> None:
    path = hand_out(pages, case_no)
    pages.log_out()
    shown = pages.get(path)
    assert shown.template.name == "citizen.html"
    assert shown.context["page"].view.case_no == case_no
    assert MOBILE not in shown.text
    assert NAME not in shown.text


def test_the_page_shows_it_to_read_out_and_to_copy_with_its_end_and_what_it_is_for(pages: Pages, case_no: str) -> None:
    pages.log_in(SUPERVISOR)
    assert "/link" in pages.get(f"/cases/{case_no}").context["page"].link_path
    hand_out(pages, case_no, SUPERVISOR)
    response = pages.get(f"/cases/{case_no}/link")
    page = response.context["page"]
    token = page.link.token
    assert re.fullmatch(r"[a-z2-7]{26}", token)
    assert "".join(page.groups) == token
    assert max(map(len, page.groups)) == 4
    assert f'value="{DESK}/c/{token}"' in response.text
    said = text_of(response)
    assert " ".join(page.groups) in said
    assert page.link.expires_at == pages.installation.moment + timedelta(days=LINK_DAYS)
    assert "到 2026-04-14（周二）17:50 为止都能打开" in said
    assert "办结以后可以再评价一次" in said
    assert response.headers["cache-control"] == "no-store"


def test_the_address_is_hidden_after_minutes_and_goes_on_working(pages: Pages, case_no: str) -> None:
    path = hand_out(pages, case_no)
    assert pages.get(f"/cases/{case_no}/link").headers["refresh"] == "301"
    pages.installation.moment += SHOWN_FOR
    page = link_page(pages, case_no)
    assert (page.link, page.can_be_made) == (None, True)
    assert pages.get(path).status_code == 200
    pages.installation.moment += timedelta(days=LINK_DAYS)
    assert pages.get(path).status_code == 404


def test_a_later_link_is_another_one_and_the_earlier_one_stays(pages: Pages, case_no: str) -> None:
    first = hand_out(pages, case_no)
    pages.installation.moment += SHOWN_FOR
    second = hand_out(pages, case_no)
    assert first != second
    assert {pages.get(path).status_code for path in (first, second)} == {200}


def test_a_second_click_makes_no_second_link(pages: Pages, case_no: str) -> None:
    assert hand_out(pages, case_no) == hand_out(pages, case_no)
    assert links_made(pages) == len(pages.installation.reveals.log()) == 1


def test_a_link_is_shown_to_nobody_but_whoever_made_it(pages: Pages, case_no: str) -> None:
    hand_out(pages, case_no)
    pages.log_in(SUPERVISOR)
    assert link_page(pages, case_no).link is None


def test_the_supervisors_read_who_handed_out_which_link_when(pages: Pages, case_no: str) -> None:
    hand_out(pages, case_no)
    pages.log_in(SUPERVISOR)
    log = pages.get("/reveals")
    [row] = log.context["page"].rows
    assert (row.reveal.user_id, row.reveal.case_no, row.reveal.place) == (HOTLINE, case_no, RevealPlace.LINK)
    assert row.reveal.at == pages.installation.moment
    assert "办件进度链接" in text_of(log)


def test_a_link_is_no_look_at_the_number(pages: Pages, case_no: str) -> None:
    hand_out(pages, case_no)
    shown = pages.get(f"/cases/{case_no}/reveal")
    assert shown.context["page"].contact is None
    assert MOBILE not in shown.text


def test_the_database_holds_no_address(pages: Pages, case_no: str) -> None:
    token = hand_out(pages, case_no).removeprefix("/c/")
    with pages.installation.engine.connect() as connection:
        for table in ("citizen_links", "reveals"):
            rows = connection.execute(text(f"select t::text from {table} t")).scalars().all()
            assert rows
            assert not any(token in row for row in rows)


@pytest.mark.parametrize("user", [OFFICER, CLERK, HEAD, REVIEWER, "admin-01"])
def test_nobody_else_hands_one_out(pages: Pages, case_no: str, user: str) -> None:
    pages.log_in(user)
    for response in (pages.get(f"/cases/{case_no}/link"), pages.post(f"/cases/{case_no}/link")):
        assert response.status_code == 403
    assert f"/cases/{case_no}/link" not in pages.get(f"/cases/{case_no}").text
    assert links_made(pages) == 0


def test_not_even_the_hotline_for_a_review_of_its_own(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    reached_at(pages, DESK)
    case_no = a_case(pages, acts, tmp_path, unit="ez-12345")
    pages.log_in(HOTLINE)
    refused = pages.post(f"/cases/{case_no}/link")
    assert refused.status_code == 403
    assert "不能经手评价人的办件进度链接" in text_of(refused)
    assert links_made(pages) == 0


NOBODY = [({"source": CaseSource.REPEATED}, "没有评价人"), ({"anonymous": True}, "这件是匿名的")]


@pytest.mark.parametrize(("changes", "sentence"), NOBODY, ids=["parent case", "anonymous"])
def test_a_case_without_an_evaluator_who_can_be_told_offers_none(
    pages: Pages, acts: PaperActs, changes: dict[str, Any], sentence: str
) -> None:
    reached_at(pages, DESK)
    case_no = acts.dispatch("420700000001", **changes)
    pages.log_in(HOTLINE)
    assert pages.get(f"/cases/{case_no}").context["page"].link_path == ""
    refused = pages.post(f"/cases/{case_no}/link")
    assert (refused.status_code, sentence in text_of(refused)) == (403, True)


def test_a_closed_case_gives_the_link_its_re_evaluation_at_once(pages: Pages, acts: PaperActs, case_no: str) -> None:
    close(acts, case_no)
    path = hand_out(pages, case_no)
    assert "现在就可以再评价一次" in text_of(pages.get(f"/cases/{case_no}/link"))
    assert pages.get(path).context["page"].view.may_rate


def test_a_desk_that_does_not_know_its_address_says_so_and_writes_nothing_down(pages: Pages, case_no: str) -> None:
    reached_at(pages, "")
    pages.log_in(HOTLINE)
    assert pages.post(f"/cases/{case_no}/link").status_code == 303
    assert "HAOCHAPING_DESK_URL" in text_of(pages.get(f"/cases/{case_no}/link"))
    assert pages.installation.reveals.log() == []


def test_a_link_is_no_step_of_the_case(pages: Pages, acts: PaperActs, case_no: str) -> None:
    before = pages.installation.reader.entries(case_no)
    hand_out(pages, case_no)
    assert pages.installation.reader.entries(case_no) == before
    assert acts.taken == []
