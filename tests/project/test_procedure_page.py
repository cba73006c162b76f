"""The page about the procedure is complete and true: every refusal, clock, action, stage and parameter that it names.

Decides what counts as a sentence of refusal: a text of `policy.refusals` or `policy.transitions` that ends as a
sentence does. What is filled in at run time stands on the page as `…`.
"""

import ast
import re

import pytest

from models.actions import Action
from models.case import Stage
from models.clocks import ClockKind
from models.policy import Policy
from models.surroundings import Surroundings
from tests.project.pages import ROOT, cells, read, spans

PAGE = read(ROOT / "docs" / "procedure.md")
POINTERS = {"现在可以：…。", "现在没有可办的事项。"}
"""What refusals end with; no refusal by itself."""


def sentences(source: str) -> set[str]:
    """The Chinese sentences that a module can say, with `…` for what is filled in; docstrings are not said."""
    tree = ast.parse(source)
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in joined for part in node.values}
    texts = [
        "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values) for node in joined
    ]
    texts += [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts
    ]
    return {text for text in texts if re.fullmatch(r"[^\n]*。…?", text) and re.search(r"[一-鿿]", text)}


def said_by(*modules: str) -> set[str]:
    """All sentences of these modules."""
    return {text for module in modules for text in sentences(read(ROOT / module))}


def test_every_refusal_is_on_the_page_and_no_other() -> None:
    quoted = [row[1] for row in cells(PAGE, "| Refused when | The person reads |")]
    assert len(quoted) > 80
    assert set(quoted) == said_by("policy/refusals.py", "policy/transitions.py") - POINTERS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""不是。"""\n\n\ndef f(x):\n    return f"到 {x}为止。"\n', {"到 …为止。", "不是。"}),
        ('NAMES = {1: "签收"}\n', set()),
        ('x = f"案件{1}，不能{2}。{3}"\n', {"案件…，不能…。…"}),
        ('x = (\n    "前半，"\n    f"后半 {1}。"\n)\n', {"前半，后半 …。"}),
    ],
)
def test_sentences_are_found_as_they_are_said(source: str, found: set[str]) -> None:
    assert sentences(source) == found


def test_every_clock_is_in_the_table_of_clocks() -> None:
    rows = cells(PAGE, "| Clock | Begins | Ends with | Who has to act | Its passing brings |")
    named = {name for row in rows for name in re.sub(r" ?`\w+`", "", row[0]).split("、")}
    assert named == {kind.label for kind in ClockKind}


def test_every_stage_is_in_the_diagram_and_in_its_table() -> None:
    [diagram] = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    assert set(re.findall(r"^ +(\w+) -->", diagram, re.MULTILINE)) == {stage.value for stage in Stage}
    assert set(re.findall(r"--> (\w+):", diagram)) == {stage.value for stage in Stage}
    rows = cells(PAGE, "| Stage | Chinese | What is waited for |")
    assert [(row[0].strip("`"), row[1]) for row in rows] == [(stage.value, stage.label) for stage in Stage]


def test_every_parameter_that_is_named_exists() -> None:
    known = set(Policy.model_fields) | set(Surroundings.model_fields)
    words = {span.split(".")[0] for span in spans(PAGE) if re.fullmatch(r"[a-z]+_[a-z_]+(?:\.\w+)?", span)}
    assert len(words) > 30
    assert words - known - {each.value for names in (Stage, Action) for each in names} == set()


def test_every_action_is_told_under_both_of_its_names() -> None:
    text = " ".join(PAGE.split())
    assert [action for action in Action if f"{action.label} `{action}`" not in text] == []
