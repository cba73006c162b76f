"""Numbers of official documents: one after the other per place, kind and year, and for one document always the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from adapters.database import make_engine
from adapters.documents.numbers import DocumentNumbers
from adapters.tables.documents import DOCUMENT_NUMBERS
from models.documents import Document, DocumentKind
from tests.documents.samples import document
from tests.support.engine import at

FEEDBACK, DECISION = DocumentKind.WRITTEN_FEEDBACK, DocumentKind.APPEAL_DECISION


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database."""
    engine = make_engine(database_url, pool_size=8)
    yield engine
    engine.dispose()


@pytest.fixture
def numbers(engine: Engine) -> DocumentNumbers:
    """The numbers that were given."""
    return DocumentNumbers(engine, lambda: at("2026-02-13 17:50"))


def of_case(number: int, kind: DocumentKind = FEEDBACK, **changes: object) -> Document:
    """A document of that case."""
    return document(kind).model_copy(update={"case_no": f"case-{number}", **changes})


def test_they_are_counted_without_a_gap_in_the_order_in_which_they_are_asked_for(numbers: DocumentNumbers) -> None:
    assert [numbers.take(of_case(each), "somebody") for each in (7, 3, 5)] == [
        "〔2026〕1号",
        "〔2026〕2号",
        "〔2026〕3号",
    ]


def test_a_document_that_is_asked_for_again_has_the_number_that_it_had(numbers: DocumentNumbers) -> None:
    first = numbers.take(of_case(1), "officer-renshe")
    numbers.take(of_case(2), "officer-renshe")
    assert numbers.take(of_case(1), "hotline-01") == first
    assert numbers.take(of_case(1, step=9), None) == "〔2026〕3号"
    assert numbers.of_case("case-1") == {3: "〔2026〕1号", 9: "〔2026〕3号"}
    assert numbers.of_case("case-9") == {}


def test_each_place_kind_and_year_counts_for_itself(numbers: DocumentNumbers) -> None:
    numbers.take(of_case(1), None)
    others = [
        of_case(2, jurisdiction="taian"),
        of_case(3, kind=DECISION),
        of_case(4, day=date(2027, 1, 4)),
    ]
    assert [numbers.take(each, None) for each in others] == ["〔2026〕1号", "〔2026〕1号", "〔2027〕1号"]
    assert numbers.take(of_case(5), None) == "〔2026〕2号"


def test_those_who_ask_at_once_get_numbers_of_their_own_and_for_one_document_the_same(
    numbers: DocumentNumbers, engine: Engine
) -> None:
    asked = [of_case(number % 8) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda each: numbers.take(each, None), asked))
    assert {given[place] for place in range(8)} == {f"〔2026〕{number}号" for number in range(1, 9)}
    assert all(given[place] == given[place % 8] for place in range(40))
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(DOCUMENT_NUMBERS)).scalar_one() == 8
