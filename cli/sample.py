"""`sample draw`, `sample show` and `sample check`: the samples (抽查回访) of a place, on the terminal.

Decides the words. Nobody's name or number is printed; who is called and what they say belongs to the desk.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from casework.periods import period_text, read_period
from casework.ports import People
from casework.samples import (
    SampleBook,
    chosen_plan,
    draw_sample,
    last_period,
    plan_text,
    population_text,
    rate_text,
    result_by_unit,
    rule_of,
    shortfall_text,
)
from casework.text import instant, table
from models.due import in_shanghai
from models.errors import BadInput
from models.figures import FigurePeriod
from models.samples import Sample, SampleResult, sample_number
from policy.parsing import PolicyFile
from policy.samples import result_of


@dataclass(frozen=True)
class SamplePorts:
    """What the command needs. `file_of` raises BadInput for an unknown jurisdiction."""

    book: SampleBook
    file_of: Callable[[str], PolicyFile]
    people: People
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "抽查回访。draw 抽取一期的名单（抽过的不重抽）；show 查看怎样抽取、回访进展和满意率；"
        "check 用同一个种子重抽，核对名单是否一致，不改变任何数据。"
    )
    parser.epilog = "一期是一个月或一个季度，以本地规则（sample_plan）为准；默认最近结束的一期。回访在网页上进行。"
    parser.add_argument("what", metavar="draw|show|check", help="draw、show 或 check")
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区：jurisdictions 下的文件夹名")
    parser.add_argument("--month", metavar="MONTH", default="", help="一个月，如 2026-10")
    parser.add_argument("--quarter", metavar="QUARTER", default="", help="一个季度，如 2026-Q4")
    parser.add_argument("--people", metavar="N", default="", help="人数，规则没有写明时须填")
    parser.add_argument("--windows", metavar="N", default="", help="窗口数，规则没有写明时可填")
    parser.add_argument("--centres", metavar="N", default="", help="中心数，规则没有写明时可填")


def run(args: Namespace, ports: SamplePorts, out: TextIO, err: TextIO) -> int:
    """Draw, show or check. Exit code 1 when the check finds another list."""
    del err
    file = ports.file_of(args.jurisdiction)
    now = ports.now()
    today = in_shanghai(now).date()
    period = _period(args) or last_period(rule_of(file), today)
    match args.what:
        case "draw":
            plan = chosen_plan(file, args.people, args.windows, args.centres)
            sample, is_new = draw_sample(ports.book, file, period, plan, "", now, today)
            print("已抽取。" if is_new else "这一期已经抽取过，名单没有改变。", file=out)
            print("\n".join(_told(sample, file, ports)), file=out)
        case "show":
            sample = ports.book.sample(sample_number(args.jurisdiction, period))
            print("\n".join(_told(sample, file, ports)), file=out)
        case "check":
            return _check(ports.book, ports.book.sample(sample_number(args.jurisdiction, period)), out)
        case _:
            raise BadInput("用法：sample draw、sample show 或 sample check，后面写 --jurisdiction 地区。")
    return 0


def _check(book: SampleBook, sample: Sample, out: TextIO) -> int:
    listed = [(each.project_no, each.assess_number) for each in book.people(sample.number)]
    if book.drawn_again(sample) == listed:
        print(f"一致：用种子 {sample.seed} 重抽，{len(listed)} 人的名单和顺序都相同。", file=out)
        return 0
    print("不一致：抽取以后，这个期间的评价有变化（例如补传），或有人退订。名单以抽取时为准，不重抽。", file=out)
    return 1


def _told(sample: Sample, file: PolicyFile, ports: SamplePorts) -> Iterator[str]:
    people = ports.book.people(sample.number)
    result = result_of(people, file.policy, file.surroundings)
    title = f"{file.policy.name}{period_text(sample.period)}抽查回访"
    yield f"{title}，编号 {sample.number}，{instant(sample.drawn_at)} 抽取"
    yield f"  计划：{plan_text(sample.plan)}"
    yield f"  范围：{population_text(sample.population)}"
    yield f"  种子：{sample.seed}"
    if shortfall := shortfall_text(sample):
        yield f"  {shortfall}"
    yield f"满意率 {rate_text(result)}"
    head = ["单位", "人数", "待拨打", "已接通", "未联系上", "拒绝", "不满意", "满意率"]
    rows = [[each.unit, *_numbers(each.result)] for each in result_by_unit(people, file, ports.people)]
    yield from table([head, *rows, ["合计", *_numbers(result)]], indent="  ")


def _numbers(result: SampleResult) -> list[str]:
    counted = (
        result.people,
        result.to_call,
        result.reached,
        result.unreached,
        result.refused,
        result.dissatisfied,
    )
    return [*map(str, counted), rate_text(result)]


def _period(args: Namespace) -> FigurePeriod | None:
    if args.month and args.quarter:
        raise BadInput("--month 和 --quarter 只能写一个。")
    return read_period(args.month or args.quarter) if args.month or args.quarter else None
