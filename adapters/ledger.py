"""The ledger: one step of a case, written with everything that follows from it in one transaction.

It decides nothing: dates come from `policy.clocks`, letters' facts from `adapters.notices`. Recording a step again
gives the same answer and changes nothing, so a retry of the engine is harmless.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.directory import Directory
from adapters.holiday_notices import in_force_version
from adapters.ledger_clocks import DatedClocks, date_clocks, dues_of, missed_limits, write_clocks
from adapters.ledger_tasks import FIRST_DEADLINE, keep_the_supervisors_list, write_tasks
from adapters.links import link
from adapters.notices import Letterhead, Remediation, compose
from adapters.outbox import insert_messages
from adapters.policies import Rules, Versions
from adapters.push_queue import order_case
from adapters.search_words import words_of_case
from adapters.tables.cases import CASES, ENTRIES
from models.links import LinkKind
from models.steps import Event, Recorded, Step


@dataclass(frozen=True)
class PostgresLedger:
    """The ledger in PostgreSQL."""

    engine: Engine
    versions: Versions
    directory: Directory

    def record(self, step: Step) -> Recorded:
        """Record a step in one transaction; the same step again gives the recorded answer."""
        with self.engine.begin() as connection:
            if step.moves and (before := _recorded_before(connection, step)) is not None:
                # A move is worked out from the limit as it stands; it must not be worked out from its own result.
                return before
            version = None if step.order is None else self._calendar_in_force(connection, step)
            if version is not None:
                step = step.model_copy(update={"calendar_version": version})
            rules = self.versions.rules(step.policy_digest, step.calendar_version)
            dated = date_clocks(connection, step, rules)
            recorded = Recorded(seq=step.seq, clocks=dated.all, calendar_version=version)
            if not _insert_entry(connection, step, recorded):
                return _recorded(connection, step)
            write_clocks(connection, step, dated)
            case = _write_case(connection, step)
            if step.order is not None and step.order.repeats:
                link(connection, step.case_no, step.order.repeats, LinkKind.REPEAT, step.at)
            write_tasks(connection, step)
            if step.facts.overdue:
                keep_the_supervisors_list(connection, step)
            self._write_messages(connection, step, case, rules, dated)
            if step.facts.ending:
                order_case(connection, step.case_no, step.at)
        return recorded

    def _calendar_in_force(self, connection: Connection, step: Step) -> str | None:
        """The calendar that a notice put in force meanwhile, if it is not the one that the dispatch names."""
        version = in_force_version(connection, step.jurisdiction, step.calendar_version)
        return None if version == step.calendar_version else version

    def _write_messages(
        self, connection: Connection, step: Step, case: Row[Any], rules: Rules, dated: DatedClocks
    ) -> None:
        if not step.notices and not step.reports and not step.to_evaluator:
            return
        fresh = {clock.kind: clock.due for clock in (*dated.started, *dated.moved)}
        needed = {order.clock for order in step.notices if order.clock} - fresh.keys()
        head = Letterhead(
            step=step,
            case=case,
            rules=rules,
            dues=fresh | dues_of(connection, step, needed),
            before={kind: clock.due for kind, clock in dated.before.items()},
            missed=missed_limits(connection, step) if step.facts.ending else [],
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


def _recorded_before(connection: Connection, step: Step) -> Recorded | None:
    found = select(ENTRIES.c.recorded).where(ENTRIES.c.case_no == step.case_no, ENTRIES.c.seq == step.seq)
    recorded = connection.execute(found).scalar_one_or_none()
    return Recorded.model_validate(recorded) if recorded is not None else None


def _recorded(connection: Connection, step: Step) -> Recorded:
    recorded = _recorded_before(connection, step)
    if recorded is None:
        raise LookupError(f"step {step.seq} of {step.case_no} was neither written nor found")
    return recorded


_SHOWN = (
    CASES.c.case_no,
    CASES.c.project_no,
    CASES.c.assess_number,
    CASES.c.unit,
    CASES.c.task_code,
    CASES.c.task_name,
    CASES.c.dispatched_at,
    CASES.c.signed_at,
    CASES.c.staff_no,
    CASES.c.source,
    CASES.c.case_class,
)


_KEPT = frozenset({"unit", "case_class", "priority"})
"""Facts that a step from before they were recorded does not name; what the dispatch said stays."""


def _write_case(connection: Connection, step: Step) -> Row[Any]:
    facts = step.facts.model_dump() | {"seq": step.seq, "calendar_version": step.calendar_version}
    facts = {name: value for name, value in facts.items() if name not in _KEPT or value is not None}
    if step.state is not None:
        facts["state"] = step.state
        facts["co_units"] = sorted(step.state.get("co_units", ()))
    facts["deadline"] = None if step.facts.ending else FIRST_DEADLINE
    of_case = {"of_case": step.case_no}
    if step.order is None:
        change = update(CASES).where(CASES.c.case_no == step.case_no).values(facts).returning(*_SHOWN)
        return connection.execute(change, of_case).one()
    order = step.order
    row = (
        {"unit": order.unit, "case_class": order.case_class, "priority": order.priority}
        | facts
        | {
            "case_no": order.case_no,
            "jurisdiction": order.jurisdiction,
            "project_no": order.project_no,
            "assess_number": order.assess_number,
            "task_code": order.task_code,
            "task_name": order.task_name,
            "channel": order.channel,
            "satisfaction": order.satisfaction,
            "source": order.source,
            "staff_no": order.staff_no,
            "window_no": order.window,
            "anonymous": order.anonymous,
            "assessed_at": order.assessed_at,
            "policy_digest": order.policy_digest,
            "dispatched_at": step.at,
            "words": words_of_case(connection, order.case_no, order.project_no, order.task_name),
        }
    )
    return connection.execute(insert(CASES).values(row).returning(*_SHOWN), of_case).one()


def _last_remediation(connection: Connection, step: Step) -> Remediation | None:
    found = select(ENTRIES.c.details, ENTRIES.c.at).where(
        ENTRIES.c.case_no == step.case_no, ENTRIES.c.event == Event.REMEDIATED
    )
    row = connection.execute(found.order_by(ENTRIES.c.seq.desc()).limit(1)).one_or_none()
    return Remediation(measures=row.details["measures"], at=row.at) if row is not None else None
