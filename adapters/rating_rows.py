"""Stored ratings as the checks and patterns see them, page by page, the newest first.

Decides the columns: nothing of the evaluator leaves the table here, and of the free text only whether there is one.
Which ratings are meant says whoever asks, by a condition on `r`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, text

from models.lists import instant_of, place, read_place
from models.quality import QualityScope, RatingFacts, RatingPage

UNIT = "coalesce(r.unit, r.dept_code)"
HANDLER = "coalesce(r.handler_no, r.handler_name)"

ORIGIN = (
    "coalesce(r.origin, case when r.channel = 'system_default' or r.default_flag = '1' then 'default' else 'user' end)"
)
"""`policy.rating_rules.origin_of`."""

MATTERS = "(1 + coalesce(cardinality(string_to_array(r.covered_matters, ',')), 0))"
"""For how many matters a rating counts (C-16)."""

IN_SCOPE = "r.jurisdiction = :jurisdiction and r.assessed_at >= :begin and r.assessed_at < :end"
"""With `scope_values`."""

_COLUMNS = (
    "r.project_no, r.assess_number, r.assessed_at, r.accepted_at, r.level, r.channel, coalesce(r.tags, '') as tags,"
    " coalesce(r.tag_version, '') as tag_version, r.comment is not null as has_text, r.anonymous,"
    f" coalesce(r.default_flag, '') as default_flag, {UNIT} as unit, r.unit is not null as is_listed,"
    f" coalesce({HANDLER}, '') as handler, r.dept_code, coalesce(r.dept_name, '') as dept_name,"
    " coalesce(r.task_code, '') as task_code, coalesce(r.task_handle_item, '') as task_handle_item,"
    " coalesce(r.task_name, '') as task_name, coalesce(r.case_no, '') as case_no, coalesce(r.origin, '') as origin"
)
_ORDER = "r.assessed_at desc, r.project_no desc, r.assess_number desc"
_BEHIND = "(r.assessed_at, r.project_no, r.assess_number) < (:at, :project_no, :assess_number)"


def scope_values(scope: QualityScope) -> dict[str, Any]:
    """The values of `IN_SCOPE`."""
    return {"jurisdiction": scope.jurisdiction, "begin": scope.period.begin, "end": scope.period.end}


def page_of(
    engine: Engine, scope: QualityScope, condition: str, values: Mapping[str, Any], after: str, limit: int
) -> RatingPage:
    """The ratings of a scope that fulfil a condition. Raises BadInput for a place that is none."""
    where = f"{IN_SCOPE} and {condition}" + (f" and {_BEHIND}" if after else "")
    query = text(f"select {_COLUMNS} from ratings r where {where} order by {_ORDER} limit :limit")
    given = {**scope_values(scope), **values, **_begin(after), "limit": limit + 1}
    with engine.connect() as connection:
        found = [RatingFacts(**row) for row in connection.execute(query, given).mappings()]
    rows = found[:limit]
    return RatingPage(rows, _place(rows[-1]) if len(found) > limit else "")


def _begin(after: str) -> dict[str, Any]:
    if not after:
        return {}
    moment, project_no, number = read_place(after, parts=3)
    return {"at": instant_of(moment), "project_no": project_no, "assess_number": int(number) if number.isdigit() else 0}


def _place(row: RatingFacts) -> str:
    return place(row.assessed_at.isoformat(), row.project_no, row.assess_number)
