"""A database with the small office's directory."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from tests.people.support import DIRECTORY


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the test's own database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def directory(engine: Engine) -> Directory:
    """The directory of the small office, in the database."""
    directory = Directory(engine)
    directory.fill(read_directory(DIRECTORY))
    return directory
