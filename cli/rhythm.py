"""`rhythm list|run|pause|resume`: the work that comes back with the calendar, on the command line.

Decides how it is typed and printed. What the work is stands in `casework.rhythm`.
"""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO, TypeVar

from casework.ports import People
from casework.rhythm import RhythmPorts, WorkLine, came_of_it, kind_of, periods_of, work_lines
from casework.text import for_scripts, instant, table
from cli.makers import maker_of
from models.actors import Role
from models.errors import BadInput
from models.rhythm import RunView

_USAGE = (
    "用法：rhythm list --jurisdiction 地区；rhythm run 工作 --jurisdiction 地区 [--period 2026-10] --as 用户；"
    "rhythm pause 工作 --jurisdiction 地区 --as 用户；rhythm resume 工作 --jurisdiction 地区 --as 用户。"
)
_KEEPERS = (Role.SUPERVISOR, Role.ADMIN)
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class RhythmCommand:
    """What the command needs: places and diary, the way to the engine, the directory, and a clock."""

    ports: RhythmPorts
    people: People
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "定期工作：抽查、积分、分析、末位约谈提示、通报、公开提醒。一期结束后的第一个工作日自动办理。\n"
        "立即办理（run）做最近结束的一期，也可以用 --period 指明；已办过的再办一次，不会重复抽取或通知。"
    )
    parser.add_argument("what", metavar="list|run|pause|resume", help="list、run、pause 或 resume")
    parser.add_argument("kind", metavar="KIND", nargs="?", default="", help="哪项工作，如 circular（list 列出代号）")
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区（代号）")
    parser.add_argument("--period", metavar="PERIOD", default="", help="2026-10（月）、2026-Q3（季度）或 2026（年）")
    parser.add_argument("--as", dest="user", metavar="USER", default="", help="由哪个用户办理：监督人员或管理员")
    parser.add_argument("--json", action="store_true", help="输出 JSON（list）")


def run(args: Namespace, command: RhythmCommand, out: TextIO, err: TextIO) -> int:
    """List, run, pause or resume."""
    del err
    ports, place = command.ports, args.jurisdiction
    if args.what == "list":
        return _list(args, command, out)
    if args.what not in ("run", "pause", "resume") or not args.kind or not args.user:
        raise BadInput(_USAGE)
    kind = kind_of(ports, place, args.kind)
    user = maker_of(command.people, args.user, "管理定期工作", _KEEPERS)
    title = f"{ports.places.name(place)}{kind.label}"
    if args.what == "run":
        periods = periods_of(ports, place, kind, args.period, command.now())
        _wait(ports.engine.run_now(place, ports.places.name(place), kind, periods, user.id))
        about = "、".join(period.label for period in periods)
        print(f"{title}（{about}）已经开始办理，结果用 rhythm list 查看。", file=out)
        return 0
    note = f"{instant(command.now())} 由{user.name}{'暂停' if args.what == 'pause' else '恢复'}"
    if args.what == "pause":
        _wait(ports.engine.pause(place, kind, note))
        print(f"{title}已暂停，不再自动开始新的一期。", file=out)
    else:
        _wait(ports.engine.resume(place, kind, note))
        print(f"{title}已恢复，从下一期起自动办理。", file=out)
    return 0


def _list(args: Namespace, command: RhythmCommand, out: TextIO) -> int:
    ports, place = command.ports, args.jurisdiction
    work = ports.places.work(place)
    schedules = _wait(ports.engine.schedules(place, list(work)))
    runs = ports.diary.runs(place)
    lines = work_lines(ports, place, schedules, runs, command.now())
    if args.json:
        found = {"work": [_for_scripts(line) for line in lines], "runs": [for_scripts(run) for run in runs]}
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return 0
    print(f"{ports.places.name(place)}的定期工作：", file=out)
    rows = [("代号", "工作", "多久一次", "下次"), *((each.kind.value, *_words(each)) for each in lines)]
    print("\n".join(table(rows, indent="  ")), file=out)
    if runs:
        print("办理记录：", file=out)
    for each in runs:
        print(f"  {each.kind.label}  {each.period.label}  {each.state.label}  {_when(each)}", file=out)
        print(f"    {came_of_it(each)}", file=out)
    return 0


def _words(line: WorkLine) -> tuple[str, str, str]:
    return line.kind.label, line.how_often, line.next


def _when(run: RunView) -> str:
    return instant(run.done_at or run.begun_at)


def _for_scripts(line: WorkLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "label": line.kind.label,
        "how_often": line.how_often,
        "next": line.next,
        "is_paused": line.is_paused,
    }


def _wait(asking: Coroutine[Any, Any, _Found]) -> _Found:
    return asyncio.run(asking)
