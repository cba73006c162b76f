"""Papers about a period that are kept under numbers of their own: analyses and circulars, in tables of one shape.

Decides that numbers are counted without a gap per place and year, and that the year is that of the day on which a paper
is made. Whether another one is made at all decides the module of the kind, which holds its lock meanwhile.
"""

from sqlalchemy import Connection, Table, func, insert, select

from models.analysis import Analysis
from models.circulars import Circular
from models.due import in_shanghai


def keep_next(connection: Connection, table: Table, paper: Analysis | Circular, by: str | None) -> tuple[int, int]:
    """Keep it under the next number; its year and count."""
    year = in_shanghai(paper.as_of).year
    same_count = (table.c.jurisdiction == paper.jurisdiction, table.c.year == year)
    last = connection.execute(select(func.max(table.c.number)).where(*same_count)).scalar_one()
    count = (last or 0) + 1
    row = {
        "jurisdiction": paper.jurisdiction,
        "year": year,
        "number": count,
        "first_day": paper.period.first,
        "last_day": paper.period.last,
        "as_of": paper.as_of,
        "made_by": by,
        "content": paper.model_dump(mode="json"),
    }
    connection.execute(insert(table).values(row))
    return year, count
