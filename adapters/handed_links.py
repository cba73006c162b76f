"""Links that people hand to an evaluator: in the log of reveals first, then made.

Decides that such a link follows from its line in the log, so that the page can show it again for minutes although the
database keeps its digest only, and that it has small letters and digits alone, because it is read out on the telephone.
Who may hand one out stands in `policy.people`.
"""

from base64 import b32encode, urlsafe_b64decode
from dataclasses import dataclass

from adapters.citizen_links import CitizenLinks
from adapters.reveals import PostgresReveals
from models.actors import Actor
from models.outside import HandedLink
from models.reveals import Reveal, RevealPlace

_PURPOSE = "交给评价人查询办件进度"


@dataclass(frozen=True)
class HandedLinks:
    """Makes and shows them."""

    reveals: PostgresReveals
    links: CitizenLinks

    def can_be_made(self) -> bool:
        """Whether the desk knows the address under which citizens reach it."""
        return bool(self.links.desk_url())

    def hand_out(self, actor: Actor, case_no: str) -> None:
        """Write down that a link is handed out, and make it; while one is still shown to that person, that one."""
        if self._running(actor, case_no) is None:
            self._made(self.reveals.reveal(actor, case_no, _PURPOSE, RevealPlace.LINK))

    def shown(self, actor: Actor, case_no: str) -> HandedLink | None:
        """The link that this person made minutes ago; None when it is hidden again."""
        reveal = self._running(actor, case_no)
        return self._made(reveal) if reveal is not None else None

    def _running(self, actor: Actor, case_no: str) -> Reveal | None:
        return self.reveals.running(actor, case_no, (RevealPlace.LINK,))

    def _made(self, reveal: Reveal) -> HandedLink:
        """The link of a line; made again it is the same, so that a line whose link broke off gets it when shown."""
        token = _spoken(self.links.personal.link_token(f"reveal {reveal.id} {reveal.at.isoformat()}"))
        return HandedLink(
            site=self.links.address_of(""),
            token=token,
            expires_at=self.links.keep(token, reveal.case_no, reveal.at),
            shown_until=reveal.until,
        )


def _spoken(token: str) -> str:
    """The same 128 bits in the letters a to z and the digits 2 to 7."""
    return b32encode(urlsafe_b64decode(f"{token}==")).decode().rstrip("=").lower()
