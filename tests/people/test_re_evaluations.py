"""Re-evaluations (再评价): a later rating of the same matter is linked to the case of the earlier one, good or bad."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.links import links_of
from adapters.rating_import import RatingImporter
from adapters.re_evaluations import link_re_evaluations
from models.links import LinkKind, LinkView
from models.ratings import SatisfactionLevel
from tests.intake.support import BAD, ROW, UNITS, request, write_csv
from tests.people.support import NOW
from tests.support.keys import PERSONAL

FIRST = ROW | BAD | {"projectNo": "EZ-1"}
LATER = {"assessNumber": "2", "assessTime": "2026-10-20 09:00:00"}
CASE = "ezhou-EZ-1-1"


@pytest.fixture
def bring(database_url: str, engine: Engine, tmp_path: Path) -> "Bring":
    return Bring(RatingImporter(database_url, UNITS, lambda: NOW, PERSONAL), engine, tmp_path)


class Bring:
    """Imports rows and links what belongs together."""

    def __init__(self, importer: RatingImporter, engine: Engine, folder: Path) -> None:
        self._importer, self._engine, self._folder = importer, engine, folder

    def __call__(self, *rows: dict[str, str], jurisdiction: str = "ezhou") -> int:
        path = write_csv(self._folder / "ratings.csv", rows)
        report = self._importer.import_file(request(path, jurisdiction=jurisdiction))
        assert report.rejected == 0, report.reasons
        with self._engine.begin() as connection:
            return link_re_evaluations(connection, jurisdiction)

    def links(self, case_no: str) -> list[LinkView]:
        with self._engine.connect() as connection:
            return links_of(connection, case_no)


def test_a_good_second_rating_is_linked_though_it_has_no_case(bring: Bring) -> None:
    assert bring(FIRST) == 0
    assert bring(ROW | LATER | {"projectNo": "EZ-1"}) == 1
    (found,) = bring.links(CASE)
    assert (found.kind, found.linked_no, found.level) == (
        LinkKind.RE_EVALUATION,
        "ezhou-EZ-1-2",
        SatisfactionLevel.VERY_GOOD,
    )
    assert found.at.isoformat() == "2026-10-20T01:00:00+00:00"


def test_a_bad_second_rating_is_linked_and_its_own_case_shows_it_too(bring: Bring) -> None:
    assert bring(FIRST, FIRST | LATER) == 1
    assert bring.links(CASE) == bring.links("ezhou-EZ-1-2")
    assert bring.links(CASE)[0].level is SatisfactionLevel.VERY_BAD


def test_linking_again_changes_nothing(bring: Bring) -> None:
    bring(FIRST, ROW | LATER | {"projectNo": "EZ-1"})
    before = bring.links(CASE)
    assert bring(ROW | {"projectNo": "EZ-2"}) == 0
    assert bring.links(CASE) == before


@pytest.mark.parametrize(
    "other",
    [{"projectNo": "EZ-2"}, {"projectNo": "EZ-1", "assessNumber": "1"}],
    ids=["another matter", "the same rating"],
)
def test_only_a_later_rating_of_the_same_matter_is_one(bring: Bring, other: dict[str, str]) -> None:
    rating = (ROW | LATER | other) if other["projectNo"] == "EZ-2" else FIRST
    assert bring(FIRST) == 0
    assert bring(rating) == 0
    assert bring.links(CASE) == []


def test_another_place_with_the_same_number_is_not_linked(bring: Bring) -> None:
    bring(FIRST)
    assert bring(ROW | LATER | {"projectNo": "EZ-1"}, jurisdiction="elsewhere") == 0
    assert bring.links(CASE) == []


def test_after_a_good_rating_there_is_no_case_to_link(bring: Bring) -> None:
    assert bring(ROW | {"projectNo": "EZ-1"}, FIRST | LATER) == 0
    assert bring.links("ezhou-EZ-1-2") == []
