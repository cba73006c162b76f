"""The pure layers stay pure: no clock, no randomness, no files, no environment; the sandbox does not watch them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_MODULES = {
    "os", "io", "sys", "time", "random", "secrets", "uuid", "socket", "subprocess", "pathlib", "tempfile", "shutil",
    "threading", "asyncio", "logging", "temporalio", "sqlmodel", "sqlalchemy", "psycopg", "httpx", "jinja2",
}  # fmt: skip
FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
CLOCK_CALLS = {"now", "today", "utcnow"}


def faults(source: str) -> list[str]:
    """What in this source reaches for the world, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                roots = {name.name.split(".")[0] for name in names}
            case ast.ImportFrom(module=str(module), level=0):
                roots = {module.split(".")[0]}
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                found.append(f"line {node.lineno}: {name}()")
                continue
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCK_CALLS:
                found.append(f"line {node.lineno}: .{name}()")
                continue
            case _:
                continue
        found += [f"line {node.lineno}: import {root}" for root in sorted(roots & FORBIDDEN_MODULES)]
    return found


PURE = sorted(path for layer in ("models", "policy", "calendars") for path in (ROOT / layer).rglob("*.py"))


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_file_reaches_for_nothing(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


IMPURE = [
    ("import random", "line 1: import random"),
    ("from os import environ", "line 1: import os"),
    ("import temporalio.workflow", "line 1: import temporalio"),
    ("from datetime import datetime\ndatetime.now()", "line 2: .now()"),
    ("x = open('f')", "line 1: open()"),
]


@pytest.mark.parametrize(("source", "fault"), IMPURE)
def test_the_check_sees_what_is_not_pure(source: str, fault: str) -> None:
    assert faults(source) == [fault]
