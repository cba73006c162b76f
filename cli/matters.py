"""`matters FILE`: brings a file of matters that are done (办件) in, so that people are invited to rate them.

Decides the words and the exit code. Storing is handed in, and so is beginning the invitations.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from models.matters import MattersTaken
from policy.matters import FIELDS


class MatterIntake(Protocol):
    """Stores a file of matters."""

    def load(self, path: Path, jurisdiction: str) -> MattersTaken:
        """Store all of them or none. Raises BadInput with every bad row."""
        ...


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "导入一个办结的办件文件（CSV 或 XLSX）：按地区的规则到时短信邀请未评价的办事人，逾期未评价的记默认评价。"
    )
    columns = "、".join(f"{field.name}（{field.meaning}{'，必填' if field.needed else ''}）" for field in FIELDS)
    parser.epilog = f"列名：{columns}。有一行不对就全部不收，逐行说明原因；同一文件再次导入不改变什么。"
    parser.add_argument("file", metavar="FILE", type=Path, help="办件文件：.csv 或 .xlsx")
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区：jurisdictions 下的文件夹名")


def run(args: Namespace, matters: MatterIntake, invite: Callable[[str], int], out: TextIO, err: TextIO) -> int:
    """Import the file and begin the invitations."""
    del err
    taken = matters.load(args.file, args.jurisdiction)
    print(f"已导入 {args.file.name}：新入库 {taken.stored:,} 件，已在库中 {taken.already_stored:,} 件。", file=out)
    invite(args.jurisdiction)
    if taken.stored:
        rest = taken.stored - taken.invited
        why = "（本地没有这样的规则、不能评价、已有评价、没有手机号又没有默认评价，或评价期已过）" if rest else ""
        print(f"其中 {taken.invited:,} 件到时邀请评价或记默认评价；{rest:,} 件不需要{why}。", file=out)
    return 0
