"""An importer on a fresh database, with the clock standing at a fixed moment."""

import pytest

from adapters.rating_import import RatingImporter
from tests.intake.support import NOW, UNITS
from tests.support.keys import PERSONAL


@pytest.fixture
def importer(database_url: str) -> RatingImporter:
    """Imports into the test's own database; the unit directory has one department."""
    return RatingImporter(database_url, UNITS, lambda: NOW, PERSONAL)
