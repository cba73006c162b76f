"""Looks at an evaluator's name and number: for whom, for how long, and that each is written down."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.reveals import SHOWN_FOR, RevealPlace
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, REVIEWER, SUPERVISOR
from tests.web.evaluators import MOBILE, NAME, a_case
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs
from web.routes.reveals import LogPage, RevealPage

PURPOSE = "回访核实，第二次拨打"


@pytest.fixture
def case_no(pages: Pages, acts: PaperActs, tmp_path: Path) -> str:
    return a_case(pages, acts, tmp_path)


def reveal_page(pages: Pages, case_no: str) -> RevealPage:
    response = pages.get(f"/cases/{case_no}/reveal")
    assert response.template.name == "reveal.html"
    page = response.context["page"]
    assert isinstance(page, RevealPage)
    assert (MOBILE in response.text) == (NAME in response.text) == (page.contact is not None)
    return page


def test_a_look_shows_name_and_number_for_minutes_and_not_longer(pages: Pages, case_no: str) -> None:
    pages.log_in(HOTLINE)
    assert reveal_page(pages, case_no).contact is None
    asked = pages.post(f"/cases/{case_no}/reveal", {"purpose": PURPOSE})
    assert (asked.status_code, asked.headers["location"]) == (303, f"/cases/{case_no}/reveal")
    shown = pages.get(f"/cases/{case_no}/reveal")
    assert MOBILE in text_of(shown)
    assert "还显示 5分0秒" in text_of(shown)
    assert shown.headers["refresh"] == "301"
    assert shown.headers["cache-control"] == "no-store"
    pages.installation.moment += SHOWN_FOR - timedelta(seconds=1)
    assert reveal_page(pages, case_no).contact is not None
    pages.installation.moment += timedelta(seconds=1)
    assert reveal_page(pages, case_no).contact is None


@pytest.mark.parametrize("purpose", ["", "回访", "     核实     ", "长" * 201])
def test_without_a_purpose_nothing_is_shown_and_nothing_written_down(pages: Pages, case_no: str, purpose: str) -> None:
    pages.log_in(HOTLINE)
    refused = pages.post(f"/cases/{case_no}/reveal", {"purpose": purpose})
    assert refused.status_code == 422
    assert MOBILE not in refused.text
    page = refused.context["page"]
    assert (page.purpose, "请写明查看的事由" in page.refusal) == (purpose.strip(), True)
    assert pages.installation.reveals.log() == []


def test_a_look_is_for_the_person_who_asked(pages: Pages, case_no: str) -> None:
    pages.log_in(HOTLINE)
    pages.post(f"/cases/{case_no}/reveal", {"purpose": PURPOSE})
    pages.log_in(SUPERVISOR)
    assert reveal_page(pages, case_no).contact is None


@pytest.mark.parametrize("user", [OFFICER, CLERK, HEAD, REVIEWER, "admin-01"])
def test_nobody_of_a_rated_unit_gets_there(pages: Pages, case_no: str, user: str) -> None:
    pages.log_in(user)
    for response in (
        pages.get(f"/cases/{case_no}/reveal"),
        pages.post(f"/cases/{case_no}/reveal", {"purpose": PURPOSE}),
    ):
        assert response.status_code == 403
        assert MOBILE not in response.text
    assert pages.installation.reveals.log() == []


def test_not_even_the_hotline_when_it_was_rated_itself(pages: Pages, acts: PaperActs, tmp_path: Path) -> None:
    case_no = a_case(pages, acts, tmp_path, unit="ez-12345")
    pages.log_in(HOTLINE)
    refused = pages.post(f"/cases/{case_no}/reveal", {"purpose": PURPOSE})
    assert refused.status_code == 403
    assert "您所在的单位承办或协办这件差评" in text_of(refused)
    assert pages.installation.reveals.log() == []


def test_supervisors_read_who_looked_when_and_why(pages: Pages, case_no: str) -> None:
    for user in (HOTLINE, SUPERVISOR):
        pages.log_in(user)
        pages.post(f"/cases/{case_no}/reveal", {"purpose": f"{PURPOSE}（{user}）"})
    log = pages.get("/reveals")
    assert log.template.name == "reveals.html"
    page = log.context["page"]
    assert isinstance(page, LogPage)
    assert [row.reveal.user_id for row in page.rows] == [SUPERVISOR, HOTLINE]
    last = page.rows[1].reveal
    assert (last.case_no, last.purpose, last.unit, last.place) == (
        case_no,
        f"{PURPOSE}（{HOTLINE}）",
        "ez-12345",
        RevealPlace.DESK,
    )
    assert last.at == pages.installation.moment
    assert MOBILE not in log.text
    pages.log_in(HOTLINE)
    assert pages.get("/reveals").status_code == 403


def test_the_log_goes_on_page_by_page(pages: Pages, case_no: str) -> None:
    actor = pages.installation.people.actor(HOTLINE)
    for number in range(51):
        pages.installation.reveals.reveal(actor, case_no, f"第 {number} 次拨打", RevealPlace.DESK)
    pages.log_in(SUPERVISOR)
    first = pages.get("/reveals").context["page"]
    assert len(first.rows) == 50
    assert [row.reveal.purpose for row in pages.get(first.older).context["page"].rows] == ["第 0 次拨打"]


def test_an_anonymous_review_has_nothing_to_show_and_writes_nothing_down(pages: Pages, acts: PaperActs) -> None:
    case_no = acts.dispatch("420700000001", anonymous=True)
    pages.log_in(HOTLINE)
    assert not reveal_page(pages, case_no).has_contact
    assert pages.post(f"/cases/{case_no}/reveal", {"purpose": PURPOSE}).status_code == 303
    assert pages.installation.reveals.log() == []
