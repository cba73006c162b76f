"""The situations in which the table of transitions is asked: one per stage, and those that open or close an action.

The place is made up: it has everything that any of the five has. Persons and forms are the right ones for each action;
wrong ones are the business of `test_persons_and_forms`.
"""

from datetime import date, datetime, timedelta
from typing import Any

from adapters.policies import load_policy
from models.actions import MESSAGES, Action, HumanAction
from models.actors import Actor, Role
from models.case import Appeal, CaseOrder, CaseState, ClassRequest, Ending, ExtensionRequest, Finding, Stage
from models.clocks import Clock, ClockKind
from models.due import DueDate, Limit, Pause, Rule
from models.kinds import CaseClass, CaseSource, MeasureKind, Priority
from models.policy import Coordination, Policy, SecondConfirm
from tests.support.values import MOMENT, an_order, state_in

POLICY: Policy = Policy.model_validate(
    load_policy("ezhou").policy.model_dump()
    | {
        "coordination": tuple(Coordination),
        "priorities": tuple(Priority),
        "appeal_second_confirm": SecondConfirm.MANAGING_UNIT,
        "returns": {"times": 2, "reasons": {"not_our_item": "不属本单位事项", "duplicate": "重复派单"}},
        "pause": {"times": 1, "ceiling": "10 wd", "reasons": {"third_party": "等待第三方的结果"}},
        "lookback": {"percent": 100, "within": "30 cd"},
    }
)
"""Ezhou's rules, with every way of handling a case that there is."""

PEOPLE: dict[Role, Actor] = {
    Role.OFFICER: Actor(user="officer-renshe", role=Role.OFFICER, unit="ez-renshe"),
    Role.HOTLINE: Actor(user="hotline-01", role=Role.HOTLINE, unit="ez-12345"),
    Role.SUPERVISOR: Actor(user="supervisor-02", role=Role.SUPERVISOR, unit="ez-shenpi"),
    Role.ADMIN: Actor(user="admin-01", role=Role.ADMIN, unit="ez-shenpi"),
    Role.CLERK: Actor(user="clerk-renshe", role=Role.CLERK, unit="ez-renshe", staff_no="RS-0217"),
    Role.HEAD: Actor(user="head-renshe", role=Role.HEAD, unit="ez-renshe"),
    Role.REVIEWER: Actor(user="reviewer-01", role=Role.REVIEWER, unit="ez-shenpi"),
}
CO_OFFICER = Actor(user="officer-shichang", role=Role.OFFICER, unit="ez-shichang")

FORMS: dict[Action, dict[str, object]] = {
    Action.SIGN_OFF: {},
    Action.RETURN_ORDER: {"reason_code": "duplicate"},
    Action.REDISPATCH: {"to_unit": "ez-shichang", "reason": "核对权责清单"},
    Action.TRIGGER_CALLBACK: {},
    Action.RECORD_CALLBACK: {"result": "no_answer"},
    Action.CONFIRM_FINDING: {"reason": "核对录音", "evidence": ("录音",)},
    Action.SUBMIT_REMEDIATION: {"measures": "已整改"},
    Action.REQUEST_EXTENSION: {"until": date(2026, 3, 20), "reason": "需要鉴定"},
    Action.DECIDE_EXTENSION: {"granted": True, "reason": "情况属实"},
    Action.REQUEST_CLASS_CHANGE: {"case_class": CaseClass.DIFFICULT, "reason": "涉及多个部门"},
    Action.DECIDE_CLASS_CHANGE: {"granted": True, "reason": "情况属实"},
    Action.DECIDE_APPEAL: {"upheld": True, "finding": Finding.MISTAKEN, "reason": "误评", "evidence": ("录像",)},
    Action.CONFIRM_APPEAL: {"confirmed": True, "reason": "属实"},
    Action.ASSIGN_CO_UNITS: {"units": ("ez-shichang",), "reason": "需协办"},
    Action.SUBMIT_CO_OPINION: {"opinion": "已配合"},
    Action.CONVENE_CONFERENCE: {"units": ("ez-renshe", "ez-shichang"), "reason": "会商"},
    Action.CONCLUDE_CONFERENCE: {"conclusion": "由牵头单位落实"},
    Action.SET_PRIORITY: {"priority": Priority.URGENT, "reason": "急"},
    Action.REASSIGN: {"to": "officer-renshe-2", "reason": "工作调整"},
    Action.PAUSE: {"reason_code": "third_party"},
    Action.ISSUE_MEASURE: {"kind": MeasureKind.CIRCULAR, "document_no": "督字〔2026〕1号", "reason": "逾期"},
    Action.FULFIL_MEASURE: {"kind": MeasureKind.INTERVIEW, "outcome": "已约谈"},
    Action.RECORD_LOOKBACK: {"solved": True, "note": "已解决"},
    Action.APPLY_CALENDAR: {"calendar_version": "test-2", "notice": "国办发明电〔2020〕1号"},
}
"""What is filled in; every other action asks for a reason alone."""


def form(action: Action, actor: Actor, **other: object) -> HumanAction:
    """The action as that person fills it in; `other` fields instead of the right ones."""
    return MESSAGES[action].model_validate({"actor": actor, **FORMS.get(action, {"reason": "按规定"}), **other})


def person_for(action: Action, role: Role) -> Actor:
    """The right person of a role; a co-handling unit's opinion is its own officer's."""
    return CO_OFFICER if (action, role) == (Action.SUBMIT_CO_OPINION, Role.OFFICER) else PEOPLE[role]


def _clock(kind: ClockKind, days: int, missed: bool = False, stands: bool = False) -> Clock:
    """A limit whose last day lies that many days ahead; it may be extended by a fortnight."""
    last_day = MOMENT.date() + timedelta(days=days)
    due = DueDate(
        rule=Rule.WORKING_DAYS,
        start=MOMENT - timedelta(days=1),
        limit=Limit.parse("5 wd"),
        deadline=datetime.combine(last_day, datetime.min.time(), MOMENT.tzinfo) + timedelta(days=1),
        last_day=last_day,
        calendar_version="test",
        provisional=False,
        pauses=(Pause(since=MOMENT),) if stands else (),
    )
    return Clock(kind=kind, round=1, due=due, missed=missed, extendable_to=last_day + timedelta(days=14))


def _state(stage: Stage, *clocks: Clock, **facts: Any) -> CaseState:
    """The shortest state of a stage, with limits and further facts."""
    in_charge = {} if stage in (Stage.DISPATCHED, Stage.RETURNED, Stage.CONFIRMING) else {"assignee": "officer-renshe"}
    running = {clock.kind: clock.round for clock in clocks}
    return state_in(stage).model_copy(update={**in_charge, "running": running, "clocks": clocks, **facts})


_WINDOW = _clock(ClockKind.APPEAL_WINDOW, 2)
_WINDOW_OVER = _clock(ClockKind.APPEAL_WINDOW, -2)
_SIGN_OFF = _clock(ClockKind.SIGN_OFF, 1)
_REMEDIATION = _clock(ClockKind.REMEDIATION, 5)
_STILL = _clock(ClockKind.REMEDIATION, 5, stands=True)
_MISSED = _clock(ClockKind.REMEDIATION, -1, missed=True)
_APPEAL = Appeal(filed_at=MOMENT, filed_by="clerk-renshe")
_SIGNED = {"signed_at": MOMENT, "signed_by": "officer-renshe", "assignee": "officer-renshe"}
_STOPPED = {"held": ("申诉复核",), "stands_still": True}

SITUATIONS: dict[str, CaseState] = {
    "待签收、待核实": _state(Stage.DISPATCHED, _SIGN_OFF, _WINDOW),
    "签收时限已过": _state(Stage.DISPATCHED, _clock(ClockKind.SIGN_OFF, -1, missed=True), _REMEDIATION, _WINDOW),
    "已签收、待核实": _state(Stage.DISPATCHED, _REMEDIATION, _WINDOW, **_SIGNED),
    "指定承办": _state(Stage.DISPATCHED, _SIGN_OFF, _REMEDIATION, _WINDOW, unit_is_binding=True, returns=2),
    "已退单": _state(Stage.RETURNED, _REMEDIATION, _WINDOW),
    "退单已满次数": _state(Stage.RETURNED, _REMEDIATION, _WINDOW, returns=2),
    "待确认不予采纳": _state(Stage.CONFIRMING, _SIGN_OFF, _WINDOW, found_by="hotline-01"),
    "待确认、已退单": _state(Stage.CONFIRMING, _REMEDIATION, _WINDOW, is_returned=True, returns=1),
    "整改中": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW),
    "整改已逾期": _state(Stage.REMEDIATION, _MISSED, _WINDOW),
    "过程回访待登记": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW, contact_open=True),
    "延期待审批": _state(
        Stage.REMEDIATION,
        _REMEDIATION,
        _WINDOW,
        extension=ExtensionRequest(until=date(2026, 3, 18), asked_by="officer-renshe"),
    ),
    "已延期一次": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW, extensions=1),
    "变更类别待审批": _state(
        Stage.REMEDIATION,
        _REMEDIATION,
        _WINDOW,
        class_request=ClassRequest(case_class=CaseClass.DIFFICULT, asked_by="officer-renshe"),
    ),
    "暂停计时": _state(
        Stage.REMEDIATION, _STILL, _WINDOW, _clock(ClockKind.PAUSE, 9), held=("暂停",), stands_still=True, pauses=1
    ),
    "申诉待复核": _state(Stage.REMEDIATION, _STILL, _clock(ClockKind.APPEAL_REVIEW, 2), appeal=_APPEAL, **_STOPPED),
    "申诉待确认": _state(
        Stage.REMEDIATION,
        _STILL,
        _clock(ClockKind.APPEAL_CONFIRM, 1),
        appeal=_APPEAL.model_copy(update={"reviewed_by": "reviewer-01", "finding": Finding.MISTAKEN}),
        **_STOPPED,
    ),
    "领办后申诉待确认": _state(
        Stage.REMEDIATION,
        _STILL,
        _clock(ClockKind.APPEAL_CONFIRM, 1),
        appeal=_APPEAL.model_copy(update={"reviewed_by": "reviewer-01", "finding": Finding.MISTAKEN}),
        leader="head-renshe",
        **_STOPPED,
    ),
    "申诉未成立": _state(
        Stage.REMEDIATION,
        _REMEDIATION,
        appeal=_APPEAL.model_copy(update={"reviewed_by": "reviewer-01", "upheld": False}),
    ),
    "申诉期已过": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW_OVER),
    "准予逾期申诉": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW, late_appeal_by="supervisor-01"),
    "逾期申诉也已过期": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW_OVER, late_appeal_by="supervisor-01"),
    "协办待回复": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW, co_units={"ez-shichang": False}),
    "联席会议已召集": _state(
        Stage.REMEDIATION, _REMEDIATION, _WINDOW, _clock(ClockKind.CONFERENCE, 3), conference_open=True, conferences=1
    ),
    "领导已领办": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW, leader="head-renshe"),
    "约谈未销号": _state(
        Stage.REMEDIATION,
        _REMEDIATION,
        _WINDOW,
        _clock(ClockKind.INTERVIEW, 3),
        open_measures=(MeasureKind.INTERVIEW,),
        measures={MeasureKind.INTERVIEW: 1},
    ),
    "评价人已撤回": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW, withdrawn_at=MOMENT),
    "匿名评价": _state(Stage.REMEDIATION, _REMEDIATION, _WINDOW),
    "根源治理": _state(Stage.REMEDIATION, _REMEDIATION),
    "待整改后回访": _state(Stage.POST_CALLBACK, _clock(ClockKind.POST_CALLBACK, 3), _WINDOW),
    "待监督处理": _state(Stage.ESCALATED, _clock(ClockKind.SUPERVISION, 3), _WINDOW_OVER),
    "已结束、申诉期内": _state(Stage.CLOSED, _WINDOW),
    "已结束、待回头看": _state(Stage.CLOSED, _WINDOW_OVER, _clock(ClockKind.LOOKBACK, 9), lookback_open=True),
    "已结束、约谈逾期": _state(
        Stage.CLOSED,
        _WINDOW_OVER,
        _clock(ClockKind.INTERVIEW, -1, missed=True),
        open_measures=(MeasureKind.INTERVIEW,),
        measures={MeasureKind.INTERVIEW: 1},
    ),
    "已归档": _state(Stage.CLOSED, archived=True),
    "不予采纳已归档": _state(Stage.CLOSED, archived=True, ending=Ending.NOT_ADOPTED, finding=Finding.MISTAKEN),
}


def order_in(situation: str) -> CaseOrder:
    """The order of the case in that situation."""
    differing: dict[str, dict[str, object]] = {
        "匿名评价": {"anonymous": True},
        "根源治理": {"source": CaseSource.REPEATED},
    }
    return an_order(policy=POLICY, staff_no="RS-0217", case_no="ezhou-1", **differing.get(situation, {}))
