"""Going over to another key: what stands under which one, and that all of it is read without the old one afterwards."""

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.closed_tables import CLOSED_TABLES
from adapters.codec import KeyRing
from adapters.key_change import KeyChange, need_restarted_readers
from adapters.personal import PersonalData
from adapters.rating_door import RatingDoor
from adapters.rating_import import RatingImporter
from adapters.rating_store import evaluator_contact
from adapters.settings import ProcessMark, StackFile
from adapters.work_in_hand import PostgresAttachments, PostgresDrafts
from cli.app import Exit
from models.actions import Action
from models.errors import BadInput
from models.keys import ClosedKind, KeyStatus, Rewriting
from models.ratings import EvaluatorContact
from models.work_in_hand import Attachment
from tests.cli.terminal import At, Terminal
from tests.intake.support import BAD, DEPARTMENT, NOW, ROW, request, write_csv
from tests.support.engine import OFFICER, at
from tests.support.keys import TEST_KEYS
from tests.web.evaluators import MATTER, MOBILE, NAME, bring
from tests.web.pages import Pages
from tests.web.paper import PaperActs
from tests.web.test_attachments import JPG, PDF
from tests.web.test_citizen import close, link_of

CASE = f"ezhou-{MATTER}-1"
NEW_KEY = base64.b64encode(bytes(range(32))).decode()
BOTH = KeyRing(current="k2", keys={**TEST_KEYS.keys, "k2": NEW_KEY})
NEW = KeyRing(current="k2", keys={"k2": NEW_KEY})


def change(pages: Pages, ring: KeyRing = BOTH, piece: int = 2) -> KeyChange:
    """The change to the new key, in small pieces, while nothing else runs."""
    tables = [replace(table, piece=piece) for table in CLOSED_TABLES]
    return KeyChange(pages.installation.engine, ring, lambda: None, tables)


def counted(status: KeyStatus) -> dict[ClosedKind, dict[str, int]]:
    found: dict[ClosedKind, dict[str, int]] = {}
    for each in status.counts:
        found.setdefault(each.kind, {})[each.key] = each.values
    return found


@pytest.fixture
def filled(pages: Pages, acts: PaperActs, tmp_path: Path) -> Pages:
    """Five ratings from a file, one over a link, a draft and two files, all under the old key."""
    pages.installation.moment = at("2026-11-20 09:00")
    bring(pages, tmp_path, {}, *({"projectNo": f"EZ-{number}"} for number in range(4)))
    close_over_link(pages, acts)
    pages.desk.drafts.keep(OFFICER, CASE, Action.URGE, "k", {"reason": ("写了一半",)})
    for name, content in (("照片.jpg", JPG), ("说明.pdf", PDF * 1000)):
        pages.desk.attachments.add(CASE, Action.URGE, OFFICER, name, "image/jpeg", content)
    return pages


def close_over_link(pages: Pages, acts: PaperActs) -> None:
    """The citizen of the first rating rates again when its case has ended."""
    assert acts.dispatch(MATTER) == CASE
    close(acts, CASE)
    intake = pages.desk.outside.intake
    assert isinstance(intake, RatingDoor)
    intake = replace(intake, open_cases=lambda jurisdiction: None)  # there is nothing bad in it
    pages.desk = replace(pages.desk, outside=replace(pages.desk.outside, intake=intake))
    pages.app.state.desk = pages.desk
    assert pages.post(link_of(pages, CASE), {"level": "4", "comment": "这次好多了"}).status_code == 303


def nothing(far: Rewriting) -> None:
    """Nobody looks at how far it has come."""


def test_status_counts_what_stands_under_which_key(filled: Pages) -> None:
    status = change(filled).status()
    assert (status.current, status.keys) == ("k2", ("test", "k2"))
    assert counted(status) == {
        ClosedKind.RATINGS: {"test": 18},
        ClosedKind.DIGESTS: {"test": 6},
        ClosedKind.DRAFTS: {"test": 1},
        ClosedKind.FILES: {"test": 4},
    }
    assert len(status.left) == 4
    assert status.out_of_reach == ()


def test_after_rewriting_everything_is_read_without_the_old_key(filled: Pages, tmp_path: Path) -> None:
    change(filled).rewrite(nothing)
    status = change(filled, NEW).status()
    assert (status.left, status.out_of_reach) == ((), ())
    assert counted(status)[ClosedKind.RATINGS] == {"k2": 18}
    engine, new = filled.installation.engine, PersonalData(NEW)
    with engine.connect() as connection:
        assert evaluator_contact(connection, new, CASE) == EvaluatorContact(name=NAME, mobile=MOBILE)
    [draft] = PostgresDrafts(engine, new, filled.installation.now).of_user(OFFICER)
    assert draft.fields == {"reason": ("写了一半",)}
    attachments = PostgresAttachments(engine, new, filled.installation.now)
    assert [(each.name, attachments.content(each)) for each in attachments.of_case(CASE)] == [
        ("照片.jpg", JPG),
        ("说明.pdf", PDF * 1000),
    ]
    importer = RatingImporter(filled.installation.settings.database_url, {DEPARTMENT: "ez-renshe"}, lambda: NOW, new)
    report = importer.import_file(request(write_csv(tmp_path / "again.csv", [ROW | BAD, ROW | {"projectNo": "EZ-2"}])))
    assert (report.stored, report.already_stored, report.rejected) == (0, 1, 1)


def test_rewriting_goes_on_after_an_interruption_and_says_how_far_it_is(filled: Pages) -> None:
    def break_off(far: Rewriting) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change(filled).rewrite(break_off)
    assert counted(change(filled).status())[ClosedKind.DIGESTS] == {"k2": 2, "test": 4}
    said: list[Rewriting] = []
    change(filled).rewrite(said.append)
    assert [(each.done, each.planned) for each in said if each.kind is ClosedKind.RATINGS] == [(2, 4), (4, 4)]
    assert change(filled).status().left == ()
    said.clear()
    change(filled).rewrite(said.append)
    assert said == []


def test_people_work_on_while_it_is_rewritten(filled: Pages, tmp_path: Path) -> None:
    engine = filled.installation.engine
    under_the_new_key = PostgresDrafts(engine, PersonalData(BOTH), filled.installation.now)
    seen: list[Attachment] = []

    def work(far: Rewriting) -> None:
        with engine.begin() as connection:
            connection.execute(text("set local lock_timeout = '60s'"))
            connection.execute(text("update ratings set case_state = 'opened' where case_state = 'pending'"))
        under_the_new_key.keep(OFFICER, CASE, Action.URGE, "k", {"reason": (f"{far.kind} {far.done}",)})
        seen.extend(PostgresAttachments(engine, PersonalData(BOTH), filled.installation.now).of_case(CASE))

    change(filled).rewrite(work)
    assert change(filled).status().left == ()
    [draft] = under_the_new_key.of_user(OFFICER)
    assert draft.fields == {"reason": ("files 2",)}
    assert {each.name for each in seen} == {"照片.jpg", "说明.pdf"}


def test_what_does_not_open_stays_and_is_counted(filled: Pages) -> None:
    engine = filled.installation.engine
    with engine.begin() as connection:
        damage = "update ratings set mobile = 'v1.test.AAAA' where project_no = 'EZ-1'"
        connection.execute(text(damage))
    change(filled).rewrite(nothing)
    left = {(each.kind, each.key, each.values) for each in change(filled).status().left}
    assert left == {(ClosedKind.RATINGS, "test", 1), (ClosedKind.DIGESTS, "test", 1)}
    with engine.connect() as connection:
        stored = connection.execute(text("select mobile from ratings where project_no = 'EZ-1'")).scalar_one()
    assert stored == "v1.test.AAAA"


def test_without_the_old_key_nothing_is_lost_and_status_says_so(filled: Pages) -> None:
    before = counted(change(filled, NEW).status())
    assert before[ClosedKind.RATINGS] == {"test": 18}
    assert before[ClosedKind.DIGESTS] == {"": 6}
    change(filled, NEW).rewrite(nothing)
    status = change(filled, NEW).status()
    assert counted(status) == before
    assert len(status.out_of_reach) == 4
    change(filled).rewrite(nothing)
    assert change(filled, NEW).status().left == ()


def test_every_table_that_refuses_clear_text_is_counted_and_rewritten(pages: Pages) -> None:
    query = text("select conrelid::regclass::text from pg_constraint where conname like '%\\_closed' and contype = 'c'")
    with pages.installation.engine.connect() as connection:
        assert sorted(connection.execute(query).scalars()) == sorted(table.name for table in CLOSED_TABLES)


@contextmanager
def restarted(pages: Pages, ring: KeyRing) -> Iterator[Terminal]:
    """A terminal after the key file was changed and everything started again."""
    settings = pages.installation.settings
    settings.keyring.write_text(ring.model_dump_json())
    here = At(settings, pages.installation.moment)
    yield Terminal(here)
    here.close()


def test_the_terminal_counts_and_rewrites(filled: Pages) -> None:
    with restarted(filled, BOTH) as terminal:
        said = terminal.run_now("keys", "status")
        done = terminal.run_now("keys", "rewrite")
    assert said.code == Exit.DONE
    assert "当前密钥：k2；密钥文件中共有 2 个：test、k2" in said.out
    assert "旧密钥，可以重写" in said.out
    assert "可用 keys rewrite 重写" in said.out
    assert done.code == Exit.DONE, done
    assert "正在重写：评价人的个人信息，6 / 6 行" in done.err
    assert "全部由当前密钥加密" in done.out
    assert "才可以从密钥文件中取走旧密钥" in done.out


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        (NEW, "请把旧密钥放回密钥文件"),
        (KeyRing(current="k2", keys={"test": NEW_KEY, "k2": NEW_KEY}), "同名的那个密钥"),
    ],
    ids=["a missing key", "another key under the old name"],
)
def test_the_terminal_says_what_is_wrong_with_the_keys(filled: Pages, ring: KeyRing, sentence: str) -> None:
    with restarted(filled, ring) as terminal:
        before = terminal.run_now("keys", "status").out
        said = terminal.run_now("keys", "rewrite")
    assert (said.code, sentence in said.out) == (Exit.REFUSED, True)
    assert said.out == before


def test_a_missing_key_ring_is_said_in_a_sentence(filled: Pages) -> None:
    with restarted(filled, BOTH) as terminal:
        filled.installation.settings.keyring.unlink()
        said = terminal.run_now("keys", "status")
    assert (said.code, "密钥文件" in said.err) == (Exit.BAD_INPUT, True)


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "keyring.json"
    path.write_text(BOTH.model_dump_json())
    return path


def test_a_part_that_is_older_than_the_key_file_has_to_be_restarted_first(tmp_path: Path, keyring: Path) -> None:
    itself = ProcessMark.of(os.getpid())
    assert itself is not None
    StackFile(supervisor=itself, parts={"worker": itself}).write(tmp_path)
    os.utime(keyring, (0, 0))
    need_restarted_readers(tmp_path, keyring)
    later = 4_000_000_000
    os.utime(keyring, (later, later))
    with pytest.raises(BadInput, match="请先停止系统"):
        need_restarted_readers(tmp_path, keyring)


def test_where_no_stack_runs_nothing_has_to_be_restarted(tmp_path: Path, keyring: Path) -> None:
    os.utime(keyring, (4_000_000_000, 4_000_000_000))
    need_restarted_readers(tmp_path, keyring)
