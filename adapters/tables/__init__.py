"""All tables of the database, so that whoever imports this package has the whole schema in `METADATA`."""

from sqlmodel import SQLModel

from adapters.tables import cases, directory, outbox, ratings, reports

METADATA = SQLModel.metadata

__all__ = ["METADATA", "cases", "directory", "outbox", "ratings", "reports"]
