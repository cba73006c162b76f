"""Runs migrations on the database whose address `adapters.database.migrate` hands over."""

from alembic import context

from adapters.database import make_engine
from adapters.tables import METADATA

engine = make_engine(context.config.attributes["url"], pool_size=1)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
