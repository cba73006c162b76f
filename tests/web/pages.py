"""A browser under test: Starlette's client over the real desk, its real adapters and a real database.

`Pages` asks and posts as one person; `WorkingOffice` does so over a real engine whose clock the story moves.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any, cast

import httpx2
from argon2 import PasswordHasher
from fastapi import FastAPI
from jinja2 import Template
from starlette.testclient import TestClient
from temporalio.client import Client

from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.policies import keep, load_calendar, load_policy
from desk import build_desk
from models.actions import Action, HumanAction, Receipt
from models.sessions import Session
from tests.cli.terminal import At, settings_for
from tests.support.engine import DIRECTORY, Office, office_at
from web.access import SESSION_COOKIE
from web.app import create_app
from web.forms import CSRF_FIELD
from web.ports import Acts, Desk

_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Hashes in no time; nobody will try to guess these passwords."""

Fields = Mapping[str, str | list[str]]
Files = list[tuple[str, tuple[str, bytes, str]]]


class Shown(httpx2.Response):
    """An answer, as Starlette's client gives it back for a page: with its template and that template's context."""

    template: Template
    context: dict[str, Any]


class NoEngine:
    """Acts of a test that must not reach a case."""

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Fail the test."""
        raise AssertionError(f"{action} reached the case {case_no}")


@dataclass
class Pages:
    """A browser: logs in as one person at a time, opens pages, sends forms. Redirects are not followed.

    `response.template.name` and `response.context["page"]` say what was shown.
    """

    client: TestClient
    desk: Desk
    installation: At
    session: Session | None = field(default=None)

    @property
    def app(self) -> FastAPI:
        """The application."""
        app = self.client.app
        assert isinstance(app, FastAPI)
        return app

    def log_in(self, user_id: str) -> Session:
        """Be that user from now on; no password is asked."""
        self.log_out()
        self.session = self.desk.sessions.open(self.desk.front.people.user(user_id), "test")
        self.client.cookies.set(SESSION_COOKIE, self.session.token)
        return self.session

    def log_out(self) -> None:
        """Be nobody."""
        self.session = None
        self.client.cookies.clear()

    def get(self, path: str, **query: str) -> Shown:
        """Open a page."""
        return cast(Shown, self.client.get(path, params=query or None))

    def post(self, path: str, fields: Fields | None = None, files: Files | None = None, **headers: str) -> Shown:
        """Send a form, with the secret that the login's forms carry unless the fields have one."""
        given: dict[str, Any] = {CSRF_FIELD: self.session.csrf} if self.session else {}
        answer = self.client.post(path, data={**given, **(fields or {})}, files=files, headers=headers or None)
        return cast(Shown, answer)


@contextmanager
def with_another(pages: Pages, **changes: Any) -> Iterator[Pages]:
    """A browser on the same desk with some of its ports exchanged."""
    desk = replace(pages.desk, **changes)
    with _browser(desk) as browser:
        yield replace(pages, client=browser, desk=desk)


def text_of(response: Shown) -> str:
    """What a reader sees of a page: without tags, blanks run together."""
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", response.text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def hidden_of(response: Shown, name: str) -> str:
    """The value of a page's hidden field, e.g. its form's key."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', response.text)
    assert found, f"the page has no hidden {name}"
    return unescape(found[1])


@contextmanager
def open_pages(
    database_url: str, folder: Path, acts: Acts | None = None, jurisdiction: str = "ezhou"
) -> Iterator[Pages]:
    """A browser on the desk over that database, with the tests' directory and a place's policy and calendar."""
    settings = settings_for(database_url, folder)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        keep(connection, load_policy(jurisdiction), load_calendar(jurisdiction))
    Directory(engine).fill(read_directory(DIRECTORY))
    engine.dispose()
    here = At(settings)
    here.accounts = replace(here.accounts, hasher=_QUICK)
    client = asyncio.run(_far_client(settings.temporal_address))
    desk = replace(build_desk(here, client, settings), acts=acts or NoEngine())
    try:
        with _browser(desk) as browser:
            yield Pages(browser, desk, here)
    finally:
        here.close()


@dataclass
class WorkingOffice:
    """An office whose engine runs, and a browser on its desk. The engine's time is the desk's time."""

    office: Office
    pages: Pages

    def log_in(self, user_id: str) -> Session:
        """Be that user from now on."""
        return self.pages.log_in(user_id)

    async def get(self, path: str, **query: str) -> Shown:
        """Open a page."""
        await self._tell_the_time()
        return await asyncio.to_thread(self.pages.get, path, **query)

    async def post(self, path: str, fields: Fields | None = None, files: Files | None = None) -> Shown:
        """Send a form."""
        await self._tell_the_time()
        return await asyncio.to_thread(self.pages.post, path, fields, files)

    async def _tell_the_time(self) -> None:
        self.pages.installation.moment = await self.office.now()


@asynccontextmanager
async def open_working_office(
    moment: str, database_url: str, folder: Path, jurisdiction: str = "ezhou"
) -> AsyncIterator[WorkingOffice]:
    """An office on an engine that believes it is that moment, and a browser on its desk."""
    async with office_at(moment, database_url, folder, jurisdiction=jurisdiction) as office:
        settings = settings_for(database_url, folder, office.client.service_client.config.target_host)
        here = At(settings, moment=await office.now())
        try:
            with _browser(desk := build_desk(here, office.plain_client, settings)) as browser:
                yield WorkingOffice(office, Pages(browser, desk, here))
        finally:
            here.close()


def _browser(desk: Desk) -> TestClient:
    return TestClient(create_app(desk), base_url="http://desk.test", follow_redirects=False)


async def _far_client(address: str) -> Client:
    """A client of an engine that nobody runs; it connects when it is first asked, which no test does."""
    return await Client.connect(address, lazy=True)
