"""One child process: how it is launched, recognised later, and stopped.

Decides: every child runs in a session of its own (so that Ctrl-C reaches the supervisor alone), dies with the
supervisor even when that is killed with SIGKILL (the kernel's parent-death signal), writes to its own log file, and
is stopped by its signal first and by SIGKILL after its grace. Leaves to others: which parts there are, and when.

The launcher is `setpriv` (util-linux, essential on Debian): it sets the parent-death signal after everything that
would clear it, and as root changes the user and keeps the one capability a part may need.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.settings import ProcessMark
from models.errors import HaochapingError

_KEPT_LOGS = 5
_LOG_LIMIT = 20_000_000  # bytes; a log that grows past it while its part runs is moved aside
_POLL = 0.1


class PartFailed(HaochapingError):
    """A part of the stack did not start, or did not answer."""


class Child:
    """A running child process with its mark, its log and the signal that stops it."""

    def __init__(self, process: asyncio.subprocess.Process, mark: ProcessMark, stop_signal: signal.Signals) -> None:
        self._process = process
        self.mark = mark
        self._stop_signal = stop_signal

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self, grace: float) -> None:
        """Ask it to stop, and kill it with its whole process group after `grace` seconds."""
        if self.running:
            _signal(self._process.pid, self._stop_signal)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
        await self.kill()

    async def kill(self) -> None:
        """Kill it and what is left of its process group, and reap it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self.running:
            await self._process.wait()


async def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    privileges: Sequence[str] = (),
    stop_signal: signal.Signals = signal.SIGTERM,
    death_signal: signal.Signals = signal.SIGKILL,
) -> Child:
    """Start a child that appends its output to `log`; `privileges` are further options for setpriv.

    Must be called from the thread that lives as long as the supervisor: the kernel sends the parent-death signal
    when the *thread* that made the child ends. Raises PartFailed when the command cannot be run.
    """
    launcher = [setpriv(), "--pdeathsig", death_signal.name.removeprefix("SIG"), *privileges, "--"]
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *launcher,
            *(str(word) for word in command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
        )
    mark = ProcessMark.of(process.pid)
    if mark is None:
        code = await process.wait()
        raise PartFailed(f"程序一启动就退出了（退出码 {code}）：{command[0]}。\n{last_lines(log)}")
    return Child(process, mark, stop_signal)


def setpriv() -> str:
    """The path of setpriv. Raises PartFailed where util-linux is missing."""
    found = shutil.which("setpriv") or shutil.which("setpriv", path="/usr/bin:/bin:/usr/sbin:/sbin")
    if found is None:
        raise PartFailed("找不到 setpriv 命令（Debian 的 util-linux 软件包自带），无法安全地启动子进程。")
    return found


async def stop_leftover(mark: ProcessMark, stop_signal: signal.Signals, grace: float) -> bool:
    """Stop a process that an earlier supervisor left behind; False when it is gone already.

    The mark makes sure that it is that very process and not a stranger with its number.
    """
    if not mark.alive():
        return False
    _signal(mark.pid, stop_signal)
    if not await _gone(mark, grace):
        _signal(mark.pid, signal.SIGKILL)
        await _gone(mark, 5.0)
    return True


def rotate(log: Path) -> None:
    """Move a part's log aside (`name.log` → `name.log.1` → …), keeping the last five."""
    if not log.exists():
        return
    for number in range(_KEPT_LOGS - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))


def shorten(log: Path) -> None:
    """Copy a log that has grown too long aside and empty it; its writer goes on (it appends)."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        lines = []
    return "\n".join(f"    {line}" for line in lines)


async def _gone(mark: ProcessMark, timeout: float) -> bool:
    deadline = asyncio.get_running_loop().time() + timeout
    while mark.alive():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(_POLL)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
