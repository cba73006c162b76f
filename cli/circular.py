"""`circular --jurisdiction ID [--period 2026-Q3 --as USER | --number 2026-1] [--out FILE]`: listed, drawn up, written.

Decides how they are listed and which one is meant. What a circular says stands in `casework.circulars`.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from casework.circulars import CircularPorts, docx_of, drawn_up
from casework.documents import Press
from casework.names import Names
from casework.periods import period_text, read_period
from casework.text import instant, table
from cli.analysis import AnalysedPlaces
from cli.made_files import is_pdf, need_new_file, write_new_file
from cli.makers import configure_maker, maker_of
from models.circulars import KeptCircular
from models.documents import read_number
from models.errors import BadInput
from models.people import User
from policy.parsing import PolicyFile

_MAKING = "拟通报"


@dataclass(frozen=True)
class CircularCommand:
    """What the command needs."""

    circulars: CircularPorts
    policies: AnalysedPlaces
    press: Press
    now: Callable[[], datetime]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "一个期间的通报：不写期间和文号时列出已拟的；写期间时按现在所知统计、编号，每个期间只拟一份；"
        "写 --out 时生成文件。系统只拟稿，不发送。"
    )
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区（代号）")
    parser.add_argument("--period", metavar="PERIOD", help="拟哪一期，如 2026-Q3、2026-11 或 2026")
    parser.add_argument("--number", metavar="NUMBER", help="已拟的哪一份，如 2026-1（〔2026〕1号）")
    parser.add_argument("--out", metavar="FILE", type=Path, help="写到哪个文件，以 .docx 或 .pdf 结尾")
    configure_maker(parser, _MAKING)


def run(args: Namespace, ports: CircularCommand, out: TextIO, err: TextIO) -> int:
    """List, draw up or write. Raises BadInput or NoDocument."""
    del err
    file = ports.policies.file(args.jurisdiction)
    if args.period is not None and args.number is not None:
        raise BadInput("--period 和 --number 只写一个：拟新的写期间，取已拟的写文号。")
    if args.out is not None:
        need_new_file(args.out)
    if args.period is not None:
        by = maker_of(ports.circulars.people, args.user, _MAKING)
        made = _drawn_up(ports, file, args.period, by)
    elif args.number is not None:
        made = _found(ports, args.jurisdiction, args.number)
    else:
        if args.out is not None:
            raise BadInput("写 --out 时，请用 --period 写明拟哪一期，或用 --number 写明已拟的哪一份。")
        print(_listed(ports, args.jurisdiction), file=out)
        return 0
    print(_line(made), file=out)
    if args.out is not None:
        content = docx_of(ports.press, made)
        write_new_file(args.out, ports.press.pdf(content) if is_pdf(args.out) else content)
        print(f"已写入 {args.out}", file=out)
    return 0


def _drawn_up(ports: CircularCommand, file: PolicyFile, period: str, by: User) -> KeptCircular:
    about, office = read_period(period), ports.circulars.people.unit(by.unit).name
    made = drawn_up(ports.circulars, file, about, ports.now(), by.id, office)
    if made is None:
        raise BadInput(f"{period_text(about)}没有评价，不作通报；请核对期间和地区。")
    return made


def _found(ports: CircularCommand, jurisdiction: str, number: str) -> KeptCircular:
    found = read_number(number)
    made = ports.circulars.book.find(jurisdiction, *found) if found is not None else None
    if made is None:
        raise BadInput(f"没有文号为“{number}”的通报；〔2026〕1号写成 2026-1，不写文号可以列出已拟的。")
    return made


def _listed(ports: CircularCommand, jurisdiction: str) -> str:
    made = ports.circulars.book.kept(jurisdiction)
    if not made:
        return "这个地区还没有拟过通报；用 --period 拟，如 --period 2026-Q3。"
    names = Names(ports.circulars.people)
    return "\n".join(table([_row(each, names) for each in made]))


def _row(made: KeptCircular, names: Names) -> tuple[str, ...]:
    period, by = period_text(made.circular.period), names.maker(made.made_by)
    return made.code, made.number, period, _as_of(made), by


def _line(made: KeptCircular) -> str:
    return f"通报{made.number}：{made.circular.place_name}{period_text(made.circular.period)}，{_as_of(made)}"


def _as_of(made: KeptCircular) -> str:
    return f"按 {instant(made.circular.as_of)} 所知统计"
