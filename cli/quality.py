"""`quality`: the data quality report (数据质检) and the flags (异常提示) of some months, for people or as JSON.

Decides how they read on a terminal. The rows behind a finding open on the desk.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from casework.ports import People
from casework.quality import QualityPorts, months, period_text, sentence, share
from casework.text import for_scripts, instant, table
from models.due import in_shanghai
from models.patterns import Flag, PatternKind
from models.policy import Policy
from models.quality import Match, QualityReport, QualityScope

_FLAGS_LISTED = 100


@dataclass(frozen=True)
class QualityQuestion:
    """What the command needs."""

    ports: QualityPorts
    people: People
    policy_of: Callable[[str], Policy]
    """A jurisdiction's policy. Raises BadInput for an unknown one."""
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "数据质检：入库评价与事项目录的比对和其他检查；异常提示：值得看一看的评价。只读，不改变任何数据。"
    )
    parser.epilog = "异常提示只说明统计到了什么，不代表任何结论。每一项背后的评价在网页的“数据质检”中打开。"
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区：jurisdictions 下的文件夹名")
    parser.add_argument("--month", metavar="YYYY-MM", default="", help="评价月份，默认本月")
    parser.add_argument("--to", metavar="YYYY-MM", default="", help="截止月份，查几个月时用")
    parser.add_argument("--json", action="store_true", help="只在标准输出打印一个 JSON 对象")


def run(args: Namespace, question: QualityQuestion, out: TextIO, err: TextIO) -> int:
    """Print the report and the flags."""
    del err
    policy = question.policy_of(args.jurisdiction)
    period = months(args.month, args.to, in_shanghai(question.now()).date())
    scope = QualityScope(jurisdiction=args.jurisdiction, period=period)
    report = question.ports.reports.report(scope)
    flags = question.ports.patterns.flags(scope, policy.bad_levels)
    if args.json:
        found = {**for_scripts(report), "flags": [_for_scripts(flag, question.people) for flag in flags]}
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
        return 0
    print(f"{policy.name}，{period_text(period)}：{report.ratings:,} 条评价。", file=out)
    print("\n".join(_report(report)), file=out)
    print("\n".join(_flags(flags, question.people)), file=out)
    return 0


def _report(report: QualityReport) -> Iterator[str]:
    yield ""
    if report.directory is None:
        yield "还没有事项目录，五个字段没有比对。用 items load FILE 导入后再查。"
    else:
        loaded = instant(report.directory.loaded_at)
        yield f"与事项目录比对（{report.directory.items:,} 行，{loaded} 导入）"
        head = ["字段", *(match.label for match in Match)]
        rows = [
            [f"{each.field}（{each.field.label}）", *(_counted(each.counts[match], report.ratings) for match in Match)]
            for each in report.fields
        ]
        yield from table([head, *rows], indent="  ")
    yield ""
    yield "其他检查"
    yield from table(
        [[each.check.label, _counted(each.ratings, report.ratings), each.check.advice] for each in report.checks],
        indent="  ",
    )
    if report.versions:
        yield ""
        yield "按标签版本"
        head = ["标签版本", "带标签的评价", "含已停用标签", "新旧混用"]
        rows = [
            [each.version or "（未填）", f"{each.ratings:,}", f"{each.retired:,}", f"{each.mixed:,}"]
            for each in report.versions
        ]
        yield from table([head, *rows], indent="  ")


def _flags(flags: Sequence[Flag], people: People) -> Iterator[str]:
    yield ""
    yield f"异常提示 {len(flags):,} 条，只说明统计到了什么，不代表任何结论" if flags else "没有异常提示。"
    for kind in PatternKind:
        of_kind = [flag for flag in flags if flag.key.kind is kind]
        if of_kind:
            yield f"{kind.label}（{len(of_kind):,} 条）"
        yield from (f"  {sentence(flag, people)}" for flag in of_kind[:_FLAGS_LISTED])
        if len(of_kind) > _FLAGS_LISTED:
            yield f"  ……其余 {len(of_kind) - _FLAGS_LISTED:,} 条请在网页上查看"


def _counted(ratings: int, of: int) -> str:
    return f"{ratings:,}（{share(ratings, of)}）" if ratings else "0"


def _for_scripts(flag: Flag, people: People) -> object:
    counts = {name: value for name, value in flag._asdict().items() if name != "key"}
    return for_scripts({**flag.key._asdict(), **counts, "sentence": sentence(flag, people)})
