"""The messages of a step: who gets which letter over which channel, with the facts that letters may say.

What has to be told is decided in `policy.procedure`; the wording stands in the letters of the jurisdiction; sending is
the courier's. What follows a person's act leaves at once; what a clock says at night waits until the policy's hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from adapters.directory import Directory
from adapters.policies import Rules
from models.actors import Role
from models.case import UNNAMED_ITEM, CaseState
from models.clocks import ClockKind, RungKind
from models.due import DueDate, in_shanghai
from models.notices import Channel, Fact, Message, NoticeKind, message_key
from models.people import Unit, User
from models.steps import NoticeOrder, Step, TaskKind
from policy.deadlines import next_opening
from policy.stages import holder_of

_PARAMETERS = {
    ClockKind.SIGN_OFF: "signoff_limit",
    ClockKind.VERIFICATION: "verify_callback_limit",
    ClockKind.CONFIRMATION: "confirm_limit",
    ClockKind.REMEDIATION: "class_limits",
    ClockKind.ADVISORY: "advisory_cap",
    ClockKind.POST_CALLBACK: "post_callback_limit",
    ClockKind.SUPERVISION: "supervision_limit",
    ClockKind.REDISPATCH: "redispatch_limit",
    ClockKind.APPEAL_WINDOW: "appeal_window",
    ClockKind.APPEAL_REVIEW: "appeal_review_limit",
    ClockKind.APPEAL_CONFIRM: "appeal_confirm_limit",
    ClockKind.PAUSE: "pause",
    ClockKind.CONFERENCE: "conference_limit",
    ClockKind.SUPERVISE: "measure_limits",
    ClockKind.INTERVIEW: "measure_limits",
    ClockKind.CIRCULAR: "measure_limits",
    ClockKind.REFERRAL: "measure_limits",
    ClockKind.LOOKBACK: "lookback",
}
"""Which parameter of the policy a limit comes from, and so which source a letter cites."""


@dataclass(frozen=True)
class Remediation:
    """The last remediation of a case, for its closing report."""

    measures: str
    at: datetime


@dataclass(frozen=True)
class Letterhead:
    """All that the messages of one step are made of."""

    step: Step
    case: Row[Any]
    rules: Rules
    dues: dict[ClockKind, DueDate]
    missed: list[str]
    remediation: Remediation | None = None
    before: dict[ClockKind, DueDate] = field(default_factory=dict)
    """How the limits that the step moves stood before it."""


def compose(head: Letterhead, directory: Directory) -> Iterator[Message]:
    """The messages of a step, one for each person and channel."""
    policy = head.rules.policy
    not_before = head.step.at
    if head.step.rung is not None:
        not_before = next_opening(head.step.at, policy.notice_hours, head.rules.calendar, any_day=True)
    unit = directory.unit(head.step.unit)
    for order in head.step.notices:
        if order.kind is NoticeKind.DATE_MOVED and not _has_moved(head, order):
            continue
        context = _facts(head, unit) | _letter_facts(head, order)
        about = order.task or order.clock or ""
        for person in _people(head, order, directory):
            for way in policy.notice_channels.get(order.to, ()):
                yield _message(head, order.kind, Channel(way), person.id, context, not_before, about)
    for kind in head.step.to_evaluator:
        context = _facts(head, unit) | {Fact.REASON: head.step.details.get("reason")}
        later = next_opening(head.step.at, policy.notice_hours, head.rules.calendar, any_day=True)
        yield _message(head, kind, Channel.SMS, evaluator_of(head.step.case_no), context, later)
    for kind in head.step.reports:
        context = _facts(head, unit) | _report_facts(head, kind)
        for channel in kind.channels:
            yield _message(head, kind, channel, policy.report_office, context, head.step.at)


def evaluator_of(case_no: str) -> str:
    """The recipient of a message to the evaluator; the number behind it is looked up when the message leaves."""
    return f"evaluator:{case_no}"


def _people(head: Letterhead, order: NoticeOrder, directory: Directory) -> list[User]:
    """Everybody whom the order means: one user, the rated clerk, or all of the role who are responsible."""
    people = directory.people(order.to, order.unit or head.step.unit)
    if order.user is not None:
        return [person for person in directory.users() if person.id == order.user]
    if order.to is Role.CLERK and head.case.staff_no:
        return [person for person in people if person.staff_no == head.case.staff_no]
    return people


def _has_moved(head: Letterhead, order: NoticeOrder) -> bool:
    if order.clock not in head.before or order.clock not in head.dues:
        return False
    return head.before[order.clock].deadline != head.dues[order.clock].deadline


def _message(
    head: Letterhead,
    kind: NoticeKind,
    channel: Channel,
    recipient: str,
    context: dict[Fact, str | None],
    not_before: datetime,
    about: str = "",
) -> Message:
    step = head.step
    return Message(
        key=message_key(step.case_no, step.seq, kind, recipient, channel, about),
        case_no=step.case_no,
        jurisdiction=step.jurisdiction,
        kind=kind,
        channel=channel,
        recipient=recipient,
        context={fact.value: text for fact, text in context.items() if text},
        not_before=not_before,
        created_at=step.at,
    )


def _facts(head: Letterhead, unit: Unit) -> dict[Fact, str | None]:
    case, facts = head.case, head.step.facts
    return {
        Fact.CASE_NO: case.case_no,
        Fact.PROJECT_NO: case.project_no,
        Fact.ASSESS_NUMBER: str(case.assess_number),
        Fact.ITEM_NAME: case.task_name or UNNAMED_ITEM,
        Fact.ITEM_CODE: case.task_code,
        Fact.UNIT_NAME: unit.name,
        Fact.UNIT_CODE: unit.uscc,
        Fact.AREA_CODE: unit.area_code,
        Fact.STAGE: facts.stage.label,
        Fact.FINDING: facts.finding.label if facts.finding else None,
        Fact.FINDING_BASIS: facts.finding_basis.label if facts.finding_basis else None,
    }


def _letter_facts(head: Letterhead, order: NoticeOrder) -> dict[Fact, str | None]:
    step, reached = head.step, head.step.rung
    facts: dict[Fact, str | None] = {
        Fact.TASK_NAME: order.task.label if order.task else None,
        Fact.REASON: step.details.get("reason"),
    }
    if step.facts.ending:
        facts[Fact.ENDING] = step.facts.ending.label
        facts[Fact.CLOSED_AT] = _moment(step.at)
    if order.clock is not None:
        facts[Fact.CLOCK_NAME] = order.clock.label
        facts[Fact.DUE] = due_text(head.dues[order.clock], head.rules)
        facts[Fact.CLAUSE] = head.rules.sources.get(_PARAMETERS[order.clock])
    elif order.kind in (NoticeKind.TASK_ASSIGNED, NoticeKind.APPEAL_RIGHTS):
        facts[Fact.DUE] = "尽快"
    facts |= _facts_of_kind(head, order)
    if reached is not None:
        facts[Fact.SHARE] = f"{reached.rung.number}%" if reached.rung.kind is RungKind.SHARE else "100%"
        facts[Fact.DAYS_LATE] = str(reached.rung.number) if reached.rung.kind is RungKind.REPEAT else None
        state = CaseState.model_validate(step.state or {})
        facts[Fact.RESPONSIBLE] = holder_of(reached.clock.kind, head.rules.policy, state).label
    return facts


def _facts_of_kind(head: Letterhead, order: NoticeOrder) -> dict[Fact, str | None]:
    """What only one kind of letter says."""
    details = head.step.details
    match order.kind:
        case NoticeKind.EXTENSION_DECIDED:
            return {Fact.GRANTED: details.get("granted")}
        case NoticeKind.CLASS_CHANGED:
            return {Fact.GRANTED: details.get("granted"), Fact.CASE_CLASS: details.get("case_class")}
        case NoticeKind.APPEAL_RIGHTS:
            return {Fact.RESPONSIBLE: head.rules.policy.appeal_reviewer}
        case NoticeKind.TASK_ASSIGNED if order.task is TaskKind.REVIEW_APPEAL:
            return {Fact.RESPONSIBLE: head.rules.policy.appeal_reviewer}
        case NoticeKind.APPEAL_DECIDED:
            reviewer = head.rules.policy.appeal_reviewer
            return {Fact.APPEAL_RESULT: details.get("appeal_result"), Fact.RESPONSIBLE: reviewer}
        case NoticeKind.DATE_MOVED if order.clock is not None:
            why = details.get("notice") or details.get("reason") or head.step.event.label
            return {Fact.OLD_DUE: head.before[order.clock].label, Fact.NOTICE: details.get("notice"), Fact.REASON: why}
        case NoticeKind.MEASURE_ISSUED | NoticeKind.ESCALATED:
            return {Fact.MEASURE: details.get("measure"), Fact.DOCUMENT_NO: details.get("document_no")}
        case NoticeKind.REASSIGNED:
            actor = head.step.actor.user if head.step.actor else None
            return {Fact.RESPONSIBLE: details.get("to") or actor}
        case NoticeKind.CONFERENCE:
            return {Fact.UNITS: details.get("units")}
        case _:
            return {}


def _report_facts(head: Letterhead, kind: NoticeKind) -> dict[Fact, str | None]:
    step, case = head.step, head.case
    facts: dict[Fact, str | None] = {
        Fact.DISPATCHED_AT: in_shanghai(case.dispatched_at).isoformat(timespec="seconds"),
        Fact.SIGNED_AT: in_shanghai(case.signed_at).isoformat(timespec="seconds") if case.signed_at else None,
        Fact.ROUNDS: str(step.facts.round),
    }
    if kind is NoticeKind.WRITTEN_FEEDBACK:
        facts[Fact.MEASURES] = step.details.get("measures")
        facts[Fact.RESULT] = f"第{step.facts.round}轮整改已完成"
        facts[Fact.FEEDBACK_AT] = in_shanghai(step.at).isoformat(timespec="seconds")
    if kind is NoticeKind.CLOSING_REPORT and step.facts.ending:
        facts[Fact.ENDING] = step.facts.ending.label
        facts[Fact.CLOSED_AT] = in_shanghai(step.at).isoformat(timespec="seconds")
        facts[Fact.MISSED_CLOCKS] = "、".join(head.missed) or None
        facts[Fact.REASON] = step.details.get("reason")
        facts[Fact.CALLBACK_RESULT] = step.details.get("satisfied") or step.details.get("result")
        if head.remediation is not None:
            facts[Fact.MEASURES] = head.remediation.measures
            facts[Fact.FEEDBACK_AT] = in_shanghai(head.remediation.at).isoformat(timespec="seconds")
            facts[Fact.RESULT] = f"第{step.facts.round}轮整改已完成"
    return facts


def due_text(due: DueDate, rules: Rules) -> str:
    """A due date as letters say it, with 调休 named: 2026年2月14日（周六，调休上班）24:00前."""
    makeup = rules.calendar.is_working_day(due.last_day) and due.last_day.weekday() >= 5
    label = due.label.replace("）", "，调休上班）", 1) if makeup else due.label
    return f"{label}前"


def _moment(at: datetime) -> str:
    local = in_shanghai(at)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
