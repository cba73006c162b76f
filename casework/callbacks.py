"""A callback as the person at the telephone needs it: what to ask, what was tried before, which results there are.

Decides wording, and which results a call of each kind can have. Whom to call, and whether the call is due, is decided
elsewhere; nothing here is personal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import Template

from casework.standing import Standing
from casework.text import instant
from models.callbacks import CallbackKind, CallbackResult
from models.kinds import Finding
from models.steps import Event
from models.views import EntryView


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
    """What is asked, with the case's own item, unit and day filled in."""
    case = standing.case
    item = case.task_name or "政务服务事项"
    asked = Template(text).substitute(item=item, unit=case.unit_name, assessed=instant(case.assessed_at))
    return asked.rstrip()


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
