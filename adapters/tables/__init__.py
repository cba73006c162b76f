"""All tables of the database, so that whoever imports this package has the whole schema in `METADATA`."""

from sqlmodel import SQLModel

from adapters.tables import (
    accounts,
    cases,
    circulars,
    directory,
    documents,
    doors,
    figures,
    lists,
    matters,
    outbox,
    public_months,
    pushes,
    quality,
    ratings,
    reports,
    rhythm,
    samples,
    scores,
    work_in_hand,
)

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "accounts",
    "cases",
    "circulars",
    "directory",
    "documents",
    "doors",
    "figures",
    "lists",
    "matters",
    "outbox",
    "public_months",
    "pushes",
    "quality",
    "ratings",
    "reports",
    "rhythm",
    "samples",
    "scores",
    "work_in_hand",
]
