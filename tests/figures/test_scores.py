"""Scores worked out by hand over the hand-made month: the composite score and the monthly points, part by part."""

from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.directory import Directory
from adapters.figures import CountedFigures
from adapters.policies import load_policy
from adapters.scores import PostgresScores
from casework.periods import read_period
from casework.scores import AskedScore, ScoreLine, ScoreReport, score_report
from models.errors import BadInput
from models.figures import FigurePeriod, Grouping
from models.rhythm import JobPeriod
from models.scores import ScoreKind
from policy.scores import placed
from tests.figures.month import AT_THE_END, LATER, Month
from tests.figures.scored import FOUR_DIMENSIONS, POINTS, points_job, rules_in, score_book
from tests.figures.stored import CALENDAR, FILE, MARCH, PLACE
from tests.figures.test_bottom import NOW, engine, rate
from tests.figures.test_month import book_of
from tests.support.engine import at

__all__ = ["engine"]

ONLY_GOOD = '[[composite]]\nlabel = "好评率"\nfigure = "good_rate"\nweight = 100\nbasis = "assumption"\nnote = "测试"\n'


def scored(
    month: Month, folder: Path, rules: str, as_of: datetime = AT_THE_END, period: FigurePeriod = MARCH
) -> ScoreReport:
    """The scores of the units in March."""
    people = Directory(month.pages.installation.engine)
    asked = AskedScore(PLACE, period, as_of)
    return score_report(book_of(month), score_book(month, folder, rules), FILE, people, asked)


def adds(line: ScoreLine) -> dict[str, tuple[str, str]]:
    """What each part says and adds."""
    return {part.label: (part.said, part.adds) for part in line.parts}


def test_points_of_the_month_are_what_was_worked_out_by_hand(month: Month, tmp_path: Path) -> None:
    shichang, renshe = scored(month, tmp_path, POINTS).lines
    assert [(line.place, line.key, line.said) for line in (shichang, renshe)] == [
        (1, "ez-shichang", "89 分"),
        (2, "ez-renshe", "79 分"),
    ]
    # 100 + 0 + 2 − 8 − 2 − 5 − 3 − 5: nine good ones that people made are no ten.
    assert adds(renshe) == {
        "群众主动好评": ("9 件", "+0 分"),
        "整改后群众满意": ("2 件", "+2 分"),  # A and F
        "差评": ("4 件", "−8 分"),  # A B D F
        "未按时签收": ("1 件", "−2 分"),  # B
        "未按期整改": ("1 件", "−5 分"),  # D's second round
        "整改后群众不满意": ("1 件", "−3 分"),  # D
        "重复差评": ("1 件", "−5 分"),  # T1
    }
    # 100 − 4 − 2 − 5: E and G are bad, G was not signed for, E not put right.
    assert adds(shichang) == {
        "群众主动好评": ("3 件", "+0 分"),
        "差评": ("2 件", "−4 分"),
        "未按时签收": ("1 件", "−2 分"),
        "未按期整改": ("1 件", "−5 分"),
    }


def test_an_upheld_appeal_changes_the_points_and_what_was_kept_stays(fresh_month: Month, tmp_path: Path) -> None:
    book = score_book(fresh_month, tmp_path, POINTS)
    job, march = points_job(fresh_month, book), JobPeriod.of(MARCH)
    outcome = job.run(PLACE, march, AT_THE_END)
    assert (outcome.summary, outcome.count) == ("已登记2026年3月月积分：单位 2 个，窗口 1 个，人员 2 名。", 5)
    # One more good one makes ten (+1), F is not adopted any more: −6, +1, −3.
    later = {line.key: line for line in scored(fresh_month, tmp_path, POINTS, LATER).lines}
    assert (later["ez-renshe"].said, later["ez-renshe"].kept) == ("81 分", "79 分")
    assert (later["ez-shichang"].said, later["ez-shichang"].kept) == ("89 分", "")
    job.run(PLACE, march, AT_THE_END)
    job.run(PLACE, march, LATER)
    job.run(PLACE, march, LATER)
    kept = book.kept(PLACE, date(2026, 3, 1), Grouping.UNIT)
    assert [(count.as_of, {group.key: group.total for group in count.groups}) for count in kept] == [
        (LATER, {"ez-renshe": 81, "ez-shichang": 89}),
        (AT_THE_END, {"ez-renshe": 79, "ez-shichang": 89}),
    ]


def test_a_composite_score_is_each_dimension_by_its_weight(month: Month, tmp_path: Path) -> None:
    renshe, shichang = scored(month, tmp_path, FOUR_DIMENSIONS).lines
    # 25 × (10/14 + 4/5 + 4/5 + 2/3) = 74.52…
    assert (renshe.place, renshe.said) == (1, "74.52 分")
    assert adds(renshe) == {
        "服务质量": ("好评率 71.4%（10/14）", "17.85 分"),
        "签收": ("签收及时率 80.0%（4/5）", "20.00 分"),
        "整改": ("差评整改率 80.0%（4/5）", "20.00 分"),
        "回访满意": ("回访满意率 66.6%（2/3）", "16.66 分"),
    }
    # Nobody of E and G answered a call after the remediation: no score, and no guess.
    assert (shichang.place, shichang.said) == (None, "—")
    assert shichang.missing == "本期没有可统计的回访满意率（分母为 0），所以不计综合评分。"


def test_a_dimension_without_a_value_is_borne_by_the_others_only_where_the_rules_say_so(
    month: Month, tmp_path: Path
) -> None:
    calls = 'figure = "callback_satisfaction_rate"\n'
    rules = FOUR_DIMENSIONS.replace(calls, f"{calls}others_bear = true\n")
    renshe, shichang = sorted(scored(month, tmp_path, rules).lines, key=lambda line: line.key)
    # Who has all four is scored as before.
    assert (renshe.said, renshe.missing) == ("74.52 分", "")
    # 25 × (3/5 + 1/2 + 0/1) = 27.5 of 75 is 36.66… of 100.
    assert (shichang.place, shichang.said) == (2, "36.66 分")
    assert shichang.missing == "本期没有可统计的回访满意率（分母为 0），其分值由其他维度按比例分摊。"
    assert adds(shichang)["回访满意"] == ("回访满意率 —", "—")
    # What may not be borne by others leaves no score, and is the only one that is named.
    alone = FOUR_DIMENSIONS.replace('figure = "good_rate"', 'figure = "active_rate"').replace(
        calls, f"{calls}others_bear = true\n"
    )
    (line,) = (each for each in scored(month, tmp_path, alone).lines if each.key == "ez-shichang")
    assert line.said == "—"
    assert "回访满意率" not in line.missing


def test_a_place_without_rules_is_told_so_and_points_are_counted_by_the_month(month: Month, tmp_path: Path) -> None:
    assert "本地没有综合评分和月积分的规则" in scored(month, tmp_path, "").nothing
    quarter = scored(month, tmp_path, POINTS, LATER, FigurePeriod.of_months(2026, 1, 3))
    assert (quarter.lines, quarter.nothing) == (
        (),
        "月积分按月计算，2026年第1季度不是一个月；请填写一个月，如 2026-11。",
    )
    job = points_job(month, score_book(month, tmp_path, ""))
    with pytest.raises(BadInput, match="没有月积分的规则"):
        job.run(PLACE, JobPeriod.of(MARCH), LATER)


def test_points_of_a_month_that_is_not_over_are_not_kept(month: Month, tmp_path: Path) -> None:
    job = points_job(month, score_book(month, tmp_path, POINTS))
    with pytest.raises(BadInput, match="还没有结束"):
        job.run(PLACE, JobPeriod.of(FigurePeriod.of_months(2026, 4, 1)), LATER)


def test_equal_values_share_a_place() -> None:
    half = Fraction(1, 2)
    assert placed({"a": half, "b": Fraction(1, 3), "c": half, "d": Fraction(3, 4)}) == [
        (1, "d"), (2, "a"), (2, "c"), (4, "b"),
    ]  # fmt: skip
    assert placed({}) == []


def test_the_bottom_of_a_score_is_who_was_there_as_often_in_a_row_as_the_rule_says(
    engine: Engine,
    tmp_path: Path,
) -> None:
    rate(engine, "taian", at("2026-08-10 09:00"), a=(10, 10), b=(9, 10), c=(0, 10), d=(5, 10), e=(6, 10))
    rate(engine, "taian", at("2026-09-10 09:00"), a=(10, 10), b=(1, 10), c=(9, 10), d=(5, 10), e=(6, 10))
    found = score_report(
        CountedFigures(engine, lambda _: CALENDAR),
        PostgresScores(engine, rules_in(tmp_path, ONLY_GOOD, "taian")),
        load_policy("taian"),
        Directory(engine),
        AskedScore("taian", read_period("2026-09"), NOW, kind=ScoreKind.COMPOSITE),
    )
    assert [(line.place, line.key, line.said, line.is_bottom) for line in found.lines] == [
        (1, "a", "100.00 分", False),
        (2, "c", "90.00 分", False),
        (3, "e", "60.00 分", True),
        (4, "d", "50.00 分", True),
        (5, "b", "10.00 分", False),
    ]
