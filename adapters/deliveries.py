"""Delivery receipts (送达回执) of the SMS gateway: checked, and written down beside the message that they are about.

Decides what a report changes. One that says the same again, or speaks of a sending that a later one has replaced,
changes nothing; what arrived has arrived, whatever is said about it before or after. What did not arrive is left to
people when its reading matters (`models.notices.MAY_BE_MISSED` names what may be missed).
"""

import hmac
from dataclasses import dataclass, field

from sqlalchemy import Engine, Update, and_, case, select, update

from adapters.outbox import NEEDS_A_PERSON
from adapters.signed_http import sign
from adapters.tables.outbox import OUTBOX
from models.deliveries import DeliveryReceipt, Fate, Noted
from models.notices import Channel, MessageStatus, read_sending_key

_c = OUTBOX.c


@dataclass(frozen=True)
class DeliveryReceipts:
    """The gateway's reports. Without a secret nobody can prove to be the gateway, so none is taken."""

    engine: Engine
    secret: bytes = field(repr=False)

    def is_genuine(self, body: bytes, signature: str) -> bool:
        """Whether the gateway's secret signed exactly this body."""
        return bool(self.secret) and hmac.compare_digest(sign(self.secret, body).encode(), signature.encode())

    def record(self, receipt: DeliveryReceipt) -> Noted:
        """Write a report down."""
        key, sending = read_sending_key(receipt.id)
        of_it = (_c.key == key, _c.channel == Channel.SMS)
        with self.engine.begin() as connection:
            query = select(_c.sendings, _c.delivered_at, _c.undelivered).where(*of_it).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None or row.sendings < sending:
                return Noted.UNKNOWN
            if row.sendings > sending or row.delivered_at is not None:
                return Noted.KNOWN
            if receipt.fate is Fate.DELIVERED:
                connection.execute(_arrived(receipt).where(*of_it))
            elif row.undelivered is not None:
                return Noted.KNOWN
            else:
                connection.execute(update(OUTBOX).values(undelivered=receipt.failure).where(*of_it))
                left = update(OUTBOX).where(*of_it, _c.status == MessageStatus.SENT, NEEDS_A_PERSON)
                connection.execute(left.values(status=MessageStatus.DEAD, last_error=receipt.failure))
        return Noted.RECORDED


def _arrived(receipt: DeliveryReceipt) -> Update:
    """The gateway has changed its mind about what it called undelivered: then no person need see to it any more."""
    was_left = and_(_c.status == MessageStatus.DEAD, _c.undelivered.is_not(None), _c.sent_at.is_not(None))
    return update(OUTBOX).values(
        delivered_at=receipt.at,
        undelivered=None,
        status=case((was_left, MessageStatus.SENT), else_=_c.status),
        last_error=case((was_left, None), else_=_c.last_error),
    )
