"""`up` and `demo`: the whole stack in the foreground, without and with the sample.

Decides: what the two commands are called and what they hand on. Leaves to others: the stack itself and the sample's
job, which are handed in by the entry point, because the command line knows no adapters.
"""

import argparse
from collections.abc import Callable
from typing import Protocol, TextIO


class Stack(Protocol):
    """Runs everything in the foreground until Ctrl-C; the exit code."""

    def __call__(self, *, main_job: Callable[..., object] | None) -> int:
        """`main_job` runs once everything is ready; then the addresses are printed."""


def configure_up(parser: argparse.ArgumentParser) -> None:
    """`starter.py up`."""
    parser.description = "启动数据库、流程引擎、演示对端和工作进程，留在前台运行；按 Ctrl-C 全部停止，数据保留。"


def configure_demo(parser: argparse.ArgumentParser) -> None:
    """`starter.py demo`."""
    parser.description = "与 up 相同，并导入 samples/ 中的演示数据，显示哪些成为案件、谁有什么任务、下一步怎么做。"


def run_up(
    args: argparse.Namespace,
    stack: Stack,
    open_all_pending: Callable[[], int],
    say_who_can_log_in: Callable[[], None],
    out: TextIO,
) -> int:
    """Run the stack; the exit code, with which the process should leave by `os._exit`.

    Cases that an import which broke off had stored but not opened are opened first; then it says who can log in.
    """
    del args

    def job(settings: object) -> None:
        del settings
        if count := open_all_pending():
            print(f"已补立上次导入中断时尚未立案的差评 {count} 件。", file=out)
        say_who_can_log_in()

    return stack(main_job=job)


def run_demo(args: argparse.Namespace, stack: Stack, main_job: Callable[..., object]) -> int:
    """Run the stack and, once it is ready, the sample's job; the exit code, as `run_up`."""
    del args
    return stack(main_job=main_job)
