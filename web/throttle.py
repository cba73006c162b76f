"""How often one network address may knock at a door that needs no login.

Decides by a bucket for each address, in the memory of the application: enough against hammering from one place. Links
need no protection from guessing beyond their own length.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from fastapi import Depends, Request

from models.errors import HaochapingError

_MOST_ADDRESSES = 10_000


class TooOften(HaochapingError):
    """Too many requests from one address in a short time; it may ask again after so many seconds."""

    def __init__(self, said: str, seconds: int = 60) -> None:
        super().__init__(said)
        self.seconds = seconds


class Buckets:
    """What each address may still ask at once; the ones that were asked last are kept."""

    def __init__(self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str) -> None:
        """Count a request from that address. Raises TooOften."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(address, (self._burst, now))
            left = min(left + (now - at) * self._per_second, self._burst)
            self._left[address] = (max(left - 1, 0.0), now)
            while len(self._left) > _MOST_ADDRESSES:
                self._left.popitem(last=False)
        if left < 1:
            raise TooOften("访问太频繁，请一分钟后再试。")


class Throttle:
    """At most `burst` requests at once from one address, and `per_minute` in the long run."""

    def __init__(self, per_minute: float, burst: int) -> None:
        self._limits = (per_minute, burst)

    def __call__(self, request: Request) -> None:
        """Count this request. Raises TooOften."""
        state = request.app.state
        if not hasattr(state, "buckets"):
            state.buckets = {}
        buckets: Buckets = state.buckets.setdefault(self, Buckets(*self._limits))
        buckets.take(request.client.host if request.client else "")


def throttled(per_minute: float, burst: int) -> Any:
    """A limit among a route's dependencies, of its own."""
    return Depends(Throttle(per_minute, burst))
