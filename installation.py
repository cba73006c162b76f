"""What the commands and the desk get on this machine: settings, database and engine behind the ports of both.

A composition root like `worker.py`: it decides which adapters they get. Nothing here is imported before it is asked
for, so that a question about a date needs neither the engine nor the database. What only commands need stands in
`commands`, what only pages need in `desk`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client

    from adapters.accounts import LocalAccounts
    from adapters.api_tokens import PostgresTokens
    from adapters.calendar_desk import CalendarDesk
    from adapters.deputies import Deputies
    from adapters.directory import Directory
    from adapters.documents.press import DocumentPress
    from adapters.matters import MatterStore
    from adapters.personal import PersonalData
    from adapters.policies import Rules, Versions
    from adapters.policy_files import Shelf
    from adapters.push_desk import PostgresPushDesk
    from adapters.reading import CaseReader
    from adapters.reveals import PostgresReveals
    from adapters.samples import PostgresSamples
    from adapters.sessions import PostgresSessions
    from adapters.settings import Settings
    from calendars import WorkingCalendar
    from casework.quality import QualityPorts
    from casework.reports import RegisterPorts
    from casework.rhythm import RhythmPorts
    from models.callbacks import CallbackKind
    from models.errors import HaochapingError
    from models.kinds import CaseSource
    from models.links import LinkView
    from models.policy import Policy
    from models.ratings import Complaint, EvaluatorContact, Opened
    from models.reports import CitizenReport
    from workflows.client import CaseDesk


class Installation:
    """One installation, from this machine's settings and the running stack."""

    def __init__(self, settings: "Settings | None" = None, connections: int = 2) -> None:
        self._given = settings
        self._connections = connections

    @property
    def runtime_dir(self) -> Path:
        """Where this installation keeps its files."""
        return self._loaded.runtime_dir

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)

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

    @cached_property
    def personal(self) -> "PersonalData":
        """Closes and opens personal values with this installation's key ring."""
        from adapters.codec import load_keyring
        from adapters.personal import PersonalData

        return PersonalData(load_keyring(self._settings.keyring))

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

    def complaint(self, case_no: str) -> "Complaint":
        """What the evaluator complained of."""
        from adapters.rating_store import complaint

        with self.engine.connect() as connection:
            return complaint(connection, case_no)

    def callback_script(self, jurisdiction: str, kind: "CallbackKind", source: "CaseSource") -> str:
        """What the hotline asks in that callback."""
        from adapters.policy_files import callback_script

        return callback_script(jurisdiction, kind, source)

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

    @cached_property
    def documents(self) -> "DocumentPress":
        """Numbers official documents and makes files of them."""
        from adapters.documents.numbers import DocumentNumbers
        from adapters.documents.press import DocumentPress
        from adapters.documents.printing import Printer
        from adapters.documents.templates import Templates

        return DocumentPress(DocumentNumbers(self.engine, self.now), Templates(), Printer())

    @property
    def pushes(self) -> "PostgresPushDesk":
        """What goes to the provincial platform."""
        from adapters.platform import Platform
        from adapters.push_desk import PostgresPushDesk
        from casework.pushes import OFF

        settings = self._settings
        url, secret = settings.platform_url, settings.platform_secret.get_secret_value()
        return PostgresPushDesk(self.engine, Platform(url, secret) if url else None, OFF)

    @property
    def calendar_desk(self) -> "CalendarDesk":
        """Holiday notices while cases run."""
        from adapters.calendar_desk import CalendarDesk

        return CalendarDesk(self.engine, self.now, self.case_desk)

    @property
    def quality(self) -> "QualityPorts":
        """Item directories, the data quality report and suspicious patterns."""
        from adapters.items import ItemStore
        from adapters.patterns import RatingPatterns
        from adapters.quality import RatingQuality
        from casework.quality import QualityPorts

        items = ItemStore(self.engine, self.now)
        return QualityPorts(items, RatingQuality(self.engine, items), RatingPatterns(self.engine, self.now))

    def rhythm(self, client_of: "Callable[[], Awaitable[Client]]") -> "RhythmPorts":
        """The work that comes back with the calendar, over that connection to the engine."""
        from adapters.lookbacks import Lookbacks
        from adapters.rhythm import PlacesWork, RhythmDiary
        from casework.rhythm import RhythmPorts
        from workflows.rhythm_desk import RhythmDesk

        return RhythmPorts(
            places=PlacesWork(self.policies, self.load_calendar),
            diary=RhythmDiary(self.engine, self.now),
            engine=RhythmDesk(client_of, self._settings.rhythm_queue),
            lookbacks=Lookbacks(self.engine, self.policies),
        )

    @property
    def desk_url(self) -> str:
        """Where the desk answers."""
        return self._settings.desk_url

    @property
    def register_ports(self) -> "RegisterPorts":
        """What the registration of a report needs."""
        from adapters.citizen_reports import CitizenReports
        from casework.reports import RegisterPorts

        return RegisterPorts(
            people=self.people,
            policy_of=self.policy,
            sources_of=lambda jurisdiction: self.policies.file(jurisdiction).surroundings.case_sources,
            register=CitizenReports(self.engine, self.personal).register,
            open_case=self._open_report,
            now=self.now,
        )

    @property
    def samples(self) -> "PostgresSamples":
        """Samples (抽查回访)."""
        from adapters.citizen_reports import CitizenReports
        from adapters.samples import PostgresSamples

        reports = CitizenReports(self.engine, self.personal)
        return PostgresSamples(self.engine, self.personal, reports, self.now)

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
            return await opening.open_all(await self.case_desk(), self.reader.dispatched, progress)

        return asyncio.run(open_all())

    @property
    def matters(self) -> "MatterStore":
        """Matters that are done."""
        from adapters.matters import MatterStore

        return MatterStore(
            self.engine,
            lambda: {unit.uscc: unit.id for unit in self.people.units()},
            self.policies.file,
            self.load_calendar,
            self.personal,
            self.now,
        )

    def invite(self, jurisdiction: str) -> int:
        """Begin the invitations of all stored matters that have none yet; how many. Raises EngineUnavailable."""
        import asyncio

        from adapters.connection import connect
        from adapters.matters import pending_invitations
        from opening import Inviting

        with self.engine.connect() as connection:
            if not pending_invitations(connection, jurisdiction, 1):
                return 0

        async def begin_all() -> int:
            client = await connect(self._settings)
            return await Inviting(self.engine, client, self._settings.invitation_queue, self.now).begin_all(
                jurisdiction
            )

        return asyncio.run(begin_all())

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

    def _open_report(self, report: "CitizenReport") -> None:
        self.open_cases(report.jurisdiction, lambda opened: None)

    async def case_desk(self) -> "CaseDesk":
        from adapters.connection import connect
        from workflows.client import CaseDesk

        return CaseDesk(await connect(self._settings), self._settings.case_queue)

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
