"""Which matters have a rating that somebody gave, and the rating by default (默认评价) where the rules give one.

Decides the form of the default: a rating as any other, with the channel and the flag of a default, under the number 0
of the matter's evaluations. Sources count from 1, so whatever a person gives later is stored beside it and never meets
it; the figures leave the default out as soon as such a rating is there (`adapters.figure_sql`, `policy.figure_count`).
When one is given decides `policy.invitations`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from adapters.citizens import content_digest_over_link
from adapters.personal import PersonalData
from adapters.push_queue import order_rating
from adapters.tables.columns import table_of
from adapters.tables.ratings import RatingRow
from models.due import in_shanghai
from models.matters import Matter
from models.ratings import RatingOrigin, ReviewChannel
from policy.code_systems import DEFAULT_FLAG, CodeSystem

DEFAULT_NUMBER = 0
"""Of the matter's evaluations; no source may use it (`policy.rating_fields`)."""

_RATINGS = table_of(RatingRow)
_SOURCE = "逾期默认评价"
_IMPORT = text(
    "insert into imports (jurisdiction, code_system, sha256, file_name, rows_done, finished_at)"
    " values (:jurisdiction, :system, :day, :name, 1, :at)"
    " on conflict (jurisdiction, code_system, sha256) do update"
    " set rows_done = imports.rows_done + 1, is_to_be_pushed = true"
    " returning id, rows_done"
)
_RATED = text(
    "select distinct project_no from ratings where jurisdiction = :jurisdiction and project_no = any(:numbers)"
    f" and assess_number > {DEFAULT_NUMBER}"
    " union select project_no from rating_matters where jurisdiction = :jurisdiction and project_no = any(:numbers)"
)


def rated_matters(connection: Connection, jurisdiction: str, project_nos: Sequence[str]) -> set[str]:
    """Those of these matters that were rated, by themselves or along with another one; not the defaults from here."""
    found = connection.execute(_RATED, {"jurisdiction": jurisdiction, "numbers": list(project_nos)})
    return set(found.scalars())


def give_default_rating(
    connection: Connection, personal: PersonalData, jurisdiction: str, matter: Matter, level: int, at: datetime
) -> None:
    """Store the rating by default of a matter; a second time changes nothing. Part of the caller's transaction."""
    day = f"default ratings of {in_shanghai(at).date()}"  # one import a day, complete from its first rating on
    source = {"jurisdiction": jurisdiction, "system": CodeSystem.NATIONAL, "day": day, "name": _SOURCE, "at": at}
    import_id, row_no = connection.execute(_IMPORT, source).one()
    row: dict[str, Any] = {
        "jurisdiction": jurisdiction,
        "project_no": matter.project_no,
        "assess_number": DEFAULT_NUMBER,
        "import_id": import_id,
        "row_no": row_no,
        "code_system": CodeSystem.NATIONAL,
        "level": level,
        "satisfaction_code": str(level),
        "channel": ReviewChannel.SYSTEM_DEFAULT,
        "channel_code": "",
        "assessed_at": at,
        "comment": None,
        "default_flag": DEFAULT_FLAG,
        "origin": RatingOrigin.DEFAULT,
        "unit": matter.unit,
        "dept_code": matter.dept_code,
        "task_code": matter.task_code or None,
        "task_name": matter.task_name,
        "handler_no": matter.staff_no or None,
        "window_no": matter.window_no or None,
    }
    row["content_digest"] = personal.digest(content_digest_over_link(row))
    connection.execute(insert(_RATINGS).values(row).on_conflict_do_nothing())
    order_rating(connection, jurisdiction, matter.project_no, DEFAULT_NUMBER, at)
