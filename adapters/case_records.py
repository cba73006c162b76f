"""What a case page shows beside the read model: the complaint, the messages, linked records, the engine's own history.

Decides nothing about who may see it; the pages do.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, select
from temporalio.client import Client

from adapters.directory import Directory
from adapters.engine_history import engine_history
from adapters.links import links_of
from adapters.outbox import PostgresOutbox
from adapters.rating_store import complaint
from adapters.tables.cases import CASES
from models.links import LinkView
from models.notices import MessageRecord
from models.ratings import Complaint
from models.views import EngineHistoryView

_ALL_MESSAGES = 100_000


@dataclass(frozen=True)
class CaseRecords:
    """Records of one case from PostgreSQL, and from the engine through this client."""

    engine: Engine
    client: Client
    directory: Directory
    workflow_url: Callable[[str], str | None]
    """The page of a case on the engine's own screen; None when nobody said where that screen is."""

    def complaint(self, case_no: str) -> Complaint:
        """What the evaluator complained of; numbers in the free text are masked."""
        with self.engine.connect() as connection:
            return complaint(connection, case_no)

    def links(self, case_no: str) -> list[LinkView]:
        """Records that belong to the case."""
        with self.engine.connect() as connection:
            return links_of(connection, case_no)

    def messages(self, case_no: str) -> list[MessageRecord]:
        """The messages that the case's steps decided, in that order."""
        return PostgresOutbox(self.engine).list_messages(case_no, None, _ALL_MESSAGES)

    def rated(self, staff_no: str, limit: int) -> list[str]:
        """The numbers of the cases whose rating names that clerk's number, the latest first."""
        query = select(CASES.c.case_no).where(CASES.c.staff_no == staff_no, CASES.c.staff_no != "")
        with self.engine.connect() as connection:
            return list(connection.execute(query.order_by(CASES.c.dispatched_at.desc()).limit(limit)).scalars())

    async def engine_history(self, case_no: str) -> EngineHistoryView:
        """What the engine itself recorded, from the case file when it has let go of the case.

        Raises EngineUnavailable, UnknownCase or BadInput.
        """
        names = {user.id: user.name for user in self.directory.users()}
        return await engine_history(self.client, self.engine, case_no, lambda user: names.get(user, user))
