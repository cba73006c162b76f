"""An import that stops dead: run as a process, it reports each piece and waits to be killed at the last one.

Arguments: database address, file, pieces to complete before it waits.
"""

import sys
from pathlib import Path

from adapters import rating_import
from models.ratings import ImportProgress
from tests.intake.support import NOW, UNITS, request
from tests.support.keys import PERSONAL

rating_import.PIECE_ROWS = 100


def main(database_url: str, path: str, pieces: int) -> None:
    """Import until that piece is on its way, then wait."""
    seen = 0

    def wait_at_the_last(progress: ImportProgress) -> None:
        nonlocal seen
        seen += 1
        print(progress.rows, flush=True)
        if seen == pieces:
            sys.stdin.read()

    importer = rating_import.RatingImporter(database_url, UNITS, lambda: NOW, PERSONAL)
    importer.import_file(request(Path(path)), wait_at_the_last)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
