"""Worklists in SQL: whose open tasks, in which order, from which place on.

Decides who sees which task. Each worklist is read in the order of one index, as far as the page goes and no further:
an officer's is the merged order of what nobody of the unit has in charge and of what the officer has.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, RowMapping, Select, and_, select, tuple_, union_all

from adapters.tables.cases import CASES, CLOCKS, TASKS
from models.actors import Actor, Role
from models.lists import instant_of, place, read_place
from models.steps import TaskKind

_PLACE = (TASKS.c.rank, TASKS.c.deadline, TASKS.c.case_no, TASKS.c.id)
_HIGHEST_RANK = 9


def worklist(
    actor: Actor, limit: int, after: str = "", stands_in_for: Sequence[str] = (), kinds: Collection[TaskKind] = ()
) -> Select[Any]:
    """The open tasks of a person, by priority, then what runs out first; at most `limit` after that place.

    An officer's are those of the unit that nobody has in charge, the own ones, and those of whom one is the deputy;
    a head's are also those of the cases that the head has taken over. Raises BadInput for a place that is none.
    """
    where: list[ColumnElement[bool]] = [TASKS.c.closed_at.is_(None)]
    if after:
        where.append(_is_after(after))
    if kinds:
        where.append(TASKS.c.kind.in_(sorted(kinds)))
    parts = [_places(each, where, limit) for each in _whose(actor, stands_in_for)]
    found: CompoundSelect[Any] = union_all(*parts)
    chosen = found.subquery("chosen")
    return _shown().where(TASKS.c.id.in_(_first(chosen, limit))).order_by(*_PLACE)


def open_tasks_of(case_no: str) -> Select[Any]:
    """The open tasks of one case."""
    return _shown().where(TASKS.c.closed_at.is_(None), TASKS.c.case_no == case_no).order_by(*_PLACE)


def place_of(row: RowMapping) -> str:
    """Where a task stands, for the address of the next page."""
    return place(row["rank"], row["deadline"].isoformat(), row["case_no"], row["id"])


@dataclass(frozen=True)
class _Stretch:
    """A stretch of an index, in the order of the worklist.

    `begins` are the index's columns that stand before that order. Each has one value in the whole stretch, but of a
    NULL the planner does not see that: unless it is told the order from there on, it reads and sorts every open task.
    """

    whose: ColumnElement[bool]
    begins: tuple[ColumnElement[Any], ...] = (TASKS.c.unit, TASKS.c.holder)


def _whose(actor: Actor, stands_in_for: Sequence[str]) -> list[_Stretch]:
    """Stretches that together are the person's tasks."""
    of_unit = TASKS.c.unit == actor.unit if actor.role.is_of_unit else TASKS.c.unit.is_(None)
    own = and_(TASKS.c.role == actor.role, of_unit)
    unheld = _Stretch(and_(own, TASKS.c.holder.is_(None)))
    if actor.role is Role.OFFICER:
        mine = dict.fromkeys((actor.user, *([actor.acting_for] if actor.acting_for else []), *stands_in_for))
        return [unheld, *(_Stretch(and_(own, TASKS.c.holder == holder)) for holder in mine)]
    if actor.role is Role.HEAD:
        return [unheld, _Stretch(and_(TASKS.c.leader == actor.user, TASKS.c.unit == actor.unit), begins=())]
    return [unheld]


def _places(stretch: _Stretch, where: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    places = select(*_PLACE).where(stretch.whose, *where).order_by(*stretch.begins, *_PLACE).limit(limit)
    return select(places.subquery())


def _first(chosen: Any, limit: int) -> Select[Any]:
    order = (chosen.c.rank, chosen.c.deadline, chosen.c.case_no, chosen.c.id)
    return select(chosen.c.id).order_by(*order).limit(limit)


def _is_after(after: str) -> ColumnElement[bool]:
    rank, deadline, case_no, id_ = read_place(after, parts=4)
    begin = (int(rank) if rank.isdecimal() and len(rank) == 1 else _HIGHEST_RANK, instant_of(deadline), case_no, id_)
    return tuple_(*_PLACE) > tuple_(*begin)


def _shown() -> Select[Any]:
    clock_of_task = and_(
        CLOCKS.c.case_no == TASKS.c.case_no,
        CLOCKS.c.kind == TASKS.c.clock,
        CLOCKS.c.round == TASKS.c.round,
    )
    return (
        select(
            TASKS.c.id,
            TASKS.c.rank,
            TASKS.c.deadline,
            TASKS.c.case_no,
            TASKS.c.kind,
            TASKS.c.role,
            TASKS.c.unit,
            CASES.c.unit.label("case_unit"),
            CASES.c.task_name,
            CASES.c.stage,
            TASKS.c.round,
            CASES.c.overdue,
            TASKS.c.opened_at,
            CLOCKS.c.due,
            CASES.c.priority,
            CASES.c.assignee,
        )
        .join(CASES, CASES.c.case_no == TASKS.c.case_no)
        .outerjoin(CLOCKS, clock_of_task)
    )
