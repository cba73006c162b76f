"""Digests (汇总通知): what is not urgent waits for the hour that its reader has chosen and leaves as one message.

Decides what is gathered: a letter of a kind in `DIGESTED` that names no date, that nobody has tried to send yet, to
somebody who has chosen a digest. It is tied to its digest when it is due, so that every row says from then on with
what it leaves; the digest is a row of the outbox like any other, with retries, lease and dead letter, and takes its
words when it is first taken up. What is tied to one that has been taken up goes nowhere else: the next one begins a new
digest. The transactions are the outbox's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.tables.outbox import DIGEST_CHOICES, OUTBOX
from models.due import in_shanghai
from models.errors import BadInput
from models.notices import DIGESTED, Channel, Context, Fact, MessageStatus, NoticeKind, digest_key
from policy.digests import HOURS, digest_facts, next_digest

_c = OUTBOX.c
_choice = DIGEST_CHOICES.c


@dataclass(frozen=True)
class DigestChoices:
    """Who gets a digest, and when."""

    engine: Engine

    def of(self, user: str) -> int | None:
        """The hour that a person has chosen; None when everything comes one by one."""
        with self.engine.connect() as connection:
            hour = connection.execute(select(_choice.hour).where(_choice.user_id == user)).scalar()
        return None if hour is None else int(hour)

    def choose(self, user: str, hour: int | None, at: datetime) -> None:
        """Choose an hour, or None for one by one. What is tied to a digest already leaves with it.

        Raises BadInput for an hour that cannot be chosen.
        """
        if hour is not None and hour not in HOURS:
            raise BadInput(f"请选择 {HOURS[0]} 时至 {HOURS[-1]} 时之间的整点。")
        with self.engine.begin() as connection:
            if hour is None:
                connection.execute(delete(DIGEST_CHOICES).where(_choice.user_id == user))
            else:
                given = {"hour": hour, "chosen_at": at}
                put = insert(DIGEST_CHOICES).values(user_id=user, **given)
                connection.execute(put.on_conflict_do_update(index_elements=["user_id"], set_=given))


@dataclass(frozen=True)
class Gathering:
    """Ties notices to digests; `next_moment` says when a place's working day next has that hour."""

    next_moment: Callable[[str, datetime, int], datetime]

    def gather(self, connection: Connection, channel: Channel, now: datetime) -> Sequence[Row[Any]]:
        """Tie everything on this channel that is due and may wait; the rows that were tied."""
        rows = connection.execute(_waiting(channel, now)).all()
        for (recipient, _), group in groupby(rows, key=lambda row: (row.recipient, row.hour)):
            tied = list(group)
            key = self._open_digest(connection, recipient, channel, tied[0], now)
            keys = [row.key for row in tied]
            connection.execute(update(OUTBOX).where(_c.key.in_(keys)).values(digest_key=key))
        return rows

    def _open_digest(
        self, connection: Connection, recipient: str, channel: Channel, first: Row[Any], now: datetime
    ) -> str:
        """The person's next digest that nobody has taken up, made when there is none; its row is locked."""
        moment = now
        while True:
            moment = self.next_moment(first.jurisdiction, moment, first.hour)
            key = digest_key(recipient, in_shanghai(moment).date(), channel)
            digest = {
                "key": key,
                "case_no": "",
                "jurisdiction": first.jurisdiction,
                "kind": NoticeKind.DIGEST,
                "channel": channel,
                "recipient": recipient,
                "context": {},
                "not_before": moment,
                "created_at": now,
                "status": MessageStatus.PENDING,
                "next_attempt_at": moment,
            }
            connection.execute(insert(OUTBOX).values(digest).on_conflict_do_nothing(index_elements=[_c.key]))
            standing = select(_c.status, _c.attempts, _c.last_error).where(_c.key == key).with_for_update()
            row = connection.execute(standing).one()
            if row.status == MessageStatus.PENDING and row.attempts == 0 and row.last_error is None:
                return key


def next_moment_by(calendar_of: Callable[[str], Any]) -> Callable[[str, datetime, int], datetime]:
    """When a place's working day next has an hour, by the calendar in force there."""
    return lambda jurisdiction, after, hour: next_digest(after, hour, calendar_of(jurisdiction))


def words_of(connection: Connection, key: str, notices: Callable[[Row[Any]], Any]) -> Mapping[str, str | None]:
    """What a digest says, written down with it; a repeat says the same. A digest of nothing stays as it is."""
    tied = connection.execute(select(OUTBOX).where(_c.digest_key == key).order_by(_c.seq)).all()
    if not tied:
        kept: Context = connection.execute(select(_c.context).where(_c.key == key)).scalar_one()
        return kept
    context = digest_facts([notices(row) for row in tied])
    connection.execute(update(OUTBOX).where(_c.key == key).values(context=context))
    return context


def _waiting(channel: Channel, now: datetime) -> Any:
    """Locked, and by person, so that two couriers ask for the digests in the same order."""
    return (
        select(OUTBOX, _choice.hour)
        .join(DIGEST_CHOICES, _choice.user_id == _c.recipient)
        .where(
            _c.status == MessageStatus.PENDING,
            _c.channel == channel,
            _c.next_attempt_at <= now,
            _c.lease_until.is_(None),
            _c.kind.in_(DIGESTED),
            _c.context[Fact.DUE.value].astext.is_(None),
            _c.attempts == 0,
            _c.sendings == 0,
            _c.last_error.is_(None),
            _c.digest_key.is_(None),
        )
        .order_by(_c.recipient, _c.seq)
        .with_for_update(skip_locked=True, of=OUTBOX)
    )
