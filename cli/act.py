"""`act CASE ACTION --as USER [--set key=value …] [--key KEY]`: one human action.

Decides how an action's message is read from what was typed, in English keys or Chinese ones. Whether the action is
possible the case itself says.
"""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from enum import StrEnum
from types import UnionType
from typing import Any, TextIO, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from cli.context import Context
from cli.standing import visible_case
from cli.text import instant
from models.actions import MESSAGES, Action, HumanAction, Receipt
from models.actors import Actor
from models.callbacks import CallbackResult
from models.case import Finding
from models.errors import BadInput, EngineUnavailable
from policy.wording import DETAIL_LABELS

_YES = frozenset({"true", "是", "满意"})
_NO = frozenset({"false", "否", "不满意"})
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}")


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "办理一个案件。可以办理的动作和要填写的内容：\n" + "\n".join(
        f"  {action.value}：{takes(action)}" for action in Action
    )
    parser.epilog = (
        "例：act 案件编号 record_callback --as hotline-01 --set result=reached finding=founded note='称等候过久'\n"
        "同一个 --key 重复提交只办理一次。"
    )
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("action", metavar="ACTION", help="动作，英文或中文名，如 sign_off 或 签收")
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="以哪个用户办理，如 officer-renshe")
    parser.add_argument(
        "--set", dest="given", metavar="键=值", nargs="+", action="extend", default=[], help="填写的内容，可写多项"
    )
    parser.add_argument("--key", metavar="KEY", help="本次办理的编号；重试时写上次的编号")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Send the action and print what it led to."""
    key = None if args.key is None else read_key(args.key)
    action = read_action(args.action)
    actor = context.people.actor(args.user)
    message = read_message(action, actor, args.given)
    visible_case(context, args.case_no, args.user)
    receipt = send(context, args.case_no, action, message, key, err)
    print_receipt(receipt, out)
    return 0


def send(context: Context, case_no: str, action: Action, message: HumanAction, key: str | None, err: TextIO) -> Receipt:
    """Pass the action on under its key. When the engine does not answer, tell the key with which to try again."""
    key = key or context.new_key()
    try:
        return context.act(case_no, action, message, key)
    except EngineUnavailable:
        print(f"本次办理的编号：{key}。重试时加上 --key {key}，不会重复办理。", file=err)
        raise


def print_receipt(receipt: Receipt, out: TextIO) -> None:
    """What the action led to, and which step it was."""
    print(receipt.said, file=out)
    print(f"（{receipt.case_no} 第 {receipt.seq} 步，{instant(receipt.at)}）", file=out)


def read_action(text: str) -> Action:
    """The action of that name, English or Chinese. Raises BadInput that lists them."""
    for action in Action:
        if text in (action.value, action.label):
            return action
    known = "；".join(f"{action.value}（{action.label}）" for action in Action)
    raise BadInput(f"没有“{text}”这个动作。可以办理：{known}。")


def read_message(action: Action, actor: Actor, given: list[str]) -> HumanAction:
    """The action's message from `key=value` texts. Raises BadInput that says what the action takes."""
    kind = MESSAGES[action]
    fields = {name: field for name, field in kind.model_fields.items() if name != "actor"}
    values: dict[str, Any] = {}
    for text in given:
        name, value = _split(text, action, fields)
        if name in values:
            raise BadInput(f"“{name}”写了两次，只能写一次。")
        values[name] = _read_value(name, value, fields[name])
    missing = [name for name, field in fields.items() if field.is_required() and name not in values]
    if missing:
        names = "、".join(f"{name}（{DETAIL_LABELS[name]}）" for name in missing)
        raise BadInput(f"“{action.label}”还须填写 {names}。{takes(action)}")
    try:
        return kind(actor=actor, **values)
    except ValidationError as error:
        raise BadInput(f"{_what_is_wrong(error)}{takes(action)}") from None


def read_key(key: str) -> str:
    """An action's key as it was typed. Raises BadInput for one that could not travel."""
    if not _KEY.fullmatch(key):
        raise BadInput(f"编号“{key}”不对：--key 只能用字母、数字、点、横线和下划线，1 到 100 个字符。")
    return key


def takes(action: Action) -> str:
    """A sentence on what the action takes."""
    fields = [(name, field) for name, field in MESSAGES[action].model_fields.items() if name != "actor"]
    if not fields:
        return f"“{action.label}”不需要填写内容。"
    parts = []
    for name, field in fields:
        need = "必填" if field.is_required() else "可不填"
        parts.append(f"{name}（{DETAIL_LABELS[name]}，{need}）= {_choices(field)}")
    return f"“{action.label}”可以填写：{'；'.join(parts)}。"


def _split(text: str, action: Action, fields: dict[str, FieldInfo]) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise BadInput(f"“{text}”应写成 键=值，中间用等号；值里有空格时用引号括起来。{takes(action)}")
    name = name.strip()
    by_label = {DETAIL_LABELS[each]: each for each in fields}
    name = by_label.get(name, name)
    if name not in fields:
        raise BadInput(f"“{action.label}”没有“{name}”这一项。{takes(action)}")
    return name, value.strip()


def _read_value(name: str, value: str, field: FieldInfo) -> object:
    kind = _kind(field)
    if kind is bool:
        if value.lower() in _YES | _NO:
            return value.lower() in _YES
        raise BadInput(f"{name}（{DETAIL_LABELS[name]}）的值“{value}”不对，应为 {_choices(field)}。")
    if issubclass(kind, StrEnum):
        for member in kind:
            if value in (member.value, _label(member)):
                return member
        raise BadInput(f"{name}（{DETAIL_LABELS[name]}）的值“{value}”不对，应为 {_choices(field)}。")
    if not value and field.is_required():
        raise BadInput(f"{name}（{DETAIL_LABELS[name]}）不能是空的。")
    return value


def _choices(field: FieldInfo) -> str:
    kind = _kind(field)
    if kind is bool:
        return "true（是）或 false（否）"
    if issubclass(kind, StrEnum):
        return "、".join(f"{member.value}（{_label(member)}）" for member in kind)
    return "文字"


def _kind(field: FieldInfo) -> type:
    annotation = field.annotation
    if isinstance(annotation, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    assert isinstance(annotation, type)  # the messages hold texts, choices and yes-or-no only
    return annotation


def _label(member: StrEnum) -> str:
    assert isinstance(member, CallbackResult | Finding)
    return member.label


def _what_is_wrong(error: ValidationError) -> str:
    said: dict[str, Callable[[dict[str, Any]], str]] = {
        "string_too_long": lambda limits: f"太长，最多 {limits['max_length']} 个字",
        "string_too_short": lambda limits: "不能是空的",
    }
    faults = []
    for fault in error.errors():
        name = str(fault["loc"][0])
        say = said.get(fault["type"])
        faults.append(f"{name}（{DETAIL_LABELS[name]}）" + (say(fault["ctx"]) if say else "的值不对") + "。")
    return "".join(faults)
