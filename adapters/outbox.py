"""The outbox in PostgreSQL: written with a step, emptied by couriers.

Decides that a key is stored once, that a message is in one courier's hands at a time (a lease that lapses
when the courier is killed), and how long a message that could not go waits. The transaction of the insert is
the caller's.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from activities.courier import Receipt
from adapters.digests import Gathering, words_of
from adapters.tables.outbox import OUTBOX
from models.notices import (
    LETTER_CHANNELS,
    MAY_BE_MISSED,
    Channel,
    Message,
    MessageRecord,
    MessageStatus,
    NoticeKind,
    chat_copy,
    sending_key,
)

LEASE = timedelta(seconds=60)
"""How long one courier may hold a message; longer than every sender's timeout."""

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)

_outbox = OUTBOX
_c = OUTBOX.c
_MESSAGE = tuple(_c[name] for name in Message.model_fields)


@dataclass(frozen=True)
class Claim:
    """A message in one courier's hands until the lease lapses."""

    message: Message
    attempt: int
    lease_until: datetime
    sendings: int = 0

    @property
    def outgoing(self) -> Message:
        """The message under the key under which it travels this time."""
        return self.message.model_copy(update={"key": sending_key(self.message.key, self.sendings)})


# One statement for any number of rows, so that it is compiled once.
_PUT = insert(_outbox).on_conflict_do_nothing(index_elements=[_c.key])


def insert_messages(connection: Connection, messages: Iterable[Message]) -> None:
    """Put messages into the outbox within the caller's transaction; a key that is there already is left as it is."""
    rows = [
        {
            **message.model_dump(mode="python"),
            "next_attempt_at": message.not_before,
            "status": MessageStatus.PENDING,
        }
        for message in messages
    ]
    if rows:
        connection.execute(_PUT, rows)


NEEDS_A_PERSON = and_(_c.undelivered.is_not(None), _c.kind.not_in(MAY_BE_MISSED))
"""Taken by the gateway, reported as not delivered, and not to be missed."""


def wait_after(attempt: int) -> timedelta:
    """How long a message waits after its attempt number `attempt` (from 1) failed: doubling, at most a
    minute.
    """
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempt - 1, 10)))


class PostgresOutbox:
    """The couriers' and the clerks' view of the table. Every method is one short transaction and may block.

    Letters of the kinds in `to_the_chat` are told to the work chat besides, once per notice, from the moment in which
    the first of them is taken up. With `gathering`, what its reader wants gathered waits for the digest (汇总通知).
    """

    def __init__(
        self,
        engine: Engine,
        lease: timedelta = LEASE,
        to_the_chat: Collection[NoticeKind] = frozenset(),
        gathering: Gathering | None = None,
    ) -> None:
        self._engine = engine
        self._lease = lease
        self._to_the_chat = to_the_chat
        self._gathering = gathering

    def claim_due(self, channel: Channel, now: datetime, limit: int) -> list[Claim]:
        """Take up to `limit` messages that are due, oldest first, that no other courier has in hand."""
        due = (
            select(_c.key)
            .where(
                _c.status == MessageStatus.PENDING,
                _c.channel == channel,
                _c.next_attempt_at <= now,
                _c.digest_key.is_(None),
                or_(_c.lease_until.is_(None), _c.lease_until <= now),
            )
            .order_by(_c.next_attempt_at, _c.seq)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        take = (
            update(_outbox)
            .where(_c.key == due.c.key)
            .values(lease_until=now + self._lease, attempts=_c.attempts + 1)
            .returning(*_MESSAGE, _c.attempts, _c.sendings, _c.seq)
        )
        with self._engine.begin() as connection:
            gathered = self._gather(connection, channel, now)
            rows = connection.execute(take).all()
            claims = [
                Claim(_worded(connection, row), row.attempts, now + self._lease, row.sendings)
                for row in sorted(rows, key=lambda row: row.seq)
            ]
            begun = [*map(message_of, gathered), *(claim.message for claim in claims)]
            insert_messages(connection, self._copies(begun))
        return claims

    def mark_sent(self, claim: Claim, receipt: Receipt, now: datetime) -> None:
        """The receiver has it. True whatever happened to the lease meanwhile, so the lease is not asked
        for. A gateway that has already said that it could not deliver leaves the message to people. What a digest
        stands for has left with it.
        """
        sent = (
            update(_outbox)
            .where(_c.key == claim.message.key, _c.status != MessageStatus.SENT)
            .values(
                status=case((NEEDS_A_PERSON, MessageStatus.DEAD), else_=MessageStatus.SENT),
                sent_at=now,
                receipt=receipt.number,
                payload_digest=receipt.payload_digest,
                lease_until=None,
                last_error=case((NEEDS_A_PERSON, _c.undelivered), else_=None),
            )
        )
        gathered = (
            update(_outbox)
            .where(_c.digest_key == claim.message.key, _c.status == MessageStatus.PENDING)
            .values(
                status=MessageStatus.SENT,
                sent_at=now,
                receipt=receipt.number,
                payload_digest=receipt.payload_digest,
            )
        )
        with self._engine.begin() as connection:
            connection.execute(sent)
            if claim.message.kind is NoticeKind.DIGEST:
                connection.execute(gathered)

    def put_off(self, claim: Claim, why: str, now: datetime) -> None:
        """The message could not go now; it comes up again after a while."""
        self._give_back(claim, last_error=why, next_attempt_at=now + wait_after(claim.attempt))

    def mark_dead(self, claim: Claim, why: str) -> None:
        """The message can never go as it is; it waits for a person."""
        self._give_back(claim, status=MessageStatus.DEAD, last_error=why)

    def withhold(self, claim: Claim, why: str) -> None:
        """The person does not want it, so it never goes, and nobody has to see to it."""
        self._give_back(claim, status=MessageStatus.WITHHELD, last_error=why)

    def release(self, claims: Sequence[Claim]) -> None:
        """Give messages back untried."""
        for claim in claims:
            self._give_back(claim, attempts=claim.attempt - 1)

    def list_messages(
        self, case_no: str | None = None, status: MessageStatus | None = None, limit: int = 200
    ) -> list[MessageRecord]:
        """Messages in the order in which they were decided; the newest `limit` of them."""
        query = select(_outbox).order_by(_c.seq.desc()).limit(limit)
        if case_no is not None:
            query = query.where(_c.case_no == case_no)
        if status is not None:
            query = query.where(_c.status == status)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [record_of(row) for row in reversed(rows)]

    def counts(self) -> dict[MessageStatus, int]:
        """How many messages stand where."""
        counted = select(_c.status, func.count()).group_by(_c.status)
        with self._engine.connect() as connection:
            rows = connection.execute(counted).all()
        return dict.fromkeys(MessageStatus, 0) | {MessageStatus(status): count for status, count in rows}

    def resend(self, key: str, now: datetime) -> bool:
        """Let a dead message go again under the same key; under a new one when the receiver took it and could not
        deliver. False when no dead message has that key.
        """
        again = (
            update(_outbox)
            .where(_c.key == key, _c.status == MessageStatus.DEAD)
            .values(
                status=MessageStatus.PENDING,
                next_attempt_at=now,
                lease_until=None,
                attempts=0,
                sendings=_c.sendings + case((_c.undelivered.is_not(None), 1), else_=0),
                sent_at=None,
                receipt=None,
                undelivered=None,
            )
            .returning(_c.key)
        )
        with self._engine.begin() as connection:
            return connection.execute(again).first() is not None

    def _gather(self, connection: Connection, channel: Channel, now: datetime) -> Sequence[Row[Any]]:
        if self._gathering is None or channel not in LETTER_CHANNELS:
            return ()
        return self._gathering.gather(connection, channel, now)

    def _copies(self, begun: Sequence[Message]) -> list[Message]:
        letters = (message for message in begun if message.channel in LETTER_CHANNELS)
        copies = [chat_copy(letter) for letter in letters if letter.kind in self._to_the_chat]
        return list({copy.key: copy for copy in copies}.values())

    def _give_back(self, claim: Claim, **values: Any) -> None:
        """Only while the lease is still ours: a late courier must not touch what another one holds or has
        sent.
        """
        back = (
            update(_outbox)
            .where(
                _c.key == claim.message.key,
                _c.status == MessageStatus.PENDING,
                _c.lease_until == claim.lease_until,
            )
            .values(lease_until=None, **values)
        )
        with self._engine.begin() as connection:
            connection.execute(back)


def _worded(connection: Connection, row: Row[Any]) -> Message:
    """The message; a digest that is taken up for the first time gets its words."""
    message = message_of(row)
    if message.kind is not NoticeKind.DIGEST or row.attempts > 1:
        return message
    return message.model_copy(update={"context": words_of(connection, message.key, message_of)})


def message_of(row: Row[Any]) -> Message:
    """Not validated again: a release that asks for more facts must not make an older message unreadable."""
    columns = {name: row._mapping[name] for name in Message.model_fields}
    return Message.model_construct(
        **{**columns, "kind": NoticeKind(columns["kind"]), "channel": Channel(columns["channel"])}
    )


def record_of(row: Row[Any]) -> MessageRecord:
    """A row of the table with what became of its message."""
    columns = row._mapping
    return MessageRecord.model_construct(
        message=message_of(row),
        status=MessageStatus(columns["status"]),
        attempts=columns["attempts"],
        next_attempt_at=columns["next_attempt_at"],
        sent_at=columns["sent_at"],
        receipt=columns["receipt"],
        last_error=columns["last_error"],
        digest_key=columns["digest_key"],
        delivered_at=columns["delivered_at"],
        undelivered=columns["undelivered"],
    )
