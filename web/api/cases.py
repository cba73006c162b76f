"""Cases and worklists for other systems: what the token's user may see, and nothing personal.

Decides the form of the answers. Who sees what says `casework.standing`, as for everybody.
"""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from casework.standing import standing_of, visible_case
from models.actions import Action
from models.actors import Role
from models.base import Value
from models.case import Ending, Stage
from models.clocks import ClockKind
from models.kinds import CaseClass, CaseSource, Priority
from models.lists import CaseFilter
from models.ratings import CoveredMatter
from models.steps import TaskKind
from models.views import CaseView, ClockView, TaskView
from web.api.callers import Reader, the_desk_of
from web.api.problems import documented
from web.ports import Desk

router = APIRouter(tags=["cases"])

MOST = 200
USUAL = 50

_READS = documented(400, 401, 403, 404, 422, 429, 503)

Here = Annotated[Desk, Depends(the_desk_of)]
CaseNo = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}$", description="案件编号")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="一页最多几件")]
After = Annotated[str, Query(max_length=400, description="上一页给出的 next；第一页不填")]
_Name = Query(pattern=r"^[A-Za-z0-9_\-]{1,60}$")


class CaseOut(Value):
    """A case as lists have it. Codes are stable, labels are Chinese."""

    case_no: str
    jurisdiction: str
    unit: str
    unit_name: str
    task_code: str
    task_name: str
    source: CaseSource
    case_class: CaseClass
    priority: Priority
    stage: Stage
    stage_label: str
    round: int
    overdue: bool
    paused: bool
    assessed_at: AwareDatetime
    dispatched_at: AwareDatetime
    signed_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    ending: Ending | None
    ending_label: str | None


class ClockOut(Value):
    """A limit. One that stands still has no deadline."""

    kind: ClockKind
    label: str
    round: int
    start: AwareDatetime
    deadline: AwareDatetime | None
    provisional: bool
    ended_at: AwareDatetime | None
    missed: bool


class PossibleAction(Value):
    """Something that the token's user could do now."""

    action: Action
    label: str


class CaseDetail(CaseOut):
    """A case with its limits and what the token's user could do now.

    `covered_matters` are the other matters that the rating of a batch or a theme stands for.
    """

    steps: int
    clocks: list[ClockOut]
    covered_matters: list[CoveredMatter]
    possible_actions: list[PossibleAction]


class CasesOut(Value):
    """One page; `next` is empty on the last one."""

    cases: list[CaseOut]
    next: str


class TaskOut(Value):
    """An open task of the token's user."""

    case_no: str
    kind: TaskKind
    label: str
    unit: str
    unit_name: str
    task_name: str
    stage: Stage
    round: int
    priority: Priority
    overdue: bool
    opened_at: AwareDatetime
    deadline: AwareDatetime | None


class TasksOut(Value):
    """One page of the worklist, the most urgent first; `next` is empty on the last one."""

    tasks: list[TaskOut]
    next: str


@router.get("/cases", response_model=CasesOut, responses=_READS, summary="案件清单，最近转办的在前")
def list_cases(
    desk: Here,
    caller: Reader,
    jurisdiction: Annotated[str | None, _Name] = None,
    unit: Annotated[str | None, _Name] = None,
    stage: Stage | None = None,
    open_only: bool = False,
    overdue: bool = False,
    limit: Limit = USUAL,
    after: After = "",
) -> CasesOut:
    """Cases that the token's user may see. A page of a clerk's token may hold fewer than asked for."""
    actor = caller.actor
    chosen = CaseFilter(
        jurisdiction=jurisdiction,
        unit=unit,
        stage=stage,
        open_only=open_only,
        overdue=overdue,
        seen_by=actor.unit if actor.role.is_of_unit else None,
    )
    page = desk.lists.page(chosen, desk.front.now(), after, limit)
    shown = [case for case in page.cases if actor.role is not Role.CLERK or case.staff_no in ("", actor.staff_no)]
    return CasesOut(cases=[CaseOut(**_facts(case)) for case in shown], next=page.next)


@router.get("/cases/{case_no}", response_model=CaseDetail, responses=_READS, summary="一个案件的情况")
def one_case(case_no: CaseNo, desk: Here, caller: Reader) -> CaseDetail:
    """Where a case stands."""
    case, actor = visible_case(desk.front, case_no, caller.actor.user)
    standing = standing_of(desk.front, case)
    possible = standing.possible_for(actor or caller.actor)
    return CaseDetail(
        **_facts(case),
        steps=case.seq,
        clocks=_clocks(standing.clocks),
        covered_matters=list(desk.records.complaint(case_no).covered),
        possible_actions=[PossibleAction(action=each, label=each.label) for each in possible],
    )


@router.get("/tasks", response_model=TasksOut, responses=_READS, summary="待办清单，最急的在前")
def list_tasks(desk: Here, caller: Reader, limit: Limit = USUAL, after: After = "") -> TasksOut:
    """The worklist of the token's user, with the tasks of those for whom the user stands in today."""
    absent = desk.front.stands_in_for(caller.actor.user)
    found = desk.front.reader.tasks(caller.actor, limit + 1, after, absent)
    tasks = found[:limit]
    return TasksOut(tasks=[_task(task) for task in tasks], next=tasks[-1].place if len(found) > limit else "")


def _facts(case: CaseView) -> dict[str, object]:
    own = {name: getattr(case, name) for name in CaseOut.model_fields if name in CaseView.model_fields}
    return own | {"stage_label": case.stage.label, "ending_label": case.ending.label if case.ending else None}


def _clocks(clocks: Iterable[ClockView]) -> list[ClockOut]:
    return [
        ClockOut(
            kind=clock.kind,
            label=clock.kind.label,
            round=clock.round,
            start=clock.due.start,
            deadline=None if clock.due.is_paused else clock.due.deadline,
            provisional=clock.due.provisional,
            ended_at=clock.ended_at,
            missed=clock.is_missed,
        )
        for clock in clocks
    ]


def _task(task: TaskView) -> TaskOut:
    return TaskOut(
        case_no=task.case_no,
        kind=task.kind,
        label=task.kind.label,
        unit=task.unit or task.case_unit,
        unit_name=task.unit_name,
        task_name=task.task_name,
        stage=task.stage,
        round=task.round,
        priority=task.priority,
        overdue=task.overdue,
        opened_at=task.opened_at,
        deadline=None if task.due is None or task.due.is_paused else task.due.deadline,
    )
