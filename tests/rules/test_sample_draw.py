"""The draw of samples on random frames: anybody gets the same, within the plan, nobody excluded, no favourites."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.policies import load_policy
from models.callbacks import CallbackResult
from models.due import SHANGHAI
from models.errors import BadInput
from models.figures import FigurePeriod
from models.samples import DrawPlan, SampleAnswer, SampleCall, SampleState, Window, sample_number
from models.surroundings import Period, SamplePlan
from policy.samples import (
    Drawn,
    answer_refusal,
    draw,
    in_turns,
    period_refusal,
    plan_of,
    seed_of,
    state_after,
    takes_cases,
)
from tests.support.paper_frame import Matter, Once, PaperFrame

OCTOBER = FigurePeriod.of_months(2026, 10, 1)

WINDOWS = st.builds(Window, st.sampled_from("ABCD"), st.sampled_from(["", "1", "2", "3"]))
MATTERS = st.lists(
    st.builds(
        Matter,
        st.integers(0, 10_000).map(lambda number: f"P{number:05d}"),
        WINDOWS,
        st.sampled_from([f"1380000{number:04d}" for number in range(30)]),
    ),
    max_size=60,
    unique_by=lambda matter: matter.number,
)
NUMBERS = st.none() | st.integers(1, 6)
PLANS = st.builds(DrawPlan, people=st.integers(1, 20), windows=NUMBERS, centres=NUMBERS)
EXCLUDED = st.sets(st.sampled_from([f"1380000{number:04d}" for number in range(30)]), max_size=10)


def drawn(matters: Sequence[Matter], plan: DrawPlan, excluded: Collection[str] = ()) -> tuple[Drawn, list[Matter]]:
    seed = seed_of("somewhere", OCTOBER, plan)
    return draw(PaperFrame(matters, seed), plan, seed, Once(excluded))


@given(matters=MATTERS, plan=PLANS, excluded=EXCLUDED, data=st.data())
def test_whoever_draws_again_gets_the_same_in_whatever_order_the_matters_come(
    matters: list[Matter], plan: DrawPlan, excluded: set[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(matters))
    assert drawn(matters, plan, excluded) == drawn(shuffled, plan, excluded)


@given(matters=MATTERS, plan=PLANS, excluded=EXCLUDED)
def test_the_sample_stays_within_the_plan_and_has_nobody_twice_and_nobody_who_is_excluded(
    matters: list[Matter], plan: DrawPlan, excluded: set[str]
) -> None:
    stages, people = drawn(matters, plan, excluded)
    mobiles = [each.mobile for each in people]
    assert len(people) <= plan.people
    assert len(set(mobiles)) == len(mobiles)
    assert excluded.isdisjoint(mobiles)
    if plan.windows is not None:
        assert len(stages.windows) <= plan.windows
        assert {each.window for each in people} <= set(stages.windows)
    if plan.centres is not None:
        assert len(stages.centres) <= plan.centres
        assert {each.window.centre for each in people} <= set(stages.centres)


@given(matters=MATTERS, plan=PLANS, excluded=EXCLUDED)
def test_where_there_are_fewer_than_the_plan_all_are_drawn(
    matters: list[Matter], plan: DrawPlan, excluded: set[str]
) -> None:
    stages, people = drawn(matters, plan, excluded)
    centres = {each.window.centre for each in matters}
    here = [each for each in matters if plan.centres is None or each.window.centre in stages.centres]
    windows = {each.window for each in here}
    if plan.centres is not None:
        assert len(stages.centres) == min(plan.centres, len(centres))
    if plan.windows is not None:
        assert len(stages.windows) == min(plan.windows, len(windows))
        here = [each for each in here if each.window in stages.windows]
    assert len(people) == min(plan.people, len({each.mobile for each in here} - excluded))


@given(matters=MATTERS, plan=PLANS)
def test_the_drawn_centres_share_the_windows_evenly(matters: list[Matter], plan: DrawPlan) -> None:
    stages, _ = drawn(matters, plan)
    if plan.windows is None:
        assert stages.windows == []
        return
    taken = Counter(window.centre for window in stages.windows)
    there = Counter(window.centre for window in {each.window for each in matters})
    short = [count for centre, count in taken.items() if count < there[centre]]
    assert all(count >= max(taken.values()) - 1 for count in short)


def test_the_windows_share_the_people_evenly_also_where_many_matters_are_one_person_s() -> None:
    agent = [Matter(f"A{number}", Window("A", "1"), "13800000000") for number in range(50)]
    others = [Matter(f"B{number}", Window("A", "1"), f"139{number:08d}") for number in range(20)]
    elsewhere = [Matter(f"C{number}", Window("B", "2"), f"137{number:08d}") for number in range(20)]
    _, people = drawn([*agent, *others, *elsewhere], DrawPlan(people=20, windows=2, centres=2))
    assert Counter(each.window for each in people) == {Window("A", "1"): 10, Window("B", "2"): 10}


def test_everybody_is_drawn_about_equally_often() -> None:
    """200 seeds, 10 of 100 people each: 20 times on average; 0 or more than 45 is less likely than once in 10,000."""
    matters = [Matter(f"P{number}", Window("A", "1"), f"138{number:08d}") for number in range(100)]
    plan, often = DrawPlan(people=10), Counter[str]()
    for number in range(200):
        _, people = draw(PaperFrame(matters, str(number)), plan, str(number), Once())
        often.update(each.number for each in people)
    assert sum(often.values()) == 2_000
    assert len(often) == 100
    assert max(often.values()) <= 45


def test_the_seed_is_the_digest_of_place_period_and_plan() -> None:
    plan = DrawPlan(people=100, windows=10, centres=5)
    seed = seed_of("xintai", OCTOBER, plan)
    # printf 'sample v1|xintai|2026-10-01|2026-10-31|5|10|100' | sha256sum
    assert seed == "db5858807532faaa9a009fb3f8c9e08b52629b6587f0a5f72f49b20915e80c95"
    others = [
        seed_of("taian", OCTOBER, plan),
        seed_of("xintai", OCTOBER.before, plan),
        seed_of("xintai", OCTOBER, DrawPlan(people=100, windows=10)),
    ]
    assert len({seed, *others}) == 4


def test_in_turns_gives_one_of_each_until_nobody_is_left() -> None:
    groups = [iter("aaaa"), iter("b"), iter("cc")]
    assert "".join(in_turns(groups, 99, lambda each: True)) == "abcacaa"
    assert "".join(in_turns([iter("axbx"), iter("xxc")], 2, lambda each: each != "x")) == "ac"


@pytest.mark.parametrize(
    ("rule", "chosen", "plan", "said"),
    [
        ((100, 10, 5), (None, None, None), (100, 10, 5), ""),
        ((100, 10, 5), (100, None, 5), (100, 10, 5), ""),
        ((None, None, None), (30, None, None), (30, None, None), ""),
        ((None, None, None), (30, 4, 2), (30, 4, 2), ""),
        ((100, 10, 5), (50, None, None), None, "已经写明人数为 100"),
        ((None, None, None), (None, None, None), None, "请写明这次抽多少人"),
        ((None, None, None), (0, None, None), None, "人数应在 1 至 1000 之间"),
        ((None, None, None), (30, 2_000, None), None, "窗口数应在 1 至 1000 之间"),
    ],
)
def test_the_numbers_of_the_document_stand_and_what_it_leaves_open_somebody_says(
    rule: tuple[int | None, ...], chosen: tuple[int | None, ...], plan: tuple[int | None, ...] | None, said: str
) -> None:
    people, windows, centres = rule
    laid_down = SamplePlan(period=Period.MONTHLY, people=people, windows=windows, centres=centres)
    if plan is None:
        with pytest.raises(BadInput, match=said):
            plan_of(laid_down, *chosen)
    else:
        found = plan_of(laid_down, *chosen)
        assert (found.people, found.windows, found.centres) == plan


def test_a_place_without_samples_draws_none() -> None:
    with pytest.raises(BadInput, match="没有抽查回访"):
        plan_of(None, 10)


def test_only_whole_periods_of_the_rule_that_are_over_are_drawn() -> None:
    rule = SamplePlan(period=Period.QUARTERLY)
    third = FigurePeriod.of_months(2026, 7, 3)
    assert period_refusal(rule, third, date(2026, 10, 1)) is None
    assert "还没有结束" in (period_refusal(rule, third, third.last) or "")
    assert "按季度抽查回访，期间应是一个季度" in (period_refusal(rule, OCTOBER, date(2026, 12, 1)) or "")


def test_the_number_of_a_sample_names_place_and_period() -> None:
    assert sample_number("xintai", OCTOBER) == "xintai-2026-10"
    assert sample_number("taian", FigurePeriod.of_months(2026, 7, 3)) == "taian-2026-Q3"
    assert sample_number("taian", FigurePeriod.of_months(2026, 1, 12)) == "taian-2026"


def calls(*results: tuple[str, str]) -> list[SampleCall]:
    """Calls as (moment, result)."""
    return [
        SampleCall(
            result=CallbackResult(result), at=datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI), by="hotline-01"
        )
        for moment, result in results
    ]


def test_calls_go_on_until_somebody_answers_refuses_or_was_called_often_enough() -> None:
    plan = load_policy("xintai").policy.callback_plan
    assert (plan.attempts, plan.half_days) == (3, 2)
    same_morning = [
        ("2026-11-02 09:00", "no_answer"),
        ("2026-11-02 10:00", "no_answer"),
        ("2026-11-02 11:00", "no_answer"),
    ]
    afternoon = ("2026-11-02 14:00", "no_answer")
    assert state_after([], plan) is SampleState.TO_CALL
    assert state_after(calls(*same_morning), plan) is SampleState.TO_CALL
    assert state_after(calls(*same_morning, afternoon), plan) is SampleState.UNREACHED
    assert state_after(calls(afternoon, ("2026-11-03 09:00", "reached")), plan) is SampleState.REACHED
    assert state_after(calls(("2026-11-03 09:00", "refused")), plan) is SampleState.REFUSED
    assert state_after(calls(("2026-11-03 09:00", "wrong_number")), plan) is SampleState.UNREACHED


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (SampleAnswer(result=CallbackResult.REACHED, level=5), ""),
        (SampleAnswer(result=CallbackResult.REACHED, level=1, said="材料要了三次"), ""),
        (SampleAnswer(result=CallbackResult.NO_ANSWER), ""),
        (SampleAnswer(result=CallbackResult.REACHED), "请选择对方的满意度"),
        (SampleAnswer(result=CallbackResult.REACHED, level=2, said=" "), "请写明哪里不满意"),
        (SampleAnswer(result=CallbackResult.NO_ANSWER, level=4), "没有接通的，不填写满意度"),
    ],
)
def test_an_answer_is_whole_or_says_what_is_missing(answer: SampleAnswer, said: str) -> None:
    refusal = answer_refusal(answer, load_policy("xintai").policy)
    assert (refusal is None) if not said else said in (refusal or "")


def test_only_where_the_rules_name_the_source_dissatisfaction_becomes_a_case() -> None:
    assert takes_cases(load_policy("xintai").surroundings)
    assert not takes_cases(load_policy("taian").surroundings)
