"""A desk over the hand-made month: one for all tests of a file that only read, a fresh one for those that write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DatabaseServer
from tests.figures.month import LATER, Month
from tests.web.pages import open_pages


@pytest.fixture(scope="module")
def shared_month(
    database_server: DatabaseServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Month]:
    """March 2026 as `tests.figures.month` tells it."""
    url = database_server.create(template=migrated_template)
    with open_pages(url, tmp_path_factory.mktemp("month")) as browser:
        month = Month(browser)
        month.make()
        yield month
    database_server.drop(url)


@pytest.fixture
def month(shared_month: Month) -> Month:
    """The month that nobody changes, seen on 5 April by nobody in particular."""
    shared_month.pages.installation.moment = LATER
    shared_month.pages.log_out()
    return shared_month


@pytest.fixture
def fresh_month(database_url: str, tmp_path: Path) -> Iterator[Month]:
    """A month of the test's own."""
    with open_pages(database_url, tmp_path) as browser:
        month = Month(browser)
        month.make()
        yield month
