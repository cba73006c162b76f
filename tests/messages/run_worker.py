"""A worker that serves only the courier, in a process of its own, so that a test can kill it."""

import asyncio
import json
import sys

from sqlalchemy import create_engine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from activities.courier import CourierActivities
from tests.messages.support import courier
from workflows.courier import Courier


async def main() -> None:
    """Work until killed."""
    arguments = json.loads(sys.argv[1])
    client = await Client.connect(arguments["temporal"], data_converter=pydantic_data_converter)
    sending = courier(create_engine(arguments["database_url"]), arguments["url"], arguments["smtp_port"])
    worker = Worker(
        client,
        task_queue=arguments["queue"],
        workflows=[Courier],
        activities=[CourierActivities(sending).deliver],
    )
    async with worker:
        print("started", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
