"""A callback as the person at the telephone needs it: what to ask, what was tried before, which results there are.

Decides wording, and which results a call of each kind can have. Whom to call, and whether the call is due, is decided
elsewhere; nothing here is personal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import Template

from casework.ports import People
from casework.standing import Standing, rated_units
from casework.text import instant
from models.actors import Role
from models.callbacks import CallbackKind, CallbackResult
from models.case import UNNAMED_ITEM
from models.kinds import Finding
from models.steps import Event
from models.views import CaseView, EntryView
from policy.people import who_puts_through


@dataclass(frozen=True)
class ResultChoice:
    """One way in which a call can go. `needs_evidence` for a finding against the review (EZ-26)."""

    value: str
    label: str
    result: CallbackResult
    finding: Finding | None = None
    satisfied: bool | None = None
    needs_evidence: bool = False


_AGAINST = (Finding.MISTAKEN, Finding.MALICIOUS)


def result_choices(kind: CallbackKind, findings: Sequence[Finding]) -> list[ResultChoice]:
    """The results of a call of that kind; `findings` are those of the policy besides 属实."""
    reached = CallbackResult.REACHED
    match kind:
        case CallbackKind.VERIFICATION:
            found = [
                ResultChoice(
                    finding.value, f"{reached.label}，{finding.label}", reached, finding, None, finding in _AGAINST
                )
                for finding in (Finding.FOUNDED, *findings)
            ]
        case CallbackKind.POST_REMEDIATION:
            found = [
                ResultChoice("satisfied", f"{reached.label}，满意", reached, satisfied=True),
                ResultChoice("dissatisfied", f"{reached.label}，不满意", reached, satisfied=False),
            ]
        case CallbackKind.CONTACT:
            found = [ResultChoice(reached.value, reached.label, reached)]
    return found + [ResultChoice(each.value, each.label, each) for each in CallbackResult if each is not reached]


def choice_of(value: str) -> ResultChoice | None:
    """The result that a form names, of whatever kind of call; whether it can be recorded now the case says."""
    every = (each for kind in CallbackKind for each in result_choices(kind, _AGAINST))
    return next((each for each in every if each.value == value), None)


def script_of(text: str, standing: Standing) -> str:
    """What is asked, with the case's own item, unit, day and source filled in."""
    case = standing.case
    item = case.task_name or UNNAMED_ITEM
    asked = Template(text).substitute(
        item=item, unit=case.unit_name, assessed=instant(case.assessed_at), source=case.source.label
    )
    return asked.rstrip()


def recorded_by_others(kind: CallbackKind, recorders: Sequence[Role]) -> str:
    """What a caller reads whose call somebody else writes down."""
    who = "或".join(role.label for role in recorders)
    said = f"{kind.label}的结果由{who}登记，请把对方的答复转告。"
    if any(role.is_of_unit for role in recorders):
        said += f"{who}请您转接的，接通后由其询问，不要把号码告诉对方。"
    return said


def put_through_text(case: CaseView, people: People) -> str:
    """What a caller reads who may not see name and number: whom to ask to put the call through."""
    able = who_puts_through(rated_units(case), people.users())
    if not able:
        return "评价人的姓名和电话不向承办、协办单位显示。目录中没有可以转接的人员，请联系管理员。"
    units = "、".join(dict.fromkeys(people.unit(user.unit).name for user in able))
    return (
        f"评价人的姓名和电话不向承办、协办单位显示。请联系{able[0].role.label}（{units}），"
        f"报案件编号 {case.case_no}，由其拨通后转接给您。"
    )


def earlier_calls(entries: Iterable[EntryView], kind: CallbackKind) -> list[EntryView]:
    """What was tried before for the same purpose, oldest first."""
    return [
        entry
        for entry in entries
        if entry.event is Event.CALLBACK_RECORDED and entry.details.get("callback") == kind.label
    ]


def least_attempts(standing: Standing) -> str:
    """From when on somebody counts as not reached."""
    plan = standing.rules.policy.callback_plan
    least = f"至少拨打 {plan.attempts} 次、分在 {plan.half_days} 个以上不同的半天"
    return f"{least}仍未联系上的，才记为未联系上。"
