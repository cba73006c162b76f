"""The window (窗口编号) that a rating names: from every format into its row and its case, and once is still once."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import psycopg
import pytest
from alembic import command
from alembic.config import Config

import adapters
from adapters.database import make_engine, migrate
from adapters.policies import load_policy
from adapters.rating_copy import content_digest
from adapters.rating_import import RatingImporter
from adapters.rating_store import pending_cases
from models.ratings import FAMILY, ImportReport, Rating
from policy.dispatch import order_for
from tests.intake.support import BAD, NOW, ROW, UNITS, reader, request, rows, write_csv
from tests.support.keys import PERSONAL

ADDED = {"origin": "user", "themeName": "我要开餐馆"}
AT_THREE = {"windowNo": "03"}

Line = dict[str, str]


def imported(importer: RatingImporter, path: Path, *lines: Line) -> ImportReport:
    """The report of an import of these lines."""
    return importer.import_file(request(write_csv(path, lines)))


def windows(database_url: str) -> dict[str, str | None]:
    """The window of every stored rating."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        return dict(connection.execute("select project_no, window_no from ratings").fetchall())


def taken(row: Line) -> Rating:
    """The rating in a row that has nothing wrong with it."""
    rating = reader(row).read(list(row.values()))
    assert isinstance(rating, Rating), rating
    return rating


def _csv(path: Path, lines: list[Line]) -> Path:
    return write_csv(path.with_suffix(".csv"), lines)


def _jsonl(path: Path, lines: list[Line]) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def _xlsx(path: Path, lines: list[Line]) -> Path:
    path = path.with_suffix(".xlsx")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(lines[0]))
    for line in lines:
        sheet.append(list(line.values()))
    book.save(path)
    return path


@pytest.mark.parametrize("write", [_csv, _jsonl, _xlsx])
def test_every_format_brings_the_window_and_no_column_is_unknown(
    importer: RatingImporter, database_url: str, tmp_path: Path, write: Callable[[Path, list[Line]], Path]
) -> None:
    lines = [ROW | {"projectNo": "A1"} | AT_THREE, ROW | {"projectNo": "A2", "windowNo": ""}]
    report = importer.import_file(request(write(tmp_path / "r", lines)))
    assert (report.stored, report.rejected, report.unknown_columns) == (2, 0, ())
    assert windows(database_url) == {"A1": "03", "A2": None}


def test_the_case_of_a_bad_rating_is_of_its_window(importer: RatingImporter, database_url: str, tmp_path: Path) -> None:
    imported(importer, tmp_path / "r.csv", ROW | BAD | AT_THREE, ROW | BAD | {"projectNo": "A2", "windowNo": " "})
    engine = make_engine(database_url)
    with engine.connect() as connection:
        pending = pending_cases(connection, "ezhou", 10)
    engine.dispose()
    policy = load_policy("ezhou").policy
    found = {each.project_no: order_for(each, policy, "test").window for each in pending}
    assert found == {ROW["projectNo"]: "03", "A2": ""}


@pytest.mark.parametrize("beside", [{}, ADDED], ids=["plain", "with other added fields"])
def test_a_rating_without_a_window_keeps_the_digest_from_before_windows(beside: Line) -> None:
    rating = taken(ROW | beside)
    then = rating[: Rating._fields.index("window_no")] if beside else rating[: len(FAMILY)]
    assert content_digest(rating) == hashlib.blake2b("\t".join(then).encode(), digest_size=16).digest()
    assert content_digest(rating) != content_digest(taken(ROW | beside | AT_THREE))


@pytest.mark.parametrize("beside", [{}, ADDED], ids=["plain", "with other added fields"])
def test_a_rating_that_came_before_its_window_was_read_is_the_same_rating(
    importer: RatingImporter, database_url: str, tmp_path: Path, beside: Line
) -> None:
    imported(importer, tmp_path / "before.csv", *[line | beside for line in rows(3)])
    again = imported(importer, tmp_path / "again.csv", *[line | beside | AT_THREE for line in rows(3)])
    assert (again.stored, again.already_stored, again.rejected) == (0, 3, 0)
    assert set(windows(database_url).values()) == {None}


def test_what_was_stored_before_the_upgrade_is_stored_once_after_it(empty_database_url: str, tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(adapters.__file__).parent / "migrations"))
    config.attributes["url"] = empty_database_url
    command.upgrade(config, "0021")
    importer = RatingImporter(empty_database_url, UNITS, lambda: NOW, PERSONAL)
    assert imported(importer, tmp_path / "before.csv", *rows(3)).stored == 3
    command.upgrade(config, "0022")
    command.downgrade(config, "0021")
    migrate(empty_database_url)
    again = [*rows(2), *[line | AT_THREE for line in rows(4)[2:]]]
    report = imported(importer, tmp_path / "again.csv", *[{"windowNo": ""} | line for line in again])
    assert (report.stored, report.already_stored, report.rejected) == (1, 3, 0)
    assert sorted(windows(empty_database_url).values(), key=str) == ["03", None, None, None]


def test_a_rating_with_its_window_is_known_again_and_another_window_contradicts_it(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    imported(importer, tmp_path / "r.csv", *[line | AT_THREE for line in rows(3)])
    same = [line | AT_THREE for line in rows(2)]
    report = imported(importer, tmp_path / "again.csv", *same, rows(3)[2] | {"windowNo": "04"})
    assert (report.already_stored, report.rejected) == (2, 1)
    assert report.reasons[0].reason == "与已有的同一条评价内容不同"
    assert set(windows(database_url).values()) == {"03"}
