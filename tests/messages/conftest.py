"""Fixtures: a database with an outbox, and the counterpart process."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from adapters.outbox import PostgresOutbox
from tests.messages.support import Counterparts, Launch, kill, launch


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated database."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def outbox(engine: Engine) -> PostgresOutbox:
    """The outbox of that database."""
    return PostgresOutbox(engine)


@pytest.fixture
def counterparts(tmp_path: Path) -> Iterator[Counterparts]:
    """A counterpart process of the test's own."""
    running = Counterparts.start(tmp_path / "counterparts")
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(name="launch")
def launch_and_clean_up() -> Iterator[Launch]:
    """Start scripts beside these tests; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(script: str, **arguments: object) -> subprocess.Popen[str]:
        running.append(launch(script, arguments))
        return running[-1]

    yield start
    for process in running:
        kill(process)
