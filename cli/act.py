"""`act CASE ACTION --as USER [--for ABSENT] [--set key=value …] [--key KEY]`: one human action.

Decides how an action is picked from what was typed, in whose name it is taken, and that the people and units it names
exist. How its fields are read stands in `casework.fields`; whether the action is possible the case itself says.
"""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any, TextIO

from pydantic import ValidationError

from casework.fields import fields_of, is_list, read_value, said, takes, usage, what_is_wrong
from casework.standing import in_whose_name, visible_case
from casework.text import instant, width
from cli.context import Context
from models.actions import (
    MESSAGES,
    Action,
    AssignCoUnits,
    ConveneConference,
    HumanAction,
    Pause,
    Reassign,
    Receipt,
    Redispatch,
    ReturnOrder,
)
from models.actors import Actor, Role
from models.errors import BadInput, EngineUnavailable
from models.views import CaseView
from policy.people import unit_refusal
from policy.wording import DETAIL_LABELS

GROUPS = {
    "办理": (
        Action.SIGN_OFF,
        Action.RETURN_ORDER,
        Action.REDISPATCH,
        Action.TRIGGER_CALLBACK,
        Action.RECORD_CALLBACK,
        Action.RECORD_WITHDRAWAL,
        Action.CONFIRM_FINDING,
        Action.REJECT_FINDING,
        Action.SUBMIT_REMEDIATION,
    ),
    "申诉": (Action.FILE_APPEAL, Action.ALLOW_LATE_APPEAL, Action.DECIDE_APPEAL, Action.CONFIRM_APPEAL),
    "期限": (
        Action.REQUEST_EXTENSION,
        Action.DECIDE_EXTENSION,
        Action.REQUEST_CLASS_CHANGE,
        Action.DECIDE_CLASS_CHANGE,
        Action.PAUSE,
        Action.RESUME,
        Action.APPLY_CALENDAR,
    ),
    "协同": (
        Action.ASSIGN_CO_UNITS,
        Action.SUBMIT_CO_OPINION,
        Action.CONVENE_CONFERENCE,
        Action.CONCLUDE_CONFERENCE,
        Action.TAKE_OVER,
        Action.SET_PRIORITY,
        Action.REASSIGN,
        Action.FORCE_CLAIM,
    ),
    "督查": (
        Action.URGE,
        Action.ISSUE_MEASURE,
        Action.FULFIL_MEASURE,
        Action.CONCLUDE,
        Action.RECORD_LOOKBACK,
    ),
}
"""The actions as the help groups them."""

_TERMINAL = 110
"""Columns that a line of the help may take."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}")


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "办理一个案件。动作可以写英文名或中文名；方括号里的可以不填，键和值也都可以写中文名。\n\n" + _listed_actions()
    )
    parser.epilog = (
        "例：act 案件编号 record_callback --as hotline-01 --set result=reached finding=founded note='称等候过久'\n"
        "    act 案件编号 申请延期 --as officer-renshe --set 延期至=2026-03-20 理由='须等设备到货'\n"
        "清单用顿号或逗号隔开（evidence='录音A、登记表B'），也可以写几次。同一个 --key 重复提交只办理一次。"
    )
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("action", metavar="ACTION", help="动作，英文或中文名，如 sign_off 或 签收")
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="以哪个用户办理，如 officer-renshe")
    parser.add_argument(
        "--for", dest="absent", metavar="ABSENT", help="代理谁办理；经办人请假、您今天是其代理人的，不写也会自动填上"
    )
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
    case, _ = visible_case(context, args.case_no, args.user)
    _need_known_people(message, case, context)
    in_full = {"actor": in_whose_name(context, case, actor, args.absent), **_reason_code(message, case, context)}
    receipt = send(context, args.case_no, action, message.model_copy(update=in_full), key, err)
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
    fields = fields_of(action)
    values: dict[str, Any] = {}
    for text in given:
        name, value = _split(text, action)
        if name in values and not is_list(fields[name]):
            raise BadInput(f"“{name}”写了两次，只能写一次。")
        read = read_value(name, value, fields[name])
        values[name] = (*values.get(name, ()), *read) if isinstance(read, tuple) else read
    missing = [name for name, field in fields.items() if field.is_required() and name not in values]
    if missing:
        raise BadInput(f"“{action.label}”还须填写 {'、'.join(said(name) for name in missing)}。{takes(action)}")
    try:
        return MESSAGES[action](actor=actor, **values)
    except ValidationError as error:
        raise BadInput(f"{what_is_wrong(error)}{takes(action)}") from None


def read_key(key: str) -> str:
    """An action's key as it was typed. Raises BadInput for one that could not travel."""
    if not _KEY.fullmatch(key):
        raise BadInput(f"编号“{key}”不对：--key 只能用字母、数字、点、横线和下划线，1 到 100 个字符。")
    return key


def _listed_actions() -> str:
    """Every action with its two names and what it takes, by group."""
    name_width = max(len(action.value) for action in Action)
    label_width = max(width(action.label) for action in Action)
    lines = []
    for group, actions in GROUPS.items():
        lines.append(group)
        for action in actions:
            label = action.label + " " * (label_width - width(action.label))
            head = f"  {action.value:<{name_width}}  {label}  "
            lines += _wrapped(head, usage(action))
    return "\n".join(lines)


def _wrapped(head: str, parts: Sequence[str]) -> list[str]:
    """The parts behind the head, on as many lines as a terminal needs."""
    lines = [head]
    for part in parts:
        if width(lines[-1]) + width(part) > _TERMINAL and lines[-1].strip() != head.strip():
            lines.append(" " * width(head))
        lines[-1] += f"{part} "
    return [line.rstrip() for line in lines]


def _split(text: str, action: Action) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise BadInput(f"“{text}”应写成 键=值，中间用等号；值里有空格时用引号括起来。{takes(action)}")
    name = name.strip()
    fields = fields_of(action)
    by_label = {DETAIL_LABELS[each]: each for each in fields}
    name = by_label.get(name, name)
    if name not in fields:
        raise BadInput(f"“{action.label}”没有“{name}”这一项。{takes(action)}")
    return name, value.strip()


def _reason_code(message: HumanAction, case: CaseView, context: Context) -> dict[str, str]:
    """The code of a reason from the policy's list that was typed in its own words."""
    if not isinstance(message, ReturnOrder | Pause):
        return {}
    policy = context.rules(case.policy_digest, case.calendar_version).policy
    reasons = policy.returns.reasons if isinstance(message, ReturnOrder) else policy.pause.reasons
    by_text = {text: code for code, text in reasons.items()}
    return {"reason_code": by_text.get(message.reason_code, message.reason_code)}


def _need_known_people(message: HumanAction, case: CaseView, context: Context) -> None:
    """Refuse a unit or a person that is not in the directory; the case itself does not know the directory."""
    match message:
        case Redispatch():
            _need_units((message.to_unit,), context)
        case AssignCoUnits():
            _need_units(message.units, context)
        case ConveneConference():
            known = {unit.id for unit in context.people.units()}
            if unknown := [unit for unit in message.units if unit not in known]:
                raise BadInput(f"目录中没有单位“{'、'.join(unknown)}”。可用 directory show 查看。")
        case Reassign():
            user = context.people.user(message.to)
            if (user.role, user.unit) != (Role.OFFICER, case.unit):
                raise BadInput(f"{user.name}（{user.id}）不是承办单位（{case.unit_name}）的{Role.OFFICER.label}。")
        case _:
            pass


def _need_units(units: tuple[str, ...], context: Context) -> None:
    for unit in units:
        if refusal := unit_refusal(unit, context.people.units(), context.people.users()):
            raise BadInput(refusal)
