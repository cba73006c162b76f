"""Reads a jurisdiction's policy file: every parameter with the basis on which it stands.

Decides whether a file can be taken; finding and opening the file is the adapters' business.
"""

import tomllib
from enum import StrEnum

from pydantic import Field, ValidationError, model_validator

from models.base import Value
from models.errors import BadPolicy
from models.policy import Policy


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
        if self.basis is Basis.ASSUMPTION and not self.note:
            raise ValueError("暂定（assumption）的参数须写明 note")
        if self.basis is not Basis.ASSUMPTION and not self.source:
            raise ValueError("有依据的参数须写明 source（文件与条款）")
        return self


class PolicyFile(Value):
    """A policy together with what each of its parameters stands on."""

    policy: Policy
    parameters: dict[str, Parameter] = Field(repr=False)


_HEAD = ("jurisdiction", "name")


def parse_policy(text: str, origin: str) -> PolicyFile:
    """Read the text of a policy file; `origin` names it in errors.

    Raises BadPolicy with the parameter's key, its line, and what is wrong.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{origin} 不是正确的 TOML 文件：{error}") from None
    parameters: dict[str, Parameter] = {}
    for key, body in raw.items():
        if key in _HEAD:
            continue
        if not isinstance(body, dict):
            raise BadPolicy(_complaint(text, origin, key, "参数须写成 [参数名] 一节，含 value 与 basis"))
        try:
            parameters[key] = Parameter.model_validate(body)
        except ValidationError as error:
            raise BadPolicy(_complaint(text, origin, key, _reasons(error))) from None
    values = {key: raw.get(key) for key in _HEAD} | {key: each.value for key, each in parameters.items()}
    try:
        policy = Policy.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        raise BadPolicy(_complaint(text, origin, key, _reasons(error))) from None
    return PolicyFile(policy=policy, parameters=parameters)


def _complaint(text: str, origin: str, key: str, reason: str) -> str:
    line = next(
        (number for number, each in enumerate(text.splitlines(), start=1) if each.startswith((f"[{key}]", f"{key} "))),
        None,
    )
    place = f"{origin} 第 {line} 行" if key and line else origin
    return f"{place}，参数 {key}：{reason}" if key else f"{place}：{reason}"


_REASONS = {"missing": "缺少该参数", "extra_forbidden": "不认识的参数"}


def _reasons(error: ValidationError) -> str:
    reasons = []
    for each in error.errors():
        inner = ".".join(str(part) for part in each["loc"][1:])
        said = _REASONS.get(each["type"]) or each["msg"].removeprefix("Value error, ")
        reasons.append(f"{inner} {said}".strip())
    return "；".join(dict.fromkeys(reasons))
