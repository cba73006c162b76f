"""How figures read and rank: nothing is rounded up, who has no value has no place, periods are what they are called."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.policies import load_policy
from casework.figures import Asked, bottom_rule, figure_text
from casework.periods import period_code, period_text, read_days, read_moment, read_period
from models.errors import BadInput
from models.figures import Figure, FigureKind, FigurePeriod, Grouping
from models.surroundings import Kpi
from policy.figures import DEFINITIONS, bottom, is_met, percent, ranking, rules_of, target_of
from tests.support.engine import at

PARTS = st.tuples(st.integers(0, 10_000_000), st.integers(1, 10_000_000)).map(lambda two: (min(two), max(two)))


def value_of(said: str) -> Fraction:
    """The number that a reader takes from a percentage."""
    return Fraction(said.removesuffix("%")) / 100


@given(PARTS)
def test_a_percentage_never_says_more_than_there_is(parts: tuple[int, int]) -> None:
    share = Fraction(*parts)
    said = percent(share)
    assert (said == "100%") is (share == 1)
    assert (said == "0%") is (share == 0)
    if not said.startswith("不足"):
        assert value_of(said) <= share < value_of(said) + Fraction(1, 1000)
    else:
        assert 0 < share < Fraction(1, 10_000)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((9995, 10_000), "99.95%"),
        ((99_999, 100_000), "99.99%"),
        ((989, 1000), "98.9%"),
        ((2, 3), "66.6%"),
        ((1, 2), "50.0%"),
        ((1, 101), "0.99%"),
        ((1, 99), "1.0%"),
        ((1, 10_001), "不足0.01%"),
        ((0, 7), "0%"),
        ((7, 7), "100%"),
    ],
)
def test_a_percentage_is_cut_off(parts: tuple[int, int], said: str) -> None:
    assert percent(Fraction(*parts)) == said


def test_where_nothing_was_divided_by_there_is_no_figure() -> None:
    nothing = Figure(FigureKind.GOOD_RATE, 0, 0)
    assert (nothing.value, figure_text(nothing), is_met(nothing, 0)) == (None, "—", None)


def test_a_target_is_met_by_the_exact_value_only() -> None:
    assert is_met(Figure(FigureKind.ON_TIME_RATE, 99_999, 100_000), 100) is False
    assert is_met(Figure(FigureKind.ON_TIME_RATE, 7, 7), 100) is True


def test_every_target_of_the_documents_belongs_to_a_figure() -> None:
    assert {kind.value for kind in Kpi} <= {kind.value for kind in DEFINITIONS}
    around = load_policy("ezhou").surroundings
    assert {kind for kind in DEFINITIONS if target_of(kind, around)} == {FigureKind.REAL_NAME_CLOSED_LOOP_RATE}


def test_every_figure_is_defined_and_says_what_it_divides() -> None:
    assert set(DEFINITIONS) == set(FigureKind)
    assert all(kind.label and kind.definition for kind in FigureKind)


def test_the_third_level_counts_as_the_place_says() -> None:
    file = load_policy("ezhou")
    assert rules_of(file.policy, file.surroundings).good_from == 3
    neutral = file.surroundings.model_copy(update={"level3_counts_as": "neutral"})
    assert rules_of(file.policy, neutral).good_from == 4


def groups_of(kind: FigureKind, **parts: tuple[int, int]) -> dict[str, dict[FigureKind, Figure]]:
    """Groups with one figure each."""
    return {key: {kind: Figure(kind, *both)} for key, both in parts.items()}


def test_equal_values_share_a_place_and_no_value_has_none() -> None:
    groups = groups_of(FigureKind.GOOD_RATE, a=(1, 2), b=(9, 10), c=(2, 4), d=(0, 0), e=(1, 4))
    assert ranking(groups, FigureKind.GOOD_RATE) == [(1, "b"), (2, "a"), (2, "c"), (4, "e")]


def test_a_ranking_by_bad_reviews_has_the_fewest_first() -> None:
    groups = groups_of(FigureKind.BAD_RATE, a=(1, 2), b=(0, 10), c=(1, 4))
    assert [key for _, key in ranking(groups, FigureKind.BAD_RATE)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("places", "last", "named"),
    [
        ([(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")], 3, "cde"),
        ([(1, "a"), (2, "b"), (2, "c"), (2, "d"), (5, "e")], 2, "bcde"),
        ([(1, "a"), (1, "b"), (1, "c")], 3, ""),
        ([(1, "a"), (2, "b")], 3, "b"),
        ([(1, "a"), (2, "b")], 0, ""),
        ([], 3, ""),
    ],
)
def test_the_bottom_takes_in_who_shares_its_place_and_never_the_first(
    places: list[tuple[int, str]], last: int, named: str
) -> None:
    assert bottom(places, last) == frozenset(named)


@pytest.mark.parametrize(
    ("text", "first", "last", "said"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "2026年11月"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026年12月"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第4季度"),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31), "2026年第1季度"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
    ],
)
def test_a_period_is_what_it_is_called(text: str, first: date, last: date, said: str) -> None:
    period = read_period(text)
    assert (period.first, period.last, period_text(period)) == (first, last, said)
    assert read_period(period_code(period)) == period


def test_a_stretch_of_days_that_is_a_month_is_the_month() -> None:
    assert period_text(read_days("2026-02-01", "2026-02-28")) == "2026年2月"
    assert period_text(read_days("2026-02-02", "2026-02-28")) == "2026-02-02 至 2026-02-28"


@given(st.dates(date(2010, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_the_period_before_ends_where_this_one_begins(first: date, days: int) -> None:
    period = FigurePeriod(first=first, last=first + timedelta(days=days))
    assert period.before.end == period.begin
    assert period.before.months == period.months or not period.months


@pytest.mark.parametrize("text", ["", "2026-13", "2026-Q5", "1999", "26-11", "2026-1", "2026/11"])
def test_what_is_no_period_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(BadInput, match="2026-11"):
        read_period(text)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(BadInput, match="起始日期不能晚于截止日期"):
        read_days("2026-11-30", "2026-11-01")
    with pytest.raises(BadInput, match="应写成“2026-11-01”"):
        read_days("2026-11-31", "2026-12-01")


def test_a_day_as_a_moment_is_its_end_and_the_future_is_refused() -> None:
    now = at("2026-11-21 10:00")
    assert read_moment("", now) == now
    assert read_moment("2026-11-21", now) == now
    assert read_moment("2026-11-20", now) == at("2026-11-21 00:00")
    assert read_moment("2026-11-20T09:30", now) == at("2026-11-20 09:30")
    for later in ("2026-11-22", "2026-11-21T10:01"):
        with pytest.raises(BadInput, match="还没有到"):
            read_moment(later, now)
    with pytest.raises(BadInput, match="无法识别"):
        read_moment("昨天", now)


def test_the_bottom_is_named_only_where_and_when_the_rules_say() -> None:
    quarter, month = FigurePeriod.of_months(2026, 1, 3), FigurePeriod.of_months(2026, 1, 1)
    now = at("2026-11-21 10:00")

    def rule(place: str, period: FigurePeriod, by: Grouping) -> str:
        return bottom_rule(load_policy(place).surroundings, Asked(place, period, now, by))

    assert "末 3 名。" in rule("xintai", quarter, Grouping.UNIT)
    assert "每季度排名，所选期间不列" in rule("xintai", month, Grouping.CLERK)
    assert "只针对单位、窗口和人员" in rule("xintai", quarter, Grouping.ITEM)
    assert "末 3 名。" in rule("xintai", quarter, Grouping.WINDOW)
    assert "连续 2 期" in rule("taian", month, Grouping.UNIT)
    assert "没有末位名单的规定" in rule("ezhou", quarter, Grouping.UNIT)
