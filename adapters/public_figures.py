"""The numbers of the public page, counted from the ratings and kept for ten minutes.

Decides what counts: every rating up to the end of yesterday, so that nobody can watch the numbers move with one rating;
reviews that were not adopted leave both sides. Good is level 3 and above (基本满意), bad are the lowest two. What is
hidden decides `policy.publishing`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection, Engine, text

from adapters.directory import Directory
from models.due import in_shanghai
from models.outside import FigureRow, PublicFigures, TagCount
from models.ratings import ReviewChannel
from policy.code_systems import ACTIVE_TAGS
from policy.publishing import SMALL, publishable, publishable_total

KEPT_FOR = timedelta(minutes=10)

_COUNTED = (
    "from ratings r left join cases c on c.case_no = r.case_no"
    " where r.assessed_at < :until and c.ending is distinct from 'not_adopted'"
)
_SUMS = text(
    "select coalesce(r.unit, '') as unit, r.channel,"
    " to_char(r.assessed_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month,"
    f" count(*) as total, count(*) filter (where r.level <= 2) as bad {_COUNTED}"
    " group by 1, 2, 3"
)
_TAGS = text(
    f"select tag, count(*) as count from (select unnest(string_to_array(r.tags, ',')) as tag {_COUNTED}"
    " and r.tags is not null) t group by tag order by count(*) desc, tag"
)


@dataclass
class PostgresFigures:
    """Counts at most once in ten minutes, however many people look."""

    engine: Engine
    people: Directory
    now: Callable[[], datetime]
    _kept: PublicFigures | None = None
    _counted_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def figures(self) -> PublicFigures:
        """The numbers as they may be published."""
        with self._lock:
            now = self.now()
            if self._kept is None or self._counted_at is None or now - self._counted_at >= KEPT_FOR:
                self._kept, self._counted_at = self._count(now), now
            return self._kept

    def _count(self, now: datetime) -> PublicFigures:
        until = in_shanghai(now).replace(hour=0, minute=0, second=0, microsecond=0)
        with self.engine.connect() as connection:
            sums = [tuple(row) for row in connection.execute(_SUMS, {"until": until})]
            tags = self._tags(connection, until)
        names = {unit.id: unit.name for unit in self.people.units()}
        months = _rows((month, total, bad) for _, _, month, total, bad in sums)
        return PublicFigures(
            until=until,
            total=publishable_total(_row("合计", sums)),
            units=publishable(_rows((names.get(unit, "其他单位"), total, bad) for unit, _, _, total, bad in sums)),
            months=publishable(sorted(months, key=lambda row: row.name, reverse=True)),
            channels=publishable(_rows((ReviewChannel(way).label, total, bad) for _, way, _, total, bad in sums)),
            tags=tuple(tag for tag in tags if tag.count >= SMALL),
            rare_tags=sum(tag.count < SMALL for tag in tags),
        )

    def _tags(self, connection: Connection, until: datetime) -> list[TagCount]:
        return [
            TagCount(name=ACTIVE_TAGS[tag], good=tag[0] in "345", count=count)
            for tag, count in connection.execute(_TAGS, {"until": until})
            if tag in ACTIVE_TAGS
        ]


def _row(name: str, sums: Iterable[tuple[str, str, str, int, int]]) -> FigureRow:
    counts = [(total, bad) for _, _, _, total, bad in sums]
    total, bad = sum(each[0] for each in counts), sum(each[1] for each in counts)
    return FigureRow(name=name, total=total, good=total - bad, bad=bad)


def _rows(counted: Iterable[tuple[str, int, int]]) -> list[FigureRow]:
    """One row for each name, the largest first."""
    totals: dict[str, tuple[int, int]] = {}
    for name, total, bad in counted:
        before = totals.get(name, (0, 0))
        totals[name] = (before[0] + total, before[1] + bad)
    rows = [FigureRow(name=name, total=total, good=total - bad, bad=bad) for name, (total, bad) in totals.items()]
    return sorted(rows, key=lambda row: (-(row.total or 0), row.name))
