"""Links between records that belong together: written once, read from both ends."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from adapters.tables.cases import LINKS
from models.links import LinkKind, LinkView
from models.ratings import SatisfactionLevel

_LINKS_OF = text(
    "select l.case_no, l.linked_no, l.kind, l.at, later.level from case_links l"
    " left join ratings first on first.case_no = l.case_no and l.kind = 're_evaluation'"
    " left join ratings later on later.jurisdiction = first.jurisdiction and later.project_no = first.project_no"
    " and l.linked_no = later.jurisdiction || '-' || later.project_no || '-' || later.assess_number"
    " where l.case_no = :case_no or l.linked_no = :case_no order by l.kind, l.case_no, l.linked_no"
)


def link(connection: Connection, case_no: str, linked_nos: Iterable[str], kind: LinkKind, at: datetime) -> int:
    """Link records to a case (the parent, or the first rating's); how many were not linked before.

    Part of the caller's transaction.
    """
    rows = [{"case_no": case_no, "linked_no": each, "kind": kind, "at": at} for each in linked_nos]
    if not rows:
        return 0
    added = insert(LINKS).values(rows).on_conflict_do_nothing().returning(LINKS.c.linked_no)
    return len(connection.execute(added).all())


def links_of(connection: Connection, case_no: str) -> list[LinkView]:
    """Every link of a case: those it has and those in which it stands, by kind."""
    return [
        LinkView(
            case_no=row.case_no,
            linked_no=row.linked_no,
            kind=LinkKind(row.kind),
            at=row.at,
            level=None if row.level is None else SatisfactionLevel(row.level),
        )
        for row in connection.execute(_LINKS_OF, {"case_no": case_no})
    ]
