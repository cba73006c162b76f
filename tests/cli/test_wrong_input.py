"""Whatever is typed wrongly is answered in one Chinese sentence that says what to correct; nothing is changed."""

import re

import pytest

from cli.app import Exit
from tests.cli.terminal import Terminal

ACT = ("act", "ezhou-x-1")
AS_HOTLINE, AS_SUPERVISOR = ("--as", "hotline-01"), ("--as", "supervisor-01")

WRONG = [
    ("an unknown command", ["zap"], "没有“zap”这个命令。可用的命令：tasks、act"),
    ("a task list of nobody", ["tasks"], "缺少参数：--as。"),
    ("a user that is not in the directory", ["tasks", "--as", "nobody"], "没有名为“nobody”的用户"),
    ("an option without its value", ["tasks", "--as"], "--as 后面要写一个值。"),
    ("an option that does not exist", ["tasks", "--as", "hotline-01", "--all"], "不认识的参数：--all。"),
    ("an abbreviated option", ["cases", "--juris", "ezhou"], "不认识的参数：--juris ezhou。"),
    ("a value for a switch", ["cases", "--open=1"], "--open 后面不能写值（“1”）。"),
    ("a number that is none", ["cases", "--limit", "x"], "--limit 的值“x”应为整数。"),
    ("a list of nothing", ["cases", "--limit", "0"], "--limit 应为大于 0 的整数。"),
    ("an unknown jurisdiction", ["cases", "--jurisdiction", "wuhan"], "没有名为“wuhan”的地区"),
    ("an unknown case", ["show", "ezhou-x-1"], "没有案件 ezhou-x-1。"),
    ("the history of an unknown case", ["history", "ezhou-x-1"], "没有案件 ezhou-x-1。"),
    ("a callback in an unknown case", ["callback", "ezhou-x-1", *AS_HOTLINE], "没有案件 ezhou-x-1。"),
    ("an action on an unknown case", [*ACT, "sign_off", "--as", "officer-renshe"], "没有案件 ezhou-x-1。"),
    ("no action", [*ACT, *AS_HOTLINE], "缺少参数：ACTION。"),
    ("an unknown action", [*ACT, "close", *AS_HOTLINE], "没有“close”这个动作。可以办理：sign_off（签收）"),
    ("a key without a value", [*ACT, "conclude", *AS_SUPERVISOR, "--set", "reason"], "应写成 键=值"),
    ("nothing set", [*ACT, "conclude", *AS_SUPERVISOR, "--set"], "--set 后面至少要写一个值。"),
    ("an unknown key", [*ACT, "催办", *AS_SUPERVISOR, "--set", "x=1"], "“催办”没有“x”这一项。“催办”可以填写：reason"),
    ("the actor is not for the caller to say", [*ACT, "催办", *AS_SUPERVISOR, "--set", "actor=x"], "没有“actor”这一项"),
    ("a missing reason", [*ACT, "conclude", *AS_SUPERVISOR], "“监督处理办结”还须填写 reason（理由）。"),
    ("an empty reason", [*ACT, "conclude", *AS_SUPERVISOR, "--set", "reason= "], "reason（理由）不能是空的。"),
    (
        "a reason that is a book",
        [*ACT, "conclude", *AS_SUPERVISOR, "--set", "reason=" + "长" * 2001],
        "reason（理由）太长，最多 2000 个字。",
    ),
    ("one key twice", [*ACT, "conclude", *AS_SUPERVISOR, "--set", "reason=a", "理由=b"], "“reason”写了两次"),
    ("something for nothing", [*ACT, "签收", *AS_HOTLINE, "--set", "note=a"], "“签收”不需要填写内容。"),
    (
        "a result that does not exist",
        [*ACT, "record_callback", *AS_HOTLINE, "--set", "result=maybe"],
        "result（回访结果）的值“maybe”不对，应为 reached（已接通）、no_answer（无人接听）",
    ),
    (
        "neither yes nor no",
        [*ACT, "record_callback", *AS_HOTLINE, "--set", "result=reached", "satisfied=perhaps"],
        "satisfied（是否满意）的值“perhaps”不对，应为 true（满意）或 false（不满意）。",
    ),
    (
        "neither granted nor refused",
        [*ACT, "审批延期", *AS_SUPERVISOR, "--set", "granted=满意", "reason=x"],
        "granted（审批结果）的值“满意”不对，应为 true（准予）或 false（不予）。",
    ),
    (
        "a day that does not exist",
        [*ACT, "申请延期", "--as", "officer-renshe", "--set", "延期至=2026-02-30", "理由=x"],
        "until（延期至）的值“2026-02-30”不对，应为 日期，如 2026-03-20。",
    ),
    (
        "a list of nobody",
        [*ACT, "召开联席会议", *AS_SUPERVISOR, "--set", "units=、", "reason=x"],
        "units（单位）至少要写 1 项。",
    ),
    (
        "more evidence than a case can hold",
        [
            *ACT,
            "提出申诉",
            "--as",
            "clerk-renshe",
            "--set",
            "理由=x",
            "evidence=" + "、".join("证据" for _ in range(21)),
        ],
        "evidence（证据）太多，最多 20 项。",
    ),
    (
        "a piece of evidence that is a book",
        [*ACT, "提出申诉", "--as", "clerk-renshe", "--set", "理由=x", "evidence=" + "长" * 201],
        "evidence（证据）太长，最多 200 个字。",
    ),
    (
        "a measure that does not exist",
        [*ACT, "下达督查措施", *AS_SUPERVISOR, "--set", "kind=开除", "document_no=1", "reason=x"],
        "kind（督查措施）的值“开除”不对，应为 supervise（督办）、interview（约谈）、circular（通报）",
    ),
    ("a deputy for nobody", [*ACT, "签收", *AS_HOTLINE, "--for"], "--for 后面要写一个值。"),
    ("a key that cannot travel", [*ACT, "签收", *AS_HOTLINE, "--key", "第 一 次"], "编号“第 一 次”不对"),
    ("a directory that is not there", ["directory", "load", "nowhere.toml"], "单位目录 nowhere.toml 无法读取"),
    ("a directory without a file", ["directory", "load"], "directory load 后面要写目录文件的路径。"),
    (
        "a directory command that does not exist",
        ["directory", "drop"],
        "用法：directory show",
    ),
    ("bytes that are no text", ["show", "ezhou-\udcff"], "有无法识别的字符"),
    ("a date that is none", ["due", "2026-02-30", "5", "wd"], "起算时间“2026-02-30”无法识别"),
    ("a file that is not there", ["import", "nowhere.csv", "--jurisdiction", "ezhou"], "nowhere.csv"),
]


@pytest.mark.parametrize(("arguments", "sentence"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_input_is_answered_in_a_sentence(lone_terminal: Terminal, arguments: list[str], sentence: str) -> None:
    said = lone_terminal.run_now(*arguments)
    assert (said.code, said.out) == (Exit.BAD_INPUT, "")
    assert sentence in said.err
    assert not re.search(r"Traceback|Error|\busage\b|argument", said.err)


def test_without_a_command_the_overview_names_every_command(lone_terminal: Terminal) -> None:
    overview = lone_terminal.run_now()
    assert overview.code == 0
    assert overview == lone_terminal.run_now("--help") == lone_terminal.run_now("help")
    for command in ("tasks", "act", "callback", "show", "history", "cases", "messages", "import", "directory", "due"):
        assert re.search(rf"^  {command} +\S", overview.out, re.MULTILINE), command


@pytest.mark.parametrize(
    "command",
    ["tasks", "act", "callback", "show", "history", "cases", "messages", "import", "directory", "due", "up", "demo"],
)
def test_every_command_explains_itself_in_chinese(lone_terminal: Terminal, command: str) -> None:
    said = lone_terminal.run_now(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"用法：starter.py {command}")
    assert not re.search(r"\busage|positional|options:|show this help", said.out)
