"""The demo's main job: the sample comes in, and a newcomer sees who has which task until when and how to go on.

Decides what is printed. Whether the sample came in before makes no difference: nothing is imported twice.
"""

import tomllib
from collections.abc import Callable, Sequence
from typing import TextIO

from casework.worklist import task_countdown, task_deadline
from cli.context import Context
from cli.tasks import commands, task_title
from models.actors import Actor, Role
from models.errors import BadInput
from models.people import User
from models.steps import TaskKind
from models.views import TaskView

DIRECTORY = "samples/directory.toml"
SAMPLE = "samples/demo.toml"
"""Which ratings of which jurisdiction come in; the file of ratings is named from there."""

PASSWORD = "demo-demo-demo"
"""Of every account that the demo makes. Plainly no secret; `up` makes none."""

_GIVEN_BY = "demo"
"""Who gave the password of an account that still has the demo's."""

_SHOWN = 2
"""Tasks shown of each person; the rest is one command away."""

Main = Callable[[Sequence[str], Context, TextIO, TextIO], int]

_TAKEN = (0, 3)
"""The import's exit codes with which the demo goes on: all rows taken, or some of them rejected."""


def main_job(context: Context, main: Main, out: TextIO, err: TextIO) -> None:
    """Fill the directory, import the sample, show the worklists. Raises BadInput when the sample cannot be taken."""
    sample = context.sample(SAMPLE)
    given = tomllib.loads(sample.read_text(encoding="utf-8"))
    ratings = sample.parent / given["ratings"]
    context.load_directory(context.sample(DIRECTORY))
    rejects = context.runtime_dir / f"{ratings.stem}-rejects.csv"
    words = ["import", str(ratings), "--jurisdiction", given["jurisdiction"], "--rejects", str(rejects)]
    if main(words, context, out, err) not in _TAKEN:
        raise BadInput(f"演示数据 {given['ratings']} 没有导入，原因见上。")
    _make_accounts(context)
    _print_worklists(context, out)
    _print_next(context, out)
    _print_desk(context, out)


def _make_accounts(context: Context) -> None:
    """Everybody of the sample's directory can log in; who has chosen a password keeps it."""
    accounts = context.account_ports.accounts
    for each in accounts.all():
        if not each.has_password:
            accounts.set(each.user.id, PASSWORD, by=_GIVEN_BY, must_change=False)


def _print_worklists(context: Context, out: TextIO) -> None:
    print("\n谁有什么任务、办到什么时候（每人只列最先到期的几件）", file=out)
    shared: set[Role] = set()
    for user in context.people.users():
        if user.role in shared:
            continue
        tasks = context.reader.tasks(context.people.actor(user.id))
        if tasks:
            _print_worklist(context, user, tasks, out)
        if not user.role.is_of_unit:
            shared.add(user.role)  # the whole role shares one list


def _print_worklist(context: Context, user: User, tasks: list[TaskView], out: TextIO) -> None:
    shared = "" if user.role.is_of_unit else f"（全体{user.role.label}共用）"
    print(f"\n{user.name}（{user.id}）：{len(tasks)} 件{shared}", file=out)
    now, actor = context.now(), context.people.actor(user.id)
    for task in tasks[:_SHOWN]:
        print(f"  {task_title(task, actor)}", file=out)
        print(f"    截止 {task_deadline(task, context.reader)}  {task_countdown(task, now)}", file=out)
    if len(tasks) > _SHOWN:
        print(f"  ……还有 {len(tasks) - _SHOWN} 件：{context.program} tasks --as {user.id}", file=out)


def _print_next(context: Context, out: TextIO) -> None:
    print("\n接下来，在另一个终端里：", file=out)
    signing = _first(context, Role.OFFICER, TaskKind.SIGN_OFF)
    if signing is not None:
        actor, task = signing
        print(f"  # 整改责任人签收\n  {commands(task, actor, context.program)[0][0]}", file=out)
    calling = _first(context, Role.HOTLINE, TaskKind.VERIFICATION_CALLBACK, signing[1].case_no if signing else None)
    if calling is not None:
        actor, task = calling
        print(f"  # 话务员打回访电话，并按提示登记结果\n  {commands(task, actor, context.program)[0][0]}", file=out)
    watched = signing or calling
    if watched is not None:
        case_no = watched[1].case_no
        print("  # 监督人员看案件和经过", file=out)
        print(f"  {context.program} show {case_no}\n  {context.program} history {case_no}", file=out)
    supervisors = [user for user in context.people.users() if user.role is Role.SUPERVISOR]
    if supervisors:
        print(f"  {context.program} tasks --as {supervisors[0].id}", file=out)
    print(
        f"  # 全部案件、发出的消息、其他命令\n  {context.program} cases\n  {context.program} messages\n"
        f"  {context.program} --help",
        file=out,
    )


def _print_desk(context: Context, out: TextIO) -> None:
    if not context.desk_url:
        return
    print(f"\n或者在浏览器里打开 {context.desk_url} ，用演示账号登录（密码都是 {PASSWORD}）：", file=out)
    _print_accounts(context, out)


def say_who_can_log_in(context: Context, out: TextIO) -> None:
    """The demo's accounts where there are some; how to make the first one where nobody has one."""
    accounts = context.account_ports.accounts.all()
    if any(each.changed_by == _GIVEN_BY for each in accounts):
        print(f"这里有演示账号（密码都是 {PASSWORD}），用于网页登录：", file=out)
        _print_accounts(context, out)
    elif accounts and not any(each.has_password for each in accounts):
        print(f"还没有人能用本地密码登录网页。设置第一个密码：{context.program} account set 用户名", file=out)
    elif not accounts:
        print(f"单位目录是空的。先导入单位和用户：{context.program} directory load 文件", file=out)


def _print_accounts(context: Context, out: TextIO) -> None:
    """One account of each role that still has the demo's password: who has most to do."""
    by_role: dict[Role, list[User]] = {}
    for each in context.account_ports.accounts.all():
        if each.changed_by == _GIVEN_BY and not each.user.disabled:
            by_role.setdefault(each.user.role, []).append(each.user)
    for users in by_role.values():
        busiest = max(users, key=lambda user: len(context.reader.tasks(context.people.actor(user.id))))
        print(f"  {busiest.id:<20}{busiest.role.label}，{busiest.name}", file=out)


def _first(context: Context, role: Role, kind: TaskKind, case_no: str | None = None) -> tuple[Actor, TaskView] | None:
    """The task of that kind that runs out first (of that case, if it has one) and somebody whose it is."""
    found: list[tuple[Actor, TaskView]] = []
    for user in context.people.users():
        if user.role is role:
            actor = context.people.actor(user.id)
            found += [(actor, task) for task in context.reader.tasks(actor) if task.kind is kind]
    found.sort(key=lambda each: (each[1].case_no != case_no, each[1].due is None, each[1].due and each[1].due.deadline))
    return found[0] if found else None
