"""`starter.py figures`: the same counts on the terminal and for scripts, and what a wrong call is told."""

import json

import pytest

from tests.cli.terminal import Said, Terminal, lines_with
from tests.figures.month import Month


@pytest.fixture
def terminal(month: Month) -> Terminal:
    """A terminal over the month, on 5 April."""
    return Terminal(month.pages.installation)


def asked(terminal: Terminal, *arguments: str) -> Said:
    """The command for Ezhou."""
    return terminal.run_now("figures", "--jurisdiction", "ezhou", *arguments)


def test_it_prints_every_figure_with_its_parts_and_targets(terminal: Terminal) -> None:
    said = asked(terminal, "--month", "2026-03", "--as-of", "2026-03-31")
    assert said.code == 0, said
    assert "鄂州市：2026年3月的指标，按 2026-04-01（周三）00:00 所知统计" in said.out
    assert lines_with(said.out, ["差评率", "31.5%（6/19）"])
    assert lines_with(said.out, ["实名差评回访整改率", "75.0%（3/4）", "100%，未达标"])
    assert lines_with(said.out, ["平均整改时长", "4.7 个工作日（19/4）"])


def test_groups_are_ranked(terminal: Terminal) -> None:
    said = asked(terminal, "--month", "2026-03", "--as-of", "2026-03-31", "--by", "unit", "--rank-by", "bad_rate")
    assert "按单位，以差评率排名。本地没有末位名单的规定，只列名次。" in said.out
    ranked = said.out.splitlines()[-2:]
    assert [line.split()[:3] for line in ranked] == [
        ["1", "测试人社局", "28.5%（4/14）"],
        ["2", "测试市场监管局", "40.0%（2/5）"],
    ]


def test_windows_are_told_apart_and_what_names_none_stands_last(terminal: Terminal) -> None:
    said = asked(terminal, "--month", "2026-03", "--as-of", "2026-03-31", "--by", "window", "--rank-by", "bad_rate")
    assert said.code == 0, said
    ranked = said.out.splitlines()[-2:]
    assert [line.split()[:4] for line in ranked] == [
        ["1", "测试人社局", "03号窗口", "33.3%（2/6）"],
        ["—", "（未注明）", "30.7%（4/13）", "13"],
    ]


def test_scripts_get_numerators_and_denominators(terminal: Terminal) -> None:
    said = asked(terminal, "--from", "2026-03-01", "--to", "2026-03-31", "--by", "clerk", "--json")
    found = json.loads(said.out)
    assert found["period"] == {"first": "2026-03-01", "last": "2026-03-31"}
    assert found["figures"]["bad_rate"] == {
        "numerator": 5,
        "denominator": 19,
        "said": "26.3%（5/19）",
        "label": "差评率",
        "target": None,
        "met": None,
        "published": None,
        "changed": False,
    }
    clerk = next(group for group in found["groups"] if group["key"] == "ez-renshe/RS-0217")
    assert clerk["name"] == "测试人社局，工号 RS-0217"
    assert clerk["figures"]["bad_rate"]["denominator"] == 5
    assert set(clerk["figures"]) == set(found["figures"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "请写明一段时间"),
        (("--month", "2026-03", "--year", "2026"), "请写明一段时间"),
        (("--from", "2026-03-01"), "请写明一段时间"),
        (("--month", "2026"), "--month 的值“2026”不对"),
        (("--quarter", "2026-Q5"), "应写成"),
        (("--month", "2026-03", "--by", "street"), "--by 的值“street”不对，可选"),
        (("--month", "2026-03", "--only", "x"), "--only 要和 --by 一起用"),
        (("--month", "2026-03", "--rank-by", "x"), "--rank-by 的值“x”不对"),
        (("--month", "2026-03", "--as-of", "2026-04-06"), "还没有到"),
    ],
)
def test_a_wrong_call_is_told_what_to_write(terminal: Terminal, arguments: tuple[str, ...], told: str) -> None:
    said = asked(terminal, *arguments)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_an_unknown_place_is_refused(terminal: Terminal) -> None:
    said = terminal.run_now("figures", "--jurisdiction", "nowhere", "--month", "2026-03")
    assert said.code == 2
