"""A worker in small for the tests of the stack: one queue, the canary, the watchdog; no cases, no database.

Run as the supervisor runs the real one. Its switches are files in the runtime directory, see `Switch`.
"""

import asyncio
import os
import signal
import sys
from enum import StrEnum

from temporalio.client import Client
from temporalio.worker import Worker

from activities.canary import CanaryActivities
from adapters.settings import Settings
from adapters.watchdog import Pace, Progress, ProgressInterceptor, Watchdog, worker_name
from workflows.canary import Canary


class Switch(StrEnum):
    """A file of this name in the runtime directory makes the worker misbehave at its start."""

    BROKEN = "worker-is-broken"
    DEAF = "worker-is-deaf"  # runs, beats, but never asks the engine for tasks


async def main() -> None:
    """Work until SIGTERM."""
    settings = Settings.discover()
    if (settings.runtime_dir / Switch.BROKEN).exists():
        sys.exit("the worker says why it cannot start")
    client = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
    name, progress, is_deaf = worker_name(), Progress(), (settings.runtime_dir / Switch.DEAF).exists()
    watchdog = Watchdog(
        client,
        name,
        {settings.case_queue: progress},
        heartbeat=settings.worker_heartbeat,
        # One that works answers every canary in the end, however busy the machine is.
        pace=Pace(beat=0.2, idle=1.0, canary=2.0, engine=2.0) if is_deaf else Pace(beat=0.2, canary=300.0, engine=60.0),
    )
    worker = Worker(
        client,
        task_queue=settings.case_queue,
        workflows=[Canary],
        activities=[CanaryActivities(name).sing],
        interceptors=[ProgressInterceptor(progress)],
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    tasks = [asyncio.create_task(stop.wait()), asyncio.create_task(watchdog.run())]
    if not is_deaf:
        tasks.append(asyncio.create_task(worker.run()))
    print("worker ready (stand-in)", flush=True)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
