"""The board of messages: how each channel stands, lists by filter and page, and sending again what is dead.

Decides what is counted and in which order lists are read: by the order of insertion, from the place where the page
before ended. What a status means and what sending again does is the outbox's (`adapters.outbox`).
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from adapters.outbox import PostgresOutbox, record_of
from adapters.tables.outbox import OUTBOX
from models.due import SHANGHAI, in_shanghai
from models.errors import BadInput
from models.lists import PAGE, place, read_place
from models.messages import ChannelStanding, MessageFilter, MessagePage
from models.notices import Channel, MessageStatus

_c = OUTBOX.c


@dataclass(frozen=True)
class MessageBoard:
    """The outbox as those see it who watch over it."""

    engine: Engine

    def standings(self, now: datetime) -> list[ChannelStanding]:
        """How every channel stands; each count walks an index of its own, however much was sent before today."""
        today = datetime.combine(in_shanghai(now).date(), time(), SHANGHAI)
        with self.engine.connect() as connection:
            waiting = _by_channel(connection, _c.status == MessageStatus.PENDING)
            tried = _by_channel(connection, _c.status == MessageStatus.PENDING, _c.last_error.is_not(None))
            sent = _by_channel(connection, _c.status == MessageStatus.SENT, _c.sent_at >= today)
            dead = _by_channel(connection, _c.status == MessageStatus.DEAD)
        return [
            ChannelStanding(each, waiting.get(each, 0), tried.get(each, 0), sent.get(each, 0), dead.get(each, 0))
            for each in Channel
        ]

    def page(self, chosen: MessageFilter, after: str = "", limit: int = PAGE) -> MessagePage:
        """One page of messages, the newest first. Raises BadInput for a place that is none."""
        query = _narrowed(chosen).order_by(_c.seq.desc()).limit(limit + 1)
        if after:
            query = query.where(_c.seq < number_of(after))
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        shown = rows[:limit]
        return MessagePage([record_of(row) for row in shown], place(shown[-1].seq) if len(rows) > limit else "")

    def resend(self, key: str, now: datetime) -> bool:
        """Let a dead message go again; False when no dead message has that key."""
        return PostgresOutbox(self.engine).resend(key, now)


def number_of(after: str) -> int:
    """The number within a place. Raises BadInput."""
    (text,) = read_place(after, parts=1)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadInput("翻页的位置无法识别，请从第一页重新打开。")
    return int(text)


def _by_channel(connection: Connection, *where: ColumnElement[bool]) -> dict[Channel, int]:
    counted = select(_c.channel, func.count()).where(*where).group_by(_c.channel)
    return {Channel(channel): count for channel, count in connection.execute(counted)}


def _narrowed(chosen: MessageFilter) -> Select[Any]:
    equal = {
        _c.channel: chosen.channel,
        _c.status: chosen.status,
        _c.kind: chosen.kind,
        _c.case_no: chosen.case_no or None,
    }
    return select(OUTBOX).where(*(column == value for column, value in equal.items() if value is not None))
