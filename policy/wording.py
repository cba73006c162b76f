"""The Chinese of the procedure: one line for a step, a timer, a case, a receipt. Nothing personal is in any of it."""

from collections.abc import Iterator

from models.case import CaseOrder, CaseState
from models.clocks import Clock, Rung
from models.kinds import Priority
from models.steps import Event, Step
from policy.stages import appeal_pending, class_of, handling_unit, priority_of, stage_of

DETAIL_LABELS = {
    "skipped": "说明",
    "purpose": "回访事由",
    "callback": "回访类型",
    "result": "回访结果",
    "note": "备注",
    "plan": "后续安排",
    "finding": "核实结论",
    "satisfied": "是否满意",
    "reason": "理由",
    "measures": "整改情况",
    "round": "整改轮次",
    "ending": "办理结果",
    "clock": "时限",
    "rung": "节点",
    "measure": "督查措施",
    "kind": "督查措施",
    "document_no": "文号",
    "outcome": "落实情况",
    "evidence": "证据",
    "until": "延期至",
    "granted": "审批结果",
    "case_class": "类别",
    "old_class": "原类别",
    "extension": "延期申请",
    "late_allowed_by": "准予逾期申诉",
    "upheld": "申诉是否成立",
    "confirmed": "是否同意",
    "instead_of": "代为确认",
    "appeal_result": "申诉结果",
    "reason_code": "理由代码",
    "unit": "单位",
    "to_unit": "改派单位",
    "binding": "指定承办",
    "units": "单位",
    "opinion": "协办意见",
    "conclusion": "会议结论",
    "priority": "优先级",
    "from": "原经办人",
    "to": "新经办人",
    "acting_for": "代理",
    "solved": "是否解决",
    "notice": "放假通知",
    "calendar_version": "日历版本",
    "date_changes": "期限变动",
}
"""What each detail of an entry is called in front of people."""


def window_name(number: str) -> str:
    """What a window is called: 03号窗口; one that the source calls a window itself keeps its name."""
    return number if "窗口" in number else f"{number}号窗口"


def step_summary(step: Step) -> str:
    """The line under the activity that records the step, for the engine's screen."""
    said = [f"第{step.seq}步 {step.event.label}"]
    if step.event is Event.RUNG_REACHED:
        said.append(f"{step.details['clock']} {step.details['rung']}")
    if step.actor is not None:
        said.append(f"{step.actor.role.label} {step.actor.user}")
    said.append(f"→ {step.facts.stage.label}")
    return "｜".join(said)


def timer_summary(clock: Clock, rung: Rung) -> str:
    """The line under a timer, for the engine's screen."""
    return f"{clock.kind.label} {rung.label}｜截止 {clock.due.label}"


def case_details(order: CaseOrder, state: CaseState) -> str:
    """The current details of a case for the engine's screen, in Markdown."""
    lines = [
        f"**{stage_of(state).label}**｜{order.task_name}",
        f"承办单位 {handling_unit(state, order)}｜{class_of(state, order).label}｜第 {state.round} 轮",
    ]
    lines += [f"- {_clock_line(clock)}" for clock in state.clocks]
    lines += [f"- {text}" for text in _beside(order, state)]
    if state.ending is not None:
        lines.append(f"- {state.ending.label}")
    return "\n".join(lines)


def _beside(order: CaseOrder, state: CaseState) -> Iterator[str]:
    """What goes on beside the stage."""
    if (priority := priority_of(state, order)) is not Priority.NORMAL:
        yield priority.label
    if appeal_pending(state):
        yield "申诉复核中"
    if state.extension is not None:
        yield f"申请延期至 {state.extension.until}，待审批"
    if state.leader is not None:
        yield f"{state.leader} 领办"
    if state.conference_open:
        yield "联席会议已召集"
    yield from (f"{kind.label}未销号" for kind in state.open_measures)


def receipt_text(step: Step, state: CaseState) -> str:
    """What an action led to: the new stage, and the limits that run."""
    stage = state.ending.label if state.ending is not None else step.facts.stage.label
    limits = "；".join(_clock_line(clock) for clock in state.clocks)
    return f"“{step.event.label}”已记入台账。案件目前：{stage}。" + (f"{limits}。" if limits else "")


def _clock_line(clock: Clock) -> str:
    if clock.due.is_paused:
        return f"{clock.kind.label}暂停计时"
    late = "（已逾期）" if clock.missed else ""
    return f"{clock.kind.label}至 {clock.due.label}{late}"
