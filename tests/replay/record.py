"""Records the histories of paths that have none yet: `python -m tests.replay.record` (docs/changing-a-workflow.md)."""

import asyncio
import tempfile
from pathlib import Path

from adapters.database import migrate
from adapters.stack.ports import PortBook, PortName
from adapters.stack.postgres import Postgres
from tests.conftest import DatabaseServer
from tests.replay import histories_on_disk
from tests.replay.paths import PATHS, place_of
from tests.support.engine import office_at

STARTS_AT = "2026-02-12 09:30"
"""A Thursday before Spring Festival 2026, so that every recorded path counts over 调休."""


async def main() -> None:
    """Record every path whose file is missing."""
    missing = [name for name in PATHS if not (histories_on_disk.FOLDER / f"{name}.json").exists()]
    with tempfile.TemporaryDirectory() as folder:
        runtime = Path(folder)
        with PortBook(runtime) as ports:
            port = ports.choose([PortName.DATABASE])[PortName.DATABASE]
        server = Postgres(runtime / "postgres", port, runtime / "postgres.log", durable=False)
        child = await server.start()
        try:
            await server.wait_ready(child)
            url = await server.ensure_database()
            await asyncio.to_thread(migrate, url)
            databases = DatabaseServer(url)
            for name in missing:
                # Each path has a database of its own, since a holiday notice holds for every case in one.
                own = databases.create(template=url.rsplit("/", 1)[1])
                print(f"recorded {await _record(name, own, runtime)}")
        finally:
            await child.stop(grace=10)


async def _record(name: str, url: str, folder: Path) -> Path:
    prefix = name.replace("_", "")
    async with office_at(STARTS_AT, url, folder, prefix=prefix, jurisdiction=place_of(name)) as office:
        case_no = await PATHS[name](office)
        if office.reader.case(case_no).ended_at is not None:
            await office.ending(case_no)
        history = await office.client.get_workflow_handle(case_no).fetch_history()
        codec = office.client.data_converter.payload_codec
        assert codec is not None
        return await histories_on_disk.save(name, history, codec)


if __name__ == "__main__":
    asyncio.run(main())
