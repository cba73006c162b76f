"""Analyses in PostgreSQL: the reasons of bad reviews, and what was made, each under its number.

Decides that an analysis is never changed, and that one which says the same as the last one of its period is that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text

from adapters.figure_sql import ROWS_OF
from adapters.kept_papers import keep_next
from adapters.tables.scores import ANALYSES
from models.analysis import Analysis, KeptAnalysis
from models.documents import counted_number
from models.figures import Base, FigureQuestion
from policy.code_systems import ACTIVE_TAGS

_LOCK = text("select pg_advisory_xact_lock(hashtext('analyses'), hashtext(:jurisdiction))")

_TAGS_OF_A_ROW = """(
    select r.tags from ratings r
    where r.jurisdiction = :jurisdiction and r.project_no = f.project_no
        and r.project_no || '-' || r.assess_number = f.id
    union all
    select r.tags from rating_matters m
    join ratings r on r.jurisdiction = m.jurisdiction and r.project_no = m.rating_project_no
        and r.assess_number = m.assess_number
    where m.jurisdiction = :jurisdiction and m.project_no = f.project_no
        and m.project_no || '-' || m.assess_number = f.id
)"""
"""Of the rating itself, or of the one that covers the matter: reasons are counted over the same rows as bad reviews."""

_REASONS = text(
    "select t.tag, count(*) as ratings from ("
    f" select distinct f.id, tag from ({ROWS_OF[Base.RATINGS]}) f"
    f" cross join lateral {_TAGS_OF_A_ROW} g, unnest(string_to_array(g.tags, ',')) as tag"
    " where f.valid and f.bad) t"
    " group by t.tag order by count(*) desc, t.tag limit :most"
)


@dataclass(frozen=True)
class PostgresAnalyses:
    """What was made, and the reasons for it."""

    engine: Engine

    def reasons(self, question: FigureQuestion, most: int) -> Sequence[tuple[str, int]]:
        """The reason tags of the bad reviews that count, in words, with how many name them; the most frequent first."""
        values = {
            "jurisdiction": question.jurisdiction,
            "begin": question.period.begin,
            "end": question.period.end,
            "as_of": question.as_of,
            "bad_levels": list(question.rules.bad_levels),
            "good_from": question.rules.good_from,
            "most": most,
        }
        with self.engine.connect() as connection:
            found = connection.execute(_REASONS, values).all()
        return [(ACTIVE_TAGS.get(row.tag, f"标签 {row.tag}"), row.ratings) for row in found]

    def kept(self, jurisdiction: str) -> Sequence[KeptAnalysis]:
        """The analyses of a place, the newest first."""
        query = select(ANALYSES).where(ANALYSES.c.jurisdiction == jurisdiction)
        with self.engine.connect() as connection:
            found = connection.execute(query.order_by(ANALYSES.c.as_of.desc(), ANALYSES.c.number.desc()))
            return [_kept(row) for row in found]

    def find(self, jurisdiction: str, year: int, count: int) -> KeptAnalysis | None:
        """The analysis of that number."""
        query = select(ANALYSES).where(
            ANALYSES.c.jurisdiction == jurisdiction, ANALYSES.c.year == year, ANALYSES.c.number == count
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _kept(row)

    def keep(self, analysis: Analysis, by: str | None) -> KeptAnalysis:
        """Keep it under the next number; the newest of the period, where that one says the same."""
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"jurisdiction": analysis.jurisdiction})
            before = _newest(connection, analysis)
            if before is not None and before.analysis == analysis.model_copy(update={"as_of": before.analysis.as_of}):
                return before
            return _added(connection, analysis, by)


def _newest(connection: Connection, analysis: Analysis) -> KeptAnalysis | None:
    """The last one of the same period."""
    query = (
        select(ANALYSES)
        .where(
            ANALYSES.c.jurisdiction == analysis.jurisdiction,
            ANALYSES.c.first_day == analysis.period.first,
            ANALYSES.c.last_day == analysis.period.last,
        )
        .order_by(ANALYSES.c.as_of.desc(), ANALYSES.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _kept(row)


def _added(connection: Connection, analysis: Analysis, by: str | None) -> KeptAnalysis:
    year, count = keep_next(connection, ANALYSES, analysis, by)
    return KeptAnalysis(number=counted_number(year, count), year=year, count=count, made_by=by, analysis=analysis)


def _kept(row: Row[Any]) -> KeptAnalysis:
    return KeptAnalysis(
        number=counted_number(row.year, row.number),
        year=row.year,
        count=row.number,
        made_by=row.made_by,
        analysis=Analysis.model_validate(row.content),
    )
