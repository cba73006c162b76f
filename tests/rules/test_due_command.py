"""`due`: what people read, what scripts read, and how a question that makes no sense is answered."""

import io
import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from adapters.calendar_files import load_calendar
from cli import due

ROOT = Path(__file__).resolve().parents[2]


def _ask(*words: str) -> tuple[int, str, str]:
    parser = ArgumentParser(prog="due")
    due.configure(parser)
    out, err = io.StringIO(), io.StringIO()
    code = due.run(parser.parse_args(words), load_calendar, out, err)
    return code, out.getvalue(), err.getvalue()


def test_scripts_get_one_object() -> None:
    code, out, err = _ask("2026-02-13T17:50", "5", "wd", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["deadline"] == "2026-02-28T00:00:00+08:00"
    assert answer["last_day"] == "2026-02-27"
    assert answer["provisional"] is False
    assert (answer["start"], answer["amount"], answer["unit"], answer["rule"]) == (
        "2026-02-13T17:50:00+08:00",
        5,
        "wd",
        "R3",
    )
    assert answer["valid_through"] == "2026-12-31"
    assert answer["calendar_version"] == load_calendar(None).version
    assert [step["day"] for step in answer["steps"] if step["counts"]] == [
        "2026-02-14",
        "2026-02-24",
        "2026-02-25",
        "2026-02-26",
        "2026-02-27",
    ]


def test_people_get_the_days_and_the_deadline_last() -> None:
    code, out, _ = _ask("2026-02-13T17:50", "3", "wd", "--jurisdiction", "ezhou")
    lines = out.splitlines()
    assert code == 0
    assert "2026年2月13日（周五）17:50" in lines[0]
    assert "3 个工作日" in lines[1]
    assert "2026-02-14  周六  1" in out
    assert "春节调休上班，是工作日" in out
    assert lines[-1] == "截止：2026年2月25日（周三）24:00，自 2026-02-26 00:00 起为逾期"


def test_a_provisional_date_warns_people_and_scripts() -> None:
    _, text, _ = _ask("2026-12-11", "15", "wd")
    assert text.splitlines()[-1] == "注意：2027年的放假安排尚未公布，以上截止日期是暂定的，公布后须重新计算。"
    _, out, _ = _ask("2026-12-11", "15", "wd", "--json")
    assert json.loads(out)["provisional"] is True


def test_hours_end_at_a_moment() -> None:
    _, out, _ = _ask("2025-09-30T16:40", "24", "h")
    assert out.splitlines()[-1] == "截止：2025年10月1日（周三）16:40，自此刻起为逾期"


@pytest.mark.parametrize(
    ("start", "understood"),
    [
        ("2026-02-13", "2026-02-13T00:00:00+08:00"),
        ("2026-02-13 17:50", "2026-02-13T17:50:00+08:00"),
        ("2026-02-13T17:50:30", "2026-02-13T17:50:30+08:00"),
        ("2026-02-13T17:50+08:00", "2026-02-13T17:50:00+08:00"),
        ("2026-02-13T17:50Z", "2026-02-14T01:50:00+08:00"),
        ("2026-02-13T17:50:00-0500", "2026-02-14T06:50:00+08:00"),
    ],
)
def test_a_start_is_read_in_these_forms(start: str, understood: str) -> None:
    code, out, _ = _ask(start, "1", "wd", "--json")
    assert code == 0
    assert json.loads(out)["start"] == understood


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize(
    ("start", "amount", "unit", "reason"),
    [
        ("2026-02-30", "5", "wd", "起算时间“2026-02-30”无法识别"),
        ("昨天", "5", "wd", "起算时间“昨天”无法识别"),
        ("2026-02-13T25:00", "5", "wd", "无法识别"),
        ("20260213", "5", "wd", "无法识别"),
        ("1926-02-13", "5", "wd", "年份应在 2000 到 2099 之间"),
        ("9999-12-31", "5", "h", "年份应在"),
        ("2026-02-13", "0", "wd", "数量“0”无法识别"),
        ("2026-02-13", "-5", "wd", "数量“-5”无法识别"),
        ("2026-02-13", "1.5", "wd", "数量“1.5”无法识别"),
        ("2026-02-13", "五", "wd", "数量“五”无法识别"),
        ("2026-02-13", "99999", "h", "1 到 10000 之间"),
        ("2026-02-13", "5", "days", "单位“days”无法识别"),
        ("2018-02-13", "5", "wd", "没有2018年的放假安排数据"),
        ("2027-12-20", "15", "wd", "没有2028年的放假安排数据"),
    ],
)
def test_a_senseless_question_gets_a_sentence_and_exit_code_2(
    start: str, amount: str, unit: str, reason: str, words: tuple[str, ...]
) -> None:
    code, out, err = _ask(start, amount, unit, *words)
    assert (code, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1


def test_an_unknown_jurisdiction_is_refused_with_the_known_ones() -> None:
    code, out, err = _ask("2026-02-13", "5", "wd", "--jurisdiction", "atlantis")
    assert (code, out) == (2, "")
    assert "ezhou" in err


def test_the_question_is_answered_without_engine_and_database() -> None:
    """In a process of its own: what is imported here by other tests would hide it."""
    program = (
        "import sys, argparse, adapters.calendar_files, cli.due\n"
        "p = argparse.ArgumentParser(); cli.due.configure(p)\n"
        "code = cli.due.run(p.parse_args(), adapters.calendar_files.load_calendar, sys.stdout, sys.stderr)\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "sys.exit(code or sorted(loaded & {'temporalio', 'sqlmodel', 'sqlalchemy', 'psycopg', 'jinja2'}) or 0)\n"
    )
    words = ["2026-02-13T17:50", "5", "wd", "--json"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["last_day"] == "2026-02-27"
