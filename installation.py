"""What this machine's commands get: settings, the running stack, the database and the engine behind `cli`'s ports.

A composition root like `starter.py` and `worker.py`: it decides which adapters the commands get. Nothing here is
imported before a command asks for it, so that a question about a date needs neither the engine nor the database.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from adapters.accounts import LocalAccounts
    from adapters.api_tokens import PostgresTokens
    from adapters.calendar_desk import CalendarDesk
    from adapters.deputies import Deputies
    from adapters.directory import Directory
    from adapters.outbox import PostgresOutbox
    from adapters.personal import PersonalData
    from adapters.policies import Rules, Versions
    from adapters.policy_files import Shelf
    from adapters.rating_import import RatingImporter
    from adapters.reading import CaseReader
    from adapters.reveals import PostgresReveals
    from adapters.sessions import PostgresSessions
    from adapters.settings import Settings
    from calendars import WorkingCalendar
    from casework.reports import RegisterPorts
    from cli.account import AccountPorts
    from cli.calendar import CalendarPorts
    from cli.deputy import DeputyPorts
    from cli.handover import HandoverPorts
    from cli.token import TokenPorts
    from cli.up import Stack
    from models.actions import Action, HumanAction, Receipt
    from models.actors import Actor
    from models.callbacks import CallbackKind
    from models.errors import HaochapingError
    from models.links import LinkView
    from models.policy import Policy
    from models.ratings import Complaint, EvaluatorContact, Opened
    from models.reports import WindowReport
    from models.views import EngineHistoryView
    from web.outside_ports import Outside
    from workflows.client import CaseDesk

PROJECT = Path(__file__).resolve().parent


class Installation:
    """Everything that commands ask for (`cli.context.Context`), from this machine's settings and the running stack."""

    def __init__(self, settings: "Settings | None" = None, connections: int = 2) -> None:
        self._given = settings
        self._connections = connections

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

        return CaseReader(self.engine, self.people)

    @cached_property
    def people(self) -> "Directory":
        """The directory."""
        from adapters.directory import Directory

        return Directory(self.engine)

    @cached_property
    def sessions(self) -> "PostgresSessions":
        """Who is logged in."""
        from adapters.sessions import PostgresSessions

        return PostgresSessions(self.engine, self.people, self.now)

    @cached_property
    def accounts(self) -> "LocalAccounts":
        """Local passwords."""
        from adapters.accounts import LocalAccounts

        return LocalAccounts(self.engine, self.people, self.sessions, self.now)

    @cached_property
    def reveals(self) -> "PostgresReveals":
        """Looks at evaluators' names and numbers."""
        from adapters.reveals import PostgresReveals

        return PostgresReveals(self.engine, self.personal, self.now)

    @cached_property
    def tokens(self) -> "PostgresTokens":
        """Bearer tokens of other systems."""
        from adapters.api_tokens import PostgresTokens

        return PostgresTokens(self.engine, self.people, self.now)

    @property
    def token_ports(self) -> "TokenPorts":
        """What the tokens' command needs."""
        from cli.token import TokenPorts

        return TokenPorts(self.tokens, self._administrator, self.now)

    @property
    def outside(self) -> "Outside":
        """What the desk offers to people outside the house and to other systems."""
        from adapters.citizens import PostgresCitizens
        from adapters.public_figures import PostgresFigures
        from adapters.rating_door import RatingDoor
        from web.outside_ports import Outside

        return Outside(
            reveals=self.reveals,
            citizens=PostgresCitizens(self.engine, self.reader, self.personal, self.policy, self.now),
            figures=PostgresFigures(self.engine, self.people, self.now),
            tokens=self.tokens,
            intake=RatingDoor(
                self._settings.database_url,
                lambda: {unit.uscc: unit.id for unit in self.people.units()},
                self.policy,
                self.personal,
                lambda jurisdiction: self.open_cases(jurisdiction, lambda opened: None),
                self.known_failure,
                self.now,
            ),
        )

    @cached_property
    def messages(self) -> "PostgresOutbox":
        """The outbox."""
        from adapters.outbox import PostgresOutbox

        return PostgresOutbox(self.engine)

    @property
    def importer(self) -> "RatingImporter":
        """Takes files of ratings in, for the units of today's directory."""
        from adapters.rating_import import RatingImporter

        units = {unit.uscc: unit.id for unit in self.people.units()}
        return RatingImporter(self._settings.database_url, units, self.now, self.personal)

    @cached_property
    def personal(self) -> "PersonalData":
        """Closes and opens personal values with this installation's key ring."""
        from adapters.codec import load_keyring
        from adapters.personal import PersonalData

        return PersonalData(load_keyring(self._settings.keyring))

    @property
    def stack(self) -> "Stack":
        """Runs the whole system in the foreground; its key ring is made on the first start."""
        from adapters.clear_text import encrypt_what_is_in_the_clear
        from adapters.codec import load_keyring, make_keyring
        from adapters.database import migrate
        from adapters.personal import PersonalData
        from adapters.stack.supervisor import run_stack

        settings = self._loaded

        def prepare(database_url: str) -> None:
            if settings.keyring_file is None:
                make_keyring(settings.keyring)
            migrate(database_url)
            encrypt_what_is_in_the_clear(database_url, PersonalData(load_keyring(settings.keyring)), print)

        def run(*, main_job: Callable[..., object] | None) -> int:
            def job(completed: "Settings") -> None:
                self._given = completed
                if main_job is not None:
                    main_job(completed)

            return run_stack(settings, migrate=prepare, main_job=job if main_job is not None else None)

        return run

    def act(self, case_no: str, action: "Action", message: "HumanAction", key: str) -> "Receipt":
        """Pass a human action to its case. Raises ActionRefused for a unit or user that the directory does not have."""
        import asyncio

        from models.errors import ActionRefused
        from policy.people import named_refusal

        case = self.reader.case(case_no)
        if reason := named_refusal(message, case.unit, self.people.units(), self.people.users()):
            raise ActionRefused(reason)

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
            return await engine_history(client, self.engine, case_no, lambda user: names.get(user, user))

        return asyncio.run(fetch())

    def workflow_url(self, case_no: str) -> str | None:
        """The page of a case on the engine's own screen."""
        settings = self._settings
        if not settings.temporal_ui_url:
            return None
        return f"{settings.temporal_ui_url}/namespaces/{settings.temporal_namespace or 'default'}/workflows/{case_no}"

    def evaluator_contact(self, case_no: str) -> "EvaluatorContact | None":
        """Whom to call about a case, for pages that mask it; what is shown goes through `reveals`."""
        from adapters.rating_store import evaluator_contact

        with self.engine.connect() as connection:
            return evaluator_contact(connection, self.personal, case_no)

    def whom_to_call(self, actor: "Actor", case_no: str, purpose: str) -> "EvaluatorContact | None":
        """Whom to call about a case; the look is written down first."""
        if not self.reveals.has_contact(case_no):
            return None
        return self.reveals.shown(self.reveals.reveal(actor, case_no, purpose, "callback"))

    def complaint(self, case_no: str) -> "Complaint":
        """What the evaluator complained of."""
        from adapters.rating_store import complaint

        with self.engine.connect() as connection:
            return complaint(connection, case_no)

    def callback_script(self, jurisdiction: str, kind: "CallbackKind") -> str:
        """What the hotline asks in that callback."""
        from adapters.policy_files import callback_script

        return callback_script(jurisdiction, kind)

    def load_calendar(self, jurisdiction: str | None) -> "WorkingCalendar":
        """The calendar in force for a jurisdiction, or the national one: with the notices that were applied meanwhile.

        Where no system runs and none is named there is nobody who could have applied one; then it is that of the files.
        """
        from models.errors import StackNotRunning

        try:
            engine = self.engine
        except StackNotRunning:
            from adapters.calendar_files import load_calendar

            return load_calendar(jurisdiction)
        from adapters.holiday_notices import NoticeStore

        return NoticeStore(engine).calendar(jurisdiction)

    def policy(self, jurisdiction: str) -> "Policy":
        """Today's policy of a jurisdiction."""
        return self.policies.file(jurisdiction).policy

    @property
    def policies(self) -> "Shelf":
        """The policy files."""
        from adapters.policy_files import Shelf

        return Shelf()

    @property
    def calendar_ports(self) -> "CalendarPorts":
        """What the calendar commands need."""
        from cli.calendar import CalendarPorts

        return CalendarPorts(self.calendar_desk, self.people.actor, self.program)

    @property
    def calendar_desk(self) -> "CalendarDesk":
        """Holiday notices while cases run."""
        from adapters.calendar_desk import CalendarDesk

        return CalendarDesk(self.engine, self.now, self._desk)

    @property
    def account_ports(self) -> "AccountPorts":
        """What the accounts' command needs."""
        from adapters.administration import Administration
        from cli.account import AccountPorts

        return AccountPorts(self.accounts, Administration(self.engine, self.people, self.sessions, self.now))

    @property
    def desk_url(self) -> str:
        """Where the desk answers."""
        return self._settings.desk_url

    @property
    def deputy_ports(self) -> "DeputyPorts":
        """What the deputies' command needs."""
        from cli.deputy import DeputyPorts

        return DeputyPorts(self._deputies, self.people, self.now)

    @property
    def handover_ports(self) -> "HandoverPorts":
        """What the hand-over needs."""
        from adapters.assignments import open_cases_of
        from cli.handover import HandoverPorts

        def cases_of(user: str) -> list[str]:
            with self.engine.connect() as connection:
                return open_cases_of(connection, user)

        return HandoverPorts(self.people, cases_of, self.act, self.now)

    @property
    def register_ports(self) -> "RegisterPorts":
        """What the registration at the window needs."""
        from adapters.window_reports import WindowReports
        from casework.reports import RegisterPorts

        return RegisterPorts(
            people=self.people,
            policy_of=self.policy,
            sources_of=lambda jurisdiction: self.policies.file(jurisdiction).surroundings.case_sources,
            register=WindowReports(self.engine, self.personal).register,
            open_case=self._open_report,
            now=self.now,
        )

    def stands_in_for(self, user: str) -> list[str]:
        """Whom that user is the deputy of today."""
        from models.due import in_shanghai

        return self._deputies.acting_for(user, in_shanghai(self.now()).date())

    def links_of(self, case_no: str) -> "list[LinkView]":
        """Records that belong to a case."""
        from adapters.links import links_of

        with self.engine.connect() as connection:
            return links_of(connection, case_no)

    def rules(self, policy_digest: str, calendar_version: str) -> "Rules":
        """The rules of those versions."""
        return self._versions.rules(policy_digest, calendar_version)

    def open_cases(self, jurisdiction: str, progress: Callable[[int], None]) -> "Opened":
        """Open the cases of all stored bad ratings and reports that have none yet, then those of repetitions; how many.

        A second evaluation of the same matter is linked to the case of the first.
        """
        import asyncio

        from adapters.re_evaluations import link_re_evaluations
        from models.ratings import Opened
        from opening import Opening

        opening = Opening(self.engine, self.policies.file(jurisdiction), self.load_calendar(jurisdiction), self.now)
        with self.engine.begin() as connection:
            link_re_evaluations(connection, jurisdiction)
        if not opening.has_pending():
            return Opened()

        async def open_all() -> "Opened":
            return await opening.open_all(await self._desk(), self.reader.dispatched, progress)

        return asyncio.run(open_all())

    def open_all_pending(self) -> int:
        """Open what an import or a registration that broke off left behind."""
        from adapters.rating_store import pending_jurisdictions
        from adapters.window_reports import pending_report_jurisdictions

        with self.engine.connect() as connection:
            waiting = {*pending_jurisdictions(connection), *pending_report_jurisdictions(connection)}
        return sum(self.open_cases(jurisdiction, lambda opened: None).cases for jurisdiction in sorted(waiting))

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
        if "engine" in self.__dict__:
            self.engine.dispose()

    def _open_report(self, report: "WindowReport") -> None:
        self.open_cases(report.jurisdiction, lambda opened: None)

    async def _desk(self) -> "CaseDesk":
        from adapters.connection import connect
        from workflows.client import CaseDesk

        return CaseDesk(await connect(self._settings), self._settings.case_queue)

    def _administrator(self, user_id: str) -> str:
        from models.actors import Role
        from models.errors import ActionRefused

        user = self.people.user(user_id)
        if user.role is not Role.ADMIN or user.disabled:
            raise ActionRefused(f"令牌由{Role.ADMIN.label}办理，{user.name}不是。")
        return user.id

    @property
    def _deputies(self) -> "Deputies":
        from adapters.deputies import Deputies

        return Deputies(self.engine, self.people)

    @cached_property
    def _versions(self) -> "Versions":
        from adapters.policies import Versions

        return Versions(self.engine)

    @cached_property
    def engine(self) -> "Engine":
        """The database."""
        address = self._settings.database_url
        from adapters.database import make_engine

        return make_engine(address, pool_size=self._connections)

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
