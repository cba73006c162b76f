"""The door of the command line: which commands there are, how they are read, and how a refusal reads.

Decides the overview, the exit codes and that nobody ever sees a traceback. What a command does stands in its module,
which is loaded only when it is called, so that `due` answers at once.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

from cli.parser import CommandParser, HelpShown
from models.errors import (
    ActionRefused,
    BadInput,
    EngineUnavailable,
    HaochapingError,
    StackNotRunning,
    UnknownCase,
    UnknownUser,
)

if TYPE_CHECKING:
    from cli.context import Context

Run = Callable[[Namespace, "Context", TextIO, TextIO], int]
Loaded = tuple[Callable[[ArgumentParser], None], Run]


class Exit(IntEnum):
    """What the exit codes mean; a command may have more of its own."""

    DONE = 0
    REFUSED = 1
    BAD_INPUT = 2
    TRY_LATER = 75
    INTERRUPTED = 130


def main(arguments: Sequence[str], context: "Context", out: TextIO, err: TextIO) -> int:
    """Run one command; the exit code. Only a mistake of our own leaves this function as an exception."""
    try:
        return _run(list(arguments), context, out, err)
    except HaochapingError as error:
        return _refuse(error, err)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        known = context.known_failure(error)
        if known is None:
            raise
        return _refuse(known, err)


def _run(arguments: list[str], context: "Context", out: TextIO, err: TextIO) -> int:
    _need_readable(arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_overview(context.program), file=out)
        return Exit.DONE
    command = _COMMANDS.get(arguments[0])
    if command is None:
        raise BadInput(f"没有“{arguments[0]}”这个命令。可用的命令：{'、'.join(_COMMANDS)}；不带参数运行可以看说明。")
    configure, run = command.load()
    parser = CommandParser(prog=f"{context.program} {command.name}", out=out)
    configure(parser)
    if parser.description is None:
        parser.description = command.help
    try:
        args = parser.parse_args(arguments[1:])
    except HelpShown:
        return Exit.DONE
    return run(args, context, out, err)


def _refuse(error: HaochapingError, err: TextIO) -> int:
    print(error, file=err)
    return exit_code(error)


def exit_code(error: HaochapingError) -> Exit:
    """The exit code of a refusal."""
    match error:
        case BadInput() | UnknownCase() | UnknownUser():
            return Exit.BAD_INPUT
        case EngineUnavailable() | StackNotRunning():
            return Exit.TRY_LATER
        case ActionRefused():
            return Exit.REFUSED
    return Exit.REFUSED


def _need_readable(arguments: list[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            shown = argument.encode(errors="replace").decode()
            raise BadInput(f"参数“{shown}”中有无法识别的字符，请用 UTF-8 编码输入。") from None


@dataclass(frozen=True)
class _Command:
    name: str
    help: str
    load: Callable[[], Loaded]


def _due() -> Loaded:
    from cli import due

    return due.configure, lambda args, context, out, err: due.run(args, context.load_calendar, out, err)


def _import() -> Loaded:
    from cli import import_ratings
    from policy.rating_rules import rules_of

    def run(args: Namespace, context: "Context", out: TextIO, err: TextIO) -> int:
        return import_ratings.run(
            args,
            context.importer,
            context.policy,
            lambda jurisdiction: rules_of(context.policies.file(jurisdiction).surroundings),
            lambda progress: context.open_cases(args.jurisdiction, progress),
            lambda unit: context.people.unit(unit).name,
            out,
            err,
        )

    return import_ratings.configure, run


def _document() -> Loaded:
    from cli import document

    return document.configure, document.run


def _messages() -> Loaded:
    from cli import messages

    def run(args: Namespace, context: "Context", out: TextIO, err: TextIO) -> int:
        return messages.run(args, messages.MessagePorts(context.messages, context.now), out, err)

    return messages.configure, run


def _up() -> Loaded:
    from cli import demo, up

    return up.configure_up, lambda args, context, out, err: up.run_up(
        args, context.stack, context.open_all_pending, lambda: demo.say_who_can_log_in(context, out), out
    )


def _demo() -> Loaded:
    from cli import demo, up

    def run(args: Namespace, context: "Context", out: TextIO, err: TextIO) -> int:
        return up.run_demo(args, context.stack, lambda settings: demo.main_job(context, main, out, err))

    return up.configure_demo, run


def _tasks() -> Loaded:
    from cli import tasks

    return tasks.configure, tasks.run


def _act() -> Loaded:
    from cli import act

    return act.configure, act.run


def _callback() -> Loaded:
    from cli import callback

    return callback.configure, callback.run


def _show() -> Loaded:
    from cli import show

    return show.configure, show.run


def _history() -> Loaded:
    from cli import history

    return history.configure, history.run


def _cases() -> Loaded:
    from cli import cases

    return cases.configure, cases.run


def _directory() -> Loaded:
    from cli import directory

    return directory.configure, directory.run


def _policy() -> Loaded:
    from cli import policy

    return policy.configure, lambda args, context, out, err: policy.run(args, context.policies, out, err)


def _calendar() -> Loaded:
    from cli import calendar

    return calendar.configure, lambda args, context, out, err: calendar.run(args, context.calendar_ports, out, err)


def _register() -> Loaded:
    from cli import register

    return register.configure, lambda args, context, out, err: register.run(args, context.register_ports, out, err)


def _items() -> Loaded:
    from cli import items

    return items.configure, lambda args, context, out, err: items.run(
        args, context.quality.items, context.policy, out, err
    )


def _matters() -> Loaded:
    from cli import matters

    return matters.configure, lambda args, context, out, err: matters.run(
        args, context.matters, context.invite, out, err
    )


def _sample() -> Loaded:
    from cli import sample

    def run(args: Namespace, context: "Context", out: TextIO, err: TextIO) -> int:
        ports = sample.SamplePorts(context.samples, context.policies.file, context.people, context.now)
        return sample.run(args, ports, out, err)

    return sample.configure, run


def _quality() -> Loaded:
    from cli import quality

    def run(args: Namespace, context: "Context", out: TextIO, err: TextIO) -> int:
        question = quality.QualityQuestion(context.quality, context.people, context.policy, context.now)
        return quality.run(args, question, out, err)

    return quality.configure, run


def _deputy() -> Loaded:
    from cli import deputy

    return deputy.configure, lambda args, context, out, err: deputy.run(args, context.deputy_ports, out, err)


def _handover() -> Loaded:
    from cli import handover

    return handover.configure, lambda args, context, out, err: handover.run(args, context.handover_ports, out, err)


def _account() -> Loaded:
    from cli import account

    return account.configure, lambda args, context, out, err: account.run(args, context.account_ports, out, err)


def _figures() -> Loaded:
    from cli import figures

    return figures.configure, lambda args, context, out, err: figures.run(args, context.figure_ports, out, err)


def _rhythm() -> Loaded:
    from cli import rhythm

    return rhythm.configure, lambda args, context, out, err: rhythm.run(args, context.rhythm_ports, out, err)


def _push() -> Loaded:
    from cli import push

    return push.configure, lambda args, context, out, err: push.run(args, context.pushes, context.now(), out)


def _scores() -> Loaded:
    from cli import scores

    return scores.configure, lambda args, context, out, err: scores.run(args, context.score_ports, out, err)


def _analysis() -> Loaded:
    from cli import analysis

    return analysis.configure, lambda args, context, out, err: analysis.run(args, context.analysis_ports, out, err)


def _circular() -> Loaded:
    from cli import circular

    return circular.configure, lambda args, context, out, err: circular.run(args, context.circular_ports, out, err)


def _token() -> Loaded:
    from cli import token

    return token.configure, lambda args, context, out, err: token.run(args, context.token_ports, out, err)


def _keys() -> Loaded:
    from cli import keys

    return keys.configure, lambda args, context, out, err: keys.run(args, context.keys, out, err)


_COMMANDS = {
    command.name: command
    for command in (
        _Command("tasks", "我的待办：按先到期的在前", _tasks),
        _Command("act", "办理：签收、登记回访结果、提交整改情况、确认不予采纳……", _act),
        _Command("callback", "12345话务员发起回访：给谁打、问什么、怎么登记", _callback),
        _Command("show", "看一个案件：阶段、时限、待办、现在可以做什么", _show),
        _Command("history", "看一个案件的全部经过：谁、何时、做了什么", _history),
        _Command("cases", "案件清单", _cases),
        _Command("document", "案件的文书：列出，或生成 DOCX、PDF", _document),
        _Command("messages", "发出了哪些通知和报告，哪些没有发出", _messages),
        _Command("push", "向省平台推送：情况、对账、重新推送", _push),
        _Command("import", "导入评价文件，差评立为案件", _import),
        _Command("matters", "导入办结的办件，到时邀请评价", _matters),
        _Command("items", "事项目录：查看、导入，供数据质检比对", _items),
        _Command("quality", "数据质检和异常提示：入库的评价有什么问题", _quality),
        _Command("sample", "抽查回访：抽取、查看进展和满意率、核对名单", _sample),
        _Command("register", "登记一件群众反映（来电、信访、窗口……）并立案", _register),
        _Command("deputy", "请假期间由谁代理：设定、列出、提前结束", _deputy),
        _Command("handover", "把一个人手上的全部案件移交给另一个人", _handover),
        _Command("policy", "各地区的程序参数及其依据：列出、检查、比较", _policy),
        _Command("figures", "指标：好评率、整改率、按期率……，分子分母俱全，可按时点重算", _figures),
        _Command("rhythm", "定期工作：列出、立即办理、暂停、恢复", _rhythm),
        _Command("scores", "评分：综合评分、月积分，每个分都列出由什么组成", _scores),
        _Command("analysis", "分析报告：列出、编制、生成 DOCX 或 PDF", _analysis),
        _Command("circular", "通报：列出、按月按季拟稿、生成 DOCX 或 PDF", _circular),
        _Command("calendar", "放假安排：查看、预览新通知、施行并重新计算全部期限", _calendar),
        _Command("token", "其他系统使用接口的令牌：生成、列出、撤销", _token),
        _Command("directory", "单位和用户目录：查看、导入", _directory),
        _Command("account", "网页的本地账号：设置密码、列出、停用、恢复", _account),
        _Command("keys", "密钥：各内容由哪个密钥加密，换密钥后用新的重写", _keys),
        _Command("due", "计算期限何时届满，并逐日说明理由", _due),
        _Command("up", "启动整个系统，留在前台", _up),
        _Command("demo", "启动整个系统并导入演示数据", _demo),
    )
}

_OVERVIEW = """政务服务“好差评”差评整改

用法：{program} 命令 [参数]      每个命令的说明：{program} 命令 --help

{commands}

例子：
  {program} tasks --as officer-renshe                整改责任人看自己的待办
  {program} act 案件编号 签收 --as officer-renshe    整改责任人签收
  {program} callback 案件编号 --as hotline-01        话务员给评价人打电话
  {program} history 案件编号                         监督人员看办理经过
  {program} due 2026-02-13T17:50 5 wd                某时起 5 个工作日，到哪天为止

退出码：0 完成；1 案件不允许；2 输入有误，或没有这个案件、用户；75 系统没有运行或暂时没有应答，可以重试。"""


def _overview(program: str) -> str:
    commands = "\n".join(f"  {command.name:<11}{command.help}" for command in _COMMANDS.values())
    return _OVERVIEW.format(program=program, commands=commands)
