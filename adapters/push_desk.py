"""The push to the provincial platform as those see it who watch over it: how it stands, what waits for them, 对账.

Decides what is counted and in which order lists are read. What two sides differ in is decided in `policy.pushing`.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from activities.courier import DeliveryError
from adapters.platform import Platform
from adapters.push_queue import PushQueue, key_of
from models.due import in_shanghai
from models.errors import BadInput, EngineUnavailable
from models.lists import PAGE, place, read_place
from models.pushes import (
    STUCK,
    Ours,
    PushDay,
    PushKey,
    PushPage,
    PushRow,
    PushStanding,
    PushState,
    Reconciliation,
    RecordKind,
)
from policy.pushing import compare

_DAYS = 7
"""How many days of evaluation the overview shows."""

_LAST = ("day", "kind", "jurisdiction", "project_no", "assess_number")
_STUCK_STATES = ", ".join(f"'{state}'" for state in STUCK)


@dataclass(frozen=True)
class PostgresPushDesk:
    """The table of records, and the platform if there is one. `off` is said where it is asked for and there is none."""

    engine: Engine
    platform: Platform | None
    off: str

    def standing(self, now: datetime) -> PushStanding:
        """How pushing stands; the days are those of the evaluations up to today."""
        since = in_shanghai(now).date() - timedelta(days=_DAYS - 1)
        with self.engine.connect() as connection:
            counted = connection.execute(_STANDING).one()
            failure = connection.execute(_LAST_FAILURE).scalar_one_or_none()
            days = _days(connection, since)
        return PushStanding(
            is_on=self.platform is not None,
            waiting=counted.waiting,
            tried=counted.tried,
            stuck=counted.stuck,
            last_failure=failure or "",
            days=days,
        )

    def stuck(self, after: str = "", limit: int = PAGE) -> PushPage:
        """One page of what waits for a person, the latest day first. Raises BadInput for a place that is none."""
        values: dict[str, Any] = {"limit": limit + 1}
        if after:
            values |= _read_place(after)
        with self.engine.connect() as connection:
            rows = connection.execute(_STUCK_BEHIND if after else _STUCK, values).all()
        shown = [_row(row) for row in rows[:limit]]
        last = rows[limit - 1] if len(rows) > limit else None
        return PushPage(shown, place(*(str(last._mapping[name]) for name in _LAST)) if last is not None else "")

    def reconcile(self, day: date) -> Reconciliation:
        """Compare one day of evaluation with what the platform lists.

        The platform is asked first, so that what it takes meanwhile is not missed here. Raises BadInput where there is
        no platform, EngineUnavailable when it does not answer.
        """
        if self.platform is None:
            raise BadInput(self.off)
        try:
            theirs = asyncio.run(self.platform.listed(day))
        except DeliveryError as failure:
            raise EngineUnavailable(f"对账没有完成：{failure}。推送不受影响，请稍后再试。") from failure
        with self.engine.connect() as connection:
            ours = {
                key_of(row).text: Ours(PushState(row.state), (row.digest or b"").hex())
                for row in connection.execute(_OF_DAY, {"day": day})
            }
        return compare(day, ours, theirs)

    def resend(self, keys: Collection[PushKey], now: datetime) -> list[PushKey]:
        """Push these again, whatever the platform took; those that were not waiting anyway."""
        return PushQueue(self.engine).resend(keys, now)

    def resend_stuck(self, now: datetime) -> int:
        """Push everything again that waits for a person; how many."""
        return PushQueue(self.engine).resend_stuck(now)


def _days(connection: Connection, since: date) -> list[PushDay]:
    counts: dict[tuple[date, RecordKind], dict[PushState, int]] = {}
    for row in connection.execute(_DAYS_SINCE, {"since": since}):
        counts.setdefault((row.day, RecordKind(row.kind)), {})[PushState(row.state)] = row.records
    return [PushDay(day, kind, states) for (day, kind), states in counts.items()]


def _row(row: Row[Any]) -> PushRow:
    key = key_of(row)
    return PushRow(
        key=key.text,
        kind=key.kind,
        number=key.number,
        day=row.day,
        state=PushState(row.state),
        attempts=row.attempts,
        next_try=row.next_try,
        receipt=row.receipt or "",
        reason=row.reason or "",
        accepted_at=row.accepted_at,
    )


def _read_place(after: str) -> dict[str, Any]:
    day, kind, jurisdiction, project_no, number = read_place(after, parts=len(_LAST))
    try:
        return {
            "day": date.fromisoformat(day),
            "kind": kind,
            "jurisdiction": jurisdiction,
            "project_no": project_no,
            "assess_number": int(number),
        }
    except ValueError:
        raise BadInput("翻页的位置无法识别，请从第一页重新打开。") from None


_STANDING = text(
    f"select (select count(*) from pushes where state = '{PushState.WAITING}') as waiting,"
    f" (select count(*) from pushes where state = '{PushState.WAITING}' and reason is not null) as tried,"
    f" (select count(*) from pushes where state in ({_STUCK_STATES})) as stuck"
)

_LAST_FAILURE = text(
    f"select reason from pushes where state = '{PushState.WAITING}' and reason is not null order by next_try limit 1"
)

_DAYS_SINCE = text(
    "select day, kind, state, count(*) as records from pushes where day >= :since"
    " group by day, kind, state order by day desc, kind desc"
)

_OF_DAY = text("select kind, jurisdiction, project_no, assess_number, state, digest from pushes where day = :day")

_SHOWN = "select * from pushes where state in (" + _STUCK_STATES + ")"
_ORDER = " order by " + ", ".join(f"{name} desc" for name in _LAST) + " limit :limit"
_STUCK = text(_SHOWN + _ORDER)
_STUCK_BEHIND = text(_SHOWN + f" and ({', '.join(_LAST)}) < ({', '.join(f':{name}' for name in _LAST)})" + _ORDER)
