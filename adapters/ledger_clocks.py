"""The clocks of a step: dates worked out anew from what the ledger holds, written down with every change of a date.

The dates themselves come from `policy.clocks`. A limit that moves is read here, within the step's transaction, so that
it is the limit as the steps before have left it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from adapters.policies import Rules
from adapters.tables.cases import CLOCKS, DATE_CHANGES
from models.clocks import Clock, ClockKind, Passed, RungKind
from models.due import DueDate
from models.steps import Change, Step
from policy.clocks import clock_after, move_clock, start_clock


@dataclass(frozen=True)
class DatedClocks:
    """What a step does to limits: which begin, which move (and how they stood before), the one of its rung."""

    started: tuple[Clock, ...] = ()
    moved: tuple[Clock, ...] = ()
    before: dict[ClockKind, Clock] = field(default_factory=dict)
    after_rung: Clock | None = None

    @property
    def all(self) -> tuple[Clock, ...]:
        """Every clock whose dates were set or moved, as the case is to have it."""
        moved = {clock.kind for clock in self.moved}
        started = (clock for clock in self.started if clock.kind not in moved)
        return (*started, *self.moved, *([self.after_rung] if self.after_rung else []))


def date_clocks(connection: Connection, step: Step, rules: Rules) -> DatedClocks:
    """The dates of a step. Raises CalendarNotPublished when the way to a limit leaves the known years."""
    started = {start.kind: start_clock(start, step.at, rules.policy, rules.calendar) for start in step.starts}
    before: dict[ClockKind, Clock] = {}
    moved: dict[ClockKind, Clock] = {}
    for move in step.moves:
        clock = moved.get(move.kind) or started.get(move.kind) or _stored(connection, step, move.kind, move.round)
        if clock is None:
            continue
        before.setdefault(move.kind, clock)
        moved[move.kind] = move_clock(clock, move, step.at, rules.policy, rules.calendar)
    after = clock_after(step.rung, step.at, rules.policy, rules.calendar) if step.rung is not None else None
    return DatedClocks(tuple(started.values()), tuple(moved.values()), before, after)


def write_clocks(connection: Connection, step: Step, dated: DatedClocks) -> None:
    """Write down limits that end, begin, move, and rungs that were reached."""
    of_case = CLOCKS.c.case_no == step.case_no
    if step.stops:
        ends = {"ended_at": step.at, "ended_seq": step.seq}
        running = update(CLOCKS).where(of_case, CLOCKS.c.kind.in_(step.stops), CLOCKS.c.ended_at.is_(None))
        connection.execute(running.values(ends))
    if dated.started:
        rows = [
            {
                "case_no": step.case_no,
                "kind": clock.kind,
                "round": clock.round,
                "started_seq": step.seq,
                **_columns(clock),
            }
            for clock in dated.started
        ]
        connection.execute(insert(CLOCKS), rows)
    for clock in dated.moved:
        row = update(CLOCKS).where(of_case, CLOCKS.c.kind == clock.kind, CLOCKS.c.round == clock.round)
        missed = {} if clock.missed else {"missed_at": None}
        connection.execute(row.values(_columns(clock) | missed))
    _write_date_changes(connection, step, dated)
    if step.rung is not None:
        clock, rung = step.rung.clock, step.rung.rung
        row = update(CLOCKS).where(of_case, CLOCKS.c.kind == clock.kind, CLOCKS.c.round == clock.round)
        passed = [*clock.passed, Passed(kind=rung.kind, number=rung.number)]
        values: dict[str, Any] = {"passed": [each.model_dump(mode="json") for each in passed]}
        if rung.kind is RungKind.LIMIT and not clock.kind.only_reminds:
            values["missed_at"] = clock.due.deadline
        connection.execute(row.values(values))


def dues_of(connection: Connection, step: Step, kinds: Iterable[ClockKind]) -> dict[ClockKind, DueDate]:
    """The due dates of running limits of those kinds."""
    wanted = set(kinds)
    if not wanted:
        return {}
    found = select(CLOCKS.c.kind, CLOCKS.c.due).where(
        CLOCKS.c.case_no == step.case_no, CLOCKS.c.kind.in_(wanted), CLOCKS.c.ended_at.is_(None)
    )
    return {ClockKind(row.kind): DueDate.model_validate(row.due) for row in connection.execute(found)}


def missed_limits(connection: Connection, step: Step) -> list[str]:
    """The limits that a case has missed, for its closing report: passed, or met too late."""
    found = select(CLOCKS.c.kind, CLOCKS.c.deadline, CLOCKS.c.ended_at, CLOCKS.c.missed_at, CLOCKS.c.paused).where(
        CLOCKS.c.case_no == step.case_no
    )
    return [
        ClockKind(row.kind).label
        for row in connection.execute(found.order_by(CLOCKS.c.started_seq, CLOCKS.c.kind))
        if not ClockKind(row.kind).only_reminds
        and (
            row.missed_at is not None or (row.ended_at is not None and not row.paused and row.ended_at >= row.deadline)
        )
    ]


def _stored(connection: Connection, step: Step, kind: ClockKind, round_: int) -> Clock | None:
    """A running limit as the steps before have left it."""
    found = select(CLOCKS.c.due, CLOCKS.c.passed, CLOCKS.c.missed_at, CLOCKS.c.extendable_to, CLOCKS.c.ended_at).where(
        CLOCKS.c.case_no == step.case_no, CLOCKS.c.kind == kind, CLOCKS.c.round == round_
    )
    row = connection.execute(found).one_or_none()
    if row is None or row.ended_at is not None:
        return None
    return Clock(
        kind=kind,
        round=round_,
        due=DueDate.model_validate(row.due),
        missed=row.missed_at is not None and not kind.only_reminds,
        passed=tuple(Passed.model_validate(each) for each in row.passed),
        extendable_to=row.extendable_to,
    )


def _columns(clock: Clock) -> dict[str, Any]:
    return {
        "deadline": clock.due.deadline,
        "due": clock.due.model_dump(mode="json"),
        "provisional": clock.due.provisional,
        "passed": [each.model_dump(mode="json") for each in clock.passed],
        "paused": clock.due.is_paused,
        "extendable_to": clock.extendable_to,
    }


def _write_date_changes(connection: Connection, step: Step, dated: DatedClocks) -> None:
    rows = []
    why = {move.kind: move for move in step.moves}
    for clock in dated.moved:
        before, move = dated.before[clock.kind], why[clock.kind]
        if move.change is Change.RECOUNTED and not _differs(before.due, clock.due):
            continue
        rows.append(
            {
                "case_no": step.case_no,
                "seq": step.seq,
                "kind": clock.kind,
                "round": clock.round,
                "change": move.change,
                "old_deadline": before.due.deadline,
                "new_deadline": None if clock.due.is_paused else clock.due.deadline,
                "was_provisional": before.due.provisional,
                "is_provisional": clock.due.provisional,
                "reason": move.why or step.details.get("reason", ""),
                "ordered_by": step.actor.user if step.actor else None,
                "at": step.at,
            }
        )
    if rows:
        connection.execute(insert(DATE_CHANGES), rows)


def _differs(old: DueDate, new: DueDate) -> bool:
    return old.deadline != new.deadline or old.provisional != new.provisional
