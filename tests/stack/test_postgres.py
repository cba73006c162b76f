"""The embedded PostgreSQL by itself: durable, private, and made whole or not at all."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.stack import postgres
from adapters.stack.postgres import OWNER, Postgres
from adapters.stack.processes import PartFailed
from tests.conftest import free_port

pytestmark = pytest.mark.timeout(900)  # a server has minutes for its start, and as many for its end

GRACE = 300.0
"""Seconds for the end of a server: nobody is killed here because the disk is busy."""


@pytest.fixture
def server(tmp_path: Path) -> Postgres:
    """One that was never started."""
    return Postgres(tmp_path / "postgres", free_port(), tmp_path / "postgres.log")


def _connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""))


async def test_it_writes_through_to_the_disk(server: Postgres) -> None:
    child = await server.start()
    try:
        await server.wait_ready(child)
        with _connect(await server.ensure_database()) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"SHOW {name}".encode()).fetchone() == ("on",)
    finally:
        await child.stop(GRACE)


async def test_it_takes_nobody_without_the_password(server: Postgres) -> None:
    child = await server.start()
    try:
        await server.wait_ready(child)
        url = await server.ensure_database()
        with pytest.raises(psycopg.OperationalError, match="password"):
            _connect(url.replace(url.split("@")[0].rsplit(":", 1)[1], "wrong"))
        assert (server.directory / "password").stat().st_mode & 0o077 == 0
    finally:
        await child.stop(GRACE)


async def test_the_application_is_no_superuser(empty_database_url: str) -> None:
    with _connect(empty_database_url) as connection:
        found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
    assert found == (False,)


async def test_an_interrupted_making_of_the_cluster_is_made_again(server: Postgres) -> None:
    half = server.directory / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    child = await server.start()
    try:
        await server.wait_ready(child)
    finally:
        await child.stop(GRACE)
    assert not half.exists()


async def test_a_server_left_on_the_cluster_is_stopped_before_the_next_starts(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "STOP_GRACE", GRACE)
    first = await server.start()
    await server.wait_ready(first)
    second = await server.start()
    try:
        await server.wait_ready(second)
        assert await first.ended() == 0
        assert not first.mark.alive()
    finally:
        await second.stop(GRACE)


async def test_a_cluster_that_does_not_start_says_why(server: Postgres) -> None:
    child = await server.start()
    await server.wait_ready(child)
    await child.stop(GRACE)
    (server.directory / "cluster" / "PG_VERSION").write_text("9\n")

    async def start_again() -> None:
        child = await server.start()
        try:
            await server.wait_ready(child)
        finally:
            await child.kill()

    # It may be gone before it is known as a child, or while it is waited for; both say what the server said.
    with pytest.raises(PartFailed, match=r"日志|一启动就退出"):
        await start_again()
