"""`calendar show YEAR`, `calendar preview FILE`, `calendar apply FILE --as USER`: holiday notices while cases run.

Decides the words and the exit codes. What is in force, what would move and the moving itself are handed in.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol, TextIO

from calendars import CalendarNotPublished, Notice, WorkingCalendar
from casework.notices import (
    breaks_of,
    day_text,
    days_of,
    lateness,
    moved_by,
    notice_line,
    notices_of,
    order_of,
    span_of,
    totals_text,
    until,
)
from casework.text import for_scripts, instant, table
from cli.progress import ProgressLine
from models.actors import Actor
from models.calendar_changes import DateShift, NoticeOrder, Preview, Recounting
from models.errors import BadInput

DONE = 0
SOME_FAILED = 1
GAVE_UP = 75

_DAY = timedelta(days=1)


class CalendarDesk(Protocol):
    """The calendars in force and the open cases that are counted with them."""

    def place(self, jurisdiction: str) -> str:
        """The jurisdiction's name. Raises BadInput for an unknown one."""
        ...

    def calendar(self, jurisdiction: str | None) -> WorkingCalendar:
        """The calendar in force now for a jurisdiction, or the national one for None."""
        ...

    def orders(self, jurisdiction: str | None) -> list[NoticeOrder]:
        """The notices that people put in force while the system ran, oldest first."""
        ...

    def preview(self, path: Path) -> Preview:
        """What the notice in that file would do. Raises BadInput with file and line."""
        ...

    def need_right_to_order(self, actor: Actor) -> None:
        """Raise ActionRefused unless that person may put a notice in force."""
        ...

    def apply(self, path: Path, actor: Actor, progress: Callable[[int, int], None]) -> Recounting:
        """Put the notice in force and count all open cases again; raises as the adapters say."""
        ...


@dataclass(frozen=True)
class CalendarPorts:
    """What the command needs. `actor` finds a user, `program` is how this program is called."""

    desk: CalendarDesk
    actor: Callable[[str], Actor]
    program: str


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "放假安排。show 年份：这一年如何安排、依据哪些通知；preview 文件：施行这份通知会使哪些案件的期限变动；"
        "apply 文件：施行通知，并重新计算全部在办案件的期限。"
    )
    parser.epilog = (
        "退出码：0 完成；1 有案件没有重新计算成功，或此人无权施行；2 文件有误，什么都没有改变；"
        "75 系统没有应答，通知已施行的，再执行一次会接着做完。"
    )
    parser.add_argument("what", metavar="show|preview|apply", help="show、preview 或 apply")
    parser.add_argument("subject", metavar="YEAR|FILE", help="年份（show），或放假通知文件（TOML）")
    parser.add_argument("--jurisdiction", metavar="ID", help="show：连同这个地区的地方安排")
    parser.add_argument("--as", dest="user", metavar="USER", help="apply：由谁施行（监督人员或管理员）")
    parser.add_argument("--limit", metavar="N", type=int, default=20, help="preview：最多列出多少个时限（默认 20）")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, ports: CalendarPorts, out: TextIO, err: TextIO) -> int:
    """Show a year, preview a notice or put it in force; the exit code as the epilog above says."""
    if args.limit < 1:
        raise BadInput("--limit 应为大于 0 的整数。")
    match args.what:
        case "show":
            return _show(args, ports, out)
        case "preview":
            return _preview(args, ports, out)
        case "apply":
            return _apply(args, ports, out, err)
        case _:
            raise BadInput("用法：calendar show 年份，calendar preview 文件，或 calendar apply 文件 --as 用户。")


def _show(args: Namespace, ports: CalendarPorts, out: TextIO) -> int:
    year, place = _year(args.subject), args.jurisdiction
    name = ports.desk.place(place) if place is not None else "全国"
    calendar, orders = ports.desk.calendar(place), ports.desk.orders(place)
    if year not in calendar.years:
        raise BadInput(str(CalendarNotPublished(year, calendar.years)))
    breaks, notices = breaks_of(calendar, year), notices_of(calendar, year)
    working = sum(calendar.is_working_day(day) for day in days_of(year))
    provisional = calendar.is_provisional(date(year, 12, 31))
    if args.json:
        facts = {
            "year": year,
            "jurisdiction": place,
            "calendar_version": calendar.version,
            "provisional": provisional,
            "working_days": working,
            "notices": [_notice_for_scripts(notice, order_of(notice, orders)) for notice in notices],
            "breaks": [each._asdict() for each in breaks],
        }
        print(json.dumps(for_scripts(facts), ensure_ascii=False, indent=2), file=out)
        return DONE
    print(f"{year}年放假安排（{name}），日历版本 {calendar.version}", file=out)
    for notice in notices:
        print(f"  {notice_line(notice, order_of(notice, orders))}", file=out)
    rows = [("假期", "放假", "天数", "调休上班")]
    rows += [(each.name, span_of(each), str(each.days), "、".join(map(day_text, each.makeup))) for each in breaks]
    print("\n".join(table(rows)), file=out)
    print(f"全年 {working} 个工作日。", file=out)
    if provisional:
        print(f"注意：{year}年的放假安排尚未正式公布，以上是暂定的，用到这一年的期限都标为暂定。", file=out)
    return DONE


def _preview(args: Namespace, ports: CalendarPorts, out: TextIO) -> int:
    found = ports.desk.preview(Path(args.subject))
    if args.json:
        print(json.dumps(_preview_for_scripts(found), ensure_ascii=False, indent=2), file=out)
        return DONE
    _print_preview(found, ports, out)
    _print_shifts(found.shifts, args.limit, out)
    if found.ordered is None:
        command = f"{ports.program} calendar apply {args.subject} --as 用户"
        print(f"以上只是预览，什么都没有改变。施行：{command}", file=out)
    return DONE


def _apply(args: Namespace, ports: CalendarPorts, out: TextIO, err: TextIO) -> int:
    if args.user is None:
        raise BadInput("apply 要写明由谁施行：--as 用户。")
    actor = ports.actor(args.user)
    ports.desk.need_right_to_order(actor)
    path = Path(args.subject)
    found = ports.desk.preview(path)
    if not args.json and (found.ordered is None or found.shifts):
        _print_preview(found, ports, out)
    progress = _ProgressLine(err)
    try:
        done = ports.desk.apply(path, actor, progress.cases)
    finally:
        progress.end()
    if args.json:
        print(json.dumps(for_scripts(done), ensure_ascii=False, indent=2), file=out)
    else:
        _print_recounting(done, out)
    for failure in done.failures:
        print(f"{failure.case_no} 没有重新计算：{failure.reason}", file=err)
    if done.gave_up:
        return GAVE_UP
    return SOME_FAILED if done.failures else DONE


def _print_preview(found: Preview, ports: CalendarPorts, out: TextIO) -> None:
    place = ports.desk.place(found.area) if found.area else "全国"
    print(f"{found.label}《{found.title}》，{found.year}年，{place}", file=out)
    if found.ordered is not None:
        order = found.ordered
        print(f"这份通知已由 {order.ordered_by} 于 {instant(order.ordered_at)} 施行。", file=out)
    paused = f"，其中 {found.paused} 个暂停计时、没有日期" if found.paused else ""
    print(f"在办案件 {found.cases:,} 件，正在计时的时限 {found.limits:,} 个{paused}。", file=out)
    if not found.totals.limits:
        print("没有一个期限会因此变动。", file=out)
        return
    print(f"会变动：{totals_text(found.totals)}", file=out)


def _print_shifts(shifts: Sequence[DateShift], limit: int, out: TextIO) -> None:
    if not shifts:
        return
    rows = [("案件编号", "时限", "原期限", "新期限", "变动", "")]
    for shift in shifts[:limit]:
        name = shift.kind.label + (f"（第{shift.round}轮）" if shift.round > 1 else "")
        moved = (shift.case_no, name, until(shift.old, shift.was_provisional), until(shift.new, shift.is_provisional))
        rows.append((*moved, moved_by(shift.days), lateness(shift)))
    print("\n".join(table(rows)), file=out)
    if len(shifts) > limit:
        print(f"只列出前 {limit} 个；用 --limit 查看更多，或用 --json 取全部 {len(shifts):,} 个。", file=out)


def _print_recounting(done: Recounting, out: TextIO) -> None:
    order = done.order
    if not done.is_new:
        print(f"{order.label}此前已由 {order.ordered_by} 于 {instant(order.ordered_at)} 施行，没有重复录入。", file=out)
    if not done.cases and not done.failures:
        print("全部在办案件都已按现行放假安排计算，什么都没有改变。", file=out)
        return
    if done.is_new:
        print(f"{order.label}已施行，由 {order.ordered_by} 于 {instant(order.ordered_at)} 决定。", file=out)
    moved = f"变动：{totals_text(done.totals)}" if done.totals.limits else "没有一个期限变动。"
    print(f"本次重新计算 {done.cases:,} 件案件。{moved}", file=out)
    if done.gave_up:
        print("流程引擎没有应答，已停下。请稍后再执行一次同样的命令，会接着做完。", file=out)
    elif done.failures:
        print(f"{len(done.failures):,} 件没有重新计算成功，原因见下；问题解决后再执行一次同样的命令即可。", file=out)


def _notice_for_scripts(notice: Notice, order: NoticeOrder | None) -> dict[str, Any]:
    facts = notice.model_dump(include={"number", "title", "issued", "source", "status", "amends", "area"})
    ordered = {"ordered_by": order.ordered_by, "ordered_at": order.ordered_at} if order is not None else {}
    return facts | {"ordered_by": None, "ordered_at": None} | ordered


def _preview_for_scripts(found: Preview) -> dict[str, Any]:
    facts = found.model_dump(exclude={"shifts"})
    facts["shifts"] = [each.model_dump() | {"label": each.kind.label, "days": each.days} for each in found.shifts]
    read: dict[str, Any] = for_scripts(facts)
    return read


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise BadInput(f"年份“{text}”无法识别，应写成四位数字，如 2026。")
    return int(text)


class _ProgressLine(ProgressLine):
    def cases(self, done: int, planned: int) -> None:
        self.show(f"正在重新计算：{done:,} / {planned:,} 件")
