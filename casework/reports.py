"""Taking in what a citizen reports (群众反映): by telephone, in writing, at the 办不成事 window (GH-01, GH-29).

Decides what has to be right before it is written down. Who may register it, and which sources and classes a place has,
stands in `policy`; numbering, storing and opening its case are handed in.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from casework.ports import People
from models.errors import ActionRefused, BadInput
from models.kinds import CaseSource
from models.people import User
from models.policy import Policy
from models.reports import CitizenReport, ReportForm
from policy.dispatch import classification_refusal, source_refusal, sources_by_hand
from policy.people import registration_refusal, unit_refusal


class Register(Protocol):
    """Writes a report down; the same `key` again gives the same report."""

    def __call__(self, form: ReportForm, by: str, now: datetime, key: str | None = None) -> CitizenReport:
        """The registered report."""
        ...


@dataclass(frozen=True)
class RegisterPorts:
    """What the registration needs.

    `sources_of` names the sources of cases in a jurisdiction (`case_sources`), `register` writes a report down, and
    `open_case` opens its case and notes it.
    """

    people: People
    policy_of: Callable[[str], Policy]
    sources_of: Callable[[str], Collection[str]]
    register: Register
    open_case: Callable[[CitizenReport], None]
    now: Callable[[], datetime]

    def by_hand(self, jurisdiction: str) -> tuple[CaseSource, ...]:
        """The sources from which reports are registered there."""
        return sources_by_hand(self.sources_of(jurisdiction))


def need_right_to_register(by: User, policy: Policy, ports: RegisterPorts) -> None:
    """Raise ActionRefused unless that person may register reports, and the place has a source of them."""
    if refusal := registration_refusal(by):
        raise ActionRefused(refusal)
    if not ports.by_hand(policy.jurisdiction):
        known = "、".join(each.label for each in CaseSource if each.is_by_hand)
        raise ActionRefused(
            f"{policy.name}的规则（case_sources）没有可以由人工登记的来源（{known}），不能登记；差评由评价渠道导入后立案。"
        )


def need_a_place_for(form: ReportForm, policy: Policy, ports: RegisterPorts) -> None:
    """Raise BadInput unless source, class and priority are the policy's and the unit can take a case."""
    refusal = (
        source_refusal(form.source, ports.by_hand(policy.jurisdiction), policy)
        or classification_refusal(form.case_class, form.priority, policy)
        or unit_refusal(form.unit, ports.people.units(), ports.people.users())
    )
    if refusal:
        raise BadInput(refusal)


def report_form(**fields: Any) -> ReportForm:
    """The form with these fields. Raises BadInput with a sentence for each gap."""
    try:
        return ReportForm(**fields)
    except ValidationError as error:
        raise BadInput("".join(each["msg"].removeprefix("Value error, ") for each in error.errors())) from None


def callback_promise(report: CitizenReport) -> str:
    """Whether the reporter can be called."""
    return "未留电话，按匿名办理，免予回访" if report.anonymous else "已留电话，供回访使用"
