"""A story's office: opened at a moment of the story, closed with the test."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.support.engine import Office, office_at


class OpenOffice(Protocol):
    """Opens an office; see `tests.support.engine.office_at`."""

    def __call__(self, moment: str, **place: Any) -> Awaitable[Office]:
        """Open it at a moment, e.g. `2026-02-13 17:50`, in a place other than Ezhou if asked."""
        ...


@pytest.fixture
async def open_office(database_url: str, tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Open the office at a moment, e.g. `2026-02-13 17:50`."""
    async with AsyncExitStack() as stack:

        async def open_at(moment: str, **place: Any) -> Office:
            return await stack.enter_async_context(office_at(moment, database_url, tmp_path, **place))

        yield open_at
