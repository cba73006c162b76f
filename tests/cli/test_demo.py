"""The demo's main job: a sample comes in, everybody's list is shown, and the commands that it prints can be run."""

import asyncio
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from cli import demo
from cli.app import main
from models.errors import BadInput
from tests.cli.conftest import OpenTerminal
from tests.cli.terminal import At, Terminal, ratings_file


async def test_the_demo_shows_the_work_and_commands_that_can_be_run(
    open_terminal: OpenTerminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [{"projectNo": f"EZ20260213-{number:04d}", "taskCode": f"DEMO{number:04d}"} for number in range(1, 5)]
    sample = ratings_file(tmp_path / "sample.csv", *numbers, {"projectNo": "EZ20260213-0005", "satisfaction": "9"})
    monkeypatch.setattr(demo, "SAMPLE", _what_comes_in(tmp_path, sample.name))
    terminal, _ = await open_terminal("2026-02-13 17:50")
    monkeypatch.setattr(At, "desk_url", "http://desk.test")
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    terminal.installation.accounts = replace(terminal.installation.accounts, hasher=quick)
    assert "account set" in _up(terminal)

    first = await _demo(terminal)
    assert "本次新立案件 4 件。" in first
    assert "退回               1 行" in first
    assert (tmp_path / "sample-rejects.csv").exists()
    assert "演示·人社整改责任人（officer-renshe）：4 件\n" in first
    assert "演示·12345话务员一号（hotline-01）：4 件（全体12345话务员共用）\n" in first
    assert "……还有 2 件：starter.py tasks --as officer-renshe" in first
    after = first.split("接下来，在另一个终端里：")[1]
    door = terminal.installation.accounts
    assert door.log_in("hotline-01", demo.PASSWORD, "192.0.2.1").id == "hotline-01"
    assert {each.has_password and not each.must_change for each in door.all()} == {True}
    assert f"http://desk.test ，用演示账号登录（密码都是 {demo.PASSWORD}）" in after
    assert re.search(r"admin-01 +管理员", after)
    door.set("admin-01", "管理员自己的密码-1", by="admin-01", must_change=False)
    commands = [line.split("starter.py ")[1].split() for line in after.splitlines() if "starter.py " in line]
    assert {command[0] for command in commands} >= {"act", "callback", "show", "history", "tasks", "cases", "messages"}
    for command in commands:
        await terminal.done(*command)

    again = await _demo(terminal)
    assert door.log_in("admin-01", "管理员自己的密码-1", "192.0.2.1").id == "admin-01"
    assert "本次新立案件 0 件。" in again
    assert "演示·人社整改责任人（officer-renshe）：3 件" in again

    known = _up(terminal)
    assert f"这里有演示账号（密码都是 {demo.PASSWORD}）" in known
    assert re.search(r"supervisor-01 +监督人员", known)
    assert "admin-01" not in known, "whoever chose a password has the demo's no more"


async def test_a_sample_that_cannot_be_taken_stops_the_demo(
    open_terminal: OpenTerminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "SAMPLE", _what_comes_in(tmp_path, "nothing.csv"))
    terminal, _ = await open_terminal("2026-02-13 17:50")
    with pytest.raises(BadInput, match=r"nothing\.csv 没有导入"):
        await _demo(terminal)


def _what_comes_in(folder: Path, ratings: str) -> str:
    path = folder / "demo.toml"
    path.write_text(f'jurisdiction = "ezhou"\nratings = "{ratings}"\n', encoding="utf-8")
    return str(path)


def _up(terminal: Terminal) -> str:
    out = io.StringIO()
    demo.say_who_can_log_in(terminal.installation, out)
    return out.getvalue()


async def _demo(terminal: Terminal) -> str:
    assert terminal.office is not None
    terminal.installation.moment = await terminal.office.now()
    out, err = io.StringIO(), io.StringIO()
    await asyncio.to_thread(demo.main_job, terminal.installation, main, out, err)
    return out.getvalue()
