"""Drafts and files at rest: closed, bound to their row, refused in the clear, and closed where they were not."""

from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import errors
from sqlalchemy import text

import adapters
from adapters.clear_text import encrypt_what_is_in_the_clear
from adapters.database import make_engine, migrate
from adapters.personal import attachment_place
from adapters.work_in_hand import PostgresAttachments, PostgresDrafts
from models.actions import Action
from models.errors import BadInput
from models.work_in_hand import Attachment
from tests.support.engine import OFFICER, at
from tests.support.keys import PERSONAL
from tests.web.pages import Pages, text_of
from tests.web.paper import PaperActs
from tests.web.test_action_forms import fields_by_name, form, remediating
from tests.web.test_attachments import JPG, PDF, uploads

MEASURES = "已向演示评价人当面致歉，并增设一个窗口"
PICTURE = JPG + b"what the picture shows" * 1000


def plain(pages: Pages) -> psycopg.Connection:
    url = pages.installation.settings.database_url
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def keep_a_draft_with_files(pages: Pages, acts: PaperActs) -> str:
    """The number of a case for which the officer has begun to write; two files are with the draft."""
    case_no = remediating(acts)
    pages.log_in(OFFICER)
    typed = {"key": "k", "step": "keep", "measures": MEASURES}
    files = uploads(("演示评价人的照片.jpg", PICTURE), ("说明.pdf", PDF))
    assert pages.post(f"/cases/{case_no}/act/submit_remediation", typed, files).status_code == 303
    return case_no


def files_of(pages: Pages, case_no: str) -> list[Attachment]:
    return pages.desk.attachments.of_case(case_no)


def test_a_dump_of_the_tables_holds_nothing_that_was_typed_or_uploaded(pages: Pages, acts: PaperActs) -> None:
    case_no = keep_a_draft_with_files(pages, acts)
    acts.deaf = acts.loses = True
    kept = [each.id for each in files_of(pages, case_no)]
    typed: dict[str, str | list[str]] = {"key": "k", "step": "send", "measures": MEASURES, "kept": kept}
    assert pages.post(f"/cases/{case_no}/act/submit_remediation", typed).status_code == 503
    stored = b""
    with plain(pages) as connection:
        assert connection.execute("select count(*) from drafts where message is not null").fetchone() == (1,)
        for table in ("drafts", "attachments"):
            with connection.cursor().copy(f"copy {table} to stdout".encode()) as copy:
                stored += b"".join(bytes(piece) for piece in copy)
    assert case_no.encode() in stored
    written = (
        "致歉".encode(),
        "照片".encode(),
        b"what the picture shows".hex().encode(),
        b"JVBERi",
        PDF.hex().encode(),
    )
    assert [each for each in written if each in stored] == []


def test_what_was_kept_is_read_again_as_it_was(pages: Pages, acts: PaperActs) -> None:
    case_no = keep_a_draft_with_files(pages, acts)
    page = form(pages, case_no, Action.SUBMIT_REMEDIATION)
    assert fields_by_name(page)["measures"].value == MEASURES
    assert [each.name for each in page.files] == ["演示评价人的照片.jpg", "说明.pdf"]
    assert pages.get(f"/cases/{case_no}/files/{page.files[0].id}").content == PICTURE


def test_a_closed_file_is_hardly_longer_than_the_file(pages: Pages, acts: PaperActs) -> None:
    keep_a_draft_with_files(pages, acts)
    with plain(pages) as connection:
        rows = connection.execute("select size, octet_length(content) from attachments order by number").fetchall()
    assert [size for size, _ in rows] == [len(PICTURE), len(PDF)]
    assert all(0 < stored - size < 60 for size, stored in rows)


def test_the_same_upload_again_is_kept_once(pages: Pages, acts: PaperActs) -> None:
    case_no = keep_a_draft_with_files(pages, acts)
    kept = [each.id for each in files_of(pages, case_no)]
    typed: dict[str, str | list[str]] = {"key": "k", "step": "keep", "kept": kept}
    path = f"/cases/{case_no}/act/submit_remediation"
    pages.post(path, typed, uploads(("说明.pdf", PDF), ("另一个名字.pdf", PDF)))
    assert [each.name for each in files_of(pages, case_no)] == ["演示评价人的照片.jpg", "说明.pdf", "另一个名字.pdf"]


def test_a_content_that_was_copied_into_another_row_does_not_open(pages: Pages, acts: PaperActs) -> None:
    case_no = keep_a_draft_with_files(pages, acts)
    first, second = files_of(pages, case_no)
    with plain(pages) as connection:
        copied = "update attachments set content = (select content from attachments where id = %s) where id = %s"
        connection.execute(copied, (first.id, second.id))
    refused = pages.get(f"/cases/{case_no}/files/{second.id}")
    assert refused.status_code == 422
    assert "不属于它所在的行" in text_of(refused)
    assert pages.get(f"/cases/{case_no}/files/{first.id}").content == PICTURE


@pytest.mark.parametrize(
    "change",
    [
        "update drafts set fields = '{}'",
        "update drafts set message = '{}'",
        "update attachments set name = '照片.jpg'",
        "update attachments set content = 'clear'",
    ],
)
def test_the_database_itself_takes_nothing_in_the_clear(pages: Pages, acts: PaperActs, change: str) -> None:
    keep_a_draft_with_files(pages, acts)
    with plain(pages) as connection, pytest.raises(errors.CheckViolation):
        connection.execute(change.encode())


def test_a_file_that_was_never_closed_or_is_cut_off_says_what_to_do() -> None:
    place = attachment_place("a1", "content")
    closed = PERSONAL.close_file(PICTURE, place)
    assert PERSONAL.open_file(closed, place) == PICTURE
    with pytest.raises(BadInput, match="没有加密"):
        PERSONAL.open_file(PICTURE, place)
    for broken in (closed[:-1], closed[:20], closed[:7], closed + b"x"):
        with pytest.raises(BadInput, match="已损坏"):
            PERSONAL.open_file(broken, place)
    with pytest.raises(BadInput, match="没有密钥 te，"):
        PERSONAL.open_file(b"\x01\x02te" + closed[6:], place)


_BEFORE = (
    "insert into drafts (user_id, case_no, action, key, fields, message, kept_at) values"
    """ ('u', 'c', 'sign_off', 'k', '{"note"\\: ["一", "二"]}', '{"note"\\: "一"}', now()),"""
    """ ('u', 'c', 'return_order', 'k', '{}', null, now())""",
    "insert into attachments (id, case_no, number, action, uploaded_by, name, media_type, size, sha256, content,"
    " uploaded_at) select 'a' || n, 'c', n, 'sign_off', 'u', '照片' || n || '.jpg', 'image/jpeg', 4,"
    " 'digest', '\\xffd8ffe0', now() from generate_series(1, 3) n",
)


def test_what_was_stored_before_is_closed_at_the_next_start(empty_database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(adapters.__file__).parent / "migrations"))
    config.attributes["url"] = empty_database_url
    command.upgrade(config, "0008")
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        for statement in _BEFORE:
            connection.execute(text(statement))
    migrate(empty_database_url)

    def break_off(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt, match="1 / 3 个"):
        encrypt_what_is_in_the_clear(empty_database_url, PERSONAL, break_off)
    said: list[str] = []
    assert encrypt_what_is_in_the_clear(empty_database_url, PERSONAL, said.append) == 2
    assert said == ["正在加密已入库的附件：1 / 2 个……", "正在加密已入库的附件：2 / 2 个……"]
    assert encrypt_what_is_in_the_clear(empty_database_url, PERSONAL, break_off) == 0
    drafts = PostgresDrafts(engine, PERSONAL, lambda: at("2026-02-13 17:50"))
    files = PostgresAttachments(engine, PERSONAL, drafts.now)
    kept = {draft.action: draft for draft in drafts.of_user("u")}
    assert (kept[Action.SIGN_OFF].fields, kept[Action.SIGN_OFF].message) == ({"note": ("一", "二")}, {"note": "一"})
    assert (kept[Action.RETURN_ORDER].fields, kept[Action.RETURN_ORDER].message) == ({}, None)
    assert [(each.name, files.content(each)) for each in files.of_case("c")] == [
        (f"照片{number}.jpg", b"\xff\xd8\xff\xe0") for number in (1, 2, 3)
    ]
    engine.dispose()
