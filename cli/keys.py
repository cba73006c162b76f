"""`keys status|rewrite`: under which key what lies in the database is encrypted, and writing it under the newest one.

Decides how that reads, and what has to be said before somebody takes an old key away. The work itself is handed in.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Protocol, TextIO

from casework.text import table
from cli.progress import ProgressLine
from models.keys import KeyStatus, Rewriting

SOME_LEFT = 1


class KeyDesk(Protocol):
    """The keys and what stands under them."""

    def status(self) -> KeyStatus:
        """How many values stand under which key."""
        ...

    def rewrite(self, progress: Callable[[Rewriting], None]) -> None:
        """Write anew what stands under another key than the current one. Raises BadInput."""
        ...


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "数据库中加密的内容各由哪个密钥加密（status），把旧密钥加密的内容用当前密钥重写（rewrite）。"
        "重写时系统可以照常使用；中断后再执行一次，会接着做完。"
    )
    parser.epilog = f"退出码：0 完成；{SOME_LEFT} 还有内容不能用当前密钥重写，原因见说明；2 密钥文件有误。"
    parser.add_argument("what", choices=("status", "rewrite"), metavar="status|rewrite", help="status 或 rewrite")


def run(args: Namespace, desk: KeyDesk, out: TextIO, err: TextIO) -> int:
    """Count, or rewrite and count."""
    if args.what == "rewrite":
        line = ProgressLine(err)
        try:
            desk.rewrite(lambda far: line.show(_far(far)))
        finally:
            line.end()
    status = desk.status()
    _print(status, out)
    return SOME_LEFT if args.what == "rewrite" and status.left else 0


def _far(far: Rewriting) -> str:
    return f"正在重写：{far.kind.label}，{far.done:,} / {far.planned:,} 行"


def _print(status: KeyStatus, out: TextIO) -> None:
    print(f"当前密钥：{status.current}；密钥文件中共有 {len(status.keys)} 个：{'、'.join(status.keys)}", file=out)
    rows = [("内容", "密钥", "数量", "")]
    for each in status.counts:
        rows.append((each.kind.label, each.key or "（不认识）", f"{each.values:,}", _remark(each.key, status)))
    print("\n".join(table(rows)) if status.counts else "数据库中还没有加密的内容。", file=out)
    if status.out_of_reach:
        print(_OUT_OF_REACH, file=out)
    elif status.left:
        print(_LEFT, file=out)
    elif len(status.keys) > 1:
        print(_ABOUT_OLD_KEYS.format(case_files=f"{status.case_files:,}"), file=out)
    if status.old_refusals:
        print(_OLD_REFUSALS.format(number=f"{status.old_refusals:,}"), file=out)


_OUT_OF_REACH = (
    "有内容的密钥不在密钥文件中，现在无法读取，也不能重写。请把旧密钥放回密钥文件，重启系统后再执行 keys rewrite。"
)
_LEFT = (
    "还有内容由旧密钥加密，可用 keys rewrite 重写。重写后仍然留下的，是已损坏的，"
    "或不是由密钥文件中同名的那个密钥加密的：请核对旧密钥。"
)
_ABOUT_OLD_KEYS = (
    "数据库中的内容全部由当前密钥加密。流程引擎中的历史和 {case_files} 份案卷不会重写，仍由当时的密钥加密："
    "换密钥以前转办的案件全部归档、并过了流程引擎的保留期以后，才可以从密钥文件中取走旧密钥；"
    "取走以后，那时的案卷不能再打开，请把旧密钥另行妥善保存。"
)

_OLD_REFUSALS = (
    "另有 {number} 条短信退订登记只存了号码的摘要，摘要由旧密钥生成，不能重写："
    "取走旧密钥以后，这些号码会重新收到邀请评价的短信。"
)


def _remark(key: str, status: KeyStatus) -> str:
    if key == status.current:
        return "当前密钥"
    return "旧密钥，可以重写" if key in status.keys else "不在密钥文件中，无法读取"
