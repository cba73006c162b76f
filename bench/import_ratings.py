"""How fast and how big an import of good ratings is: `python -m bench.import_ratings [--quick]`.

Compares the whole way of a CSV file (read, check, store, checkpoint) with a bare COPY of the same rows from memory into
the same table, and with one INSERT per row; then shows the peak memory for a small and for a big file.
"""

import base64
import csv
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from adapters.codec import KeyRing
from adapters.personal import PersonalData
from adapters.rating_copy import COPIED, COPY_RATINGS
from adapters.rating_import import RatingImporter
from bench.database import database
from bench.measure import abba
from models.ratings import ImportRequest, RatingRules

ROWS = 100_000
SINGLE_ROWS = 2_000
MEMORY_ROWS = (200_000, 1_000_000)
DEPARTMENT = "11420700DEM0000143"
KEYS = KeyRing(current="bench", keys={"bench": base64.b64encode(bytes(range(32))).decode()})


def main() -> None:
    """Measure and print."""
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as folder, database() as url:
        many = good_ratings(Path(folder) / "many.csv", ROWS // (10 if quick else 1))
        few = good_ratings(Path(folder) / "few.csv", SINGLE_ROWS)
        _beside_copy(url, many)
        _beside_inserts(url, few)
        for rows in MEMORY_ROWS[: 1 if quick else 2]:
            _memory(url, good_ratings(Path(folder) / "big.csv", rows), rows)


def measured(database_url: str, path: Path) -> None:
    """One import in a process of its own; prints the peak of its memory in kilobytes."""
    _import(database_url, path)
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    print(found[1])


def _beside_copy(url: str, path: Path) -> None:
    rows = _import(url, path)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        buffer = bytearray()
        columns = ", ".join(COPIED)
        with connection.cursor().copy(
            f"copy (select {columns} from ratings order by row_no) to stdout with (null '')".encode()
        ) as copy:
            for piece in copy:
                buffer += piece

        def bare_copy() -> None:
            empty(connection)
            with connection.cursor().copy(COPY_RATINGS) as copy:
                copy.write(buffer)

        def whole_import() -> None:
            empty(connection)
            _import(url, path)

        bare_copy()
        _check_same(connection, rows, buffer)
        ratio = abba(bare_copy, whole_import)
    print(
        f"import of {rows:,} good ratings: {rows / ratio.b_seconds:,.0f} rows/s beside"
        f" {rows / ratio.a_seconds:,.0f} rows/s of a bare COPY of the same rows, {ratio}"
    )


def _beside_inserts(url: str, path: Path) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        empty(connection)
        rows = _import(url, path)
        columns = ", ".join(COPIED)
        values = connection.execute(f"select {columns} from ratings order by row_no".encode()).fetchall()
        insert = f"insert into ratings ({columns}) values ({', '.join(['%s'] * len(COPIED))})".encode()

        def single_inserts() -> None:
            empty(connection)
            for row in values:
                connection.execute(insert, row)

        def whole_import() -> None:
            empty(connection)
            _import(url, path)

        ratio = abba(single_inserts, whole_import)
        empty(connection)
    print(
        f"import of {rows:,} good ratings: {rows / ratio.b_seconds:,.0f} rows/s beside"
        f" {rows / ratio.a_seconds:,.0f} rows/s of one INSERT per row, {ratio}"
    )


def _memory(url: str, path: Path, rows: int) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        empty(connection)
    script = "import sys; from pathlib import Path; from bench.import_ratings import measured;"
    script += "measured(sys.argv[1], Path(sys.argv[2]))"
    done = subprocess.run([sys.executable, "-c", script, url, str(path)], capture_output=True, text=True, check=True)
    size = path.stat().st_size / 2**20
    print(f"memory: an import of {rows:,} rows ({size:.0f} MiB) peaks at {int(done.stdout) / 1024:.0f} MiB")


def _import(url: str, path: Path) -> int:
    importer = RatingImporter(url, {DEPARTMENT: "renshe"}, lambda: datetime.now(UTC), PersonalData(KEYS))
    order = ImportRequest(
        path=str(path),
        jurisdiction="ezhou",
        code_system="national",
        bad_levels=frozenset({1, 2}),
        rules=RatingRules(rates_staff=True, batch_min=2, once_per_visit=True),
    )
    report = importer.import_file(order)
    assert report.rejected == 0
    assert report.stored == report.rows
    return report.rows


def _check_same(connection: psycopg.Connection, rows: int, buffer: bytes | bytearray) -> None:
    found = connection.execute("select count(*), count(distinct content_digest) from ratings").fetchone()
    assert found == (rows, rows)
    assert buffer.count(b"\n") == rows


def empty(connection: psycopg.Connection) -> None:
    connection.execute("truncate ratings, imports")


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def good_ratings(path: Path, rows: int) -> Path:
    """Good ratings with every column that a window delivers, and some variety."""
    columns = (
        "projectNo,assessNumber,satisfaction,pf,assessTime,evalDetail,writingEvaluation,anonymityFlag,areaCode,"
        "areaName,deptCode,proDepart,taskCode,taskHandleItem,taskName,proManager,proManagerNo,acceptDate,promiseTime,"
        "proStatus,userName,userProp,userPageType,certKey,mobile,isProtion"
    )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split(","))
        for n in range(rows):
            level = 5 if n % 7 else 4
            clock = f"{8 + n % 9:02d}:{n // 9 % 60:02d}:{n // 540 % 60:02d}"
            writer.writerow(
                (
                    f"EZ{n * 7919 % 100_000_007:012d}", 1, level, 1 + n % 7, f"2026-09-{16 + n % 14} {clock}",
                    "510,517" if level == 5 else "411", "服务热情，办得快。" if n % 3 else "", 2, "420700",
                    "鄂州市", DEPARTMENT, "演示·鄂州市人力资源和社会保障局", f"DEMO{n % 97}", f"DEMO{n % 97}01",
                    "社会保障卡补换", f"演示·{n % 6:02d}号窗口", f"DEMO-{n % 6:02d}", f"2026-09-15 {clock}",
                    1 + n % 2, 3, f"演示评价人{n}", 1, 111, f"000000199{n:09d}", f"1380{n % 10_000_000:07d}", 0,
                )
            )  # fmt: skip
    return path


if __name__ == "__main__":
    main()
