"""Fixtures: a database with ratings and a case, and a provincial platform of the test's own."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from adapters.database import make_engine
from tests.messages.support import Counterparts
from tests.push.support import Shop


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counterparts]:
    """The counterpart process of the tests of a file."""
    running = Counterparts.start(tmp_path_factory.mktemp("counterparts"))
    yield running
    running.stop()


@pytest.fixture
def counterparts(running: Counterparts) -> Iterator[Counterparts]:
    """The counterpart process, well-behaved and with nothing in it."""
    yield running
    running.misbehave("500", 0, "platform")
    kept = httpx.get(f"{running.url}/platform/kept", trust_env=False).json()["records"]
    keys = {"keys": [record["key"] for record in kept]}
    httpx.post(f"{running.url}/platform/forget", json=keys, trust_env=False).raise_for_status()


@pytest.fixture
def shop(engine: Engine, counterparts: Counterparts) -> Shop:
    """What is to be pushed, and where to."""
    return Shop(engine, counterparts)
