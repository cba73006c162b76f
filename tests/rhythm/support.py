"""A kind of work that only counts how often it was done."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from models.errors import HaochapingError
from models.rhythm import JobOutcome, JobPeriod


@dataclass
class Tally:
    """Does nothing but remember; `fails` is what it raises, as often as it stands there."""

    fails: list[Exception] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Remember it, or fail."""
        del at
        with self._lock:
            if self.fails:
                raise self.fails.pop()
            self.done.append((jurisdiction, period.label))
        return JobOutcome(summary=f"{period.label}已办。", count=1, link="/figures?period=2026-01")


class NotToday(HaochapingError):
    """Why some work could not be done."""
