"""Figures counted by the database: one query for each base counts all its figures by group; rows behind them by pages.

Decides how a definition becomes SQL. What a figure counts stands in `policy.figures`, what is true of a row in
`adapters.figure_sql`. Nothing personal is read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.figure_sql import ROWS_OF
from adapters.planning import group_by_hash
from adapters.tables.figures import PUBLICATIONS
from calendars import WorkingCalendar
from models.callbacks import CallbackResult
from models.errors import BadInput
from models.figures import (
    Base,
    Counted,
    Figure,
    FigureKind,
    FigurePeriod,
    FigureQuestion,
    FigureRow,
    FigureRows,
    Grouping,
    Part,
    Publication,
)
from models.lists import PAGE, instant_of, place, read_place
from policy.figures import DEFINITIONS, nothing

_DAY = timedelta(days=1)

_KEYS = {
    Grouping.NONE: "''",
    Grouping.UNIT: "f.unit",
    Grouping.WINDOW: "f.window",
    Grouping.CLERK: "f.clerk",
    Grouping.ITEM: "f.item",
    Grouping.CHANNEL: "f.channel",
}


@dataclass(frozen=True)
class CountedFigures:
    """Counts in PostgreSQL; `calendar_of` gives the working days of a place.

    `push_limit` is within which time the provincial platform has to take a rating; without it nothing is to be pushed.
    """

    engine: Engine
    calendar_of: Callable[[str], WorkingCalendar]
    push_limit: timedelta | None = None

    def count(self, question: FigureQuestion) -> Counted:
        """All figures by group, of one moment; without grouping those of all, also where there is no row."""
        found: defaultdict[str, dict[FigureKind, Figure]] = defaultdict(dict)
        names: dict[str, str] = {}
        if question.grouping is Grouping.NONE:
            found[""] = {}
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            group_by_hash(connection)
            for base in self._bases():
                values = self._values(question, base)
                for row in connection.execute(text(_counting(base, question)), values):
                    found[row.key].update({figure.kind: figure for figure in _figures(base, row)})
                    names |= {row.key: row.name} if row.name else {}
        return Counted({key: _complete(figures) for key, figures in sorted(found.items())}, names)

    def rows(
        self, question: FigureQuestion, kind: FigureKind, part: Part = Part.ALL, after: str = "", limit: int = PAGE
    ) -> FigureRows:
        """One page of the rows behind a figure, the newest first. Raises BadInput for a place that is none."""
        if DEFINITIONS[kind].base not in self._bases():
            return FigureRows((), "")
        values = self._values(question, DEFINITIONS[kind].base) | {"limit": limit + 1}
        if after:
            moment, row_id = read_place(after, parts=2)
            values |= {"after_at": instant_of(moment), "after_id": row_id}
        with self.engine.connect() as connection:
            found = list(connection.execute(text(_listing(question, kind, part, bool(after))), values))
        rows = [FigureRow(**row._asdict()) for row in found[:limit]]
        return FigureRows(rows, place(rows[-1].at.isoformat(), rows[-1].id) if len(found) > limit else "")

    def all_rows(self, question: FigureQuestion, kind: FigureKind, part: Part, most: int) -> Iterator[FigureRow]:
        """The rows behind a figure, at most that many, without holding them all in memory."""
        after, left = "", most
        while left > 0:
            page = self.rows(question, kind, part, after, min(_BATCH, left))
            yield from page.rows
            after, left = page.next, left - len(page.rows)
            if not after:
                return

    def publication(self, jurisdiction: str, period: FigurePeriod) -> Publication | None:
        """When the figures of that period were given out; None when they were not."""
        query = select(PUBLICATIONS.c.published_at, PUBLICATIONS.c.published_by).where(
            PUBLICATIONS.c.jurisdiction == jurisdiction,
            PUBLICATIONS.c.first_day == period.first,
            PUBLICATIONS.c.last_day == period.last,
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return Publication(period=period, at=row.published_at, by=row.published_by) if row is not None else None

    def publish(self, jurisdiction: str, period: FigurePeriod, at: datetime, by: str) -> None:
        """Write down that the figures were given out; the first time stands."""
        row = {
            "jurisdiction": jurisdiction,
            "first_day": period.first,
            "last_day": period.last,
            "published_at": at,
            "published_by": by,
        }
        with self.engine.begin() as connection:
            connection.execute(insert(PUBLICATIONS).values(row).on_conflict_do_nothing())

    def _bases(self) -> list[Base]:
        """What there is to count: without a platform nothing is to be pushed."""
        return [base for base in Base if base is not Base.PUSHES or self.push_limit is not None]

    def _values(self, question: FigureQuestion, base: Base) -> dict[str, Any]:
        """What the query of that base takes."""
        rules, period = question.rules, question.period
        values: dict[str, Any] = {
            "jurisdiction": question.jurisdiction,
            "begin": period.begin,
            "end": period.end,
            "as_of": question.as_of,
            "reached": CallbackResult.REACHED.label,
        }
        match base:
            case Base.RATINGS:
                values |= {"bad_levels": list(rules.bad_levels), "good_from": rules.good_from}
            case Base.PUSHES:
                values["push_limit"] = self.push_limit
            case Base.MATTERS:
                values["default_is_active"] = rules.default_is_active
            case Base.REPEATS:
                since = period.end - timedelta(days=rules.repeat_days)
                values |= {"bad_levels": list(rules.bad_levels), "highest_bad": max(rules.bad_levels)}
                values |= {"often": rules.repeat_count, "repeats_since": since}
            case Base.REMEDIATIONS:
                values |= {"post_callback": rules.post_callback}
            case Base.DURATIONS:
                values |= _working_days(self.calendar_of(question.jurisdiction))
        return values if question.only is None else values | {"only": question.only}


_BATCH = 1000
"""Rows that are fetched at once for the table that is taken away."""


def _working_days(calendar: WorkingCalendar) -> dict[str, Any]:
    days = [calendar.first_day + n * _DAY for n in range((calendar.last_day - calendar.first_day).days + 1)]
    return {"days": days, "numbers": [calendar.count_working_days(calendar.first_day, day) for day in days]}


def _counting(base: Base, question: FigureQuestion) -> str:
    key = _KEYS[question.grouping]
    name = "max(f.task_name)" if question.grouping is Grouping.ITEM else "null"
    only = f"where {key} = :only" if question.only is not None else ""
    if base is Base.REPEATS:
        subjects = "cross join lateral (values ('item', f.item), ('clerk', f.clerk)) s (by, subject)"
        often = (
            f"select {key} as key, max(f.task_name) as task_name from ({ROWS_OF[base]}) f {subjects}"
            f" where s.subject <> '' {only.replace('where', 'and')}"
            " group by 1, s.by, s.subject having count(*) >= :often"
        )
        return f"select f.key, {name} as name, count(*) as repeated from ({often}) f group by f.key"
    counts = ", ".join(_counts(base))
    return f"select {key} as key, {name} as name, {counts} from ({ROWS_OF[base]}) f {only} group by 1"


def _counts(base: Base) -> Iterator[str]:
    if base is Base.DURATIONS:
        yield "count(*) as cases, sum(f.days) as days, count(*) filter (where f.days is null) as undated"
        yield "percentile_disc(0.5) within group (order by f.days) as median"
        return
    for kind, share in DEFINITIONS.items():
        if share.base is base:
            of = [f"f.{mark}" for mark in share.of]
            yield f"count(*){_where(of)} as {kind}_of"
            if share.counts is not None:
                yield f"count(*){_where([*of, f'f.{share.counts}'])} as {kind}"


def _where(marks: list[str]) -> str:
    return f" filter (where {' and '.join(marks)})" if marks else ""


def _figures(base: Base, row: Row[Any]) -> Iterator[Figure]:
    if base is Base.REPEATS:
        yield Figure(FigureKind.REPEAT_INDEX, row.repeated)
        return
    if base is Base.DURATIONS:
        if row.undated:
            raise BadInput(
                f"有 {row.undated} 件的日期不在已有放假安排的年份内，不能计算整改时长；请先录入该年的放假通知。"
            )
        yield Figure(FigureKind.REMEDIATION_DAYS_MEAN, row.days, row.cases)
        yield Figure(FigureKind.REMEDIATION_DAYS_MEDIAN, row.median)
        return
    found = row._asdict()
    for kind, share in DEFINITIONS.items():
        if share.base is base:
            of = found[f"{kind}_of"]
            yield Figure(kind, of) if share.counts is None else Figure(kind, found[kind], of)


def _complete(figures: dict[FigureKind, Figure]) -> dict[FigureKind, Figure]:
    """All figures; those whose base has no row in the group are counts of nothing, or no figure at all."""
    return {kind: figures.get(kind) or nothing(kind) for kind in DEFINITIONS}


_SHOWN = "f.id, f.at, f.project_no, f.case_no, f.unit, f.item, f.task_name, f.level, f.channel, f.round, f.days"


def _listing(question: FigureQuestion, kind: FigureKind, part: Part, goes_on: bool) -> str:
    share = DEFINITIONS[kind]
    counts = f"f.{share.counts}" if share.counts is not None else "true"
    key = _KEYS[question.grouping]
    of_group = [f"{key} = :only"] if question.only is not None else []
    rows = ROWS_OF[share.base]
    where = [*(f"f.{mark}" for mark in share.of), *of_group]
    if share.base is Base.REPEATS:
        often = ", ".join(f"count(*) over (partition by f.{by}) as of_{by}" for by in ("item", "clerk"))
        within = f"where {of_group[0]}" if of_group else ""
        rows = f"select f.*, {often} from ({rows}) f {within}"
        repeated = (f"(f.{by} <> '' and f.of_{by} >= :often)" for by in ("item", "clerk"))
        where.append(f"({' or '.join(repeated)})")
    if part is not Part.ALL:
        where.append(counts if part is Part.COUNTED else f"not {counts}")
    if goes_on:
        where.append("(f.at, f.id) < (:after_at, :after_id)")
    narrowed = f"where {' and '.join(where)}" if where else ""
    order = "order by f.at desc, f.id desc limit :limit"
    return f"select {_SHOWN}, {counts} as counts from ({rows}) f {narrowed} {order}"
