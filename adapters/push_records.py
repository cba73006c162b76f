"""Makes the records for the provincial platform from what is stored: ratings, and the results of their cases.

Decides what is read. What a record says is decided in `policy.pushing`. Free texts go out with the middle of every long
number masked; name, numbers and agent of the evaluator only with `with_person`, and never of an anonymous rating, which
has none.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, RowMapping, text

from adapters.personal import PERSONAL_COLUMNS, PersonalData, rating_place
from adapters.push_queue import Claim
from adapters.rating_store import without_long_numbers
from models.case import Ending, Finding, FindingBasis
from models.due import in_shanghai
from models.pushes import Fields, PushKey, PushRecord, RecordKind
from models.ratings import Rating
from policy.code_systems import Codes
from policy.pushing import PERSONAL_ATTRIBUTES, CaseResult, SaidOfCase, case_fields, digest_of, rating_fields, told

_FREE_TEXTS = ("comment", "remediation_text", "reply_text")


@dataclass(frozen=True)
class PushRecords:
    """The records behind claims; `codes` is the code system that the platform declares."""

    engine: Engine
    personal: PersonalData
    codes: Codes
    with_person: bool = False

    def made(self, claims: Sequence[Claim]) -> dict[PushKey, PushRecord]:
        """The record of every claim whose rating or case is there. Raises BadInput for a value that does not open."""
        keys = [claim.key for claim in claims]
        with self.engine.connect() as connection:
            fields = dict(self._ratings(connection, [key for key in keys if key.kind is RecordKind.RATING]))
            fields |= dict(_cases(connection, [key for key in keys if key.kind is RecordKind.CASE]))
        return {
            claim.key: PushRecord(claim.key, claim.day, claim.version, fields[claim.key], digest_of(fields[claim.key]))
            for claim in claims
            if claim.key in fields
        }

    def _ratings(self, connection: Connection, keys: Sequence[PushKey]) -> Iterator[tuple[PushKey, Fields]]:
        if not keys:
            return
        for row in connection.execute(_RATINGS, _arrays(keys)):
            key = PushKey(RecordKind.RATING, row.jurisdiction, row.project_no, row.assess_number)
            yield key, rating_fields(self._rating(key, row._mapping), self.codes, self.with_person)

    def _rating(self, key: PushKey, stored: RowMapping) -> Rating:
        """The rating as it was when it came in, as far as it may go out."""
        written = {name: _as_text(stored[name]) for name in Rating._fields}
        for name in _FREE_TEXTS:
            written[name] = without_long_numbers(written[name])
        for name in PERSONAL_ATTRIBUTES:
            if not self.with_person:
                written[name] = ""
            elif name in PERSONAL_COLUMNS and written[name]:
                place = rating_place(key.jurisdiction, key.project_no, key.assess_number, name)
                written[name] = self.personal.open(written[name], place)
        return Rating(**written)


def _cases(connection: Connection, keys: Sequence[PushKey]) -> Iterator[tuple[PushKey, Fields]]:
    if not keys:
        return
    of_numbers = {key.number: key for key in keys}
    said = defaultdict[str, list[SaidOfCase]](list)
    for entry in connection.execute(_ENTRIES, {"case_nos": list(of_numbers)}):
        said[entry.case_no].append(SaidOfCase(entry.at, entry.details))
    for row in connection.execute(_CASES, {"case_nos": list(of_numbers)}):
        yield of_numbers[row.case_no], case_fields(_result(row, said[row.case_no]))


def _result(row: Row[Any], said: Sequence[SaidOfCase]) -> CaseResult:
    heard = told(said)
    return CaseResult(
        case_no=row.case_no,
        project_no=row.project_no,
        assess_number=row.assess_number,
        area_code=row.area_code or "",
        task_code=row.task_code,
        task_name=row.task_name,
        unit_code=row.uscc or "",
        unit_name=row.unit_name or "",
        dispatched_at=row.dispatched_at,
        signed_at=row.signed_at,
        finding=Finding(row.finding) if row.finding else None,
        finding_basis=FindingBasis(row.finding_basis) if row.finding_basis else None,
        measures=without_long_numbers(heard.measures),
        remediated_at=heard.remediated_at,
        rounds=row.round,
        callback=heard.callback,
        appeal=heard.appeal,
        ending=Ending(row.ending) if row.ending else None,
        ending_reason=without_long_numbers(heard.ending_reason),
        ended_at=row.ended_at,
    )


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "t" if value else "f"
        case datetime():
            return in_shanghai(value).isoformat(timespec="seconds")
        case _:
            return str(value)


def _arrays(keys: Sequence[PushKey]) -> dict[str, Any]:
    return {
        "places": [key.jurisdiction for key in keys],
        "projects": [key.project_no for key in keys],
        "numbers": [key.assess_number for key in keys],
    }


_RATINGS = text(
    f"select r.jurisdiction, {', '.join(f'r.{name}' for name in Rating._fields)} from ratings r"
    " join unnest(cast(:places as text[]), cast(:projects as text[]), cast(:numbers as smallint[]))"
    " as v (place, project, number) on (r.jurisdiction, r.project_no, r.assess_number) = (v.place, v.project, v.number)"
)

_CASES = text(
    "select c.case_no, c.project_no, c.assess_number, c.task_code, c.task_name, c.dispatched_at, c.signed_at,"
    " c.finding, c.finding_basis, c.round, c.ending, c.ended_at, u.area_code, u.uscc, u.name as unit_name"
    " from cases c left join units u on u.id = c.unit where c.case_no = any(:case_nos)"
)

_ENTRIES = text(
    "select case_no, at, details from ledger_entries where case_no = any(:case_nos)"
    " and details ?| array['measures', 'callback', 'appeal_result', 'ending'] order by case_no, seq"
)
