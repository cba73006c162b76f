"""What the supervisor keeps alive: the interface of a part, and the parts that are our own Python programs.

Decides: what a part must be able to do (start, say when it is ready, answer), and how a Python program of ours says
that it is ready (a line in its log) and alive (a page, or a file it touches). Leaves to others: when a part is
started, replaced and stopped (`adapters.stack.guardian`, `adapters.stack.supervisor`).
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import httpx

from adapters.settings import PROJECT
from adapters.stack.processes import Child, PartFailed, last_lines, launch


class PartName(StrEnum):
    """The parts, in the order in which they start."""

    DATABASE = "postgres"
    ENGINE = "temporal"
    COUNTERPART = "counterpart"
    WORKER = "worker"
    DESK = "desk"

    @property
    def label(self) -> str:
        """The part in Chinese."""
        return _LABELS[self]


_LABELS = {
    PartName.DATABASE: "数据库",
    PartName.ENGINE: "流程引擎",
    PartName.COUNTERPART: "演示对端（短信、邮件、12345平台、省平台）",
    PartName.WORKER: "工作进程",
    PartName.DESK: "网页",
}


class Part(Protocol):
    """One program of the stack; knows nothing of the others."""

    async def start(self) -> Child:
        """Run it; return before it is ready."""

    async def wait_ready(self, child: Child) -> None:
        """Wait until it does its work. Raises PartFailed when it will not."""

    async def answer(self) -> None:
        """Return when it does its work. Raises PartFailed when it does not."""


@dataclass(frozen=True)
class Program:
    """A Python program of ours, run from the project's folder, that prints a line when it is ready.

    `ready` is how that line begins. `page`, when given, must answer 200; `heartbeat` must have been touched in the
    last `silence` seconds.
    """

    arguments: list[str]
    ready: str
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    page: str = ""
    heartbeat: Path | None = None
    silence: float = 0.0
    ready_seconds: float = 90.0

    async def start(self) -> Child:
        """Run it; its earlier lines in the log do not count as ready."""
        if self.heartbeat is not None:
            self.heartbeat.touch()  # it has all of `silence` for its start
        with self.log.open("ab") as log:
            log.write(b"--- start\n")
        return await launch(
            [sys.executable, *self.arguments],
            log=self.log,
            cwd=PROJECT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.env},
        )

    async def wait_ready(self, child: Child) -> None:
        """Wait for its line. Raises PartFailed when it ends before, or after `ready_seconds`."""
        deadline = asyncio.get_running_loop().time() + self.ready_seconds
        while not self._said_ready():
            if not child.running:
                raise PartFailed(f"启动失败，日志 {self.log} 的最后几行：\n{last_lines(self.log)}")
            if asyncio.get_running_loop().time() > deadline:
                raise PartFailed(f"{self.ready_seconds:.0f} 秒内没有就绪，日志 {self.log}：\n{last_lines(self.log)}")
            await asyncio.sleep(0.05)

    async def answer(self) -> None:
        """Look at its page and its heartbeat. Raises PartFailed with what is wrong."""
        if self.heartbeat is not None:
            # Both sides of this comparison are the wall clock: a file's time knows no other.
            try:
                silent = time.time() - self.heartbeat.stat().st_mtime
            except FileNotFoundError:
                raise PartFailed(f"心跳文件 {self.heartbeat} 不见了") from None
            if silent > self.silence:
                raise PartFailed(f"已有 {silent:.0f} 秒没有心跳")
        if self.page:
            try:
                async with asyncio.timeout(10), httpx.AsyncClient(trust_env=False, timeout=10) as client:
                    (await client.get(self.page)).raise_for_status()
            except (httpx.HTTPError, TimeoutError) as error:
                raise PartFailed(f"没有应答：{error!r}") from error

    def _said_ready(self) -> bool:
        since_start = self.log.read_text(errors="replace").rpartition("--- start\n")[2]
        return any(line.startswith(self.ready) for line in since_start.splitlines())
