"""What belongs in the repository and what does not: no addresses of registries, no paths of a machine, nothing huge."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project.pages import page_name, tracked_files

MOST_BYTES = 2**20
MOST_LINES = 500

# Put together here, so that this file itself names none.
_HOSTS = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("golang", "org"), ("debian", "org")]
_REGISTRY = re.compile(
    "|".join(rf"\b{re.escape('.'.join(host))}\b" for host in _HOSTS) + r"|^--(?:extra-)?index-url", re.M
)
_MACHINE_PATH = re.compile(r"(?:^|[^\w.\-])/(?:root|home|work|Users)/", re.M)


def registry_hosts(text: str) -> list[str]:
    """The addresses of package registries in a text."""
    return _REGISTRY.findall(text)


def machine_paths(text: str) -> list[str]:
    """The absolute paths in a text that only one machine has."""
    return _MACHINE_PATH.findall(text)


@pytest.mark.parametrize("faults", [registry_hosts, machine_paths])
def test_no_file_names_a_registry_or_a_path_of_one_machine(faults: Callable[[str], list[str]]) -> None:
    texts = {page_name(path): path.read_bytes().decode(errors="replace") for path in tracked_files()}
    assert {name: found for name, text in texts.items() if (found := faults(text))} == {}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("see " + ".".join(("https://pypi", "org/simple")), registry_hosts),
        ("files." + ".".join(("pythonhosted", "org")), registry_hosts),
        ("a\n--" + "index-url x", registry_hosts),
        ("cd /" + "root/project", machine_paths),
        ("open('/" + "home/somebody/x')", machine_paths),
    ],
)
def test_what_does_not_belong_is_found(text: str, faults: Callable[[str], list[str]]) -> None:
    assert faults(text)


@pytest.mark.parametrize("text", ["a checkout below `/root`, say", "pypi alone", "the work/ folder", "homework/x"])
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert registry_hosts(text) + machine_paths(text) == []


def test_no_file_is_larger_than_a_mebibyte() -> None:
    assert {page_name(path): size for path in tracked_files() if (size := path.stat().st_size) > MOST_BYTES} == {}


def test_no_program_is_longer_than_a_reader_can_hold() -> None:
    programs = [path for path in tracked_files() if path.suffix == ".py"]
    assert len(programs) > 100
    assert [page_name(path) for path in programs if _lines(path) > MOST_LINES] == []


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
