"""No jurisdiction's name is in the code: what a place does differently stands in its folder and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.policy_files import Shelf
from tests.project.pages import ROOT, page_name, read, tracked_files

PLACES = [Shelf().file(each).policy for each in Shelf().ids()]
NAMES = re.compile(
    "|".join([rf"\b{place.jurisdiction}\b" for place in PLACES] + [re.escape(place.name[:2]) for place in PLACES])
)
ELSEWHERE = ("tests", "samples", "bench")
"""Folders that are about places: stories, made-up data, measurements of one of them."""

CODE = [path for path in tracked_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] not in ELSEWHERE]


def places_in(source: str) -> Iterator[str]:
    """The places that code names, with the line: in texts and identifiers, not in docstrings and comments."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, documented) or hasattr(node, "body")
        for statement in (node.body if isinstance(node.body, list) else [])
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(tree):
        text = ""
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docs:
                pass
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.FunctionDef(name=text) | ast.arg(arg=text):
                pass
            case _:
                continue
        for found in NAMES.findall(text.replace("_", " ")):
            yield f"line {getattr(node, 'lineno', '?')}: {found}"


@pytest.mark.parametrize("path", CODE, ids=page_name)
def test_no_code_names_a_place(path: Path) -> None:
    assert list(places_in(read(path))) == []


@pytest.mark.parametrize(
    "source",
    ['limit = "鄂州政办函〔2020〕27号"', 'default="ezhou"', "taian_limit = 5", 'RATINGS = "samples/ezhou-1.csv"'],
)
def test_a_place_in_code_is_found(source: str) -> None:
    assert list(places_in(source))


@pytest.mark.parametrize("source", ['"""The plan of Ezhou, 鄂州政办函〔2020〕27号 (EZ-20)."""', "x = 1  # 鄂州"])
def test_a_source_in_a_docstring_or_a_comment_is_left_alone(source: str) -> None:
    assert list(places_in(source)) == []


def test_there_are_places_and_code() -> None:
    assert len(PLACES) >= 5
    assert len(CODE) > 80
