"""What stands in the database, read row by row for the plain Python count, without a word of the figures' own SQL."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, text

from adapters.policies import load_calendar, load_policy
from adapters.tables.cases import CASES, CLOCKS, DATE_CHANGES, ENTRIES
from adapters.tables.matters import MATTERS
from models.case import Stage
from models.clocks import ClockKind
from models.figures import Figure, FigureKind, FigurePeriod, FigureQuestion, Figures, Grouping
from models.steps import Change, Event
from policy.figure_count import StoredCase, StoredChange, StoredEntry, StoredLimit, count
from policy.figure_ratings import StoredMatter, StoredRating
from policy.figures import rules_of

PLACE = "ezhou"
FILE, CALENDAR = load_policy(PLACE), load_calendar(PLACE)
MARCH = FigurePeriod.of_months(2026, 3, 1)


def question(as_of: datetime, period: FigurePeriod = MARCH, **changes: Any) -> FigureQuestion:
    """What is asked of Ezhou."""
    rules = rules_of(FILE.policy, FILE.surroundings)
    asked = FigureQuestion(jurisdiction=PLACE, period=period, as_of=as_of, rules=rules)
    return asked.model_copy(update=changes)


def counted_by_hand(engine: Engine, asked: FigureQuestion, push_limit: timedelta | None = None) -> dict[str, Figures]:
    """The plain Python count over everything that stands there."""
    return count(asked, ratings_in(engine), cases_in(engine), CALENDAR, push_limit, matters_in(engine))


def ratings_in(engine: Engine) -> list[StoredRating]:
    """Every rating of Ezhou."""
    query = text(
        "select r.assessed_at, i.finished_at, r.level, r.channel, r.default_flag, r.unit, r.handler_no, r.window_no,"
        " r.task_handle_item, r.task_code, r.case_no, r.staff_level, r.origin, r.project_no, r.assess_number,"
        " p.accepted_at from ratings r left join imports i on i.id = r.import_id"
        " left join pushes p on p.kind = 'rating'"
        " and (p.jurisdiction, p.project_no, p.assess_number) = (r.jurisdiction, r.project_no, r.assess_number)"
        " where r.jurisdiction = :place"
    )
    matters = text(
        "select rating_project_no, assess_number, project_no, task_code from rating_matters where jurisdiction = :place"
    )
    with engine.connect() as connection:
        covered: defaultdict[tuple[str, int], list[str | None]] = defaultdict(list)
        numbers: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for row in connection.execute(matters, {"place": PLACE}):
            covered[row.rating_project_no, row.assess_number].append(row.task_code)
            numbers[row.rating_project_no, row.assess_number].add(row.project_no)
        return [
            StoredRating(
                assessed_at=row.assessed_at,
                complete_at=row.finished_at,
                level=row.level,
                channel=row.channel,
                default_flag=row.default_flag or "",
                unit=row.unit or "",
                staff_no=row.handler_no or "",
                window_no=row.window_no or "",
                item=row.task_handle_item or row.task_code or "",
                case_no=row.case_no or "",
                staff_level=row.staff_level,
                origin=row.origin or "",
                accepted_at=row.accepted_at,
                project_no=row.project_no,
                matters=frozenset({row.project_no, *numbers[row.project_no, row.assess_number]}),
                covered=[
                    code or row.task_handle_item or row.task_code or ""
                    for code in covered[row.project_no, row.assess_number]
                ],
            )
            for row in connection.execute(query, {"place": PLACE})
        ]


def matters_in(engine: Engine) -> list[StoredMatter]:
    """Every matter of Ezhou that is done."""
    with engine.connect() as connection:
        return [
            StoredMatter(
                project_no=row.project_no,
                closed_at=row.closed_at,
                received_at=row.received_at,
                unit=row.unit,
                staff_no=row.staff_no,
                window_no=row.window_no,
                item=row.task_code,
                rateable=row.rateable,
            )
            for row in connection.execute(select(MATTERS).where(MATTERS.c.jurisdiction == PLACE))
        ]


def cases_in(engine: Engine) -> list[StoredCase]:
    """Every case that a rating of Ezhou brought, with its ledger, its limits and the changes of their dates."""
    with engine.connect() as connection:
        entries, limits, changes = (defaultdict[str, list[Any]](list) for _ in range(3))
        for row in connection.execute(select(ENTRIES).order_by(ENTRIES.c.case_no, ENTRIES.c.seq)):
            entries[row.case_no].append(StoredEntry(row.seq, row.at, Event(row.event), Stage(row.stage), row.details))
        for row in connection.execute(select(CLOCKS)):
            kind = ClockKind(row.kind)
            limits[row.case_no].append(
                StoredLimit(kind, row.round, row.deadline, row.started_seq, row.ended_seq, row.ended_at)
            )
        for row in connection.execute(select(DATE_CHANGES).order_by(DATE_CHANGES.c.case_no, DATE_CHANGES.c.seq)):
            changes[row.case_no].append(
                StoredChange(
                    row.seq,
                    row.at,
                    ClockKind(row.kind),
                    row.round,
                    Change(row.change),
                    row.old_deadline,
                    row.new_deadline,
                )
            )
        found = connection.execute(select(CASES).where(CASES.c.jurisdiction == PLACE, CASES.c.source == "rating"))
        return [
            StoredCase(
                case_no=row.case_no,
                dispatched_at=row.dispatched_at,
                unit=row.unit,
                staff_no=row.staff_no,
                window_no=row.window_no,
                item=row.task_code,
                channel=row.channel,
                anonymous=row.anonymous,
                entries=entries[row.case_no],
                limits=limits[row.case_no],
                changes=changes[row.case_no],
            )
            for row in found
        ]


def parts_of(figures: Figures) -> dict[FigureKind, tuple[int, int | None]]:
    """Numerators and denominators."""
    return {kind: (figure.numerator, figure.denominator) for kind, figure in figures.items()}


__all__ = ["CALENDAR", "FILE", "MARCH", "PLACE", "Figure", "Grouping", "counted_by_hand", "parts_of", "question"]
