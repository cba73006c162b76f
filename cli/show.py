"""`show CASE [--as USER] [--why] [--json]`: where a case stands, by when what is due, and who can do what now.

Decides what is shown. Everything comes from the read model; a date is explained with the calendar it was counted with.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any, TextIO

from casework.chronicle import finding_text, holders, source_rows
from casework.limits import date_change_text, limit_for_scripts, limit_reasons, limit_rows, limit_steps
from casework.names import Names
from casework.particulars import Dossier, appeal_rows, measure_rows, measures_of, particulars_for_scripts, rows_of
from casework.standing import Standing, stand_ins_of, standing_of, visible_case
from casework.text import for_scripts, instant, table
from casework.worklist import task_countdown, task_deadline, task_name
from cli.context import Context
from cli.tasks import task_for_scripts
from models.actions import Action
from models.actors import Actor
from models.case import Stage
from models.steps import Event
from models.views import ClockView, EntryView
from policy.transitions import RULES
from policy.wording import DETAIL_LABELS


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "看一个案件：阶段、申诉、时限、期限变动、督查措施、待办、回访经过、现在可以做什么。"
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("--as", dest="user", metavar="USER", help="以哪个用户查看；单位的人员只能看本单位的案件")
    parser.add_argument("--why", action="store_true", help="逐日说明每个截止日期是怎样算出来的")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Print the case."""
    del err
    case, actor = visible_case(context, args.case_no, args.user)
    dossier = _dossier(context, standing_of(context, case))
    if args.json:
        print(json.dumps(_as_json(context, dossier, args.why), ensure_ascii=False, indent=2), file=out)
        return 0
    names = Names(context.people)
    _print_case(context, dossier, names, out)
    _print_section("申诉", appeal_rows(dossier.standing.state, names), out)
    _print_limits(context, dossier, args.why, out)
    _print_moves(dossier, names, out)
    _print_section("督查措施", measure_rows(measures_of(dossier.entries, dossier.standing.clocks)), out)
    _print_tasks(context, dossier.standing, out)
    _print_callbacks(dossier.entries, out)
    _print_possible(dossier.standing, actor, out)
    print(f"\n办理经过：{context.program} history {case.case_no}", file=out)
    if url := context.workflow_url(case.case_no):
        print(f"流程引擎页面：{url}", file=out)
    return 0


def _dossier(context: Context, standing: Standing) -> Dossier:
    case = standing.case
    return Dossier(
        standing=standing,
        entries=context.reader.entries(case.case_no),
        moves=context.reader.date_changes(case.case_no),
        links=context.links_of(case.case_no),
        stand_ins=stand_ins_of(context, case.assignee) if case.assignee is not None else [],
    )


def _print_case(context: Context, dossier: Dossier, names: Names, out: TextIO) -> None:
    case = dossier.standing.case
    print(f"案件 {case.case_no}", file=out)
    late = "（有时限已逾期）" if case.overdue else ""
    rows = [
        ("事项", case.task_name or "（未填事项名称）"),
        ("承办单位", case.unit_name),
        ("阶段", (case.ending.label if case.ending else case.stage.label) + late),
        ("类别", f"{case.case_class.label}，第 {case.round} 轮"),
        *source_rows(case, context.complaint(case.case_no)),
        ("核实结论", finding_text(case)),
        ("转办", instant(case.dispatched_at)),
        ("签收", instant(case.signed_at) if case.signed_at else "尚未签收"),
    ]
    if case.ended_at:
        rows.append(("结束", instant(case.ended_at)))
    _print_rows([*rows, *rows_of(dossier, names)], out)


def _print_limits(context: Context, dossier: Dossier, why: bool, out: TextIO) -> None:
    clocks = dossier.standing.clocks
    print("\n时限", file=out)
    print("\n".join(table(limit_rows(clocks, context.reader, context.now()), indent="  ")), file=out)
    if any(clock.due.provisional for clock in clocks):
        print("  注：标“暂定”的截止日期落在放假安排尚未公布的年份，公布后须重新计算。", file=out)
    if why:
        for clock in clocks:
            print("\n" + "\n".join(limit_reasons(clock, context.reader)), file=out)


def _print_moves(dossier: Dossier, names: Names, out: TextIO) -> None:
    rows = [
        (instant(move.at), date_change_text(move), move.reason, names.user(move.ordered_by or "系统"))
        for move in dossier.moves
    ]
    _print_section("期限变动", rows, out)


def _print_tasks(context: Context, standing: Standing, out: TextIO) -> None:
    print("\n待办", file=out)
    now = context.now()
    if not standing.tasks:
        print("  没有待办。", file=out)
    for task in standing.tasks:
        names = "、".join(holders(context, task))
        until = f"截止 {task_deadline(task, context.reader)}  {task_countdown(task, now)}".rstrip()
        print(f"  {task_name(task)}：{names}；{until}", file=out)


def _print_callbacks(entries: Sequence[EntryView], out: TextIO) -> None:
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


def _print_possible(standing: Standing, actor: Actor | None, out: TextIO) -> None:
    print("\n现在可以", file=out)
    every = standing.possible() if actor is None else {actor.role: standing.possible_for(actor)}
    possible = {
        role: shown for role, actions in every.items() if (shown := [each for each in actions if _by_case(each)])
    }
    if not possible:
        closed = standing.case.stage is Stage.CLOSED
        print("  案件已结束，没有可办的事项。" if closed else "  您现在没有可办的事项。", file=out)
    for role, actions in possible.items():
        nexts = [action for action in actions if RULES[action].next_step]
        others = [action for action in actions if not RULES[action].next_step]
        print(f"  {role.label}：{_named(nexts) or '没有必须办的下一步'}", file=out)
        if others:
            print(f"    必要时还可以：{_named(others)}", file=out)


def _by_case(action: Action) -> bool:
    """Whether people take the action case by case; a new calendar is applied to all cases in one command."""
    return action is not Action.APPLY_CALENDAR


def _named(actions: Sequence[Action]) -> str:
    return "、".join(f"{action.label}（{action.value}）" for action in actions)


def _print_section(title: str, rows: Sequence[Sequence[str]], out: TextIO) -> None:
    """A table under its title; nothing for what the case did not meet."""
    if rows:
        print(f"\n{title}", file=out)
        _print_rows(rows, out)


def _print_rows(rows: Sequence[Sequence[str]], out: TextIO) -> None:
    print("\n".join(table(rows, indent="  ")), file=out)


def _as_json(context: Context, dossier: Dossier, why: bool) -> dict[str, Any]:
    standing, entries = dossier.standing, dossier.entries
    case = standing.case
    called = [entry for entry in entries if entry.event is Event.CALLBACK_RECORDED]
    return {
        **for_scripts(case.model_dump(exclude={"state"})),
        "stage_label": case.stage.label,
        "ending_label": case.ending.label if case.ending else None,
        "source_label": case.source.label,
        "priority_label": case.priority.label,
        "complaint": for_scripts(context.complaint(case.case_no)),
        **particulars_for_scripts(dossier),
        "limits": [_limit_as_json(context, clock, why) for clock in standing.clocks],
        "tasks": [task_for_scripts(task, context.now()) for task in standing.tasks],
        "callbacks": [for_scripts({"at": entry.at, "by": entry.actor_user, **entry.details}) for entry in called],
        "possible": for_scripts(standing.possible()),
        "workflow_url": context.workflow_url(case.case_no),
    }


def _limit_as_json(context: Context, clock: ClockView, why: bool) -> dict[str, Any]:
    steps = {"why": for_scripts(limit_steps(clock, context.reader))} if why else {}
    return limit_for_scripts(clock) | steps
