"""The people of the made-up office, and what they fill in: right persons and wrong ones, right forms and wrong ones.

Decides which moves somebody tries in a case; whether they may is the product's answer. `Choose` is the source of all
chance: Hypothesis' own draw, or a seeded generator.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from adapters.directory import Directory, read_directory
from models.actions import Action
from models.actors import Actor, Role
from models.case import CaseOrder, CaseState
from models.clocks import ClockKind
from models.kinds import CaseClass, Finding, MeasureKind, Priority
from models.people import User
from policy.stages import callback_due, handling_unit
from policy.transitions import possible_actions

T = TypeVar("T")
Choose = Callable[[Sequence[T]], T]

FILE = read_directory(Path(__file__).parents[1] / "support/directory.toml")
UNIT, OTHER_UNIT, THIRD_UNIT = "ez-renshe", "ez-shichang", "ez-jiaotong"


def _actor(user: User) -> Actor:
    return Actor(user=user.id, role=user.role, unit=user.unit, staff_no=user.staff_no)


PEOPLE: tuple[Actor, ...] = (
    *(_actor(user) for user in FILE.users),
    Actor(user="head-renshe-2", role=Role.HEAD, unit=UNIT),
    Actor(user="head-shichang-2", role=Role.HEAD, unit=OTHER_UNIT),
    Actor(user="officer-jiaotong", role=Role.OFFICER, unit=THIRD_UNIT),
    Actor(user="officer-renshe-2", role=Role.OFFICER, unit=UNIT, acting_for="officer-renshe"),
)
"""Everybody of the directory, a second head of each unit, and a deputy who stands in for a colleague."""


class PaperDirectory(Directory):
    """The same directory without a database."""

    def __init__(self) -> None:
        self._units = {unit.id: unit for unit in FILE.units}
        self._users = {user.id: user for user in FILE.users}

    def _refresh(self) -> None:
        """Paper stays as it is."""


def possible_moves(state: CaseState, order: CaseOrder, now: Any) -> list[tuple[Action, Actor]]:
    """Every action that the worklists offer, with every person of the role in the unit that handles the case."""
    units = {handling_unit(state, order), *state.co_units}
    return [
        (action, actor)
        for actor in PEOPLE
        if not actor.role.is_of_unit or actor.unit in units
        for action in possible_actions(state, order, actor.role, now)
        if action is not Action.APPLY_CALENDAR
    ]


def any_move(choose: Choose[Any]) -> tuple[Action, Actor]:
    """Any action by anybody, mostly refused."""
    return choose([action for action in Action if action is not Action.APPLY_CALENDAR]), choose(PEOPLE)


def filled_in(action: Action, state: CaseState, order: CaseOrder, choose: Choose[Any]) -> dict[str, Any]:
    """What somebody fills in, besides who they are: mostly what fits, at times what does not."""
    policy = order.policy
    match action:
        case Action.RETURN_ORDER:
            return {"reason_code": choose([*policy.returns.reasons, "none_of_the_list"])}
        case Action.PAUSE:
            return {"reason_code": choose([*policy.pause.reasons, "none_of_the_list"])}
        case Action.REDISPATCH:
            return {"to_unit": choose([UNIT, OTHER_UNIT]), "reason": "核对权责清单"}
        case Action.RECORD_CALLBACK:
            return _callback(state, order, choose)
        case Action.CONFIRM_FINDING:
            return {"reason": "核对录音", "evidence": choose([("录音 2026-0311",), ()])}
        case Action.SUBMIT_REMEDIATION:
            return {"measures": "已重新受理并当面说明"}
        case Action.REQUEST_EXTENSION:
            return {"until": _until(state, choose), "reason": "需要第三方鉴定"}
        case Action.DECIDE_EXTENSION | Action.DECIDE_CLASS_CHANGE:
            return {"granted": choose([True, False]), "reason": "情况属实"}
        case Action.REQUEST_CLASS_CHANGE:
            return {"case_class": choose(list(CaseClass)), "reason": "涉及多个部门"}
        case Action.FILE_APPEAL:
            return {"reason": "评价对象有误", "evidence": choose([("监控录像",), ()])}
        case Action.DECIDE_APPEAL:
            upheld = choose([True, False])
            finding = choose([Finding.MISTAKEN, Finding.MALICIOUS, None]) if upheld else None
            return {"upheld": upheld, "finding": finding, "reason": "调看录像", "evidence": choose([("录像",), ()])}
        case Action.CONFIRM_APPEAL:
            return {"confirmed": choose([True, False]), "reason": "复核意见属实"}
        case Action.ASSIGN_CO_UNITS:
            units = choose([(OTHER_UNIT,), (UNIT,), (THIRD_UNIT,), (OTHER_UNIT, THIRD_UNIT), ()])
            return {"units": units, "reason": "需协办"}
        case Action.SUBMIT_CO_OPINION:
            return {"opinion": "已配合办理"}
        case Action.CONVENE_CONFERENCE:
            return {"units": choose([(UNIT, OTHER_UNIT), (UNIT, UNIT)]), "reason": "涉及两家单位"}
        case Action.CONCLUDE_CONFERENCE:
            return {"conclusion": "由牵头单位落实"}
        case Action.SET_PRIORITY:
            return {"priority": choose(list(Priority)), "reason": "群众反映强烈"}
        case Action.REASSIGN:
            unit = handling_unit(state, order)
            officers = [user.id for user in FILE.users if user.role is Role.OFFICER and user.unit == unit]
            return {"to": choose(officers), "reason": "工作调整"}
        case Action.ISSUE_MEASURE:
            return {"kind": choose(list(MeasureKind)), "document_no": "督字〔2026〕1号", "reason": "逾期未办"}
        case Action.FULFIL_MEASURE:
            return {"kind": choose(list(state.open_measures) or list(MeasureKind)), "outcome": "已落实"}
        case Action.RECORD_LOOKBACK:
            return {"solved": choose([True, False]), "note": "实地查看"}
        case Action.SIGN_OFF | Action.TRIGGER_CALLBACK:
            return {}
        case _:
            return {"reason": "按规定办理"}


def _callback(state: CaseState, order: CaseOrder, choose: Choose[Any]) -> dict[str, Any]:
    result = choose(["reached", "reached", "reached", "no_answer", "refused", "wrong_number"])
    if result != "reached":
        return {"result": result}
    if callback_due(state, order) == "verification":
        finding = choose([Finding.FOUNDED, Finding.FOUNDED, Finding.MISTAKEN, Finding.MALICIOUS])
        return {"result": result, "finding": finding, "evidence": choose([("录音",), ()])}
    return {"result": result, "satisfied": choose([True, False, None])}


def _until(state: CaseState, choose: Choose[Any]) -> Any:
    clock = state.clock(ClockKind.REMEDIATION)
    if clock is None:
        return "2026-01-05"
    days = choose([3, 1, 7, 20, 60, 0, -3])
    return clock.due.last_day + timedelta(days=days)
