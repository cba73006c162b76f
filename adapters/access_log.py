"""The log of refused requests in the database: who asked for what was not theirs, from where, and why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from adapters.tables.accounts import ACCESS_LOG
from models.accounts import Refusal
from models.people import User

_LONGEST = 300


@dataclass(frozen=True)
class AccessLog:
    """Refused requests, kept until somebody deletes them (docs/operations.md)."""

    engine: Engine
    now: Callable[[], datetime]

    def write(self, user: User | None, address: str, method: str, path: str, status: int, reason: str) -> None:
        """Write a refusal down; nobody may have been logged in."""
        row = {
            "at": self.now(),
            "user_id": user.id if user else "",
            "role": user.role.value if user else "",
            "unit": user.unit if user else "",
            "address": address,
            "method": method,
            "path": path[:_LONGEST],
            "status": status,
            "reason": reason[:_LONGEST],
        }
        with self.engine.begin() as connection:
            connection.execute(ACCESS_LOG.insert().values(row))

    def page(self, before: int | None, limit: int) -> list[Refusal]:
        """The newest refusals, or those before one of them, the newest first."""
        query = select(ACCESS_LOG).order_by(ACCESS_LOG.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(ACCESS_LOG.c.id < before)
        with self.engine.connect() as connection:
            return [Refusal(**row) for row in connection.execute(query).mappings()]
