"""Why an action is not possible although role, unit and stage fit: the facts of the case, the person, the message.

Every sentence is for the person who is refused. `closed_because` needs no message, so the worklists ask it too.
"""

from datetime import date, datetime

from models.actions import (
    Action,
    AssignCoUnits,
    ConfirmFinding,
    ConveneConference,
    DecideAppeal,
    DecideExtension,
    FulfilMeasure,
    HumanAction,
    IssueMeasure,
    Pause,
    Reassign,
    RecordCallback,
    RequestClassChange,
    RequestExtension,
    ReturnOrder,
    SetPriority,
)
from models.actors import Actor, Role
from models.callbacks import CallbackKind, CallbackResult
from models.case import CaseOrder, CaseState, Ending
from models.clocks import ClockKind
from models.kinds import CaseSource, Finding
from models.policy import Coordination
from policy.stages import (
    appeal_pending,
    appeal_window_open,
    callback_due,
    class_of,
    handling_unit,
    longest_extension,
    priority_of,
    skips_callbacks,
    stage_of,
)

_DECIDE_LATER = "整改时限正在重新计算，请稍后再审批。"
_ASK_LATER = "整改时限正在重新计算，请稍后再申请。"


def closed_because(action: Action, state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    """Why nobody could take that action now, whatever the message; None when somebody could."""
    match action:
        case Action.SIGN_OFF:
            if state.signed_at is not None:
                return f"案件 {order.case_no} 已由 {state.signed_by} 签收，不必重复签收。"
            return "案件已退单，等待改派，不能签收。" if state.is_returned else None
        case Action.RETURN_ORDER:
            return _cannot_be_returned(state, order, now)
        case Action.REDISPATCH:
            return None if state.is_returned else "案件没有被退单，不需要改派。"
        case Action.RECORD_CALLBACK:
            if skips_callbacks(state, order):
                return _nobody_to_call(state, order)
            if callback_due(state, order) is None:
                return f"案件目前{stage_of(state).label}，没有待登记的回访；可以先“发起回访”。"
        case Action.TRIGGER_CALLBACK:
            if skips_callbacks(state, order):
                return _nobody_to_call(state, order)
            if callback_due(state, order) is CallbackKind.CONTACT:
                return "已经发起过一次过程回访，请先登记它的结果。"
        case Action.RECORD_WITHDRAWAL:
            if order.source is CaseSource.REPEATED or order.anonymous:
                return "这个案件没有可以撤回评价的实名评价人。"
            return "评价人此前已撤回评价，不必重复登记。" if state.withdrawn_at is not None else None
        case Action.REQUEST_EXTENSION | Action.DECIDE_EXTENSION:
            return _extension_closed(action, state, order, now)
        case Action.REQUEST_CLASS_CHANGE:
            if len(order.policy.class_limits) < 2:
                return "本地区只有一个类别，不能变更类别。"
            return "已经有一项变更类别的申请在等待审批。" if state.class_request is not None else None
        case Action.DECIDE_CLASS_CHANGE:
            return "没有等待审批的变更类别申请。" if state.class_request is None else None
        case Action.FILE_APPEAL | Action.ALLOW_LATE_APPEAL | Action.DECIDE_APPEAL | Action.CONFIRM_APPEAL:
            return _appeal_closed(action, state, order, now)
        case Action.PAUSE | Action.RESUME:
            return _pause_closed(action, state, order, now)
        case Action.URGE:
            over = state.ending is not None and not state.is_overdue
            return "案件已结束，没有逾期未办的事项，不需要催办。" if over else None
        case Action.SUBMIT_REMEDIATION:
            waiting = [unit for unit, done in state.co_units.items() if not done]
            return f"协办单位（{'、'.join(waiting)}）还没有提交协办意见，暂不能提交整改情况。" if waiting else None
        case _:
            return _coordination_closed(action, state, order)
    return None


def person_refusal(action: Action, actor: Actor, state: CaseState, order: CaseOrder) -> str | None:
    """Why this very person may not take the action."""
    match action:
        case Action.SUBMIT_REMEDIATION | Action.REQUEST_EXTENSION | Action.REQUEST_CLASS_CHANGE | Action.REASSIGN:
            return _not_in_charge(action, actor, state)
        case Action.CONFIRM_FINDING if actor.user == state.found_by:
            return "认定误评或恶意差评须由两个人分别办理：核实结论是您登记的，请由另一位监督人员确认。"
        case Action.DECIDE_EXTENSION if state.extension and actor.user == state.extension.asked_by:
            return "延期是您申请的，须由他人审批。"
        case Action.DECIDE_CLASS_CHANGE if state.class_request and actor.user == state.class_request.asked_by:
            return "变更类别是您申请的，须由他人审批。"
        case Action.FILE_APPEAL if actor.role is Role.CLERK and order.staff_no and actor.staff_no != order.staff_no:
            return f"这件差评评价的是工号 {order.staff_no} 的工作人员，只能由其本人申诉。"
        case Action.DECIDE_APPEAL | Action.CONFIRM_APPEAL:
            return _not_impartial(action, actor, state)
        case _:
            return None


def message_refusal(action: Action, message: HumanAction, state: CaseState, order: CaseOrder) -> str | None:
    """Why what was filled in cannot be taken."""
    match message:
        case RecordCallback():
            return _callback_refusal(message, state, order)
        case ConfirmFinding() if not (state.finding_evidence or message.evidence):
            return "认定误评或恶意差评至少要有一份证据，请写明证据名称或编号（如录音编号）。"
        case ReturnOrder() if message.reason_code not in order.policy.returns.reasons:
            return f"退单理由“{message.reason_code}”不在列表中，可选：{_listed(order.policy.returns.reasons)}。"
        case RequestExtension():
            return _extension_refusal(message.until, state)
        case DecideExtension() if message.granted:
            return _overtaken_extension(state)
        case RequestClassChange():
            return _class_refusal(message, state, order)
        case DecideAppeal():
            return _appeal_refusal(message, state, order)
        case AssignCoUnits() if handling_unit(state, order) in message.units:
            return f"牵头单位（{handling_unit(state, order)}）不能同时是协办单位。"
        case AssignCoUnits() | ConveneConference() if len(set(message.units)) < len(message.units):
            return "单位有重复，请逐一核对。"
        case SetPriority() if message.priority not in order.policy.priorities:
            names = "、".join(f"{each}（{each.label}）" for each in order.policy.priorities)
            return f"本地区没有“{message.priority.label}”这一优先级，可选：{names}。"
        case SetPriority() if message.priority is priority_of(state, order):
            return f"案件的优先级已经是“{message.priority.label}”。"
        case Reassign() if message.to == state.assignee:
            return f"案件的经办人已经是 {message.to}。"
        case Pause() if message.reason_code not in order.policy.pause.reasons:
            return f"暂停理由“{message.reason_code}”不在列表中，可选：{_listed(order.policy.pause.reasons)}。"
        case IssueMeasure():
            if message.kind not in order.policy.measure_limits:
                names = "、".join(f"{each}（{each.label}）" for each in order.policy.measure_limits) or "无"
                return f"本地区没有规定“{message.kind.label}”，可以下达：{names}。"
            return f"{message.kind.label}已经下达，尚未销号。" if message.kind in state.open_measures else None
        case FulfilMeasure() if message.kind not in state.open_measures:
            return f"没有尚未销号的{message.kind.label}。"
        case _:
            return None


def is_only_for_now(reason: str) -> bool:
    """Whether a refusal ends by itself within moments: the dates of the limit are on their way back from the ledger."""
    return reason.startswith((_DECIDE_LATER, _ASK_LATER))


def _cannot_be_returned(state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    if order.policy.returns.times == 0:
        return "本地区不允许退单。"
    if state.signed_at is not None:
        return "案件已签收，签收后不能退单。"
    if state.is_returned:
        return "案件已退单，等待改派。"
    if state.unit_is_binding:
        return "承办单位已由监督人员指定，不得再退单。"
    clock = state.clock(ClockKind.SIGN_OFF)
    if clock is not None and now >= clock.due.deadline:
        return f"退单须在签收时限内提出，签收时限已于 {clock.due.label}届满，不能退单。"
    return None


def _nobody_to_call(state: CaseState, order: CaseOrder) -> str:
    if state.withdrawn_at is not None:
        return "评价人已撤回评价，不再回访。"
    if order.source is CaseSource.REPEATED:
        return "这是重复差评的根源治理案件，没有评价人可以回访。"
    return "这是匿名评价，没有可以回访的联系方式，免予回访。"


def _extension_closed(action: Action, state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    if action is Action.DECIDE_EXTENSION:
        if state.extension is None:
            return "没有等待审批的延期申请。"
        if ClockKind.REMEDIATION in state.moving:
            return _DECIDE_LATER
        if state.stands_still:
            return "案件正在暂停计时，恢复计时后再审批延期。"
        clock = state.clock(ClockKind.REMEDIATION)
        if clock is not None and now >= clock.due.deadline:
            return "延期申请到期未获答复，视为不予延期。"
        return None
    rule = order.policy.extension
    if class_of(state, order) not in rule.classes:
        return f"本地区{class_of(state, order).label}类案件不能延期。"
    if state.extension is not None:
        return "已经有一项延期申请在等待审批。"
    if longest_extension(order, state) is None:
        return f"每件最多延期 {rule.times} 次，本案已延期 {state.extensions} 次。"
    if ClockKind.REMEDIATION not in state.running:
        return "整改时限还没有开始，不需要延期。"
    if state.stands_still:
        return "整改时限正在暂停计时，恢复计时后再申请延期。"
    clock = state.clock(ClockKind.REMEDIATION)
    if clock is not None and (clock.missed or now >= clock.due.deadline):
        return f"延期须在到期前申请，整改时限已于 {clock.due.label}届满。"
    return None


def _extension_refusal(until: date, state: CaseState) -> str | None:
    clock = state.clock(ClockKind.REMEDIATION)
    if clock is None or clock.extendable_to is None or ClockKind.REMEDIATION in state.moving:
        return _ASK_LATER
    if until <= clock.due.last_day:
        return f"新的期限 {until} 应晚于现在的期限 {clock.due.last_day}。"
    if until > clock.extendable_to:
        return f"最多可延期至 {clock.extendable_to}，申请的 {until} 超过了上限。"
    return None


def _overtaken_extension(state: CaseState) -> str | None:
    """A pause, another class or a notice may have moved the limit beyond what was asked for."""
    clock = state.clock(ClockKind.REMEDIATION)
    if clock is None or state.extension is None:
        return None
    until, latest = state.extension.until, clock.extendable_to
    if until <= clock.due.last_day:
        return f"整改期限已因其他原因推迟到 {clock.due.last_day}，不早于申请的 {until}，请答复不予延期。"
    if latest is None or until > latest:
        now_until = f"最多只能延期至 {latest}" if latest is not None else "不能再延期"
        return f"整改期限已因其他原因变动，{now_until}，申请的是 {until}，请答复不予延期。"
    return None


def _class_refusal(message: RequestClassChange, state: CaseState, order: CaseOrder) -> str | None:
    if message.case_class not in order.policy.class_limits:
        names = "、".join(f"{each}（{each.label}）" for each in order.policy.class_limits)
        return f"本地区没有“{message.case_class.label}”这一类别，可选：{names}。"
    if message.case_class is class_of(state, order):
        return f"案件已经是{message.case_class.label}类。"
    return None


def _appeal_closed(action: Action, state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    if not order.policy.appeal_enabled:
        return "本地区没有开通申诉。"
    if order.source is not CaseSource.RATING:
        return f"来自{order.source.label}的案件没有差评可以申诉。"
    match action:
        case Action.DECIDE_APPEAL:
            if not appeal_pending(state):
                return "没有待复核的申诉。"
            waiting = state.appeal is not None and state.appeal.awaits_confirmation
            return "申诉已经复核，等待所在管理单位确认。" if waiting else None
        case Action.CONFIRM_APPEAL:
            waiting = appeal_pending(state) and state.appeal is not None and state.appeal.awaits_confirmation
            return None if waiting else "没有待确认的申诉。"
    if state.ending is Ending.NOT_ADOPTED:
        return "这件差评已不予采纳，不需要申诉。"
    if state.appeal is not None:
        return "这件差评已经申诉过，每件只能申诉一次。"
    in_time = appeal_window_open(state, now)
    if action is Action.ALLOW_LATE_APPEAL:
        if state.late_appeal_by is not None:
            return f"已由 {state.late_appeal_by} 准予逾期申诉。"
        return "申诉期还没有届满，被评价人可以直接申诉。" if in_time else None
    if in_time:
        return None
    clock = state.clock(ClockKind.APPEAL_WINDOW)
    until = f"已于 {clock.due.label}届满" if clock is not None else "已届满"
    if state.late_appeal_by is not None:
        return f"{state.late_appeal_by} 准予逾期申诉后，申诉期{until}，不再受理申诉。"
    return f"申诉期（{order.policy.appeal_window}）{until}。确有正当理由的，须先由监督人员“准予逾期申诉”。"


def _appeal_refusal(message: DecideAppeal, state: CaseState, order: CaseOrder) -> str | None:
    if not message.upheld:
        return "申诉不成立的，不填写认定结论（finding）。" if message.finding is not None else None
    allowed = order.policy.void_outcomes
    if message.finding not in allowed:
        names = "、".join(f"{each}（{each.label}）" for each in allowed)
        return f"申诉成立的，须填写认定结论 finding：{names}。"
    if not (message.evidence or (state.appeal is not None and state.appeal.has_evidence)):
        return "认定误评或恶意差评至少要有一份证据，请写明证据名称或编号（如录音编号）。"
    return None


def _pause_closed(action: Action, state: CaseState, order: CaseOrder, now: datetime) -> str | None:
    ordered = ClockKind.PAUSE in state.running
    if action is Action.RESUME:
        return None if ordered else "案件没有被暂停计时。"
    if order.policy.pause.times == 0:
        return "本地区不允许暂停计时。"
    if ordered:
        return "案件已经暂停计时。"
    if state.pauses >= order.policy.pause.times:
        return f"每件最多暂停 {order.policy.pause.times} 次，本案已暂停 {state.pauses} 次。"
    if ClockKind.REMEDIATION not in state.running:
        return "整改时限还没有开始，不需要暂停。"
    clock = state.clock(ClockKind.REMEDIATION)
    if clock is not None and (clock.missed or (not state.stands_still and now >= clock.due.deadline)):
        return f"整改时限已于 {clock.due.label}届满，不能再暂停。"
    return None


_COORDINATION = {
    Action.ASSIGN_CO_UNITS: (Coordination.CO_UNITS, "确定协办单位"),
    Action.SUBMIT_CO_OPINION: (Coordination.CO_UNITS, "协办"),
    Action.CONVENE_CONFERENCE: (Coordination.CONFERENCE, "召开联席会议"),
    Action.CONCLUDE_CONFERENCE: (Coordination.CONFERENCE, "召开联席会议"),
    Action.TAKE_OVER: (Coordination.TAKEOVER, "主要领导领办"),
}


def _coordination_closed(action: Action, state: CaseState, order: CaseOrder) -> str | None:
    if action in _COORDINATION:
        needed, name = _COORDINATION[action]
        if needed not in order.policy.coordination:
            return f"本地区没有规定{name}。"
    match action:
        case Action.SUBMIT_CO_OPINION if all(state.co_units.values()):
            return "没有等待协办意见的单位。"
        case Action.CONVENE_CONFERENCE if state.conference_open:
            return "联席会议已经召集，请先登记会议结论。"
        case Action.CONCLUDE_CONFERENCE if not state.conference_open:
            return "没有已召集的联席会议。"
        case Action.TAKE_OVER if state.leader is not None:
            return f"案件已由 {state.leader} 领办。"
        case Action.SET_PRIORITY if len(order.policy.priorities) < 2:
            return "本地区没有划分优先级。"
        case Action.REASSIGN if state.assignee is None:
            return "案件还没有经办人，签收后才能转交。"
        case Action.FORCE_CLAIM if state.assignee is None:
            return "案件还没有经办人，不需要强制接办。"
        case Action.ISSUE_MEASURE if not order.policy.measure_limits:
            return "本地区没有规定督查措施。"
        case Action.FULFIL_MEASURE if not state.open_measures:
            return "没有尚未销号的督查措施。"
        case Action.RECORD_LOOKBACK if not state.lookback_open:
            return "这个案件没有待登记的回头看。"
        case _:
            return None


def _not_in_charge(action: Action, actor: Actor, state: CaseState) -> str | None:
    if actor.role is Role.HEAD:
        if action is Action.SUBMIT_REMEDIATION and actor.user != state.leader:
            return f"案件由 {state.leader} 领办，您不能代为提交。"
        return None
    if state.assignee in (None, actor.user, actor.acting_for):
        return None
    return (
        f"本案的经办人是 {state.assignee}，您不能代为{action.label}。"
        "可由单位负责人“转交经办人”，或在经办人请假期间由其代理人办理。"
    )


def _not_impartial(action: Action, actor: Actor, state: CaseState) -> str | None:
    if actor.user in state.handlers or (actor.acting_for and actor.acting_for in state.handlers):
        return f"您办理过本案，不能再{action.label}，请由其他人员办理。"
    appeal = state.appeal
    if appeal is not None and actor.user == appeal.filed_by:
        return f"申诉是您提出的，不能由您{action.label}。"
    if action is Action.CONFIRM_APPEAL and appeal is not None and actor.user == appeal.reviewed_by:
        return "申诉是您复核的，须由另一人确认。"
    return None


def _callback_refusal(message: RecordCallback, state: CaseState, order: CaseOrder) -> str | None:
    if message.result is not CallbackResult.REACHED:
        if message.finding is not None or message.satisfied is not None:
            return f"{message.result.label}的回访不能填写核实结论或满意情况。"
        return None
    match callback_due(state, order):
        case CallbackKind.VERIFICATION:
            return _verification_refusal(message, order)
        case CallbackKind.POST_REMEDIATION:
            if message.satisfied is None:
                return "整改后回访已接通，须填写对方是否满意。"
            if message.finding is not None:
                return "整改后回访不填写核实结论（finding）。"
        case _:
            if message.finding is not None or message.satisfied is not None:
                return "过程回访只登记接通情况和备注（note）。"
    return None


def _verification_refusal(message: RecordCallback, order: CaseOrder) -> str | None:
    allowed = (Finding.FOUNDED, *order.policy.void_outcomes)
    if message.finding is None:
        names = [f"{each}（{each.label}）" for each in allowed]
        listed = "、".join(names[:-1]) + (f" 或 {names[-1]}" if len(names) > 1 else names[-1])
        return f"回访核实已接通，须填写核实结论：{listed}。"
    if message.finding not in allowed:
        return f"本地区不认定“{message.finding.label}”。"
    if message.satisfied is not None:
        return "回访核实不填写满意情况（satisfied），满意情况在整改后回访时填写。"
    return None


def _listed(reasons: dict[str, str]) -> str:
    return "、".join(f"{code}（{text}）" for code, text in reasons.items())
