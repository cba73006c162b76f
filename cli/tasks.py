"""`tasks --as USER`: the person's open tasks, what runs out first on top, and which command does each.

Decides how a worklist reads, and which action answers which task.
"""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any, TextIO

from cli.context import Context
from cli.text import countdown, deadline, for_scripts
from models.actions import Action
from models.actors import Actor
from models.steps import TaskKind
from models.views import TaskView

_MOST = 500


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "列出一个人的待办，先到期的在前，并写明用什么命令办理。"
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="用户，如 officer-renshe")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 数组")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Print the list."""
    del err
    actor = context.people.actor(args.user)
    tasks = context.reader.tasks(actor, _MOST)
    now = context.now()
    if args.json:
        found = [
            task_for_scripts(task, now) | {"commands": [line for line, _ in commands(task, actor, context.program)]}
            for task in tasks
        ]
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return 0
    user = context.people.user(args.user)
    who = f"{user.name}（{user.role.label}，{context.people.unit(user.unit).name}）"
    if not tasks:
        print(f"{who}目前没有待办。", file=out)
        return 0
    late = sum(1 for task in tasks if task.due is not None and task.due.deadline <= now)
    print(f"{who}：待办 {len(tasks)} 件" + (f"，其中 {late} 件已逾期" if late else ""), file=out)
    for number, task in enumerate(tasks, start=1):
        print(file=out)
        print(f"{number:>3}. {task_title(task, actor)}", file=out)
        print(f"     截止 {task_deadline(task, context)}  {task_countdown(task, now)}", file=out)
        for command, note in commands(task, actor, context.program):
            print(f"     办理 {command}" + (f"    # {note}" if note else ""), file=out)
    if len(tasks) == _MOST:
        print(f"\n只列出最先到期的 {_MOST} 件。", file=out)
    return 0


def task_title(task: TaskView, actor: Actor) -> str:
    """The task, the case and its matter; for those who see several units, whose case it is."""
    unit = "" if actor.role.is_of_unit else f"  {task.unit_name}"
    again = f"（第{task.round}轮）" if task.round > 1 else ""
    return f"{task.kind.label}{again}  {task.case_no}  {task.task_name or '（未填事项名称）'}{unit}"


def task_deadline(task: TaskView, context: Context) -> str:
    """Until when, in the legal form."""
    if task.due is None:
        return "没有单独的时限，请尽快办理"
    return deadline(task.due, context.reader.calendar(task.due.calendar_version))


def task_countdown(task: TaskView, now: datetime) -> str:
    """How long that is from now."""
    return "" if task.due is None else countdown(task.due.deadline, now)


def commands(task: TaskView, actor: Actor, program: str) -> list[tuple[str, str]]:
    """The commands that do a task, ready to be copied, each with what it stands for where there is a choice.

    What the person has to write stands in quotes.
    """
    act = f"{program} act {task.case_no} %s --as {actor.user}"
    match task.kind:
        case TaskKind.SIGN_OFF:
            return [(act % Action.SIGN_OFF, "")]
        case TaskKind.VERIFICATION_CALLBACK | TaskKind.POST_CALLBACK | TaskKind.CONTACT:
            return [(f"{program} callback {task.case_no} --as {actor.user}", "")]
        case TaskKind.REMEDIATE:
            return [(act % Action.SUBMIT_REMEDIATION + " --set measures='采取了什么措施、结果如何'", "")]
        case TaskKind.CONFIRM_FINDING:
            return [
                (act % Action.CONFIRM_FINDING + " --set reason='理由'", "确属误评或恶意差评，不予采纳"),
                (act % Action.REJECT_FINDING + " --set reason='理由'", "评价属实，继续整改"),
            ]
        case TaskKind.CONCLUDE:
            return [(act % Action.CONCLUDE + " --set reason='处理意见'", "")]
        case TaskKind.OVERSEE:
            return [(act % Action.URGE + " --set reason='催办意见'", "")]


def task_for_scripts(task: TaskView, now: datetime) -> dict[str, Any]:
    """The task with stable keys."""
    due = task.due
    found: dict[str, Any] = for_scripts(
        {
            "case_no": task.case_no,
            "task": task.kind,
            "task_label": task.kind.label,
            "role": task.role,
            "unit": task.case_unit,
            "unit_name": task.unit_name,
            "item": task.task_name,
            "stage": task.stage,
            "round": task.round,
            "deadline": due.deadline if due else None,
            "last_day": due.last_day if due else None,
            "provisional": due.provisional if due else None,
            "seconds_left": int((due.deadline - now).total_seconds()) if due else None,
            "opened_at": task.opened_at,
        }
    )
    return found
