"""Where a message goes: the directory for people of the house, the stored rating for the evaluator.

Decides that an evaluator's number is read only when a message leaves, and is kept nowhere else: the outbox and the
engine know the evaluator as `evaluator:<case number>`.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Engine

from activities.courier import Contact
from adapters.directory import Directory
from adapters.notices import evaluator_of
from adapters.personal import PersonalData
from adapters.rating_store import evaluator_contact

_EVALUATOR = evaluator_of("")
_SPACING = re.compile(r"[()\- ]")


@dataclass(frozen=True)
class Contacts:
    """The address book of the couriers (`activities.courier.AddressBook`)."""

    directory: Directory
    engine: Engine
    personal: PersonalData

    def lookup(self, user_id: str) -> Contact | None:
        """The addresses of a user, an office, or the evaluator of a case.

        None when the directory does not know the user, or when nobody is to be reached about the case.
        """
        if not user_id.startswith(_EVALUATOR):
            return self.directory.lookup(user_id)
        with self.engine.connect() as connection:
            contact = evaluator_contact(connection, self.personal, user_id.removeprefix(_EVALUATOR))
        if contact is None:
            return None
        return Contact(mobile=_SPACING.sub("", contact.mobile) or None, email=None)
