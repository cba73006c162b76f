"""`analysis --jurisdiction ID [--period 2026-Q3 --as USER | --number 2026-1] [--out FILE]`: listed, made, written.

Decides how they are listed and which one is meant. What an analysis says stands in `casework.analysis`.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TextIO

from casework.analysis import AnalysisPorts, analyse, docx_of
from casework.documents import Press
from casework.names import Names
from casework.periods import period_text, read_period
from casework.text import instant, table
from cli.made_files import is_pdf, need_new_file, write_new_file
from cli.makers import configure_maker, maker_of
from models.analysis import KeptAnalysis
from models.documents import read_number
from models.errors import BadInput
from policy.parsing import PolicyFile

_MAKING = "编制分析报告"


class AnalysedPlaces(Protocol):
    """The policy files of the jurisdictions."""

    def file(self, jurisdiction: str) -> PolicyFile:
        """A jurisdiction's policy. Raises BadInput for an unknown one."""
        ...


@dataclass(frozen=True)
class AnalysisCommand:
    """What the command needs."""

    analysis: AnalysisPorts
    policies: AnalysedPlaces
    press: Press
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "分析报告：不写期间和文号时列出已编制的；写期间时按现在所知编制并编号，与同期上一份内容相同的不另编号；"
        "写 --out 时生成文件。"
    )
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区（代号）")
    parser.add_argument("--period", metavar="PERIOD", help="编制哪一期，如 2026-Q3、2026-11 或 2026")
    parser.add_argument("--number", metavar="NUMBER", help="已编制的哪一份，如 2026-1（〔2026〕1号）")
    parser.add_argument("--out", metavar="FILE", type=Path, help="写到哪个文件，以 .docx 或 .pdf 结尾")
    configure_maker(parser, _MAKING)


def run(args: Namespace, ports: AnalysisCommand, out: TextIO, err: TextIO) -> int:
    """List, make or write. Raises BadInput or NoDocument."""
    del err
    file = ports.policies.file(args.jurisdiction)
    if args.period is not None and args.number is not None:
        raise BadInput("--period 和 --number 只写一个：编制新的写期间，取已编制的写文号。")
    if args.out is not None:
        need_new_file(args.out)
    if args.period is not None:
        by = maker_of(ports.analysis.people, args.user, _MAKING)
        made = ports.analysis.book.keep(analyse(ports.analysis, file, read_period(args.period), ports.now()), by.id)
    elif args.number is not None:
        made = _found(ports, args.jurisdiction, args.number)
    else:
        if args.out is not None:
            raise BadInput("写 --out 时，请用 --period 写明编制哪一期，或用 --number 写明已编制的哪一份。")
        print(_listed(ports, args.jurisdiction), file=out)
        return 0
    print(_line(made), file=out)
    if args.out is not None:
        content = docx_of(ports.press, made)
        write_new_file(args.out, ports.press.pdf(content) if is_pdf(args.out) else content)
        print(f"已写入 {args.out}", file=out)
    return 0


def _found(ports: AnalysisCommand, jurisdiction: str, number: str) -> KeptAnalysis:
    found = read_number(number)
    made = ports.analysis.book.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise BadInput(f"没有文号为“{number}”的分析报告；〔2026〕1号写成 2026-1，不写文号可以列出已编制的。")
    return made


def _listed(ports: AnalysisCommand, jurisdiction: str) -> str:
    made = ports.analysis.book.kept(jurisdiction)
    if not made:
        return "这个地区还没有编制过分析报告；用 --period 编制，如 --period 2026-Q3。"
    names = Names(ports.analysis.people)
    return "\n".join(table([_row(each, names) for each in made]))


def _row(made: KeptAnalysis, names: Names) -> tuple[str, ...]:
    period, by = period_text(made.analysis.period), names.maker(made.made_by)
    return made.code, f"差评分析{made.number}", period, _as_of(made), by


def _line(made: KeptAnalysis) -> str:
    return f"差评分析{made.number}：{made.analysis.place_name}{period_text(made.analysis.period)}，{_as_of(made)}"


def _as_of(made: KeptAnalysis) -> str:
    return f"按 {instant(made.analysis.as_of)} 所知统计"
