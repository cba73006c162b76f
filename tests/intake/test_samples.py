"""The sample files are what their generator makes, and what the walkthroughs need."""

import csv
import tomllib
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from adapters.database import make_engine
from adapters.rating_import import RatingImporter
from adapters.rating_store import pending_cases
from calendars import WorkingCalendar
from samples.bad_reviews import BAD_REVIEWS
from samples.make_samples import FIRST_DAY, HERE, LAST_DAY, main
from tests.intake.support import NOW, request
from tests.support.keys import PERSONAL

MONTH = HERE / "ezhou-2026-10.csv"


@pytest.fixture
def importer(database_url: str) -> RatingImporter:
    directory = tomllib.loads((HERE / "directory.toml").read_text(encoding="utf-8"))
    units = {unit["uscc"]: unit["id"] for unit in directory["units"]}
    return RatingImporter(database_url, units, lambda: NOW, PERSONAL)


def test_the_generator_makes_these_very_files(tmp_path: Path) -> None:
    main(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        shipped = HERE / path.name
        if path.suffix == ".xlsx":
            assert _cells(path) == _cells(shipped)
        else:
            assert path.read_bytes() == shipped.read_bytes(), f"run python -m samples.make_samples: {path.name}"


def test_the_month_has_its_bad_reviews_and_one_reject_of_each_kind(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    report = importer.import_file(request(MONTH).model_copy(update={"rejects": str(tmp_path / "back.csv")}))
    assert 1_900 <= report.rows <= 2_200
    assert report.bad == len(BAD_REVIEWS) + 1
    assert (report.repeated, report.rejected) == (3, 19)
    assert len(report.reasons) == 19
    assert report.unknown_columns == ()
    engine = make_engine(database_url)
    with engine.connect() as connection:
        pending = pending_cases(connection, "ezhou", 100)
    engine.dispose()
    assert {case.level for case in pending} == {1, 2}
    assert {case.channel.value for case in pending} == {
        "pc", "mobile", "qr_code", "hall_tablet", "self_service", "phone", "sms",
    }  # fmt: skip
    assert {case.anonymous for case in pending} == {True, False}
    assert {case.assess_number for case in pending} == {1, 2}
    assert {case.unit for case in pending} == {review.unit for review in BAD_REVIEWS}
    assert {bool(case.window_no) for case in pending} == {True, False}


@pytest.mark.parametrize("name", ["ezhou-tax-windows.xlsx", "ezhou-mobile.jsonl"])
def test_the_small_files_have_one_case_and_one_reject_each(importer: RatingImporter, tmp_path: Path, name: str) -> None:
    order = request(HERE / name).model_copy(update={"rejects": str(tmp_path / "back")})
    report = importer.import_file(order)
    assert (report.rows, report.stored, report.bad, report.rejected) == (7, 6, 1, 1)


def test_the_ratings_keep_the_rhythm_of_the_offices(calendar: WorkingCalendar) -> None:
    with MONTH.open(encoding="utf-8-sig", newline="") as file:
        days = Counter(row["assessTime"][:10] for row in csv.DictReader(file) if row["assessTime"])
    for ordinal in range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1):
        day = FIRST_DAY.fromordinal(ordinal)
        count = days[day.isoformat()]
        assert count >= 80 if calendar.is_working_day(day) else count <= 6, f"{day}: {count}"


@pytest.fixture
def calendar() -> WorkingCalendar:
    from adapters.calendar_files import load_calendar

    return load_calendar("ezhou")


def _cells(path: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return [tuple(row) for row in book[book.sheetnames[0]].iter_rows(values_only=True)]
    finally:
        book.close()
