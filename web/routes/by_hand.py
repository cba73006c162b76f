"""A case by hand: somebody calls, writes or stands at a window, and the hotline registers what was reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.reports import callback_promise, need_a_place_for, need_right_to_register, report_form
from models.actors import Role
from models.errors import ActionRefused, BadInput, EngineUnavailable, StackNotRunning
from models.kinds import CaseClass, CaseSource, Priority
from models.people import Unit
from models.policy import Policy
from models.reports import ReportForm
from models.views import CaseView
from policy.dispatch import usual_source
from web.access import Here, Who, allowed
from web.forms import KEY_FIELD, Form, fresh_key, text_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

in_menu("登记", "/cases/new", Role.HOTLINE)

_FIELDS = (
    "jurisdiction", "source", "unit", "task_name", "task_code", "matter", "case_class", "priority", "reporter_name",
    "mobile",
)  # fmt: skip
_NAMES = {"（--source）": "", "（--item）": "", "（--matter）": "", "（--mobile）": "", "（--name）": ""}
"""What the form of the command calls its fields; on a page they have labels."""


@dataclass(frozen=True)
class NewCasePage:
    """The form, or first the choice of the place where there are several."""

    places: tuple[tuple[str, str], ...]
    policy: Policy | None
    sources: tuple[CaseSource, ...]
    units: tuple[Unit, ...]
    classes: tuple[CaseClass, ...]
    key: str
    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    done: CaseView | None = None
    title: str = "登记群众反映"


@router.get("/cases/new", dependencies=[allowed(Role.HOTLINE, Role.SUPERVISOR)])
def new_case(request: Request, desk: Here, who: Who, jurisdiction: str = "", done: str = "") -> Response:
    """The form."""
    page = _page(desk, {"jurisdiction": jurisdiction}, done=desk.front.reader.case(done) if done else None)
    return render(request, "new_case.html", page)


@router.post("/cases/new", dependencies=[allowed(Role.HOTLINE, Role.SUPERVISOR)])
def register(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Write the report down and open its case. The same form sent twice is one report."""
    typed = {name: text_of(form, name) for name in _FIELDS}
    key = text_of(form, KEY_FIELD) or fresh_key()
    reception = desk.reception
    try:
        policy = reception.policy_of(typed["jurisdiction"])
        need_right_to_register(reception.people.user(who.user), policy, reception)
        filled = _filled(typed)
        need_a_place_for(filled, policy, reception)
    except (ActionRefused, BadInput) as error:
        said = str(error)
        for name, shown in _NAMES.items():
            said = said.replace(name, shown)
        return render(request, "new_case.html", _page(desk, typed, key, said), 422)
    report = reception.register(filled, who.user, reception.now(), key)
    try:
        reception.open_case(report)
    except (EngineUnavailable, StackNotRunning) as error:
        said = f"已登记：{report.report_no}（{callback_promise(report)}）。案件 {report.case_no} 还没有立案"
        raise EngineUnavailable(f"{said}，系统恢复后会自动立案；请不要重复登记。") from error
    return RedirectResponse(f"/cases/new?done={report.case_no}", status_code=303)


def _filled(typed: Mapping[str, str]) -> ReportForm:
    choices: tuple[tuple[str, type[StrEnum], str], ...] = (
        ("source", CaseSource, "来源"),
        ("case_class", CaseClass, "类别"),
        ("priority", Priority, "优先级"),
    )
    for name, kind, label in choices:
        if typed[name] not in tuple(kind):
            raise BadInput(f"请选择{label}。")
    return report_form(**typed)


def _page(
    desk: Desk, typed: Mapping[str, str], key: str = "", refusal: str = "", done: CaseView | None = None
) -> NewCasePage:
    reception = desk.reception
    sources = {each: by_hand for each in desk.shelf.ids() if (by_hand := reception.by_hand(each))}
    chosen = typed.get("jurisdiction") or (next(iter(sources)) if len(sources) == 1 else "")
    if chosen and chosen not in sources:
        raise BadInput(f"“{chosen}”没有可以由人工登记的来源，不能登记；请从页面上重新选择地区。")
    policy = reception.policy_of(chosen) if chosen else None
    usual = usual_source(sources[chosen]) if chosen else None
    officers = {user.unit for user in desk.front.people.users() if user.role is Role.OFFICER}
    return NewCasePage(
        places=tuple((each, reception.policy_of(each).name) for each in sources),
        policy=policy,
        sources=sources.get(chosen, ()),
        units=tuple(unit for unit in desk.front.people.units() if unit.id in officers),
        classes=tuple(each for each in CaseClass if policy and each in policy.class_limits),
        key=key or fresh_key(),
        typed={**dict.fromkeys(_FIELDS, ""), "source": usual or "", **typed, "jurisdiction": chosen},
        refusal=refusal,
        done=done,
    )
