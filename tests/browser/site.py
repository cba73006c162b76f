"""The desk served over HTTP on this machine, with a browser whose people log in through its login page.

The engine's clock is the story's; the desk's clock follows it (`Site.show` tells it the time before a page is opened).
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.rhythm.support import PaperSchedules
from tests.support.engine import Office
from tests.web.pages import WorkingOffice, open_working_office
from web.access import SESSION_COOKIE
from web.app import create_app
from web.ports import Desk

OFFICE_SCREEN = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

PATIENT_MS = 60_000
"""Milliseconds until a page, or what it is to show, will not come any more; only a failure waits that long."""

expect.set_options(timeout=PATIENT_MS)


@dataclass
class Site:
    """A desk at an address; each person has a browser window of their own."""

    browser: Browser
    working: WorkingOffice
    address: str
    screen: dict[str, int] = field(default_factory=lambda: OFFICE_SCREEN)
    javascript: bool = True
    _windows: dict[str, Page] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What the browser complained of: script errors, and anything that the content security policy held back."""

    @property
    def office(self) -> Office:
        """The office behind the desk."""
        return self.working.office

    async def of(self, user_id: str) -> Page:
        """The window of a user who is logged in already."""
        if user_id not in self._windows:
            context = await self._context()
            session = await asyncio.to_thread(self._session_of, user_id)
            await context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": self.address}])
            self._windows[user_id] = await self._window(context)
        return self._windows[user_id]

    async def of_nobody(self) -> Page:
        """A window in which nobody is logged in."""
        return await self._window(await self._context())

    async def show(self, page: Page, path: str) -> None:
        """Open an address at the engine's present time. Fails on an answer that is no page."""
        await self.tell_the_time()
        answer = await page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status} {await page.locator('main').inner_text()}"

    async def tell_the_time(self) -> None:
        """Let the desk's clock stand where the engine's stands."""
        self.working.pages.installation.moment = await self.office.now()

    async def pass_until(self, moment: str) -> None:
        """Let time pass for engine and desk."""
        await self.office.wait_until(moment)
        await self.tell_the_time()

    def _session_of(self, user_id: str) -> str:
        desk = self.working.pages.desk
        return desk.sessions.open(desk.front.people.user(user_id), "browser test").token

    async def _context(self) -> BrowserContext:
        return await self.browser.new_context(
            viewport={"width": self.screen["width"], "height": self.screen["height"]},
            java_script_enabled=self.javascript,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )

    async def _window(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        page.set_default_timeout(PATIENT_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._listen)
        page.on("request", self._need_our_own_host)
        return page

    def _listen(self, said: ConsoleMessage) -> None:
        """A form that was refused is answered with 4xx, which the browser calls an error; that is none."""
        if said.type == "error" and "responded with a status of 4" not in said.text:
            self.faults.append(said.text)

    def _need_our_own_host(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"fetched from another host: {request.url}")


@asynccontextmanager
async def open_site(
    browser: Browser, moment: str, database_url: str, folder: Path, jurisdiction: str = "ezhou"
) -> AsyncIterator[Site]:
    """The desk of an office whose engine believes it is that moment, served on this machine."""
    async with open_working_office(moment, database_url, folder, jurisdiction) as working:
        door = socket.create_server(("127.0.0.1", 0))
        server = _Server(
            uvicorn.Config(
                create_app(_without_an_engines_schedules(working.pages.desk)),
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_keep_alive=600,  # no connection is closed in the moment in which a form is sent over it
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve([door]))
        while not server.started:
            await asyncio.sleep(0.01)
        site = Site(browser, working, f"http://127.0.0.1:{door.getsockname()[1]}")
        try:
            yield site
        finally:
            for context in browser.contexts:
                await context.close()
            server.should_exit = True
            await serving


def _without_an_engines_schedules(desk: Desk) -> Desk:
    """The engine whose clock is moved knows no schedules; on these pages they stand on paper."""
    return replace(desk, rhythm=replace(desk.rhythm, engine=PaperSchedules()))


class _Server(uvicorn.Server):
    """The signals are the test run's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
