"""`tasks --as USER`: the person's open tasks, the most urgent on top, and which command does each.

Decides how a worklist is printed. What its tasks are called and which action does each stands in `casework.worklist`.
A deputy sees the absent colleague's tasks too.
"""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any, TextIO

from casework.names import Names
from casework.text import for_scripts
from casework.worklist import (
    CALLS,
    Answer,
    answers,
    is_late,
    task_countdown,
    task_deadline,
    task_name,
)
from cli.context import Context
from models.actors import Actor
from models.kinds import Finding, Priority
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
    tasks = context.reader.tasks(actor, _MOST, stands_in_for=stands_in_for)
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
    late = sum(1 for task in tasks if is_late(task, now))
    print(f"{who}：待办 {len(tasks)} 件" + (f"，其中 {late} 件已逾期" if late else ""), file=out)
    for number, task in enumerate(tasks, start=1):
        print(file=out)
        print(f"{number:>3}. {task_title(task, actor)}", file=out)
        print(f"     截止 {task_deadline(task, context.reader)}  {task_countdown(task, now)}".rstrip(), file=out)
        if task.assignee not in (None, actor.user):
            deputy = "，由您代理" if task.assignee in stands_in_for else ""
            print(f"     经办 {names.user(task.assignee or '')}{deputy}", file=out)
        for command, note in commands(task, actor, context.program):
            print(f"     办理 {command}" + (f"    # {note}" if note else ""), file=out)
    if len(tasks) == _MOST:
        print(f"\n只列出最急的 {_MOST} 件。", file=out)
    return 0


def task_title(task: TaskView, actor: Actor) -> str:
    """The task, the case and its matter; for those who see several units, whose case it is."""
    unit = "" if actor.role.is_of_unit else f"  {task.unit_name}"
    priority = "" if task.priority is Priority.NORMAL else f"【{task.priority.label}】"
    return f"{priority}{task_name(task)}  {task.case_no}  {task.task_name or '（未填事项名称）'}{unit}"


def commands(task: TaskView, actor: Actor, program: str) -> list[tuple[str, str]]:
    """The commands that do a task, ready to be copied, each with what it stands for where there is a choice.

    What the person has to write stands in quotes.
    """
    if task.kind in CALLS:
        return [(f"{program} callback {task.case_no} --as {actor.user}", "")]
    return [
        (f"{program} act {task.case_no} {each.action} --as {actor.user}{_filled_in(each)}", _note(each))
        for each in answers(task)
    ]


def _note(answer: Answer) -> str:
    """What the command stands for, and how to write what is not in the line."""
    if "to_unit" in answer.asked:
        return f"{answer.meaning}，编号见 directory show"
    if "finding" in answer.given:
        return f"{answer.meaning}；恶意差评写 finding={Finding.MALICIOUS}"
    return answer.meaning


def _filled_in(answer: Answer) -> str:
    given = [f"{name}={value}" for name, value in answer.given.items()]
    asked = [f"{name}='{what}'" for name, what in answer.asked.items()]
    return f" --set {' '.join(given + asked)}" if given or asked else ""


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
