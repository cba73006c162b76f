"""What is down is said in a sentence with an exit code that means "later"; our own mistakes leave no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import installation
import starter
from adapters.settings import PROJECT
from cli.app import Exit
from models.people import User
from tests.cli.conftest import OpenTerminal
from tests.cli.terminal import OFFICER, At, Terminal, settings_for
from tests.support.engine import at

NOBODY = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HAOCHAPING_", "TEMPORAL_"))}
    return subprocess.run(
        [sys.executable, "starter.py", *arguments],
        cwd=PROJECT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_a_running_stack_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    said = _run("tasks", "--as", OFFICER, HAOCHAPING_RUNTIME_DIR=str(tmp_path))
    assert (said.returncode, said.stdout) == (Exit.TRY_LATER, "")
    assert "make up" in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_database_that_is_down_is_a_sentence(tmp_path: Path) -> None:
    said = Terminal(At(settings_for(NOBODY, tmp_path))).run_now("tasks", "--as", OFFICER)
    assert (said.code, said.out) == (Exit.TRY_LATER, "")
    assert said.err == "数据库没有应答，请稍后重试；系统是否正在启动或重启？\n"


async def test_an_engine_that_is_down_tells_the_key_to_try_again_with(
    open_terminal: OpenTerminal, database_url: str, tmp_path: Path
) -> None:
    terminal, [case_no] = await open_terminal("2026-02-13 17:50", {})
    cut_off = At(settings_for(database_url, tmp_path), at("2026-02-13 17:55"))
    try:
        said = await Terminal(cut_off).run("act", case_no, "签收", "--as", OFFICER, "--key", "again-1")
        assert (said.code, said.out) == (Exit.TRY_LATER, "")
        assert "重试时加上 --key again-1，不会重复办理。" in said.err
        assert "没有应答" in said.err
        history = await Terminal(cut_off).run("history", case_no)
        assert history.code == Exit.TRY_LATER
        assert "一、台账" in history.out
        assert "暂时读不到" in history.out
    finally:
        cut_off.close()
    await terminal.done("act", case_no, "签收", "--as", OFFICER, "--key", "again-1")


def test_our_own_mistake_is_a_sentence_and_a_file_for_whoever_repairs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> User:
        raise ZeroDivisionError

    monkeypatch.setenv("HAOCHAPING_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(installation.Installation, "people", property(broken))
    assert starter.main(["tasks", "--as", OFFICER]) == os.EX_SOFTWARE
    log = tmp_path / "logs" / "commands.log"
    said = capsys.readouterr().err
    assert f"程序出错了（ZeroDivisionError），这不是您的操作问题。详情已写入 {log}" in said
    assert "Traceback" not in said
    assert "ZeroDivisionError" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> User:
        raise KeyboardInterrupt

    monkeypatch.setattr(installation.Installation, "people", property(interrupted))
    assert starter.main(["tasks", "--as", OFFICER]) == Exit.INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_without_a_running_stack_a_question_about_a_date_loads_neither_engine_nor_database(tmp_path: Path) -> None:
    program = (
        "import sys, starter;"
        "code = starter.main(['due', '2026-02-13T17:50', '5', 'wd', '--jurisdiction', 'ezhou']);"
        "heavy = {'temporalio', 'sqlalchemy', 'sqlmodel', 'psycopg'} & set(sys.modules);"
        "sys.exit(code or repr(heavy) if heavy or code else 0)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={**os.environ, "HAOCHAPING_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert "截止：2026年2月27日（周五）24:00" in said.stdout


def test_a_reader_that_has_seen_enough_ends_the_command_quietly() -> None:
    head = f"{sys.executable} starter.py due 2019-02-13 1500 wd | head -1; exit ${{PIPESTATUS[0]}}"
    said = subprocess.run(["bash", "-c", head], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert (said.returncode, said.stderr) == (0, "")
