"""A worklist as people read it: whose tasks there are, what each is called, how urgent it is, which action does it.

Decides wording and which action answers which task. The order of the list, and whose tasks there are, the read model
knows; whether the action is possible the case itself says.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from casework.ports import Reader
from casework.text import countdown, deadline
from models.actions import Action
from models.due import DueDate
from models.kinds import Finding, MeasureKind
from models.steps import TaskKind
from models.views import TaskView

_SOON = timedelta(days=2)
"""A limit is never called near its end earlier than that, however long it is."""


class Urgency(StrEnum):
    """How near the end of a limit is; the words stand beside every colour."""

    CALM = "calm"
    SOON = "soon"
    OVER = "over"
    NONE = "none"

    @property
    def label(self) -> str:
        """The urgency in Chinese; empty where there is no date."""
        return {Urgency.CALM: "未到期", Urgency.SOON: "临近到期", Urgency.OVER: "已逾期", Urgency.NONE: ""}[self]


def urgency(due: DueDate | None, now: datetime) -> Urgency:
    """How near the end is: near from the last quarter of the limit on, and two days before its end at the earliest."""
    if due is None or due.is_paused:
        return Urgency.NONE
    left = due.deadline - now
    if left <= timedelta():
        return Urgency.OVER
    return Urgency.SOON if left <= min((due.deadline - due.start) / 4, _SOON) else Urgency.CALM


_COUNTED = {
    TaskKind.SIGN_OFF: "第{}次签收",
    TaskKind.REDISPATCH: "改派（第{}次退单）",
    TaskKind.DECIDE_UNIT: "指定承办单位（第{}次退单）",
    TaskKind.CONFERENCE: "联席会议（第{}次）",
    TaskKind.SUPERVISE: "落实督办（第{}次）",
    TaskKind.INTERVIEW: "落实约谈（第{}次）",
    TaskKind.CIRCULAR: "落实通报（第{}次）",
    TaskKind.REFERRAL: "落实移送（第{}次）",
}
"""Tasks under a limit that counts for itself; the round of the others is one of rework."""


def task_name(task: TaskView) -> str:
    """What is to be done, and from the second on, for the how many-th time."""
    if task.round == 1:
        return task.kind.label
    if task.due is not None and task.kind in _COUNTED:
        return _COUNTED[task.kind].format(task.round)
    return f"{task.kind.label}（第{task.round}轮）"


def task_deadline(task: TaskView, reader: Reader) -> str:
    """Until when, in the legal form."""
    if task.due is None:
        return "没有单独的时限，请尽快办理"
    return deadline(task.due, reader.calendar(task.due.calendar_version))


def task_countdown(task: TaskView, now: datetime) -> str:
    """How long that is from now; nothing while the limit stands still."""
    return "" if task.due is None or task.due.is_paused else countdown(task.due.deadline, now)


def is_late(task: TaskView, now: datetime) -> bool:
    """Whether the task's limit has passed."""
    return urgency(task.due, now) is Urgency.OVER


CALLS = frozenset({TaskKind.VERIFICATION_CALLBACK, TaskKind.POST_CALLBACK, TaskKind.CONTACT})
"""Tasks that begin with a telephone call; its result is recorded afterwards."""


@dataclass(frozen=True)
class Answer:
    """One way to do a task: the action, what it is filled with already, what its person still writes, what it means.

    `meaning` is empty where there is no choice. `asked` says what is to be written in each field.
    """

    action: Action
    given: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    meaning: str = ""

    @property
    def label(self) -> str:
        """What a button says: the meaning without its comment, or the action; of a measure also which one it is."""
        if self.meaning:
            return self.meaning.partition("，")[0]
        if self.action in (Action.ISSUE_MEASURE, Action.FULFIL_MEASURE):
            return self.action.label.replace("督查措施", MeasureKind(self.given["kind"]).label)
        return self.action.label


_REASON = {"reason": "理由"}
_EVIDENCE = {"evidence": "证据名称或编号"}
_ISSUED = {
    TaskKind.ISSUE_SUPERVISE: MeasureKind.SUPERVISE,
    TaskKind.ISSUE_INTERVIEW: MeasureKind.INTERVIEW,
    TaskKind.ISSUE_CIRCULAR: MeasureKind.CIRCULAR,
    TaskKind.ISSUE_REFERRAL: MeasureKind.REFERRAL,
}
_FULFILLED = {
    TaskKind.SUPERVISE: MeasureKind.SUPERVISE,
    TaskKind.INTERVIEW: MeasureKind.INTERVIEW,
    TaskKind.CIRCULAR: MeasureKind.CIRCULAR,
    TaskKind.REFERRAL: MeasureKind.REFERRAL,
}


def answers(task: TaskView) -> list[Answer]:
    """The actions that do a task. A call (`CALLS`) is answered by its result."""
    if task.kind in CALLS:
        return [Answer(Action.RECORD_CALLBACK)]
    if measure := _ISSUED.get(task.kind):
        return [Answer(Action.ISSUE_MEASURE, {"kind": measure}, {"document_no": "文号", "reason": "事由和要求"})]
    if measure := _FULFILLED.get(task.kind):
        return [Answer(Action.FULFIL_MEASURE, {"kind": measure}, {"outcome": "落实情况"})]
    match task.kind:
        case TaskKind.SIGN_OFF:
            return [Answer(Action.SIGN_OFF)]
        case TaskKind.REMEDIATE:
            return [Answer(Action.SUBMIT_REMEDIATION, asked={"measures": "采取了什么措施、结果如何"})]
        case TaskKind.CO_HANDLE:
            return [Answer(Action.SUBMIT_CO_OPINION, asked={"opinion": "本单位做了什么、结果如何"})]
        case TaskKind.TAKE_OVER:
            return [Answer(Action.TAKE_OVER, asked=_REASON)]
        case TaskKind.CONCLUDE:
            return [Answer(Action.CONCLUDE, asked={"reason": "处理意见"})]
        case TaskKind.OVERSEE:
            return [Answer(Action.URGE, asked={"reason": "催办意见"})]
        case TaskKind.CONFERENCE if task.due is None:
            return [Answer(Action.CONVENE_CONFERENCE, asked={"units": "单位编号甲、单位编号乙"} | _REASON)]
        case TaskKind.CONFERENCE:
            return [Answer(Action.CONCLUDE_CONFERENCE, asked={"conclusion": "会议结论"})]
        case _:
            return _choices(task)


def _choices(task: TaskView) -> list[Answer]:
    match task.kind:
        case TaskKind.CONFIRM_FINDING:
            return [
                Answer(Action.CONFIRM_FINDING, {}, _REASON | _EVIDENCE, "确属误评或恶意差评，不予采纳"),
                Answer(Action.REJECT_FINDING, {}, _REASON, "评价属实，继续整改"),
            ]
        case TaskKind.REDISPATCH | TaskKind.DECIDE_UNIT:
            return [
                Answer(Action.REDISPATCH, {}, {"to_unit": "单位编号"} | _REASON, "派给另一个单位"),
                Answer(Action.REDISPATCH, {"to_unit": task.case_unit}, _REASON, f"仍由{task.unit_name}承办"),
            ]
        case TaskKind.DECIDE_EXTENSION:
            return _yes_or_no(Action.DECIDE_EXTENSION, "granted", "准予", "不予", "延期")
        case TaskKind.DECIDE_CLASS_CHANGE:
            return _yes_or_no(Action.DECIDE_CLASS_CHANGE, "granted", "准予", "不予", "变更类别")
        case TaskKind.REVIEW_APPEAL:
            upheld = {"upheld": "成立", "finding": str(Finding.MISTAKEN)}
            return [
                Answer(Action.DECIDE_APPEAL, upheld, _REASON | _EVIDENCE, "申诉成立，属误评"),
                Answer(Action.DECIDE_APPEAL, {"upheld": "不成立"}, _REASON, "申诉不成立"),
            ]
        case TaskKind.CONFIRM_APPEAL:
            return _yes_or_no(Action.CONFIRM_APPEAL, "confirmed", "同意", "不同意", "申诉成立")
        case TaskKind.LOOKBACK:
            return [
                Answer(Action.RECORD_LOOKBACK, {"solved": "是"}, {"note": "回头看的情况"}, "问题已解决"),
                Answer(Action.RECORD_LOOKBACK, {"solved": "否"}, {"note": "还有什么问题"}, "没有解决，重新整改"),
            ]
        case _:
            raise ValueError(f"no action answers {task.kind}")


def _yes_or_no(action: Action, name: str, yes: str, no: str, about: str) -> list[Answer]:
    return [Answer(action, {name: said}, _REASON, f"{said}{about}") for said in (yes, no)]
