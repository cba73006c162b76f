"""Matters that are done (办件): what a source delivers of them, and how far the invitation to rate one has come.

Values only. When somebody is invited and what is rated by default says `policy.invitations`; how a row is read,
`policy.matters`. The mobile number is personal: it goes from the intake to its closed column and leaves it only when a
message does.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from models.base import Value
from models.errors import BadInput
from models.outside import FieldFault, TakenStatus
from models.ratings import Fault


class MattersRefused(BadInput):
    """A file of matters cannot be taken; nothing of it was stored. `faults` are the bad rows by their numbers."""

    def __init__(self, sentence: str, faults: tuple[tuple[int, Fault], ...] = ()) -> None:
        super().__init__(sentence)
        self.faults = faults


class Matter(NamedTuple):
    """One matter that is done, as it was delivered. What the source did not say is empty or None.

    `rateable` says whether its evaluator could rate it at all; `left_at` is when the visitor left the hall.
    """

    project_no: str
    unit: str
    dept_code: str
    task_code: str
    task_name: str
    staff_no: str
    closed_at: datetime
    left_at: datetime | None
    rateable: bool
    mobile: str
    window_no: str = ""


class InvitationState(StrEnum):
    """How far the invitation of a matter has come."""

    NONE = "none"
    """There is nothing to do: no such rule in this place, not rateable, rated already, or delivered too late."""
    PENDING = "pending"
    """Stored, and its workflow is still to be started."""
    WAITING = "waiting"
    """Its workflow waits for the moment of the message."""
    REMINDED = "reminded"
    RATED = "rated"
    """Somebody rated before anything, or anything more, had to be done."""
    DEFAULTED = "defaulted"

    @property
    def label(self) -> str:
        """The state in Chinese, as the engine's screen and the command say it."""
        return {
            InvitationState.NONE: "不邀请",
            InvitationState.PENDING: "待安排",
            InvitationState.WAITING: "等待邀请",
            InvitationState.REMINDED: "已邀请",
            InvitationState.RATED: "已评价",
            InvitationState.DEFAULTED: "已默认评价",
        }[self]


class MatterRef(Value):
    """Which matter: all that its workflow carries."""

    jurisdiction: str
    project_no: str


class InvitationLook(Value):
    """A look at a matter, at the moment at which its workflow woke."""

    matter: MatterRef
    at: AwareDatetime


class InvitationStanding(Value):
    """Where the invitation stands after a look, and when to look again; None when nothing is left to do."""

    state: InvitationState
    next_at: AwareDatetime | None = None


class TakenMatter(Value):
    """What became of one matter that another system sent; `faults` say what to correct when it was not taken."""

    index: int
    status: TakenStatus
    faults: tuple[FieldFault, ...] = ()


class MattersTaken(NamedTuple):
    """What became of the matters of one file, and how many of those taken are invited to be rated."""

    stored: int
    already_stored: int
    invited: int
