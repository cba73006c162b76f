"""A case in a citizen's words: where it stands, what comes next, and what has happened so far.

Decides wording, and what a citizen is told at all: that the unit took it, that we called, what came of it. Not told are
names of people, what officers and supervisors do among themselves, and whether the rated person appealed.
"""

from collections.abc import Iterable

from casework.text import end_of
from models.callbacks import CallbackResult
from models.case import UNNAMED_ITEM, Ending, Stage
from models.clocks import ClockKind
from models.outside import CitizenView, Milestone
from models.steps import Event
from models.views import CaseView, ClockView, EntryView

_STANDING = {
    Stage.DISPATCHED: "您的{said}已转交办理单位。",
    Stage.RETURNED: "您的{said}正在重新确定由哪个单位办理。",
    Stage.CONFIRMING: "您的{said}正在核实。",
    Stage.REMEDIATION: "办理单位正在整改。",
    Stage.POST_CALLBACK: "办理单位已经整改，我们将向您回访。",
    Stage.ESCALATED: "办理单位已经整改，监督部门正在处理。",
}
_NEXT = {
    Stage.DISPATCHED: "接下来由办理单位签收，工作人员会打电话向您了解情况。",
    Stage.RETURNED: "确定后由新的单位继续办理，不需要您再反映。",
    Stage.CONFIRMING: "核实有了结果会告诉您。",
    Stage.REMEDIATION: "整改完成后会打电话问您是否满意。",
    Stage.POST_CALLBACK: "请留意来电，如实说出您是否满意。",
    Stage.ESCALATED: "处理有了结果就会结束。",
}
_ENDED = {
    Ending.SATISFIED: "已经办结：您在回访中表示满意。",
    Ending.UNREACHABLE: "已经办结：办理单位已整改，多次回访没有联系上您。",
    Ending.ANONYMOUS: "已经办结：办理单位已整改。",
    Ending.NOT_ADOPTED: "已经结束：经核实，这条{said}按规定不予采纳。",
    Ending.CONCLUDED: "已经办结：由监督部门处理完毕。",
    Ending.REMEDIATED: "已经办结：办理单位已整改。",
    Ending.WITHDRAWN: "已经办结：您撤回了{said}，办理单位仍然作了整改。",
}
_TOLD = {
    Event.DISPATCHED: "收到您的{said}，转交办理单位。",
    Event.SIGNED_OFF: "办理单位签收。",
    Event.REDISPATCHED: "改由另一个单位办理。",
    Event.REMEDIATED: "办理单位完成整改。",
    Event.WITHDRAWN: "登记您撤回{said}。",
}
"""`{said}` is what the citizen did: rated (评价) or reported (反映)."""

_CALLED = {CallbackResult.REACHED.label: "我们与您通了电话。"}
_NOT_CALLED = "我们给您打过电话，没有完成回访。"


def citizen_view(
    case: CaseView, entries: Iterable[EntryView], clocks: Iterable[ClockView], may_rate: bool, rated: bool
) -> CitizenView:
    """What the citizen's page shows of a case."""
    ended = case.ending is not None and case.stage is Stage.CLOSED
    said = "反映" if case.source.is_reported else "评价"
    standing = _ENDED[case.ending] if ended and case.ending else _STANDING.get(case.stage, "正在办理。")
    return CitizenView(
        case_no=case.case_no,
        item=case.task_name or UNNAMED_ITEM,
        unit=case.unit_name,
        assessed_at=case.assessed_at,
        said=said,
        standing=standing.format(said=said),
        next_step="" if ended else _next_step(case, clocks),
        milestones=tuple(_milestones(entries, said)),
        may_rate=ended and may_rate and not rated,
        rated=rated,
    )


def _next_step(case: CaseView, clocks: Iterable[ClockView]) -> str:
    running = [clock for clock in clocks if clock.kind is ClockKind.REMEDIATION and clock.ended_at is None]
    until = [clock.due.deadline for clock in running if not clock.due.is_paused]
    if case.stage is Stage.REMEDIATION and until:
        return f"整改期限到 {end_of(max(until))} 为止。{_NEXT[case.stage]}"
    return _NEXT.get(case.stage, "")


def _milestones(entries: Iterable[EntryView], said: str) -> Iterable[Milestone]:
    for entry in entries:
        if entry.event is Event.CALLBACK_RECORDED:
            yield Milestone(at=entry.at, text=_CALLED.get(entry.details.get("result", ""), _NOT_CALLED))
        elif told := _TOLD.get(entry.event):
            yield Milestone(at=entry.at, text=told.format(said=said))
        if entry.stage is Stage.CLOSED and "ending" in entry.details:
            yield Milestone(at=entry.at, text="办理结束。")
        elif entry.event is Event.LOOKED_BACK and entry.stage is not Stage.CLOSED:
            yield Milestone(at=entry.at, text="复查发现问题没有解决，重新整改。")
