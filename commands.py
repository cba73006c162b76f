"""What the commands get beyond what the desk gets too: the stack, imports, messages, and the ports of single commands.

A composition root behind `starter.py`. As in `installation`, nothing is imported before a command asks for it.
"""

import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from installation import Installation

if TYPE_CHECKING:
    from adapters.key_change import KeyChange
    from adapters.outbox import PostgresOutbox
    from adapters.rating_import import RatingImporter
    from adapters.settings import Settings
    from cli.account import AccountPorts
    from cli.analysis import AnalysisCommand
    from cli.calendar import CalendarPorts
    from cli.circular import CircularCommand
    from cli.deputy import DeputyPorts
    from cli.figures import FigurePorts
    from cli.handover import HandoverPorts
    from cli.rhythm import RhythmCommand
    from cli.scores import ScorePorts
    from cli.token import TokenPorts
    from cli.up import Stack
    from models.actions import Action, HumanAction, Receipt
    from models.actors import Actor
    from models.ratings import EvaluatorContact
    from models.views import EngineHistoryView

PROJECT = Path(__file__).resolve().parent


class Commands(Installation):
    """Everything that commands ask for (`cli.context.Context`), from this machine's settings and the running stack."""

    @property
    def program(self) -> str:
        """The program as it is called from the current folder."""
        python = Path(".venv/bin/python")
        inside = Path.cwd() == PROJECT and (PROJECT / python).exists()
        return f"{python} starter.py" if inside else f"{sys.executable} {PROJECT / 'starter.py'}"

    def sample(self, name: str) -> Path:
        """A file of the project."""
        return PROJECT / name

    def new_key(self) -> str:
        """A fresh key for an action."""
        import uuid

        return str(uuid.uuid4())

    @property
    def token_ports(self) -> "TokenPorts":
        """What the tokens' command needs."""
        from cli.token import TokenPorts

        return TokenPorts(self.tokens, self._administrator, self.now)

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
            return await (await self.case_desk()).act(case_no, action, message, key)

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

    def whom_to_call(self, actor: "Actor", case_no: str, purpose: str) -> "EvaluatorContact | None":
        """Whom to call about a case; the look is written down first."""
        from models.reveals import RevealPlace

        if not self.reveals.has_contact(case_no):
            return None
        return self.reveals.shown(self.reveals.reveal(actor, case_no, purpose, RevealPlace.CALLBACK))

    @property
    def calendar_ports(self) -> "CalendarPorts":
        """What the calendar commands need."""
        from cli.calendar import CalendarPorts

        return CalendarPorts(self.calendar_desk, self.people.actor, self.program)

    @property
    def account_ports(self) -> "AccountPorts":
        """What the accounts' command needs."""
        from adapters.administration import Administration
        from cli.account import AccountPorts

        return AccountPorts(self.accounts, Administration(self.engine, self.people, self.sessions, self.now))

    @property
    def deputy_ports(self) -> "DeputyPorts":
        """What the deputies' command needs."""
        from cli.deputy import DeputyPorts

        return DeputyPorts(self._deputies, self.people, self.now)

    @property
    def figure_ports(self) -> "FigurePorts":
        """What the figures' command needs."""
        from adapters.figures import CountedFigures
        from cli.figures import FigurePorts

        figures = CountedFigures(self.engine, self.load_calendar, self._settings.push_limit())
        return FigurePorts(figures, self.policies, self.people, self.now)

    @property
    def score_ports(self) -> "ScorePorts":
        """What the scores' command needs."""
        from adapters.figures import CountedFigures
        from adapters.scores import PostgresScores
        from cli.scores import ScorePorts

        figures = CountedFigures(self.engine, self.load_calendar, self._settings.push_limit())
        return ScorePorts(figures, PostgresScores(self.engine), self.policies, self.people, self.now)

    @property
    def analysis_ports(self) -> "AnalysisCommand":
        """What the analyses' command needs."""
        from adapters.analyses import PostgresAnalyses
        from adapters.figures import CountedFigures
        from casework.analysis import AnalysisPorts
        from cli.analysis import AnalysisCommand

        figures = CountedFigures(self.engine, self.load_calendar, self._settings.push_limit())
        ports = AnalysisPorts(figures, PostgresAnalyses(self.engine), self.people)
        return AnalysisCommand(ports, self.policies, self.documents, self.now)

    @property
    def circular_ports(self) -> "CircularCommand":
        """What the circulars' command needs."""
        from adapters.analyses import PostgresAnalyses
        from adapters.circulars import PostgresCirculars
        from adapters.figures import CountedFigures
        from adapters.scores import PostgresScores
        from casework.circulars import CircularPorts
        from cli.circular import CircularCommand

        figures = CountedFigures(self.engine, self.load_calendar, self._settings.push_limit())
        analyses, scores = PostgresAnalyses(self.engine), PostgresScores(self.engine)
        ports = CircularPorts(figures, analyses, scores, PostgresCirculars(self.engine), self.people)
        return CircularCommand(ports, self.policies, self.documents, self.now)

    @property
    def rhythm_ports(self) -> "RhythmCommand":
        """What the command of periodic work needs."""
        from adapters.connection import connect
        from cli.rhythm import RhythmCommand

        return RhythmCommand(self.rhythm(lambda: connect(self._settings)), self.people, self.now)

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
    def keys(self) -> "KeyChange":
        """The keys of this installation, and what stands under them."""
        from adapters.codec import load_keyring
        from adapters.key_change import KeyChange, need_restarted_readers

        settings = self._settings
        return KeyChange(
            self.engine,
            load_keyring(settings.keyring),
            lambda: need_restarted_readers(settings.runtime_dir, settings.keyring),
        )

    def open_all_pending(self) -> int:
        """Open what an import or a registration that broke off left behind."""
        from adapters.citizen_reports import pending_report_jurisdictions
        from adapters.rating_store import pending_jurisdictions

        with self.engine.connect() as connection:
            waiting = {*pending_jurisdictions(connection), *pending_report_jurisdictions(connection)}
        opened = sum(self.open_cases(jurisdiction, lambda opened: None).cases for jurisdiction in sorted(waiting))
        self._begin_all_invitations()
        return opened

    def _begin_all_invitations(self) -> None:
        from adapters.matters import places_with_pending_invitations

        with self.engine.connect() as connection:
            places = places_with_pending_invitations(connection)
        for place in places:
            self.invite(place)

    def load_directory(self, path: Path) -> tuple[int, int]:
        """Take a directory file over."""
        from adapters.directory import read_directory

        file = read_directory(path)
        self.people.fill(file)
        return len(file.units), len(file.users)

    def _administrator(self, user_id: str) -> str:
        from models.actors import Role
        from models.errors import ActionRefused

        user = self.people.user(user_id)
        if user.role is not Role.ADMIN or user.disabled:
            raise ActionRefused(f"令牌由{Role.ADMIN.label}办理，{user.name}不是。")
        return user.id
