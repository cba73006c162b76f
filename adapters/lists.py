"""Lists of cases: narrowed down, searched, read page by page from a place on, counted only as far as it is cheap.

Decides which rows a filter means and how they are found. Every page is read in the order of an index from the place
where the page before ended; nothing is skipped over, so the thousandth page costs what the first does. Which filter
somebody may use decides the page that asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    cast,
    func,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from adapters.directory import Directory
from adapters.reading import CASE_COLUMNS
from adapters.search_words import number_of, query_of, terms_of
from adapters.tables.cases import CASES, ENTRIES
from models.due import SHANGHAI
from models.lists import (
    COUNTED,
    PAGE,
    CaseFilter,
    CasePage,
    Count,
    LedgerLine,
    Order,
    instant_of,
    place,
    read_place,
)
from models.steps import Event
from models.views import CaseView

_BATCH = 1000
"""Cases whose entries are fetched at once for the table that is taken away."""

_FEW = 1000
"""Up to so many cases that a number may mean are looked up one by one."""

_BY_INDEX = text("select set_config('enable_seqscan', :scan, true)")
"""For this transaction only."""


@dataclass(frozen=True)
class CaseLists:
    """Answers what lists ask, from PostgreSQL."""

    engine: Engine
    directory: Directory

    def page(self, chosen: CaseFilter, now: datetime, after: str = "", limit: int = PAGE) -> CasePage:
        """One page of cases. Raises BadInput for a place that is none."""
        with self.engine.connect() as connection:
            rows = connection.execute(self._query(connection, chosen, now, after, limit + 1)).mappings().all()
        cases = [CaseView(**row, unit_name=self.directory.unit(row["unit"]).name) for row in rows[:limit]]
        return CasePage(cases, _place_of(cases[-1], chosen.order) if len(rows) > limit else "")

    def count(self, chosen: CaseFilter, now: datetime, most: int = COUNTED) -> Count:
        """How many cases there are, counted up to `most`."""
        with self.engine.connect() as connection:
            some = self._query(connection, chosen, now, "", most + 1, CASES.c.case_no).subquery()
            number = connection.execute(select(func.count()).select_from(some)).scalar_one()
        return Count(min(number, most), number > most)

    def lines(self, chosen: CaseFilter, now: datetime, most: int) -> Iterator[LedgerLine]:
        """The cases with their callbacks and remediation, at most that many, without holding them all in memory."""
        after, left = "", most
        while left > 0:
            page = self.page(chosen, now, after, min(_BATCH, left))
            with self.engine.connect() as connection:
                entries = _entries_of(connection, [case.case_no for case in page.cases])
            for case in page.cases:
                yield _line(case, entries.get(case.case_no, []))
            after, left = page.next, left - len(page.cases)
            if not after:
                return

    def _query(
        self,
        connection: Connection,
        chosen: CaseFilter,
        now: datetime,
        after: str,
        limit: int,
        *columns: ColumnElement[Any],
    ) -> Select[Any]:
        where = [*_narrowed(chosen, now), *self._found_by(connection, chosen.text)]
        order = _order_of(chosen.order)
        if after:
            where.append(_is_after(after, chosen.order))
        if chosen.seen_by is None:
            return select(*(columns or CASE_COLUMNS)).where(*where).order_by(*order).limit(limit)
        # Two stretches, each in the order of an index of its own, instead of one condition that no index has.
        helped = and_(CASES.c.co_units != cast([], CASES.c.co_units.type), CASES.c.co_units.contains([chosen.seen_by]))
        stretches = [
            select(select(CASES.c.case_no).where(whose, *where).order_by(*order).limit(limit).subquery())
            for whose in (CASES.c.unit == chosen.seen_by, and_(helped, CASES.c.unit != chosen.seen_by))
        ]
        both = union_all(*stretches).subquery()
        query = select(*(columns or CASE_COLUMNS)).where(CASES.c.case_no.in_(select(both.c.case_no)))
        return query.order_by(*order).limit(limit)

    def _found_by(self, connection: Connection, typed: str) -> Iterator[ColumnElement[bool]]:
        """Every word has to be found: among the case's own words, or in the name of its unit as it is called today."""
        for term in terms_of(typed):
            units = [unit.id for unit in self.directory.units() if term in unit.name.lower()]
            words = query_of(term)
            parts: list[ColumnElement[bool]] = [CASES.c.unit.in_(units)] if units else []
            if words is not None:
                parts.append(CASES.c.words.op("@@")(cast(words, TSQUERY)))
            if (number := number_of(term)) is not None:
                parts += [func.lower(column).like(number) for column in (CASES.c.case_no, CASES.c.project_no)]
                few = _few(connection, parts)
                yield or_(*parts) if few is None else CASES.c.case_no.in_(few)
            elif parts:
                yield or_(*parts)


def _few(connection: Connection, parts: Sequence[ColumnElement[bool]]) -> list[str] | None:
    """The cases that fulfil one of the conditions, when they are few; None when they are many.

    Somebody who types a number looks for one case. The planner cannot know that and would walk from the newest case on
    until it has met it; where many match, that walk is short.
    """
    each = [select(select(CASES.c.case_no).where(part).limit(_FEW + 1).subquery()) for part in parts]
    connection.execute(_BY_INDEX, {"scan": "off"})
    found = set(connection.execute(union_all(*each)).scalars())
    connection.execute(_BY_INDEX, {"scan": "on"})
    return sorted(found) if len(found) <= _FEW else None


def _narrowed(chosen: CaseFilter, now: datetime) -> list[ColumnElement[bool]]:
    equal = {
        CASES.c.jurisdiction: chosen.jurisdiction,
        CASES.c.unit: chosen.unit,
        CASES.c.case_class: chosen.case_class,
        CASES.c.stage: chosen.stage,
        CASES.c.source: chosen.source,
        CASES.c.channel: chosen.channel,
    }
    where: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if chosen.reads_open_only:
        where.append(CASES.c.ended_at.is_(None))
    if chosen.overdue:
        where.append(CASES.c.overdue.is_(True))
    if chosen.soon_until is not None:
        where += [CASES.c.deadline > now, CASES.c.deadline <= chosen.soon_until]
    if chosen.order is Order.NEXT_DUE:
        where.append(CASES.c.deadline.is_not(None))
    if chosen.month is not None:
        where += [
            CASES.c.dispatched_at >= _begin(chosen.month),
            CASES.c.dispatched_at < _begin(next_month(chosen.month)),
        ]
    return where


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _order_of(order: Order) -> tuple[ColumnElement[Any], ...]:
    if order is Order.NEXT_DUE:
        return CASES.c.deadline.asc(), CASES.c.case_no.asc()
    return CASES.c.dispatched_at.desc(), CASES.c.case_no.desc()


def _is_after(after: str, order: Order) -> ColumnElement[bool]:
    moment, case_no = read_place(after, parts=2)
    begin = tuple_(instant_of(moment), case_no)
    if order is Order.NEXT_DUE:
        return tuple_(CASES.c.deadline, CASES.c.case_no) > begin
    return tuple_(CASES.c.dispatched_at, CASES.c.case_no) < begin


def _place_of(case: CaseView, order: Order) -> str:
    moment = case.deadline if order is Order.NEXT_DUE else case.dispatched_at
    assert moment is not None  # a list in the order of dates holds only cases that have one
    return place(moment.isoformat(), case.case_no)


_TOLD = (Event.CALLBACK_RECORDED, Event.REMEDIATED, Event.APPEALED, Event.APPEAL_DECIDED, Event.APPEAL_CONFIRMED)


def _entries_of(connection: Connection, case_nos: Sequence[str]) -> dict[str, list[Any]]:
    query = select(ENTRIES.c.case_no, ENTRIES.c.at, ENTRIES.c.event, ENTRIES.c.details).where(
        ENTRIES.c.case_no.in_(case_nos), ENTRIES.c.event.in_(_TOLD)
    )
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query.order_by(ENTRIES.c.case_no, ENTRIES.c.seq)):
        found.setdefault(row.case_no, []).append(row)
    return found


_SAID_OF_A_CALL = ("callback", "result", "finding", "satisfied", "note")


def _line(case: CaseView, entries: Sequence[Any]) -> LedgerLine:
    calls = [
        "，".join(
            [
                f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
                *(row.details[key] for key in _SAID_OF_A_CALL if row.details.get(key)),
            ]
        )
        for row in entries
        if row.event == Event.CALLBACK_RECORDED
    ]
    done = [row for row in entries if row.event == Event.REMEDIATED]
    appeals = [row for row in entries if row.event not in (Event.CALLBACK_RECORDED, Event.REMEDIATED)]
    result = appeals[-1].details.get("appeal_result") or Event(appeals[-1].event).label if appeals else ""
    return LedgerLine(case, calls, done[-1].details.get("measures", "") if done else "", result)
