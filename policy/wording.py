"""The Chinese of the procedure: one line for a step, a timer, a case, a receipt. Nothing personal is in any of it."""

from models.case import CaseOrder, CaseState
from models.clocks import Clock, Rung
from models.steps import Event, Step
from policy.transitions import stage_of

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
}
"""What each detail of an entry is called in front of people."""


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
        f"承办单位 {order.unit}｜{order.case_class.label}｜第 {state.round} 轮",
    ]
    lines += [f"- {_clock_line(clock)}" for clock in state.clocks]
    if state.ending is not None:
        lines.append(f"- {state.ending.label}")
    return "\n".join(lines)


def receipt_text(step: Step, state: CaseState) -> str:
    """What an action led to: the new stage, and the limits that run."""
    stage = state.ending.label if state.ending is not None else step.facts.stage.label
    limits = "；".join(_clock_line(clock) for clock in state.clocks)
    return f"“{step.event.label}”已记入台账。案件目前：{stage}。" + (f"{limits}。" if limits else "")


def _clock_line(clock: Clock) -> str:
    late = "（已逾期）" if clock.missed else ""
    return f"{clock.kind.label}至 {clock.due.label}{late}"
