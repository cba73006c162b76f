"""Begins invitations after another system has delivered matters.

Decides only what becomes of a failure: nobody waits for an answer any more, so it is written to the log, and what was
not begun is begun after the next delivery or at the next start.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from models.errors import HaochapingError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InvitationDoor:
    """`invite` begins the invitations of a place that wait for it."""

    invite: Callable[[str], int]
    known_failure: Callable[[Exception], HaochapingError | None]

    def invite_soon(self, jurisdiction: str) -> None:
        """Begin them. Two at once begin nothing twice."""
        try:
            self.invite(jurisdiction)
        except Exception as error:
            known = error if isinstance(error, HaochapingError) else self.known_failure(error)
            if known is None:
                raise
            log.error("invitations of %s wait to be begun: %s", jurisdiction, known)
