"""Many open cases of each kind on the same servers, opened at their pace, due at instants of the bench's choice.

The product's cases are dispatched under Ezhou's policy without appeals, with a verification limit of two hours that is
counted from the review, so that the bench chooses the instant at which it is over, and without warnings before it.
What is measured on them is left to `bench.timers` and `bench.replan`.
"""

import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bench.bare_open import BareOpenCase
from bench.driving import BARE_ATTRIBUTES, BareCases, OurCases, open_all
from bench.ground import Ground, Kind, ground
from models.due import Limit, Unit
from models.policy import ClockOrigin, Policy
from worker import CACHED_CASES
from workflows.client import IN_FLIGHT

LIMIT = timedelta(hours=2)
"""From the review to the end of the verification limit; all cases are opened well within it."""

_PROGRESS = 15.0  # seconds


class TooSlow(SystemExit):
    """The machine does not do what was planned with it; says what to try."""


@dataclass
class Instants:
    """When the cases that are opened next are due, and when those are due that were opened."""

    of: dict[str, datetime] = field(default_factory=dict)
    _next: Iterator[datetime] = field(default_factory=lambda: iter(()))

    def plan(self, instants: Iterable[datetime]) -> None:
        """The next cases get these."""
        self._next = iter(instants)

    def take(self, name: str) -> datetime:
        """The instant of a case that is opened now."""
        self.of[name] = next(self._next)
        return self.of[name]


@dataclass
class OurOpenCases(OurCases):
    """The product's cases, each with the verification limit that was planned for it."""

    due: Instants = field(default_factory=Instants)

    async def open(self, name: str) -> None:
        await self.open_assessed_at(name, self.due.take(name) - LIMIT)


@dataclass
class BareOpenCases(BareCases):
    """Bare workflows with a timer that was planned for them."""

    due: Instants = field(default_factory=Instants)

    async def open(self, name: str) -> None:
        await self.client.start_workflow(
            BareOpenCase.run,
            self.due.take(name).timestamp(),
            id=name,
            task_queue=Kind.BARE,
            search_attributes=BARE_ATTRIBUTES,
            static_summary="bare",
        )


@dataclass(frozen=True)
class OpenCases:
    """Cases of both kinds on one ground, whose workers run all the time."""

    ground: Ground
    ours: OurOpenCases
    bare: BareOpenCases

    def of(self, kind: Kind) -> "OurOpenCases | BareOpenCases":
        """Those of one kind."""
        return self.ours if kind is Kind.OURS else self.bare


@asynccontextmanager
async def both_kinds() -> AsyncIterator[OpenCases]:
    """Servers and both workers; no case is open yet."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(ground())
        for kind in Kind:
            await stack.enter_async_context(here.worker(kind, CACHED_CASES))
        policy = due_when_the_bench_says(here.policy)
        here.keep(policy)
        yield OpenCases(
            here,
            OurOpenCases(here, await here.client(Kind.OURS), policy),
            BareOpenCases(here, await here.client(Kind.BARE)),
        )


async def open_many(
    cases: OurOpenCases | BareOpenCases, count: int, what: str, before: datetime | None = None
) -> float:
    """Open `count` cases with the instants that were planned; gives how many per second.

    Says now and then how far it is. Raises TooSlow when they will not be open `before` that instant.
    """
    begins = said = time.monotonic()
    async with aclosing(open_all(cases, count, IN_FLIGHT)) as opening:
        async for opened in opening:
            now = time.monotonic()
            if now - said < _PROGRESS:
                continue
            said, rate = now, opened / (now - begins)
            left = (count - opened) / rate
            print(f"  {what}: {opened:,} open, {rate:.1f}/s, about {left / 60:.1f} min left", flush=True)
            _need_time(before, left, what, rate)
    _need_time(before, 0, what, rate := count / (time.monotonic() - begins))
    print(f"  {what}: {count:,} opened, {rate:.1f}/s", flush=True)
    return rate


def _need_time(before: datetime | None, seconds: float, what: str, rate: float) -> None:
    if before is not None and datetime.now(UTC) + timedelta(seconds=seconds) > before:
        raise TooSlow(f"{what}: {rate:.1f}/s is too slow to be ready at {before:%H:%M:%S} UTC; try a greater --slack")


def due_when_the_bench_says(policy: Policy) -> Policy:
    """The same policy with the limit that ends when the bench says."""
    return policy.model_copy(
        update={
            "verify_callback_limit": Limit(amount=round(LIMIT / timedelta(hours=1)), unit=Unit.HOURS),
            "verify_callback_clock_start": ClockOrigin.EVALUATED,
            "warn_at": (),
            "warn_last_day": False,
        }
    )
