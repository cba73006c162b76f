"""`register`: takes in what a citizen reports, classifies it and opens its case (GH-01, GH-29, GH-30, TA-11).

Decides what is said, also when the case cannot be opened at once. What has to be right stands in `casework.reports`;
numbering, storing and opening are handed in.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import TextIO, TypeVar

from casework.reports import (
    RegisterPorts,
    callback_promise,
    need_a_place_for,
    need_right_to_register,
    report_form,
)
from models.errors import BadInput, EngineUnavailable, StackNotRunning
from models.kinds import CaseClass, CaseSource, Priority
from models.reports import ReportForm
from policy.dispatch import usual_source

_Choice = TypeVar("_Choice", CaseClass, CaseSource, Priority)

_REPORTED = tuple(each for each in CaseSource if each.is_by_hand)


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "登记一件群众反映（来电、信访、窗口……），分类后立案转办。由12345话务员或监督人员办理。"
    parser.epilog = (
        "姓名和电话只存在数据库里，只供回访使用；不填电话的按匿名办理，免予回访。\n"
        "例：register --jurisdiction 地区 --unit renshe --item 社会保障卡补换 --matter '三次来办都说系统故障' "
        "--class general --as hotline-01"
    )
    parser.add_argument("--jurisdiction", metavar="ID", required=True, help="地区：jurisdictions 下的文件夹名")
    parser.add_argument(
        "--source",
        metavar="SOURCE",
        help=f"来源（默认 hotline，只有一个来源的地区默认该来源）：{_names(_REPORTED)}，以该地区的规则为准",
    )
    parser.add_argument("--unit", metavar="UNIT", required=True, help="承办单位，如 renshe")
    parser.add_argument("--item", metavar="NAME", required=True, help="反映的事项")
    parser.add_argument("--item-code", metavar="CODE", default="", help="事项编码")
    parser.add_argument("--matter", metavar="TEXT", required=True, help="反映的问题")
    parser.add_argument(
        "--class",
        dest="case_class",
        metavar="CLASS",
        required=True,
        help=f"类别：{_names(CaseClass)}，以该地区的规则为准",
    )
    parser.add_argument(
        "--priority",
        metavar="PRIORITY",
        default=Priority.NORMAL.value,
        help=f"优先级（默认 normal）：{_names(Priority)}",
    )
    parser.add_argument("--name", metavar="NAME", default="", help="反映人姓名")
    parser.add_argument("--mobile", metavar="NUMBER", default="", help="反映人电话")
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="以哪个用户登记，如 hotline-01")


def run(args: Namespace, ports: RegisterPorts, out: TextIO, err: TextIO) -> int:
    """Register the report, open its case, and say both numbers."""
    by, policy = ports.people.user(args.user), ports.policy_of(args.jurisdiction)
    need_right_to_register(by, policy, ports)
    form = _form(args, ports)
    need_a_place_for(form, policy, ports)
    report = ports.register(form, by.id, ports.now())
    print(
        f"已登记：{report.report_no}（{report.source.label}，{report.case_class.label}，{report.priority.label}）。",
        file=out,
    )
    try:
        ports.open_case(report)
    except (EngineUnavailable, StackNotRunning):
        print(f"案件 {report.case_no} 还没有立案，系统恢复后会自动立案；请不要重复登记。", file=err)
        raise
    callback = callback_promise(report)
    print(f"已立案转办：{report.case_no}，承办单位 {ports.people.unit(report.unit).name}；{callback}。", file=out)
    return 0


def _form(args: Namespace, ports: RegisterPorts) -> ReportForm:
    return report_form(
        jurisdiction=args.jurisdiction,
        source=_source(args, ports),
        unit=args.unit,
        task_name=args.item.strip(),
        task_code=args.item_code.strip(),
        matter=args.matter.strip(),
        case_class=_choice(CaseClass, args.case_class, "--class"),
        priority=_choice(Priority, args.priority, "--priority"),
        reporter_name=args.name.strip(),
        mobile=args.mobile.strip(),
    )


def _source(args: Namespace, ports: RegisterPorts) -> CaseSource:
    """The source that was named, or the usual one of the place."""
    if args.source is not None:
        return _choice(_REPORTED, args.source, "--source")
    by_hand = ports.by_hand(args.jurisdiction)
    if (usual := usual_source(by_hand)) is None:
        raise BadInput(f"请用 --source 说明来源：{_names(by_hand)}。")
    return usual


def _choice(choices: Iterable[_Choice], text: str, option: str) -> _Choice:
    known = tuple(choices)
    for each in known:
        if text in (each.value, each.label):
            return each
    raise BadInput(f"{option} 的值“{text}”不对，应为 {_names(known)}。")


def _names(choices: Iterable[CaseClass | CaseSource | Priority]) -> str:
    return "、".join(f"{each.value}（{each.label}）" for each in choices)
