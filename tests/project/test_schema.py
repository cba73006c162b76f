"""The migrations make exactly the tables that the program knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from adapters.database import make_engine, migrate
from adapters.tables import METADATA


def test_a_migrated_database_has_the_schema_of_the_tables(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    engine = make_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()
