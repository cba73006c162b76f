"""`account set|list|disable|enable`: the local passwords of the desk in the browser, from this machine's terminal.

Decides how a password is typed and how the list reads. It is how a city makes its first administrator; whoever sits at
this terminal already holds the database. Which passwords are good enough stands in `policy.passwords`.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from getpass import getpass
from typing import Protocol, TextIO

from casework.text import instant, table
from models.accounts import AccountView
from models.errors import BadInput

TERMINAL = "terminal"
"""Who it was that set a password here: whoever had this machine."""

_USAGE = "用法：account set 用户 [--keep]；account list；account disable 用户；account enable 用户。"


class Accounts(Protocol):
    """Local passwords."""

    def set(self, user_id: str, password: str, by: str, must_change: bool = True) -> None:
        """Give a user a password, closing their logins. Raises UnknownUser or BadInput."""
        ...

    def all(self) -> list[AccountView]:
        """Every user of the directory, with what their account is, by id."""
        ...


class WaysIn(Protocol):
    """Whether users may log in at all."""

    def disable(self, user_id: str, by: str) -> int:
        """Close a user's way in; how many open cases they are in charge of. Raises UnknownUser."""
        ...

    def enable(self, user_id: str, by: str) -> None:
        """Open it again. Raises UnknownUser."""
        ...


def typed_password(prompt: str) -> str:
    """A password as it is typed, unseen; a line of the input where that is no terminal."""
    if sys.stdin.isatty():
        return getpass(prompt)
    return sys.stdin.readline().rstrip("\r\n")


@dataclass(frozen=True)
class AccountPorts:
    """What the command needs."""

    accounts: Accounts
    directory: WaysIn
    ask: Callable[[str], str] = typed_password


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "网页的本地账号。set 设置密码（输入两次，不显示；也可以从标准输入读两行），list 列出，\n"
        "disable 停用并退出其全部登录，enable 恢复。用户须先在单位目录中（directory load）。"
    )
    parser.add_argument("what", metavar="set|list|disable|enable", help="set、list、disable 或 enable")
    parser.add_argument("user", metavar="USER", nargs="?", help="用户，如 admin-01")
    parser.add_argument("--keep", action="store_true", help="本人自己设置的密码，首次登录不用再改（set）")


def run(args: Namespace, ports: AccountPorts, out: TextIO, err: TextIO) -> int:
    """Set, list, disable or enable."""
    del err
    if (args.what == "list") is bool(args.user) or (args.keep and args.what != "set"):
        raise BadInput(_USAGE)
    match args.what:
        case "set":
            _set(args.user, args.keep, ports, out)
        case "list":
            _list(ports, out)
        case "disable":
            cases = ports.directory.disable(args.user, TERMINAL)
            more = f"其名下还有 {cases} 件在办案件，请用 handover 移交。" if cases else ""
            print(f"{args.user} 已停用，并已退出全部登录。{more}", file=out)
        case "enable":
            ports.directory.enable(args.user, TERMINAL)
            print(f"{args.user} 已恢复，可以登录。", file=out)
        case _:
            raise BadInput(_USAGE)
    return 0


def _set(user: str, keep: bool, ports: AccountPorts, out: TextIO) -> None:
    password = ports.ask(f"{user} 的新密码：")
    if ports.ask("再输入一次：") != password:
        raise BadInput("两次输入的密码不一致，没有设置。")
    ports.accounts.set(user, password, TERMINAL, must_change=not keep)
    print(f"{user} 的密码已设置。" + ("" if keep else "首次登录时会要求修改。"), file=out)


def _list(ports: AccountPorts, out: TextIO) -> None:
    rows = [("用户", "姓名", "角色", "账号", "最近一次操作")]
    rows += [
        (
            each.user.id,
            each.user.name,
            each.user.role.label,
            _state(each),
            instant(each.seen_at) if each.seen_at else "",
        )
        for each in ports.accounts.all()
    ]
    print("\n".join(table(rows)) if len(rows) > 1 else "目录还是空的。用 directory load FILE 导入。", file=out)


def _state(account: AccountView) -> str:
    if account.user.disabled:
        return "已停用"
    if account.locked:
        return "多次输错，暂时锁定"
    if account.must_change:
        return "初始密码未修改"
    return "可以登录" if account.has_password else "没有本地密码"
