"""The page of a case: where it stands, what the reader can do now, its limits, its whole record, messages and files.

Decides what is shown to whom: the rated clerk gets a page of their own (`web.routes.mine`), the engine's screen is for
supervisors and administrators. Everything comes from the read model; nothing here asks the engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from calendars import WorkingCalendar
from casework.chronicle import finding_text, holders, source_rows
from casework.messages import arrival_of
from casework.names import Names
from casework.particulars import Dossier, appeal_rows, measure_rows, measures_of, rows_of
from casework.standing import rated_units, stand_ins_of
from casework.text import deadline, instant
from casework.worklist import Urgency, task_countdown, task_name, urgency
from models.actors import Actor, Role
from models.case import Stage
from models.kinds import Priority
from models.notices import TO_EVALUATOR, Channel, MessageRecord
from models.views import CaseView, TaskView
from models.work_in_hand import Attachment, Draft
from policy.people import link_refusal, reveal_refusal
from policy.transitions import RULES
from web.access import Here, Who, allowed
from web.casefile import CaseFile, open_case
from web.caseparts import (
    Entry,
    Limit,
    Possible,
    calendars_of,
    done_text,
    limit_of,
    path_of,
    possible_now,
    record_of,
)
from web.pages import render
from web.ports import Desk
from web.routes.documents import Paperwork, paperwork_of
from web.routes.mine import own_review

router = APIRouter()

OVERSEERS = (Role.SUPERVISOR, Role.ADMIN)
"""Who sees the engine's own history and its screen."""


@dataclass(frozen=True)
class OpenTask:
    """What somebody still has to do."""

    name: str
    holders: tuple[str, ...]
    until_text: str
    until: datetime | None
    countdown: str
    urgency: Urgency


@dataclass(frozen=True)
class Told:
    """One message about the case: what, to whom by role, when, and whether it has arrived."""

    kind: str
    to: str
    channel: str
    at: datetime
    status: str


@dataclass(frozen=True)
class CasePage:
    """Everything about one case that this reader may know."""

    case: CaseView
    stage: str
    priority: str
    rows: tuple[tuple[str, str], ...]
    next_actions: tuple[Possible, ...]
    other_actions: tuple[Possible, ...]
    drafts: tuple[Draft, ...]
    limits: tuple[Limit, ...]
    is_provisional: bool
    tasks: tuple[OpenTask, ...]
    appeal: tuple[tuple[str, str], ...]
    measures: tuple[tuple[str, ...], ...]
    record: tuple[Entry, ...]
    messages: tuple[Told, ...]
    attachments: tuple[Attachment, ...]
    engine_path: str
    workflow_url: str
    paperwork: Paperwork
    reveal_path: str
    """Where the evaluator's name and number can be asked for; empty for those who never get them."""
    link_path: str
    """Where a link for the evaluator can be made (办件进度链接); empty for those who never hand one out."""
    done: str
    sms_refused: bool = False
    """Whether the evaluator has refused invitations by SMS; said to those who call."""

    @property
    def title(self) -> str:
        """The case by its number."""
        return f"案件 {self.case.case_no}"

    @property
    def running(self) -> tuple[Limit, ...]:
        """The limits that run, as the head of the page shows them: what ends first in front, what stands still last."""
        running = [limit for limit in self.limits if limit.running]
        return tuple(sorted(running, key=lambda limit: (limit.until is None, limit.until and limit.until.timestamp())))


@router.get("/cases/{case_no}", dependencies=[allowed()])
def case_page(request: Request, desk: Here, who: Who, case_no: str, done: int = 0) -> Response:
    """The case; `done` is the step to which the reader's last form has led."""
    file = open_case(desk, case_no, who)
    if who.role is Role.CLERK:
        return render(request, "my_review.html", own_review(desk, file, who, done))
    return render(request, "case.html", _page(desk, file, who, done))


def _page(desk: Desk, file: CaseFile, actor: Actor, done: int) -> CasePage:
    case, standing, now = file.case, file.standing, file.standing.now
    names, reader = Names(desk.front.people), desk.front.reader
    moves, messages = reader.date_changes(case.case_no), desk.records.messages(case.case_no)
    dossier = Dossier(
        standing=standing,
        entries=file.entries,
        moves=moves,
        links=desk.records.links(case.case_no),
        stand_ins=stand_ins_of(desk.front, case.assignee) if case.assignee is not None else [],
    )
    calendars = calendars_of(desk, {clock.due.calendar_version for clock in standing.clocks})
    possible = possible_now(desk, file, actor)
    nexts = [action for action in possible if RULES[action].next_step]
    is_overseer = actor.role in OVERSEERS
    return CasePage(
        case=case,
        stage=case.ending.label if case.ending else case.stage.label,
        priority="" if case.priority is Priority.NORMAL else case.priority.label,
        rows=(*_head_rows(desk, case), *rows_of(dossier, names)),
        next_actions=tuple(Possible(each.label, path_of(case.case_no, each)) for each in nexts),
        other_actions=tuple(
            Possible(each.label, path_of(case.case_no, each)) for each in possible if each not in nexts
        ),
        drafts=tuple(each for each in desk.drafts.of_user(actor.user) if each.case_no == case.case_no),
        limits=tuple(
            limit_of(clock, calendars[clock.due.calendar_version], case.case_no, now) for clock in standing.clocks
        ),
        is_provisional=any(clock.due.provisional for clock in standing.clocks),
        tasks=tuple(_task(desk, task, calendars, now) for task in standing.tasks),
        appeal=tuple(appeal_rows(standing.state, names)),
        measures=tuple(measure_rows(measures_of(file.entries, standing.clocks))),
        record=tuple(record_of(file, names, moves, messages)),
        messages=tuple(_told(desk, record) for record in messages),
        attachments=file.attachments,
        engine_path=f"/cases/{case.case_no}/engine" if is_overseer else "",
        workflow_url=desk.records.workflow_url(case.case_no) or "" if is_overseer else "",
        paperwork=paperwork_of(desk, file, actor),
        reveal_path=f"/cases/{case.case_no}/reveal" if reveal_refusal(actor, rated_units(case)) is None else "",
        link_path=f"/cases/{case.case_no}/link" if _may_hand_out(actor, case) else "",
        done=done_text(file, actor, done),
        sms_refused=actor.role is Role.HOTLINE and bool(desk.outside.sms_refusals.of_case(case.case_no)),
    )


def _may_hand_out(actor: Actor, case: CaseView) -> bool:
    return link_refusal(actor, rated_units(case), case.source, case.anonymous) is None


def _head_rows(desk: Desk, case: CaseView) -> list[tuple[str, str]]:
    rows = [
        ("承办单位", case.unit_name),
        ("类别", f"{case.case_class.label}，第 {case.round} 轮"),
        *source_rows(case, desk.records.complaint(case.case_no)),
        ("核实结论", finding_text(case)),
        ("转办", instant(case.dispatched_at)),
        ("签收", instant(case.signed_at) if case.signed_at else "尚未签收"),
    ]
    return [*rows, ("结束", instant(case.ended_at))] if case.ended_at and case.stage is Stage.CLOSED else rows


def _task(desk: Desk, task: TaskView, calendars: Mapping[str, WorkingCalendar], now: datetime) -> OpenTask:
    due = task.due
    return OpenTask(
        name=task_name(task),
        holders=tuple(holders(desk.front, task)),
        until_text=deadline(due, calendars[due.calendar_version]) if due else "没有单独的时限，请尽快办理",
        until=due.deadline if due and not due.is_paused else None,
        countdown=task_countdown(task, now),
        urgency=urgency(due, now),
    )


def _told(desk: Desk, record: MessageRecord) -> Told:
    """A message without its text and address: only as what somebody got it."""
    message = record.message
    roles = {user.id: user.role.label for user in desk.front.people.users()}
    if message.channel in (Channel.REPORT, Channel.ARCHIVE, Channel.WORK_CHAT):
        to = message.channel.label
    elif message.kind in TO_EVALUATOR:
        to = "评价人"
    else:
        to = roles.get(message.recipient, "已不在目录中的人员")
    return Told(
        kind=message.kind.label,
        to=to,
        channel=message.channel.label,
        at=record.sent_at or message.not_before,
        status=arrival_of(record) or record.status.label,
    )
