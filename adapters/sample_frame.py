"""The matters of a period that somebody can be called about, as samples are drawn from them.

Decides what a centre and a window are in what is stored and who is never drawn; how chance works says
`policy.samples`. A draw asks for its people many times over, so they are looked for once and stand aside until it is
over. A name or number leaves nothing here: the closed number travels on to whoever opens it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection, text

from adapters.planning import group_by_hash
from adapters.quality import IS_DEFAULT
from adapters.rating_rows import HANDLER, IN_SCOPE, UNIT
from models.figures import FigurePeriod
from models.samples import Population, Window
from policy.samples import Stratum

CENTRE = "coalesce(r.accepting_code, r.dept_code)"
"""Where the matter was accepted (受理部门), the department of the item where the source does not say."""

WINDOW = f"coalesce(r.window_no, {HANDLER}, '')"
"""The number of the window; where the source names none, whoever accepted the matter there stands for it."""

_WINDOW_OF_A_MATTER = "coalesce(nullif(m.window_no, ''), m.staff_no)"

OF_A_MATTER = 0
"""In the place of the number of an evaluation, for a matter that nobody has rated."""

_SERVED = (
    f"select r.project_no, r.assess_number, r.assessed_at, {CENTRE} as centre, {WINDOW} as window_no,"
    f" coalesce(r.dept_name, '') as centre_name, {UNIT} as unit,"
    " coalesce(r.task_handle_item, r.task_code, '') as task_code,"
    " coalesce(r.task_name, '') as task_name, r.mobile, r.anonymous is true as anonymous,"
    f" r.case_no is not null as with_case from (select * from ratings r where {IN_SCOPE} offset 0) r"
    f" where not (r.mobile is null and {IS_DEFAULT} and exists"
    " (select 1 from matters m where m.jurisdiction = r.jurisdiction and m.project_no = r.project_no))"
    f" union all select m.project_no, {OF_A_MATTER}, m.closed_at, m.dept_code, {_WINDOW_OF_A_MATTER}, '', m.unit,"
    " m.task_code, m.task_name, nullif(m.mobile, ''), false, false from (select * from matters"
    " where jurisdiction = :jurisdiction and closed_at >= :begin and closed_at < :end offset 0) m where not exists"
    " (select 1 from ratings r where r.jurisdiction = m.jurisdiction and r.project_no = m.project_no"
    f" and not {IS_DEFAULT} offset 0)"
)
"""Everybody who was served: by the ratings of the period, and by its matters that nobody has rated.

Whoever has rated is met by the rating alone: somebody who wanted to be anonymous is not called by way of the matter.
Each `offset 0` keeps the planner from reading the ratings of all years for a month, or those of a month to and fro.
"""

_LAY_OUT = text(f"create temporary table served on commit drop as {_SERVED}")
"""The transaction's own, and gone with it."""

_ELIGIBLE = "not anonymous and mobile is not null and not with_case"
"""Not anonymous, with a number, and without a case of its own, whose callbacks ask the person anyway."""

_HERE = f"from served where {_ELIGIBLE}"
_POPULATION = text(
    f"select count(*) filter (where {_ELIGIBLE}) as matters,"
    f" (select count(*) from (select distinct centre {_HERE}) c) as centres,"
    f" (select count(*) from (select distinct centre, window_no {_HERE}) w) as windows,"
    " count(*) filter (where anonymous) as anonymous,"
    " count(*) filter (where not anonymous and mobile is null) as without_number,"
    " count(*) filter (where not anonymous and mobile is not null and with_case) as with_case from served"
)
_CENTRES = text(f"select distinct centre {_HERE}")
_WINDOWS = text(f"select distinct centre, window_no {_HERE} and centre = any(:centres)")
_RANK = "sha256(convert_to(concat_ws('|', cast(:seed as text), project_no, assess_number), 'UTF8'))"
"""`policy.samples.rank` of a matter."""

_PEOPLE = text(
    "select project_no, assess_number, assessed_at, centre, centre_name, window_no, unit, task_code, task_name, mobile"
    f" {_HERE} and (cast(:centre as text) is null or centre = :centre)"
    f" and (cast(:window as text) is null or window_no = :window) order by {_RANK}, project_no, assess_number"
    " limit :limit offset :offset"
)
_AT_ONCE = 200
"""Rows that are fetched at once: seldom fewer than are drawn, of perhaps a million in their order."""


class Candidate(NamedTuple):
    """Somebody who can be drawn; `mobile` is the number as it is stored, closed.

    For a matter that nobody has rated `assess_number` is `OF_A_MATTER`, and `assessed_at` when it was done.
    """

    project_no: str
    assess_number: int
    assessed_at: datetime
    centre: str
    centre_name: str
    window_no: str
    unit: str
    task_code: str
    task_name: str
    mobile: str


@dataclass(frozen=True)
class StoredFrame:
    """The frame that was laid out in the connection's transaction, see `frame_of`."""

    connection: Connection
    jurisdiction: str
    seed: str

    def population(self) -> Population:
        """From how many is drawn, and who is left out."""
        row = self.connection.execute(_POPULATION).mappings().one()
        return Population.model_validate(dict(row))

    def centres(self) -> Collection[str]:
        """The centres."""
        return self.connection.execute(_CENTRES).scalars().all()

    def windows(self, centres: Collection[str]) -> Collection[Window]:
        """The windows of these centres."""
        found = self.connection.execute(_WINDOWS, {"centres": list(centres)})
        return [Window(centre, number) for centre, number in found]

    def people(self, stratum: Stratum) -> Iterator[Candidate]:
        """The people of a stratum by rank, fetched as they are needed."""
        given = {"seed": self.seed, "centre": stratum.centre, "window": stratum.window}
        for offset in count(0, _AT_ONCE):
            rows = self.connection.execute(_PEOPLE, {**given, "limit": _AT_ONCE, "offset": offset}).all()
            yield from (Candidate(*row) for row in rows)
            if len(rows) < _AT_ONCE:
                return


def frame_of(connection: Connection, jurisdiction: str, period: FigurePeriod, seed: str) -> StoredFrame:
    """Look for everybody served in a place and a period; they stand still until the connection's transaction ends."""
    group_by_hash(connection)
    connection.execute(_LAY_OUT, {"jurisdiction": jurisdiction, "begin": period.begin, "end": period.end})
    return StoredFrame(connection, jurisdiction, seed)
