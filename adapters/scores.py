"""Scores: the rules of a place from its folder, and the monthly points that were kept, in PostgreSQL.

Decides that a kept count is never changed, and that a count with the same points is not kept a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.policy_files import JURISDICTIONS
from adapters.score_files import score_rules
from adapters.tables.scores import POINT_COUNTS as COUNTS
from models.figures import Grouping
from models.scores import GroupPoints, OwnPoints, PointCount
from policy.score_rules import ScoreRules

_LOCK = text("select pg_advisory_xact_lock(hashtext('point_counts'), hashtext(:month))")

_OF_UNIT = text(
    "with newest as (select distinct on (jurisdiction, month, grouping) * from point_counts where month >= :since"
    "  order by jurisdiction, month, grouping, as_of desc)"
    " select n.jurisdiction, n.month, n.grouping, n.as_of, g.value as points"
    " from newest n cross join lateral jsonb_array_elements(n.groups) g"
    " where g.value->>'key' = :unit or starts_with(g.value->>'key', :unit || '/')"
    " order by n.month desc, n.jurisdiction, g.value->>'key'"
)


@dataclass(frozen=True)
class PostgresScores:
    """Rules and kept points."""

    engine: Engine
    root: Path = JURISDICTIONS

    def rules(self, jurisdiction: str) -> ScoreRules:
        """By what a place scores. Raises BadPolicy for a wrong file."""
        return score_rules(self.root, jurisdiction)

    def kept(self, jurisdiction: str, month: date, grouping: Grouping) -> Sequence[PointCount]:
        """The counts of a month that were kept, the newest first."""
        with self.engine.connect() as connection:
            return _kept(connection, jurisdiction, month, grouping)

    def of_unit(self, unit: str, since: date) -> Sequence[OwnPoints]:
        """What was kept last of each month from then on for a unit, its windows and clerks, the newest month first."""
        with self.engine.connect() as connection:
            found = connection.execute(_OF_UNIT, {"unit": unit, "since": since})
            return [OwnPoints.model_validate(dict(row)) for row in found.mappings()]

    def keep(self, count: PointCount) -> PointCount:
        """Keep a count; the newest that was kept, where that one has the same points."""
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"month": f"{count.jurisdiction}/{count.month}/{count.grouping}"})
            before = _kept(connection, count.jurisdiction, count.month, count.grouping)
            if before and before[0].groups == count.groups:
                return before[0]
            row = {**dict(count), "grouping": count.grouping.value, "groups": [g.model_dump() for g in count.groups]}
            connection.execute(insert(COUNTS).values(row).on_conflict_do_nothing())
        return count


def _kept(connection: Connection, jurisdiction: str, month: date, grouping: Grouping) -> list[PointCount]:
    query = (
        select(COUNTS)
        .where(COUNTS.c.jurisdiction == jurisdiction, COUNTS.c.month == month, COUNTS.c.grouping == grouping.value)
        .order_by(COUNTS.c.as_of.desc())
    )
    return [
        PointCount(
            jurisdiction=row.jurisdiction,
            month=row.month,
            grouping=Grouping(row.grouping),
            as_of=row.as_of,
            kept_by=row.kept_by,
            groups=tuple(GroupPoints.model_validate(each) for each in row.groups),
        )
        for row in connection.execute(query)
    ]
