"""The data quality report (数据质检) from the stored ratings, in SQL.

Decides how it is counted. What is counted says `policy.quality`, whose functions say the same of a single rating. One
pass over the ratings of a scope serves all five fields of the directory, another all checks that need none: ratings
that agree are put together first, and only the few that are left meet the directory or have their tags looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from adapters.items import ItemStore
from adapters.rating_rows import HANDLER, IN_SCOPE, ORIGIN, page_of, scope_values
from models.quality import (
    Check,
    CheckResult,
    FieldResult,
    ItemDirectory,
    ItemField,
    Match,
    QualityFinding,
    QualityReport,
    QualityScope,
    RatingPage,
    TagVersion,
)
from models.ratings import RatingOrigin
from policy.code_systems import ACTIVE_TAGS, DEFAULT_FLAG, RETIRED_TAGS

_TAGS = "string_to_array(r.tags, ',')"
_RETIRED = f"({_TAGS} && cast(:retired as text[]))"
_ACTIVE = f"({_TAGS} && cast(:active as text[]))"
_MARKED = f"(coalesce(r.default_flag, '') = '{DEFAULT_FLAG}')"
IS_DEFAULT = f"({ORIGIN} = '{RatingOrigin.DEFAULT}')"
"""`policy.quality.is_default`."""

_CONDITIONS: Mapping[Check, str] = {
    Check.BEFORE_ACCEPTANCE: "r.assessed_at < r.accepted_at",
    Check.UNLISTED_UNIT: "r.unit is null",
    Check.RETIRED_TAGS: _RETIRED,
    Check.MIXED_TAGS: f"({_RETIRED} and {_ACTIVE})",
    Check.NO_TAG_VERSION: "(r.tags is not null and r.tag_version is null)",
    Check.ANONYMITY_UNSTATED: "r.anonymous is null",
    Check.NO_HANDLER: f"{HANDLER} is null",
    Check.DEFAULT_UNMARKED: f"({IS_DEFAULT} and not {_MARKED} and r.origin is null)",
    Check.DEFAULT_WITH_WORDS: f"({IS_DEFAULT} and (r.tags is not null or r.comment is not null))",
}


def _in(columns: str, selected: str, condition: str = "true") -> str:
    """Whether the columns are among those of the directory; a set that is made once, not a look for every row."""
    return f"({columns}) in (select {selected} from items where jurisdiction = :jurisdiction and {condition})"


_KNOWN = _in("r.task_code", "task_code")


def _case(*branches: tuple[str, Match], otherwise: Match) -> str:
    lines = " ".join(f"when {condition} then '{match}'" for condition, match in branches)
    return f"case {lines} else '{otherwise}' end"


_MATCHES: Mapping[ItemField, str] = {
    ItemField.TASK_CODE: _case(
        ("r.task_code is null", Match.MISSING), (_KNOWN, Match.MATCHING), otherwise=Match.UNKNOWN
    ),
    ItemField.HANDLE_ITEM: _case(
        (
            f"r.task_handle_item is not null and {_in('r.task_code, r.task_handle_item', 'task_code, handle_item')}",
            Match.MATCHING,
        ),
        (
            f"r.task_handle_item is not null and {_in('r.task_handle_item', 'handle_item')}",
            Match.CONTRADICTING,
        ),
        (f"r.task_handle_item is not null or r.task_code is null or not {_KNOWN}", Match.UNKNOWN),
        (_in("r.task_code", "task_code", "handle_item = ''"), Match.MATCHING),
        otherwise=Match.MISSING,
    ),
    ItemField.TASK_NAME: _case(
        ("r.task_name is null", Match.MISSING),
        (f"r.task_code is null or not {_KNOWN}", Match.UNKNOWN),
        (_in("r.task_code, r.task_name", "task_code, task_name"), Match.MATCHING),
        otherwise=Match.CONTRADICTING,
    ),
    ItemField.DEPT_CODE: _case(
        ("r.dept_code = ''", Match.MISSING),
        (f"r.task_code is null or not {_KNOWN}", Match.UNKNOWN),
        (_in("r.task_code, r.dept_code", "task_code, dept_code"), Match.MATCHING),
        otherwise=Match.CONTRADICTING,
    ),
    ItemField.DEPT_NAME: _case(
        ("r.dept_name is null", Match.MISSING),
        (f"not {_in('r.dept_code', 'dept_code')}", Match.UNKNOWN),
        (_in("r.dept_code, r.dept_name", "dept_code, dept_name"), Match.MATCHING),
        otherwise=Match.CONTRADICTING,
    ),
}

_COMPARED = "task_code, task_handle_item, task_name, dept_code, dept_name"
_FIELDS = text(
    f"with r as (select {_COMPARED}, count(*) as ratings from ratings r where {IN_SCOPE} group by {_COMPARED})"
    f" select {', '.join(f'{case} as {field.name.lower()}' for field, case in _MATCHES.items())},"
    " sum(ratings)::bigint as ratings from r group by 1, 2, 3, 4, 5"
)
_OF_TAGS = (Check.RETIRED_TAGS, Check.MIXED_TAGS, Check.NO_TAG_VERSION)
"""Judged once for all ratings with the same tags."""


def _counted(check: Check) -> str:
    return f"count(*) filter (where {_CONDITIONS[check]}) as {check}"


def _added_up(check: Check) -> str:
    number = f"sum(ratings) filter (where {_CONDITIONS[check]})" if check in _OF_TAGS else f"sum({check})"
    return f"coalesce({number}, 0)::bigint as {check}"


_CHECKS = text(
    "with r as (select tag_version, tags, count(*) as ratings,"
    f" {', '.join(_counted(check) for check in Check if check not in _OF_TAGS)}"
    f" from ratings r where {IN_SCOPE} group by tag_version, tags)"
    " select coalesce(r.tag_version, '') as version, sum(ratings)::bigint as ratings,"
    " coalesce(sum(ratings) filter (where r.tags is not null), 0)::bigint as tagged,"
    f" {', '.join(map(_added_up, Check))} from r group by 1"
)


@dataclass(frozen=True)
class RatingQuality:
    """Answers what the report asks, from PostgreSQL."""

    engine: Engine
    items: ItemStore

    def report(self, scope: QualityScope) -> QualityReport:
        """The report; without an item directory only what needs none."""
        directory = self.items.of(scope.jurisdiction)
        with self.engine.connect() as connection:
            counted = connection.execute(_CHECKS, {**scope_values(scope), **_values()}).mappings().all()
            fields = _fields(connection, scope) if directory is not None else ()
        return QualityReport(
            scope=scope,
            ratings=sum(row["ratings"] for row in counted),
            directory=directory,
            fields=fields,
            checks=tuple(CheckResult(check=check, ratings=sum(row[check.value] for row in counted)) for check in Check),
            versions=tuple(
                TagVersion(
                    version=row["version"],
                    ratings=row["tagged"],
                    retired=row[Check.RETIRED_TAGS.value],
                    mixed=row[Check.MIXED_TAGS.value],
                )
                for row in sorted(counted, key=lambda row: (-row["tagged"], row["version"]))
                if row["tagged"]
            ),
        )

    def rows(self, scope: QualityScope, finding: QualityFinding, after: str, limit: int) -> RatingPage:
        """The ratings behind a finding. Raises BadInput for a place that is none."""
        if finding.check is not None:
            return page_of(self.engine, scope, _CONDITIONS[finding.check], _values(), after, limit)
        assert finding.field is not None
        condition = f"({_MATCHES[finding.field]}) = :match"
        return page_of(self.engine, scope, condition, {"match": finding.match}, after, limit)

    def directory(self, jurisdiction: str) -> ItemDirectory | None:
        """Which item directory the jurisdiction has."""
        return self.items.of(jurisdiction)


def _values() -> dict[str, Any]:
    return {"retired": sorted(RETIRED_TAGS), "active": sorted(ACTIVE_TAGS)}


def _fields(connection: Connection, scope: QualityScope) -> tuple[FieldResult, ...]:
    counts = {field: dict.fromkeys(Match, 0) for field in ItemField}
    for row in connection.execute(_FIELDS, scope_values(scope)).mappings():
        for field in ItemField:
            counts[field][Match(row[field.name.lower()])] += row["ratings"]
    return tuple(FieldResult(field=field, counts=counts[field]) for field in ItemField)
