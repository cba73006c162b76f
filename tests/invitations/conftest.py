"""A browser's desk, tokens and a terminal for the intake of matters; nothing there reaches an engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.web.pages import Pages, open_pages

__all__ = ["Terminal", "pages"]


@pytest.fixture
def pages(database_url: str, tmp_path: Path) -> Iterator[Pages]:
    """A desk whose engine does not answer."""
    with open_pages(database_url, tmp_path) as browser:
        yield browser
