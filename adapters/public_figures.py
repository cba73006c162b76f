"""The public numbers of a place, counted once for each month and kept as they were first shown.

Decides what counts: the ratings of a month that is over and settled; reviews that were not adopted leave both sides.
Good is level 3 and above (基本满意), bad are the lowest two. A batch is one rating, unlike in the figures (C-16): five
matters of one person would look like five people. What was shown once is never counted again, though a rating comes in
late or an appeal is upheld: whoever compares two days would see that one. Groups stand by name, since their order by
size would say something of the hidden ones. Only what may be shown is kept. What is hidden decides `policy.publishing`,
which of it is shown the policy of the place.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.directory import Directory
from adapters.planning import group_by_hash
from adapters.rating_rows import ORIGIN
from adapters.tables.public_months import PUBLIC_MONTHS
from models.errors import BadInput
from models.outside import FigureRow, PublicMonth, TagCount
from models.ratings import ReviewChannel
from policy.code_systems import ACTIVE_TAGS
from policy.publishing import SMALL, bounds_of, public_months, publishable, publishable_total

_FIRST = text("select assessed_at from ratings where jurisdiction = :place order by assessed_at limit 1")
_OVERTAKEN = (
    f"{ORIGIN} = 'default' and (exists (select from ratings u where u.jurisdiction = r.jurisdiction"
    " and u.project_no = r.project_no and u.assess_number <> r.assess_number) or exists (select from rating_matters o"
    " where o.jurisdiction = r.jurisdiction and o.project_no = r.project_no))"
)
"""A rating by default is none any more when somebody has rated the matter, alone or in a batch (C-10)."""

_COUNTED = (
    "from (select * from ratings where jurisdiction = :place and assessed_at >= :begins and assessed_at < :ends"
    " offset 0) r"
    " left join cases c on c.case_no = r.case_no where c.ending is distinct from 'not_adopted'"
    f" and not ({_OVERTAKEN})"
)
"""The `offset 0` has the ratings read in the order in which they lie, as in `adapters.figure_sql`."""
_SUMS = text(
    "select coalesce(r.unit, '') as unit, r.channel, count(*) as total,"
    " count(*) filter (where least(r.level, r.staff_level) <= 2) as bad"
    f" {_COUNTED} group by 1, 2"
)
_TAGS = text(
    f"select tag, count(*) as count from (select unnest(string_to_array(r.tags, ',')) as tag {_COUNTED}"
    " and r.tags is not null) t group by tag order by count(*) desc, tag"
)
_PUT_RIGHT = text(
    "select count(*), count(*) filter (where ending <> 'satisfied') from cases where jurisdiction = :place"
    " and ended_at >= :begins and ended_at < :ends and ending <> 'not_adopted'"
)


@dataclass(frozen=True)
class PublicFigures:
    """Counts a month when somebody first asks for it."""

    engine: Engine
    people: Directory
    now: Callable[[], datetime]

    def places(self, among: Sequence[str]) -> list[str]:
        """Those of the places from which there is any rating."""
        return [place for place in among if self._first(place) is not None]

    def months(self, place: str) -> list[str]:
        """The months that are public, the newest first: all since the first rating that are over and settled."""
        first = self._first(place)
        return [] if first is None else public_months(first, self.now())

    def month(self, place: str, month: str) -> PublicMonth:
        """A month's numbers as they may be published. Raises BadInput for a month that is not public.

        A month without ratings is not kept: they may still be imported, and nobody could be seen by the difference.
        """
        if month not in self.months(place):
            raise BadInput("这个月的数据还没有公开，请从页面上选择一个月份。")
        with self.engine.begin() as connection:
            if (kept := _kept(connection, place, month)) is not None:
                return kept
            counted, is_empty = self._count(connection, place, month)
            if is_empty:
                return counted
            body = counted.model_dump(mode="json")
            row = {"jurisdiction": place, "month": month, "counted_at": counted.counted_at, "figures": body}
            connection.execute(insert(PUBLIC_MONTHS).values(row).on_conflict_do_nothing())
            return _kept(connection, place, month) or counted

    def _first(self, place: str) -> datetime | None:
        with self.engine.connect() as connection:
            first: datetime | None = connection.execute(_FIRST, {"place": place}).scalar()
        return first

    def _count(self, connection: Connection, place: str, month: str) -> tuple[PublicMonth, bool]:
        group_by_hash(connection)
        begins, ends = bounds_of(month)
        asked = {"place": place, "begins": begins, "ends": ends}
        sums = [tuple(row) for row in connection.execute(_SUMS, asked)]
        done, not_content = connection.execute(_PUT_RIGHT, asked).one()
        tags = _tags(connection, asked)
        names = {unit.id: unit.name for unit in self.people.units()}
        counted = PublicMonth(
            month=month,
            counted_at=self.now(),
            total=publishable_total(_row("合计", sums)),
            units=publishable(_rows((names.get(unit, "其他单位"), total, bad) for unit, _, total, bad in sums)),
            channels=publishable(_rows((ReviewChannel(way).label, total, bad) for _, way, total, bad in sums)),
            tags=tuple(tag for tag in tags if tag.count >= SMALL),
            rare_tags=sum(tag.count < SMALL for tag in tags),
            put_right=publishable_total(FigureRow(name="合计", total=done, good=done - not_content, bad=not_content)),
        )
        return counted, not sums and not done


def _kept(connection: Connection, place: str, month: str) -> PublicMonth | None:
    key = (PUBLIC_MONTHS.c.jurisdiction == place, PUBLIC_MONTHS.c.month == month)
    body = connection.execute(select(PUBLIC_MONTHS.c.figures).where(*key)).scalar()
    return None if body is None else PublicMonth.model_validate(body)


def _tags(connection: Connection, asked: dict[str, Any]) -> list[TagCount]:
    return [
        TagCount(name=ACTIVE_TAGS[tag], good=tag[0] in "345", count=count)
        for tag, count in connection.execute(_TAGS, asked)
        if tag in ACTIVE_TAGS
    ]


def _row(name: str, sums: Iterable[tuple[str, str, int, int]]) -> FigureRow:
    counts = [(total, bad) for _, _, total, bad in sums]
    total, bad = sum(each[0] for each in counts), sum(each[1] for each in counts)
    return FigureRow(name=name, total=total, good=total - bad, bad=bad)


def _rows(counted: Iterable[tuple[str, int, int]]) -> list[FigureRow]:
    """One row for each name, by name."""
    totals: dict[str, tuple[int, int]] = {}
    for name, total, bad in counted:
        before = totals.get(name, (0, 0))
        totals[name] = (before[0] + total, before[1] + bad)
    rows = [FigureRow(name=name, total=total, good=total - bad, bad=bad) for name, (total, bad) in totals.items()]
    return sorted(rows, key=lambda row: row.name)
