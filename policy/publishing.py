"""Which of the public numbers are hidden, so that nobody can be recognised in them.

Decides by primary suppression (a group of fewer than five) and secondary suppression: where the hidden number of one
group would follow from the total and the other groups, further groups are hidden, until at least two are and they have
ten or more together. A hidden bad count hides the good one, because both add up to the group's total. EZ-41 protects
the evaluator; no document gives the number, five is the usual one of official statistics.
"""

from collections.abc import Callable, Sequence

from models.outside import FigureRow

SMALL = 5
"""A count from 1 to one less than this is hidden."""

_SHARED = 2 * SMALL


def publishable(rows: Sequence[FigureRow]) -> tuple[FigureRow, ...]:
    """The groups of one table as they may be shown; together they are all ratings of the total."""
    gone = _with_company(rows, {at for at, row in enumerate(rows) if _is_small(row.total)}, lambda row: row.total or 0)
    split = {at for at, row in enumerate(rows) if _is_small(row.bad) or _is_small(row.good)} | gone
    while (wider := _with_company(rows, _with_company(rows, split, _bad), _good)) != split:
        split = wider
    return tuple(_shown(row, at in gone, at in split) for at, row in enumerate(rows))


def publishable_total(row: FigureRow) -> FigureRow:
    """The total as it may be shown."""
    return _shown(row, _is_small(row.total), _is_small(row.bad) or _is_small(row.good))


def _with_company(rows: Sequence[FigureRow], hidden: set[int], count: Callable[[FigureRow], int]) -> set[int]:
    """These groups, and the smallest others that keep them from being worked out from the total."""
    hidden = set(hidden)
    others = sorted(
        (at for at in range(len(rows)) if at not in hidden and count(rows[at])), key=lambda at: count(rows[at])
    )
    while others and len(hidden) > 0 and (len(hidden) < 2 or 0 < sum(count(rows[at]) for at in hidden) < _SHARED):
        hidden.add(others.pop(0))
    return hidden


def _is_small(count: int | None) -> bool:
    return count is not None and 0 < count < SMALL


def _good(row: FigureRow) -> int:
    return row.good or 0


def _bad(row: FigureRow) -> int:
    return row.bad or 0


def _shown(row: FigureRow, gone: bool, split: bool) -> FigureRow:
    if gone:
        return row.model_copy(update={"total": None, "good": None, "bad": None})
    return row.model_copy(update={"good": None, "bad": None}) if split else row
