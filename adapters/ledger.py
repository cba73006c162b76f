"""The ledger: one step of a case, written with everything that follows from it in one transaction.

It decides nothing: dates come from `policy.clocks`, letters' facts from `adapters.notices`. Recording a step again
gives the same answer and changes nothing, so a retry of the engine is harmless.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.directory import Directory
from adapters.notices import Letterhead, Remediation, compose
from adapters.outbox import insert_messages
from adapters.policies import Rules, Versions
from adapters.tables.cases import CASES, CLOCKS, ENTRIES, TASKS
from models.clocks import Clock, ClockKind, RungKind
from models.due import DueDate
from models.ids import task_id
from models.steps import Event, Recorded, Step
from policy.clocks import clock_after, start_clock


@dataclass(frozen=True)
class PostgresLedger:
    """The ledger in PostgreSQL."""

    engine: Engine
    versions: Versions
    directory: Directory

    def record(self, step: Step) -> Recorded:
        """Record a step in one transaction; the same step again gives the recorded answer."""
        rules = self.versions.rules(step.policy_digest, step.calendar_version)
        started = [start_clock(start, step.at, rules.policy, rules.calendar) for start in step.starts]
        moved = clock_after(step.rung, rules.policy, rules.calendar) if step.rung is not None else None
        recorded = Recorded(seq=step.seq, clocks=(*started, *([moved] if moved else [])))
        with self.engine.begin() as connection:
            if not _insert_entry(connection, step, recorded):
                return _recorded_before(connection, step)
            case = _write_case(connection, step)
            _write_clocks(connection, step, started)
            _write_tasks(connection, step)
            self._write_messages(connection, step, case, rules, started)
        return recorded

    def _write_messages(
        self, connection: Connection, step: Step, case: Row[Any], rules: Rules, started: list[Clock]
    ) -> None:
        if not step.notices and not step.reports:
            return
        needed = {order.clock for order in step.notices if order.clock} - {clock.kind for clock in started}
        known = {clock.kind: clock.due for clock in started} | _dues(connection, step, needed)
        head = Letterhead(
            step=step,
            case=case,
            rules=rules,
            dues=known,
            missed=_missed(connection, step) if step.facts.ending else [],
            remediation=_last_remediation(connection, step) if step.facts.ending else None,
        )
        insert_messages(connection, compose(head, self.directory))


def _insert_entry(connection: Connection, step: Step, recorded: Recorded) -> bool:
    entry = {
        "case_no": step.case_no,
        "seq": step.seq,
        "at": step.at,
        "event": step.event,
        "stage": step.facts.stage,
        "actor_user": step.actor.user if step.actor else None,
        "actor_role": step.actor.role if step.actor else None,
        "actor_unit": step.actor.unit if step.actor else None,
        "details": step.details,
        "recorded": recorded.model_dump(mode="json"),
    }
    new = upsert(ENTRIES).values(entry).on_conflict_do_nothing().returning(ENTRIES.c.seq)
    return connection.execute(new).one_or_none() is not None


def _recorded_before(connection: Connection, step: Step) -> Recorded:
    found = select(ENTRIES.c.recorded).where(ENTRIES.c.case_no == step.case_no, ENTRIES.c.seq == step.seq)
    return Recorded.model_validate(connection.execute(found).scalar_one())


_SHOWN = (
    CASES.c.case_no,
    CASES.c.project_no,
    CASES.c.assess_number,
    CASES.c.unit,
    CASES.c.task_code,
    CASES.c.task_name,
    CASES.c.dispatched_at,
    CASES.c.signed_at,
)


def _write_case(connection: Connection, step: Step) -> Row[Any]:
    facts = step.facts.model_dump(exclude_none=True) | {"seq": step.seq}
    if step.order is None:
        change = update(CASES).where(CASES.c.case_no == step.case_no).values(facts).returning(*_SHOWN)
        return connection.execute(change).one()
    order = step.order
    row = facts | {
        "case_no": order.case_no,
        "jurisdiction": order.jurisdiction,
        "project_no": order.project_no,
        "assess_number": order.assess_number,
        "unit": order.unit,
        "task_code": order.task_code,
        "task_name": order.task_name,
        "channel": order.channel,
        "satisfaction": order.satisfaction,
        "case_class": order.case_class,
        "anonymous": order.anonymous,
        "assessed_at": order.assessed_at,
        "policy_digest": order.policy_digest,
        "calendar_version": order.calendar_version,
        "dispatched_at": step.at,
    }
    return connection.execute(insert(CASES).values(row).returning(*_SHOWN)).one()


def _write_clocks(connection: Connection, step: Step, started: list[Clock]) -> None:
    of_case = CLOCKS.c.case_no == step.case_no
    if step.stops:
        ends = {"ended_at": step.at, "ended_seq": step.seq}
        running = update(CLOCKS).where(of_case, CLOCKS.c.kind.in_(step.stops), CLOCKS.c.ended_at.is_(None))
        connection.execute(running.values(ends))
    if started:
        connection.execute(
            insert(CLOCKS),
            [
                {
                    "case_no": step.case_no,
                    "kind": clock.kind,
                    "round": clock.round,
                    "deadline": clock.due.deadline,
                    "due": clock.due.model_dump(mode="json"),
                    "provisional": clock.due.provisional,
                    "started_seq": step.seq,
                }
                for clock in started
            ],
        )
    if step.rung is not None and step.rung.rung.kind is RungKind.LIMIT:
        clock = step.rung.clock
        passed = update(CLOCKS).where(of_case, CLOCKS.c.kind == clock.kind, CLOCKS.c.round == clock.round)
        connection.execute(passed.values(missed_at=clock.due.deadline))


def _write_tasks(connection: Connection, step: Step) -> None:
    if step.closes:
        ends = {"closed_at": step.at, "closed_by": step.actor.user if step.actor else None}
        of_case = update(TASKS).where(TASKS.c.case_no == step.case_no, TASKS.c.closed_at.is_(None))
        connection.execute(of_case.where(TASKS.c.kind.in_(step.closes)).values(ends))
    if step.opens:
        connection.execute(
            insert(TASKS),
            [
                {
                    "id": task_id(step.case_no, step.seq, order.kind),
                    "case_no": step.case_no,
                    "kind": order.kind,
                    "role": order.role,
                    "unit": step.unit if order.role.is_of_unit else None,
                    "clock": order.clock,
                    "round": step.facts.round,
                    "opened_at": step.at,
                }
                for order in step.opens
            ],
        )


def _dues(connection: Connection, step: Step, kinds: set[ClockKind]) -> dict[ClockKind, DueDate]:
    if not kinds:
        return {}
    found = select(CLOCKS.c.kind, CLOCKS.c.due).where(
        CLOCKS.c.case_no == step.case_no, CLOCKS.c.kind.in_(kinds), CLOCKS.c.ended_at.is_(None)
    )
    return {ClockKind(row.kind): DueDate.model_validate(row.due) for row in connection.execute(found)}


def _missed(connection: Connection, step: Step) -> list[str]:
    """The limits that a case has missed, for its closing report: passed, or met too late."""
    found = select(CLOCKS.c.kind, CLOCKS.c.deadline, CLOCKS.c.ended_at, CLOCKS.c.missed_at).where(
        CLOCKS.c.case_no == step.case_no, CLOCKS.c.kind != ClockKind.ADVISORY
    )
    return [
        ClockKind(row.kind).label
        for row in connection.execute(found.order_by(CLOCKS.c.started_seq, CLOCKS.c.kind))
        if row.missed_at is not None or (row.ended_at is not None and row.ended_at >= row.deadline)
    ]


def _last_remediation(connection: Connection, step: Step) -> Remediation | None:
    found = select(ENTRIES.c.details, ENTRIES.c.at).where(
        ENTRIES.c.case_no == step.case_no, ENTRIES.c.event == Event.REMEDIATED
    )
    row = connection.execute(found.order_by(ENTRIES.c.seq.desc()).limit(1)).one_or_none()
    return Remediation(measures=row.details["measures"], at=row.at) if row is not None else None
