"""The supervisor: one process in the foreground that starts the parts in order, keeps them, and stops them all.

Decides: which parts run (those that no setting names elsewhere), their order, what is printed, what happens at Ctrl-C
and at a second start. Leaves to others: how one part runs (`postgres`, `temporal`, `parts`), how it is kept
(`guardian`), what the stack is for (the job that is handed in).
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from adapters.settings import PROJECT, ProcessMark, Settings, StackFile
from adapters.stack.guardian import Guardian, Patience
from adapters.stack.job import MainJob, bound, in_thread
from adapters.stack.parts import Part, PartName, Program
from adapters.stack.ports import PortBook, PortName
from adapters.stack.postgres import STOP_SIGNAL, Postgres
from adapters.stack.processes import PartFailed, rotate, shorten, stop_leftover
from adapters.stack.temporal import TemporalServer
from models.errors import HaochapingError

GRACE = {  # seconds until SIGKILL, per part; together the quarter of a minute that Ctrl-C may take
    PartName.DESK: 2.0,
    PartName.WORKER: 4.0,
    PartName.COUNTERPART: 1.5,
    PartName.ENGINE: 3.5,
    PartName.DATABASE: 4.0,
}
_BEIJING = ZoneInfo("Asia/Shanghai")

_PORTS = {
    PartName.DATABASE: [PortName.DATABASE],
    PartName.ENGINE: [PortName.TEMPORAL, PortName.TEMPORAL_UI, PortName.TEMPORAL_HTTP],
    PartName.COUNTERPART: [PortName.COUNTERPART, PortName.COUNTERPART_SMTP],
    PartName.WORKER: [],
    PartName.DESK: [PortName.DESK],
}
_PORT_ATTEMPTS = 5
_HEALTH = "/health"
_SMS_SECRET = "COUNTERPARTS_SMS_SECRET"

P = TypeVar("P", bound=Part)
Ports = dict[PortName, int]
Migrate = Callable[[str], object]


def run_stack(
    settings: Settings,
    *,
    migrate: Migrate,
    main_job: MainJob | None = None,
    say: Callable[[str], None] | None = None,
    worker: list[str] | None = None,
    desk: list[str] | None = None,
    patience: Patience | None = None,
) -> int:
    """Run the stack in the foreground until Ctrl-C, SIGTERM or the end of the terminal; the exit code.

    `migrate` gets the database's address before anything uses it. `main_job`, when given, runs once everything is
    ready, with the settings completed; after it the line beginning with `ready` is printed. If a stack runs already,
    its addresses are printed (and the job runs against it) and the call returns. `worker` and `desk` are their command
    lines after `python`; `say` takes the lines for people. Exit codes: 0 stopped as asked or ran already, 1 a part did
    not start or the job failed, 130 interrupted before it could start.

    The job runs in a thread of its own that is not waited for after Ctrl-C: leave the process with `os._exit`.
    """
    say = say or _print
    try:
        _make_runtime_dir(settings.runtime_dir)
        with _only_one(settings.runtime_dir) as first:
            if not first:
                return _use_running(settings, main_job, say)
            programs = Programs(worker or ["worker.py"], desk or ["desk.py"])
            with PortBook(settings.runtime_dir) as ports:
                supervisor = _Supervisor(settings, ports, migrate, main_job, say, programs, patience or Patience())
                return asyncio.run(supervisor.run())
    except HaochapingError as error:
        say(f"启动失败：{error}")
        return 1
    except KeyboardInterrupt:
        return 130


@dataclass(frozen=True)
class Programs:
    """The command lines after `python` of the parts that are our own."""

    worker: list[str]
    desk: list[str]


class _Supervisor:
    def __init__(
        self,
        settings: Settings,
        ports: PortBook,
        migrate: Migrate,
        main_job: MainJob | None,
        say: Callable[[str], None],
        programs: Programs,
        patience: Patience,
    ) -> None:
        self._settings = settings
        self._ports = ports
        self._migrate = migrate
        self._main_job = main_job
        self._say = say
        self._programs = programs
        self._patience = patience
        self._guardians: list[Guardian] = []
        self._keeping: list[asyncio.Task[None]] = []
        self._stop_asked = asyncio.Event()
        self._hurry = asyncio.Event()
        mark = ProcessMark.of(os.getpid())
        assert mark is not None  # we run
        self._record = StackFile(supervisor=mark)

    async def run(self) -> int:
        """Start, stay, stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask_to_stop)
        working = asyncio.create_task(self._work())
        stopping = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self._stop_asked.is_set():
                self._say("正在停止……（再按一次 Ctrl-C 立即结束）")
                return 0
            await working  # it ends only by an error
            return 1
        finally:
            working.cancel()
            stopping.cancel()
            with contextlib.suppress(asyncio.CancelledError, HaochapingError):
                await working
            await self._stop_all()
            if self._stop_asked.is_set():
                self._say("已全部停止。数据保留，再次启动即可继续。")

    async def _work(self) -> None:
        await _stop_leftovers(self._settings.runtime_dir, self._say)
        logs = self._settings.runtime_dir / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        for name in PartName:
            rotate(logs / f"{name}.log")

        if self._settings.embedded_database:
            database = await self._up(PartName.DATABASE, lambda ports: self._database(ports, logs))
            self._note(database_url=await database.ensure_database())
        settings = self._settings.completed_by(self._record)
        self._say("正在检查数据库结构……")
        await in_thread(lambda: self._migrate(settings.database_url))

        if self._settings.embedded_temporal:
            engine = await self._up(PartName.ENGINE, lambda ports: self._engine(ports, logs))
            self._note(temporal_address=engine.address, temporal_ui_url=engine.ui_url)

        if self._settings.embedded_counterpart:
            counterpart = await self._up(PartName.COUNTERPART, lambda ports: self._counterpart(ports, logs))
            self._note(
                counterpart_url=counterpart.page.removesuffix(_HEALTH),
                smtp_host="127.0.0.1",
                smtp_port=int(counterpart.arguments[-1]),
                sms_secret=counterpart.env[_SMS_SECRET],
            )

        await self._up(PartName.WORKER, lambda _: self._worker_program(logs))
        desk = await self._up(PartName.DESK, lambda ports: self._desk_program(ports, logs))
        self._note(desk_url=desk.page.removesuffix(_HEALTH))

        settings = self._settings.completed_by(self._record)
        if self._main_job is not None:
            await in_thread(bound(self._main_job, settings))
        self._note(ready=True)
        for line in _greeting(settings, self._settings.runtime_dir):
            self._say(line)
        await self._tidy_logs(logs)

    async def _up(self, name: PartName, make: Callable[[Ports], P]) -> P:
        """Start a part on free ports; on other ones when somebody took them between the look and the start."""
        for attempt in range(_PORT_ATTEMPTS):
            ports = self._ports.choose(_PORTS[name])
            part = make(ports)
            guardian = Guardian(name, part, say=self._say_with_time, changed=self._note_parts, patience=self._patience)
            self._guardians.append(guardian)
            try:
                await guardian.up()
            except PartFailed:
                await guardian.down(0)
                self._guardians.remove(guardian)
                lost = self._ports.choose(_PORTS[name]) != ports
                if not lost or attempt == _PORT_ATTEMPTS - 1:
                    raise
            else:
                self._keeping.append(asyncio.create_task(guardian.keep()))
                return part
        raise AssertionError("the last attempt returns or raises")

    async def _tidy_logs(self, logs: Path) -> None:
        while True:
            await asyncio.wait(self._keeping, timeout=60, return_when=asyncio.FIRST_COMPLETED)
            for task in self._keeping:
                if task.done():
                    task.result()  # a guardian never ends: an error of ours must not pass unseen
            for name in PartName:
                shorten(logs / f"{name}.log")

    async def _stop_all(self) -> None:
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for guardian in reversed(self._guardians):
            stopping = asyncio.create_task(guardian.down(GRACE[guardian.name]))
            hurry = asyncio.create_task(self._hurry.wait())
            await asyncio.wait({stopping, hurry}, return_when=asyncio.FIRST_COMPLETED)
            if self._hurry.is_set() and guardian.child is not None:
                await guardian.child.kill()
            hurry.cancel()
            await stopping
        StackFile.path(self._settings.runtime_dir).unlink(missing_ok=True)

    def _ask_to_stop(self) -> None:
        if self._stop_asked.is_set():
            self._hurry.set()
        self._stop_asked.set()

    def _database(self, ports: Ports, logs: Path) -> Postgres:
        return Postgres(self._settings.runtime_dir / "postgres", ports[PortName.DATABASE], logs / "postgres.log")

    def _engine(self, ports: Ports, logs: Path) -> TemporalServer:
        return TemporalServer(
            self._settings.runtime_dir / "temporal",
            ports[PortName.TEMPORAL],
            ports[PortName.TEMPORAL_UI],
            ports[PortName.TEMPORAL_HTTP],
            logs / "temporal.log",
        )

    def _counterpart(self, ports: Ports, logs: Path) -> Program:
        directory = self._settings.runtime_dir / "counterpart"
        directory.mkdir(mode=0o700, exist_ok=True)
        page, smtp = ports[PortName.COUNTERPART], ports[PortName.COUNTERPART_SMTP]
        # With a secret on both sides the desk can tell the gateway's receipts from anybody else's.
        secret = self._settings.sms_secret.get_secret_value() or secrets.token_hex(32)
        return Program(
            [
                *("-m", "counterparts", "--runtime-dir", str(directory)),
                *("--http-port", str(page), "--smtp-port", str(smtp)),
            ],
            ready="ready ",
            env={_SMS_SECRET: secret},
            log=logs / "counterpart.log",
            page=f"http://127.0.0.1:{page}{_HEALTH}",
        )

    def _worker_program(self, logs: Path) -> Program:
        return Program(
            self._programs.worker,
            ready="worker ready",
            log=logs / "worker.log",
            env={"HAOCHAPING_RUNTIME_DIR": str(self._settings.runtime_dir)},
            heartbeat=self._settings.worker_heartbeat,
            silence=self._patience.silence,
        )

    def _desk_program(self, ports: Ports, logs: Path) -> Program:
        port = ports[PortName.DESK]
        return Program(
            [*self._programs.desk, "--port", str(port)],
            ready="desk ready",
            log=logs / "desk.log",
            env={"HAOCHAPING_RUNTIME_DIR": str(self._settings.runtime_dir)},
            page=f"http://127.0.0.1:{port}{_HEALTH}",
        )

    def _note(self, **changes: object) -> None:
        self._record = self._record.model_copy(update=changes)
        self._record.write(self._settings.runtime_dir)

    def _note_parts(self) -> None:
        self._note(parts={guardian.name: guardian.child.mark for guardian in self._guardians if guardian.child})

    def _say_with_time(self, line: str) -> None:
        self._say(f"[{datetime.now(_BEIJING):%H:%M:%S}] {line}")


def _make_runtime_dir(runtime_dir: Path) -> None:
    try:
        runtime_dir.mkdir(parents=True, exist_ok=True)
        # As root the database runs as another user, which must get to its own folder in here; every file with a
        # secret has its own mode.
        runtime_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise PartFailed(
            f"无法使用运行目录 {runtime_dir}：{error.strerror}。可用 HAOCHAPING_RUNTIME_DIR 换一个目录。"
        ) from error


@contextlib.contextmanager
def _only_one(runtime_dir: Path) -> Iterator[bool]:
    """Whether we are the only supervisor of this directory, for as long as the block lasts."""
    with (runtime_dir / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _use_running(settings: Settings, main_job: MainJob | None, say: Callable[[str], None]) -> int:
    record = StackFile.running(settings.runtime_dir)
    if record is None or not record.ready:
        raise PartFailed("另一个终端正在启动系统，请等它显示 ready 之后再试。")
    say("系统已经在另一个终端运行，不再重复启动。")
    completed = settings.completed_by(record)
    if main_job is not None:
        asyncio.run(in_thread(bound(main_job, completed)))
    say(_addresses(completed))
    return 0


async def _stop_leftovers(runtime_dir: Path, say: Callable[[str], None]) -> None:
    """Stop what a supervisor that was killed left behind; normally the kernel has done so already."""
    record = StackFile.read(runtime_dir)
    if record is None:
        return
    for name, mark in reversed(record.parts.items()):
        number = STOP_SIGNAL if name == PartName.DATABASE else signal.SIGTERM
        if await stop_leftover(mark, number, GRACE[PartName(name)]):
            say(f"已清理上次遗留的{PartName(name).label}进程（{mark.pid}）")


def _addresses(settings: Settings) -> str:
    database = settings.database_url.rsplit("@", 1)[-1]
    known = {
        "网页": settings.desk_url,
        "数据库": database,
        "Temporal": settings.temporal_address,
        "Temporal 界面": settings.temporal_ui_url,
        "短信、邮件和12345平台（演示）": settings.counterpart_url,
    }
    return "ready  " + "  ".join(f"{label} {address}" for label, address in known.items() if address)


def _greeting(settings: Settings, runtime_dir: Path) -> list[str]:
    shown = runtime_dir.relative_to(PROJECT) if runtime_dir.is_relative_to(PROJECT) else runtime_dir
    return [_addresses(settings), f"日志在 {shown}/logs/ 。按 Ctrl-C 停止；数据会保留。"]


def _print(line: str) -> None:
    # A screen that is gone (a closed pipe) must not take the running cases' stack with it.
    with contextlib.suppress(OSError):
        print(line, flush=True)
