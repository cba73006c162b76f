"""What the page about calendars shows of a notice that arrives is what the commands print, over the real workflow."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from models.actions import Action
from tests.calendar.support import BEFORE, SPRING_FESTIVAL_2020
from tests.cli.terminal import At, Terminal, settings_for
from tests.project.pages import ROOT, blocks, is_excerpt, read
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, at, office_at

PAGE = ROOT / "docs" / "calendars.md"
SHOWN = [block for block in blocks(read(PAGE)) if "starter.py calendar " in block.split("\n")[0]]


@pytest.fixture
async def terminal(database_url: str, tmp_path: Path) -> AsyncIterator[Terminal]:
    """A terminal on 27 January 2020; one case waits for the sign-off, one for its remediation."""
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(office_at("2020-01-22 10:00", database_url, tmp_path, calendar=BEFORE))
        signed = await office.dispatch()
        await office.act(signed, Action.SIGN_OFF, OFFICER)
        await office.act(signed, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
        await office.wait_until("2020-01-23 10:00")
        waiting = await office.dispatch()
        await office.act(waiting, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
        await office.wait_until("2020-01-27 09:00")
        settings = settings_for(database_url, tmp_path, office.client.service_client.config.target_host)
        installation = At(settings, at("2020-01-27 09:00"))  # the page shows this minute, however long the story took
        stack.callback(installation.close)
        yield Terminal(installation)


async def test_the_shown_show_preview_and_apply_are_what_is_printed(terminal: Terminal) -> None:
    assert [block.split()[3:6] for block in SHOWN] == [
        ["calendar", "show", "2020"],
        ["calendar", "preview", str(SPRING_FESTIVAL_2020)],
        ["calendar", "apply", str(SPRING_FESTIVAL_2020)],
        ["calendar", "apply", str(SPRING_FESTIVAL_2020)],
    ]
    for block in SHOWN:
        command, _, shown = block.partition("\n")
        printed = await terminal.done(*command.split()[3:])
        assert is_excerpt(shown, printed), printed
    assert f"--as {SUPERVISOR}" in SHOWN[-1].split("\n")[0]
