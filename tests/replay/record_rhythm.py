"""Records the histories of periodic work that have none yet: `python -m tests.replay.record_rhythm DATABASE_URL`.

The address is that of a database that can be thrown away afterwards; each path begins on it with an empty diary.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from adapters.database import make_engine, migrate
from tests.replay import histories_on_disk
from tests.replay.rhythm import BEGINS, FOLDER, PATHS
from tests.rhythm.support import Tally
from tests.support.engine import office_at


async def main(url: str) -> None:
    """Record every path whose file is missing."""
    migrate(url)
    FOLDER.mkdir(exist_ok=True)
    for name in (name for name in PATHS if not (FOLDER / f"{name}.json").exists()):
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("truncate rhythm_runs")
        engine.dispose()
        with tempfile.TemporaryDirectory() as folder:
            async with office_at(BEGINS, url, Path(folder)) as office:
                history = await (await PATHS[name](office, Tally())).fetch_history()
                codec = office.client.data_converter.payload_codec
                assert codec is not None
                print(f"recorded {await histories_on_disk.save(name, history, codec, FOLDER)}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
