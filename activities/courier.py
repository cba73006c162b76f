"""The courier's activity and its ports: messages leave the house here.

Decides how one run of the activity begins, shows that it is alive, and ends. What is sent when, and what a
failure means, is left to `adapters.courier`; what a message says to the letters.

    DeliveryError          a message did not leave; the sentence says why, for the list of messages
    ├── Unavailable        the service is down or does not take our credentials: every message of the channel
    waits
    ├── NotYet             this message cannot go yet, others can
    ├── Refused            this message can never go as it is: a person has to look at it
    └── NotWanted          whom it is for does not want it: it never goes, and nobody has to look at it
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from temporalio import activity

from models.base import Value
from models.notices import Channel, Message

HEARTBEAT_EVERY_SECONDS = 2.0


class DeliveryError(Exception):
    """A message did not leave; the Chinese sentence says why."""


class Unavailable(DeliveryError):
    """The service as a whole cannot take messages now."""


class NotYet(DeliveryError):
    """This one message cannot go yet; it says nothing about the others."""


class Refused(DeliveryError):
    """This one message will never be taken as it is."""


class NotWanted(DeliveryError):
    """Whom this message is for has refused messages of its kind."""


@dataclass(frozen=True)
class Receipt:
    """What the receiver gave for a message, and the SHA-256 of exactly what was sent (hex)."""

    number: str
    payload_digest: str


class Sender(Protocol):
    """One channel to the outside."""

    async def send(self, message: Message) -> Receipt:
        """Hand the message over under its key, or raise a DeliveryError. Handing over twice must be
        harmless.
        """
        ...


@dataclass(frozen=True)
class Contact:
    """Where a person or an office is reached; None when the directory has no such address."""

    mobile: str | None
    email: str | None


class AddressBook(Protocol):
    """The directory, as far as messages need it. May block: it is called in a thread."""

    def lookup(self, user_id: str) -> Contact | None:
        """The addresses of a user or office, or None when the directory does not know it."""
        ...


class DeliveryOrder(Value):
    """One run of the activity: which channels, and for how many seconds before it comes back."""

    channels: tuple[Channel, ...]
    run_seconds: float


class DeliveryReport(Value):
    """What one run did: messages handed over, put off, and given up for a person to look at."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0


class Deliveries(Protocol):
    """The outbox with its senders."""

    async def drain(self, channels: Sequence[Channel], stop: asyncio.Event) -> DeliveryReport:
        """Send what is due on these channels until `stop` is set; whatever is in hand then is finished
        first.
        """
        ...


@dataclass(frozen=True)
class CourierActivities:
    """The activity that sends, on a task queue of its own."""

    deliveries: Deliveries

    @activity.defn
    async def deliver(self, order: DeliveryOrder) -> DeliveryReport:
        """Send due messages for `run_seconds`, or until the worker stops or the engine takes the run away."""
        stop = asyncio.Event()
        draining = asyncio.create_task(self.deliveries.drain(order.channels, stop))
        try:
            await until_it_ends(draining, order.run_seconds)
        finally:
            stop.set()
            report = await draining
        return report


async def until_it_ends(draining: asyncio.Task[Any], run_seconds: float) -> None:
    """Show that a run is alive until it ends, its time is over, or the worker stops."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + run_seconds
    leaving = asyncio.create_task(activity.wait_for_worker_shutdown())
    try:
        while not draining.done() and not leaving.done() and (left := ends_at - loop.time()) > 0:
            activity.heartbeat()
            await asyncio.wait(
                {draining, leaving},
                timeout=min(HEARTBEAT_EVERY_SECONDS, left),
                return_when=asyncio.FIRST_COMPLETED,
            )
    finally:
        leaving.cancel()
