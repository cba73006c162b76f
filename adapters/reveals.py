"""Reveals: the evaluator's name and number for somebody who says why, written down before anything is shown.

Decides that the log comes first and that a look lasts minutes. Links that people hand out stand in the same log
(`adapters.handed_links`) and never show a name. Who may ask stands in `policy.people`; the log is never edited, and
supervisors read it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from adapters.personal import PersonalData
from adapters.rating_store import evaluator_contact
from adapters.tables.doors import REVEALS
from models.actors import Actor
from models.ratings import EvaluatorContact
from models.reveals import LOOKS, SHOWN_FOR, Reveal, RevealPlace


@dataclass(frozen=True)
class PostgresReveals:
    """The log, and the one way to what it is about."""

    engine: Engine
    personal: PersonalData
    now: Callable[[], datetime]

    def has_contact(self, case_no: str) -> bool:
        """Whether there is a name or number to reveal."""
        with self.engine.connect() as connection:
            return evaluator_contact(connection, self.personal, case_no) is not None

    def reveal(self, actor: Actor, case_no: str, purpose: str, place: RevealPlace) -> Reveal:
        """Write a look down; what it shows is read with `shown`."""
        at = self.now()
        row = {
            "user_id": actor.user,
            "role": actor.role,
            "unit": actor.unit,
            "case_no": case_no,
            "purpose": purpose,
            "place": place,
            "at": at,
            "until": at + SHOWN_FOR,
        }
        with self.engine.begin() as connection:
            written = connection.execute(REVEALS.insert().values(row).returning(REVEALS))
            return Reveal.model_validate(dict(written.mappings().one()))

    def running(self, actor: Actor, case_no: str, places: Collection[RevealPlace] = LOOKS) -> Reveal | None:
        """The look of that person at that case that has not run out."""
        query = (
            select(REVEALS)
            .where(REVEALS.c.case_no == case_no, REVEALS.c.user_id == actor.user, REVEALS.c.until > self.now())
            .where(REVEALS.c.place.in_(places))
            .order_by(REVEALS.c.until.desc())
            .limit(1)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return Reveal.model_validate(dict(row)) if row else None

    def shown(self, reveal: Reveal) -> EvaluatorContact | None:
        """What a look shows; nothing once it has run out, and nothing for a link."""
        if reveal.place not in LOOKS or reveal.until <= self.now():
            return None
        with self.engine.connect() as connection:
            return evaluator_contact(connection, self.personal, reveal.case_no)

    def log(self, before: int | None = None, limit: int = 50) -> list[Reveal]:
        """The looks and the links handed out, the newest first; those older than that one."""
        query = select(REVEALS).order_by(REVEALS.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(REVEALS.c.id < before)
        with self.engine.connect() as connection:
            return [Reveal.model_validate(dict(row)) for row in connection.execute(query).mappings()]
