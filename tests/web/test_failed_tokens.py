"""Tokens that do not work slow their address, by its own count; one that works is served all the same."""

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from models.outside import Scope
from tests.support.engine import OFFICER
from tests.web.pages import Pages
from tests.web.test_api import problem
from web.api.app import PREFIX

ADMIN = "admin-01"
WRONG = "hcp_wrong"


def ask(pages: Pages, token: str | None = WRONG) -> httpx2.Response:
    """Ask for the tasks with that token."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return pages.client.get(f"{PREFIX}/tasks", headers=headers)


def a_token(pages: Pages, days: int = 30) -> str:
    _, secret = pages.installation.tokens.make("对接系统", [Scope.CASES_READ], OFFICER, days, ADMIN)
    return secret


@pytest.fixture
def slowed(pages: Pages) -> Pages:
    """The desk after ten wrong tokens from this address."""
    for _ in range(10):
        problem(ask(pages), 401, "unauthorized")
    return pages


def test_the_eleventh_wrong_token_of_an_address_is_told_to_wait(slowed: Pages) -> None:
    refused = ask(slowed)
    assert "请更换令牌，2 秒后再试" in problem(refused, 429, "too_often")
    assert refused.headers["retry-after"] == "2"


def test_the_waiting_grows_with_every_try_after_it_up_to_a_minute(slowed: Pages) -> None:
    waits = []
    for _ in range(9):
        wait = int(ask(slowed).headers["retry-after"])
        waits.append(wait)
        slowed.installation.moment += timedelta(seconds=wait)
        problem(ask(slowed), 401, "unauthorized")
    assert waits == [2, 3, 5, 9, 17, 33, 61, 61, 61]


def test_nothing_is_written_down_while_an_address_waits(slowed: Pages) -> None:
    for _ in range(5):
        ask(slowed)
    with slowed.installation.engine.connect() as connection:
        assert connection.execute(text("select count(*) from failed_tokens")).scalar_one() == 10


def test_a_quarter_of_an_hour_without_a_wrong_one_makes_the_address_free_again(slowed: Pages) -> None:
    slowed.installation.moment += timedelta(minutes=15)
    for _ in range(10):
        problem(ask(slowed), 401, "unauthorized")


def test_a_token_that_works_is_served_from_the_same_address(slowed: Pages) -> None:
    token = a_token(slowed)
    problem(ask(slowed), 429, "too_often")
    assert ask(slowed, token).status_code == 200


def test_a_token_that_has_ended_counts_like_one_that_never_was(pages: Pages) -> None:
    token = a_token(pages, days=1)
    pages.installation.moment += timedelta(days=1)
    for _ in range(10):
        problem(ask(pages, token), 401, "unauthorized")
    problem(ask(pages, token), 429, "too_often")


def test_a_request_without_a_token_is_no_try(slowed: Pages) -> None:
    for _ in range(12):
        problem(ask(slowed, None), 401, "unauthorized")


def test_people_of_the_same_address_log_in_as_before(slowed: Pages) -> None:
    slowed.installation.accounts.set(OFFICER, "一句很长的口令 0217", by=ADMIN, must_change=False)
    user = slowed.installation.accounts.log_in(OFFICER, "一句很长的口令 0217", "testclient")
    assert user.id == OFFICER


def test_what_was_written_down_is_swept_after_a_day(slowed: Pages) -> None:
    slowed.installation.moment += timedelta(days=1, seconds=1)
    ask(slowed)
    with slowed.installation.engine.connect() as connection:
        assert connection.execute(text("select count(*) from failed_tokens")).scalar_one() == 1


def test_the_description_of_every_address_names_the_waiting(pages: Pages) -> None:
    description = pages.client.get(f"{PREFIX}/openapi.json").json()
    answers = [operation["responses"] for path in description["paths"].values() for operation in path.values()]
    assert answers
    assert all("Retry-After" in each["429"]["headers"] for each in answers)
