"""The files of rules for scores: those of the places are whole, and of a wrong one all faults are told."""

import shutil
from pathlib import Path

import pytest

from adapters.policy_files import JURISDICTIONS, Shelf
from adapters.score_files import SCORES, score_rules
from casework.scores import kinds_of
from models.errors import BadPolicy
from models.figures import FigureKind
from models.scores import ScoreKind
from policy.parsing import Basis
from policy.score_rules import parse_score_rules


def dimension(**changes: object) -> str:
    """A dimension as a file has it."""
    usual: dict[str, object] = {
        "label": "甲",
        "figure": "good_rate",
        "weight": 100,
        "basis": "assumption",
        "note": "因",
    }
    written = "\n".join(f"{key} = {_toml(value)}" for key, value in (usual | changes).items() if value is not None)
    return f"[[composite]]\n{written}\n"


def rule(**changes: object) -> str:
    """A table of points with one rule."""
    usual: dict[str, object] = {"label": "甲", "figure": "bad_rate", "points": -2, "basis": "assumption", "note": "_"}
    written = "\n".join(f"{key} = {_toml(value)}" for key, value in (usual | changes).items() if value is not None)
    return f'[points]\nbase = 100\nbasis = "assumption"\nnote = "因"\n[[points.rules]]\n{written}\n'


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def test_each_place_scores_by_what_its_documents_name() -> None:
    found = {place: kinds_of(score_rules(JURISDICTIONS, place)) for place in Shelf().ids()}
    assert {place: kinds for place, kinds in found.items() if kinds} == {
        "gonghe": (ScoreKind.POINTS,),
        "tianjin": (ScoreKind.COMPOSITE,),
    }


def test_the_four_dimensions_weigh_the_same_and_say_that_this_is_an_assumption() -> None:
    dimensions = score_rules(JURISDICTIONS, "tianjin").composite
    assert [(each.figure, each.weight, each.basis, each.others_bear) for each in dimensions] == [
        (FigureKind.GOOD_RATE, 25, Basis.ASSUMPTION, False),
        (FigureKind.ACTIVE_RATE, 25, Basis.ASSUMPTION, False),
        (FigureKind.REMEDIATION_RATE, 25, Basis.ASSUMPTION, True),
        (FigureKind.CALLBACK_SATISFACTION_RATE, 25, Basis.ASSUMPTION, True),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x", "x：不是正确的 TOML 文件"),
        (dimension(figure="nothing"), "“nothing”不在可选的值之中"),
        (dimension(weight=90), "各维度的 weight 之和须为 100，现在是 90"),
        (dimension(weight=50) + dimension(weight=50), "composite 中有相同的 label"),
        (dimension(figure="bad_rate"), "须是越高越好的比率"),
        (dimension(figure="n_eval"), "须是越高越好的比率"),
        (dimension(note=""), "是暂定（assumption）的，须写明 note"),
        (dimension(basis="stated"), "有依据，须写明 source"),
        (dimension(others_bear=True), "composite 至少有一个维度不能由其他维度分摊"),
        (dimension(more=1), "composite.1.more：不认识的项"),
        (rule(points=0), "points 不能为 0"),
        (rule(points=None), "points.rules.1.points：缺少该项"),
        (rule(figure="remediation_days_mean"), "不是件数"),
        (rule(figure="n_eval", part="rest"), "不是件数"),
        (rule(per=0), "points.rules.1.per：不得小于 1"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_correct(text: str, said: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        parse_score_rules(text, "x")
    assert said in str(refused.value)


def test_checking_a_place_checks_its_scores_too(tmp_path: Path) -> None:
    folder = tmp_path / "gonghe"
    shutil.copytree(JURISDICTIONS / "gonghe", folder)
    assert Shelf().parse(folder).policy.jurisdiction == "gonghe"
    (folder / SCORES).write_text(dimension(weight=90), encoding="utf-8")
    with pytest.raises(BadPolicy, match="weight 之和"):
        Shelf().parse(folder)


def test_a_rule_is_said_as_people_read_it() -> None:
    table = parse_score_rules(rule(per=10, points=1, most=5), "x").points
    assert table is not None
    assert table.rules[0].said == "每 10 件加 1 分，最多加 5 分"
