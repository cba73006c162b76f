"""Reads the arguments of a command, and says in Chinese what is wrong with them.

Decides how help and mistakes read; which commands there are is decided in `cli.app`.
"""

import re
from argparse import SUPPRESS, Action, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable
from typing import Any, NoReturn, TextIO

from models.errors import BadInput


class HelpShown(Exception):
    """Help was asked for and has been printed."""


class _Formatter(RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or "用法：")


class CommandParser(ArgumentParser):
    """Speaks Chinese, writes where it is told, and raises instead of leaving the process."""

    def __init__(self, prog: str, out: TextIO) -> None:
        super().__init__(prog=prog, add_help=False, allow_abbrev=False, formatter_class=_Formatter)
        self._out = out
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", default=SUPPRESS, help="显示这份说明")

    def print_help(self, file: Any = None) -> None:
        super().print_help(file or self._out)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise HelpShown

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{_in_chinese(message)}\n{self.format_usage().rstrip()}")


_ARGPARSE_SAYS = (
    (r"the following arguments are required: (.+)", "缺少参数：{0}。"),
    (r"unrecognized arguments: (.+)", "不认识的参数：{0}。"),
    (r"argument (.+): expected one argument", "{0} 后面要写一个值。"),
    (r"argument (.+): expected at least one argument", "{0} 后面至少要写一个值。"),
    (r"argument (.+): invalid int value: '(.*)'", "{0} 的值“{1}”应为整数。"),
    (r"argument (.+): invalid choice: '(.*)' \(choose from (.+)\)", "{0} 的值“{1}”不对，可选：{2}。"),
    (r"argument (.+): ignored explicit argument '(.*)'", "{0} 后面不能写值（“{1}”）。"),
)


def _in_chinese(message: str) -> str:
    for pattern, chinese in _ARGPARSE_SAYS:
        if found := re.fullmatch(pattern, message):
            return chinese.format(*(part.replace(", ", "、").replace("'", "") for part in found.groups()))
    return f"参数有误：{message}"
