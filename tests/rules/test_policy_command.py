"""`policy show|check|diff`: what lawyers read, what scripts read, and what is answered to a wrong question."""

import io
import json
import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from adapters.policy_files import JURISDICTIONS, Shelf, load_policy
from cli import policy as command
from models.errors import BadInput, BadPolicy
from models.surroundings import ACTED_UPON, Surroundings
from policy.parameters import GROUPS, LABELS

PAGE = (JURISDICTIONS.parent / "docs" / "jurisdictions.md").read_text(encoding="utf-8")


def _ask(*words: str) -> tuple[int, str]:
    parser = ArgumentParser(prog="policy")
    command.configure(parser)
    out, err = io.StringIO(), io.StringIO()
    code = command.run(parser.parse_args(words), Shelf(), out, err)
    assert err.getvalue() == ""
    return code, out.getvalue()


def _paragraph(said: str, key: str) -> list[str]:
    """The lines about one parameter."""
    lines = said.splitlines()
    first = next(place for place, line in enumerate(lines) if f"（{key}）" in line)
    rest = next((place for place, line in enumerate(lines) if place > first and not line.startswith("    ")), None)
    return [line.strip() for line in lines[first:rest]]


@pytest.mark.parametrize("jurisdiction", Shelf().ids())
def test_show_names_every_parameter_with_its_value_and_its_grounds(jurisdiction: str) -> None:
    code, said = _ask("show", jurisdiction)
    file = load_policy(jurisdiction)
    assert code == 0
    assert [line for line in said.splitlines() if line in {group.title for group in GROUPS}] == [
        group.title for group in GROUPS
    ]
    for key, label in LABELS.items():
        lines = _paragraph(said, key)
        assert lines[0].startswith(f"{label}（{key}）：")
        assert lines[1].split("  ")[0] in ("文件规定", "参照", "暂定")
        grounds = file.parameters[key]
        assert all(text in "".join(lines) for text in (grounds.source, grounds.note))


def test_show_counts_what_the_parameters_stand_on() -> None:
    first = _ask("show", "gonghe")[1].splitlines()[0]
    total, *counts = [int(number) for number in re.findall(r"(\d+) 项", first)]
    assert first.startswith("共和县（gonghe）的程序参数")
    assert total == len(LABELS) == sum(counts)
    assert counts[2] > counts[0]


def test_show_says_a_rule_in_words() -> None:
    said = _ask("show", "ezhou")[1]
    assert _paragraph(said, "extension")[0].endswith("最多 1 次，限一般、疑难类，最长不超过原类别时限")
    assert _paragraph(said, "advisory_cap") == [
        "核实后的提示期（advisory_cap）：15 日",
        "文件规定  鄂州政办函〔2020〕27号 二(七)1：经核查确定为差评的，在 15 日内限期整改",
        "说明  与同款 5/15 个工作日并存；暂作提示性期限，只提醒、不计逾期。",
    ]
    assert "逾期第 3 个工作日通报" in _paragraph(said, "escalation_ladder")[0]


def test_show_marks_what_is_only_stated() -> None:
    said = _ask("show", "xintai")[1]
    only_stated = {key for key in LABELS if "只载明规则" in _paragraph(said, key)[-1]}
    assert only_stated == set(Surroundings.model_fields) - ACTED_UPON


def test_scripts_get_one_object() -> None:
    answer = json.loads(_ask("show", "taian", "--json")[1])
    assert (answer["jurisdiction"], answer["name"]) == ("taian", "泰安市")
    assert answer["digest"] == load_policy("taian").policy.digest()
    assert set(answer["parameters"]) == set(LABELS)
    assert sum(answer["counts"].values()) == len(LABELS)
    assert answer["parameters"]["appeal_window"] == {
        "label": "申诉期",
        "group": "六、申诉",
        "value": "3 wd",
        "said": "3 个工作日",
        "basis": "stated",
        "source": "泰政办发〔2020〕5号 二(五)3：收到差评后 3 个工作日内提出",
        "note": "",
        "acted_upon": True,
    }


def test_diff_says_only_what_differs_with_both_grounds() -> None:
    said = _ask("diff", "taian", "xintai")[1]
    one, other = load_policy("taian"), load_policy("xintai")
    named = set(re.findall(r"^  \S.*（(\w+)）$", said, re.MULTILINE))
    holders = [(one.policy, other.policy), (one.surroundings, other.surroundings)]
    assert named == {
        key
        for ours, theirs in holders
        for key in type(ours).model_fields
        if key in LABELS and getattr(ours, key) != getattr(theirs, key)
    }
    assert _paragraph(said, "re_evaluation") == [
        "邀请再评价（re_evaluation）",
        "泰安市：否",
        "暂定  文件没有规定邀请再评价。",
        "新泰市：是",
        "文件规定  新泰市“好差评”工作报道（2022-03-25） 第13段：整改后邀请再评价",
    ]
    assert said.splitlines()[0].endswith(f"{len(named)} 项不同，{len(LABELS) - len(named)} 项相同")


def test_diff_of_a_place_with_itself_is_empty() -> None:
    assert _ask("diff", "ezhou", "ezhou")[1].splitlines() == [
        f"鄂州市（ezhou）与鄂州市（ezhou）：0 项不同，{len(LABELS)} 项相同"
    ]


@pytest.mark.parametrize("jurisdiction", Shelf().ids())
def test_check_finds_nothing_in_the_files_that_ship(jurisdiction: str) -> None:
    code, said = _ask("check", jurisdiction)
    assert code == 0
    assert "没有发现问题" in said
    assert ("启用前必须替换：各类别整改时限" in said) is (jurisdiction == "tianjin")


def test_check_says_every_fault_with_key_and_line_and_ends_with_1(tmp_path: Path) -> None:
    text = (JURISDICTIONS / "ezhou" / "policy.toml").read_text(encoding="utf-8")
    wrong = tmp_path / "mine.toml"
    wrong.write_text(text.replace("[pause]", "[paws]").replace('"24 h"', '"one day"'), encoding="utf-8")
    code, said = _ask("check", str(wrong))
    lines = said.splitlines()
    assert code == 1
    assert lines[-1] == "共 3 处问题，文件不能使用。"
    assert all(line.startswith(str(wrong)) for line in lines[:-1])
    assert re.search(r"mine\.toml，参数 pause：缺少该参数", said)
    assert re.search(r"mine\.toml 第 \d+ 行，参数 paws：不认识的参数", said)
    assert re.search(r"mine\.toml 第 \d+ 行，参数 verify_callback_limit：时限“one day”无法识别", said)


@pytest.mark.parametrize("words", [["show"], ["show", "ezhou", "taian"], ["diff", "ezhou"], ["list"], ["check"]])
def test_a_wrong_question_is_answered_with_the_usage(words: list[str]) -> None:
    with pytest.raises(BadInput, match="用法：policy show"):
        _ask(*words)


def test_an_unknown_place_and_a_missing_file_are_named() -> None:
    with pytest.raises(BadInput, match="没有名为“nowhere”的地区"):
        _ask("show", "nowhere")
    with pytest.raises(BadInput, match=r"打不开文件 nowhere\.toml"):
        _ask("check", "nowhere.toml")
    with pytest.raises(BadInput, match="--json 只用于"):
        _ask("check", "ezhou", "--json")


def test_a_wrong_file_is_not_shown(tmp_path: Path) -> None:
    wrong = tmp_path / "policy.toml"
    wrong.write_text("x = 1", encoding="utf-8")
    with pytest.raises(BadPolicy, match="第 1 行，参数 x：不认识的参数"):
        _ask("show", str(wrong))


def test_the_page_explains_every_parameter_under_its_name_and_says_which_are_only_stated() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert [key for key in rows if key in LABELS] == list(LABELS)
    for key, label in LABELS.items():
        name, changes = rows[key].split(" | ")
        assert label.startswith(name), key
        assert changes.endswith("rule only") is (key in Surroundings.model_fields and key not in ACTED_UPON), key
