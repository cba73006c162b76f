"""Which cases a person has in hand. Read from the read model."""

from sqlalchemy import Connection, select

from adapters.tables.cases import CASES


def open_cases_of(connection: Connection, user: str) -> list[str]:
    """The running cases whose officer in charge is that user, by number."""
    query = select(CASES.c.case_no).where(CASES.c.assignee == user, CASES.c.ended_at.is_(None))
    return sorted(connection.execute(query).scalars())
