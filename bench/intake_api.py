"""Ratings handed in through the API: `python -m bench.intake_api [--quick]`.

Compares good ratings that are posted to the running desk over HTTP, a thousand in a request, one request after the
other, with a bare COPY of the same rows into the same table; then shows how long a single rating takes.
"""

import csv
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import psycopg
import requests

from adapters.rating_copy import COPIED, COPY_RATINGS
from bench.import_ratings import empty, good_ratings, plain
from bench.measure import abba
from bench.running_stack import running_stack, token

ROWS = 20_000
IN_A_REQUEST = 1_000
SINGLE = 100
_PATIENCE = 120  # seconds


def main() -> None:
    """Measure and print."""
    rows = ROWS // (10 if "--quick" in sys.argv else 1)
    with tempfile.TemporaryDirectory(prefix="haochaping-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the database runs as another user, who has to come through here
        ratings = _read(good_ratings(folder / "ratings.csv", rows))
        with running_stack(folder) as stack, psycopg.connect(plain(stack.database_url), autocommit=True) as connection:
            desk = Desk(stack.desk_url, token(folder, "admin-01", "ratings:write"))
            _beside_copy(desk, connection, ratings)
            _one_by_one(desk, connection, ratings[:SINGLE])


class Desk:
    """The desk's API, over connections that are kept as long as the desk keeps them."""

    def __init__(self, address: str, token: str) -> None:
        """`address` is the desk's; `token` may hand in ratings."""
        self._address = f"{address}/api/v1/ratings"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def hand_in(self, ratings: Sequence[dict[str, str]]) -> None:
        """Post ratings as one request; all of them must be stored."""
        answer = self._session.post(
            self._address,
            json={"jurisdiction": "ezhou", "ratings": ratings},
            headers={"Idempotency-Key": uuid.uuid4().hex},
            timeout=_PATIENCE,
        )
        said = answer.json()
        assert answer.ok, said
        assert said["stored"] == len(ratings), said


def _beside_copy(desk: Desk, connection: psycopg.Connection, ratings: list[dict[str, str]]) -> None:
    def through_the_api() -> None:
        empty(connection)
        for first in range(0, len(ratings), IN_A_REQUEST):
            desk.hand_in(ratings[first : first + IN_A_REQUEST])

    through_the_api()
    buffer = bytearray()
    with connection.cursor().copy(
        f"copy (select {', '.join(COPIED)} from ratings) to stdout with (null '')".encode()
    ) as copy:
        for piece in copy:
            buffer += piece

    def bare_copy() -> None:
        empty(connection)
        with connection.cursor().copy(COPY_RATINGS) as copy:
            copy.write(buffer)

    ratio = abba(bare_copy, through_the_api)
    print(
        f"{len(ratings):,} good ratings through the API, {IN_A_REQUEST:,} in a request:"
        f" {len(ratings) / ratio.b_seconds:,.0f} rows/s beside {len(ratings) / ratio.a_seconds:,.0f} rows/s of a bare"
        f" COPY of the same rows, {ratio}",
        flush=True,
    )


def _one_by_one(desk: Desk, connection: psycopg.Connection, ratings: list[dict[str, str]]) -> None:
    empty(connection)
    took = []
    for rating in ratings:
        begins = time.perf_counter()
        desk.hand_in([rating])
        took.append(time.perf_counter() - begins)
    slow = sorted(took)[len(took) * 95 // 100]
    print(f"exact: one rating in a request: {median(took) * 1000:.0f} ms (median), {slow * 1000:.0f} ms (p95)")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
