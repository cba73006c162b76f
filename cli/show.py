"""`show CASE [--as USER] [--why] [--json]`: where a case stands, by when what is due, and who can do what now.

Decides what is shown. Everything comes from the read model; a date is explained with the calendar it was counted with.
"""

import json
from argparse import ArgumentParser, Namespace
from typing import Any, TextIO

from cli.context import Context
from cli.limits import limit_for_scripts, limit_reasons, limit_rows
from cli.standing import Standing, standing_of, visible_case
from cli.tasks import task_countdown, task_deadline, task_for_scripts
from cli.text import for_scripts, instant, table
from models.actors import Actor, Role
from models.case import Stage
from models.ratings import ReviewChannel, SatisfactionLevel
from models.steps import Event
from models.views import CaseView, ClockView, EntryView
from policy.wording import DETAIL_LABELS


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "看一个案件：阶段、时限、待办、回访经过、现在可以做什么。"
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("--as", dest="user", metavar="USER", help="以哪个用户查看；整改责任人只能看本单位的案件")
    parser.add_argument("--why", action="store_true", help="逐日说明每个截止日期是怎样算出来的")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Print the case."""
    del err
    case, actor = visible_case(context, args.case_no, args.user)
    standing = standing_of(context, case)
    clocks = context.reader.clocks(case.case_no)
    entries = context.reader.entries(case.case_no)
    if args.json:
        facts = _as_json(context, standing, clocks, entries)
        print(json.dumps(facts, ensure_ascii=False, indent=2), file=out)
        return 0
    _print_case(context, case, out)
    _print_limits(context, clocks, args.why, out)
    _print_tasks(context, standing, out)
    _print_callbacks(entries, out)
    _print_possible(context, standing, actor, out)
    print(f"\n办理经过：{context.program} history {case.case_no}", file=out)
    if url := context.workflow_url(case.case_no):
        print(f"流程引擎页面：{url}", file=out)
    return 0


def _print_case(context: Context, case: CaseView, out: TextIO) -> None:
    print(f"案件 {case.case_no}", file=out)
    complaint = context.complaint(case.case_no)
    level, channel = SatisfactionLevel(case.satisfaction), ReviewChannel(case.channel)
    late = "（有时限已逾期）" if case.overdue else ""
    rows = [
        ("事项", case.task_name or "（未填事项名称）"),
        ("承办单位", case.unit_name),
        ("阶段", (case.ending.label if case.ending else case.stage.label) + late),
        ("类别", f"{case.case_class.label}，第 {case.round} 轮"),
        (
            "评价",
            f"{level.label}（{int(level)}星），{channel.label}，{'匿名' if case.anonymous else '实名'}，"
            f"{instant(case.assessed_at)}",
        ),
        ("差评原因", "、".join(complaint.reasons) or "（未选标签）"),
        ("文字评价", complaint.text or "（没有填写）"),
        ("办件编号", f"{case.project_no}，第 {case.assess_number} 次评价"),
        ("核实结论", _finding(case)),
        ("转办", instant(case.dispatched_at)),
        ("签收", instant(case.signed_at) if case.signed_at else "尚未签收"),
    ]
    if case.ended_at:
        rows.append(("结束", instant(case.ended_at)))
    _print_rows(rows, out)


def _finding(case: CaseView) -> str:
    if case.finding is None:
        return "尚未核实"
    return case.finding.label + (f"（{case.finding_basis.label}）" if case.finding_basis else "")


def _print_limits(context: Context, clocks: list[ClockView], why: bool, out: TextIO) -> None:
    print("\n时限", file=out)
    print("\n".join(table(limit_rows(clocks, context.reader, context.now()), indent="  ")), file=out)
    if any(clock.due.provisional for clock in clocks):
        print("  注：标“暂定”的截止日期落在放假安排尚未公布的年份，公布后须重新计算。", file=out)
    if why:
        for clock in clocks:
            print("\n" + "\n".join(limit_reasons(clock, context.reader)), file=out)


def _print_tasks(context: Context, standing: Standing, out: TextIO) -> None:
    print("\n待办", file=out)
    now = context.now()
    if not standing.tasks:
        print("  没有待办。", file=out)
    for task in standing.tasks:
        names = "、".join(holders(context, task.role, standing.case.unit))
        until = f"截止 {task_deadline(task, context)}  {task_countdown(task, now)}".rstrip()
        print(f"  {task.kind.label}：{names}；{until}", file=out)


def holders(context: Context, role: Role, unit: str) -> list[str]:
    """The people whose task it is: name and user id."""
    everybody = [user for user in context.people.users() if user.role is role]
    people = [user for user in everybody if not role.is_of_unit or user.unit == unit]
    return [f"{user.name}（{user.id}）" for user in people] or [f"{role.label}（目录中没有这样的用户）"]


def _print_callbacks(entries: list[EntryView], out: TextIO) -> None:
    print("\n回访", file=out)
    called = [entry for entry in entries if entry.event is Event.CALLBACK_RECORDED]
    skipped = [entry.details["skipped"] for entry in entries if "skipped" in entry.details]
    for text in skipped:
        print(f"  {text}", file=out)
    for number, entry in enumerate(called, start=1):
        said = [entry.details.get(key, "") for key in ("callback", "result", "finding", "satisfied", "note")]
        print(
            f"  {number}. {instant(entry.at)} {entry.actor_name or entry.actor_user}："
            f"{'，'.join(part for part in said if part)}",
            file=out,
        )
        if still := entry.details.get("plan"):
            print(f"     {DETAIL_LABELS['plan']}：{still}", file=out)
    if not called and not skipped:
        print("  还没有回访。", file=out)


def _print_possible(context: Context, standing: Standing, actor: Actor | None, out: TextIO) -> None:
    print("\n现在可以", file=out)
    possible = standing.possible([actor.role] if actor else Role)
    if standing.case.stage is Stage.CLOSED:
        print("  案件已结束，没有可办的事项。", file=out)
    elif not possible:
        print("  您现在没有可办的事项。", file=out)
    for role, actions in possible.items():
        print(f"  {role.label}：{'、'.join(f'{action.label}（{action.value}）' for action in actions)}", file=out)


def _print_rows(rows: list[tuple[str, str]], out: TextIO) -> None:
    print("\n".join(table(rows, indent="  ")), file=out)


def _as_json(context: Context, standing: Standing, clocks: list[ClockView], entries: list[EntryView]) -> dict[str, Any]:
    case = standing.case
    labels = {"stage_label": case.stage.label, "ending_label": case.ending.label if case.ending else None}
    called = [entry for entry in entries if entry.event is Event.CALLBACK_RECORDED]
    return {
        **for_scripts(case),
        **labels,
        "complaint": for_scripts(context.complaint(case.case_no)),
        "limits": [limit_for_scripts(clock) for clock in clocks],
        "tasks": [task_for_scripts(task, context.now()) for task in standing.tasks],
        "callbacks": [for_scripts({"at": entry.at, "by": entry.actor_user, **entry.details}) for entry in called],
        "possible": for_scripts(standing.possible()),
        "workflow_url": context.workflow_url(case.case_no),
    }
