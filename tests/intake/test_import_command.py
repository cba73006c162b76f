"""What `starter.py import` says and with which code it ends."""

import argparse
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.policies import load_policy
from adapters.rating_import import RatingImporter
from cli import import_ratings
from models.ratings import Opened
from policy.rating_rules import rules_of
from tests.intake.support import BAD, ROW, UNLISTED, rows, write_csv


@dataclass
class Command:
    """Runs the command with a real importer and a case opener that opens as many as it is told."""

    importer: RatingImporter
    opened: int = 0
    parents: int = 0
    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)

    def run(self, *words: object) -> int:
        parser = argparse.ArgumentParser()
        import_ratings.configure(parser)

        def open_cases(progress: Callable[[int], None]) -> Opened:
            progress(self.opened)
            return Opened(self.opened, self.parents)

        return import_ratings.run(
            parser.parse_args([*(str(word) for word in words), "--jurisdiction", "ezhou"]),
            self.importer,
            lambda jurisdiction: load_policy(jurisdiction).policy,
            lambda jurisdiction: rules_of(load_policy(jurisdiction).surroundings),
            open_cases,
            {"renshe": "演示·人社局"}.__getitem__,
            self.out,
            self.err,
        )


@pytest.fixture
def command(importer: RatingImporter) -> Command:
    return Command(importer)


def test_a_parent_case_of_repetitions_is_named_beside_the_others(command: Command, tmp_path: Path) -> None:
    command.opened, command.parents = 2, 1
    assert command.run(write_csv(tmp_path / "r.csv", [ROW | BAD])) == 0
    assert "本次新立案件 2 件，其中重复差评的根源治理案件 1 件。" in command.out.getvalue()


def test_all_rows_taken_ends_with_0_and_names_the_cases(command: Command, tmp_path: Path) -> None:
    command.opened = 1
    assert command.run(write_csv(tmp_path / "r.csv", [*rows(3), ROW | BAD])) == 0
    said = command.out.getvalue()
    assert "好评 3，差评 1" in said
    assert "本次新立案件 1 件" in said
    assert "ezhou-EZ20260920-0001-1  1星 非常不满意  实名  大厅平板电脑  社会保障卡补换  → 演示·人社局" in said
    assert ROW["mobile"] not in said
    assert ROW["userName"] not in said
    assert "正在导入：4 行" in command.err.getvalue()
    assert "正在立案：1 件" in command.err.getvalue()


def test_rejected_rows_end_with_3_and_are_counted_by_reason(command: Command, tmp_path: Path) -> None:
    lines = [*rows(3), *rows(2, pf="9"), ROW | BAD | {"deptCode": UNLISTED}]
    assert command.run(write_csv(tmp_path / "r.csv", lines), "--rejects", tmp_path / "back.csv") == 3
    said = command.out.getvalue()
    assert "2 行  pf（评价渠道）：代码不在声明的编码体系内" in said
    assert "1 行  deptCode（部门统一社会信用代码）：部门代码不在单位目录" in said
    assert str(tmp_path / "back.csv") in said
    assert (tmp_path / "back.csv").exists()


def test_a_refused_file_ends_with_2_and_one_sentence(command: Command, tmp_path: Path) -> None:
    assert command.run(tmp_path / "none.csv") == 2
    assert command.out.getvalue() == ""
    assert command.err.getvalue().startswith("未导入：找不到文件")
    assert command.err.getvalue().count("\n") == 1


def test_an_unknown_code_system_ends_with_2(command: Command, tmp_path: Path) -> None:
    assert command.run(write_csv(tmp_path / "r.csv", [ROW]), "--codes", "hunan") == 2
    assert "national" in command.err.getvalue()


def test_the_declared_system_decides_what_is_bad(command: Command, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [ROW | {"satisfaction": "1", "evalDetail": "510"}])
    assert command.run(path, "--codes", "gbt39046", "--json") == 0
    report = json.loads(command.out.getvalue())
    assert (report["stored"], report["bad"], report["code_system"]) == (1, 0, "gbt39046")


def test_json_is_one_object_with_every_count(command: Command, tmp_path: Path) -> None:
    command.opened = 1
    assert command.run(write_csv(tmp_path / "r.csv", [*rows(2), ROW | BAD, ROW | {"pf": "x"}]), "--json") == 3
    report = json.loads(command.out.getvalue())
    assert report["rows"] == report["stored"] + report["already_stored"] + report["repeated"] + report["rejected"] == 4
    assert report["opened"] == 1
    assert [case["case_no"] for case in report["cases"]] == ["ezhou-EZ20260920-0001-1"]
