"""Misbehaviour on demand, so that tests can see what the product does when the other side fails.

Decides which modes there are and how often one is played. How each one looks on the wire is left to the
servers.
"""

import threading
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """How a service misbehaves. What each mode means is the same on HTTP and on SMTP where both have it."""

    ERROR = "500"
    """Nothing is kept; HTTP 500, or SMTP 451 at the data."""
    BUSY = "429"
    """Nothing is kept; HTTP 429, or SMTP 450 at the recipient."""
    TIMEOUT = "timeout"
    """Nothing is kept and no answer comes."""
    NONSENSE = "nonsense"
    """Nothing is kept; HTTP 200 with a page instead of a receipt, or SMTP with an answer that is no SMTP."""
    HANG_AFTER_ACCEPT = "hang-after-accept"
    """The message is kept and no answer comes."""
    DROP_AFTER_ACCEPT = "drop-after-accept"
    """The message is kept and the connection breaks before the answer."""
    REFUSE = "refuse"
    """This message is refused for good: HTTP 422, or SMTP 550 at the recipient."""
    UNAUTHORISED = "unauthorised"
    """The sender's credentials are refused: HTTP 401, or SMTP 530 at the sender."""
    REFUSE_CONNECTION = "refuse-connection"
    """The connection is closed before a word is said."""
    PARTIAL = "partial"
    """Every second record of a batch is kept, and nothing is said of the others; for what takes batches only."""


SERVICES = ("sms", "mail", "report", "chat", "platform")
TAKE_BATCHES = ("platform",)


class Misbehaviour:
    """What each service plays next. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plan: dict[str, tuple[Mode, int]] = {}

    def order(self, plan: dict[str, Any]) -> None:
        """Replace the plan of the named services: {"sms": {"mode": "500", "times": 3}}; 0 ends it, -1 never does.

        Raises ValueError for an unknown service, mode or number, and changes nothing then.
        """
        read: dict[str, tuple[Mode, int]] = {}
        for service, wish in plan.items():
            if service not in SERVICES or not isinstance(wish, dict):
                raise ValueError(f"unknown service {service!r}; there are {', '.join(SERVICES)}")
            times = wish.get("times", 1)
            if not isinstance(times, int) or times < -1:
                raise ValueError("times is a whole number from -1")
            mode = Mode(wish.get("mode", ""))
            if mode is Mode.PARTIAL and service not in TAKE_BATCHES:
                raise ValueError(f"{service} takes no batches, so it cannot take a part of one")
            read[service] = (mode, times)
        with self._lock:
            self._plan.update(read)

    def next(self, service: str) -> Mode | None:
        """The mode that this request of the service meets, counted off; None for good behaviour."""
        with self._lock:
            mode, times = self._plan.get(service, (None, 0))
            if mode is None or times == 0:
                return None
            self._plan[service] = (mode, times - 1 if times > 0 else times)
            return mode

    def shown(self) -> dict[str, dict[str, Any]]:
        """What is still to be played."""
        with self._lock:
            return {
                service: {"mode": mode.value, "times": times} for service, (mode, times) in self._plan.items() if times
            }
