"""Deputies (代理) in the database: who stands in for whom on which days.

Decides that one absent person has at most one deputy on a day, also when two people appoint at once. Who may appoint
whom stands in `policy.people`; what a deputy may do to a case the case itself says. It does not pass on: who stands in
for somebody does not stand in for those whose deputy that person is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select, text, update

from adapters.directory import Directory
from adapters.tables.directory import DEPUTIES
from models.due import SHANGHAI, in_shanghai
from models.errors import ActionRefused, BadInput
from models.people import Deputy
from policy.people import appointment_refusal, ending_refusal, overlap_refusal

_LONGEST_REASON = 500
_LOCK = text("select pg_advisory_xact_lock(hashtext('deputies'))")


@dataclass(frozen=True)
class Deputies:
    """Appointments, kept for ever; one that was called off stays in the list."""

    engine: Engine
    directory: Directory

    def appoint(
        self, absent: str, deputy: str, first_day: date, last_day: date, reason: str, made_by: str, now: datetime
    ) -> Deputy:
        """Let `deputy` stand in for `absent` from the first to the last day, both included.

        Raises UnknownUser, ActionRefused with the reason, or BadInput for a reason that is empty or too long.
        """
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            raise BadInput(f"理由（--reason）须填写，最多 {_LONGEST_REASON} 个字。")
        people = (self.directory.user(absent), self.directory.user(deputy), self.directory.user(made_by))
        if refusal := appointment_refusal(*people, first_day, last_day, in_shanghai(now).date()):
            raise ActionRefused(refusal)
        with self.engine.begin() as connection:
            connection.execute(_LOCK)
            others = _read(connection, DEPUTIES.c.absent == absent)
            if refusal := overlap_refusal(first_day, last_day, others):
                raise ActionRefused(refusal)
            count = connection.execute(select(func.count()).select_from(DEPUTIES)).scalar_one()
            made = Deputy(
                id=f"D{count + 1:04d}",
                absent=absent,
                deputy=deputy,
                first_day=first_day,
                last_day=last_day,
                reason=reason,
                made_by=made_by,
                made_at=now,
            )
            connection.execute(DEPUTIES.insert().values(made.model_dump()))
        return made

    def end(self, id_: str, by: str, now: datetime) -> Deputy:
        """Call a deputy off from this moment on; one that was called off before is left as it is.

        Raises BadInput for an unknown number, UnknownUser, or ActionRefused with the reason.
        """
        with self.engine.begin() as connection:
            found = _read(connection, DEPUTIES.c.id == id_)
            if not found:
                raise BadInput(f"没有编号为“{id_}”的代理。用 deputy list 查看编号。")
            if refusal := ending_refusal(self.directory.user(found[0].absent), self.directory.user(by)):
                raise ActionRefused(refusal)
            still_runs = (DEPUTIES.c.id == id_) & DEPUTIES.c.ended_at.is_(None)
            connection.execute(update(DEPUTIES).where(still_runs).values(ended_at=now))
            return _read(connection, DEPUTIES.c.id == id_)[0]

    def acting_for(self, user: str, day: date) -> list[str]:
        """Whom that user stands in for on that day of Shanghai, by id."""
        day_is_over = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
        query = select(DEPUTIES.c.absent).where(
            DEPUTIES.c.deputy == user,
            DEPUTIES.c.first_day <= day,
            DEPUTIES.c.last_day >= day,
            or_(DEPUTIES.c.ended_at.is_(None), DEPUTIES.c.ended_at >= day_is_over),
        )
        with self.engine.connect() as connection:
            return sorted(set(connection.execute(query).scalars()))

    def all(self) -> list[Deputy]:
        """Every appointment, the newest first."""
        with self.engine.connect() as connection:
            return _read(connection)


def _read(connection: Connection, *only: ColumnElement[bool]) -> list[Deputy]:
    query = select(DEPUTIES).where(*only).order_by(DEPUTIES.c.made_at.desc(), DEPUTIES.c.id.desc())
    return [Deputy(**row) for row in connection.execute(query).mappings()]
