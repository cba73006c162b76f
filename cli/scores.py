"""`scores --jurisdiction ID --period 2026-11 [--by clerk] [--keep --as USER] [--json]`: scores or monthly points.

Decides how a report of scores is printed. What stands in it is `casework.scores`' business.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TextIO

from casework.figures import FigureBook
from casework.names import Names
from casework.periods import period_text, read_moment, read_period
from casework.ports import People
from casework.scores import (
    SCORED,
    AskedScore,
    ScoreBook,
    ScoreLine,
    ScoreReport,
    month_of_points,
    score_report,
)
from casework.text import for_scripts, instant, table
from cli.makers import configure_maker, maker_of
from models.errors import BadInput
from models.figures import Grouping
from models.scores import ScoreKind
from policy.parsing import PolicyFile

_KEEPING = "登记月积分"


class ScoredPlaces(Protocol):
    """The policy files of the jurisdictions."""

    def file(self, jurisdiction: str) -> PolicyFile:
        """A jurisdiction's policy. Raises BadInput for an unknown one."""
        ...


@dataclass(frozen=True)
class ScorePorts:
    """What the command needs."""

    figures: FigureBook
    book: ScoreBook
    policies: ScoredPlaces
    people: People
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "一个地区、一段时间的综合评分或月积分，每个都列出由什么组成；规则在 scores.toml，暂定的都有说明。"
    )
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区（代号）")
    parser.add_argument(
        "--period", metavar="PERIOD", required=True, help="一个月、季度或年，如 2026-11、2026-Q4、2026；月积分只按月"
    )
    parser.add_argument(
        "--by",
        metavar="BY",
        default=Grouping.UNIT.value,
        help=f"分组：{'、'.join(f'{each.value}（{each.label}）' for each in SCORED)}，默认 unit",
    )
    parser.add_argument(
        "--score",
        metavar="SCORE",
        help=f"哪一种：{'、'.join(f'{each.value}（{each.label}）' for each in ScoreKind)}；不写取本地有的",
    )
    parser.add_argument(
        "--as-of", metavar="MOMENT", default="", help="按哪个时点所知统计，如 2026-12-01（当天 24:00），默认现在"
    )
    parser.add_argument("--keep", action="store_true", help="登记这个月的积分；以前登记的仍然保留")
    configure_maker(parser, _KEEPING)
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: Namespace, ports: ScorePorts, out: TextIO, err: TextIO) -> int:
    """Print the scores."""
    del err
    file = ports.policies.file(args.jurisdiction)
    asked = AskedScore(
        jurisdiction=args.jurisdiction,
        period=read_period(args.period),
        as_of=read_moment(args.as_of, ports.now()),
        grouping=_choice(Grouping, args.by, "--by", SCORED),
        kind=None if args.score is None else _choice(ScoreKind, args.score, "--score", tuple(ScoreKind)),
    )
    found = score_report(ports.figures, ports.book, file, ports.people, asked)
    kept = ""
    if args.keep:
        points = ports.book.rules(args.jurisdiction).points
        if points is None:
            raise BadInput("本地没有月积分的规则，不能登记月积分；请去掉 --keep。")
        by = maker_of(ports.people, args.user, _KEEPING)
        if not found.lines:
            raise BadInput(f"{found.nothing}没有登记月积分。")
        ports.book.keep(month_of_points(ports.figures, points, file, asked, by.id))
        kept = f"\n\n{Names(ports.people).user(by.id)}登记了{period_text(asked.period)}的月积分。"
    answer = json.dumps(_for_scripts(found), ensure_ascii=False, indent=2) if args.json else _as_text(found) + kept
    print(answer, file=out)
    return 0


def _choice(kind: Any, text: str, option: str, possible: tuple[Any, ...]) -> Any:
    if text not in possible:
        known = "、".join(f"{each.value}（{each.label}）" for each in possible)
        raise BadInput(f"{option} 的值“{text}”不对，可选：{known}。")
    return kind(text)


def _as_text(found: ScoreReport) -> str:
    asked = found.asked
    what = "评分" if found.kind is None else found.kind.label
    lines = [f"{found.place_name}：{period_text(asked.period)}的{what}，按 {instant(asked.as_of)} 所知统计"]
    if found.nothing:
        return "\n".join([*lines, found.nothing])
    lines += [found.bottom_rule, ""]
    rows = [("名次", asked.grouping.label, what, "")]
    rows += [
        ("—" if line.place is None else str(line.place), line.name, line.said, _beside(line)) for line in found.lines
    ]
    lines += table(rows, indent="  ")
    for line in found.lines:
        lines += ["", *_opened(line)]
    return "\n".join(lines)


def _beside(line: ScoreLine) -> str:
    kept = f"登记时 {line.kept}" if line.kept else ""
    return "，".join(each for each in ("末位" if line.is_bottom else "", kept) if each)


def _opened(line: ScoreLine) -> Iterator[str]:
    """Why it is that many."""
    yield f"{line.name}：{line.said}"
    if line.missing:
        yield f"  {line.missing}"
    if line.base:
        yield f"  基础分 {line.base}"
    yield from table([(part.label, part.said, part.rule, part.adds) for part in line.parts], indent="  ")


def _for_scripts(found: ScoreReport) -> dict[str, Any]:
    asked = found.asked
    answer: dict[str, Any] = {
        "jurisdiction": asked.jurisdiction,
        "period": asked.period,
        "as_of": asked.as_of,
        "by": asked.grouping.value,
        "score": None if found.kind is None else found.kind.value,
        "nothing": found.nothing,
        "lines": [
            {
                "key": line.key,
                "name": line.name,
                "place": line.place,
                "said": line.said,
                "base": line.base,
                "missing": line.missing,
                "kept": line.kept,
                "bottom": line.is_bottom,
                "parts": [
                    {"label": part.label, "figure": part.figure.value, "said": part.said, "adds": part.adds}
                    for part in line.parts
                ],
            }
            for line in found.lines
        ],
    }
    scripts: dict[str, Any] = for_scripts(answer)
    return scripts
