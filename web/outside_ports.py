"""What the pages ask about people outside the house: reveals, citizens' links, public numbers, and other systems.

Decides nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.actors import Actor
from models.matters import TakenMatter
from models.outside import ApiToken, HandedLink, LinkedCase, PublicMonth, ReEvaluation, Scope, TakenRating
from models.people import User
from models.ratings import EvaluatorContact
from models.reveals import LOOKS, Reveal, RevealPlace
from models.sms_wishes import Heard, SmsReply


class Reveals(Protocol):
    """Looks at an evaluator's name and number, each written down before anything is shown."""

    def has_contact(self, case_no: str) -> bool:
        """Whether there is a name or number to reveal."""
        ...

    def reveal(self, actor: Actor, case_no: str, purpose: str, place: RevealPlace) -> Reveal:
        """Write a look down."""
        ...

    def running(self, actor: Actor, case_no: str, places: Collection[RevealPlace] = LOOKS) -> Reveal | None:
        """The look of that person at that case that has not run out."""
        ...

    def shown(self, reveal: Reveal) -> EvaluatorContact | None:
        """What a look shows; nothing once it has run out."""
        ...

    def log(self, before: int | None = None, limit: int = 50) -> list[Reveal]:
        """The looks and the links handed out, the newest first; those older than that one."""
        ...


class Citizens(Protocol):
    """The cases behind citizens' links."""

    def behind(self, token: str) -> LinkedCase | None:
        """The case; None when it never was a link or has expired."""
        ...

    def rate(self, token: str, said: ReEvaluation) -> str | None:
        """Store the re-evaluation; the jurisdiction whose cases are to be opened. Raises ActionRefused."""
        ...


class SmsRefusals(Protocol):
    """What citizens have said about SMS that nothing depends on (退订)."""

    def of_case(self, case_no: str) -> bool | None:
        """Whether the evaluator of a case has refused them; None where there is no number to send any to."""
        ...

    def choose(self, case_no: str, refused: bool) -> None:
        """The evaluator of a case refuses them, or wants them again."""
        ...

    def reply(self, reply: SmsReply) -> Heard:
        """What somebody has answered to an SMS; what is no known word changes nothing."""
        ...


class HandedLinks(Protocol):
    """Links that somebody hands to the evaluator, each written down before it is shown."""

    def can_be_made(self) -> bool:
        """Whether the desk knows the address under which citizens reach it."""
        ...

    def hand_out(self, actor: Actor, case_no: str) -> None:
        """Write down that a link is handed out, and make it; while one is still shown to that person, that one."""
        ...

    def shown(self, actor: Actor, case_no: str) -> HandedLink | None:
        """The link that this person made minutes ago; None when it is hidden again."""
        ...


class Figures(Protocol):
    """The public numbers, by place and month."""

    def places(self, among: Sequence[str]) -> list[str]:
        """Those of the places from which there is any rating."""
        ...

    def months(self, place: str) -> list[str]:
        """The months that are public, the newest first."""
        ...

    def month(self, place: str, month: str) -> PublicMonth:
        """A month's numbers as they may be published. Raises BadInput for a month that is not public."""
        ...


class Tokens(Protocol):
    """Bearer tokens of other systems, and what they asked under their idempotency keys."""

    def make(self, name: str, scopes: Iterable[Scope], user_id: str, days: int, by: str) -> tuple[ApiToken, str]:
        """A new token, and its secret, which nobody can read again. Raises UnknownUser or BadInput."""
        ...

    def all(self) -> list[ApiToken]:
        """Every token that ever was, the newest first."""
        ...

    def revoke(self, id_: str, by: str) -> ApiToken:
        """Let a token work no longer. Raises BadInput for an unknown one."""
        ...

    def find(self, secret: str) -> tuple[ApiToken, User] | None:
        """The token of that secret and its user; None when it does not work."""
        ...

    def failed(self, address: str) -> int:
        """Write down that a token from that address did not work; the seconds to wait when it is one too many."""
        ...

    def begin(self, token_id: str, key: str, fingerprint: str) -> tuple[int, str] | None:
        """Begin a request; what it was answered before, or None. Raises KeyUsedOtherwise, StillBeingDone."""
        ...

    def end(self, token_id: str, key: str, status: int, body: str) -> None:
        """Keep the answer."""
        ...

    def forget(self, token_id: str, key: str) -> None:
        """The request was not done; let it be tried again."""
        ...


class Intake(Protocol):
    """Takes ratings in from another system."""

    def take(
        self, jurisdiction: str, code_system: str | None, ratings: Sequence[Mapping[str, str]], source: str
    ) -> list[TakenRating]:
        """Store ratings as an import does, each row by itself. Raises BadInput or EngineUnavailable."""
        ...

    def open_soon(self, jurisdiction: str) -> None:
        """Open the cases of what was stored, as an import does. Blocks; called when the answer is out."""
        ...


class MatterIntake(Protocol):
    """Takes matters that are done in from another system."""

    def take(self, jurisdiction: str, rows: Sequence[Mapping[str, str]]) -> list[TakenMatter]:
        """Store matters, field names to texts, each answered by itself. Raises BadInput."""
        ...


@dataclass(frozen=True)
class Outside:
    """All of it."""

    reveals: Reveals
    citizens: Citizens
    sms_refusals: SmsRefusals
    handed_links: HandedLinks
    figures: Figures
    tokens: Tokens
    intake: Intake
    matters: MatterIntake
    invite_soon: Callable[[str], None]
    """Begins the invitations of what was stored. Blocks; called when the answer is out."""
