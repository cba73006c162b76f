"""Which of the public numbers are hidden, so that nobody can be recognised in them.

Decides by primary suppression (a group of fewer than five) and secondary suppression: where the hidden number of one
group would follow from the total and the other groups, further groups are hidden, until at least two are and they have
ten or more together. A hidden bad count hides the good one, because both add up to the group's total. EZ-41 protects
the evaluator; no document gives the number, five is the usual one of official statistics. Figures are those of one
month, and no two publications share a rating, so nothing follows from subtracting one from another.

What a place publishes says its policy's `publish_fields`; 评价结果 are totals, good and bad ones and both rates.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from models.due import SHANGHAI
from models.outside import FigureRow, PublicMonth, PublicNumber
from models.surroundings import PublishField

SMALL = 5
"""A count from 1 to one less than this is hidden."""

_SHARED = 2 * SMALL

SETTLED_AFTER = timedelta(days=10)
"""So long after its end a month is counted, when its ratings have come in; an assumption, no document says it."""

_RESULTS = (
    PublishField.TOTAL_COUNT,
    PublishField.GOOD_COUNT,
    PublishField.BAD_COUNT,
    PublishField.GOOD_RATE,
    PublishField.BAD_RATE,
)
MEASURES = {
    PublishField.TOTAL_COUNT: "评价数",
    PublishField.GOOD_COUNT: "好评数",
    PublishField.BAD_COUNT: "差评数",
    PublishField.GOOD_RATE: "好评率",
    PublishField.BAD_RATE: "差评率",
}
"""What is counted of every group, as the columns are called."""

PUT_RIGHT, CONTENT, CONTENT_RATE = "办结并整改的差评数", "其中回访满意数", "回访满意率"


def published(fields: Collection[PublishField]) -> frozenset[PublishField]:
    """What a place's fields come to, 评价结果 taken apart."""
    return frozenset(fields) | (frozenset(_RESULTS) if PublishField.RESULTS in fields else frozenset())


def measures(shown: Collection[PublishField]) -> tuple[PublishField, ...]:
    """The columns of every table, in order."""
    return tuple(field for field in MEASURES if field in shown)


def month_of(moment: datetime) -> str:
    """The month in which a moment lies, like 2026-02."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m}"


def bounds_of(month: str) -> tuple[datetime, datetime]:
    """When a month begins and when the next one does. Raises ValueError for what is no month."""
    begins = datetime.strptime(month, "%Y-%m").replace(tzinfo=SHANGHAI)
    return begins, (begins + timedelta(days=31)).replace(day=1)


def public_months(first: datetime, now: datetime) -> list[str]:
    """The months from the one of that moment on that are over and settled, the newest first."""
    found, month = [], month_of(first)
    while (ends := bounds_of(month)[1]) + SETTLED_AFTER <= now:
        found.append(month)
        month = month_of(ends)
    return found[::-1]


def numbers_of(month: PublicMonth, shown: Collection[PublishField]) -> Iterator[PublicNumber]:
    """Every number of a month that a place publishes, and no other."""
    tables: list[tuple[str, tuple[FigureRow, ...]]] = [("合计", (month.total,))]
    if PublishField.DEPARTMENTS in shown:
        tables.append(("单位", month.units))
    if PublishField.CHANNELS in shown:
        tables.append(("渠道", month.channels))
    for table, rows in tables:
        for row in rows:
            for field in measures(shown):
                yield _number(month, table, row.name, MEASURES[field], cell_of(row, field))
    if PublishField.HOT_TAGS in shown:
        for tag in month.tags:
            yield _number(month, "标签", tag.name, "次数", tag.count)
    if PublishField.REMEDIATION in shown:
        row = month.put_right
        yield _number(month, "整改", row.name, PUT_RIGHT, row.total)
        yield _number(month, "整改", row.name, CONTENT, row.good)
        yield _number(month, "整改", row.name, CONTENT_RATE, cell_of(row, PublishField.GOOD_RATE))


def cell_of(row: FigureRow, field: PublishField) -> int | str | None:
    """One number of a group; None where it is hidden, a dash for a share of nothing."""
    match field:
        case PublishField.TOTAL_COUNT:
            return row.total
        case PublishField.GOOD_COUNT:
            return row.good
        case PublishField.BAD_COUNT:
            return row.bad
        case _ if row.total is None or row.good is None:
            return None
        case PublishField.GOOD_RATE:
            return row.good_percent
        case _:
            return row.bad_percent


def _number(month: PublicMonth, table: str, group: str, measure: str, value: int | str | None) -> PublicNumber:
    return PublicNumber(month=month.month, table=table, group=group, measure=measure, value=value)


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
