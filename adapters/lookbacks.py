"""How a place stands with its look-backs (回头看), read from the limits and entries of its cases.

Decides nothing: which cases are drawn and what follows stands in `policy.endings` and `policy.oversight`.
"""

from dataclasses import dataclass

from sqlalchemy import Engine, text

from adapters.policy_files import Shelf
from models.clocks import ClockKind
from models.rhythm import LookbackStanding
from models.steps import Event

_STANDING = text(
    "select count(*) filter (where c.ended_at is null) as waiting,"
    " count(*) filter (where c.ended_at is null and c.missed_at is not null) as missed,"
    " min(c.deadline) filter (where c.ended_at is null) as next_end,"
    " coalesce(sum(e.recorded), 0) as recorded, max(e.last_at) as last_at"
    " from clocks c join cases k using (case_no)"
    " cross join lateral (select count(*) as recorded, max(at) as last_at from ledger_entries"
    "  where case_no = c.case_no and seq = c.ended_seq and event = :recorded) e"
    " where c.kind = :kind and k.jurisdiction = :jurisdiction"
)


@dataclass(frozen=True)
class Lookbacks:
    """The look-backs of all places, under the rules of today."""

    engine: Engine
    shelf: Shelf

    def standing(self, jurisdiction: str) -> LookbackStanding | None:
        """How the place stands; None where its rules draw no case. Raises BadInput for an unknown place."""
        rule = self.shelf.file(jurisdiction).policy.lookback
        if rule.within is None:
            return None
        asked = {"kind": ClockKind.LOOKBACK, "recorded": Event.LOOKED_BACK, "jurisdiction": jurisdiction}
        with self.engine.connect() as connection:
            row = connection.execute(_STANDING, asked).one()
        return LookbackStanding(percent=rule.percent, within=rule.within, **row._mapping)
