"""A courier in a process of its own, so that a test can kill it."""

import asyncio
import json
import sys

from sqlalchemy import create_engine

from models.notices import Channel
from tests.messages.support import courier


async def main() -> None:
    """Send until killed."""
    arguments = json.loads(sys.argv[1])
    engine = create_engine(arguments["database_url"])
    sending = courier(engine, arguments["url"], arguments["smtp_port"], arguments["lease_seconds"])
    print("started", flush=True)
    await sending.drain([Channel.SMS, Channel.MAIL, Channel.REPORT], asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
