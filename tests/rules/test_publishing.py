"""Which public numbers are hidden, so that no group of fewer than five follows from what is shown; which are shown."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import pytest

from models.due import SHANGHAI
from models.outside import FigureRow, PublicMonth, TagCount
from models.surroundings import PublishField
from policy.publishing import (
    SMALL,
    bounds_of,
    numbers_of,
    public_months,
    publishable,
    publishable_total,
    published,
)

NOW = datetime(2026, 3, 11, 9, tzinfo=SHANGHAI)


def row(name: str, good: int, bad: int) -> FigureRow:
    """A group's counts."""
    return FigureRow(name=name, total=good + bad, good=good, bad=bad)


def test_the_smallest_total_is_hidden_too() -> None:
    assert publishable_total(row("合计", 2, 1)) == FigureRow(name="合计", total=None, good=None, bad=None)
    assert publishable_total(row("合计", 20, 1)) == FigureRow(name="合计", total=21, good=None, bad=None)


@pytest.mark.parametrize("seed", range(200))
def test_no_small_number_follows_from_the_total_and_the_other_rows(seed: int) -> None:
    """Whoever subtracts what is shown from the total learns of no group that has fewer than five."""
    chance = random.Random(seed)
    rows = [
        row(f"u{number}", chance.choice([0, 1, 3, 6, 20, 300]), chance.choice([0, 0, 1, 2, 4, 5, 7, 40]))
        for number in range(chance.randint(1, 6))
    ]
    shown = publishable(rows)
    for before, after in zip(rows, shown, strict=True):
        for count in (after.total, after.good, after.bad):
            assert count is None or count == 0 or count >= SMALL
        assert (after.good is None) == (after.bad is None)
        assert after.total is None or after.total == before.total
    for name in ("total", "good", "bad"):
        counts = [getattr(each, name) for each in rows]
        hidden = [count for count, after in zip(counts, shown, strict=True) if getattr(after, name) is None]
        visible = [count for count, after in zip(counts, shown, strict=True) if getattr(after, name)]
        follows = sum(counts) - sum(visible)
        assert follows == sum(hidden)
        # Something is left to hide behind: another group that has some, unless nobody else has any.
        assert not visible or follows == 0 or (follows >= 2 * SMALL and len(hidden) > 1), f"{name} of {rows}"


_Shown = tuple[tuple[int | None, int | None, int | None], ...]


def shown_of(rows: list[FigureRow]) -> _Shown:
    """Everything that is published of a table: the total and the rows."""
    total = FigureRow(
        name="合计",
        total=sum(each.total or 0 for each in rows),
        good=sum(each.good or 0 for each in rows),
        bad=sum(each.bad or 0 for each in rows),
    )
    return tuple((each.total, each.good, each.bad) for each in (publishable_total(total), *publishable(rows)))


def tables_of(units: int, most: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every table of so many rows, good and bad ones, with at most so many ratings."""
    for bars in itertools.combinations(range(most + 2 * units), 2 * units):
        cells = [right - left - 1 for left, right in itertools.pairwise((-1, *bars))]
        yield tuple(itertools.pairwise(cells))[::2]


@pytest.mark.parametrize(("units", "most"), [(1, 40), (2, 24), (3, 14)])
def test_whoever_knows_every_rule_cannot_work_out_what_is_hidden(units: int, most: int) -> None:
    """Of all tables that look the same in public, no number from 1 to 4 is the same in each.

    The attacker knows the total, the rows, and how numbers are hidden. What was hidden only to keep another one company
    may follow: it is large, or nought.
    """
    alike: dict[_Shown, list[tuple[int, ...]]] = defaultdict(list)
    for table in tables_of(units, most):
        rows = [row(str(at), good, bad) for at, (good, bad) in enumerate(table)]
        every = [
            each
            for good, bad in ((sum(r[0] for r in table), sum(r[1] for r in table)), *table)
            for each in (good + bad, good, bad)
        ]
        alike[shown_of(rows)].append(tuple(every))
    for seen, tables in alike.items():
        published_cells = [cell for each in seen for cell in each]
        for at, cell in enumerate(published_cells):
            values = {table[at] for table in tables}
            follows = next(iter(values)) if len(values) == 1 else None
            assert follows is None or not 0 < follows < SMALL, f"{seen}: number {at} is {follows}"
            assert cell is None or values == {cell}


def a_month(rows: list[FigureRow]) -> PublicMonth:
    """A month with these units, and one tag."""
    return PublicMonth(
        month="2026-02",
        counted_at=NOW,
        total=publishable_total(row("合计", 60, 30)),
        units=publishable(rows),
        channels=publishable([row("电话", 60, 30)]),
        tags=(TagCount(name="服务热情周到", good=True, count=30),),
        rare_tags=0,
        put_right=publishable_total(row("合计", 20, 6)),
    )


MONTH = a_month([row("甲", 30, 28), row("乙", 30, 2)])


@pytest.mark.parametrize(
    ("fields", "tables", "measures"),
    [
        ([], set(), set()),
        (["results", "remediation"], {"合计", "整改"}, {"评价数", "好评数", "差评数", "好评率", "差评率"}),
        (["results", "departments"], {"合计", "单位"}, {"评价数", "好评数", "差评数", "好评率", "差评率"}),
        (["total_count", "good_rate"], {"合计"}, {"评价数", "好评率"}),
        (["bad_count", "channels", "hot_tags"], {"合计", "渠道", "标签"}, {"差评数"}),
    ],
)
def test_a_place_publishes_the_fields_of_its_policy_and_no_others(
    fields: list[str], tables: set[str], measures: set[str]
) -> None:
    numbers = list(numbers_of(MONTH, published([PublishField(each) for each in fields])))
    assert {each.table for each in numbers} == tables
    assert {each.measure for each in numbers if each.table not in ("整改", "标签")} == measures


def test_a_rate_is_hidden_with_its_counts() -> None:
    numbers = numbers_of(MONTH, published([PublishField.RESULTS, PublishField.DEPARTMENTS]))
    hidden = {(each.group, each.measure) for each in numbers if each.value is None}
    assert hidden == {(unit, measure) for unit in "甲乙" for measure in ("好评数", "差评数", "好评率", "差评率")}


@pytest.mark.parametrize(
    ("now", "months"),
    [
        (datetime(2026, 3, 10, 23, 59, tzinfo=SHANGHAI), ["2026-01", "2025-12"]),
        (datetime(2026, 3, 11, tzinfo=SHANGHAI), ["2026-02", "2026-01", "2025-12"]),
    ],
)
def test_a_month_is_public_ten_days_after_its_end(now: datetime, months: list[str]) -> None:
    assert public_months(datetime(2025, 12, 31, 23, tzinfo=SHANGHAI), now) == months


@pytest.mark.parametrize("month", [f"2028-{number:02}" for number in range(1, 13)])
def test_a_month_ends_where_the_next_begins(month: str) -> None:
    begins, ends = bounds_of(month)
    assert (begins.day, ends.day) == (1, 1)
    assert (ends.year * 12 + ends.month) - (begins.year * 12 + begins.month) == 1
