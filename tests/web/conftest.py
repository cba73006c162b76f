"""Browsers over the real desk: `pages` without an engine, `working_office` with one whose clock the story moves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.web.pages import Pages, WorkingOffice, open_pages, open_working_office
from tests.web.paper import PaperActs
from web.throttle import Buckets

OpenOffice = Callable[..., Awaitable[WorkingOffice]]


@pytest.fixture
def pages(database_url: str, tmp_path: Path) -> Iterator[Pages]:
    """A browser on the desk of the tests' small office; nothing there reaches an engine."""
    with open_pages(database_url, tmp_path) as browser:
        yield browser


@pytest.fixture
def acts(pages: Pages) -> PaperActs:
    """Cases on paper behind the desk of `pages`."""
    paper = PaperActs(pages)
    pages.desk = replace(pages.desk, acts=paper)
    pages.app.state.desk = pages.desk
    return paper


@pytest.fixture
def no_time_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks too often earns no further request back, however long the machine takes over the ones before."""
    monkeypatch.setattr("web.throttle.Buckets", partial(Buckets, clock=lambda: 0.0))


@pytest.fixture
async def working_office(database_url: str, tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Open an office at a moment (`await working_office("2026-02-13 17:50")`), with a browser on its desk."""
    async with AsyncExitStack() as stack:

        async def open_at(moment: str, jurisdiction: str = "ezhou") -> WorkingOffice:
            return await stack.enter_async_context(open_working_office(moment, database_url, tmp_path, jurisdiction))

        yield open_at
