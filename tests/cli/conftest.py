"""Terminals: one over an office whose clock the story moves, and one without an engine."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.cli.terminal import At, Terminal, ratings_file, settings_for
from tests.support.engine import office_at

OpenTerminal = Callable[..., Awaitable[tuple[Terminal, list[str]]]]


@pytest.fixture
async def open_terminal(database_url: str, tmp_path: Path) -> AsyncIterator[OpenTerminal]:
    """Open an office at a moment, bring ratings in through the command line, and give the cases' numbers.

    The place is Ezhou unless the story says another.
    """
    async with AsyncExitStack() as stack:

        async def open_at(
            moment: str, *rows: dict[str, str], jurisdiction: str = "ezhou"
        ) -> tuple[Terminal, list[str]]:
            office = await stack.enter_async_context(
                office_at(moment, database_url, tmp_path, jurisdiction=jurisdiction)
            )
            address = office.client.service_client.config.target_host
            installation = At(settings_for(database_url, tmp_path, address))
            stack.callback(installation.close)
            terminal = Terminal(installation, office)
            await terminal.done("directory", "load", "samples/directory.toml")
            if rows:
                file = ratings_file(tmp_path / "ratings.csv", *rows)
                await terminal.done("import", str(file), "--jurisdiction", jurisdiction)
            return terminal, [case.case_no for case in office.reader.cases()]

        yield open_at


@pytest.fixture
def lone_terminal(database_url: str, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal with a directory, whose engine does not answer."""
    installation = At(settings_for(database_url, tmp_path))
    terminal = Terminal(installation)
    assert terminal.run_now("directory", "load", "samples/directory.toml").code == 0
    yield terminal
    installation.close()
