"""Reads the pages and the repository for the tests of this folder: code, links, commands and tracked files.

Decides what counts as code in a page and how a shortened excerpt is compared with what is really printed.
"""

import re
import shlex
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

from cli import act, app
from cli.parser import CommandParser, HelpShown
from models.actors import Actor, Role

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CALL = re.compile(r"python starter\.py (\S.*)|^starter\.py (\S.*)")


def page_name(page: Path) -> str:
    """A page as the reader of a failure calls it."""
    return str(page.relative_to(ROOT))


def read(page: Path) -> str:
    """The text of a page."""
    return page.read_text(encoding="utf-8")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that belongs to the repository: those that are tracked, and new ones that are not ignored."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    named = (ROOT / name for name in said.stdout.decode().split("\0") if name)
    return tuple(path for path in named if path.is_file())


def root_folders() -> set[str]:
    """The folders in the root."""
    return {path.relative_to(ROOT).parts[0] for path in tracked_files() if path.parent != ROOT}


def blocks(text: str) -> list[str]:
    """The fenced blocks of a page."""
    return [found[2] for found in _FENCE.finditer(text)]


def spans(text: str) -> list[str]:
    """The code within the sentences of a page."""
    return _SPAN.findall(_FENCE.sub("", text))


def cells(text: str, header: str) -> list[list[str]]:
    """The cells of every row below that header line, over all tables of a page that have it."""
    rows: list[list[str]] = []
    for table in text.split(f"{header}\n")[1:]:
        lines = table.splitlines()[1:]
        own = lines[: next((at for at, line in enumerate(lines) if not line.startswith("|")), len(lines))]
        rows += [[cell.strip() for cell in line.strip("|").split(" | ")] for line in own]
    return rows


def code_lines(text: str) -> Iterator[str]:
    """Every line of code of a page: blocks with continued lines joined, and spans."""
    for block in blocks(text):
        yield from re.sub(r"\\\n\s*", "", block).splitlines()
    yield from spans(text)


def relative_links(text: str) -> list[str]:
    """Where the links of a page lead within the repository, without their fragments."""
    found = _LINK.findall(_FENCE.sub("", text))
    return [link.split("#")[0] for link in found if "://" not in link and not link.startswith("#")]


def calls(text: str) -> Iterator[list[str]]:
    """The command lines of `starter.py` in a page, as words. Brackets of optional parts are taken off."""
    for line in code_lines(text):
        if found := _CALL.search(line):
            words = shlex.split((found[1] or found[2]).replace("[", " ").replace("]", " "), comments=True)
            if words and not words[0].isupper():  # COMMAND stands for any
                yield words


def check_call(words: list[str]) -> Namespace | None:
    """Read a command line with the command's own parser, an action with the reader of actions.

    None when it is only the command's name. Raises BadInput as the command would.
    """
    command = app._COMMANDS.get(words[0])
    assert command is not None, f"there is no command {words[0]!r}"
    if len(words) == 1 or any("…" in word for word in words):
        return None
    configure, _ = command.load()
    parser = CommandParser(prog="starter.py", out=StringIO())
    configure(parser)
    try:
        args = parser.parse_args(words[1:])
    except HelpShown:
        return None
    if words[0] == "act" and not args.action.isupper():
        action = act.read_action(args.action)
        act.read_message(action, Actor(user=args.user, role=Role.OFFICER, unit="unit"), args.given)
    return args


def is_excerpt(excerpt: str, printed: str) -> bool:
    """Whether an excerpt says what was printed, where a line `…` (or `...`) stands for any number of lines."""
    parts = re.split(r"^(?:…|\.\.\.)\n", excerpt.rstrip("\n") + "\n", flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None
