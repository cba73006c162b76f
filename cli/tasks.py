"""`tasks --as USER`: the person's open tasks, the most urgent on top, and which command does each.

Decides how a worklist reads, and which action answers which task. A deputy sees the absent colleague's tasks too.
"""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any, TextIO

from casework.names import Names
from casework.text import countdown, deadline, for_scripts
from cli.context import Context
from models.actions import Action
from models.actors import Actor
from models.kinds import Finding, MeasureKind, Priority
from models.steps import TaskKind
from models.views import TaskView

_MOST = 500


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "列出一个人的待办，急诉速办的在前，其次先到期的在前，并写明用什么命令办理。"
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="用户，如 officer-renshe")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 数组")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Print the list."""
    del err
    actor = context.people.actor(args.user)
    stands_in_for = context.stands_in_for(actor.user)
    tasks = open_tasks(context, actor, stands_in_for)
    now = context.now()
    if args.json:
        found = [
            task_for_scripts(task, now)
            | {
                "on_behalf_of": task.assignee if task.assignee in stands_in_for else None,
                "commands": [line for line, _ in commands(task, actor, context.program)],
            }
            for task in tasks
        ]
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return 0
    user = context.people.user(args.user)
    names = Names(context.people)
    who = f"{user.name}（{user.role.label}，{context.people.unit(user.unit).name}）"
    if stands_in_for:
        who += f"，今天代理{'、'.join(names.user(absent) for absent in stands_in_for)}"
    if not tasks:
        print(f"{who}目前没有待办。", file=out)
        return 0
    late = sum(1 for task in tasks if _is_late(task, now))
    print(f"{who}：待办 {len(tasks)} 件" + (f"，其中 {late} 件已逾期" if late else ""), file=out)
    for number, task in enumerate(tasks, start=1):
        print(file=out)
        print(f"{number:>3}. {task_title(task, actor)}", file=out)
        print(f"     截止 {task_deadline(task, context)}  {task_countdown(task, now)}".rstrip(), file=out)
        if task.assignee not in (None, actor.user):
            deputy = "，由您代理" if task.assignee in stands_in_for else ""
            print(f"     经办 {names.user(task.assignee or '')}{deputy}", file=out)
        for command, note in commands(task, actor, context.program):
            print(f"     办理 {command}" + (f"    # {note}" if note else ""), file=out)
    if len(tasks) == _MOST:
        print(f"\n只列出最急的 {_MOST} 件。", file=out)
    return 0


def open_tasks(context: Context, actor: Actor, stands_in_for: list[str]) -> list[TaskView]:
    """The person's tasks and those of everybody for whom the person stands in today, in one order."""
    found = context.reader.tasks(actor, _MOST)
    for absent in stands_in_for:
        theirs = context.reader.tasks(actor.model_copy(update={"acting_for": absent}), _MOST)
        found += [task for task in theirs if task not in found]
    return sorted(found, key=_urgent_first)[:_MOST] if stands_in_for else found


def task_title(task: TaskView, actor: Actor) -> str:
    """The task, the case and its matter; for those who see several units, whose case it is."""
    unit = "" if actor.role.is_of_unit else f"  {task.unit_name}"
    priority = "" if task.priority is Priority.NORMAL else f"【{task.priority.label}】"
    return f"{priority}{task_name(task)}  {task.case_no}  {task.task_name or '（未填事项名称）'}{unit}"


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


def task_deadline(task: TaskView, context: Context) -> str:
    """Until when, in the legal form."""
    if task.due is None:
        return "没有单独的时限，请尽快办理"
    return deadline(task.due, context.reader.calendar(task.due.calendar_version))


def task_countdown(task: TaskView, now: datetime) -> str:
    """How long that is from now; nothing while the limit stands still."""
    return "" if task.due is None or task.due.is_paused else countdown(task.due.deadline, now)


def commands(task: TaskView, actor: Actor, program: str) -> list[tuple[str, str]]:
    """The commands that do a task, ready to be copied, each with what it stands for where there is a choice.

    What the person has to write stands in quotes.
    """
    if task.kind in (TaskKind.VERIFICATION_CALLBACK, TaskKind.POST_CALLBACK, TaskKind.CONTACT):
        return [(f"{program} callback {task.case_no} --as {actor.user}", "")]
    return [
        (f"{program} act {task.case_no} {action} --as {actor.user}" + (f" --set {given}" if given else ""), note)
        for action, given, note in _answers(task)
    ]


_REASON = "reason='理由'"
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


def _answers(task: TaskView) -> list[tuple[Action, str, str]]:
    """The actions that answer a task: what is to be filled in, and what it stands for where there is a choice."""
    if measure := _ISSUED.get(task.kind):
        return [(Action.ISSUE_MEASURE, f"kind={measure} document_no='文号' reason='事由和要求'", "")]
    if measure := _FULFILLED.get(task.kind):
        return [(Action.FULFIL_MEASURE, f"kind={measure} outcome='落实情况'", "")]
    match task.kind:
        case TaskKind.SIGN_OFF:
            return [(Action.SIGN_OFF, "", "")]
        case TaskKind.REMEDIATE:
            return [(Action.SUBMIT_REMEDIATION, "measures='采取了什么措施、结果如何'", "")]
        case TaskKind.CO_HANDLE:
            return [(Action.SUBMIT_CO_OPINION, "opinion='本单位做了什么、结果如何'", "")]
        case TaskKind.TAKE_OVER:
            return [(Action.TAKE_OVER, _REASON, "")]
        case TaskKind.CONCLUDE:
            return [(Action.CONCLUDE, "reason='处理意见'", "")]
        case TaskKind.OVERSEE:
            return [(Action.URGE, "reason='催办意见'", "")]
        case TaskKind.CONFERENCE if task.due is None:
            return [(Action.CONVENE_CONFERENCE, f"units='单位编号甲、单位编号乙' {_REASON}", "")]
        case TaskKind.CONFERENCE:
            return [(Action.CONCLUDE_CONFERENCE, "conclusion='会议结论'", "")]
        case _:
            return _choices(task)


def _choices(task: TaskView) -> list[tuple[Action, str, str]]:
    match task.kind:
        case TaskKind.CONFIRM_FINDING:
            return [
                (Action.CONFIRM_FINDING, f"{_REASON} evidence='证据名称或编号'", "确属误评或恶意差评，不予采纳"),
                (Action.REJECT_FINDING, _REASON, "评价属实，继续整改"),
            ]
        case TaskKind.REDISPATCH | TaskKind.DECIDE_UNIT:
            return [
                (Action.REDISPATCH, f"to_unit='单位编号' {_REASON}", "派给另一个单位，编号见 directory show"),
                (Action.REDISPATCH, f"to_unit={task.case_unit} {_REASON}", f"仍由{task.unit_name}承办"),
            ]
        case TaskKind.DECIDE_EXTENSION:
            return _yes_or_no(Action.DECIDE_EXTENSION, "granted=准予", "granted=不予", "延期")
        case TaskKind.DECIDE_CLASS_CHANGE:
            return _yes_or_no(Action.DECIDE_CLASS_CHANGE, "granted=准予", "granted=不予", "变更类别")
        case TaskKind.REVIEW_APPEAL:
            upheld = f"upheld=成立 finding={Finding.MISTAKEN} {_REASON} evidence='证据名称或编号'"
            return [
                (Action.DECIDE_APPEAL, upheld, f"申诉成立，属误评；恶意差评写 finding={Finding.MALICIOUS}"),
                (Action.DECIDE_APPEAL, f"upheld=不成立 {_REASON}", "申诉不成立"),
            ]
        case TaskKind.CONFIRM_APPEAL:
            return _yes_or_no(Action.CONFIRM_APPEAL, "confirmed=同意", "confirmed=不同意", "申诉成立")
        case TaskKind.LOOKBACK:
            return [
                (Action.RECORD_LOOKBACK, "solved=是 note='回头看的情况'", "问题已解决"),
                (Action.RECORD_LOOKBACK, "solved=否 note='还有什么问题'", "没有解决，重新整改"),
            ]
        case _:
            raise ValueError(f"no action answers {task.kind}")


def _yes_or_no(action: Action, yes: str, no: str, about: str) -> list[tuple[Action, str, str]]:
    return [
        (action, f"{yes} {_REASON}", f"{yes.partition('=')[2]}{about}"),
        (action, f"{no} {_REASON}", f"{no.partition('=')[2]}{about}"),
    ]


def task_for_scripts(task: TaskView, now: datetime) -> dict[str, Any]:
    """The task with stable keys; under a limit that stands still there is no deadline."""
    due = None if task.due is None or task.due.is_paused else task.due
    found: dict[str, Any] = for_scripts(
        {
            "case_no": task.case_no,
            "task": task.kind,
            "task_label": task.kind.label,
            "role": task.role,
            "unit": task.case_unit,
            "unit_name": task.unit_name,
            "task_unit": task.unit,
            "item": task.task_name,
            "stage": task.stage,
            "round": task.round,
            "priority": task.priority,
            "assignee": task.assignee,
            "deadline": due.deadline if due else None,
            "last_day": due.last_day if due else None,
            "provisional": due.provisional if due else None,
            "paused": task.due is not None and task.due.is_paused,
            "seconds_left": int((due.deadline - now).total_seconds()) if due else None,
            "opened_at": task.opened_at,
        }
    )
    return found


_URGENCY = list(reversed(Priority))


def _urgent_first(task: TaskView) -> tuple[int, bool, float, str]:
    """The order of the worklists: priority, then what runs out first, then the case's number."""
    due = task.due.deadline.timestamp() if task.due else 0.0
    return _URGENCY.index(task.priority), task.due is None, due, task.case_no


def _is_late(task: TaskView, now: datetime) -> bool:
    return task.due is not None and not task.due.is_paused and task.due.deadline <= now
