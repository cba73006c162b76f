"""A worker of invitations, or of bare waiting workflows, in a process of its own, so that its memory is its own.

Run by `bench.invitations`: `python -m bench.invitation_worker KIND ADDRESS DATABASE_URL KEYRING`. Prints `ready`, stops
on SIGTERM. The product's is `worker.build_inviter`; the bare one keeps as many workflows ready.
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
from adapters.personal import PersonalData
from bench.bare_wait import BareWait
from bench.ground import Kind
from worker import CACHED_INVITATIONS, INVITATION_THREADS, build_inviter


async def main(kind: Kind, address: str, database_url: str, keyring: Path) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ring = load_keyring(keyring)
    if kind is Kind.OURS:
        client = await Client.connect(address, data_converter=data_converter(ring))
        worker = build_inviter(client, make_engine(database_url), PersonalData(ring), Kind.OURS)
    else:
        worker = Worker(
            await Client.connect(address),
            task_queue=Kind.BARE,
            workflows=[BareWait],
            max_concurrent_workflow_tasks=INVITATION_THREADS,
            max_concurrent_workflow_task_polls=INVITATION_THREADS,
            max_cached_workflows=CACHED_INVITATIONS,
        )
    async with worker:
        print("ready", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(Kind(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])))
    sys.stdout.flush()
    os._exit(0)  # as worker.py does: temporalio 1.35.0 sometimes aborts at interpreter exit
