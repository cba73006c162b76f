"""Reads a jurisdiction's policy file: every parameter with the basis on which it stands.

Decides whether a file can be taken, and says of one that cannot all that is wrong with it, each fault with its key and
its line. Every parameter of `Policy` and `Surroundings` has to stand in the file, also where the model has a default:
those defaults are for policies that are pinned in older cases. Finding and opening the file is the adapters' business,
what a parameter is called in front of people `policy.parameters`'.
"""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from models.actors import Role
from models.base import Value
from models.errors import BadPolicy
from models.policy import Coordination, InterviewTrigger, Policy
from models.surroundings import LevelThree, Surroundings
from policy.code_systems import CodeSystem

OFF = "off"
"""How a file says that there is no such limit or thing, for the parameters that may be absent: TOML has no null."""

_HEAD = ("jurisdiction", "name")
_ID = re.compile(r"[a-z][a-z0-9_]*")

POLICY_KEYS = tuple(key for key in Policy.model_fields if key not in _HEAD)
SURROUNDINGS_KEYS = tuple(Surroundings.model_fields)
KEYS = POLICY_KEYS + SURROUNDINGS_KEYS
"""Every parameter of a policy file."""


class Basis(StrEnum):
    """On what a parameter stands."""

    STATED = "stated"
    DERIVED = "derived"
    ASSUMPTION = "assumption"


class Parameter(Value):
    """One parameter as the file has it."""

    value: object
    basis: Basis
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _says_where_it_comes_from(self) -> "Parameter":
        if self.basis is Basis.ASSUMPTION and not self.note.strip():
            raise ValueError("暂定（assumption）的参数须写明 note")
        if self.basis is not Basis.ASSUMPTION and not self.source.strip():
            raise ValueError("有依据的参数须写明 source（文件与条款）")
        return self


class PolicyFile(Value):
    """A policy and what is around it, together with what each of the parameters stands on."""

    policy: Policy
    surroundings: Surroundings
    parameters: dict[str, Parameter] = Field(repr=False)


class Fault(NamedTuple):
    """One thing that is wrong: with which parameter, at which line (None where the key is missing), and what."""

    key: str
    line: int | None
    reason: str


def parse_policy(text: str, origin: str) -> PolicyFile:
    """Read the text of a policy file; `origin` names it in errors.

    Raises BadPolicy with one line per fault: the file, the line, the parameter's key, and what is wrong. Contradictions
    between parameters are looked for once each parameter by itself is right.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(_not_toml(str(error), origin)) from None
    faults, parameters = _parameters(raw, text)
    policy = _made(Policy, _values(raw, parameters, POLICY_KEYS), POLICY_KEYS, text, faults)
    around = _made(Surroundings, _values(raw, parameters, SURROUNDINGS_KEYS), SURROUNDINGS_KEYS, text, faults)
    if policy is not None and around is not None and not faults:
        faults += [Fault(key, _line_of(text, key), reason) for key, reason in _between(policy, around)]
    if faults or policy is None or around is None:
        said = [complaint(origin, fault) for fault in sorted(faults, key=lambda fault: (fault.line or 0, fault.key))]
        raise BadPolicy("\n".join(dict.fromkeys(said)))
    return PolicyFile(policy=policy, surroundings=around, parameters=parameters)


def complaint(origin: str, fault: Fault) -> str:
    """A fault as a sentence: which file, which line, which parameter, what."""
    place = f"{origin} 第 {fault.line} 行" if fault.line else origin
    return f"{place}，参数 {fault.key}：{fault.reason}" if fault.key else f"{place}：{fault.reason}"


def contradiction(text: str, origin: str, key: str, reason: str) -> BadPolicy:
    """What a reader of files raises when a parameter contradicts what lies beside the file."""
    return BadPolicy(complaint(origin, Fault(key, _line_of(text, key), reason)))


def _not_toml(error: str, origin: str) -> str:
    said = "不是正确的 TOML 文件"
    if twice := re.search(r"Cannot declare \('(\w+)',\) twice", error):
        said += f"：[{twice[1]}] 出现了两次"
    elif "overwrite" in error:
        said += "：同一个键出现了两次"
    else:
        said += f"（{error.split(' (at ')[0]}）"
    place = re.search(r"at line (\d+), column (\d+)", error)
    return f"{origin} 第 {place[1]} 行第 {place[2]} 列：{said}" if place else f"{origin}：{said}"


def _parameters(raw: dict[str, Any], text: str) -> tuple[list[Fault], dict[str, Parameter]]:
    """The sections that are whole, and what is wrong with the head, with other sections and with missing ones."""
    faults, parameters = [], {}
    for key in _HEAD:
        given = raw.get(key)
        if not isinstance(given, str) or not given.strip():
            faults.append(Fault(key, _line_of(text, key), '须写在文件开头，如 name = "某某市"'))
        elif key == "jurisdiction" and not _ID.fullmatch(given):
            faults.append(Fault(key, _line_of(text, key), "只能用小写字母、数字和下划线，以字母开头"))
    for key, body in raw.items():
        if key in _HEAD:
            continue
        if key not in KEYS:
            faults.append(Fault(key, _line_of(text, key), "不认识的参数"))
            continue
        if not isinstance(body, dict):
            faults.append(Fault(key, _line_of(text, key), "参数须写成 [参数名] 一节，含 value 与 basis"))
            continue
        try:
            parameters[key] = Parameter.model_validate(body)
        except ValidationError as error:
            faults += [Fault(key, _line_of(text, key), sentence(each, each["loc"])) for each in error.errors()]
    faults += [Fault(key, None, "缺少该参数") for key in KEYS if key not in raw]
    return faults, parameters


def _values(raw: dict[str, Any], parameters: dict[str, Parameter], keys: tuple[str, ...]) -> dict[str, Any]:
    values = {
        key: None if _is_off(key, parameters[key]) else parameters[key].value for key in keys if key in parameters
    }
    return values | ({key: raw.get(key) for key in _HEAD} if keys is POLICY_KEYS else {})


def _is_off(key: str, parameter: Parameter) -> bool:
    model: type[Value] = Policy if key in POLICY_KEYS else Surroundings
    return parameter.value == OFF and type(None) in get_args(model.model_fields[key].annotation)


_Model = TypeVar("_Model", bound=Value)


def _made(
    model: type[_Model], values: dict[str, Any], keys: tuple[str, ...], text: str, faults: list[Fault]
) -> _Model | None:
    """The value, or None with its faults added. What is missing has been said already, and hides contradictions."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for each in error.errors():
            place = each["loc"]
            said_before = each["type"] == "missing" and len(place) == 1
            if said_before or place[:1] in [(key,) for key in _HEAD] or (not place and not set(keys) <= values.keys()):
                continue
            reason = sentence(each, place[1:])
            key = str(place[0]) if place else _first_named(reason, keys)
            faults.append(Fault(key, _line_of(text, key), reason))
        return None


def _first_named(reason: str, keys: tuple[str, ...]) -> str:
    """The parameter that a contradiction is about: the one that its sentence names first."""
    return next((word for word in re.findall(r"[a-z][a-z0-9_]+", reason) if word in keys), "")


def _between(policy: Policy, around: Surroundings) -> Iterator[tuple[str, str]]:
    """Parameters of both kinds, and of the policy with itself, that cannot hold together."""
    if policy.code_system not in list(CodeSystem):
        yield "code_system", f"没有编码体系“{policy.code_system}”，可选：{'、'.join(CodeSystem)}"
    if around.level3_counts_as is LevelThree.GOOD and 3 in policy.bad_levels:
        yield "level3_counts_as", "bad_levels 把第 3 级列为差评，这里又算作好评"
    if around.default_rating in policy.bad_levels:
        yield "default_rating", f"默认评价 {around.default_rating} 级属于 bad_levels，未评价的就都成了差评"
    if InterviewTrigger.TAKEOVER in policy.interview_trigger and Coordination.TAKEOVER not in policy.coordination:
        yield "interview_trigger", "含 leader_takeover，而 coordination 中没有 leader_takeover"
    if policy.appeal_enabled and not policy.appeal_reviewer.strip():
        yield "appeal_reviewer", "允许申诉（appeal_enabled）的，须写明由谁复核"
    if not policy.report_office.strip():
        yield "report_office", "须写明办结报告报给谁"
    told = {Role.OFFICER: "", policy.dispatcher: "dispatcher", policy.verify_callback_actor: "verify_callback_actor"}
    told |= {policy.post_callback_actor: "post_callback_actor", policy.classified_by: "classified_by"}
    told |= {policy.extension_decided_by: "extension_decided_by"}
    told |= {role: "escalation_ladder" for rung in policy.escalation_ladder for role in rung.tell}
    for role, why in told.items():
        if not policy.notice_channels.get(role):
            needed = f"，而 {why} 要通知这类人员" if why else ""
            yield "notice_channels", f"没有写明怎样通知 {role}（{role.label}）{needed}"


def _line_of(text: str, key: str) -> int | None:
    """The line on which a section or a key of the head begins."""
    begins = re.compile(rf'\s*(?:\[\s*"?{re.escape(key)}"?\s*[\].]|"?{re.escape(key)}"?\s*[=.])')
    return next((number for number, each in enumerate(text.splitlines(), start=1) if begins.match(each)), None)


_REASONS = {
    "missing": "缺少该项",
    "extra_forbidden": "不认识的项",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "string_type": "应为文字",
    "tuple_type": "应为数组 [ … ]",
    "dict_type": "应为表 { … }",
    "model_type": "应为表 { … }",
    "model_attributes_type": "应为表 { … }",
}


def sentence(error: ErrorDetails, place: tuple[int | str, ...]) -> str:
    """What is wrong in Chinese, with the place within the value."""
    inner = ".".join(str(part) for part in place if part != "[key]")
    bounds = error.get("ctx", {})
    match error["type"]:
        case "enum":
            allowed = str(bounds["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
            said = f"“{error['input']}”不在可选的值之中：{allowed}"
        case "greater_than_equal":
            said = f"不得小于 {bounds['ge']}"
        case "less_than_equal":
            said = f"不得大于 {bounds['le']}"
        case "too_short":
            said = f"至少要有 {bounds['min_length']} 项"
        case "too_long":
            said = f"最多 {bounds['max_length']} 项"
        case known if known in _REASONS:
            said = _REASONS[known]
        case _:
            said = error["msg"].removeprefix("Value error, ")
    return f"{inner} {said}".strip()
