"""What the desk asks of the world, in one value that its root (`desk.py`) fills. Decides nothing.

Each page's own questions stand in the Protocol beside it; this is where they come together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from casework.analysis import AnalysisBook
from casework.circulars import CircularBook
from casework.documents import Press
from casework.figures import FigureBook
from casework.ports import Front
from casework.pushes import PushDesk
from casework.quality import QualityPorts
from casework.reports import RegisterPorts
from casework.rhythm import RhythmPorts
from casework.samples import SampleBook
from casework.scores import ScoreBook
from models.actions import Action, HumanAction, Receipt
from models.errors import HaochapingError
from models.people import User
from models.sessions import Session
from web.door_ports import DeputyDesk, DirectoryDesk, Door, RefusalLog
from web.list_ports import Calendars, Calls, CaseLists, NoticeDesk, OverviewNumbers, PolicyShelf, SavedFilters
from web.message_ports import Messages
from web.outside_ports import Outside
from web.work_ports import Attachments, Drafts, Records


class Acts(Protocol):
    """Passes human actions to their cases."""

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """Take a human action, as `workflows.client.CaseDesk.act` does, after units and users were checked."""
        ...


class Sessions(Protocol):
    """Who is logged in."""

    def open(self, user: User, agent: str, local: bool = True) -> Session:
        """A fresh session of a user who has proved who they are, by the local password or elsewhere."""
        ...

    def find(self, token: str) -> Session | None:
        """The session of that cookie, with its idle time begun anew; None when it has run out or was closed."""
        ...

    def close(self, token: str) -> None:
        """Log out."""
        ...


@dataclass(frozen=True)
class Desk:
    """Everything that the pages ask for."""

    front: Front
    acts: Acts
    sessions: Sessions
    door: Door
    refusals: RefusalLog
    directory: DirectoryDesk
    deputies: DeputyDesk
    known_failure: Callable[[Exception], HaochapingError | None]
    """A failure of the machinery (a database that is down) as a sentence; None for our own mistakes."""
    records: Records
    drafts: Drafts
    attachments: Attachments
    lists: CaseLists
    numbers: OverviewNumbers
    figures: FigureBook
    scores: ScoreBook
    analyses: AnalysisBook
    circulars: CircularBook
    filters: SavedFilters
    calls: Calls
    calendars: Calendars
    notices: NoticeDesk
    shelf: PolicyShelf
    quality: QualityPorts
    reception: RegisterPorts
    outside: Outside
    documents: Press
    pushes: PushDesk
    messages: Messages
    rhythm: RhythmPorts
    samples: SampleBook
