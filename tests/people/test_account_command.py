"""The accounts' command: how a city makes its first administrator."""

from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from adapters.accounts import LocalAccounts
from adapters.administration import Administration
from adapters.directory import Directory, read_directory
from adapters.sessions import PostgresSessions
from cli import account as command
from models.errors import BadInput, LoginRefused, UnknownUser
from tests.people.support import DIRECTORY, NOW, arguments, put_case, screens

PASSWORD = "河边的柳树-2026"


@dataclass
class Terminal:
    """Runs the command with lines that are typed when it asks."""

    accounts: LocalAccounts
    administration: Administration

    def __call__(self, *words: str, typed: tuple[str, ...] = ()) -> str:
        lines = iter(typed)
        out, err = screens()
        ports = command.AccountPorts(self.accounts, self.administration, lambda prompt: next(lines))
        assert command.run(arguments(command.configure, *words), ports, out, err) == 0
        return out.getvalue()


@pytest.fixture
def terminal(engine: Engine, directory: Directory) -> Terminal:
    """A terminal over the small office."""
    sessions = PostgresSessions(engine, directory, lambda: NOW)
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = LocalAccounts(engine, directory, sessions, lambda: NOW, hasher)
    return Terminal(accounts, Administration(engine, directory, sessions, lambda: NOW))


def line_of(listing: str, user: str) -> str:
    """The line of a user in the list."""
    return next(line for line in listing.splitlines() if line.startswith(user + " "))


def test_a_password_set_here_opens_the_desk_and_is_changed_at_the_first_login(terminal: Terminal) -> None:
    assert "首次登录时会要求修改" in terminal("set", "admin-01", typed=(PASSWORD, PASSWORD))
    assert terminal.accounts.log_in("admin-01", PASSWORD, "192.0.2.1").id == "admin-01"
    assert "初始密码未修改" in line_of(terminal("list"), "admin-01")


def test_who_sets_the_own_password_need_not_change_it(terminal: Terminal) -> None:
    terminal("set", "admin-01", "--keep", typed=(PASSWORD, PASSWORD))
    assert "可以登录" in line_of(terminal("list"), "admin-01")
    assert "没有本地密码" in line_of(terminal("list"), "hotline-01")


def test_two_different_passwords_set_none(terminal: Terminal) -> None:
    with pytest.raises(BadInput, match="不一致"):
        terminal("set", "admin-01", typed=(PASSWORD, PASSWORD + "x"))
    assert "没有本地密码" in line_of(terminal("list"), "admin-01")


def test_a_disabled_user_cannot_log_in_until_enabled_again(terminal: Terminal, engine: Engine) -> None:
    put_case(engine, "ezhou-EZ1-1", assignee="officer-renshe")
    terminal("set", "officer-renshe", typed=(PASSWORD, PASSWORD))
    assert "还有 1 件在办案件" in terminal("disable", "officer-renshe")
    assert "已停用" in line_of(terminal("list"), "officer-renshe")
    with pytest.raises(LoginRefused, match="已停用"):
        terminal.accounts.log_in("officer-renshe", PASSWORD, "192.0.2.1")
    terminal("enable", "officer-renshe")
    assert terminal.accounts.log_in("officer-renshe", PASSWORD, "192.0.2.1")


def test_loading_the_directory_again_does_not_let_a_disabled_user_back_in(
    terminal: Terminal, directory: Directory
) -> None:
    terminal("disable", "officer-renshe")
    directory.fill(read_directory(DIRECTORY))
    assert directory.user("officer-renshe").disabled


def test_nobody_unknown_gets_an_account(terminal: Terminal) -> None:
    with pytest.raises(UnknownUser):
        terminal("set", "nobody", typed=(PASSWORD, PASSWORD))
    with pytest.raises(UnknownUser):
        terminal("disable", "nobody")


@pytest.mark.parametrize("words", [("set",), ("list", "admin-01"), ("disable",), ("erase", "x"), ("list", "--keep")])
def test_a_call_that_is_not_meant_says_how(terminal: Terminal, words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="用法"):
        terminal(*words)
