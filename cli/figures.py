"""`figures --jurisdiction ID --month 2026-11 [--by unit] [--as-of …] [--json]`: the figures of a place and a period.

Decides how a report is printed. What stands in it is `casework.figures`' business.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TextIO

from casework.figures import Asked, FigureBook, FigureLine, FigureReport, figure_text, report
from casework.periods import period_text, read_days, read_moment, read_period
from casework.ports import People
from casework.text import for_scripts, instant, table
from models.errors import BadInput
from models.figures import Figure, FigureKind, FigurePeriod, Grouping
from policy.figures import DEFINITIONS
from policy.parsing import PolicyFile

_GROUPINGS = tuple(each for each in Grouping if each is not Grouping.NONE)


class PolicyFiles(Protocol):
    """The policy files of the jurisdictions."""

    def file(self, jurisdiction: str) -> PolicyFile:
        """A jurisdiction's policy. Raises BadInput for an unknown one."""
        ...


@dataclass(frozen=True)
class FigurePorts:
    """What the command needs."""

    book: FigureBook
    policies: PolicyFiles
    people: People
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "一个地区、一段时间的全部指标，每个都列出分子和分母；百分比一律截断，不四舍五入。"
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区（代号）")
    parser.add_argument("--month", metavar="MONTH", help="一个月，如 2026-11")
    parser.add_argument("--quarter", metavar="QUARTER", help="一个季度，如 2026-Q4")
    parser.add_argument("--year", metavar="YEAR", help="一年，如 2026")
    parser.add_argument("--from", dest="first", metavar="DAY", help="任意一段时间的第一天，如 2026-11-03")
    parser.add_argument("--to", dest="last", metavar="DAY", help="任意一段时间的最后一天")
    parser.add_argument(
        "--by",
        metavar="BY",
        default="",
        help=f"分组：{'、'.join(f'{each.value}（{each.label}）' for each in _GROUPINGS)}",
    )
    parser.add_argument("--only", metavar="KEY", help="与 --by 同用：只看这一组，如单位代号 renshe")
    parser.add_argument(
        "--rank-by", metavar="FIGURE", default=FigureKind.GOOD_RATE.value, help="按哪个指标排名，默认 good_rate"
    )
    parser.add_argument(
        "--as-of", metavar="MOMENT", default="", help="按哪个时点所知统计，如 2026-12-01（当天 24:00），默认现在"
    )
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, ports: FigurePorts, out: TextIO, err: TextIO) -> int:
    """Print the figures."""
    del err
    file = ports.policies.file(args.jurisdiction)
    grouping = _choice(Grouping, args.by or Grouping.NONE.value, "--by")
    if args.only is not None and grouping is Grouping.NONE:
        raise BadInput("--only 要和 --by 一起用，例如 --by unit --only renshe。")
    asked = Asked(
        jurisdiction=args.jurisdiction,
        period=_period(args),
        as_of=read_moment(args.as_of, ports.now()),
        grouping=grouping,
        only=args.only,
        rank_by=_choice(FigureKind, args.rank_by, "--rank-by"),
    )
    found = report(ports.book, file, ports.people, asked)
    print(json.dumps(_for_scripts(found), ensure_ascii=False, indent=2) if args.json else _as_text(found), file=out)
    return 0


def _period(args: Namespace) -> FigurePeriod:
    given = [text for text in (args.month, args.quarter, args.year) if text is not None]
    days = [text for text in (args.first, args.last) if text is not None]
    if len(given) + (1 if days else 0) != 1 or len(days) == 1:
        raise BadInput("请写明一段时间：--month 2026-11、--quarter 2026-Q4、--year 2026，或 --from 和 --to 两个日期。")
    if days:
        return read_days(args.first, args.last)
    period = read_period(given[0])
    wanted = 1 if args.month else 3 if args.quarter else 12
    if period.months != wanted:
        option = {1: "--month", 3: "--quarter", 12: "--year"}[wanted]
        raise BadInput(f"{option} 的值“{given[0]}”不对；月写成 2026-11，季度写成 2026-Q4，年写成 2026。")
    return period


def _choice(kind: Any, text: str, option: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        known = "、".join(f"{each.value}（{each.label}）" for each in kind)
        raise BadInput(f"{option} 的值“{text}”不对，可选：{known}。") from None


def _as_text(found: FigureReport) -> str:
    asked = found.asked
    group = f"，{found.group_name}" if found.group_name else ""
    lines = [f"{found.place_name}{group}：{period_text(asked.period)}的指标，按 {instant(asked.as_of)} 所知统计"]
    if found.publication is not None:
        lines.append(f"本期指标已于 {instant(found.publication.at)} 公布；公布时不同的，列在“公布时”一栏。")
    head = ("指标", "数值", "目标", "公布时")
    lines += ["", *table([head, *(_row(line) for line in found.lines)], indent="  ")]
    if found.groups:
        lines += ["", f"按{asked.grouping.label}，以{asked.rank_by.label}排名。{found.bottom_rule}"]
        rows = [("名次", asked.grouping.label, asked.rank_by.label, "评价总量", "")]
        rows += [
            (
                "—" if group.place is None else str(group.place),
                group.name,
                figure_text(group.figures[asked.rank_by]),
                figure_text(group.figures[FigureKind.N_EVAL]),
                "末位" if group.is_bottom else "",
            )
            for group in found.groups
        ]
        lines += table(rows, indent="  ")
    return "\n".join(lines)


def _row(line: FigureLine) -> tuple[str, str, str, str]:
    target = (
        ""
        if line.target is None
        else f"{line.target}%{'' if line.met is None else '，达标' if line.met else '，未达标'}"
    )
    published = figure_text(line.published) if line.published is not None and line.changed else ""
    return line.figure.kind.label, figure_text(line.figure), target, published


def _for_scripts(found: FigureReport) -> dict[str, Any]:
    asked = found.asked
    answer: dict[str, Any] = {
        "jurisdiction": asked.jurisdiction,
        "period": asked.period,
        "as_of": asked.as_of,
        "by": asked.grouping.value,
        "only": asked.only,
        "published": None if found.publication is None else found.publication.at,
        "figures": {line.figure.kind.value: _figure(line.figure) | _beside(line) for line in found.lines},
        "groups": [
            {
                "key": group.key,
                "name": group.name,
                "place": group.place,
                "bottom": group.is_bottom,
                "figures": {kind.value: _figure(group.figures[kind]) for kind in DEFINITIONS},
            }
            for group in found.groups
        ],
    }
    scripts: dict[str, Any] = for_scripts(answer)
    return scripts


def _figure(figure: Figure) -> dict[str, Any]:
    return {"numerator": figure.numerator, "denominator": figure.denominator, "said": figure_text(figure)}


def _beside(line: FigureLine) -> dict[str, Any]:
    return {
        "label": line.figure.kind.label,
        "target": line.target,
        "met": line.met,
        "published": None if line.published is None else _figure(line.published),
        "changed": line.changed,
    }
