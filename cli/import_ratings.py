"""`starter.py import FILE`: brings a file of ratings in and says what became a case, what did not, and why.

Decides the words and the exit code. Reading and storing is handed in, and so is opening the cases.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from cli.progress import ProgressLine
from models.errors import BadInput
from models.policy import Policy
from models.ratings import FileRefused, ImportProgress, ImportReport, ImportRequest, Opened, RatingRules
from policy.code_systems import CODE_SYSTEMS, codes_of
from policy.rating_fields import MEANINGS

ALL_TAKEN = 0
FILE_REFUSED = 2
SOME_REJECTED = 3


class Importer(Protocol):
    """Imports one file."""

    def import_file(self, request: ImportRequest, progress: Callable[[ImportProgress], None]) -> ImportReport:
        """Import a file, calling `progress` as it goes on."""


OpenCases = Callable[[Callable[[int], None]], Opened]
"""Opens the pending cases at the pace at which they are taken up; it is given what to call with the number opened so
far, and answers with the number opened in all."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "导入一个评价文件（CSV、XLSX 或 JSON Lines）：全部评价入库，每条差评立为一个案件。"
    parser.epilog = "退出码：0 全部收下；3 有行被退回（见拒收文件）；2 文件不能导入，什么都没有改变。"
    parser.add_argument("file", metavar="FILE", type=Path, help="评价文件：.csv、.xlsx 或 .jsonl")
    parser.add_argument("--jurisdiction", required=True, metavar="ID", help="辖区：jurisdictions 下的文件夹名")
    systems = "、".join(f"{system.value}（{codes.name}）" for system, codes in CODE_SYSTEMS.items())
    parser.add_argument("--codes", metavar="SYSTEM", help=f"来源使用的编码体系（默认按辖区的规则）：{systems}")
    parser.add_argument("--rejects", metavar="PATH", type=Path, help="拒收文件（默认放在评价文件旁边）")
    parser.add_argument("--json", action="store_true", help="只在标准输出打印一个 JSON 对象")


def run(
    args: argparse.Namespace,
    importer: Importer,
    policy_of: Callable[[str], Policy],
    rules_of: Callable[[str], RatingRules],
    open_cases: OpenCases,
    unit_name: Callable[[str], str],
    out: TextIO,
    err: TextIO,
) -> int:
    """Import the file, open its cases, print the report; the exit code as the epilog above says.

    `policy_of` gives a jurisdiction's policy, `rules_of` its rules of ratings, `unit_name` a unit's name for people.
    """
    progress = _ProgressLine(err)
    try:
        policy, rules = policy_of(args.jurisdiction), rules_of(args.jurisdiction)
        request = import_request(args.file, policy, rules, args.codes, args.rejects)
        report = importer.import_file(request, progress.rows)
    except BadInput as refused:
        progress.end()
        print(f"未导入：{refused}" if isinstance(refused, FileRefused) else str(refused), file=err)
        return FILE_REFUSED
    progress.end()
    opened = open_cases(progress.cases)
    progress.end()
    if args.json:
        print(json.dumps({**report.model_dump(mode="json"), "opened": opened.cases}, ensure_ascii=False), file=out)
    else:
        print_report(report, opened, unit_name, out)
    return SOME_REJECTED if report.rejected else ALL_TAKEN


def import_request(
    file: Path, policy: Policy, rules: RatingRules, codes: str | None = None, rejects: Path | None = None
) -> ImportRequest:
    """What to import under a policy; `codes` replaces the policy's code system.

    Raises BadInput for a code system that does not exist.
    """
    system = codes or policy.code_system
    codes_of(system)
    return ImportRequest(
        path=str(file),
        jurisdiction=policy.jurisdiction,
        code_system=system,
        bad_levels=frozenset(policy.bad_levels),
        rules=rules,
        rejects=str(rejects) if rejects else None,
    )


def print_report(report: ImportReport, opened: Opened, unit_name: Callable[[str], str], out: TextIO) -> None:
    """What became of the rows, for people."""
    pace = f"，用时 {report.seconds:.1f} 秒" if report.seconds >= 1 else ""
    print(f"已导入 {report.file}：共 {report.rows:,} 行{pace}", file=out)
    if report.resumed_after:
        print(f"  接着上次中断处继续：前 {report.resumed_after:,} 行此前已处理", file=out)
    good = report.stored - report.bad
    print(f"  新入库     {report.stored:>9,} 条：好评 {good:,}，差评 {report.bad:,}", file=out)
    print(f"  已在库中   {report.already_stored:>9,} 条：内容相同，没有改变", file=out)
    print(f"  文件内重复 {report.repeated:>9,} 条：内容相同，只算一条", file=out)
    print(f"  退回       {report.rejected:>9,} 行", file=out)
    if report.rejected:
        print(f"退回的行在 {report.rejects_file}，更正后可直接再次导入。原因：", file=out)
        for each in report.reasons:
            name = f"{each.field}（{MEANINGS[each.field]}）" if each.field in MEANINGS else each.field
            print(f"  {each.rows:>6,} 行  {name}{'：' if name else ''}{each.reason}", file=out)
    if report.unknown_columns:
        print(f"不认识的列没有入库：{'、'.join(report.unknown_columns)}", file=out)
    parents = f"，其中重复差评的根源治理案件 {opened.parents:,} 件" if opened.parents else ""
    print(f"本次新立案件 {opened.cases:,} 件{parents}。", file=out)
    for case in report.cases:
        identity = "匿名" if case.anonymous else "实名"
        print(
            f"  {case.case_no}  {case.level}星 {case.level.label}  {identity}  {case.channel.label}"
            f"  {case.task_name or '（未填事项名称）'}  → {unit_name(case.unit)}",
            file=out,
        )
    if report.bad > len(report.cases):
        print(f"  ……其余 {report.bad - len(report.cases):,} 件未逐一列出", file=out)


class _ProgressLine(ProgressLine):
    def rows(self, progress: ImportProgress) -> None:
        self.show(f"正在导入：{progress.rows:,} 行，{progress.rows_per_second:,.0f} 行/秒，{progress.share:.0%}")

    def cases(self, opened: int) -> None:
        self.show(f"正在立案：{opened:,} 件")
