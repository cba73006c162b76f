"""The own worklist, what runs out first on top, and the sign-off of several cases at once.

Decides how a task is shown and where each way to do it begins. Whose tasks there are and in which order the read model
knows; each sign-off is an action of its own, and each case says for itself why it refuses.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from casework.names import Names
from casework.standing import visible_case
from casework.text import deadline
from casework.worklist import CALLS, Answer, Urgency, answers, task_countdown, task_name, urgency
from models.actions import Action, SignOff
from models.actors import Actor, Role
from models.errors import HaochapingError
from models.kinds import Priority
from models.steps import TaskKind
from models.views import TaskView
from web.access import Here, Who, allowed
from web.casefile import acting
from web.caseparts import Possible, calendars_of
from web.forms import KEY_FIELD, Form, fresh_key, text_of, texts_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

_ROLES = (Role.OFFICER, Role.HEAD, Role.CLERK, Role.REVIEWER, Role.SUPERVISOR, Role.HOTLINE)
in_menu("待办", "/tasks", *_ROLES)

_PAGE = 50
_AT_ONCE = 5
"""Sign-offs on their way to the engine at the same time."""


@dataclass(frozen=True)
class Task:
    """One task as a row. `until` is None where no limit runs; `deputy_of` names the absent colleague whose it is."""

    case_no: str
    name: str
    item: str
    unit_name: str
    priority: str
    until: datetime | None
    until_text: str
    countdown: str
    urgency: Urgency
    holder: str
    deputy_of: str
    can_be_signed: bool
    ways: tuple[Possible, ...]


@dataclass(frozen=True)
class TasksPage:
    """One page of a person's tasks. `newer` and `older` are addresses, empty where there is no such page."""

    tasks: tuple[Task, ...]
    shows_units: bool
    stands_in_for: tuple[str, ...]
    late: int
    soon: int
    key: str
    newer: str
    older: str
    title: str = "我的待办"

    @property
    def can_sign_several(self) -> bool:
        """Whether there is anything to sign for at once."""
        return any(task.can_be_signed for task in self.tasks)


@dataclass(frozen=True)
class Signed:
    """What became of one sign-off; `refusal` in the case's own words, empty when it was signed for."""

    case_no: str
    said: str
    refusal: str


@dataclass(frozen=True)
class SignedOffPage:
    """What became of several sign-offs, one by one."""

    signed: tuple[Signed, ...]
    refused: tuple[Signed, ...]
    title: str = "批量签收结果"


@router.get("/tasks", dependencies=[allowed(*_ROLES)])
def tasks_page(request: Request, desk: Here, who: Who, after: str = "") -> Response:
    """The page of the worklist that begins behind that place."""
    stands_in_for = desk.front.stands_in_for(who.user)
    found = desk.front.reader.tasks(who, _PAGE + 1, after, stands_in_for)
    shown, now = found[:_PAGE], desk.front.now()
    calendars = calendars_of(desk, {task.due.calendar_version for task in shown if task.due is not None})
    names = Names(desk.front.people)
    tasks = []
    for task in shown:
        until_text = deadline(task.due, calendars[task.due.calendar_version]) if task.due else "没有单独的时限"
        tasks.append(_row(task, who, stands_in_for, names, until_text, now))
    page = TasksPage(
        tasks=tuple(tasks),
        shows_units=not who.role.is_of_unit,
        stands_in_for=tuple(names.user(each) for each in stands_in_for),
        late=sum(1 for task in tasks if task.urgency is Urgency.OVER),
        soon=sum(1 for task in tasks if task.urgency is Urgency.SOON),
        key=fresh_key(),
        newer="/tasks" if after else "",
        older=f"/tasks?{urlencode({'after': shown[-1].place})}" if len(found) > _PAGE else "",
    )
    return render(request, "tasks.html", page)


@router.post("/tasks/sign-off", dependencies=[allowed(Role.OFFICER)])
async def sign_off(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Sign for each of the chosen cases under a key of its own, so that the same form again signs nothing twice."""
    form_key = text_of(form, KEY_FIELD)
    chosen = list(dict.fromkeys(texts_of(form, "case")))[:_PAGE]
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def sign(case_no: str) -> Signed:
        async with at_once:
            return await _sign(desk, who, case_no, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{form_key}/{case_no}")))

    results = await asyncio.gather(*(sign(case_no) for case_no in chosen))
    page = SignedOffPage(
        signed=tuple(each for each in results if not each.refusal),
        refused=tuple(each for each in results if each.refusal),
    )
    return render(request, "signed_off.html", page)


async def _sign(desk: Desk, who: Actor, case_no: str, key: str) -> Signed:
    try:
        actor = await run_in_threadpool(_as_whom, desk, who, case_no)
        receipt = await desk.acts.act(case_no, Action.SIGN_OFF, SignOff(actor=actor), key)
    except HaochapingError as refused:
        return Signed(case_no, "", str(refused))
    return Signed(case_no, receipt.said, "")


def _as_whom(desk: Desk, who: Actor, case_no: str) -> Actor:
    case, _ = visible_case(desk.front, case_no, who.user)
    return acting(desk, case, who)


def _row(task: TaskView, who: Actor, stands_in_for: list[str], names: Names, until_text: str, now: datetime) -> Task:
    holder = "" if task.assignee in (None, who.user) else names.user(task.assignee or "")
    return Task(
        case_no=task.case_no,
        name=task_name(task),
        item=task.task_name or "（未填事项名称）",
        unit_name=task.unit_name,
        priority="" if task.priority is Priority.NORMAL else task.priority.label,
        until=task.due.deadline if task.due is not None and not task.due.is_paused else None,
        until_text=until_text,
        countdown=task_countdown(task, now),
        urgency=urgency(task.due, now),
        holder=holder,
        deputy_of=holder if task.assignee in stands_in_for else "",
        can_be_signed=task.kind is TaskKind.SIGN_OFF and who.role is Role.OFFICER,
        ways=tuple(_way(task, each) for each in answers(task)),
    )


def _way(task: TaskView, answer: Answer) -> Possible:
    """Where one way to do the task begins, with what it stands for filled in; a finding is for the reader to choose."""
    if task.kind in CALLS:
        return Possible("打电话回访", f"/cases/{task.case_no}/call")
    given = {name: value for name, value in answer.given.items() if name != "finding"}
    path = f"/cases/{task.case_no}/act/{answer.action}"
    return Possible(answer.label, f"{path}?{urlencode(given)}" if given else path)
