"""A database of its own for a measurement: durable, with the program's schema, gone afterwards."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.database import migrate
from adapters.stack.ports import PortBook, PortName
from adapters.stack.postgres import Postgres

_GRACE = 10.0  # seconds


@contextmanager
def database() -> Iterator[str]:
    """Its address while the block runs."""
    with tempfile.TemporaryDirectory(prefix="haochaping-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the database runs as another user, who has to come through here
        with PortBook(folder) as ports:
            port = ports.choose([PortName.DATABASE])[PortName.DATABASE]
        server = Postgres(folder / "postgres", port, folder / "postgres.log")
        with asyncio.Runner() as runner:
            child = runner.run(server.start())
            with contextlib.ExitStack() as stack:
                stack.callback(lambda: runner.run(child.stop(grace=_GRACE)))
                runner.run(server.wait_ready(child))
                url = runner.run(server.ensure_database())
                migrate(url)
                yield url
