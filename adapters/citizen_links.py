"""Links for citizens: made when a message leaves or somebody hands one out, found by their secret until they expire.

Decides the secret (128 bits that nobody can guess without the key ring), how long a link works, and that only its
digest is kept: neither the outbox nor the engine nor a backup of the database holds an address that opens a case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.personal import PersonalData
from adapters.sessions import digest_of
from adapters.tables.doors import CITIZEN_LINKS
from models.notices import Message

LINK_DAYS = 60
"""How long a link works, counted from its making; an assumption: longer than any limit and its rework together."""


@dataclass(frozen=True)
class CitizenLinks:
    """Makes the links; `desk_url` says where people reach the desk, empty when nobody does."""

    engine: Engine
    personal: PersonalData
    desk_url: Callable[[], str]

    def link_for(self, message: Message) -> str:
        """The link of a message; sent again, a message carries the same one."""
        if not self.desk_url():
            return ""
        token = self.personal.link_token(f"{message.key} {message.created_at.isoformat()}")
        self.keep(token, message.case_no, message.created_at)
        return self.address_of(token)

    def keep(self, token: str, case_no: str, made_at: datetime) -> datetime:
        """Let a token open a case from now on; until when. What was kept before stays as it is."""
        row = {
            "digest": digest_of(token),
            "case_no": case_no,
            "made_at": made_at,
            "expires_at": made_at + timedelta(days=LINK_DAYS),
        }
        with self.engine.begin() as connection:
            connection.execute(delete(CITIZEN_LINKS).where(CITIZEN_LINKS.c.expires_at < made_at))
            connection.execute(insert(CITIZEN_LINKS).values(row).on_conflict_do_nothing())
        return made_at + timedelta(days=LINK_DAYS)

    def address_of(self, token: str) -> str:
        """Where that token opens its case."""
        return f"{self.desk_url().rstrip('/')}/c/{token}"


def case_of_link(engine: Engine, token: str, now: datetime) -> str | None:
    """The case that a link leads to; None for one that never was or has expired, which look the same."""
    query = select(CITIZEN_LINKS.c.case_no).where(
        CITIZEN_LINKS.c.digest == digest_of(token), CITIZEN_LINKS.c.expires_at > now
    )
    with engine.connect() as connection:
        return connection.execute(query).scalar_one_or_none()
