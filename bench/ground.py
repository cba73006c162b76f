"""The ground on which cases are measured: a real engine, a real database and a worker process of each kind.

Decides: servers are started as the stack starts them (the engine's file with write-ahead log, a durable database), in
a folder that is thrown away, with an office of made-up people and Ezhou's policy without appeals. Leaves to others:
what is driven and what is counted.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil
from sqlalchemy import Engine
from temporalio.client import Client

from adapters.codec import data_converter, load_keyring, make_keyring
from adapters.database import make_engine, migrate
from adapters.directory import Directory, read_directory
from adapters.policies import keep, load_calendar, load_policy
from adapters.settings import PROJECT
from adapters.stack.postgres import STOP_GRACE, Postgres
from adapters.stack.processes import Child, PartFailed, last_lines, launch
from adapters.stack.temporal import TemporalServer
from calendars import WorkingCalendar
from models.policy import Policy
from policy.parsing import PolicyFile
from tests.support.ports import own_block

OFFICE = PROJECT / "tests" / "support" / "directory.toml"
_READY = "ready"
_WORKER_START = 60.0  # seconds
_GRACE = 10.0  # seconds


class Kind(StrEnum):
    """The two that are compared; also the names of their task queues."""

    OURS = "ours"
    BARE = "bare"


@dataclass(frozen=True)
class Used:
    """CPU seconds, of user and kernel together."""

    server: float
    worker: float
    database: float

    def since(self, before: "Used") -> "Used":
        """What was used after `before`."""
        return Used(self.server - before.server, self.worker - before.worker, self.database - before.database)


@dataclass
class Ground:
    """Running servers, and the folder that they live in."""

    folder: Path
    server: Child
    database: Child
    temporal_address: str
    database_url: str
    engine: Engine
    file: PolicyFile
    calendar: WorkingCalendar

    @property
    def policy(self) -> Policy:
        """The policy of a plain case."""
        return self.file.policy

    def keep(self, policy: Policy) -> None:
        """Keep another policy, so that cases can be dispatched under it."""
        with self.engine.begin() as connection:
            keep(connection, self.file.model_copy(update={"policy": policy}), self.calendar)

    @property
    def keyring(self) -> Path:
        """The key ring of this ground."""
        return self.folder / "keyring.json"

    async def client(self, kind: Kind) -> Client:
        """A client as the product makes it, or a bare one with the default converter."""
        if kind is Kind.BARE:
            return await Client.connect(self.temporal_address)
        return await Client.connect(self.temporal_address, data_converter=data_converter(load_keyring(self.keyring)))

    @asynccontextmanager
    async def worker(self, kind: Kind, cached_cases: int) -> AsyncIterator[Child]:
        """A worker process of that kind, ready when the block begins. Raises PartFailed when it will not start."""
        log = self.log(kind)
        child = await launch(
            [
                sys.executable, "-m", "bench.worker_process", kind, self.temporal_address, self.database_url,
                self.keyring, str(cached_cases),
            ],
            log=log, cwd=PROJECT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_WORKER_START):
                while _READY not in log.read_text().splitlines():
                    if not child.running:
                        raise PartFailed(f"the worker {kind} did not start:\n{last_lines(log)}")
                    await asyncio.sleep(0.05)
            yield child
        finally:
            await child.stop(_GRACE)

    def log(self, kind: Kind) -> Path:
        """What the worker of that kind prints."""
        return self.folder / f"worker-{kind}.log"

    def used(self, worker: Child) -> Used:
        """CPU seconds of engine, worker and database since they started."""
        return Used(_cpu(self.server), _cpu(worker), _cpu(self.database))


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Start engine and database in a folder of their own; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="haochaping-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the database runs as another user, who has to come through here
        first = own_block()  # not the stack's ports: one may be running beside
        grpc, screen, http, sql = range(first, first + 4)
        temporal = TemporalServer(folder / "temporal", grpc, screen, http, folder / "temporal.log")
        postgres = Postgres(folder / "postgres", sql, folder / "postgres.log")
        async with contextlib.AsyncExitStack() as stack:
            database = await postgres.start()
            stack.push_async_callback(database.stop, STOP_GRACE)
            await postgres.wait_ready(database)
            server = await temporal.start()
            stack.push_async_callback(server.stop, _GRACE)
            await temporal.wait_ready(server)
            url = await postgres.ensure_database()
            migrate(url)
            engine = make_engine(url)
            stack.callback(engine.dispose)
            file, calendar = _furnish(engine)
            make_keyring(folder / "keyring.json")
            yield Ground(folder, server, database, temporal.address, url, engine, file, calendar)


def without_appeals(policy: Policy) -> Policy:
    """The same policy without appeals: a case that has ended then waits for nothing."""
    return policy.model_copy(update={"appeal_enabled": False})


def resident(child: Child) -> int:
    """Resident memory of a process and its children in bytes; pages that children share are counted once each."""
    return sum(process.memory_info().rss for process in _family(child))


def unshared(child: Child) -> int:
    """Memory of a process and its children in bytes, shared pages divided among those who share them (PSS)."""
    return sum(process.memory_full_info().pss for process in _family(child))


def _furnish(engine: Engine) -> tuple[PolicyFile, WorkingCalendar]:
    file, calendar = load_policy("ezhou"), load_calendar("ezhou")
    file = file.model_copy(update={"policy": without_appeals(file.policy)})
    with engine.begin() as connection:
        keep(connection, file, calendar)
    Directory(engine).fill(read_directory(OFFICE))
    return file, calendar


def _family(child: Child) -> list[psutil.Process]:
    leader = psutil.Process(child.mark.pid)
    return [leader, *leader.children(recursive=True)]


def _cpu(child: Child) -> float:
    """Of the process, its living children, and those that it has buried."""
    total = 0.0
    for process in _family(child):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
