"""Personal values in the database: closed, bound to their row, readable after the key has changed."""

import base64
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from adapters.citizen_reports import CitizenReports
from adapters.clear_text import encrypt_what_is_in_the_clear
from adapters.codec import KeyRing
from adapters.database import make_engine
from adapters.personal import PERSONAL_COLUMNS, PersonalData, rating_place
from adapters.rating_import import RatingImporter
from adapters.rating_store import evaluator_contact
from models.errors import BadInput
from models.kinds import CaseClass, CaseSource
from models.ratings import EvaluatorContact
from models.reports import ReportForm
from tests.intake.support import BAD, NOW, ROW, UNITS, request, rows, write_csv
from tests.support.keys import PERSONAL, TEST_KEYS

CASE = "ezhou-EZ20260920-0001-1"
AGENT = {"handleUserName": "演示代办人", "handleUserPageCode": "000000198001010002"}
NEW_KEYS = KeyRing(current="k2", keys={**TEST_KEYS.keys, "k2": base64.b64encode(bytes(range(32))).decode()})
FORM = ReportForm(
    jurisdiction="gonghe",
    source=CaseSource.UNRESOLVED_WINDOW,
    unit="ez-renshe",
    task_name="社会保障卡补换",
    matter="三次来办都说系统故障",
    case_class=CaseClass.GENERAL,
    reporter_name="演示反映人",
    mobile="13800000099",
)


def importer(database_url: str, personal: PersonalData = PERSONAL) -> RatingImporter:
    return RatingImporter(database_url, UNITS, lambda: NOW, personal)


def bring(database_url: str, folder: Path, *lines: dict[str, str], personal: PersonalData = PERSONAL) -> None:
    report = importer(database_url, personal).import_file(request(write_csv(folder / "r.csv", lines)))
    assert report.rejected == 0, report.reasons


def plain(database_url: str) -> psycopg.Connection:
    return psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True)


def contact(database_url: str, case_no: str = CASE, personal: PersonalData = PERSONAL) -> EvaluatorContact | None:
    engine = make_engine(database_url)
    try:
        with engine.connect() as connection:
            return evaluator_contact(connection, personal, case_no)
    finally:
        engine.dispose()


def dump(database_url: str) -> str:
    """Everything that stands in the tables of ratings and reports, as a backup would have it."""
    with plain(database_url) as connection:
        pieces: list[bytes] = []
        for table in ("ratings", "citizen_reports", "imports"):
            with connection.cursor().copy(f"copy {table} to stdout".encode()) as copy:
                pieces += [bytes(piece) for piece in copy]
    return b"".join(pieces).decode()


def test_a_dump_of_the_tables_holds_no_name_number_or_certificate(database_url: str, tmp_path: Path) -> None:
    bring(database_url, tmp_path, ROW | BAD | AGENT)
    engine = make_engine(database_url)
    report = CitizenReports(engine, PERSONAL).register(FORM, "hotline-01", NOW)
    engine.dispose()
    stored = dump(database_url)
    assert "社会保障卡补换" in stored
    personal = (ROW["userName"], ROW["mobile"], ROW["certKey"], *AGENT.values(), FORM.reporter_name, FORM.mobile)
    assert [value for value in personal if value in stored] == []
    assert contact(database_url) == EvaluatorContact(name=ROW["userName"], mobile=ROW["mobile"])
    assert contact(database_url, report.case_no) == EvaluatorContact(name=FORM.reporter_name, mobile=FORM.mobile)


def test_the_same_number_looks_different_in_every_row(database_url: str, tmp_path: Path) -> None:
    bring(database_url, tmp_path, *rows(20))
    with plain(database_url) as connection:
        found = connection.execute("select count(*), count(distinct mobile) from ratings").fetchone()
    assert found == (20, 20)


def test_a_value_that_was_copied_into_another_row_does_not_open(database_url: str, tmp_path: Path) -> None:
    bring(database_url, tmp_path, ROW | BAD, ROW | BAD | {"projectNo": "EZ-2", "mobile": "13800000002"})
    with plain(database_url) as connection:
        connection.execute(
            "update ratings set mobile = (select mobile from ratings where project_no = 'EZ-2') where case_no = %s",
            (CASE,),
        )
    with pytest.raises(BadInput, match="不属于它所在的行"):
        contact(database_url)
    assert contact(database_url, "ezhou-EZ-2-1") == EvaluatorContact(name=ROW["userName"], mobile="13800000002")


def test_the_database_itself_takes_nothing_in_the_clear(database_url: str, tmp_path: Path) -> None:
    bring(database_url, tmp_path, ROW | BAD)
    with plain(database_url) as connection:
        for column in PERSONAL_COLUMNS:
            with pytest.raises(errors.CheckViolation):
                connection.execute(f"update ratings set {column} = '13800000001'".encode())


def test_old_values_are_read_after_the_key_has_changed_and_new_ones_use_the_new_key(
    database_url: str, tmp_path: Path
) -> None:
    bring(database_url, tmp_path, ROW | BAD)
    changed = PersonalData(NEW_KEYS)
    bring(database_url, tmp_path, ROW | BAD | {"projectNo": "EZ-2"}, personal=changed)
    for case_no in (CASE, "ezhou-EZ-2-1"):
        assert contact(database_url, case_no, changed) == EvaluatorContact(name=ROW["userName"], mobile=ROW["mobile"])
    with plain(database_url) as connection:
        stored = [row[0] for row in connection.execute("select mobile from ratings order by project_no")]
    assert [each.split(".")[1] for each in stored] == ["k2", "test"]
    with pytest.raises(BadInput, match="没有密钥 k2"):
        contact(database_url, "ezhou-EZ-2-1", PERSONAL)


def test_a_repetition_is_recognised_after_the_key_has_changed(database_url: str, tmp_path: Path) -> None:
    bring(database_url, tmp_path, ROW | BAD)
    again = write_csv(tmp_path / "again.csv", [ROW | BAD, ROW | {"projectNo": "EZ-2"}])
    report = importer(database_url, PersonalData(NEW_KEYS)).import_file(request(again))
    assert (report.stored, report.already_stored, report.rejected) == (1, 1, 0)


def test_a_digest_cannot_be_tried_out_without_the_key(database_url: str, tmp_path: Path) -> None:
    other = PersonalData(KeyRing(current="test", keys={"test": base64.b64encode(bytes(32)).decode()}))
    assert PERSONAL.is_digest_of(PERSONAL.digest(b"content"), b"content")
    assert not PERSONAL.is_digest_of(other.digest(b"content"), b"content")
    assert not PERSONAL.is_digest_of(PERSONAL.digest(b"content"), b"other")


def in_the_clear(database_url: str, folder: Path, count: int) -> None:
    """A database as it was before personal values had to be closed."""
    bring(database_url, folder, *rows(count, **BAD, **AGENT))
    with plain(database_url) as connection:
        connection.execute("alter table ratings drop constraint ratings_closed")
        connection.execute("alter table citizen_reports drop constraint citizen_reports_closed")
        connection.execute(
            "update ratings set user_name = '演示评价人' || row_no, mobile = '1380000' || row_no, agent_name = null,"
            " cert_number = '00000019900101' || row_no, agent_cert_number = null,"
            " content_digest = substring(content_digest from 5)"
        )
        connection.execute(
            "insert into citizen_reports (case_no, jurisdiction, source, report_no, unit, task_code, task_name, matter,"
            " case_class, priority, reporter_name, mobile, registered_by, registered_at, case_state)"
            " values ('gonghe-W1-1', 'gonghe', 'unresolved_window', 'W1', 'u', '', '', '', 'general', 'normal',"
            " '演示反映人', '13800000099', 'hotline-01', now(), 'opened')"
        )
        for table, rule in (("ratings", "coalesce(mobile, 'v1.')"), ("citizen_reports", "mobile")):
            connection.execute(
                f"alter table {table} add constraint {table}_closed check ({rule} like 'v1.%') not valid".encode()
            )


def test_what_was_stored_in_the_clear_is_closed_in_pieces(database_url: str, tmp_path: Path) -> None:
    in_the_clear(database_url, tmp_path, 7)
    assert "演示评价人2" in dump(database_url)
    said: list[str] = []
    assert encrypt_what_is_in_the_clear(database_url, PERSONAL, said.append, piece=3) == 8
    assert [line.split("：")[1] for line in said] == ["3 条评价……", "6 条评价……", "7 条评价……"]
    stored = dump(database_url)
    assert [value for value in ("演示评价人", "1380000", "00000019900101", "演示反映人") if value in stored] == []
    assert contact(database_url, "ezhou-EZ20260920-000001-1") == EvaluatorContact(name="演示评价人2", mobile="13800002")
    assert contact(database_url, "gonghe-W1-1") == EvaluatorContact(name="演示反映人", mobile="13800000099")


def test_closing_goes_on_after_an_interruption_and_ends_once(database_url: str, tmp_path: Path) -> None:
    in_the_clear(database_url, tmp_path, 7)

    def break_off(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt):
        encrypt_what_is_in_the_clear(database_url, PERSONAL, break_off, piece=3)
    assert contact(database_url, "ezhou-EZ20260920-000001-1") is not None
    assert encrypt_what_is_in_the_clear(database_url, PERSONAL, lambda line: None, piece=3) == 5
    assert encrypt_what_is_in_the_clear(database_url, PERSONAL, break_off) == 0


def test_what_was_never_closed_says_what_to_do() -> None:
    with pytest.raises(BadInput, match="没有加密"):
        PERSONAL.open("13800000001", rating_place("ezhou", "EZ-1", 1, "mobile"))
    with pytest.raises(BadInput, match="已损坏"):
        PERSONAL.open("v1.test.AAAA", rating_place("ezhou", "EZ-1", 1, "mobile"))
