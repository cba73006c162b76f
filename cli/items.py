"""`items show` and `items load FILE`: the item directory (事项目录) that ratings are compared with.

Decides the words. Reading and replacing is handed in; bad rows are told by the refusal itself.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from casework.quality import ItemDirectories
from casework.text import instant
from models.errors import BadInput
from models.policy import Policy
from models.quality import ItemDirectory


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "事项目录，供数据质检比对。show 查看；load FILE 导入一个 CSV 或 XLSX 文件，整体替换原有的目录。"
    )
    parser.epilog = (
        "须有五列：事项编码、业务办理项编码（没有的留空）、事项名称、统一社会信用代码、部门名称；"
        "有一行不对就全部不收，逐行说明原因。"
    )
    parser.add_argument("what", metavar="show|load", help="show 或 load")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="事项目录文件：.csv 或 .xlsx")
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区：jurisdictions 下的文件夹名")


def run(args: Namespace, items: ItemDirectories, policy_of: Callable[[str], Policy], out: TextIO, err: TextIO) -> int:
    """Show which directory a jurisdiction has, or load one. `policy_of` raises BadInput for an unknown jurisdiction."""
    del err
    place = policy_of(args.jurisdiction).name
    match args.what, args.file:
        case "show", None:
            found = items.of(args.jurisdiction)
            print(
                directory_text(place, found) if found else f"{place}还没有事项目录。用 items load FILE 导入。", file=out
            )
        case "load", Path():
            print(f"已导入。{directory_text(place, items.load(args.file, args.jurisdiction))}", file=out)
        case "load", None:
            raise BadInput("items load 后面要写事项目录文件的路径。")
        case _:
            raise BadInput("用法：items show --jurisdiction 地区，或 items load FILE --jurisdiction 地区。")
    return 0


def directory_text(place: str, directory: ItemDirectory) -> str:
    """Which directory it is: place, rows, file, digest and time."""
    by = f"由 {directory.loaded_by} " if directory.loaded_by else ""
    return (
        f"{place}的事项目录：{directory.items:,} 行，文件 {directory.file_name}，"
        f"{instant(directory.loaded_at)} {by}导入，摘要 {directory.sha256[:12]}。"
    )
