"""A real Chromium on the real desk. Without Chromium these tests are skipped and the run says so; in CI they fail."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.site import PATIENT_MS, Site, open_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "Chromium is missing, so no page was tried in a browser. Debian: apt install chromium fonts-noto-cjk"

OpenSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    async with async_playwright() as playwright:
        # A container has no user namespaces; the pages are our own.
        opened = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], timeout=2 * PATIENT_MS
        )
        yield opened
        await opened.close()


@pytest.fixture
async def site(browser: Browser, database_url: str, tmp_path: Path) -> AsyncIterator[OpenSite]:
    """Open the desk at a moment (`await site("2026-02-13 17:50")`) on an address of this machine."""
    async with AsyncExitStack() as stack:

        async def open_at(moment: str, **place: str) -> Site:
            return await stack.enter_async_context(open_site(browser, moment, database_url, tmp_path, **place))

        yield open_at
