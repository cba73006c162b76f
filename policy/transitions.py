"""Who may do what in which stage, and what the refused person is told.

One table answers both the validator of the engine and the worklists. It decides on facts alone; what follows from an
action stands in `policy.procedure`.
"""

from dataclasses import dataclass

from models.actions import Action, HumanAction, RecordCallback
from models.actors import Actor, Role
from models.callbacks import CallbackKind, CallbackResult
from models.case import CaseOrder, CaseState, Finding, Stage


@dataclass(frozen=True)
class Rule:
    """One row of the table: the stages in which an action is possible, who may take it, and the source."""

    action: Action
    stages: frozenset[Stage]
    role: Role
    own_unit: bool
    source: str


_OPEN = frozenset(Stage) - {Stage.CLOSED}

RULES: dict[Action, Rule] = {
    rule.action: rule
    for rule in (
        Rule(
            Action.SIGN_OFF,
            frozenset({Stage.DISPATCHED, Stage.CONFIRMING}),
            Role.OFFICER,
            True,
            "鄂州政办函〔2020〕27号 二(七)1 签收；谁办理、谁负责",
        ),
        Rule(
            Action.RECORD_CALLBACK,
            _OPEN,
            Role.HOTLINE,
            False,
            "鄂州政办函〔2020〕27号 二(七)1 回访核实；四(二) 12345 市长专线办负责回访",
        ),
        Rule(Action.TRIGGER_CALLBACK, _OPEN, Role.HOTLINE, False, "鄂州政办函〔2020〕27号 四(二)"),
        Rule(
            Action.CONFIRM_FINDING,
            frozenset({Stage.CONFIRMING}),
            Role.SUPERVISOR,
            False,
            "鄂州政办函〔2020〕27号 二(七)1 误评、恶意差评不予采纳",
        ),
        Rule(
            Action.REJECT_FINDING,
            frozenset({Stage.CONFIRMING}),
            Role.SUPERVISOR,
            False,
            "鄂州政办函〔2020〕27号 二(七)1 误评、恶意差评不予采纳",
        ),
        Rule(
            Action.SUBMIT_REMEDIATION,
            frozenset({Stage.REMEDIATION}),
            Role.OFFICER,
            True,
            "鄂州政办函〔2020〕27号 二(七)1 限期整改，书面反馈",
        ),
        Rule(Action.URGE, _OPEN, Role.SUPERVISOR, False, "鄂州政办函〔2020〕27号 四(三) 督促"),
        Rule(Action.CONCLUDE, frozenset({Stage.ESCALATED}), Role.SUPERVISOR, False, "鄂州政办函〔2020〕27号 四(三)"),
    )
}


def stage_of(state: CaseState) -> Stage:
    """The stage that the facts amount to."""
    if state.ending is not None:
        return Stage.CLOSED
    if state.escalated:
        return Stage.ESCALATED
    if state.finding in (Finding.MISTAKEN, Finding.MALICIOUS):
        return Stage.CONFIRMING
    if state.finding is None or state.signed_at is None:
        return Stage.DISPATCHED
    return Stage.POST_CALLBACK if state.remediated_round == state.round else Stage.REMEDIATION


def callback_due(state: CaseState, order: CaseOrder) -> CallbackKind | None:
    """Which callback is due now, None when the stage asks for none."""
    if order.anonymous:
        return None
    if stage_of(state) is Stage.DISPATCHED and state.finding is None:
        return CallbackKind.VERIFICATION
    if stage_of(state) is Stage.POST_CALLBACK:
        return CallbackKind.POST_REMEDIATION
    return CallbackKind.CONTACT if state.contact_open else None


def refusal(action: Action, message: HumanAction, state: CaseState, order: CaseOrder) -> str | None:
    """Why this action cannot be taken now, as a sentence that says what is possible; None when it can."""
    rule = RULES[action]
    stage = stage_of(state)
    if stage is Stage.CLOSED:
        ending = state.ending.label if state.ending else ""
        return f"案件 {order.case_no} 已结束（{ending}），不能再{action.label}。"
    if message.actor.role is not rule.role:
        return f"“{action.label}”由{rule.role.label}办理，您是{message.actor.role.label}。{possible_now(state, order)}"
    if rule.own_unit and message.actor.unit != order.unit:
        return f"“{action.label}”由承办单位（{order.unit}）办理，您属于 {message.actor.unit}，不能代办。"
    if stage not in rule.stages:
        return f"案件目前{stage.label}，不能{action.label}。{possible_now(state, order)}"
    return _particular_refusal(action, message, state, order)


def possible_actions(state: CaseState, order: CaseOrder, role: Role) -> list[Action]:
    """What a person of that role (in the handling unit, for officers) could do now, in the table's order."""
    stage = stage_of(state)
    return [
        rule.action
        for rule in RULES.values()
        if rule.role is role and stage in rule.stages and _is_open(rule.action, state, order)
    ]


def possible_now(state: CaseState, order: CaseOrder) -> str:
    """A sentence that names the next actions and whose they are."""
    nexts = [
        f"{rule.role.label}“{rule.action.label}”"
        for rule in RULES.values()
        if rule.action not in (Action.URGE, Action.TRIGGER_CALLBACK)
        and stage_of(state) in rule.stages
        and _is_open(rule.action, state, order)
    ]
    return f"现在可以：{'、'.join(nexts)}。" if nexts else "现在没有可办的事项。"


def is_own(actor: Actor, order: CaseOrder) -> bool:
    """Whether the case is the actor's to see: an officer sees the cases of the own unit, the others see all."""
    return actor.role is not Role.OFFICER or actor.unit == order.unit


def _is_open(action: Action, state: CaseState, order: CaseOrder) -> bool:
    match action:
        case Action.SIGN_OFF:
            return state.signed_at is None
        case Action.RECORD_CALLBACK:
            return callback_due(state, order) is not None
        case Action.TRIGGER_CALLBACK:
            return not order.anonymous and callback_due(state, order) is not CallbackKind.CONTACT
        case _:
            return True


def _particular_refusal(action: Action, message: HumanAction, state: CaseState, order: CaseOrder) -> str | None:
    if action is Action.SIGN_OFF and state.signed_at is not None:
        return f"案件 {order.case_no} 已由 {state.signed_by} 签收，不必重复签收。{possible_now(state, order)}"
    if action is Action.TRIGGER_CALLBACK and order.anonymous:
        return "这是匿名评价，没有可以回访的联系方式，免予回访。"
    if action is Action.TRIGGER_CALLBACK and callback_due(state, order) is CallbackKind.CONTACT:
        return "已经发起过一次过程回访，请先登记它的结果。"
    if isinstance(message, RecordCallback):
        return _callback_refusal(message, state, order)
    return None


def _callback_refusal(message: RecordCallback, state: CaseState, order: CaseOrder) -> str | None:
    if order.anonymous:
        return "这是匿名评价，没有可以回访的联系方式，免予回访。"
    due = callback_due(state, order)
    if due is None:
        return f"案件目前{stage_of(state).label}，没有待登记的回访；可以先“发起回访”。{possible_now(state, order)}"
    if message.result is not CallbackResult.REACHED:
        if message.finding is not None or message.satisfied is not None:
            return f"{message.result.label}的回访不能填写核实结论或满意情况。"
        return None
    match due:
        case CallbackKind.VERIFICATION:
            if message.finding is None:
                return "回访核实已接通，须填写核实结论：founded（属实）、mistaken（误评）或 malicious（恶意差评）。"
            if message.satisfied is not None:
                return "回访核实不填写满意情况（satisfied），满意情况在整改后回访时填写。"
        case CallbackKind.POST_REMEDIATION:
            if message.satisfied is None:
                return "整改后回访已接通，须填写是否满意：satisfied=true（满意）或 satisfied=false（不满意）。"
            if message.finding is not None:
                return "整改后回访不填写核实结论（finding）。"
        case CallbackKind.CONTACT:
            if message.finding is not None or message.satisfied is not None:
                return "过程回访只登记接通情况和备注（note）。"
    return None
