"""`policy show|check|diff`: the parameters of a jurisdiction in Chinese, each with what it stands on, for lawyers too.

Decides how they are laid out and the exit codes. What a parameter is called and how its value reads stands in
`policy.parameters`; what is wrong with a file says `policy.parsing`.
"""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, Protocol, TextIO

from casework.policies import counts_of, grounds_of, is_only_stated, placeholders_of, summary_of, title_of
from casework.text import for_scripts
from models.errors import BadInput, BadPolicy
from policy.parameters import GROUPS, LABELS, said, value_of
from policy.parsing import PolicyFile

NO_FAULT = 0
FAULTS = 1

_USAGE = "用法：policy show ID [--json]，policy check ID 或文件，policy diff ID ID。"


class PolicyShelf(Protocol):
    """The policy files of the jurisdictions."""

    def ids(self) -> list[str]:
        """The jurisdictions that have a policy."""
        ...

    def file(self, jurisdiction: str) -> PolicyFile:
        """A jurisdiction's policy. Raises BadInput for an unknown one, BadPolicy for a wrong file."""
        ...

    def parse(self, path: Path) -> PolicyFile:
        """The policy in a file. Raises BadInput when there is none, BadPolicy with every fault when it is wrong."""
        ...


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "程序参数及其依据。show 列出一个地区的全部参数；check 检查一个参数文件，逐条指出错在哪一行；"
        "diff 只列出两个地区不同的参数。"
    )
    parser.epilog = "退出码：0 完成；1 check 发现问题；2 没有这个地区或文件，或文件有误。"
    parser.add_argument("what", metavar="show|check|diff", help="show、check 或 diff")
    parser.add_argument(
        "names", metavar="ID", nargs="*", help="地区标识（jurisdictions 下的文件夹名），或参数文件的路径"
    )
    parser.add_argument("--json", action="store_true", help="show：输出一个 JSON 对象")


def run(args: Namespace, shelf: PolicyShelf, out: TextIO, err: TextIO) -> int:
    """Show, check or compare. Returns the exit code: 0, or 1 for faults that a check found. Raises BadInput."""
    del err
    if args.json and args.what != "show":
        raise BadInput("--json 只用于 policy show。")
    match args.what, args.names:
        case "show", [name]:
            file = _file(shelf, name)
            print(_as_json(file) if args.json else _as_text(file), file=out)
        case "check", [name]:
            return _check(shelf, name, out)
        case "diff", [one, other]:
            print(_difference(_file(shelf, one), _file(shelf, other)), file=out)
        case (("show" | "check" | "diff"), _):
            raise BadInput(f"{_USAGE}现有地区：{'、'.join(shelf.ids())}。")
        case _:
            raise BadInput(_USAGE)
    return NO_FAULT


def _file(shelf: PolicyShelf, name: str) -> PolicyFile:
    """The policy of an id, or of a path: whatever has a slash or ends in .toml."""
    is_path = "/" in name or name.endswith(".toml")
    return shelf.parse(Path(name)) if is_path else shelf.file(name)


def _check(shelf: PolicyShelf, name: str, out: TextIO) -> int:
    try:
        file = _file(shelf, name)
    except BadPolicy as faults:
        print(faults, file=out)
        print(f"共 {len(str(faults).splitlines())} 处问题，文件不能使用。", file=out)
        return FAULTS
    print(f"{title_of(file)}：没有发现问题。{summary_of(file)}", file=out)
    for line in placeholders_of(file):
        print(line, file=out)
    return NO_FAULT


def _as_text(file: PolicyFile) -> str:
    lines = [f"{title_of(file)}的程序参数：{summary_of(file)}", f"版本 {file.policy.digest()}", *placeholders_of(file)]
    for group in GROUPS:
        lines += ["", group.title]
        for key, label in group.labels.items():
            lines.append(f"  {label}（{key}）：{said(file, key)}")
            lines += [f"    {line}" for line in grounds_of(file.parameters[key])]
            if is_only_stated(key):
                lines.append("    注意  只载明规则，系统目前不据此办理")
    return "\n".join(lines)


def _as_json(file: PolicyFile) -> str:
    parameters = {
        key: {
            "label": label,
            "group": group.title,
            "value": for_scripts(file.parameters[key].value),
            "said": said(file, key),
            "basis": file.parameters[key].basis,
            "source": file.parameters[key].source,
            "note": file.parameters[key].note,
            "acted_upon": not is_only_stated(key),
        }
        for group in GROUPS
        for key, label in group.labels.items()
    }
    answer: dict[str, Any] = {
        "jurisdiction": file.policy.jurisdiction,
        "name": file.policy.name,
        "digest": file.policy.digest(),
        "counts": counts_of(file),
        "parameters": parameters,
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _difference(one: PolicyFile, other: PolicyFile) -> str:
    different = [key for key in LABELS if value_of(one, key) != value_of(other, key)]
    lines = [f"{title_of(one)}与{title_of(other)}：{len(different)} 项不同，{len(LABELS) - len(different)} 项相同"]
    for group in GROUPS:
        here = [key for key in group.labels if key in different]
        lines += ["", group.title] if here else []
        for key in here:
            lines.append(f"  {LABELS[key]}（{key}）")
            for file in (one, other):
                lines.append(f"    {file.policy.name}：{said(file, key)}")
                lines += [f"      {line}" for line in grounds_of(file.parameters[key])]
    return "\n".join(lines)
