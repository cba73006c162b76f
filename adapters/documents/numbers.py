"""Numbers of official documents in PostgreSQL: counted without a gap per jurisdiction, kind and year.

Decides that a document keeps the number that it got when it was first asked for, and that two who ask at once get the
same one. The year is that of the day on the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, func, insert, select, text

from adapters.tables.documents import DOCUMENT_NUMBERS as NUMBERS
from models.documents import Document, counted_number

_LOCK = text("select pg_advisory_xact_lock(hashtext('document_numbers'), hashtext(:counted))")


@dataclass(frozen=True)
class DocumentNumbers:
    """The numbers that were given."""

    engine: Engine
    now: Callable[[], datetime]

    def of_case(self, case_no: str) -> Mapping[int, str]:
        """The numbers of a case's documents, by their steps."""
        query = select(NUMBERS.c.step, NUMBERS.c.year, NUMBERS.c.number).where(NUMBERS.c.case_no == case_no)
        with self.engine.connect() as connection:
            return {row.step: counted_number(row.year, row.number) for row in connection.execute(query)}

    def take(self, document: Document, by: str | None) -> str:
        """The document's number; the next one when it has none yet."""
        counted = {"jurisdiction": document.jurisdiction, "kind": document.kind, "year": document.day.year}
        its_own = and_(NUMBERS.c.case_no == document.case_no, NUMBERS.c.step == document.step)
        same_count = and_(*(NUMBERS.c[name] == value for name, value in counted.items()))
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"counted": "/".join(map(str, counted.values()))})
            had = connection.execute(select(NUMBERS.c.year, NUMBERS.c.number).where(its_own)).one_or_none()
            if had is not None:
                return counted_number(had.year, had.number)
            last = connection.execute(select(func.max(NUMBERS.c.number)).where(same_count)).scalar_one()
            number = (last or 0) + 1
            row = {
                **counted,
                "case_no": document.case_no,
                "step": document.step,
                "number": number,
                "taken_at": self.now(),
                "taken_by": by,
            }
            connection.execute(insert(NUMBERS).values(row))
        return counted_number(document.day.year, number)
