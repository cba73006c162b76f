"""`cases [--jurisdiction ID] [--open] [--json]`: the list of cases, by number, with what to look at first marked."""

import json
from argparse import ArgumentParser, Namespace
from typing import TextIO

from casework.standing import invisible_because
from casework.text import for_scripts, instant, table
from cli.context import Context
from models.errors import BadInput
from models.kinds import CaseSource, Priority
from models.views import CaseView


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "案件清单，按编号排列。"
    parser.add_argument("--jurisdiction", metavar="ID", help="只列这个地区（代号）的案件")
    parser.add_argument("--open", action="store_true", help="只列还没有结束的案件")
    parser.add_argument("--as", dest="user", metavar="USER", help="以哪个用户查看；单位的人员只能看本单位的案件")
    parser.add_argument("--limit", metavar="N", type=int, default=200, help="最多列出多少件（默认 200）")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 数组")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Print the list."""
    del err
    if args.limit < 1:
        raise BadInput("--limit 应为大于 0 的整数。")
    actor = context.people.actor(args.user) if args.user is not None else None
    if args.jurisdiction is not None:
        context.policy(args.jurisdiction)  # refuses an unknown one instead of answering with an empty list
    unit = actor.unit if actor is not None and actor.role.is_of_unit else None
    read = context.reader.cases(args.jurisdiction, args.open, args.limit, unit)
    cases = [case for case in read if actor is None or invisible_because(context, case, actor) is None]
    if args.json:
        found = [for_scripts(case.model_dump(exclude={"state"})) for case in cases]
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return 0
    if cases:
        _print_table(cases, out)
        running = sum(1 for case in cases if case.ending is None)
        print(f"共 {len(cases)} 件，其中 {running} 件在办。", file=out)
    else:
        print("没有符合条件的案件。", file=out)
    if len(read) == args.limit:
        print(f"只列出前 {args.limit} 件；用 --limit 查看更多。", file=out)
    return 0


def marks(case: CaseView) -> str:
    """What to look at first: priority, overdue, standing still, and a source other than a rating."""
    found = [
        "" if case.priority is Priority.NORMAL else case.priority.label,
        "逾期" if case.overdue else "",
        "暂停" if case.paused else "",
        "" if case.source is CaseSource.RATING else case.source.label,
    ]
    return "、".join(mark for mark in found if mark)


def _print_table(cases: list[CaseView], out: TextIO) -> None:
    rows = [("案件编号", "阶段", "类别", "标记", "承办单位", "转办", "事项")]
    for case in cases:
        stage = case.ending.label if case.ending else case.stage.label
        rows.append(
            (
                case.case_no,
                stage,
                case.case_class.label,
                marks(case),
                case.unit_name,
                instant(case.dispatched_at),
                case.task_name,
            )
        )
    print("\n".join(table(rows)), file=out)
