"""A worker in a process of its own, so that its CPU seconds and its memory are its own.

Run by `bench.ground`: `python -m bench.worker_process KIND ADDRESS DATABASE_URL KEYRING CACHED`. Prints `ready`, stops
on SIGTERM. The product's is `worker.build_worker`; the bare one is a plain `Worker` with the same cache and timeouts.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from adapters.codec import data_converter, load_keyring
from adapters.database import make_engine
from bench.bare import BareCase, nothing
from bench.bare_open import BareOpenCase
from bench.ground import Kind
from worker import STEP_THREADS, STICKY, build_worker


async def main(kind: Kind, address: str, database_url: str, keyring: Path, cached: int) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if kind is Kind.OURS:
        client = await Client.connect(address, data_converter=data_converter(load_keyring(keyring)))
        worker = build_worker(client, make_engine(database_url), Kind.OURS, cached_cases=cached)
    else:
        worker = Worker(
            await Client.connect(address),
            task_queue=Kind.BARE,
            workflows=[BareCase, BareOpenCase],
            activities=[nothing],
            max_concurrent_activities=STEP_THREADS,
            max_cached_workflows=cached,
            sticky_queue_schedule_to_start_timeout=STICKY,
        )
    async with worker:
        print("ready", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(Kind(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]), int(sys.argv[5])))
    sys.stdout.flush()
    os._exit(0)  # as worker.py does: temporalio 1.35.0 sometimes aborts at interpreter exit
