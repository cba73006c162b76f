"""What the commands need from the world, as ports. `starter.py` hands in the real things, tests may hand in others.

Decides nothing. Everything is asked for only when a command needs it, so that a question about a date or a page of help
loads neither the engine nor the database.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from calendars import WorkingCalendar
from casework.ports import Front
from cli.import_ratings import Importer
from cli.messages import MessageDesk
from cli.up import Stack
from models.actions import Action, HumanAction, Receipt
from models.actors import Actor
from models.callbacks import CallbackKind
from models.errors import HaochapingError
from models.kinds import CaseSource
from models.links import LinkView
from models.policy import Policy
from models.ratings import Complaint, EvaluatorContact, Opened
from models.views import EngineHistoryView

if TYPE_CHECKING:
    from casework.documents import Press
    from casework.pushes import PushDesk
    from casework.quality import QualityPorts
    from casework.reports import RegisterPorts
    from casework.samples import SampleBook
    from cli.account import AccountPorts
    from cli.analysis import AnalysisCommand
    from cli.calendar import CalendarPorts
    from cli.circular import CircularCommand
    from cli.deputy import DeputyPorts
    from cli.figures import FigurePorts
    from cli.handover import HandoverPorts
    from cli.keys import KeyDesk
    from cli.matters import MatterIntake
    from cli.policy import PolicyShelf
    from cli.rhythm import RhythmCommand
    from cli.scores import ScorePorts
    from cli.token import TokenPorts


class Context(Front, Protocol):
    """Everything that commands ask of the world. What is down raises a HaochapingError that says so."""

    @property
    def program(self) -> str:
        """How this program is called from where the user stands."""
        ...

    @property
    def runtime_dir(self) -> Path:
        """Where this installation keeps its files."""
        ...

    def sample(self, name: str) -> Path:
        """A file of the project by its path below the project's folder."""
        ...

    def new_key(self) -> str:
        """A fresh key for an action."""
        ...

    @property
    def messages(self) -> MessageDesk:
        """The outbox."""
        ...

    @property
    def importer(self) -> Importer:
        """Takes files of ratings in."""
        ...

    @property
    def stack(self) -> Stack:
        """Runs the whole system in the foreground."""
        ...

    def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Pass a human action to its case, as `workflows.client.CaseDesk.act` does."""
        ...

    def engine_history(self, case_no: str) -> EngineHistoryView:
        """What the engine itself recorded of a case, from the case file when the engine has let go of it."""
        ...

    def workflow_url(self, case_no: str) -> str | None:
        """The page of a case on the engine's own screen; None when nobody said where that screen is."""
        ...

    def whom_to_call(self, actor: Actor, case_no: str, purpose: str) -> EvaluatorContact | None:
        """Whom to call about a case; personal, and every look is written down for the supervisors first."""
        ...

    def complaint(self, case_no: str) -> Complaint:
        """What the evaluator complained of; numbers in the free text are masked."""
        ...

    @property
    def documents(self) -> "Press":
        """Makes the official documents of cases."""
        ...

    def callback_script(self, jurisdiction: str, kind: CallbackKind, source: CaseSource) -> str:
        """What the hotline asks in that callback; `$item` and the like stand for the case's own."""
        ...

    def load_calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """Today's calendar of a jurisdiction, or the national one."""
        ...

    def policy(self, jurisdiction: str) -> Policy:
        """Today's policy of a jurisdiction."""
        ...

    @property
    def policies(self) -> "PolicyShelf":
        """The policy files of the jurisdictions."""
        ...

    @property
    def calendar_ports(self) -> "CalendarPorts":
        """What the calendar commands need."""
        ...

    @property
    def account_ports(self) -> "AccountPorts":
        """What the accounts' command needs."""
        ...

    @property
    def desk_url(self) -> str:
        """Where the desk answers in the browser; empty when it does not run."""
        ...

    @property
    def deputy_ports(self) -> "DeputyPorts":
        """What the deputies' command needs."""
        ...

    @property
    def figure_ports(self) -> "FigurePorts":
        """What the figures' command needs."""
        ...

    @property
    def score_ports(self) -> "ScorePorts":
        """What the scores' command needs."""
        ...

    @property
    def analysis_ports(self) -> "AnalysisCommand":
        """What the analyses' command needs."""
        ...

    @property
    def circular_ports(self) -> "CircularCommand":
        """What the circulars' command needs."""
        ...

    @property
    def rhythm_ports(self) -> "RhythmCommand":
        """What the command of periodic work needs."""
        ...

    @property
    def handover_ports(self) -> "HandoverPorts":
        """What the hand-over needs."""
        ...

    @property
    def token_ports(self) -> "TokenPorts":
        """What the tokens' command needs."""
        ...

    @property
    def keys(self) -> "KeyDesk":
        """The keys of this installation, and what stands under them."""
        ...

    @property
    def register_ports(self) -> "RegisterPorts":
        """What the registration of a report needs."""
        ...

    @property
    def quality(self) -> "QualityPorts":
        """Item directories, the data quality report and suspicious patterns."""
        ...

    @property
    def matters(self) -> "MatterIntake":
        """Takes files of matters in."""
        ...

    def invite(self, jurisdiction: str) -> int:
        """Begin the invitations of stored matters that have none yet; how many."""
        ...

    @property
    def samples(self) -> "SampleBook":
        """Samples (抽查回访)."""
        ...

    @property
    def pushes(self) -> "PushDesk":
        """What goes to the provincial platform."""
        ...

    def links_of(self, case_no: str) -> list[LinkView]:
        """Records that belong to a case: repetitions, a parent case, re-evaluations."""
        ...

    def open_cases(self, jurisdiction: str, progress: Callable[[int], None]) -> Opened:
        """Open the cases of stored bad ratings at the pace at which they are taken up; how many."""
        ...

    def open_all_pending(self) -> int:
        """Open what an import that broke off left behind, in every jurisdiction; how many."""
        ...

    def load_directory(self, path: Path) -> tuple[int, int]:
        """Take a directory file over; how many units and users it has. Raises BadDirectory."""
        ...

    def known_failure(self, error: Exception) -> HaochapingError | None:
        """A failure of the machinery (a database that is down) as a sentence for people; None for our own mistakes."""
        ...
