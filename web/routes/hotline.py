"""The hotline's work: callbacks that are due, and one call from the script to its result.

Decides what the caller sees. The telephone number stands nowhere here: it is shown on the page of the reveal only,
which asks for a purpose and keeps a record. Who may not see it reads who puts the call through, and not even the
evaluator's family name.
"""

from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from casework.callbacks import (
    ResultChoice,
    choice_of,
    earlier_calls,
    least_attempts,
    put_through_text,
    recorded_by_others,
    result_choices,
    script_of,
)
from casework.fields import what_is_wrong
from casework.limits import limit_name
from casework.standing import Standing, in_whose_name, rated_units, standing_of, visible_case
from casework.text import countdown, deadline, masked
from casework.worklist import CALLS, task_countdown, task_deadline, task_name, urgency
from models.actions import Action, RecordCallback, TriggerCallback
from models.actors import Actor, Role
from models.callbacks import CallbackKind
from models.case import Stage
from models.clocks import ClockKind
from models.errors import ActionRefused, BadInput, EngineUnavailable, HaochapingError
from models.lists import PAGE
from models.steps import Event
from models.views import CaseView, EntryView, TaskView
from models.work_in_hand import Attachment
from policy.people import reveal_refusal
from policy.transitions import roles_for
from policy.wording import DETAIL_LABELS
from web.access import Here, Who, allowed
from web.casefile import CaseFile, in_hand_for, open_case
from web.forms import KEY_FIELD, Form, fresh_key, text_of, texts_of
from web.pages import in_menu, render
from web.ports import Desk
from web.uploads import InBounds, take_files

router = APIRouter()

CALLERS = (Role.HOTLINE, Role.OFFICER, Role.SUPERVISOR)
"""Whom a policy may name for callbacks; the case says which of them calls."""


in_menu("回访", "/callbacks", Role.HOTLINE)


@dataclass(frozen=True)
class CallRow:
    """One callback of the list."""

    task: TaskView
    name: str
    until: str
    left: str
    urgency: str


@dataclass(frozen=True)
class CallbacksPage:
    """Callbacks that are due, what runs out first on top."""

    rows: tuple[CallRow, ...]
    first: str
    older: str
    title: str = "待打的回访电话"


@dataclass(frozen=True)
class Typed:
    """What was typed into the form of the result; `left_out` are the files that were not ticked any more."""

    choice: str = ""
    note: str = ""
    evidence: str = ""
    purpose: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """The call that is due."""

    kind: CallbackKind
    script: tuple[str, ...]
    choices: tuple[ResultChoice, ...]
    earlier: tuple[EntryView, ...]
    plan: str
    least: str
    until: str
    left: str
    urgency: str
    may_record: bool
    recorded_by: str
    """What a caller is told whose call somebody else writes down."""


@dataclass(frozen=True)
class CallPage:
    """Everything for one call but the number."""

    case: CaseView
    call: Call | None
    may_trigger: bool
    was_triggered: bool
    name: str
    has_number: bool
    put_through: str
    """Whom those ask who may not see the number; empty for those who may."""
    reasons: tuple[str, ...]
    text: str
    keys: tuple[str, str]
    files: tuple[Attachment, ...]
    """What this person has uploaded for the result that is not recorded yet."""
    typed: Typed = field(default_factory=Typed)
    refusal: str = ""

    @property
    def title(self) -> str:
        """What the call is for."""
        return f"{self.call.kind.label}：{self.case.case_no}" if self.call else f"致电评价人：{self.case.case_no}"


@dataclass(frozen=True)
class CalledPage:
    """What has become of the case after the call."""

    case: CaseView
    result: tuple[str, ...]
    follows: str
    limits: tuple[tuple[str, str, str], ...]
    title: str = "回访结果已登记"


@router.get("/callbacks", dependencies=[allowed(*CALLERS)])
def callbacks(request: Request, desk: Here, who: Who, after: str = "") -> Response:
    """The callbacks that are due."""
    front, now = desk.front, desk.front.now()
    tasks = front.reader.tasks(who, PAGE + 1, after, front.stands_in_for(who.user), CALLS)
    rows = tuple(
        CallRow(
            task, task_name(task), task_deadline(task, front.reader), task_countdown(task, now), urgency(task.due, now)
        )
        for task in tasks[:PAGE]
    )
    older = f"/callbacks?after={tasks[PAGE - 1].place}" if len(tasks) > PAGE else ""
    return render(request, "callbacks.html", CallbacksPage(rows, "/callbacks" if after else "", older))


@router.get("/cases/{case_no}/call", dependencies=[allowed(*CALLERS)])
def call(request: Request, desk: Here, who: Who, case_no: str, triggered: str = "") -> Response:
    """What to ask, what was tried before, and the form of the result."""
    return render(request, "call.html", _call_page(desk, who, case_no, bool(triggered)))


@router.post("/cases/{case_no}/call", dependencies=[allowed(*CALLERS)])
async def trigger(request: Request, desk: Here, who: Who, case_no: str, form: Form) -> Response:
    """Write into the ledger that somebody calls now, and why."""
    purpose = text_of(form, "purpose")

    def prepare() -> TriggerCallback:
        case, _ = visible_case(desk.front, case_no, who.user)
        try:
            return TriggerCallback(actor=in_whose_name(desk.front, case, who), purpose=purpose)
        except ValidationError as error:
            raise BadInput(what_is_wrong(error)) from None

    try:
        message = await run_in_threadpool(prepare)
        await desk.acts.act(case_no, Action.TRIGGER_CALLBACK, message, text_of(form, KEY_FIELD) or fresh_key())
    except (ActionRefused, BadInput, EngineUnavailable) as error:
        return await _again(request, desk, who, case_no, form, error)
    return RedirectResponse(f"/cases/{case_no}/call?triggered=1", status_code=303)


@router.post("/cases/{case_no}/call/result", dependencies=[allowed(*CALLERS), InBounds])
async def record(request: Request, desk: Here, who: Who, case_no: str, form: Form) -> Response:
    """Record how the call went. A dissatisfied evaluator's case goes straight into the next round."""
    brought = await run_in_threadpool(_take_in, desk, who, case_no, form)
    try:
        message = await run_in_threadpool(_result, desk, who, case_no, form, brought)
        await desk.acts.act(case_no, Action.RECORD_CALLBACK, message, text_of(form, KEY_FIELD) or fresh_key())
    except (ActionRefused, BadInput, EngineUnavailable) as error:
        return await _again(request, desk, who, case_no, form, error, brought.left_out)
    await run_in_threadpool(_clear_away, desk, who, case_no)
    return RedirectResponse(f"/cases/{case_no}/called", status_code=303)


@router.get("/cases/{case_no}/called", dependencies=[allowed(*CALLERS)])
def called(request: Request, desk: Here, who: Who, case_no: str) -> Response:
    """What follows from the call that was recorded last."""
    front = desk.front
    case, _ = visible_case(front, case_no, who.user)
    standing = standing_of(front, case)
    done = [entry for entry in front.reader.entries(case_no) if entry.event is Event.CALLBACK_RECORDED]
    if not done:
        raise ActionRefused(f"案件 {case_no} 还没有登记过回访结果。")
    last = done[-1]
    shown = ("callback", "result", "finding", "satisfied", "plan", "note")
    result = tuple(f"{DETAIL_LABELS[key]}：{last.details[key]}" for key in shown if last.details.get(key))
    page = CalledPage(case, result, _follows(standing), tuple(_running(desk, standing)))
    return render(request, "called.html", page)


@dataclass(frozen=True)
class Brought:
    """The files of a form: those that go with the result, those that were not ticked, why some were not taken."""

    files: tuple[Attachment, ...]
    left_out: tuple[str, ...]
    faults: tuple[str, ...]


def _take_in(desk: Desk, who: Actor, case_no: str, form: FormData) -> Brought:
    waiting = in_hand_for(open_case(desk, case_no, who), Action.RECORD_CALLBACK)
    files = [each for each in waiting if each.id in texts_of(form, "kept")]
    left_out = tuple(each.id for each in waiting if each not in files)
    faults = take_files(desk, case_no, Action.RECORD_CALLBACK, who, form, files)
    return Brought(tuple(files), left_out, tuple(faults))


def _clear_away(desk: Desk, who: Actor, case_no: str) -> None:
    """The result is recorded: what it does not name was left out.

    Not earlier, because a form that was sent before without an answer may still be recorded with those files.
    """
    left = in_hand_for(open_case(desk, case_no, who), Action.RECORD_CALLBACK)
    desk.attachments.remove([each.id for each in left], who.user)


async def _again(
    request: Request,
    desk: Desk,
    who: Actor,
    case_no: str,
    form: FormData,
    error: HaochapingError,
    left_out: tuple[str, ...] = (),
) -> Response:
    """The page once more with what was typed and why it was not taken; nothing is lost, and the key stays the same."""
    status = {ActionRefused: 409, EngineUnavailable: 503}.get(type(error), 422)
    said = str(error)
    if isinstance(error, EngineUnavailable):
        said += "填写的内容都在下面，可以再次提交，不会重复办理。"
    texts = {name: text_of(form, name) for name in ("choice", "note", "evidence", "purpose")}
    typed = Typed(**texts, left_out=left_out)
    key = text_of(form, KEY_FIELD)
    page = await run_in_threadpool(_call_page, desk, who, case_no, False, typed, said, key)
    return render(request, "call.html", page, status)


def _result(desk: Desk, who: Actor, case_no: str, form: FormData, brought: Brought) -> RecordCallback:
    case, _ = visible_case(desk.front, case_no, who.user)
    if brought.faults:
        raise BadInput("".join(brought.faults))
    chosen = choice_of(text_of(form, "choice"))
    if chosen is None:
        raise BadInput("请选择通话结果。")
    typed = [line.strip() for line in text_of(form, "evidence").splitlines() if line.strip()]
    try:
        return RecordCallback(
            actor=in_whose_name(desk.front, case, who),
            result=chosen.result,
            finding=chosen.finding,
            satisfied=chosen.satisfied,
            note=text_of(form, "note"),
            evidence=(*typed, *(each.reference for each in brought.files)),
        )
    except ValidationError as error:
        raise BadInput(what_is_wrong(error)) from None


def _call_page(
    desk: Desk,
    who: Actor,
    case_no: str,
    was_triggered: bool,
    typed: Typed | None = None,
    refusal: str = "",
    key: str = "",
) -> CallPage:
    file = open_case(desk, case_no, who)
    case, standing = file.case, file.standing
    may_reveal = reveal_refusal(who, rated_units(case)) is None
    contact = desk.calls.evaluator_contact(case_no)
    complaint = desk.calls.complaint(case_no)
    kind = standing.callback_due
    return CallPage(
        case=case,
        call=None if kind is None else _call(desk, who, file, kind),
        may_trigger=Action.TRIGGER_CALLBACK in standing.possible_for(who),
        was_triggered=was_triggered,
        name=masked(contact.name if contact else "") if may_reveal else "不显示",
        has_number=bool(contact and contact.mobile),
        put_through="" if may_reveal else put_through_text(case, desk.front.people),
        reasons=complaint.reasons,
        text=complaint.text,
        keys=(key or fresh_key(), key or fresh_key()),
        files=tuple(in_hand_for(file, Action.RECORD_CALLBACK)),
        typed=typed or Typed(),
        refusal=refusal,
    )


def _call(desk: Desk, who: Actor, file: CaseFile, kind: CallbackKind) -> Call:
    case, standing, reader = file.case, file.standing, desk.front.reader
    task = next((task for task in standing.tasks if task.kind in CALLS), None)
    earlier = earlier_calls(file.entries, kind)
    recorders = roles_for(Action.RECORD_CALLBACK, standing.state, standing.order)
    asked = desk.calls.callback_script(case.jurisdiction, kind, case.source)
    return Call(
        kind=kind,
        script=tuple(script_of(asked, standing).splitlines()),
        choices=tuple(result_choices(kind, tuple(standing.rules.policy.void_outcomes))),
        earlier=tuple(earlier),
        plan=earlier[-1].details.get("plan", "") if earlier else "",
        least="" if kind is CallbackKind.CONTACT else least_attempts(standing),
        until=task_deadline(task, reader) if task else "",
        left=task_countdown(task, standing.now) if task else "",
        urgency=urgency(task.due, standing.now) if task else "none",
        may_record=Action.RECORD_CALLBACK in standing.possible_for(who),
        recorded_by=recorded_by_others(kind, recorders),
    )


def _follows(standing: Standing) -> str:
    """What happens next, and whose turn it is."""
    case, state = standing.case, standing.state
    match case.stage:
        case Stage.CLOSED:
            return f"案件{case.ending.label if case.ending else '已结束'}，不用再打电话。"
        case Stage.ESCALATED:
            return "评价人仍不满意，案件已转监督人员处理。"
        case Stage.REMEDIATION if case.round > 1:
            return f"评价人不满意，第 {case.round} 轮整改已经开始，仍由{case.unit_name}承办，整改时限见下表。"
        case Stage.REMEDIATION:
            return f"案件进入整改，由{case.unit_name}承办。"
        case Stage.CONFIRMING:
            return "已报监督人员确认是否不予采纳。"
        case _ if state.finding is not None and state.signed_at is None:
            return f"核实结论已登记，等待{case.unit_name}签收。"
        case _:
            return "本次回访已经记录。"


def _running(desk: Desk, standing: Standing) -> list[tuple[str, str, str]]:
    """Name, end and how long is left, of the limits that run."""
    reader = desk.front.reader
    return [
        (
            limit_name(clock.kind, clock.round),
            deadline(clock.due, reader.calendar(clock.due.calendar_version)),
            "" if clock.due.is_paused else countdown(clock.due.deadline, standing.now),
        )
        for clock in standing.clocks
        if clock.ended_at is None and clock.kind is not ClockKind.APPEAL_WINDOW
    ]
