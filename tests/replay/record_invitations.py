"""Records the histories of invitations that have none yet: `python -m tests.replay.record_invitations DATABASE_URL`.

The address is that of a database that can be thrown away afterwards; each path begins on it with empty tables.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from adapters.database import make_engine, migrate
from tests.invitations.office import inviting_office_at
from tests.replay import histories_on_disk
from tests.replay.invitations import BEGINS, FOLDER, PATHS, PLACE


async def main(url: str) -> None:
    """Record every path whose file is missing."""
    migrate(url)
    FOLDER.mkdir(exist_ok=True)
    for name in (name for name in PATHS if not (FOLDER / f"{name}.json").exists()):
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("truncate matters, ratings, imports, outbox")
        engine.dispose()
        with tempfile.TemporaryDirectory() as folder:
            async with inviting_office_at(BEGINS, url, Path(folder), PLACE) as office:
                number = await PATHS[name](office)
                await office.handle(number).result()
                history = await office.handle(number).fetch_history()
                codec = office.office.client.data_converter.payload_codec
                assert codec is not None
                print(f"recorded {await histories_on_disk.save(name, history, codec, FOLDER)}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
