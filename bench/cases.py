"""Whole cases per second and CPU seconds per case, beside bare workflows with the same events on the same servers.

Run `python -m bench.cases [--cases 60] [--at-a-time 40] [--pairs 6]`. Both workers run all the time, each in a process
and on a task queue of its own; the one that is not measured has nothing to do. Refuses to compare when the events of
the two differ.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import fmean, median

from adapters.stack.processes import Child
from bench.counts import count_one, table
from bench.driving import Cases, cases_of, drive
from bench.ground import Ground, Kind, Used, ground
from bench.measure import LEAST_PAIRS, abba

_WARM = 2
"""Rounds beforehand, unmeasured: the first cases of a worker import, connect and fill caches."""


@dataclass
class Runner:
    """Runs rounds of cases of one kind and keeps what each used."""

    kind: Kind
    ground: Ground
    worker: Child
    cases: Cases
    count: int
    at_a_time: int
    used: list[Used] = field(default_factory=list)

    async def round(self) -> None:
        """Take `count` cases from start to end."""
        before = self.ground.used(self.worker)
        await drive(self.cases, self.count, self.at_a_time)
        self.used.append(self.ground.used(self.worker).since(before))

    @property
    def per_case(self) -> Used:
        """Median milliseconds of CPU per case over the rounds since the warm-up."""
        rounds = self.used[_WARM:]
        server, worker, database = (
            median(seconds) / self.count * 1000
            for seconds in zip(*((used.server, used.worker, used.database) for used in rounds), strict=True)
        )
        return Used(server, worker, database)

    @property
    def engine_seconds(self) -> list[float]:
        """CPU seconds of server and worker, round by round since the warm-up."""
        return [used.server + used.worker for used in self.used[_WARM:]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.cases", description="whole cases per second")
    parser.add_argument("--cases", type=int, default=60, help="cases per round")
    parser.add_argument("--at-a-time", type=int, default=40, help="cases that are on their way at once")
    parser.add_argument("--pairs", type=int, default=LEAST_PAIRS)
    options = parser.parse_args()
    with asyncio.Runner() as loop:
        stack = AsyncExitStack()
        try:
            runners = loop.run(_prepare(stack, options.cases, options.at_a_time))
            _compare(loop, runners, options.pairs)
        finally:
            loop.run(stack.aclose())


async def _prepare(stack: AsyncExitStack, count: int, at_a_time: int) -> dict[Kind, Runner]:
    """Servers, workers and warm-up; the events of both are compared. Raises SystemExit when they differ."""
    print("starting engine, database and both workers ...", flush=True)
    here = await stack.enter_async_context(ground())
    runners: dict[Kind, Runner] = {}
    for kind in Kind:
        worker = await stack.enter_async_context(here.worker(kind, 5000))
        runners[kind] = Runner(kind, here, worker, await cases_of(kind, here), count, at_a_time)
    ours, bare = [await count_one(runners[kind].cases) for kind in (Kind.OURS, Kind.BARE)]
    print("\n".join(table(ours, bare)))
    if ours.events != bare.events:
        raise SystemExit("the bare workflow no longer has the events of a plain case: bring bench/bare.py up to date")
    for _ in range(_WARM - 1):  # the last warm-up round is the one that `abba` itself runs
        for runner in runners.values():
            await runner.round()
    return runners


def _compare(loop: asyncio.Runner, runners: dict[Kind, Runner], pairs: int) -> None:
    ours, bare = runners[Kind.OURS], runners[Kind.BARE]
    print(f"measuring: {pairs} pairs of rounds of {ours.count} cases, {ours.at_a_time} at a time ...", flush=True)
    ratio = abba(lambda: loop.run(bare.round()), lambda: loop.run(ours.round()), pairs)
    print(
        f"cases: {ours.count / ratio.b_seconds:.1f} whole cases/s beside {bare.count / ratio.a_seconds:.1f}/s of bare "
        f"workflows, {ratio}"
    )
    print(f"events per case as measured: {loop.run(_events(ours)):.1f} beside {loop.run(_events(bare)):.1f}")
    cost = median(_pairs(bare.engine_seconds, pairs, ours.engine_seconds))
    same = median(_pairs(bare.engine_seconds[2 * pairs :], pairs))
    print(
        f"cases: {_milliseconds(ours)} beside {_milliseconds(bare)} of a bare one: server + worker CPU "
        f"{cost:.2f} times (A/A {same:.2f}, {pairs} pairs, medians)"
    )


async def _events(runner: Runner) -> float:
    """The mean over all cases of that kind that have ended, as the engine's list has it."""
    lengths = [
        each.history_length or 0
        async for each in runner.cases.client.list_workflows(
            f'TaskQueue = "{runner.kind}" AND ExecutionStatus = "Completed"'
        )
    ]
    return fmean(lengths)


def _pairs(a: list[float], pairs: int, b: list[float] | None = None) -> list[float]:
    """As `abba` pairs them: B/A of A B B A, or inner over outer of A A A A."""
    if b is not None:
        return [sum(b[2 * n : 2 * n + 2]) / sum(a[2 * n : 2 * n + 2]) for n in range(pairs)]
    fours = [a[4 * n : 4 * n + 4] for n in range(pairs)]
    return [(four[1] + four[2]) / (four[0] + four[3]) for four in fours]


def _milliseconds(runner: Runner) -> str:
    used = runner.per_case
    return (
        f"{used.server + used.worker:.0f} ms of CPU per case (server {used.server:.0f}, worker {used.worker:.0f}; "
        f"database {used.database:.0f} besides)"
    )


if __name__ == "__main__":
    main()
