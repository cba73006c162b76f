"""A story's office: opened at a moment of the story, closed with the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.engine import Office, office_at

OpenOffice = Callable[[str], Awaitable[Office]]


@pytest.fixture
async def open_office(database_url: str, tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Open the office at a moment, e.g. `2026-02-13 17:50`."""
    async with AsyncExitStack() as stack:

        async def open_at(moment: str) -> Office:
            return await stack.enter_async_context(office_at(moment, database_url, tmp_path))

        yield open_at
