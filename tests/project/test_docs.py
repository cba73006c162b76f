"""The pages do not lie: what they name exists, what they show is printed, and nothing is left out of an index."""

import importlib.util
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from adapters.calendar_files import load_calendar
from adapters.database import make_engine
from adapters.policy_files import Shelf, load_policy
from adapters.rating_store import pending_cases
from adapters.settings import Settings
from cli import app, due, import_ratings
from models.errors import BadInput
from models.ratings import Opened
from policy.parsing import Basis
from tests.cli.terminal import At, settings_for
from tests.conftest import DatabaseServer
from tests.intake.support import RULES
from tests.project.pages import (
    PAGES,
    ROOT,
    blocks,
    calls,
    check_call,
    code_lines,
    is_excerpt,
    page_name,
    read,
    relative_links,
    root_folders,
    spans,
    tracked_files,
)

READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
REQUIREMENTS = ROOT / "docs" / "requirements.md"
DECISIONS = ROOT / "docs" / "decisions"

each_page = pytest.mark.parametrize("page", PAGES, ids=page_name)
each_readme = pytest.mark.parametrize("page", READMES, ids=page_name)


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in relative_links(read(page)) if not (page.parent / link).exists()] == []


@each_page
def test_every_command_is_one_that_the_command_line_takes(page: Path) -> None:
    for words in calls(read(page)):
        check_call(words)


def test_the_readmes_name_the_commands_of_every_role() -> None:
    for page in READMES:
        named = {words[0] for words in calls(read(page))}
        assert named >= {"due", "tasks", "act", "callback", "show", "history", "import", "policy", "calendar"}
        assert set(re.findall(r"--as ([a-z]+)", read(page))) >= {
            "officer",
            "hotline",
            "supervisor",
            "clerk",
            "head",
            "reviewer",
        }


def test_every_command_is_explained_on_some_page() -> None:
    named = {words[0] for page in PAGES for words in calls(read(page))}
    assert set(app._COMMANDS) - {"up", "demo"} <= named


@pytest.mark.parametrize(
    "line",
    [
        "tasks",
        "tasks --as",
        "tasks --for officer-renshe",
        "act ezhou-1-1 sign-off --as officer-renshe",
        "act ezhou-1-1 record_callback --as hotline-01 --set result=perhaps",
        "show",
    ],
)
def test_a_command_that_is_not_taken_is_found(line: str) -> None:
    words = next(calls(f"`.venv/bin/python starter.py {line} --json`"))
    with pytest.raises(BadInput):
        check_call(words)


@each_page
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named = {found[1] for line in code_lines(read(page)) if (found := re.match(r"(?:\$ )?make ([a-z]+)", line))}
    assert named <= targets


@each_page
def test_every_module_that_is_run_exists(page: Path) -> None:
    named = {name for line in code_lines(read(page)) for name in re.findall(r"python -m ([\w.]+)", line)}
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


@each_page
def test_every_file_and_test_that_is_named_exists(page: Path) -> None:
    for span in spans(read(page)):
        name, _, test = span.partition("::")
        if name.split("/")[0] not in root_folders() or "/" not in name or re.search(r"[<*\s…]|NAME", name):
            continue
        assert (ROOT / name).exists(), name
        assert not test or f"def {test}(" in read(ROOT / name), span


@each_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"HAOCHAPING_([A-Z_]+)", read(page)))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


SHOWN_DATES = [
    (page, block) for page in PAGES for block in blocks(read(page)) if re.match(r"\$ .*starter\.py due", block)
]


@pytest.mark.parametrize(("page", "block"), SHOWN_DATES, ids=lambda value: getattr(value, "name", ""))
def test_a_shown_due_date_is_what_is_printed(page: Path, block: str) -> None:
    command, _, shown = block.partition("\n")
    out, err = StringIO(), StringIO()
    args = check_call(next(calls(f"`{command}`")))
    assert args is not None
    assert due.run(args, load_calendar, out, err) == 0
    assert is_excerpt(shown, out.getvalue()), out.getvalue()


def test_both_readmes_show_a_due_date_first() -> None:
    assert {page for page, _ in SHOWN_DATES} >= set(READMES)


@pytest.mark.parametrize(
    ("excerpt", "is_one"),
    [
        ("one\ntwo\nthree", True),
        ("one\n…\nthree", True),
        ("one\n...\nthree\n", True),
        ("…\ntwo\n…", True),
        ("one\nthree", False),
        ("one\n…\nfour", False),
        ("one\n…\nthree\n…\ntwo", False),
        ("two", False),
    ],
)
def test_an_excerpt_leaves_out_only_what_it_says(excerpt: str, is_one: bool) -> None:
    assert is_excerpt(excerpt, "one\ntwo\nthree\n") is is_one


@pytest.fixture(scope="module")
def imported(database_server: DatabaseServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the import of the demo's sample prints, up to the cases, which nothing opens here."""
    folder = tmp_path_factory.mktemp("readme")
    url = database_server.create(template=migrated_template)
    here = At(settings_for(url, folder), datetime(2026, 11, 1, tzinfo=UTC))
    here.load_directory(ROOT / "samples" / "directory.toml")
    sample = ROOT / "samples" / "ezhou-2026-10.csv"
    args = check_call(["import", str(sample), "--jurisdiction", "ezhou", "--rejects", str(folder / "rejects.csv")])
    assert args is not None
    engine = make_engine(url)

    def pending(progress: object) -> Opened:
        with engine.connect() as connection:
            return Opened(len(pending_cases(connection, "ezhou", 1000)))

    def unit_name(unit: str) -> str:
        return here.people.unit(unit).name

    out = StringIO()
    import_ratings.run(args, here.importer, here.policy, lambda _: RULES, pending, unit_name, out, StringIO())
    here.close()
    engine.dispose()
    database_server.drop(url)
    return out.getvalue()


@each_readme
def test_the_shown_import_is_what_the_sample_gives(page: Path, imported: str) -> None:
    [block] = [block for block in blocks(read(page)) if block.startswith("$ make demo")]
    shown = block[block.index("已导入") : block.index("谁有什么任务")]
    assert is_excerpt(shown, imported), imported


@each_readme
def test_the_shown_installation_counts_the_packages_of_the_lock(page: Path) -> None:
    packages = read(ROOT / "requirements.lock").count("==")
    assert f"requirements.lock，{packages} 个软件包" in read(page)


@each_readme
def test_the_folder_map_names_exactly_the_folders_that_exist(page: Path) -> None:
    [block] = [block for block in blocks(read(page)) if block.startswith("worker.py")]
    named = [line.split()[0] for line in block.splitlines()]
    assert {name.rstrip("/") for name in named if name.endswith("/")} == root_folders()
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = (read(page) for page in READMES)
    assert english.count("\n## ") == chinese.count("\n## ")
    assert len(blocks(english)) == len(blocks(chinese))
    others = {"README.md", "README.zh-CN.md"}
    assert set(relative_links(english)) - others == set(relative_links(chinese)) - others


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in relative_links(read(index))}
    pages = {page for page in (ROOT / "docs").glob("*.md") if page != index}
    assert pages <= linked


def test_every_decision_is_in_its_index_and_has_its_three_parts() -> None:
    pages = sorted(DECISIONS.glob("0*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert relative_links(read(DECISIONS / "README.md")) == [page.name for page in pages]
    for page in pages:
        text = read(page)
        assert re.match(rf"# {int(page.name[:4])}\. .+\n\n20\d\d-\d\d\n", text), page.name
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], page.name


def test_the_glossary_names_what_the_code_names() -> None:
    rows = [line.split("|")[4] for line in read(ROOT / "docs/glossary.md").splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in spans(row)}
    code = "\n".join(read(path) for path in tracked_files() if path.suffix in (".py", ".toml"))
    words = set(re.findall(r"\w+", code))
    assert len(named) > 80
    assert named - words == set()


LINES_OF = {"EZ": 51, "GH": 33, "TA": 40, "XT": 25, "TJ": 26}
"""How many statements each founding document makes: Ezhou, Gonghe, Tai'an, Xintai, Tianjin."""


@pytest.mark.parametrize(("document", "lines"), LINES_OF.items())
def test_every_line_of_a_founding_document_is_accounted_for_once(document: str, lines: int) -> None:
    text = read(REQUIREMENTS)
    rows = re.findall(rf"^\| {document}-(\d\d) \|.*\| (?:met|partly|later|outside) \|", text, re.MULTILINE)
    not_software = re.findall(rf"{document}-(\d\d) \(", text)
    assert sorted(rows + not_software) == [f"{number:02}" for number in range(1, lines + 1)]


def test_what_is_met_names_the_test_that_shows_it() -> None:
    met = [line for line in read(REQUIREMENTS).splitlines() if "| met |" in line]
    assert met
    assert [line for line in met if "::test_" not in line] == []


def test_every_assumption_of_every_place_is_listed() -> None:
    head = re.search(r"^\| Parameter \| (.+) \|$", read(REQUIREMENTS), re.MULTILINE)
    assert head is not None
    places = head[1].split(" | ")
    assert sorted(places) == Shelf().ids()
    marks = {Basis.STATED: "S", Basis.DERIVED: "D", Basis.ASSUMPTION: "A"}
    by_place = [{key: marks[each.basis] for key, each in load_policy(place).parameters.items()} for place in places]
    assumed = {key: [marked[key] for marked in by_place] for key in by_place[0]}
    listed = re.findall(r"^\| `(\w+)` \| ([SDA](?: \| [SDA])*) \|$", read(REQUIREMENTS), re.MULTILINE)
    assert dict(listed) == {key: " | ".join(each) for key, each in assumed.items() if "A" in each}
