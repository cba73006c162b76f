"""Random ratings and cases: SQL and the plain Python count agree on every figure of every group, as of any moment."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.database import make_engine
from adapters.figures import CountedFigures
from adapters.tables.cases import CASES, CLOCKS, DATE_CHANGES, ENTRIES
from adapters.tables.columns import table_of
from adapters.tables.matters import MATTERS
from adapters.tables.pushes import PUSHES
from adapters.tables.ratings import RatingMatterRow
from models.callbacks import CallbackResult
from models.case import Stage
from models.clocks import ClockKind
from models.figures import FigureKind, FigurePeriod, Grouping, Part
from models.ratings import RatingOrigin
from models.steps import Change, Event
from policy.figures import DEFINITIONS
from tests.figures.month import RATINGS, rating_row
from tests.figures.stored import CALENDAR, counted_by_hand, question
from tests.support.engine import at

EXAMPLES = int(os.environ.get("FIGURE_EXAMPLES", "60"))
"""More of them: `FIGURE_EXAMPLES=2000 .venv/bin/pytest tests/figures/test_both_counts.py`."""

BEGIN, DAYS = at("2026-02-15 00:00"), 50
LAST = BEGIN + timedelta(days=200)
PERIODS = (FigurePeriod.of_months(2026, 1, 3), FigurePeriod.of_months(2026, 3, 1), FigurePeriod.of_months(2026, 1, 12))
TABLES = (
    "ratings", "rating_matters", "matters", "imports", "pushes", "cases", "clocks", "date_changes", "ledger_entries",
)  # fmt: skip

RATING_MATTERS = table_of(RatingMatterRow)

moments = st.integers(0, DAYS * 24).map(lambda hours: BEGIN + timedelta(hours=hours))
units = st.sampled_from(["ez-renshe", "ez-shichang"])
numbers = st.sampled_from(["M0", "M1", "M2", "M0-0", "M1-0", "M1-1"])
"""Of matters that may be rated more than once."""

EVENTS = (
    Event.SIGNED_OFF,
    Event.CALLBACK_RECORDED,
    Event.CALLBACK_RECORDED,
    Event.FINDING_CONFIRMED,
    Event.FINDING_REJECTED,
    Event.WITHDRAWN,
    Event.REMEDIATED,
    Event.REDISPATCHED,
    Event.APPEAL_DECIDED,
    Event.APPEAL_CONFIRMED,
    Event.URGED,
)
PLAIN = (Event.CALLBACK_RECORDED, Event.REMEDIATED, Event.SIGNED_OFF, Event.URGED)
"""What happens in half of the cases, so that many of them are founded and put right."""


@st.composite
def details_of(draw: st.DrawFn, event: Event) -> dict[str, str]:
    """What an entry may say; the values are words that nobody looks at, but for how a call went."""
    keys = {
        Event.CALLBACK_RECORDED: ("finding", "satisfied", "ending"),
        Event.FINDING_REJECTED: ("finding",),
        Event.WITHDRAWN: ("finding", "ending"),
        Event.APPEAL_DECIDED: ("appeal_result", "ending"),
        Event.APPEAL_CONFIRMED: ("appeal_result", "ending"),
    }.get(event, ())
    said = {key: "…" for key in keys if draw(st.booleans())}
    match event:
        case Event.CALLBACK_RECORDED:
            said["result"] = draw(st.sampled_from(CallbackResult)).label
        case Event.REDISPATCHED:
            said |= {"unit": draw(units), "to_unit": draw(units)}
        case Event.REMEDIATED:
            said["round"] = draw(st.sampled_from(["1", "2"]))
        case _:
            pass
    return said


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A case: its entries in order, limits that begin and end with some of them, and changes of their dates."""
    now, is_plain = draw(moments), draw(st.booleans())
    skipped: dict[str, str] = {"skipped": "…"} if draw(st.integers(0, 3)) < (3 if is_plain else 1) else {}
    dispatched = {"seq": 1, "at": now, "event": Event.DISPATCHED, "stage": Stage.DISPATCHED, "details": skipped}
    entries: list[dict[str, Any]] = [dispatched]
    for event in draw(st.lists(st.sampled_from(PLAIN if is_plain else EVENTS), min_size=1, max_size=7)):
        now += timedelta(hours=draw(st.integers(0, 120)))
        stage = draw(st.sampled_from([Stage.CONFIRMING, Stage.REMEDIATION]))
        entries.append(
            {"seq": len(entries) + 1, "at": now, "event": event, "stage": stage, "details": draw(details_of(event))}
        )
    limits, changes = [], []
    for kind, met_by in ((ClockKind.SIGN_OFF, Event.SIGNED_OFF), (ClockKind.REMEDIATION, Event.REMEDIATED)):
        for round_ in range(1, draw(st.integers(1, 2)) + 1):
            started = draw(st.sampled_from(entries))
            later = entries[started["seq"] - 1 :]
            meeting = [entry for entry in later if entry["event"] is met_by]
            ended = draw(st.sampled_from(meeting or later) | st.none() | st.sampled_from(later))
            limits.append(
                {
                    "kind": kind,
                    "round": round_,
                    "deadline": draw(moments),
                    "started_seq": started["seq"],
                    "ended_seq": None if ended is None else ended["seq"],
                    "ended_at": None if ended is None else ended["at"],
                }
            )
            for entry in entries[started["seq"] - 1 :]:
                if draw(st.booleans()):
                    changes.append(
                        {
                            "seq": entry["seq"],
                            "at": entry["at"],
                            "kind": kind,
                            "round": round_,
                            "change": draw(st.sampled_from([Change.EXTENDED, Change.EXTENDED, *Change])),
                            "old_deadline": draw(moments),
                            "new_deadline": draw(st.none() | moments),
                        }
                    )
    one_per_step = {(each["seq"], each["kind"]): each for each in changes}
    return {
        "unit": draw(units),
        "staff_no": draw(st.sampled_from(["", "1", "2"])),
        "window_no": draw(st.sampled_from(["", "1", "2"])),
        "task_code": draw(st.sampled_from(["", "T1", "T2"])),
        "channel": draw(st.sampled_from(["phone", "qr_code"])),
        "anonymous": draw(st.integers(0, 3)) == 0,
        "source": draw(st.sampled_from(["rating"] * 7 + ["unresolved_window"])),
        "entries": entries,
        "limits": limits,
        "changes": list(one_per_step.values()),
    }


@st.composite
def ratings(draw: st.DrawFn) -> dict[str, Any]:
    """A rating; `case` says of which of the cases, by its number."""
    return {
        "level": draw(st.integers(1, 5)),
        "unit": draw(st.none() | units),
        "handler_no": draw(st.none() | st.sampled_from(["1", "2"])),
        "window_no": draw(st.none() | st.sampled_from(["1", "2"])),
        "task_code": draw(st.none() | st.sampled_from(["T1", "T2"])),
        "task_handle_item": draw(st.none() | st.just("T1-1")),
        "channel": draw(st.sampled_from(["phone", "qr_code", "system_default"])),
        "default_flag": draw(st.sampled_from([None, "0", "1"])),
        "assessed_at": draw(moments),
        "import_id": draw(st.integers(1, 3)),
        "case": draw(st.none() | st.integers(0, 4)),
        "staff_level": draw(st.none() | st.none() | st.integers(1, 5)),
        "origin": draw(st.none() | st.none() | st.sampled_from(RatingOrigin)),
        "covered": draw(st.lists(st.none() | st.sampled_from(["T1", "T2"]), max_size=3)),
        "again": draw(st.none() | st.none() | numbers),
        "accepted": draw(st.none() | moments),
    }


@st.composite
def matters(draw: st.DrawFn) -> dict[str, Any]:
    """A matter that is done; often one of those that are rated, by itself or along with another one."""
    return {
        "jurisdiction": draw(st.sampled_from(["ezhou"] * 5 + ["gonghe"])),
        "project_no": draw(st.none() | numbers),
        "unit": draw(units),
        "dept_code": "",
        "task_code": draw(st.sampled_from(["", "T1", "T2"])),
        "task_name": "事项",
        "staff_no": draw(st.sampled_from(["", "1", "2"])),
        "window_no": draw(st.sampled_from(["", "1", "2"])),
        "closed_at": draw(moments),
        "rateable": draw(st.integers(0, 3)) > 0,
        "mobile": "",
        "received_at": draw(moments),
        "invitation": "none",
    }


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database that every example fills anew."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    some=st.lists(ratings(), max_size=12),
    brought=st.lists(cases(), min_size=3, max_size=8),
    done=st.lists(matters(), max_size=6),
    complete=st.tuples(moments, st.none() | moments),
    as_of=st.just(LAST) | moments | moments,
    period=st.sampled_from(PERIODS),
    grouping=st.sampled_from(Grouping),
    kind=st.sampled_from(sorted(DEFINITIONS)),
    active=st.booleans(),
    bad_levels=st.sampled_from([(1, 2), (1, 2), (1, 2, 3), (1,), (2, 3)]),
    push_limit=st.none() | st.integers(1, 400).map(lambda hours: timedelta(hours=hours)),
)
def test_both_counts_agree_on_every_figure_of_every_group(
    engine: Engine,
    some: list[dict[str, Any]],
    brought: list[dict[str, Any]],
    done: list[dict[str, Any]],
    complete: tuple[datetime, datetime | None],
    as_of: datetime,
    period: FigurePeriod,
    grouping: Grouping,
    kind: FigureKind,
    active: bool,
    bad_levels: tuple[int, ...],
    push_limit: timedelta | None,
) -> None:
    fill(engine, some, brought, done, (BEGIN, *complete))
    book = CountedFigures(engine, lambda _: CALENDAR, push_limit)
    asked = question(as_of, period, grouping=grouping)
    rules = asked.rules.model_copy(update={"default_is_active": active, "bad_levels": bad_levels})
    asked = asked.model_copy(update={"rules": rules})
    counted = book.count(asked).groups
    assert counted == counted_by_hand(engine, asked, push_limit)
    for key, figures in list(counted.items())[:2]:
        one = asked.model_copy(update={"only": key})
        assert book.count(one).groups == {key: figures}
        figure, rows = figures[kind], list(book.all_rows(one, kind, Part.ALL, 1000))
        if DEFINITIONS[kind].counts is not None:
            assert (sum(row.counts for row in rows), len(rows)) == (figure.numerator, figure.denominator)


def fill(
    engine: Engine,
    some: list[dict[str, Any]],
    brought: list[dict[str, Any]],
    done: list[dict[str, Any]],
    complete: tuple[datetime | None, ...],
) -> None:
    """Put an example in the place of the one before."""
    with engine.begin() as connection:
        connection.execute(text(f"truncate {', '.join(TABLES)}"))
        for number, moment in enumerate(complete, start=1):
            connection.execute(
                text(
                    "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
                    " overriding system value values (:id, 'ezhou', '', cast(:id as text), '', :at)"
                ),
                {"id": number, "at": moment},
            )
        taken = set()
        for number, rating in enumerate(some):
            row = rating_row(f"M{number}", rating["level"], rating["unit"], rating["handler_no"], rating["assessed_at"])
            beside = {name: rating.pop(name) for name in ("case", "covered", "again", "accepted")}
            case, covered = beside["case"], beside["covered"]
            row |= rating
            if beside["again"] is not None:
                row |= {"project_no": beside["again"], "assess_number": number + 2}
            for place, code in enumerate(covered):
                _cover(connection, row["project_no"], row["assess_number"], f"M{number}-{place}", code)
            is_bad = rating["level"] <= 2 or (rating["staff_level"] or 5) <= 2
            if case is not None and case < len(brought) and case not in taken and is_bad:
                taken.add(case)
                row |= {"case_no": f"ezhou-C{case}-1", "case_state": "opened"}
            else:
                row |= {"case_no": None, "case_state": None}
            connection.execute(insert(RATINGS).values(row))
            connection.execute(insert(PUSHES).values(_push(row, beside["accepted"])))
            rating |= beside
        for number, matter in enumerate(done):
            one = matter | {"project_no": matter["project_no"] or f"X{number}"}
            connection.execute(upsert(MATTERS).values(one).on_conflict_do_nothing())
        for number, case in enumerate(brought):
            _put_case(connection, f"ezhou-C{number}-1", case)


def _push(rating: dict[str, Any], accepted_at: datetime | None) -> dict[str, Any]:
    of = {name: rating[name] for name in ("jurisdiction", "project_no", "assess_number")}
    return of | {"kind": "rating", "day": BEGIN.date(), "next_try": BEGIN, "accepted_at": accepted_at}


def _cover(connection: Any, by: str, round_: int, matter: str, code: str | None) -> None:
    row = {"jurisdiction": "ezhou", "project_no": matter, "assess_number": round_, "rating_project_no": by}
    connection.execute(insert(RATING_MATTERS).values(row | {"task_code": code}))


def _put_case(connection: Any, case_no: str, case: dict[str, Any]) -> None:
    entries = case["entries"]
    voided = any(
        each["event"] is Event.FINDING_CONFIRMED
        or (
            each["event"] in (Event.APPEAL_DECIDED, Event.APPEAL_CONFIRMED)
            and {"appeal_result", "ending"} <= each["details"].keys()
        )
        for each in entries
    )
    said = ("unit", "staff_no", "window_no", "task_code", "channel", "anonymous", "source")
    row = {name: case[name] for name in said} | {
        "case_no": case_no,
        "jurisdiction": "ezhou",
        "project_no": case_no,
        "assess_number": 1,
        "task_name": "事项",
        "satisfaction": 1,
        "case_class": "general",
        "assessed_at": entries[0]["at"],
        "policy_digest": "",
        "calendar_version": "",
        "dispatched_at": entries[0]["at"],
        "seq": entries[-1]["seq"],
        "stage": entries[-1]["stage"],
        "round": 1,
        "overdue": False,
        "ending": "not_adopted" if voided else None,
    }
    connection.execute(insert(CASES).values(row))
    connection.execute(insert(ENTRIES), [each | {"case_no": case_no, "recorded": {}} for each in entries])
    if case["limits"]:
        more = {"case_no": case_no, "due": {}, "provisional": False}
        connection.execute(insert(CLOCKS), [each | more for each in case["limits"]])
    if case["changes"]:
        more = {"case_no": case_no, "was_provisional": False, "is_provisional": False, "reason": ""}
        connection.execute(insert(DATE_CHANGES), [each | more for each in case["changes"]])
