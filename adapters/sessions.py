"""Logins in the database: opened, found again by their cookie's secret, closed.

Decides how long a login lasts: half an hour without a click, twelve hours in all (GB/T 22239-2019 asks for an end of
idle sessions, not for a number; ours are assumptions). Whether a password is right stands in `adapters.accounts`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select, update

from adapters.directory import Directory
from adapters.tables.accounts import ACCOUNTS, SESSIONS
from models.errors import UnknownUser
from models.people import User
from models.sessions import Session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_STEP = timedelta(minutes=1)
"""A click is written down when the last one that was lies this far back, so that reading pages writes little."""

_LONGEST_AGENT = 200


@dataclass(frozen=True)
class PostgresSessions:
    """Logins; a secret is kept only as its digest, so that who reads the database cannot take a login over."""

    engine: Engine
    people: Directory
    now: Callable[[], datetime]

    def open(self, user: User, agent: str, local: bool = True) -> Session:
        """A fresh session of a user who has proved who they are, by the local password or elsewhere.

        What has run out is swept away.
        """
        token, now = secrets.token_urlsafe(32), self.now()
        with self.engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.ends_at < now))
            connection.execute(
                SESSIONS.insert().values(
                    digest=digest_of(token),
                    user_id=user.id,
                    opened_at=now,
                    seen_at=now,
                    ends_at=now + LONGEST,
                    agent=agent[:_LONGEST_AGENT],
                    local=local,
                )
            )
        found = self.find(token)
        assert found is not None, f"{user.id} is disabled and was let in"
        return found

    def find(self, token: str) -> Session | None:
        """The session of that cookie, with its idle time begun anew.

        None when it has run out or was closed, or when its user is disabled or gone.
        """
        digest, now = digest_of(token), self.now()
        query = (
            select(SESSIONS, ACCOUNTS.c.must_change)
            .join_from(SESSIONS, ACCOUNTS, SESSIONS.c.user_id == ACCOUNTS.c.user_id, isouter=True)
            .where(SESSIONS.c.digest == digest, SESSIONS.c.ends_at > now, SESSIONS.c.seen_at > now - IDLE)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            if now - row["seen_at"] >= _STEP:
                connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen_at=now))
                connection.commit()
        try:
            user = self.people.user(row["user_id"])
        except UnknownUser:
            return None
        if user.disabled:
            return None
        return Session(
            token=token,
            user=user,
            csrf=hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest(),
            opened_at=row["opened_at"],
            ends_at=row["ends_at"],
            must_change=row["local"] and bool(row["must_change"]),
            local=row["local"],
        )

    def close(self, token: str) -> None:
        """Log out."""
        with self.engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest_of(token)))

    def close_all_of(self, user_id: str, but: str = "") -> None:
        """Log a user out everywhere, except where the cookie has that secret."""
        others = (SESSIONS.c.user_id == user_id) & (SESSIONS.c.digest != digest_of(but))
        with self.engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(others))


def digest_of(secret: str) -> str:
    """Under what a secret of 256 random bits is kept: too long to guess, so that a plain hash does."""
    return hashlib.sha256(secret.encode()).hexdigest()
