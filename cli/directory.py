"""`directory show` and `directory load FILE`: the units and users that tasks and notices go to."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TextIO

from casework.text import table
from cli.context import Context
from models.errors import BadInput

_KINDS = {"handling": "承办单位", "hotline": "热线", "supervising": "监督单位"}


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "单位和用户目录。show 列出；load FILE 导入一个目录文件（TOML），已有的更新，不删除任何人。"
    parser.add_argument("what", metavar="show|load", help="show 或 load")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="目录文件，如 samples/directory.toml")


def run(args: Namespace, context: Context, out: TextIO, err: TextIO) -> int:
    """Show the directory or load a file."""
    del err
    match args.what, args.file:
        case "show", None:
            _show(context, out)
        case "load", Path():
            units, users = context.load_directory(args.file)
            print(f"已导入 {args.file}：{units} 个单位，{users} 个用户。", file=out)
        case "load", None:
            raise BadInput("directory load 后面要写目录文件的路径。")
        case _:
            raise BadInput("用法：directory show，或 directory load FILE。")
    return 0


def _show(context: Context, out: TextIO) -> None:
    units, users = context.people.units(), context.people.users()
    if not units:
        print("目录还是空的。用 directory load FILE 导入。", file=out)
        return
    rows = [("单位", "名称", "类型", "统一社会信用代码")]
    rows += [(unit.id, unit.name, _KINDS.get(unit.kind, unit.kind), unit.uscc) for unit in units]
    print("\n".join(table(rows)), file=out)
    names = {unit.id: unit.name for unit in units}
    rows = [("用户", "姓名", "角色", "单位")]
    rows += [(user.id, user.name, user.role.label, names.get(user.unit, user.unit)) for user in users]
    print("\n" + "\n".join(table(rows)), file=out)
