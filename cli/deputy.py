"""`deputy add|list|end`: who stands in for whom (代理) while somebody is away.

Decides how an appointment is typed and how the list reads. Who may appoint whom stands in `policy.people`; the
appointments themselves are handed in.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TextIO

from casework.ports import People
from casework.text import for_scripts, instant, table
from models.due import in_shanghai
from models.errors import BadInput
from models.people import Deputy

_USAGE = (
    "用法：deputy add --absent 请假人 --deputy 代理人 --from 2026-02-09 --to 2026-02-13 --reason 事由 --as 用户；"
    "deputy list；deputy end 编号 --as 用户。"
)
_OPTIONS = ("absent", "deputy", "first", "last", "reason", "user")
_NAMES = {"absent": "--absent", "deputy": "--deputy", "first": "--from", "last": "--to", "user": "--as"}


class DeputyDesk(Protocol):
    """The appointments."""

    def appoint(
        self, absent: str, deputy: str, first_day: date, last_day: date, reason: str, made_by: str, now: datetime
    ) -> Deputy:
        """Appoint a deputy. Raises UnknownUser, ActionRefused or BadInput."""
        ...

    def end(self, id_: str, by: str, now: datetime) -> Deputy:
        """Call a deputy off. Raises BadInput for an unknown number, UnknownUser or ActionRefused."""
        ...

    def all(self) -> list[Deputy]:
        """Every appointment, the newest first."""
        ...


@dataclass(frozen=True)
class DeputyPorts:
    """What the command needs: the appointments, the directory and a clock."""

    desk: DeputyDesk
    people: People
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "请假期间由同单位、同角色的人代理。add 设定，list 列出，end 提前结束。\n"
        "由请假人本人、本单位负责人、监督人员或管理员办理；起止两天都算在内。"
    )
    parser.add_argument("what", metavar="add|list|end", help="add、list 或 end")
    parser.add_argument("id", metavar="ID", nargs="?", help="要结束的代理的编号（end）")
    parser.add_argument("--absent", metavar="USER", help="请假人（add）")
    parser.add_argument("--deputy", metavar="USER", help="代理人（add）")
    parser.add_argument("--from", dest="first", metavar="DATE", help="第一天，如 2026-02-09（add）")
    parser.add_argument("--to", dest="last", metavar="DATE", help="最后一天（add）")
    parser.add_argument("--reason", metavar="TEXT", help="事由（add）")
    parser.add_argument("--as", dest="user", metavar="USER", help="以哪个用户办理（add、end）")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 数组（list）")


def run(args: Namespace, ports: DeputyPorts, out: TextIO, err: TextIO) -> int:
    """Appoint, list or call off."""
    del err
    match args.what:
        case "add":
            _need(args, _OPTIONS, wants_id=False)
            _add(args, ports, out)
        case "list":
            _need(args, (), wants_id=False)
            _list(args, ports, out)
        case "end":
            _need(args, ("user",), wants_id=True)
            ended = ports.desk.end(args.id, args.user, ports.now())
            print(f"代理 {ended.id} 已结束（{_who(ports, ended)}）。", file=out)
        case _:
            raise BadInput(_USAGE)
    return 0


def _add(args: Namespace, ports: DeputyPorts, out: TextIO) -> None:
    first, last = read_day(args.first, "--from"), read_day(args.last, "--to")
    made = ports.desk.appoint(args.absent, args.deputy, first, last, args.reason, args.user, ports.now())
    print(f"已设定代理 {made.id}：{_who(ports, made)}，{made.first_day} 至 {made.last_day}，两天都算在内。", file=out)


def _list(args: Namespace, ports: DeputyPorts, out: TextIO) -> None:
    deputies, today = ports.desk.all(), in_shanghai(ports.now()).date()
    if args.json:
        found = [for_scripts(each) | {"status": standing_of(each, today)} for each in deputies]
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return
    if not deputies:
        print("没有设定过代理。", file=out)
        return
    rows = [("编号", "请假人", "代理人", "起", "止", "状态", "事由", "办理人", "办理时间")]
    rows += [
        (
            each.id,
            each.absent,
            each.deputy,
            each.first_day.isoformat(),
            each.last_day.isoformat(),
            standing_of(each, today),
            each.reason,
            each.made_by,
            instant(each.made_at),
        )
        for each in deputies
    ]
    print("\n".join(table(rows)), file=out)


def standing_of(deputy: Deputy, today: date) -> str:
    """Where an appointment stands on that day of Shanghai."""
    if deputy.ended_at is not None:
        return "已提前结束"
    if today < deputy.first_day:
        return "未开始"
    return "代理中" if today <= deputy.last_day else "已到期"


def read_day(text: str, option: str) -> date:
    """A day as it was typed. Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} 的日期“{text}”无法识别，应写成 2026-02-09。") from None


def _need(args: Namespace, needed: tuple[str, ...], wants_id: bool) -> None:
    missing = [_NAMES.get(each, f"--{each}") for each in needed if not getattr(args, each)]
    surplus = [_NAMES.get(each, f"--{each}") for each in _OPTIONS if each not in needed and getattr(args, each)]
    if missing:
        raise BadInput(f"deputy {args.what} 还须填写 {'、'.join(missing)}。{_USAGE}")
    if surplus and args.what != "list":
        raise BadInput(f"deputy {args.what} 不用填写 {'、'.join(surplus)}。{_USAGE}")
    if wants_id != bool(args.id):
        raise BadInput(_USAGE)


def _who(ports: DeputyPorts, deputy: Deputy) -> str:
    return f"{ports.people.user(deputy.deputy).name}代理{ports.people.user(deputy.absent).name}"
