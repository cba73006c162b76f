"""Memory of engine, worker and database with many open cases, in total and per case.

Run `python -m bench.memory [--cases 5000 20000] [--ahead 20]`. Cases are opened at the pace at which they are taken up,
and nobody acts on them, as on the day after a large import. The worker has the product's own cache, so beyond
`worker.CACHED_CASES` its memory should no longer grow. 20,000 cases take tens of minutes; how far it is stands on the
screen.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass

from adapters.stack.processes import Child
from bench.driving import cases_of, open_all
from bench.ground import Ground, Kind, ground, resident, unshared
from worker import CACHED_CASES
from workflows.client import IN_FLIGHT

_WARM = 50
"""Cases before the first look, so that imports and pools are not counted as cases."""

_REST = 5.0
"""Seconds without new cases before each look."""

_PROGRESS = 15.0  # seconds


@dataclass(frozen=True)
class Sizes:
    """Bytes at one moment: resident memory of engine and worker, unshared of the database, and files."""

    cases: int
    server: int
    worker: int
    database: int
    server_file: int

    def line(self, before: "Sizes") -> str:
        """The totals, and what each case since `before` added."""
        more = self.cases - before.cases

        def of(what: str) -> str:
            now = getattr(self, what)
            return f"{now / 2**20:,.0f} MiB ({(now - getattr(before, what)) / more / 1024:+.1f} KiB a case)"

        return (
            f"memory: {self.cases:,} open cases: engine {of('server')}, worker {of('worker')}, "
            f"database {of('database')}; the engine's file {of('server_file')}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description="memory with open cases")
    parser.add_argument("--cases", type=int, nargs="+", default=[5000, 20000], help="numbers of open cases to look at")
    parser.add_argument("--ahead", type=int, default=IN_FLIGHT, help="cases that may be started and not yet taken up")
    options = parser.parse_args()
    marks = sorted(set(options.cases))
    if marks[0] <= _WARM:
        parser.error(f"--cases must be above {_WARM}")
    asyncio.run(_measure(marks, options.ahead))


async def _measure(marks: list[int], ahead: int) -> None:
    async with ground() as here, here.worker(Kind.OURS, CACHED_CASES) as worker:
        cases = await cases_of(Kind.OURS, here)
        opened, before = 0, None
        begins = said = time.monotonic()
        for mark in (_WARM, *marks):
            async for more in open_all(cases, mark - opened, ahead):
                if time.monotonic() - said > _PROGRESS:
                    said = time.monotonic()
                    rate = (opened + more) / (said - begins)
                    left = (marks[-1] - opened - more) / rate / 60
                    print(f"  {opened + more:,} cases, {rate:.1f}/s, about {left:.0f} min left", flush=True)
            opened = mark
            await asyncio.sleep(_REST)
            now = _sizes(here, worker, opened)
            if before is None:
                before = now
                print(
                    f"with {_WARM} cases: engine {now.server / 2**20:,.0f} MiB, worker {now.worker / 2**20:,.0f} MiB, "
                    f"database {now.database / 2**20:,.0f} MiB",
                    flush=True,
                )
            else:
                print(now.line(before), flush=True)


def _sizes(here: Ground, worker: Child, opened: int) -> Sizes:
    return Sizes(
        cases=opened,
        server=resident(here.server),
        worker=resident(worker),
        database=unshared(here.database),
        server_file=sum(file.stat().st_size for file in (here.folder / "temporal").glob("temporal.db*")),
    )


if __name__ == "__main__":
    main()
