"""Reads files of ratings row by row: CSV, XLSX and JSON Lines, never more than a few rows in memory.

Decides what a row is. What a row means is decided in `policy.intake`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.rating_files.delimited import DelimitedFile
from adapters.rating_files.inspection import FileFacts, FileKind, inspect
from adapters.rating_files.json_lines import JsonLinesFile
from adapters.rating_files.rows import RatingFile, SourceRow
from adapters.rating_files.workbook import open_workbook

__all__ = ["FileFacts", "FileKind", "RatingFile", "SourceRow", "open_ratings"]


@contextmanager
def open_ratings(path: Path) -> Iterator[RatingFile]:
    """Open a file of ratings; its suffix says which format it has.

    Raises FileRefused when the file cannot be taken; nothing has been read from it then.
    """
    facts = inspect(path)
    if facts.kind is FileKind.XLSX:
        with open_workbook(facts) as rows:
            yield rows
        return
    with path.open("rb") as raw:
        yield JsonLinesFile(facts, raw) if facts.kind is FileKind.JSONL else DelimitedFile(facts, raw)
