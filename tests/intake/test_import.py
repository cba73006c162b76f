"""Importing: once, twice, after a crash, with rejects corrected, and what an import leaves for the case opener."""

import csv
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from adapters import rating_copy, rating_import
from adapters.database import make_engine
from adapters.rating_copy import ImportBusy
from adapters.rating_import import RatingImporter
from adapters.rating_store import evaluator_contact, mark_opened, pending_cases
from models.ratings import FileRefused, ImportProgress, ImportReport, ReviewChannel, SatisfactionLevel
from tests.intake.support import BAD, DEPARTMENT, ROW, UNLISTED, request, rows, write_csv
from tests.support.keys import PERSONAL


def numbers(report: ImportReport) -> tuple[int, int, int, int, int, int]:
    """Rows, stored, bad, already stored, repeated, rejected."""
    return (report.rows, report.stored, report.bad, report.already_stored, report.repeated, report.rejected)


def contents(database_url: str) -> list[tuple[object, ...]]:
    """Everything in both tables."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        ratings = connection.execute("select * from ratings order by jurisdiction, project_no, assess_number")
        return [*ratings, *connection.execute("select * from imports order by id")]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 64 rows, so that a small file has several."""
    monkeypatch.setattr(rating_import, "PIECE_ROWS", 64)


@pytest.mark.usefixtures("small_pieces")
def test_importing_the_same_file_twice_changes_nothing(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "r.csv", [*rows(300), ROW | BAD | {"projectNo": "EZ-BAD"}, ROW | {"pf": "9"}])
    first = importer.import_file(request(path))
    assert numbers(first) == (302, 301, 1, 0, 0, 1)
    rejects, before = Path(first.rejects_file or "").read_bytes(), contents(database_url)
    second = importer.import_file(request(path))
    assert numbers(second) == (302, 0, 0, 301, 0, 1)
    assert second.cases == ()
    assert contents(database_url) == before
    assert Path(second.rejects_file or "").read_bytes() == rejects


def test_the_same_ratings_from_another_file_format_change_nothing(importer: RatingImporter, tmp_path: Path) -> None:
    importer.import_file(request(write_csv(tmp_path / "r.csv", rows(5))))
    again = importer.import_file(request(write_csv(tmp_path / "again.txt", rows(5), "gb18030", "\t")))
    assert numbers(again) == (5, 0, 0, 5, 0, 0)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("distance", [1, 200], ids=["in the same piece", "in a later piece"])
def test_a_row_that_stands_twice_is_taken_once(importer: RatingImporter, tmp_path: Path, distance: int) -> None:
    lines = rows(400)
    lines.insert(100 + distance, lines[100])
    report = importer.import_file(request(write_csv(tmp_path / "r.csv", lines)))
    assert numbers(report) == (401, 400, 0, 0, 1, 0)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("distance", [1, 200], ids=["in the same piece", "in a later piece"])
def test_a_row_that_contradicts_an_earlier_one_is_rejected(
    importer: RatingImporter, tmp_path: Path, distance: int
) -> None:
    lines = rows(400)
    lines.insert(100 + distance, lines[100] | {"satisfaction": "4", "evalDetail": "413"})
    report = importer.import_file(request(write_csv(tmp_path / "r.csv", lines)))
    assert numbers(report) == (401, 400, 0, 0, 0, 1)
    assert report.reasons[0].reason == "与已有的同一条评价内容不同"
    assert "本文件第 102 行" in Path(report.rejects_file or "").read_text(encoding="utf-8-sig")


def test_a_row_that_contradicts_another_file_is_rejected_and_names_it(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    importer.import_file(request(write_csv(tmp_path / "september.csv", rows(3))))
    changed = rows(3)
    changed[1]["writingEvaluation"] = "另一句话"
    report = importer.import_file(request(write_csv(tmp_path / "october.csv", changed)))
    assert numbers(report) == (3, 0, 0, 2, 0, 1)
    assert "september.csv 第 3 行" in Path(report.rejects_file or "").read_text(encoding="utf-8-sig")
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        kept = connection.execute("select distinct comment from ratings").fetchall()
    assert kept == [(ROW["writingEvaluation"],)]


def test_a_second_evaluation_is_a_rating_of_its_own(importer: RatingImporter, tmp_path: Path) -> None:
    lines = [ROW, ROW | BAD | {"assessNumber": "2"}]
    assert numbers(importer.import_file(request(write_csv(tmp_path / "r.csv", lines)))) == (2, 2, 1, 0, 0, 0)


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl"])
def test_a_corrected_rejects_file_is_imported_again(importer: RatingImporter, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    lines = [*rows(3), ROW | BAD | {"deptCode": UNLISTED, "queueNo": "03"}]
    if name.endswith("csv"):
        write_csv(path, [{"queueNo": ""} | line for line in lines])
    else:
        import json

        path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    report = importer.import_file(request(path))
    assert numbers(report) == (4, 3, 0, 0, 0, 1)
    assert report.unknown_columns == ("queueNo",)
    rejects = Path(report.rejects_file or "")
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    text = rejects.read_text(encoding="utf-8-sig")
    assert "部门代码不在单位目录" in text
    rejects.write_text(text.replace(UNLISTED, DEPARTMENT), encoding="utf-8")
    corrected = importer.import_file(request(rejects))
    assert numbers(corrected) == (1, 1, 1, 0, 0, 0)
    assert corrected.rejects_file is None
    assert corrected.unknown_columns == ("queueNo",)


def test_a_rejects_file_names_row_field_reason_and_remedy(importer: RatingImporter, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [*rows(1), ROW | {"pf": "9", "satisfaction": "7"}])
    report = importer.import_file(request(path))
    with Path(report.rejects_file or "").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["行号"] == "3"
    assert row["字段"] == "satisfaction（满意度）；pf（评价渠道）"
    assert "pf“9”代码不在声明的编码体系内" in row["原因"]
    assert "允许的代码：1、2、3、4、5、6、7" in row["如何更正"]
    assert {name: row[name] for name in ROW} == ROW | {"pf": "9", "satisfaction": "7"}


def test_without_rejects_there_is_no_rejects_file_and_an_old_one_goes(importer: RatingImporter, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [ROW | {"pf": "9"}])
    assert importer.import_file(request(path)).rejects_file
    report = importer.import_file(request(write_csv(path, [ROW])))
    assert report.rejects_file is None
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]


def test_rejects_that_cannot_be_written_stop_the_import_before_it_begins(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "r.csv", [ROW])
    order = request(path)
    for target, said in ((tmp_path / "no" / "x.csv", "无法在"), (path, "同名"), (tmp_path, "是目录")):
        with pytest.raises(FileRefused, match=said):
            importer.import_file(order.model_copy(update={"rejects": str(target)}))
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("select count(*) from ratings").fetchone() == (0,)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the database takes to notice that an import was killed, the next one waits for it."""
    monkeypatch.setattr(rating_copy, "_LOCK_PATIENCE", "100s")


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("pieces", [1, 4, 9])
def test_an_import_that_was_killed_goes_on_where_it_stood(
    importer: RatingImporter,
    database_url: str,
    tmp_path: Path,
    pieces: int,
) -> None:
    lines = rows(1200)
    for n in range(0, 1200, 50):
        lines[n] |= BAD
        lines[n + 7] |= {"pf": "9"}
    path = write_csv(tmp_path / "r.csv", lines)
    command = [sys.executable, "-m", "tests.intake.broken_off", database_url, str(path), str(pieces)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(pieces):
            assert child.stdout.readline()
        child.kill()
    assert not (tmp_path / "r.rejects.csv").exists()
    resumed = importer.import_file(request(path))
    assert (resumed.resumed_after > 0) == (pieces > 1)
    assert numbers(resumed) == (1200, 1176, 24, 0, 0, 24)
    assert len({case.case_no for case in resumed.cases}) == 24
    rejects = Path(resumed.rejects_file or "").read_bytes()

    other = tmp_path / "undisturbed"
    other.mkdir()
    undisturbed = importer.import_file(request(write_csv(other / "r.csv", lines), jurisdiction="elsewhere"))
    assert numbers(undisturbed) == numbers(resumed)
    assert Path(undisturbed.rejects_file or "").read_bytes() == rejects
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        differences = connection.execute(
            "select count(*) from ratings a full join ratings b on a.project_no = b.project_no and"
            " a.content_digest = b.content_digest and a.row_no = b.row_no and b.jurisdiction = 'elsewhere'"
            " where a.jurisdiction = 'ezhou' and b.project_no is null"
        ).fetchone()
    assert differences == (0,)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@pytest.mark.usefixtures("patient")
def test_a_killed_import_whose_rejects_are_lost_begins_anew_and_loses_nothing(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    lines = rows(600)
    lines[10] |= {"pf": "9"}
    path = write_csv(tmp_path / "r.csv", lines)
    command = [sys.executable, "-m", "tests.intake.broken_off", database_url, str(path), "4"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(4):
            child.stdout.readline()
        child.kill()
    (unfinished,) = tmp_path.glob(".*.unfinished")
    unfinished.unlink()
    report = importer.import_file(request(path))
    assert report.resumed_after == 0
    assert numbers(report) == (600, 599, 0, 0, 0, 1)


def test_two_imports_of_one_jurisdiction_do_not_run_at_once(
    importer: RatingImporter, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rating_copy, "_LOCK_PATIENCE", "100ms")
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended('import ezhou', 0))")
        with pytest.raises(ImportBusy, match="正在导入"):
            importer.import_file(request(write_csv(tmp_path / "r.csv", [ROW])))
        other.execute("select pg_advisory_unlock(hashtextextended('import ezhou', 0))")
        assert numbers(importer.import_file(request(tmp_path / "r.csv"))) == (1, 1, 0, 0, 0, 0)


def test_a_bad_rating_waits_for_its_case_without_anything_personal(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "r.csv", [*rows(2), ROW | BAD, ROW | BAD | {"assessNumber": "2", "pf": "6"}])
    importer.import_file(request(path))
    engine = make_engine(database_url)
    with engine.begin() as connection:
        first, second = pending_cases(connection, "ezhou", 10)
        assert pending_cases(connection, "taian", 10) == []
        assert first.case_no == "ezhou-EZ20260920-0001-1"
        assert (first.level, first.tags, first.unit) == (SatisfactionLevel.VERY_BAD, ("113",), "renshe")
        assert (first.task_code, first.task_name) == ("DEMO100101", "社会保障卡补换")
        assert (first.channel, second.channel) == (ReviewChannel.HALL_TABLET, ReviewChannel.PHONE)
        assert first.assessed_at.isoformat() == "2026-09-20T01:12:40+00:00"
        assert not {ROW["userName"], ROW["mobile"], ROW["certKey"]} & set(first.model_dump_json().split('"'))
        assert mark_opened(connection, [first.case_no]) == 1
        assert mark_opened(connection, [first.case_no]) == 0
        assert [case.case_no for case in pending_cases(connection, "ezhou", 10)] == [second.case_no]
    engine.dispose()


def test_whom_to_call_is_answered_for_a_case_and_never_for_an_anonymous_one(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    anonymous = ROW | BAD | {"projectNo": "EZ-2", "anonymityFlag": "1"}
    importer.import_file(request(write_csv(tmp_path / "r.csv", [ROW | BAD, anonymous])))
    engine = make_engine(database_url)
    with engine.connect() as connection:
        contact = evaluator_contact(connection, PERSONAL, "ezhou-EZ20260920-0001-1")
        assert contact is not None
        assert (contact.name, contact.mobile) == (ROW["userName"], ROW["mobile"])
        assert evaluator_contact(connection, PERSONAL, "ezhou-EZ-2-1") is None
    engine.dispose()


def test_text_that_copy_would_read_differently_arrives_as_it_was(
    importer: RatingImporter, database_url: str, tmp_path: Path
) -> None:
    odd = "反斜杠\\N \\. 两行\n引号\"' 表情😀 全角　空格"
    importer.import_file(request(write_csv(tmp_path / "r.csv", [ROW | {"writingEvaluation": odd}])))
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("select comment from ratings").fetchone() == (odd,)


def test_memory_does_not_grow_with_the_file(database_url: str, tmp_path: Path) -> None:
    """Four times the rows, and the peak of the process stays where it was."""
    script = (
        "import re, sys; from pathlib import Path; from adapters.rating_import import RatingImporter;"
        "from tests.intake.support import NOW, UNITS, request; from tests.support.keys import PERSONAL;"
        "RatingImporter(sys.argv[1], UNITS, lambda: NOW, PERSONAL).import_file(request(Path(sys.argv[2])));"
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    peaks = []
    for count in (20_000, 80_000):
        path = write_csv(tmp_path / f"{count}.csv", rows(count))
        command = [sys.executable, "-c", script, database_url, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 16, f"peaks in MB: {peaks}"


def test_the_last_word_of_the_progress_is_about_every_row(importer: RatingImporter, tmp_path: Path) -> None:
    told: list[ImportProgress] = []
    importer.import_file(request(write_csv(tmp_path / "r.csv", rows(3))), told.append)
    assert (told[-1].rows, told[-1].share) == (3, 1)
    assert told[-1].rows_per_second > 0
