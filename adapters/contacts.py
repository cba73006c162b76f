"""Where a message goes: the directory for people of the house, the stored rating for the evaluator, the stored matter
for whoever is invited to rate one.

Decides that their numbers are read only when a message leaves, and are kept nowhere else: the outbox and the engine
know an evaluator as `evaluator:<case number>`, an invited person as `matter:<place>/<number of the matter>`.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Engine

from activities.courier import Contact
from adapters.directory import Directory
from adapters.invitations import matter_behind
from adapters.matters import mobile_of
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
        """The addresses of a user, an office, the evaluator of a case, or whoever is invited to rate a matter.

        None when the directory does not know the user, or when nobody is to be reached about the case.
        """
        if (matter := matter_behind(user_id)) is not None:
            with self.engine.connect() as connection:
                mobile = mobile_of(connection, self.personal, matter)
            return Contact(mobile=_SPACING.sub("", mobile) or None, email=None)
        if not user_id.startswith(_EVALUATOR):
            return self.directory.lookup(user_id)
        with self.engine.connect() as connection:
            contact = evaluator_contact(connection, self.personal, user_id.removeprefix(_EVALUATOR))
        if contact is None:
            return None
        return Contact(mobile=_SPACING.sub("", contact.mobile) or None, email=None)
