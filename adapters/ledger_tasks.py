"""The tasks that a step opens and closes, and where every open task of the case stands in whose worklist.

Decides nothing of the procedure: which tasks there are says the step. A task's place is its priority, the date of its
limit, the officer in charge and the leader; all four can move with any step, so the places are looked at with each.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy import case as when
from sqlalchemy.types import DateTime, Integer, Text

from adapters.tables.cases import CASES, CLOCKS, NO_DEADLINE, TASKS
from models.actors import Role
from models.clocks import ClockKind
from models.ids import task_id
from models.kinds import Priority
from models.steps import Step, TaskKind, TaskOrder

RANKS = {Priority.URGENT: 0, Priority.FAST: 1, Priority.NORMAL: 2}
"""The order of the worklists by priority."""

ONLY_REMIND = tuple(kind for kind in ClockKind if kind.only_reminds)
"""Limits that make nobody late."""

FIRST_DEADLINE = (
    select(func.min(CLOCKS.c.deadline))
    .where(
        CLOCKS.c.case_no == bindparam("of_case"),
        CLOCKS.c.ended_at.is_(None),
        CLOCKS.c.paused.is_(False),
        CLOCKS.c.kind.not_in(ONLY_REMIND),
    )
    .scalar_subquery()
)
"""The end of the limit of case `of_case` that runs out first; the clocks have to be written before."""


def write_tasks(connection: Connection, step: Step) -> None:
    """Close and open what the step says, and give every open task of the case its place.

    Part of the step's transaction, after the case and its limits were written.
    """
    ends = {"closed_at": step.at, "closed_by": step.actor.user if step.actor else None}
    is_open = and_(TASKS.c.case_no == step.case_no, TASKS.c.closed_at.is_(None))
    if step.closes:
        connection.execute(update(TASKS).where(is_open, TASKS.c.kind.in_(step.closes)).values(ends))
    for close in step.closes_of:
        of_unit = and_(is_open, TASKS.c.kind == close.kind, TASKS.c.unit == close.unit)
        connection.execute(update(TASKS).where(of_unit).values(ends))
    if step.order is None:
        connection.execute(_MOVE, {"of_case": step.case_no})
    if step.opens:
        _open_tasks(connection, step, step.opens)


def keep_the_supervisors_list(connection: Connection, step: Step) -> None:
    """A step is decided before the dates of the one before it are known; what they left overdue or not is seen here."""
    late = select(CLOCKS.c.kind).where(
        CLOCKS.c.case_no == step.case_no, CLOCKS.c.ended_at.is_(None), CLOCKS.c.missed_at.is_not(None)
    )
    overseeing = and_(TASKS.c.case_no == step.case_no, TASKS.c.closed_at.is_(None), TASKS.c.kind == TaskKind.OVERSEE)
    if connection.execute(late.limit(1)).one_or_none() is None:
        connection.execute(update(CASES).where(CASES.c.case_no == step.case_no).values(overdue=False))
        connection.execute(update(TASKS).where(overseeing).values(closed_at=step.at))
    elif connection.execute(select(TASKS.c.id).where(overseeing)).one_or_none() is None:
        _open_tasks(connection, step, (TaskOrder(kind=TaskKind.OVERSEE, role=Role.SUPERVISOR),))


def _open_tasks(connection: Connection, step: Step, orders: Sequence[TaskOrder]) -> None:
    rows = [
        {
            "new_id": task_id(step.case_no, step.seq, order.kind, order.unit),
            "of_case": step.case_no,
            "new_kind": order.kind,
            "new_role": order.role,
            "new_unit": (order.unit or step.unit) if order.role.is_of_unit else None,
            "new_clock": order.clock,
            "new_round": step.facts.round if order.round is None else order.round,
            "new_opened_at": step.at,
        }
        for order in orders
    ]
    connection.execute(_OPEN, rows)


_NONE_AT_ALL: Any = literal_column(f"timestamptz '{NO_DEADLINE}'")


def _places(kind: Any, role: Any, unit: Any) -> dict[str, Any]:
    """The four columns of a task's place, from its case and its limit (outer join)."""
    return {
        "rank": when(*((CASES.c.priority == priority, rank) for priority, rank in RANKS.items() if rank < 2), else_=2),
        "deadline": func.coalesce(CLOCKS.c.deadline, _NONE_AT_ALL),
        "holder": when((and_(role == Role.OFFICER, unit == CASES.c.unit), CASES.c.assignee)),
        "leader": when((and_(role == Role.OFFICER, kind == TaskKind.REMEDIATE), CASES.c.state["leader"].astext)),
    }


def _open_statement() -> Any:
    kind, role = bindparam("new_kind", type_=Text), bindparam("new_role", type_=Text)
    unit, clock = bindparam("new_unit", type_=Text), bindparam("new_clock", type_=Text)
    round_ = bindparam("new_round", type_=Integer)
    own = {
        "id": bindparam("new_id", type_=Text),
        "case_no": CASES.c.case_no,
        "kind": kind,
        "role": role,
        "unit": unit,
        "clock": clock,
        "round": round_,
        "opened_at": bindparam("new_opened_at", type_=DateTime(timezone=True)),
    }
    columns = own | _places(kind, role, unit)
    its_clock = and_(CLOCKS.c.case_no == CASES.c.case_no, CLOCKS.c.kind == clock, CLOCKS.c.round == round_)
    found = select(*columns.values()).select_from(CASES.outerjoin(CLOCKS, its_clock))
    return insert(TASKS).from_select(list(columns), found.where(CASES.c.case_no == bindparam("of_case")))


def _move_statement() -> Any:
    """Open tasks of a case whose place has changed get the new one."""
    task = TASKS.alias("standing")
    places = _places(task.c.kind, task.c.role, task.c.unit)
    its_clock = and_(CLOCKS.c.case_no == task.c.case_no, CLOCKS.c.kind == task.c.clock, CLOCKS.c.round == task.c.round)
    found = (
        select(task.c.id, *(column.label(f"new_{name}") for name, column in places.items()))
        .select_from(task.join(CASES, CASES.c.case_no == task.c.case_no).outerjoin(CLOCKS, its_clock))
        .where(task.c.case_no == bindparam("of_case"), task.c.closed_at.is_(None))
        .subquery("place")
    )
    has_moved = or_(*(TASKS.c[name].is_distinct_from(found.c[f"new_{name}"]) for name in places))
    return (
        update(TASKS)
        .where(TASKS.c.id == found.c.id, has_moved)
        .values({name: found.c[f"new_{name}"] for name in places})
    )


_OPEN = _open_statement()
_MOVE = _move_statement()
