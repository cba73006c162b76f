"""The command line's door: builds what the commands need when they need it, and hands it over.

Decides which adapters the commands get. What there is to say stands in `cli`; nothing here is imported before a command
asks for it, so that `starter.py due …` needs neither the engine nor the database.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

PROJECT = Path(__file__).resolve().parent

if __name__ == "__main__" and sys.prefix == sys.base_prefix and (PROJECT / ".venv/bin/python").exists():
    # Started with the system's Python: the project's own has the dependencies.
    os.execv(PROJECT / ".venv/bin/python", [str(PROJECT / ".venv/bin/python"), *sys.argv])

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from adapters.directory import Directory
    from adapters.outbox import PostgresOutbox
    from adapters.policies import Rules, Versions
    from adapters.rating_import import RatingImporter
    from adapters.reading import CaseReader
    from adapters.settings import Settings
    from calendars import WorkingCalendar
    from cli.up import Stack
    from models.actions import Action, HumanAction, Receipt
    from models.callbacks import CallbackKind
    from models.case import CaseOrder
    from models.errors import HaochapingError
    from models.policy import Policy
    from models.ratings import Complaint, EvaluatorContact
    from models.views import EngineHistoryView
    from workflows.client import CaseDesk

BATCH = 500
"""Pending cases that are read at once; they are opened at the pace at which they are taken up."""

SHOWN_EVERY = 10
"""Opened cases between two lines of progress."""


class Installation:
    """Everything that commands ask for (`cli.context.Context`), from this machine's settings and the running stack."""

    def __init__(self, settings: "Settings | None" = None) -> None:
        self._given = settings

    @property
    def program(self) -> str:
        """The program as it is called from the current folder."""
        python = Path(".venv/bin/python")
        inside = Path.cwd() == PROJECT and (PROJECT / python).exists()
        return f"{python} starter.py" if inside else f"{sys.executable} {PROJECT / 'starter.py'}"

    @property
    def runtime_dir(self) -> Path:
        """Where this installation keeps its files."""
        return self._loaded.runtime_dir

    def sample(self, name: str) -> Path:
        """A file of the project."""
        return PROJECT / name

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)

    def new_key(self) -> str:
        """A fresh key for an action."""
        import uuid

        return str(uuid.uuid4())

    @cached_property
    def reader(self) -> "CaseReader":
        """The read model."""
        from adapters.reading import CaseReader

        return CaseReader(self._engine, self.people)

    @cached_property
    def people(self) -> "Directory":
        """The directory."""
        from adapters.directory import Directory

        return Directory(self._engine)

    @cached_property
    def messages(self) -> "PostgresOutbox":
        """The outbox."""
        from adapters.outbox import PostgresOutbox

        return PostgresOutbox(self._engine)

    @property
    def importer(self) -> "RatingImporter":
        """Takes files of ratings in, for the units of today's directory."""
        from adapters.rating_import import RatingImporter

        units = {unit.uscc: unit.id for unit in self.people.units()}
        return RatingImporter(self._settings.database_url, units, self.now)

    @property
    def stack(self) -> "Stack":
        """Runs the whole system in the foreground; its key ring is made on the first start."""
        from adapters.codec import make_keyring
        from adapters.database import migrate
        from adapters.stack.supervisor import run_stack

        settings = self._loaded

        def prepare(database_url: str) -> None:
            if settings.keyring_file is None:
                make_keyring(settings.keyring)
            migrate(database_url)

        def run(*, main_job: Callable[..., object] | None) -> int:
            def job(completed: "Settings") -> None:
                self._given = completed
                if main_job is not None:
                    main_job(completed)

            return run_stack(settings, migrate=prepare, main_job=job if main_job is not None else None)

        return run

    def act(self, case_no: str, action: "Action", message: "HumanAction", key: str) -> "Receipt":
        """Pass a human action to its case."""
        import asyncio

        async def send() -> "Receipt":
            return await (await self._desk()).act(case_no, action, message, key)

        return asyncio.run(send())

    def engine_history(self, case_no: str) -> "EngineHistoryView":
        """What the engine recorded of a case."""
        import asyncio

        from adapters.connection import connect
        from adapters.engine_history import engine_history

        names = {user.id: user.name for user in self.people.users()}

        async def fetch() -> "EngineHistoryView":
            client = await connect(self._settings)
            return await engine_history(client, self._engine, case_no, lambda user: names.get(user, user))

        return asyncio.run(fetch())

    def workflow_url(self, case_no: str) -> str | None:
        """The page of a case on the engine's own screen."""
        settings = self._settings
        if not settings.temporal_ui_url:
            return None
        return f"{settings.temporal_ui_url}/namespaces/{settings.temporal_namespace or 'default'}/workflows/{case_no}"

    def evaluator_contact(self, case_no: str) -> "EvaluatorContact | None":
        """Whom to call about a case."""
        from adapters.rating_store import evaluator_contact

        with self._engine.connect() as connection:
            return evaluator_contact(connection, case_no)

    def complaint(self, case_no: str) -> "Complaint":
        """What the evaluator complained of."""
        from adapters.rating_store import complaint

        with self._engine.connect() as connection:
            return complaint(connection, case_no)

    def callback_script(self, jurisdiction: str, kind: "CallbackKind") -> str:
        """What the hotline asks in that callback."""
        from adapters.policies import JURISDICTIONS

        return (JURISDICTIONS / jurisdiction / "callback" / f"{kind}.txt").read_text(encoding="utf-8")

    def load_calendar(self, jurisdiction: str | None) -> "WorkingCalendar":
        """Today's calendar of a jurisdiction, or the national one."""
        from adapters.calendar_files import load_calendar

        return load_calendar(jurisdiction)

    def policy(self, jurisdiction: str) -> "Policy":
        """Today's policy of a jurisdiction."""
        from adapters.policies import load_policy

        return load_policy(jurisdiction).policy

    def rules(self, policy_digest: str, calendar_version: str) -> "Rules":
        """The rules of those versions."""
        return self._versions.rules(policy_digest, calendar_version)

    def open_cases(self, jurisdiction: str, progress: Callable[[int], None]) -> int:
        """Open the cases of all stored bad ratings that have none yet; how many."""
        import asyncio

        from adapters.policies import keep, load_policy
        from adapters.rating_store import mark_opened

        with self._engine.begin() as connection:
            keep(connection, load_policy(jurisdiction), self.load_calendar(jurisdiction))
        opened = 0

        def was_opened(case_no: str) -> None:
            nonlocal opened
            with self._engine.begin() as connection:
                mark_opened(connection, [case_no])
            opened += 1
            if opened % SHOWN_EVERY == 0:
                progress(opened)

        async def open_all() -> None:
            desk = await self._desk()
            await desk.open_at_their_pace(self._pending_orders(jurisdiction), self.reader.dispatched, was_opened)

        if next(self._pending_orders(jurisdiction), None) is not None:
            asyncio.run(open_all())
            progress(opened)
        return opened

    def open_all_pending(self) -> int:
        """Open what an import that broke off left behind."""
        from adapters.rating_store import pending_jurisdictions

        with self._engine.connect() as connection:
            jurisdictions = pending_jurisdictions(connection)
        return sum(self.open_cases(jurisdiction, lambda opened: None) for jurisdiction in jurisdictions)

    def load_directory(self, path: Path) -> tuple[int, int]:
        """Take a directory file over."""
        from adapters.directory import read_directory

        file = read_directory(path)
        self.people.fill(file)
        return len(file.units), len(file.users)

    def known_failure(self, error: Exception) -> "HaochapingError | None":
        """A database that does not answer, as a sentence."""
        from psycopg import OperationalError
        from sqlalchemy.exc import DBAPIError, TimeoutError

        from models.errors import EngineUnavailable

        if isinstance(error, DBAPIError):
            error = error.orig if isinstance(error.orig, Exception) else error
        if isinstance(error, OperationalError | TimeoutError):
            return EngineUnavailable("数据库没有应答，请稍后重试；系统是否正在启动或重启？")
        return None

    def close(self) -> None:
        """Give the database's connections back; the end of the process does so too."""
        if "_engine" in self.__dict__:
            self._engine.dispose()

    def _pending_orders(self, jurisdiction: str) -> "Iterator[tuple[CaseOrder, datetime | None]]":
        """The orders of pending cases with their first deadline, read anew until none is left."""
        from adapters.policies import load_policy
        from adapters.rating_store import pending_cases
        from calendars import due_date
        from policy.dispatch import order_for

        policy, calendar = load_policy(jurisdiction).policy, self.load_calendar(jurisdiction)
        while True:
            with self._engine.connect() as connection:
                pending = pending_cases(connection, jurisdiction, BATCH)
            if not pending:
                return
            for each in pending:
                due = due_date(self.now(), policy.signoff_limit, calendar).deadline
                yield order_for(each, policy, calendar.version), due

    async def _desk(self) -> "CaseDesk":
        from adapters.connection import connect
        from workflows.client import CaseDesk

        return CaseDesk(await connect(self._settings), self._settings.case_queue)

    @cached_property
    def _versions(self) -> "Versions":
        from adapters.policies import Versions

        return Versions(self._engine)

    @cached_property
    def _engine(self) -> "Engine":
        from adapters.database import make_engine

        return make_engine(self._settings.database_url, pool_size=2)

    @cached_property
    def _loaded(self) -> "Settings":
        """The settings alone; the stack need not run."""
        from adapters.settings import Settings

        return self._given or Settings.load()

    @cached_property
    def _settings(self) -> "Settings":
        """The settings with the addresses of the running stack."""
        from adapters.settings import Settings

        return self._given or Settings.discover()


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    from cli.app import Exit
    from cli.app import main as run_command

    try:
        return run_command(arguments, Installation(), sys.stdout, sys.stderr)
    except BrokenPipeError:
        # Whoever read our output (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        return _our_mistake(error)


def _our_mistake(error: Exception) -> int:
    """Say it in a sentence and keep the traceback for whoever can repair it."""
    import traceback

    from adapters.settings import Settings

    log = Settings.load().runtime_dir / "logs" / "commands.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        print(datetime.now(UTC).isoformat(), sys.argv[1:2], file=file)
        traceback.print_exception(error, file=file)
    kind = type(error).__name__
    print(f"程序出错了（{kind}），这不是您的操作问题。详情已写入 {log}，请交给管理员。", file=sys.stderr)
    return os.EX_SOFTWARE


def _leave(code: Any) -> None:
    """End at once: what the engine's client keeps running must not hold or break the end of the process."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


if __name__ == "__main__":
    _leave(main(sys.argv[1:]))
