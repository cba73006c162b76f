"""The connection to PostgreSQL, and its schema brought up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, make_url

CONNECTS_WITHIN = 5
"""Seconds until a database that takes a connection but does not answer counts as gone."""

WAITS_WITHIN = 10
"""Seconds that somebody waits until one of the pool's connections is free."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def make_engine(url: str, pool_size: int = 10) -> Engine:
    """An engine for a `postgresql://…` address, with a pool that notices a restarted server before it hands out."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        pool_size=pool_size,
        max_overflow=5,
        pool_pre_ping=True,
        pool_timeout=WAITS_WITHIN,
        connect_args={"connect_timeout": CONNECTS_WITHIN, "options": "-c timezone=UTC"},
    )


def migrate(url: str) -> None:
    """Bring the schema of the database up to date; does nothing when it is."""
    config = Config()
    # Percent signs are interpolation to the configuration parser.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
