"""A kind of work that only counts how often it was done, and schedules on paper."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.errors import HaochapingError
from models.rhythm import JobKind, JobOutcome, JobPeriod, Schedule


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


@dataclass
class PaperSchedules:
    """Schedules on paper, for an engine that knows none; the real ones are tried in `test_on_the_engine`."""

    paused: dict[JobKind, str] = field(default_factory=dict)
    asked: list[tuple[str, JobKind, tuple[str, ...], str]] = field(default_factory=list)
    kinds: tuple[JobKind, ...] = (JobKind.BOTTOM, JobKind.CIRCULAR)

    async def schedules(self, jurisdiction: str, kinds: Collection[JobKind]) -> Sequence[Schedule]:
        del jurisdiction
        return [
            Schedule(kind=kind, is_paused=kind in self.paused, note=self.paused.get(kind, ""))
            for kind in kinds
            if kind in self.kinds
        ]

    async def run_now(
        self, jurisdiction: str, place_name: str, kind: JobKind, periods: tuple[JobPeriod, ...], by: str
    ) -> None:
        del place_name
        self.asked.append((jurisdiction, kind, tuple(period.label for period in periods), by))

    async def pause(self, jurisdiction: str, kind: JobKind, note: str) -> None:
        del jurisdiction
        self.paused[kind] = note

    async def resume(self, jurisdiction: str, kind: JobKind, note: str) -> None:
        del jurisdiction, note
        self.paused.pop(kind)
