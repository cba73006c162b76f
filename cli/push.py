"""`push status|reconcile DAY|resend`: how the push to the provincial platform stands, 对账, and pushing again.

Decides how that reads on a terminal. The queue and the platform are handed in.
"""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import TextIO

from casework.pushes import (
    OFF,
    PushDesk,
    counted,
    difference_row,
    numbers,
    read_day,
    state_text,
    summary,
    to_send_again,
)
from casework.text import for_scripts, table
from models.errors import BadInput
from models.pushes import PushStanding, Reconciliation, read_push_key

DIFFERENCES = 1
_LISTED = 50
_KINDS = ("status", "reconcile", "resend")


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "向省平台推送评价和差评办理结果。status 看推送情况和需要人工处理的；reconcile DAY 与省平台核对某一天的评价；"
        "resend 重新推送。"
    )
    parser.epilog = f"退出码：0 完成；{DIFFERENCES} 对账发现不一致；2 输入有误，或没有设置省平台；75 省平台没有应答。"
    parser.add_argument("what", metavar="status|reconcile|resend", help="status、reconcile 或 resend")
    parser.add_argument("which", nargs="*", metavar="DAY|KEY", help="评价日期（reconcile）；记录编号（resend，可几个）")
    parser.add_argument("--stuck", action="store_true", help="重新推送全部被拒收和没有回执的（resend）")
    parser.add_argument("--day", metavar="DAY", help="先对账，再推送这一天省平台没有的和内容不一致的（resend）")
    parser.add_argument("--json", action="store_true", help="只在标准输出打印一个 JSON 对象（status、reconcile）")


def run(args: Namespace, desk: PushDesk, now: datetime, out: TextIO) -> int:
    """Show, compare or push again; exit code 1 when a comparison found differences."""
    match args.what:
        case "status":
            return _status(args, desk, now, out)
        case "reconcile":
            return _reconcile(args, desk, out)
        case "resend":
            return _resend(args, desk, now, out)
        case other:
            raise BadInput(f"没有“{other}”这个用法，可用：{'、'.join(_KINDS)}。")


def _status(args: Namespace, desk: PushDesk, now: datetime, out: TextIO) -> int:
    standing, stuck = desk.standing(now), desk.stuck(limit=_LISTED)
    if args.json:
        days = [{**for_scripts(each._asdict())} for each in standing.days]
        found = {**for_scripts(standing._asdict()), "days": days, "needs_a_person": for_scripts(list(stuck.rows))}
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return 0
    _print_standing(standing, out)
    if stuck.rows:
        print("\n需要人工处理（评价日期最近的在前）", file=out)
        for row in stuck.rows:
            print(f"  {row.key}  {row.kind.label}  {state_text(row)}\n    原因 {row.reason}", file=out)
        if stuck.next:
            print(f"  只列出 {_LISTED} 条，其余在网页“省平台推送”中查看。", file=out)
        print("问题解决后重新推送：push resend 记录编号，或 push resend --stuck", file=out)
    return 0


def _print_standing(standing: PushStanding, out: TextIO) -> None:
    if not standing.is_on:
        print(OFF, file=out)
    tried = f"，其中 {standing.tried:,} 条试过没有成功" if standing.tried else ""
    print(f"待推送 {standing.waiting:,} 条{tried}；需要人工处理 {standing.stuck:,} 条。", file=out)
    if standing.last_failure:
        print(f"没有成功的原因：{standing.last_failure}", file=out)
    if standing.days:
        print("\n最近几天的评价", file=out)
        rows = [[f"{each.day}", each.kind.label, counted(each.counts)] for each in standing.days]
        print("\n".join(table(rows, indent="  ")), file=out)


def _reconcile(args: Namespace, desk: PushDesk, out: TextIO) -> int:
    if len(args.which) != 1:
        raise BadInput("请写明要核对哪一天的评价，如 push reconcile 2026-02-13。")
    found = desk.reconcile(read_day(args.which[0]))
    if args.json:
        print(json.dumps(_for_scripts(found), ensure_ascii=False, indent=2), file=out)
    else:
        _print_found(found, out)
    return DIFFERENCES if found.differences else 0


def _print_found(found: Reconciliation, out: TextIO) -> None:
    print(f"{found.day} 的评价，与省平台对账：{summary(found)}", file=out)
    print("\n".join(table([[name, f"{number:,}"] for name, number in numbers(found)], indent="  ")), file=out)
    for each in found.differences[:_LISTED]:
        key, finding, _, _, advice = difference_row(each)
        print(f"  {key}  {finding}\n    {advice}", file=out)
    if len(found.differences) > _LISTED:
        print(f"  只列出 {_LISTED} 处，全部的可以在网页“省平台推送”中导出。", file=out)
    if to_send_again(found):
        print(f"重新推送其中可以补正的：push resend --day {found.day}", file=out)


def _resend(args: Namespace, desk: PushDesk, now: datetime, out: TextIO) -> int:
    if sum((bool(args.which), args.stuck, args.day is not None)) != 1:
        raise BadInput("请选一种：push resend 记录编号（可写多个），或 --stuck，或 --day 2026-02-13。")
    if args.stuck:
        print(f"已重新排队 {desk.resend_stuck(now):,} 条。", file=out)
        return 0
    keys = [read_push_key(key) for key in args.which]
    if args.day is not None:
        keys = to_send_again(desk.reconcile(read_day(args.day)))
    queued = desk.resend(keys, now)
    print(f"已重新排队 {len(queued):,} 条。", file=out)
    waiting = [key for key in keys if key not in queued]
    if waiting:
        print("没有重新排队（正在等待推送，或本系统没有这条记录）：", file=out)
        print("\n".join(f"  {key.text}" for key in waiting), file=out)
    return 0


def _for_scripts(found: Reconciliation) -> object:
    return {**for_scripts(found._asdict()), "differences": [for_scripts(each._asdict()) for each in found.differences]}
