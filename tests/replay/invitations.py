"""The paths of an invitation, and where their histories are kept (docs/changing-a-workflow.md)."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from models.matters import InvitationState
from tests.invitations.office import InvitingOffice
from tests.support.engine import at

FOLDER = Path(__file__).with_name("histories_of_invitations")
PLACE, BEGINS = "taian", "2026-02-12 09:30"
"""A Thursday before Spring Festival 2026."""


async def rated_in_time(office: InvitingOffice) -> str:
    """Somebody rates before the reminder."""
    await office.deliver("P1")
    office.rate("P1", 5, at("2026-02-13 09:00"))
    await office.wait_until("2026-02-14 08:01")
    await office.settled("P1", InvitationState.RATED)
    return "P1"


async def rated_after_the_reminder(office: InvitingOffice) -> str:
    """Somebody rates when reminded."""
    await office.deliver("P1")
    await office.wait_until("2026-02-14 08:01")
    await office.settled("P1", InvitationState.REMINDED)
    office.rate("P1", 5, at("2026-02-14 09:00"))
    await office.wait_until("2026-02-28 00:01")
    await office.settled("P1", InvitationState.RATED)
    return "P1"


async def rated_by_default(office: InvitingOffice) -> str:
    """Nobody rates."""
    await office.deliver("P1")
    await office.wait_until("2026-02-28 00:01")
    await office.settled("P1", InvitationState.DEFAULTED)
    return "P1"


PATHS: dict[str, Callable[[InvitingOffice], Awaitable[str]]] = {
    path.__name__: path for path in (rated_in_time, rated_after_the_reminder, rated_by_default)
}
