"""`items` and `quality` on the command line."""

import json
from pathlib import Path

from sqlalchemy import Engine

from tests.cli.terminal import Terminal, lines_with
from tests.quality.support import RENSHE, items_file, later, rating, store


def test_a_directory_is_loaded_and_shown(terminal: Terminal, tmp_path: Path) -> None:
    show = ("items", "show", "--jurisdiction", "ezhou")
    assert "还没有事项目录。用 items load FILE 导入" in terminal.run_now(*show).out
    loaded = terminal.run_now("items", "load", str(items_file(tmp_path / "x.csv")), "--jurisdiction", "ezhou")
    assert loaded.code == 0
    assert loaded.out.startswith("已导入。鄂州市的事项目录：3 行，文件 x.csv，2026-12-01（周二）09:00 导入，摘要 ")
    assert terminal.run_now(*show).out in loaded.out


def test_a_bad_directory_is_refused_row_by_row(terminal: Terminal, tmp_path: Path) -> None:
    bad = items_file(tmp_path / "x.csv", [["", "", "名称", RENSHE, "人社局"]])
    said = terminal.run_now("items", "load", str(bad), "--jurisdiction", "ezhou")
    assert (said.code, said.out) == (2, "")
    assert "第 2 行：事项编码没有填写。请补填事项编码。" in said.err
    for words in (["load"], ["drop"], ["show", "x"]):
        assert terminal.run_now("items", *words, "--jurisdiction", "ezhou").code == 2
    assert terminal.run_now("items", "show", "--jurisdiction", "nowhere").code == 2


def test_the_report_and_the_flags_read_as_sentences(terminal: Terminal, engine: Engine, tmp_path: Path) -> None:
    terminal.run_now("items", "load", str(items_file(tmp_path / "x.csv")), "--jurisdiction", "ezhou")
    store(engine, [rating(n, level=1, has_text=False, assessed_at=later(2 * n)) for n in range(3)])
    store(engine, [rating(3, task_name="别的", assessed_at=later(60))])
    said = terminal.run_now("quality", "--jurisdiction", "ezhou", "--month", "2026-11")
    assert said.code == 0, said
    assert said.out.startswith("鄂州市，2026年11月：4 条评价。")
    (names,) = lines_with(said.out, ["taskName（事项名称）"])
    assert names.split() == ["taskName（事项名称）", "3（75.0%）", "0", "0", "1（25.0%）"]
    assert "异常提示 1 条，只说明统计到了什么，不代表任何结论" in said.out
    assert "2026年11月10日，ez-renshe，RS-01：当天经大厅平板电脑收到的 4 条评价中，有 3 条是差评。" in said.out


def test_scripts_get_the_same_as_json(terminal: Terminal, engine: Engine) -> None:
    store(engine, [rating(n, level=1, assessed_at=later(2 * n)) for n in range(3)])
    found = json.loads(terminal.run_now("quality", "--jurisdiction", "ezhou", "--month", "2026-11", "--json").out)
    assert (found["ratings"], found["directory"], found["fields"]) == (3, None, [])
    assert {"check": "no_handler", "ratings": 0} in found["checks"]
    (flag,) = found["flags"]
    assert (flag["kind"], flag["subject"], flag["begins"], flag["ratings"]) == ("bad_series", "RS-01", "2026-11-10", 3)
    assert "有 3 条是差评" in flag["sentence"]


def test_a_month_without_ratings_is_said_plainly_and_a_wrong_month_is_refused(terminal: Terminal) -> None:
    said = terminal.run_now("quality", "--jurisdiction", "ezhou")
    assert "2026年12月：0 条评价" in said.out
    assert "还没有事项目录，五个字段没有比对" in said.out
    assert "没有异常提示。" in said.out
    wrong = (
        ["--month", "2026-13"],
        ["--month", "2026-11", "--to", "2026-10"],
        ["--month", "2025-01", "--to", "2026-01"],
    )
    for words in wrong:
        refused = terminal.run_now("quality", "--jurisdiction", "ezhou", *words)
        assert (refused.code, refused.out) == (2, "")
        assert "月份" in refused.err or "个月" in refused.err
