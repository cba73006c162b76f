"""A sixth place is one folder: the made-up county of docs/jurisdictions.md, written and used as that page says."""

import io
import re
import shutil
from argparse import ArgumentParser
from pathlib import Path

import pytest

from adapters.calendar_files import load_calendar
from adapters.letters import Letters
from adapters.policy_files import JURISDICTIONS, SHARED, Shelf, callback_script
from cli import policy as policy_command
from models.callbacks import CallbackKind
from models.clocks import ClockKind
from models.kinds import CaseSource
from models.notices import Channel, NoticeKind
from models.steps import ClockStart
from policy.clocks import start_clock
from tests.messages.support import message
from tests.support.engine import at

PAGE = (JURISDICTIONS.parent / "docs" / "jurisdictions.md").read_text(encoding="utf-8")


def changes() -> dict[str, str]:
    """The head and the sections that the page shows for the made-up county, by key."""
    block = next(block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "示例县" in block)
    text = re.sub(r"^   ", "", block, flags=re.MULTILINE)
    head, *sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    lines = {line.split(" = ")[0]: line + "\n" for line in head.splitlines() if " = " in line}
    return lines | {section[1 : section.index("]")]: section.rstrip() + "\n\n" for section in sections}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An installation with the shared letters and one folder: the sixth place."""
    shutil.copytree(JURISDICTIONS / SHARED, tmp_path / SHARED)
    county = tmp_path / "shili"
    shutil.copytree(JURISDICTIONS / "taian", county)
    text = (county / "policy.toml").read_text(encoding="utf-8")
    for key, new in changes().items():
        old = rf"^{key} = [^\n]*\n" if key in ("jurisdiction", "name") else rf"^\[{key}\].*?(?=^\[)"
        text, times = re.subn(old, lambda _, new=new: new, text, count=1, flags=re.MULTILINE | re.DOTALL)  # type: ignore[misc]
        assert times == 1, key
    (county / "policy.toml").write_text(text, encoding="utf-8")
    (county / "letters" / "_sign.txt").write_text("示例好差评\n", encoding="utf-8")
    (county / "letters" / "_office.txt").write_text("示例县政务服务“好差评”差评整改系统\n", encoding="utf-8")
    for clause in ("_protection.txt", "_not_adopted.txt"):
        (county / "letters" / clause).unlink()
    (county / "callback" / "_office.txt").write_text("示例县政务服务中心\n", encoding="utf-8")
    return tmp_path


def _run(root: Path, *words: str) -> tuple[int, str]:
    parser = ArgumentParser(prog="policy")
    policy_command.configure(parser)
    out = io.StringIO()
    return policy_command.run(parser.parse_args(words), Shelf(root), out, io.StringIO()), out.getvalue()


def test_the_page_changes_what_its_sentence_says() -> None:
    assert list(changes()) == ["jurisdiction", "name", "signoff_limit", "class_limits", "appeal_window"]


def test_the_folder_alone_makes_the_place_known_and_right(root: Path) -> None:
    assert Shelf(root).ids() == ["shili"]
    code, said = _run(root, "check", "shili")
    assert (code, said.split("：")[0]) == (0, "示例县（shili）")


def test_its_numbers_are_its_own_and_the_rest_is_the_neighbours(root: Path) -> None:
    ours, theirs = Shelf(root).file("shili").policy, Shelf().file("taian").policy
    assert (str(ours.signoff_limit), str(ours.appeal_window)) == ("2 个工作日", "5 个工作日")
    assert {str(each) for each in ours.class_limits.values()} == {"7 个工作日"}
    changed = {key for key in type(ours).model_fields if getattr(ours, key) != getattr(theirs, key)}
    assert changed == set(changes())


def test_its_dates_follow_its_limit(root: Path) -> None:
    moment, policy = at("2026-03-10 09:00"), Shelf(root).file("shili").policy
    start = ClockStart(kind=ClockKind.SIGN_OFF, round=1, since=moment, limit=policy.signoff_limit)
    assert start_clock(start, moment, policy, load_calendar(None)).due.last_day.isoformat() == "2026-03-12"


def test_its_letters_and_calls_are_in_its_name(root: Path) -> None:
    letter = message(kind=NoticeKind.NOT_ADOPTED, channel=Channel.MAIL).model_copy(update={"jurisdiction": "shili"})
    letters = Letters(root)
    assert letters.sms(letter).startswith("【示例好差评】")
    body = letters.mail(letter).body
    assert "示例县政务服务“好差评”差评整改系统" in body
    assert "泰" not in body
    script = callback_script("shili", CallbackKind.VERIFICATION, CaseSource.RATING, root)
    assert "这里是示例县政务服务中心" in script
    assert "$item" in script


def test_it_can_be_compared_with_its_neighbour_by_path(root: Path) -> None:
    neighbour = JURISDICTIONS / "taian" / "policy.toml"
    code, said = _run(root, "diff", str(neighbour), "shili")
    assert code == 0
    assert "3 项不同" in said.splitlines()[0]
    assert "示例县：2 个工作日" in said
