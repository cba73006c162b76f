"""Finds suspicious patterns (异常提示) among the stored ratings, in SQL, and keeps what supervisors noted on them.

Decides how they are found. What makes a flag says `policy.patterns`, whose `flags_of` finds the same in plain Python.
The ratings of a scope are read once, into a table of the look's own transaction; each pattern is one pass over that,
which groups it. Nothing is kept but the notes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.planning import group_by_hash
from adapters.quality import IS_DEFAULT
from adapters.rating_rows import HANDLER, IN_SCOPE, UNIT, page_of, scope_values
from adapters.tables.quality import FLAG_NOTES
from models.patterns import Flag, FlagKey, FlagNote, PatternKind, in_order
from models.quality import QualityScope, RatingPage
from policy.patterns import THRESHOLDS, Thresholds

_DAY = "(r.assessed_at at time zone interval '8 hours')::date"
_MONTH = f"date_trunc('month', {_DAY})::date"
_MINUTE = "date_trunc('minute', r.assessed_at)"
_DAY_OF_MINUTE = "(minute at time zone interval '8 hours')::date"
_LAY_OUT = text(
    f"create temporary table made on commit drop as select {UNIT} as unit, {HANDLER} as handler, r.channel, r.level,"
    " r.tags, r.comment is null as is_wordless, r.assessed_at"
    f" from ratings r where {IN_SCOPE} and not {IS_DEFAULT} and (cast(:unit as text) is null or {UNIT} = :unit)"
)
"""What people rated, no more of it than the patterns ask for."""

_OF_CLERKS = "r.handler is not null"


def _sorted(tags: str) -> str:
    return f"(select string_agg(t, ',' order by t collate \"C\") from unnest(string_to_array({tags}, ',')) t)"


def _bulk(subject: str, whose: str, least: str) -> str:
    """Minutes by subject, then the days that have full ones."""
    return (
        f"with minutes as (select r.unit, {subject} as subject, {_MINUTE} as minute, count(*) as n"
        f" from made r where {whose} group by 1, 2, 3)"
        f" select unit, subject, {_DAY_OF_MINUTE} as begins, '' as detail,"
        f" (sum(n) filter (where n >= :{least}))::bigint as ratings, sum(n)::bigint as among,"
        f" count(*) filter (where n >= :{least}) as minutes, max(n) as most, 0 as peers, 0 as peers_ratings"
        f" from minutes group by 1, 2, 3 having max(n) >= :{least}"
    )


_FOUND: Mapping[PatternKind, str] = {
    # The tags are put in order after they were counted, so that it is done for a few and not for every rating.
    PatternKind.SAME_TAGS: (
        f"with given as (select r.unit, r.handler as subject, {_DAY} as begins, r.tags, count(*) as n"
        f" from made r where {_OF_CLERKS} and r.tags is not null group by 1, 2, 3, 4),"
        f" sets as (select unit, subject, begins, {_sorted('tags')} as detail, sum(n)::bigint as ratings"
        " from given group by 1, 2, 3, 4),"
        " shares as (select *, (sum(ratings) over (partition by unit, subject, begins))::bigint as among from sets)"
        " select *, 0 as minutes, 0 as most, 0 as peers, 0 as peers_ratings from shares"
        " where ratings >= :same_tags and ratings * 100 >= among * :same_tags_percent"
    ),
    PatternKind.BULK_CLERK: _bulk("r.handler", _OF_CLERKS, "bulk_clerk"),
    PatternKind.BULK_CHANNEL: _bulk("r.channel", "true", "bulk_channel"),
    PatternKind.BAD_SERIES: (
        f"with days as (select r.unit, r.handler as subject, {_DAY} as begins, r.channel as detail,"
        " count(*) filter (where r.level = any(:bad_levels)) as ratings, count(*) as among"
        f" from made r where {_OF_CLERKS} group by 1, 2, 3, 4)"
        " select *, 0 as minutes, 0 as most, 0 as peers, 0 as peers_ratings from days where ratings >= :bad_series"
    ),
    PatternKind.WORDLESS_PRAISE: (
        f"with clerks as (select r.unit, r.handler as subject, {_MONTH} as begins, count(*) as among,"
        " count(*) filter (where r.level = 5 and r.is_wordless) as ratings"
        " from made r group by 1, 2, 3),"
        " beside as (select *, (sum(among) over unit_month)::bigint - among as peers,"
        " (sum(ratings) over unit_month)::bigint - ratings as peers_ratings"
        " from clerks window unit_month as (partition by unit, begins))"
        " select *, '' as detail, 0 as minutes, 0 as most from beside"
        " where subject is not null and among >= :praise and peers >= :praise_peers"
        " and 100 * (ratings * peers - peers_ratings * among) >= :praise_points * among * peers"
    ),
}

_OF_CLERK = f"{UNIT} = :unit and {HANDLER} = :subject and not {IS_DEFAULT}"
_OF_CHANNEL = f"{UNIT} = :unit and r.channel = :subject and not {IS_DEFAULT}"


def _in_full_minutes(whose: str, least: str) -> str:
    full = f"select {_MINUTE} from ratings r where {IN_SCOPE} and {whose} group by 1 having count(*) >= :{least}"
    return f"{whose} and {_MINUTE} in ({full})"


_BEHIND: Mapping[PatternKind, str] = {
    PatternKind.SAME_TAGS: f"{_OF_CLERK} and {_sorted('r.tags')} = :detail",
    PatternKind.BULK_CLERK: _in_full_minutes(_OF_CLERK, "bulk_clerk"),
    PatternKind.BULK_CHANNEL: _in_full_minutes(_OF_CHANNEL, "bulk_channel"),
    PatternKind.BAD_SERIES: f"{_OF_CLERK} and r.channel = :detail and r.level = any(:bad_levels)",
    PatternKind.WORDLESS_PRAISE: f"{_OF_CLERK} and r.level = 5 and r.comment is null",
}


@dataclass(frozen=True)
class RatingPatterns:
    """Answers what the flags ask, from PostgreSQL."""

    engine: Engine
    now: Callable[[], datetime]
    thresholds: Thresholds = THRESHOLDS

    def flags(self, scope: QualityScope, bad_levels: Collection[int]) -> list[Flag]:
        """All flags of the scope, the latest first."""
        with self._made(scope) as connection:
            found = [flag for kind in PatternKind for flag in self._found(connection, kind, bad_levels)]
        return sorted(found, key=in_order)

    def flag(self, jurisdiction: str, key: FlagKey, bad_levels: Collection[int]) -> Flag | None:
        """One flag as it stands now; None when the ratings no longer make it."""
        scope = QualityScope(jurisdiction=jurisdiction, period=key.period)
        with self._made(scope, key.unit) as connection:
            return next((flag for flag in self._found(connection, key.kind, bad_levels) if flag.key == key), None)

    def rows(self, jurisdiction: str, key: FlagKey, bad_levels: Collection[int], after: str, limit: int) -> RatingPage:
        """The ratings behind a flag. Raises BadInput for a place that is none."""
        values = {**self._values(bad_levels), "unit": key.unit, "subject": key.subject, "detail": key.detail}
        scope = QualityScope(jurisdiction=jurisdiction, period=key.period)
        return page_of(self.engine, scope, _BEHIND[key.kind], values, after, limit)

    def note(self, jurisdiction: str, key: FlagKey, note: str, user_id: str, request_key: str) -> None:
        """Keep that somebody looked at a flag; the same request again is the same note."""
        row = {
            "jurisdiction": jurisdiction,
            **key._asdict(),
            "note": note,
            "user_id": user_id,
            "at": self.now(),
            "request_key": request_key,
        }
        with self.engine.begin() as connection:
            add = insert(FLAG_NOTES).values(row)
            connection.execute(add.on_conflict_do_nothing(index_elements=["request_key"]))

    def notes(self, scope: QualityScope) -> dict[FlagKey, list[FlagNote]]:
        """What was noted on flags of the scope, the oldest first."""
        columns = FLAG_NOTES.c
        query = select(FLAG_NOTES).where(
            columns.jurisdiction == scope.jurisdiction,
            columns.begins >= scope.period.first,
            columns.begins <= scope.period.last,
        )
        found: dict[FlagKey, list[FlagNote]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(query.order_by(columns.id)):
                key = FlagKey(PatternKind(row.kind), row.unit, row.subject, row.begins, row.detail)
                found.setdefault(key, []).append(FlagNote(note=row.note, user_id=row.user_id, at=row.at))
        return found

    @contextmanager
    def _made(self, scope: QualityScope, unit: str | None = None) -> Iterator[Connection]:
        """A transaction with the ratings that people made, of all units or of one, laid out."""
        with self.engine.connect() as connection:
            group_by_hash(connection)
            connection.execute(_LAY_OUT, {**scope_values(scope), "unit": unit})
            yield connection

    def _found(self, connection: Connection, kind: PatternKind, bad_levels: Collection[int]) -> list[Flag]:
        return [
            Flag(
                FlagKey(kind, row.unit, row.subject, row.begins, row.detail),
                row.ratings,
                row.among,
                row.minutes,
                row.most,
                row.peers,
                row.peers_ratings,
            )
            for row in connection.execute(text(_FOUND[kind]), self._values(bad_levels))
        ]

    def _values(self, bad_levels: Collection[int]) -> dict[str, Any]:
        return {**self.thresholds._asdict(), "bad_levels": sorted(bad_levels)}
