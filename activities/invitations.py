"""The one activity of an invitation: look at the matter, do what is due, say when to look again."""

from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from models.matters import InvitationLook, InvitationStanding


class InvitationDesk(Protocol):
    """Where matters, their ratings and the messages about them stand."""

    def look(self, look: InvitationLook) -> InvitationStanding:
        """Do what is due about a matter at that moment, in one transaction.

        Looking again at the same moment changes nothing and gives the same answer.
        """


@dataclass(frozen=True)
class InvitationActivities:
    """The activities of the invitation workflow."""

    desk: InvitationDesk

    @activity.defn
    def look_after_invitation(self, look: InvitationLook) -> InvitationStanding:
        """Remind, rate by default, or see that somebody has rated; and when to look again."""
        return self.desk.look(look)
