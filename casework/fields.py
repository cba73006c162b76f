"""How the fields of an action's message are typed and named: texts, lists, days, numbers, choices, yes or no.

Decides reading and wording only, in English keys and values or Chinese ones. Which fields a message has says
`models.actions`; what each is called says `policy.wording`.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from models.actions import MESSAGES, Action
from models.callbacks import CallbackResult
from models.errors import BadInput
from models.kinds import CaseClass, Finding, MeasureKind, Priority
from policy.wording import DETAIL_LABELS

_ANSWERS = {
    "satisfied": ("满意", "不满意"),
    "granted": ("准予", "不予"),
    "upheld": ("成立", "不成立"),
    "confirmed": ("同意", "不同意"),
    "solved": ("是", "否"),
}
"""What yes and no are called where it is not 是 and 否."""

_DAY = re.compile(r"(\d{4})(?:-|年)(\d{1,2})(?:-|月)(\d{1,2})日?")
_BETWEEN = re.compile(r"[，,、；;]")


def fields_of(action: Action) -> dict[str, FieldInfo]:
    """What the action takes, by key; who acts is not for the caller to say."""
    return {name: field for name, field in MESSAGES[action].model_fields.items() if name != "actor"}


def is_list(field: FieldInfo) -> bool:
    """Whether several values may be given."""
    return kind_of(field) is tuple


def read_value(name: str, text: str, field: FieldInfo) -> object:
    """The value that was typed. Raises BadInput that says what it should be."""
    if is_list(field):
        return tuple(part.strip() for part in _BETWEEN.split(text) if part.strip())
    found = parsed(name, text, field)
    if found is None:
        raise BadInput(f"{said(name)}的值“{text}”不对，应为 {choices(name, field)}。")
    if text == "" and field.is_required():
        raise BadInput(f"{said(name)}不能是空的。")
    return found


def parsed(name: str, text: str, field: FieldInfo) -> object | None:
    """One value as its type, from English or Chinese; None when it is none of them."""
    kind = kind_of(field)
    if read := _READERS.get(kind):
        return read(name, text)
    if issubclass(kind, StrEnum):
        return next((member for member in kind if text in (member.value, member_label(member))), None)
    return text


def said(name: str) -> str:
    """A key with what it is called."""
    return f"{name}（{DETAIL_LABELS[name]}）"


def choices(name: str, field: FieldInfo) -> str:
    """What may be filled in, in full."""
    kind = kind_of(field)
    if kind is bool:
        yes, no = answers_of(name)
        return f"true（{yes}）或 false（{no}）"
    if issubclass(kind, StrEnum):
        return "、".join(f"{member.value}（{member_label(member)}）" for member in kind)
    if kind is tuple:
        return "一项或几项，用顿号隔开，也可以写几次"
    return {date: "日期，如 2026-03-20", int: "整数"}.get(kind, "文字")


def usage(action: Action) -> list[str]:
    """What the action takes, for the help: what has to be filled in, and in brackets what may be."""
    parts = []
    for name, field in fields_of(action).items():
        text = f"{name}={_short(name, field)}"
        parts.append(text if field.is_required() else f"[{text}]")
    return parts


def takes(action: Action) -> str:
    """A sentence on what the action takes."""
    fields = fields_of(action)
    if not fields:
        return f"“{action.label}”不需要填写内容。"
    parts = []
    for name, field in fields.items():
        need = "必填" if field.is_required() else "可不填"
        parts.append(f"{name}（{DETAIL_LABELS[name]}，{need}）= {choices(name, field)}")
    return f"“{action.label}”可以填写：{'；'.join(parts)}。"


def what_is_wrong(error: ValidationError) -> str:
    """A sentence for each field that the message refuses."""
    return "".join(f"{said(name)}{fault}。" for name, fault in faults_of(error))


def faults_of(error: ValidationError) -> list[tuple[str, str]]:
    """What the message refuses: the field's key, and the rest of a sentence about it; each once."""
    says: dict[str, Callable[[dict[str, Any]], str]] = {
        "string_too_long": lambda limits: f"太长，最多 {limits['max_length']} 个字",
        "string_too_short": lambda limits: "不能是空的",
        "too_long": lambda limits: f"太多，最多 {limits['max_length']} 项",
        "too_short": lambda limits: f"至少要写 {limits['min_length']} 项",
    }
    faults = []
    for fault in error.errors():
        say = says.get(fault["type"])
        faults.append((str(fault["loc"][0]), say(fault["ctx"]) if say else "的值不对"))
    return list(dict.fromkeys(faults))


def _short(name: str, field: FieldInfo) -> str:
    kind = kind_of(field)
    if kind is bool:
        return "|".join(answers_of(name))
    if issubclass(kind, StrEnum):
        return "|".join(member_label(member) for member in kind)
    if kind is tuple:
        return f"{DETAIL_LABELS[name]}、…"
    return "2026-03-20" if kind is date else DETAIL_LABELS[name]


def kind_of(field: FieldInfo) -> type:
    """The type that a value of the field has; `tuple` for a list of texts."""
    annotation = field.annotation
    if isinstance(annotation, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    found = get_origin(annotation) or annotation
    assert isinstance(found, type)  # the messages hold texts, lists of texts, days, numbers, choices and yes-or-no
    return found


def answers_of(name: str) -> tuple[str, str]:
    """What yes and no are called in that field."""
    return _ANSWERS.get(name, ("是", "否"))


def _read_answer(name: str, text: str) -> bool | None:
    yes, no = answers_of(name)
    if text.lower() in ("true", "是", yes):
        return True
    return False if text.lower() in ("false", "否", no) else None


def _read_day(_: str, text: str) -> date | None:
    matched = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in matched.groups())) if matched else None
    except ValueError:
        return None


def _read_number(_: str, text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


_READERS: dict[type, Callable[[str, str], object]] = {bool: _read_answer, date: _read_day, int: _read_number}


def member_label(member: StrEnum) -> str:
    """A choice in Chinese."""
    assert isinstance(member, CallbackResult | Finding | CaseClass | Priority | MeasureKind)
    return member.label
