"""What waits to be pushed to the provincial platform, in PostgreSQL: put there by sets, taken by batches, settled.

Decides that a record is in one pusher's hands at a time (a lease that lapses when it is killed), and that a record that
changed while it was under way is pushed again. A rating comes here when its import is complete, the result of a case
with the step of the ledger that ends or changes it (`order_case`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from models.pushes import PushAnswer, PushKey, PushState, RecordKind

LEASE = timedelta(seconds=60)
"""How long one pusher may hold a record; longer than the platform may take to answer."""

MOST_UNANSWERED = 10
"""After so many batches that the platform took without a word on a record, the record waits for a person."""

_IMPORTS_AT_ONCE = 200


@dataclass(frozen=True)
class Claim:
    """A record in one pusher's hands until the lease lapses. `digest` is what the platform last took, empty if none."""

    key: PushKey
    day: date
    version: int
    digest: str
    lease_until: datetime


def order_case(connection: Connection, case_no: str, at: datetime) -> None:
    """Let the result of an ended case be pushed, anew when it was before; within the caller's transaction.

    Only cases that a rating brought: of the others the platform knows nothing.
    """
    connection.execute(_ORDER_CASE, {"case_no": case_no, "at": at})


def order_rating(connection: Connection, jurisdiction: str, project_no: str, assess_number: int, at: datetime) -> None:
    """Let one rating be pushed that no import brings; within the caller's transaction, after it was stored.

    Ratings of an import need no call: they are found when it is complete.
    """
    key = {"jurisdiction": jurisdiction, "project_no": project_no, "assess_number": assess_number}
    connection.execute(_ORDER_RATING, key | {"at": at})


@dataclass(frozen=True)
class PushQueue:
    """The pusher's view of the table. Every method is one short transaction and may block."""

    engine: Engine
    lease: timedelta = LEASE

    def take_in(self, now: datetime) -> int:
        """Let the ratings of imports that are complete be pushed; how many. One statement for any number of them."""
        with self.engine.begin() as connection:
            imports = list(connection.execute(_COMPLETE_IMPORTS, {"most": _IMPORTS_AT_ONCE}).scalars())
            if not imports:
                return 0
            values = {"imports": imports, "first": min(imports), "last": max(imports), "now": now}
            return connection.execute(_TAKE_IN, values).rowcount

    def claim(self, until: datetime, now: datetime, limit: int) -> list[Claim]:
        """Take up to `limit` records that came up by `until`, the oldest first, that no other pusher has in hand."""
        lease_until = now + self.lease
        values = {"until": until, "now": now, "limit": limit, "lease_until": lease_until}
        with self.engine.begin() as connection:
            rows = connection.execute(_CLAIM, values).all()
        return [Claim(key_of(row), row.day, row.version, (row.digest or b"").hex(), lease_until) for row in rows]

    def settle(
        self,
        claims: Sequence[Claim],
        answers: Mapping[str, PushAnswer],
        digests: Mapping[str, str],
        now: datetime,
        wait: timedelta,
    ) -> None:
        """Write down what the platform said of each, by key; what it said nothing of comes up again after `wait`."""
        receipts = [claim for claim in claims if answers.get(claim.key.text, PushAnswer()).receipt]
        refusals = [claim for claim in claims if answers.get(claim.key.text, PushAnswer()).refused]
        silent = [claim for claim in claims if claim not in receipts and claim not in refusals]
        with self.engine.begin() as connection:
            if receipts:
                numbers = [answers[claim.key.text].receipt for claim in receipts]
                taken = [bytes.fromhex(digests[claim.key.text]) for claim in receipts]
                connection.execute(_ACCEPT, _arrays(receipts) | {"receipts": numbers, "digests": taken, "now": now})
            if refusals:
                reasons = [answers[claim.key.text].refused for claim in refusals]
                connection.execute(_REFUSE, _arrays(refusals) | {"reasons": reasons})
            if silent:
                values = {"most": MOST_UNANSWERED, "next_try": now + wait}
                connection.execute(_UNANSWERED, _arrays(silent) | values)

    def settle_unchanged(self, claims: Sequence[Claim], now: datetime) -> None:
        """The platform has exactly these already; nothing has to be sent."""
        if claims:
            with self.engine.begin() as connection:
                connection.execute(_UNCHANGED, _arrays(claims) | {"now": now})

    def give_back(self, claims: Sequence[Claim], why: str = "", behind: datetime | None = None) -> None:
        """They could not go now; they come up again in the same order, or behind what came up until that moment."""
        if claims:
            with self.engine.begin() as connection:
                connection.execute(_GIVE_BACK, _arrays(claims) | {"why": why or None, "behind": behind})

    def resend(self, keys: Collection[PushKey], now: datetime) -> list[PushKey]:
        """Let records go again whatever the platform took; those that were not waiting anyway."""
        if not keys:
            return []
        with self.engine.begin() as connection:
            return [key_of(row) for row in connection.execute(_RESEND, _keys(list(keys)) | {"now": now})]

    def resend_stuck(self, now: datetime) -> int:
        """Let everything go again that waits for a person; how many."""
        with self.engine.begin() as connection:
            return connection.execute(_RESEND_STUCK, {"now": now}).rowcount


def key_of(row: Row[Any]) -> PushKey:
    """The key in the columns of a row."""
    return PushKey(RecordKind(row.kind), row.jurisdiction, row.project_no, row.assess_number)


def _arrays(claims: Sequence[Claim]) -> dict[str, Any]:
    """The claims as one array for each column."""
    return _keys([claim.key for claim in claims]) | {
        "versions": [claim.version for claim in claims],
        "lease_until": claims[0].lease_until,
    }


def _keys(keys: Sequence[PushKey]) -> dict[str, Any]:
    return {
        "kinds": [key.kind.value for key in keys],
        "places": [key.jurisdiction for key in keys],
        "projects": [key.project_no for key in keys],
        "numbers": [key.assess_number for key in keys],
    }


_IS = "(p.kind, p.jurisdiction, p.project_no, p.assess_number)"
_KEYS = "cast(:kinds as text[]), cast(:places as text[]), cast(:projects as text[]), cast(:numbers as smallint[])"
_VERSIONS = "cast(:versions as int[])"
_SAME = f"{_IS} = (v.kind, v.place, v.project, v.number)"
_OURS = f"{_SAME} and p.state = '{PushState.WAITING}' and p.lease_until = :lease_until"
"""Only while the lease is still ours: a late pusher must not touch what another one holds or has settled."""

_THESE = f"unnest({_KEYS}, {_VERSIONS}) as v (kind, place, project, number, version)"

_ORDER_CASE = text(
    "insert into pushes (kind, jurisdiction, project_no, assess_number, day, version, next_try)"
    f" select '{RecordKind.CASE}', jurisdiction, project_no, assess_number,"
    " cast(assessed_at at time zone 'Asia/Shanghai' as date), seq, :at"
    " from cases where case_no = :case_no and source = 'rating' and ended_at is not null"
    " on conflict (kind, jurisdiction, project_no, assess_number) do update set version = excluded.version,"
    f" state = '{PushState.WAITING}', next_try = excluded.next_try, attempts = 0, reason = null"
)

_ORDER_RATING = text(
    "insert into pushes (kind, jurisdiction, project_no, assess_number, day, next_try)"
    f" select '{RecordKind.RATING}', jurisdiction, project_no, assess_number,"
    " cast(assessed_at at time zone 'Asia/Shanghai' as date), :at from ratings"
    " where jurisdiction = :jurisdiction and project_no = :project_no and assess_number = :assess_number"
    " on conflict do nothing"
)

_COMPLETE_IMPORTS = text(
    "update imports set is_to_be_pushed = false where id in ("
    " select id from imports where is_to_be_pushed and finished_at is not null order by id limit :most"
    ") returning id"
)

_TAKE_IN = text(
    "insert into pushes (kind, jurisdiction, project_no, assess_number, day, next_try)"
    f" select '{RecordKind.RATING}', jurisdiction, project_no, assess_number,"
    " cast(assessed_at at time zone 'Asia/Shanghai' as date), :now from ratings"
    " where import_id between :first and :last and import_id = any(cast(:imports as bigint[])) on conflict do nothing"
)

_CLAIM = text(
    "with due as materialized (select kind, jurisdiction, project_no, assess_number from pushes"
    f" where state = '{PushState.WAITING}' and next_try <= :until and (lease_until is null or lease_until <= :now)"
    " order by next_try limit :limit for update skip locked)"
    f" update pushes p set lease_until = :lease_until from due where {_IS} ="
    " (due.kind, due.jurisdiction, due.project_no, due.assess_number)"
    " returning p.kind, p.jurisdiction, p.project_no, p.assess_number, p.day, p.version, p.digest"
)

_ACCEPT = text(
    f"update pushes p set state = case when p.version = v.version then '{PushState.ACCEPTED}' else p.state end,"
    " digest = v.digest, receipt = v.receipt, accepted_at = coalesce(p.accepted_at, :now), attempts = 0, reason = null,"
    f" lease_until = null from unnest({_KEYS}, {_VERSIONS}, cast(:receipts as text[]), cast(:digests as bytea[]))"
    f" as v (kind, place, project, number, version, receipt, digest) where {_SAME}"
)
"""True whatever became of the lease. A record that changed meanwhile has another version and waits on."""

_UNCHANGED = text(
    f"update pushes p set state = case when p.version = v.version then '{PushState.ACCEPTED}' else p.state end,"
    f" reason = null, lease_until = null, accepted_at = coalesce(p.accepted_at, :now) from {_THESE} where {_OURS}"
)

_REFUSE = text(
    f"update pushes p set state = case when p.version = v.version then '{PushState.REFUSED}' else p.state end,"
    " reason = v.reason, attempts = 0, lease_until = null"
    f" from unnest({_KEYS}, {_VERSIONS}, cast(:reasons as text[]))"
    f" as v (kind, place, project, number, version, reason) where {_OURS}"
)

_UNANSWERED = text(
    "update pushes p set attempts = p.attempts + 1, lease_until = null, next_try = :next_try,"
    f" state = case when p.attempts + 1 >= :most then '{PushState.DEAD}' else p.state end,"
    f" reason = '省平台收下了这一批，但没有说明这一条的结果' from {_THESE} where {_OURS}"
)

_GIVE_BACK = text(
    "update pushes p set lease_until = null, reason = coalesce(:why, p.reason),"
    f" next_try = coalesce(cast(:behind as timestamptz), p.next_try) from {_THESE} where {_OURS}"
)

_RESEND = text(
    f"update pushes p set state = '{PushState.WAITING}', digest = null, attempts = 0, next_try = :now, reason = null"
    f" from unnest({_KEYS}) as v (kind, place, project, number)"
    f" where {_SAME} and p.state <> '{PushState.WAITING}'"
    " returning p.kind, p.jurisdiction, p.project_no, p.assess_number"
)

_RESEND_STUCK = text(
    f"update pushes set state = '{PushState.WAITING}', digest = null, attempts = 0, next_try = :now, reason = null"
    f" where state in ('{PushState.REFUSED}', '{PushState.DEAD}')"
)
