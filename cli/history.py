"""`history CASE [--as USER] [--json]`: who did what when, which limits ran and how they ended, what was sent, and the
same from the engine's own history.

Decides how a record reads. The ledger comes from the database; the engine's own record is the independent witness
beside it, and when the engine does not answer the rest is still shown.
"""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from typing import Any, TextIO

from casework.chronicle import details_of, step_of, who
from casework.limits import date_change_for_scripts, date_change_text, limit_for_scripts, limit_rows
from casework.names import Names
from casework.standing import visible_case
from casework.text import for_scripts, instant, table
from cli.context import Context
from models.errors import EngineUnavailable
from models.notices import MessageRecord, MessageStatus
from models.views import CaseView, ClockView, DateChangeView, EngineHistoryView, EntryView
from policy.wording import DETAIL_LABELS

_ALL_MESSAGES = 100_000


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "看一个案件的全部经过：台账、时限、发出的消息，以及流程引擎自己的记录。"
    parser.add_argument("case_no", metavar="CASE", help="案件编号")
    parser.add_argument("--as", dest="user", metavar="USER", help="以哪个用户查看；单位的人员只能看本单位的案件")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Print the record. Raises EngineUnavailable at its end when only the engine's part is missing."""
    del err
    case, _ = visible_case(context, args.case_no, args.user)
    entries = context.reader.entries(case.case_no)
    clocks = context.reader.clocks(case.case_no)
    moves = context.reader.date_changes(case.case_no)
    messages = context.messages.list_messages(case.case_no, None, _ALL_MESSAGES)
    if args.json:
        engine = context.engine_history(case.case_no)
        facts = _as_json(case, entries, clocks, moves, messages, engine)
        print(json.dumps(facts, ensure_ascii=False, indent=2), file=out)
        return 0
    _print_head(case, out)
    _print_ledger(Names(context.people), entries, moves, messages, out)
    _print_limits(context, clocks, out)
    _print_messages(messages, out)
    _print_engine(context, case.case_no, out)
    return 0


def _print_head(case: CaseView, out: TextIO) -> None:
    standing = case.ending.label if case.ending else f"{case.stage.label}（在办）"
    print(f"案件 {case.case_no}  {case.task_name or '（未填事项名称）'}  {case.unit_name}", file=out)
    print(f"目前：{standing}", file=out)


def _print_ledger(
    names: Names,
    entries: list[EntryView],
    moves: list[DateChangeView],
    messages: list[MessageRecord],
    out: TextIO,
) -> None:
    print("\n一、台账（谁、何时、做了什么）", file=out)
    decided = Counter(step_of(record) for record in messages)
    sent = Counter(step_of(record) for record in messages if record.status is MessageStatus.SENT)
    moved = defaultdict(list)
    for move in moves:
        moved[move.seq].append(date_change_text(move))
    for entry in entries:
        print(
            f"{entry.seq:>4}. {instant(entry.at)}  {entry.event.label}  {who(names, entry)}  → {entry.stage.label}",
            file=out,
        )
        for label, text in details_of(entry, names):
            print(f"      {label}：{text}", file=out)
        for text in moved[entry.seq]:
            print(f"      {DETAIL_LABELS['date_changes']}：{text}", file=out)
        if decided[entry.seq]:
            print(f"      通知和报告：{decided[entry.seq]} 条，其中已送达对方 {sent[entry.seq]} 条", file=out)


def _print_limits(context: Context, clocks: list[ClockView], out: TextIO) -> None:
    print("\n二、时限（从何时到何时，结果如何）", file=out)
    print("\n".join(table(limit_rows(clocks, context.reader, context.now()), indent="  ")), file=out)


def _print_messages(messages: list[MessageRecord], out: TextIO) -> None:
    print(f"\n三、通知和报告（共 {len(messages)} 条）", file=out)
    counted = Counter((record.message.kind, record.message.channel, record.status) for record in messages)
    rows = [
        (kind.label, channel.label, status.label, f"{count} 条") for (kind, channel, status), count in counted.items()
    ]
    if rows:
        print("\n".join(table(rows, indent="  ")), file=out)


def _print_engine(context: Context, case_no: str, out: TextIO) -> None:
    print("\n四、流程引擎的记录", file=out)
    try:
        history = context.engine_history(case_no)
    except EngineUnavailable:
        print("  暂时读不到，见下面的提示；以上内容来自数据库，不受影响。", file=out)
        raise
    if history.archived:
        print("  引擎已不再保存这个案件，以下来自案卷。", file=out)
    rows = [(f"{event.number}", instant(event.at), event.name, event.text) for event in history.shown]
    print("\n".join(table(rows, indent="  ")), file=out)
    left_out = history.events - len(history.shown)
    print(f"  共 {history.events} 个事件，其中 {left_out} 个是引擎自身的调度，没有列出。", file=out)


def _as_json(
    case: CaseView,
    entries: list[EntryView],
    clocks: list[ClockView],
    moves: list[DateChangeView],
    messages: list[MessageRecord],
    engine: EngineHistoryView,
) -> dict[str, Any]:
    sent = Counter(step_of(record) for record in messages)
    found: dict[str, Any] = for_scripts(
        {
            "case_no": case.case_no,
            "stage": case.stage,
            "ending": case.ending,
            "entries": [
                {**entry.model_dump(), "label": entry.event.label, "messages": sent[entry.seq]} for entry in entries
            ],
            "limits": [limit_for_scripts(clock) for clock in clocks],
            "date_changes": [date_change_for_scripts(move) for move in moves],
            "messages": [
                record.message.model_dump(include={"key", "kind", "channel", "recipient"}) | {"status": record.status}
                for record in messages
            ],
            "engine": engine,
        }
    )
    return found
