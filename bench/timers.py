"""How late limits are that run out in the same minute, beside as many bare Temporal timers on the same servers.

Decides: the instants are spread evenly over one minute. A limit of ours counts as recorded when the ledger activity
of its rung is completed (ledger entry, overdue mark, task, letters), a bare timer when its empty activity is; both
moments, and the one at which the timer fired, are the engine's own times in the histories. Bare ones first, so that
ours are measured on the fuller servers. Refuses to compare when the events of the two differ; workflow tasks aside,
which the engine hands out once more when a worker with a long queue does not take them within a second.

What is late is the queue: so many steps in one minute are more than the engine takes, whoever asks for them.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.ground import Kind
from bench.waiting import OpenCases, TooSlow, open_many

MINUTE = timedelta(minutes=1)
_PILOT = 200
"""Cases opened beforehand, which warm everything up and tell how long the others will take."""

_PILOT_DUE = timedelta(hours=2)
_EASE = timedelta(seconds=10)
"""Between the last case and the first instant."""

_SLOWEST = 2.0
"""Limits per second; who is slower is given up."""

_LOOK_EVERY = 2.0  # seconds
_PROGRESS = 15.0
_AT_ONCE = 16


@dataclass(frozen=True)
class Late:
    """One timer: seconds after its instant at which it fired and at which its step was recorded."""

    fired: float
    recorded: float


@dataclass(frozen=True)
class Measured:
    """All timers of one kind. `per_second` is the pace from the first instant to the last recorded step.

    `events` are those of each case without workflow tasks, `mean_events` all of them.
    """

    late: list[Late]
    per_second: float
    events: Counter[str]
    mean_events: float

    def line(self) -> str:
        """Percentiles of both moments."""
        recorded, fired = [each.recorded for each in self.late], [each.fired for each in self.late]
        return (
            f"recorded {percentile(recorded, 50):.2f} s (p50) and {percentile(recorded, 99):.2f} s (p99) late, fired "
            f"{percentile(fired, 50):.2f} s and {percentile(fired, 99):.2f} s, {self.per_second:.1f}/s, "
            f"{self.mean_events:.1f} events each"
        )


async def measure(cases: OpenCases, count: int, slack: float) -> None:
    """Open `count` cases of each kind, let them be due and print how late they were."""
    bare, ours = [await _measure(cases, kind, count, slack) for kind in (Kind.BARE, Kind.OURS)]
    if ours.events != bare.events:
        raise SystemExit(
            f"the bare workflow no longer has the events of an open case: {ours.events - bare.events} beyond it, "
            f"{bare.events - ours.events} short of it; bring bench/bare_open.py up to date"
        )
    print(f"timers: {count:,} limits of cases that run out within one minute: {ours.line()}")
    print(f"timers: {count:,} bare Temporal timers within one minute: {bare.line()}", flush=True)


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


async def _measure(cases: OpenCases, kind: Kind, count: int, slack: float) -> Measured:
    of_kind = cases.of(kind)
    of_kind.due.plan(datetime.now(UTC) + _PILOT_DUE for _ in range(_PILOT))
    rate = await open_many(of_kind, _PILOT, f"{kind}, for a start")
    first = datetime.now(UTC) + timedelta(seconds=slack * count / rate) + 2 * _EASE
    print(f"  {kind}: due from {first:%H:%M:%S} UTC", flush=True)
    of_kind.due.plan(_spread(first, count))
    await open_many(of_kind, count, kind, before=first - _EASE)
    await asyncio.sleep((first - datetime.now(UTC)).total_seconds())
    await _until_all_are_recorded(of_kind.client, kind, count)
    due = {name: at for name, at in of_kind.due.of.items() if first <= at < first + MINUTE}
    return await _read(of_kind.client, kind, due)


def _spread(first: datetime, count: int) -> Iterator[datetime]:
    return (first + MINUTE * number / count for number in range(count))


async def _until_all_are_recorded(client: Client, kind: Kind, count: int) -> None:
    begins = said = time.monotonic()
    while True:
        done = (await client.count_workflows(f'TaskQueue = "{kind}" AND Overdue = true')).count
        if done >= count:
            return
        now = time.monotonic()
        if now - begins > MINUTE.total_seconds() + count / _SLOWEST:
            raise TooSlow(f"{kind}: only {done:,} of {count:,} limits were recorded in {now - begins:.0f} s")
        if now - said > _PROGRESS:
            said = now
            print(f"  {kind}: {done:,} of {count:,} recorded after {now - begins:.0f} s", flush=True)
        await asyncio.sleep(_LOOK_EVERY)


async def _read(client: Client, kind: Kind, due: dict[str, datetime]) -> Measured:
    """Read what happened from the histories. Raises ValueError when a case has other events than the others."""
    print(f"  {kind}: reading {len(due):,} histories", flush=True)
    free = asyncio.Semaphore(_AT_ONCE)
    every: list[tuple[Late, datetime]] = []
    events: set[frozenset[tuple[str, int]]] = set()
    lengths: list[int] = []

    async def read(name: str) -> None:
        async with free:
            history = list((await client.get_workflow_handle(name).fetch_history()).events)
        every.append(_what_happened(history, due[name]))
        names = (EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history)
        events.add(frozenset(Counter(each for each in names if not each.startswith("WORKFLOW_TASK_")).items()))
        lengths.append(len(history))

    await asyncio.gather(*(read(name) for name in due))
    if len(events) != 1:
        raise ValueError(f"not all {kind} have the same events: {events}")
    last = max(recorded for _, recorded in every)
    seconds = (last - min(due.values())).total_seconds()
    return Measured([late for late, _ in every], len(due) / seconds, Counter(dict(events.pop())), fmean(lengths))


def _what_happened(history: list[HistoryEvent], due: datetime) -> tuple[Late, datetime]:
    at = {
        event.event_type: event.event_time.ToDatetime(UTC)
        for event in history
        if event.event_type in (EventType.EVENT_TYPE_TIMER_FIRED, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    }  # of each the last; the first activity is the dispatch
    fired, recorded = at[EventType.EVENT_TYPE_TIMER_FIRED], at[EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED]
    return Late((fired - due).total_seconds(), (recorded - due).total_seconds()), recorded
