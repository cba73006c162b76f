"""Circulars of a period in PostgreSQL, each under its number.

Decides that a place has one circular for each period, and that it is never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, select, text

from adapters.kept_papers import keep_next
from adapters.tables.circulars import CIRCULARS
from models.circulars import Circular, KeptCircular
from models.documents import counted_number
from models.figures import FigurePeriod

_LOCK = text("select pg_advisory_xact_lock(hashtext('circulars'), hashtext(:jurisdiction))")
_c = CIRCULARS.c


@dataclass(frozen=True)
class PostgresCirculars:
    """What was drawn up."""

    engine: Engine

    def kept(self, jurisdiction: str) -> Sequence[KeptCircular]:
        """The circulars of a place, the newest first."""
        query = select(CIRCULARS).where(_c.jurisdiction == jurisdiction)
        with self.engine.connect() as connection:
            found = connection.execute(query.order_by(_c.year.desc(), _c.number.desc()))
            return [_kept(row) for row in found]

    def find(self, jurisdiction: str, year: int, count: int) -> KeptCircular | None:
        """The circular of that number."""
        return self._one(and_(_c.jurisdiction == jurisdiction, _c.year == year, _c.number == count))

    def of_period(self, jurisdiction: str, period: FigurePeriod) -> KeptCircular | None:
        """The circular of that period."""
        return self._one(_is_about(jurisdiction, period))

    def keep(self, circular: Circular, by: str | None) -> KeptCircular:
        """Keep it under the next number; the one of its period, where there is one."""
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"jurisdiction": circular.jurisdiction})
            about = _is_about(circular.jurisdiction, circular.period)
            had = connection.execute(select(CIRCULARS).where(about)).one_or_none()
            return _added(connection, circular, by) if had is None else _kept(had)

    def _one(self, condition: ColumnElement[bool]) -> KeptCircular | None:
        with self.engine.connect() as connection:
            row = connection.execute(select(CIRCULARS).where(condition)).one_or_none()
        return None if row is None else _kept(row)


def _is_about(jurisdiction: str, period: FigurePeriod) -> ColumnElement[bool]:
    return and_(_c.jurisdiction == jurisdiction, _c.first_day == period.first, _c.last_day == period.last)


def _added(connection: Connection, circular: Circular, by: str | None) -> KeptCircular:
    year, count = keep_next(connection, CIRCULARS, circular, by)
    return KeptCircular(number=counted_number(year, count), year=year, count=count, made_by=by, circular=circular)


def _kept(row: Row[Any]) -> KeptCircular:
    return KeptCircular(
        number=counted_number(row.year, row.number),
        year=row.year,
        count=row.number,
        made_by=row.made_by,
        circular=Circular.model_validate(row.content),
    )
