"""What many open cases cost when something happens to all of them: their limits are over, or a holiday notice comes.

Run `python -m bench.open_cases [timers] [replan] [--cases 10000] [--slack 1.5]`. The cases are opened once for both
measurements, which is what takes the time: with 10,000 of each kind the better part of an hour on two cores. The
variable BENCH_OPEN_CASES changes that number for `make bench`. Leaves the measuring to `bench.timers` and
`bench.replan`.
"""

import argparse
import asyncio
import os
from datetime import UTC, datetime

from bench import replan, timers
from bench.ground import Kind
from bench.waiting import LIMIT, both_kinds, open_many

MEASUREMENTS = ("timers", "replan")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.open_cases", description="many open cases at once")
    parser.add_argument("measurements", nargs="*", metavar="NAME", help=f"{' or '.join(MEASUREMENTS)}; both when none")
    usual = int(os.environ.get("BENCH_OPEN_CASES", "10000"))
    parser.add_argument("--cases", type=int, default=usual, help="open cases of each kind")
    parser.add_argument(
        "--slack", type=float, default=1.5, help="opening may take so many times as long as the first cases promise"
    )
    options = parser.parse_args()
    named = options.measurements or list(MEASUREMENTS)
    if unknown := [name for name in named if name not in MEASUREMENTS]:
        parser.error(f"no such measurement: {', '.join(unknown)}")
    asyncio.run(_measure(named, options.cases, options.slack))


async def _measure(named: list[str], count: int, slack: float) -> None:
    print("starting engine, database and both workers ...", flush=True)
    async with both_kinds() as cases:
        if "timers" in named:
            await timers.measure(cases, count, slack)
        else:
            for kind in Kind:
                cases.of(kind).due.plan(_not_in_this_run() for _ in range(count))
                await open_many(cases.of(kind), count, kind)
        if "replan" in named:
            await replan.measure(cases)


def _not_in_this_run() -> datetime:
    return datetime.now(UTC) + LIMIT


if __name__ == "__main__":
    main()
