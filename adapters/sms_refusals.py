"""What people outside have said about SMS that nothing depends on (退订短信): over their link or by answering an SMS.

Decides that the last word counts, whatever the order in which words arrive, and that of the number only a digest under
a key is kept: who has the table cannot tell whose it is. A word that stands under an older key is found as long as that
key is in the ring. Which kinds may be refused is `models.notices.MAY_BE_REFUSED`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.personal import PersonalData
from adapters.rating_store import evaluator_contact
from adapters.tables.doors import SMS_REFUSALS
from models.errors import BadInput
from models.sms_wishes import Heard, SmsReply, WishOrigin, wish_in

_c = SMS_REFUSALS.c
_SPACING = re.compile(r"[()\-\s]")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")


def may_message(connection: Connection, personal: PersonalData, mobile: str) -> bool:
    """Whether a number may get SMS that nothing depends on; False when its holder has refused them."""
    words = select(_c.refused).where(_c.digest.in_(personal.number_digests(canonical(mobile))))
    return not connection.execute(words.order_by(_c.said_at.desc()).limit(1)).scalar()


def canonical(mobile: str) -> str:
    """One way to write a number, so that it is the same one however it came in."""
    return _COUNTRY.sub("", _SPACING.sub("", mobile))


@dataclass(frozen=True)
class SmsRefusals:
    """The words of all numbers."""

    engine: Engine
    personal: PersonalData
    now: Callable[[], datetime]

    def may_message(self, mobile: str) -> bool:
        """See the function of that name (`adapters.sms.Wishes`)."""
        with self.engine.connect() as connection:
            return may_message(connection, self.personal, mobile)

    def of_case(self, case_no: str) -> bool | None:
        """Whether the evaluator of a case has refused such SMS; None where no number can be read to send any to."""
        with self.engine.connect() as connection:
            try:
                mobile = self._mobile_of(connection, case_no)
            except BadInput:
                return None
            return None if not mobile else not may_message(connection, self.personal, mobile)

    def choose(self, case_no: str, refused: bool) -> None:
        """The evaluator of a case says so over the link; without a number nothing is kept.

        Raises BadInput for a number that cannot be opened with this key ring.
        """
        with self.engine.begin() as connection:
            if mobile := self._mobile_of(connection, case_no):
                self._keep(connection, mobile, refused, self.now(), WishOrigin.LINK)

    def reply(self, reply: SmsReply) -> Heard:
        """Somebody has answered an SMS; what is no known word changes nothing."""
        wish = wish_in(reply.text)
        if wish is None:
            return Heard.NO_WISH
        with self.engine.begin() as connection:
            is_news = self._keep(connection, reply.number, wish, min(reply.at, self.now()), WishOrigin.REPLY)
        return Heard.RECORDED if is_news else Heard.KNOWN

    def _mobile_of(self, connection: Connection, case_no: str) -> str:
        contact = evaluator_contact(connection, self.personal, case_no)
        return canonical(contact.mobile) if contact is not None else ""

    def _keep(self, connection: Connection, mobile: str, refused: bool, at: datetime, origin: WishOrigin) -> bool:
        """Write a word down under the current key; False when one as late is there already."""
        digests = self.personal.number_digests(canonical(mobile))
        connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digests[0][-8:], signed=True))))
        said_at = connection.execute(select(func.max(_c.said_at)).where(_c.digest.in_(digests))).scalar()
        if said_at is not None and said_at >= at:
            return False
        connection.execute(delete(SMS_REFUSALS).where(_c.digest.in_(digests)))
        word = {"digest": digests[0], "refused": refused, "said_at": at, "origin": origin}
        connection.execute(insert(SMS_REFUSALS).values(word))
        return True
