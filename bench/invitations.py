"""What waiting invitations cost, beside as many bare workflows that wait on one timer on the same servers.

Run `python -m bench.invitations [--invitations 2000]`. First those that wait for their SMS, whose workflows have not
begun; then those that wait for the default, after a look and an SMS; then the bare ones. Said are the memory that each
kind added to engine and worker, how many of them a gigabyte holds by that, and what they added to the engine's file.
Memory is not given back at once and the engine keeps caches of a fixed size, so small numbers say little.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from temporalio.client import Client

from adapters.codec import load_keyring
from adapters.matters import MatterStore
from adapters.personal import PersonalData
from adapters.policies import load_calendar, load_policy
from adapters.settings import PROJECT
from adapters.stack.processes import Child, PartFailed, last_lines, launch
from adapters.tables.matters import MATTERS
from bench.bare_wait import BareWait
from bench.ground import Ground, Kind, ground, resident
from models.matters import InvitationState, Matter
from opening import Inviting
from policy.invitations import first_moment, rules_for

PLACE, DEPARTMENT, UNIT = "taian", "11420700MB0000001B", "ez-renshe"
"""A place with reminder and default."""

_WARM = 50
"""Of each kind before the first look, so that imports and pools are not counted."""

_REST = 5.0  # seconds without anything new before each look
_START = 60.0  # seconds
_GRACE = 10.0  # seconds
_AT_ONCE = 1000  # matters in one delivery
_SLOTS = 10  # starts beside each other, as many as the product's


@dataclass(frozen=True)
class Sizes:
    """Bytes at one moment: resident memory of engine and worker, and the engine's file."""

    server: int
    worker: int
    file: int

    def line(self, what: str, count: int, before: "Sizes") -> str:
        """What so many of them added since `before`."""
        server, worker = self.server - before.server, self.worker - before.worker
        each = (server + worker) / count
        held = f"{2**30 / each:,.0f} in a gigabyte" if each > 0 else "no growth to be seen"
        file = (self.file - before.file) / count
        return (
            f"memory: {count:,} {what}: engine {server / 2**20:+.1f} MiB, worker {worker / 2**20:+.1f} MiB, "
            f"{each / 1024:.1f} KiB each, {held}; the engine's file {file / 1024:.1f} KiB each"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.invitations", description="waiting invitations")
    parser.add_argument("--invitations", type=int, default=2000, help="how many of each kind")
    count = parser.parse_args().invitations
    if count <= 0:
        parser.error("--invitations must be above 0")
    asyncio.run(_measure(count))


async def _measure(count: int) -> None:
    print("starting engine, database and both workers ...", flush=True)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(ground())
        ours = await stack.enter_async_context(_worker(here, Kind.OURS))
        bare = await stack.enter_async_context(_worker(here, Kind.BARE))
        city = City(here, await here.client(Kind.OURS))
        plain = await here.client(Kind.BARE)
        fresh, reminded = timedelta(minutes=1), city.age_of_what_is_due()
        for age in (fresh, reminded):
            await city.deliver(_WARM, age)
        await city.all_reminded(_WARM)
        await _start_bare(plain, _WARM, "warm")

        before = await _sizes(here, ours)
        begins = time.monotonic()
        await city.deliver(count, fresh)
        print(f"  {count / (time.monotonic() - begins):,.0f} matters a second delivered and begun", flush=True)
        now = await _sizes(here, ours)
        print(now.line("invitations that wait for their SMS", count, before), flush=True)
        before, begins = now, time.monotonic()
        await city.deliver(count, reminded)
        await city.all_reminded(_WARM + count)
        print(f"  {count / (time.monotonic() - begins):,.1f} a second reminded", flush=True)
        now = await _sizes(here, ours)
        print(now.line("invitations that wait for the default", count, before), flush=True)
        before = await _sizes(here, bare)
        await _start_bare(plain, count, "bare")
        print((await _sizes(here, bare)).line("bare workflows with one timer", count, before), flush=True)


class City:
    """Delivers matters as another system does."""

    def __init__(self, here: Ground, client: Client) -> None:
        self._engine = here.engine
        personal = PersonalData(load_keyring(here.keyring))
        self._store = MatterStore(
            here.engine, lambda: {DEPARTMENT: UNIT}, load_policy, load_calendar, personal, lambda: datetime.now(UTC)
        )
        self._inviting = Inviting(here.engine, client, Kind.OURS, lambda: datetime.now(UTC))
        self._delivered = 0

    async def deliver(self, count: int, age: timedelta) -> None:
        """Deliver so many matters that were done that long ago, and begin their invitations."""
        closed = (datetime.now(UTC) - age).isoformat(timespec="seconds")
        rows = [self._row(closed) for _ in range(count)]
        for start in range(0, count, _AT_ONCE):
            await asyncio.to_thread(self._store.take, PLACE, rows[start : start + _AT_ONCE])
        await self._inviting.begin_all(PLACE)

    async def all_reminded(self, count: int) -> None:
        """Wait until so many have got their SMS."""
        query = select(func.count()).where(MATTERS.c.invitation == InvitationState.REMINDED)
        while True:
            with self._engine.connect() as connection:
                if connection.execute(query).scalar_one() >= count:
                    return
            await asyncio.sleep(0.1)

    def age_of_what_is_due(self) -> timedelta:
        """How long ago a matter was done whose SMS is due today and whose window is not over."""
        file, calendar, now = load_policy(PLACE), load_calendar(PLACE), datetime.now(UTC)
        rules = rules_for(file.policy, file.surroundings)
        for hours in range(24, 24 * 20):
            age = timedelta(hours=hours)
            done = Matter("P", UNIT, DEPARTMENT, "", "事项", "", now - age, None, True, "13800000009")
            moment = first_moment(done, rules, calendar, now)
            if moment is not None and moment <= now:
                return age
        raise SystemExit("no working day lies behind us on which a matter could have been done; try another day")

    def _row(self, closed: str) -> dict[str, str]:
        self._delivered += 1
        return {
            "projectNo": f"3709{self._delivered:010d}",
            "deptCode": DEPARTMENT,
            "taskName": "社会保障卡补换",
            "finishTime": closed,
            "mobile": "13800000009",
        }


async def _start_bare(client: Client, count: int, prefix: str) -> None:
    slots = asyncio.Semaphore(_SLOTS)
    handles = []

    async def start(number: int) -> None:
        async with slots:
            handles.append(await client.start_workflow(BareWait.run, id=f"{prefix}-{number}", task_queue=Kind.BARE))

    await asyncio.gather(*(start(number) for number in range(count)))
    for handle in handles:
        while (await handle.describe()).history_length < 5:  # started, one task, its timer
            await asyncio.sleep(0.05)


async def _sizes(here: Ground, worker: Child) -> Sizes:
    await asyncio.sleep(_REST)
    file = sum(each.stat().st_size for each in (here.folder / "temporal").glob("temporal.db*"))
    return Sizes(resident(here.server), resident(worker), file)


@asynccontextmanager
async def _worker(here: Ground, kind: Kind) -> AsyncIterator[Child]:
    log = here.log(kind)
    child = await launch(
        [
            sys.executable, "-m", "bench.invitation_worker", kind, here.temporal_address, here.database_url,
            here.keyring,
        ],
        log=log, cwd=PROJECT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_START):
            while "ready" not in log.read_text().splitlines():
                if not child.running:
                    raise PartFailed(f"the worker {kind} did not start:\n{last_lines(log)}")
                await asyncio.sleep(0.05)
        yield child
    finally:
        await child.stop(_GRACE)


if __name__ == "__main__":
    main()
