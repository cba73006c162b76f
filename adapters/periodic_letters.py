"""Letters about what comes back with the calendar: over the channels and in the hours of the place's policy.

Decides that a person gets one letter about a period and a kind of work, however often the work is done: its key.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from adapters.outbox import insert_messages
from adapters.policy_files import Shelf
from calendars import WorkingCalendar
from models.figures import FigurePeriod
from models.notices import Channel, Context, Message, NoticeKind, message_key
from models.people import User
from models.rhythm import JobKind
from policy.deadlines import next_opening


@dataclass(frozen=True)
class PeriodicLetters:
    """Puts letters into the outbox."""

    engine: Engine
    shelf: Shelf
    calendar_of: Callable[[str], WorkingCalendar]

    def post(
        self,
        kind: NoticeKind,
        jurisdiction: str,
        work: JobKind,
        period: FigurePeriod,
        letters: Iterable[tuple[User, Context]],
        at: datetime,
    ) -> None:
        """Post a letter with these facts to each of these people; those that are there already stay as they are."""
        policy = self.shelf.file(jurisdiction).policy
        not_before = next_opening(at, policy.notice_hours, self.calendar_of(jurisdiction), any_day=True)
        about = f"rhythm-{jurisdiction}-{work}-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
        messages = [
            Message(
                key=message_key(about, 1, kind, person.id, Channel(way)),
                case_no="",
                jurisdiction=jurisdiction,
                kind=kind,
                channel=Channel(way),
                recipient=person.id,
                context=facts,
                not_before=not_before,
                created_at=at,
            )
            for person, facts in letters
            for way in policy.notice_channels.get(person.role, ())
        ]
        with self.engine.begin() as connection:
            insert_messages(connection, messages)
