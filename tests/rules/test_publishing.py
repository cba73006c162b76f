"""Which public numbers are hidden, so that no group of fewer than five follows from what is shown."""

import random

import pytest

from models.outside import FigureRow
from policy.publishing import SMALL, publishable, publishable_total


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
