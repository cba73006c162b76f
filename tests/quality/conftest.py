"""The stored ratings of a database of the test's own, the report and the flags over them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.database import make_engine
from adapters.items import ItemStore
from adapters.patterns import RatingPatterns
from adapters.quality import RatingQuality
from tests.cli.terminal import At, Terminal, settings_for
from tests.quality.support import NOW


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the test's own database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def items(engine: Engine) -> ItemStore:
    """The item directories."""
    return ItemStore(engine, lambda: NOW)


@pytest.fixture
def quality(engine: Engine, items: ItemStore) -> RatingQuality:
    """The report."""
    return RatingQuality(engine, items)


@pytest.fixture
def patterns(engine: Engine) -> RatingPatterns:
    """The flags."""
    return RatingPatterns(engine, lambda: NOW)


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal without an engine, with the demo's directory."""
    installation = At(settings_for(database_url, tmp_path), NOW)
    installation.load_directory(Path("samples/directory.toml").resolve())
    yield Terminal(installation)
    installation.close()
