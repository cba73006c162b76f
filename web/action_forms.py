"""From an action's message to a form and back: one builder for all human actions.

Decides which inputs a form has, what may be chosen in them, and what is asked for again before anything is sent. Which
fields there are says the message (`models.actions`); whether the action is possible the case itself says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from casework.fields import answers_of, faults_of, fields_of, is_list, kind_of, member_label, parsed
from casework.ports import People
from casework.standing import Standing
from models.actions import MESSAGES, Action, ConfirmFinding, DecideAppeal, HumanAction, RecordCallback
from models.actors import Actor, Role
from models.callbacks import CallbackKind, CallbackResult
from models.clocks import ClockKind
from models.due import weekday_name
from models.errors import BadInput
from models.kinds import CaseClass, Finding, MeasureKind, Priority
from policy.people import unit_refusal
from policy.stages import class_of, handling_unit, priority_of
from policy.wording import DETAIL_LABELS

Typed = Mapping[str, tuple[str, ...]]
"""What was typed, by the fields' names."""

IRREVERSIBLE = frozenset(
    {
        Action.CONFIRM_FINDING,
        Action.CONCLUDE,
        Action.RECORD_WITHDRAWAL,
        Action.FILE_APPEAL,
        Action.DECIDE_APPEAL,
        Action.CONFIRM_APPEAL,
    }
)
"""Actions that no other action takes back; their form is shown once more before it is sent."""


class Widget(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    AREA = "area"
    LINES = "lines"
    DATE = "date"
    SELECT = "select"
    RADIO = "radio"
    CHECKS = "checks"


@dataclass(frozen=True)
class Option:
    """Something that can be chosen."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One input of a form, with what is in it and what is wrong with that. `earliest` and `latest` bound a day."""

    name: str
    label: str
    widget: Widget
    required: bool
    values: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    hint: str = ""
    fault: str = ""
    longest: int | None = None
    earliest: date | None = None
    latest: date | None = None

    @property
    def value(self) -> str:
        """What is in a field of one value."""
        return self.values[0] if self.values else ""

    @property
    def said(self) -> str:
        """What is in it, in words."""
        words = {option.value: option.label for option in self.options}
        return "\n".join(words.get(each, each) for each in self.values if each)


class Faulty(BadInput):
    """What was filled in cannot be sent as it is; `faults` has a sentence for each field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("".join(faults.values()))
        self.faults = faults


def takes_files(action: Action) -> bool:
    """Whether files may be attached: where the message names evidence."""
    return "evidence" in fields_of(action)


def typed_in(action: Action, form: FormData) -> dict[str, tuple[str, ...]]:
    """What the form holds for the action's fields, with the line ends of one system."""
    found = {}
    for name in fields_of(action):
        texts = [each.replace("\r\n", "\n").strip() for each in form.getlist(name) if isinstance(each, str)]
        if any(texts):
            found[name] = tuple(each for each in texts if each)
    return found


def given_in(action: Action, query: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What an address fills in beforehand; what cannot be in a field is left out."""
    found: dict[str, tuple[str, ...]] = {}
    for name, field in fields_of(action).items():
        if name in query:
            value = query[name] if is_list(field) else _as_typed(parsed(name, query[name], field))
            if value:
                found[name] = (value,)
    return found


def form_fields(
    action: Action, standing: Standing, people: People, typed: Typed, faults: Mapping[str, str] | None = None
) -> list[Field]:
    """The inputs of an action in this case, in the order of its message."""
    made = []
    for name, field in fields_of(action).items():
        if not _is_asked_for(action, name, standing):
            continue
        earliest, latest, span = _days(standing) if kind_of(field) is date else (None, None, "")
        made.append(
            Field(
                name=name,
                label=_LABELS.get((action, name), DETAIL_LABELS[name]),
                widget=_widget(name, field),
                required=field.is_required(),
                values=tuple(typed.get(name, ())),
                options=_options(action, name, field, standing, people),
                hint=span or _HINTS.get((action, name)) or _HINTS.get((None, name), ""),
                fault=(faults or {}).get(name, ""),
                longest=None if is_list(field) else _longest(field),
                earliest=earliest,
                latest=latest,
            )
        )
    return made


def read_message(
    action: Action, actor: Actor, standing: Standing, fields: list[Field], files: list[str]
) -> HumanAction:
    """The message that the form says; `files` are the references of its attachments. Raises Faulty."""
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    known = fields_of(action)
    for field in fields:
        try:
            read = _read(field, known[field.name], files)
        except BadInput as fault:
            faults[field.name] = str(fault)
        else:
            if read is not None:
                values[field.name] = read
    if faults:
        raise Faulty(faults)
    labels = {field.name: field.label for field in fields}
    try:
        message = MESSAGES[action](actor=actor, **values)
    except ValidationError as error:
        raise Faulty({name: f"{labels.get(name, name)}{fault}。" for name, fault in faults_of(error)}) from None
    if asked := _still_asked(message, standing):
        raise Faulty(asked)
    return message


_LABELS = {
    (Action.RETURN_ORDER, "reason_code"): "退单理由",
    (Action.PAUSE, "reason_code"): "暂停理由",
    (Action.ASSIGN_CO_UNITS, "units"): "协办单位",
    (Action.CONVENE_CONFERENCE, "units"): "参会单位",
    (Action.CONCLUDE, "reason"): "处理意见",
    (Action.URGE, "reason"): "催办意见",
    (Action.ISSUE_MEASURE, "reason"): "事由和要求",
    (Action.RECORD_LOOKBACK, "note"): "回头看的情况",
    (Action.DECIDE_APPEAL, "finding"): "认定结论",
    (Action.REQUEST_CLASS_CHANGE, "case_class"): "申请变更为",
    (Action.SET_PRIORITY, "priority"): "新的优先级",
}

_HINTS: dict[tuple[Action | None, str], str] = {
    (None, "evidence"): "每行写一项名称或编号，如录音编号；也可以在下面上传文件。不要写评价人的姓名、电话。",
    (None, "document_no"): "文书的文号，如 督字〔2026〕1号",
    (
        Action.SUBMIT_REMEDIATION,
        "measures",
    ): "采取了什么措施、结果如何。提交后作为书面反馈上报，请勿写评价人的姓名、电话。",
    (Action.ASSIGN_CO_UNITS, "units"): "新的名单替换原来的名单；一个也不选，就是不再协办。",
    (Action.RECORD_CALLBACK, "finding"): "已接通的必填；没有接通的不填。",
    (Action.RECORD_CALLBACK, "satisfied"): "已接通的必填；没有接通的不填。",
    (Action.DECIDE_APPEAL, "finding"): "申诉成立的必填；不成立的不填。",
}

_CODES = frozenset({"reason_code", "to", "to_unit"})
"""Texts that are chosen from a list, not written."""


def _is_asked_for(action: Action, name: str, standing: Standing) -> bool:
    if action is not Action.RECORD_CALLBACK:
        return True
    needed = {"finding": CallbackKind.VERIFICATION, "satisfied": CallbackKind.POST_REMEDIATION}.get(name)
    return needed is None or standing.callback_due is needed


def _widget(name: str, field: FieldInfo) -> Widget:
    kind = kind_of(field)
    if kind is tuple:
        return Widget.CHECKS if name == "units" else Widget.LINES
    if kind is date:
        return Widget.DATE
    if name in _CODES:
        return Widget.SELECT
    if kind is bool or issubclass(kind, StrEnum):
        return Widget.RADIO if field.is_required() else Widget.SELECT
    return Widget.AREA if (_longest(field) or 0) > 200 else Widget.LINE


def _longest(field: FieldInfo) -> int | None:
    return next((each.max_length for each in field.metadata if hasattr(each, "max_length")), None)


def _options(action: Action, name: str, field: FieldInfo, standing: Standing, people: People) -> tuple[Option, ...]:
    state, order, policy = standing.state, standing.order, standing.rules.policy
    unit = handling_unit(state, order)
    match name:
        case "reason_code":
            reasons = policy.returns.reasons if action is Action.RETURN_ORDER else policy.pause.reasons
            return tuple(Option(code, text) for code, text in reasons.items())
        case "to_unit":
            return _units(people)
        case "units":
            return tuple(
                option for option in _units(people) if option.value != unit or action is not Action.ASSIGN_CO_UNITS
            )
        case "to":
            officers = [user for user in people.users() if (user.role, user.unit) == (Role.OFFICER, unit)]
            return tuple(
                Option(each.id, each.name) for each in officers if each.id != state.assignee and not each.disabled
            )
    kind = kind_of(field)
    if kind is bool:
        yes, no = answers_of(name)
        return (Option("true", yes), Option("false", no))
    if not issubclass(kind, StrEnum):
        return ()
    return tuple(Option(each.value, _member(each, standing)) for each in _members(action, kind, standing))


def _members(action: Action, kind: type[StrEnum], standing: Standing) -> list[StrEnum]:
    """The choices that the policy has and the case does not rule out."""
    state, order, policy = standing.state, standing.order, standing.rules.policy
    if kind is Finding:
        return [*([] if action is Action.DECIDE_APPEAL else [Finding.FOUNDED]), *policy.void_outcomes]
    if kind is CaseClass:
        return [each for each in CaseClass if each in policy.class_limits and each is not class_of(state, order)]
    if kind is Priority:
        return [each for each in policy.priorities if each is not priority_of(state, order)]
    if kind is MeasureKind:
        if action is Action.FULFIL_MEASURE:
            return list(state.open_measures)
        return [each for each in MeasureKind if each in policy.measure_limits and each not in state.open_measures]
    return list(kind)


def _member(member: StrEnum, standing: Standing) -> str:
    policy = standing.rules.policy
    if isinstance(member, CaseClass):
        return f"{member.label}（整改时限 {policy.class_limits[member]}）"
    if isinstance(member, MeasureKind) and member in policy.measure_limits:
        return f"{member.label}（时限 {policy.measure_limits[member]}）"
    return member_label(member)


def _units(people: People) -> tuple[Option, ...]:
    """Units to which a case can go: those that have somebody to sign for it."""
    units, users = people.units(), people.users()
    return tuple(Option(each.id, each.name) for each in units if unit_refusal(each.id, units, users) is None)


def _days(standing: Standing) -> tuple[date | None, date | None, str]:
    """From which day to which an extension may reach, and how that is said."""
    clock = standing.state.clock(ClockKind.REMEDIATION)
    if clock is None or clock.due.is_paused:
        return None, None, ""
    latest = clock.extendable_to
    hint = f"现在的期限是 {clock.due.label}"
    if latest is not None:
        hint += f"，最迟可延至 {latest.year}年{latest.month}月{latest.day}日（{weekday_name(latest)}）"
    return clock.due.last_day + timedelta(days=1), latest, f"{hint}。"


def _read(field: Field, info: FieldInfo, files: list[str]) -> object | None:
    """The field's value; None when nothing was filled in. Raises BadInput with the sentence for its reader."""
    known = {option.value for option in field.options}
    chosen = field.widget in (Widget.SELECT, Widget.RADIO, Widget.CHECKS)
    if chosen and any(each not in known for each in field.values):
        raise BadInput(f"请从列出的选项中选择{field.label}。")
    if is_list(info):
        typed = [line.strip() for each in field.values for line in each.split("\n") if line.strip()]
        return (*typed, *(files if field.widget is Widget.LINES else ()))
    if not field.value:
        if field.required:
            raise BadInput(f"请{'选择' if chosen else '填写'}{field.label}。")
        return None
    found = parsed(field.name, field.value, info)
    if found is None:
        raise BadInput(
            f"{field.label}请写成日期，如 2026-03-20。" if kind_of(info) is date else f"{field.label}的值不对。"
        )
    return found


def _still_asked(message: HumanAction, standing: Standing) -> dict[str, str]:
    """What this case asks for besides, in the words of the form; the case itself would refuse it in its own."""
    state = standing.state
    evidence = "认定误评或恶意差评至少要有一份证据，请上传文件，或写明证据名称、编号。"
    match message:
        case RecordCallback():
            return _asked_of_a_call(message, standing.callback_due)
        case DecideAppeal(upheld=True, finding=None):
            return {"finding": "申诉成立的，请选择认定结论。"}
        case DecideAppeal(upheld=False) if message.finding is not None:
            return {"finding": "申诉不成立的，不选认定结论。"}
        case DecideAppeal(upheld=True, evidence=()) if not (state.appeal and state.appeal.has_evidence):
            return {"evidence": evidence}
        case ConfirmFinding(evidence=()) if not state.finding_evidence:
            return {"evidence": evidence}
    return {}


def _asked_of_a_call(message: RecordCallback, due: CallbackKind | None) -> dict[str, str]:
    name, label = ("finding", "核实结论") if due is CallbackKind.VERIFICATION else ("satisfied", "是否满意")
    if due not in (CallbackKind.VERIFICATION, CallbackKind.POST_REMEDIATION):
        return {}
    filled_in = getattr(message, name) is not None
    if message.result is CallbackResult.REACHED and not filled_in:
        return {name: f"已接通的，请选择{label}。"}
    if message.result is not CallbackResult.REACHED and filled_in:
        return {name: f"没有接通的，不选{label}。"}
    return {}


def _as_typed(value: object | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
