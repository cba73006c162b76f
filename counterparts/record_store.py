"""What the provincial platform keeps: one row per record, in a file that survives a restart.

Decides that of several versions of a record the highest stays, that the same version again changes nothing but its
count, and that what is acknowledged is on the disk.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
create table if not exists records (
    key text primary key,
    version integer not null,
    digest text not null,
    day text not null,
    kind text not null,
    fields text not null,
    first_at text not null,
    last_at text not null,
    times integer not null,
    versions integer not null
);
create index if not exists records_day on records (day, key);
"""


@dataclass(frozen=True)
class Record:
    """A record as it came in; the digest is worked out here and not taken over."""

    key: str
    version: int
    digest: str
    day: str
    kind: str
    fields: str


@dataclass(frozen=True)
class KeptRecord(Record):
    """A record that is kept: when it came, how often, and in how many versions."""

    first_at: str
    last_at: str
    times: int
    versions: int


def read_record(sent: dict[str, Any]) -> Record:
    """A record of a batch. Raises ValueError, LookupError or TypeError for what is none."""
    fields = sent["fields"]
    if not isinstance(fields, dict) or not fields.get("projectNo"):
        raise ValueError("fields without a projectNo")
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    if sent["digest"] != digest:
        raise ValueError(f"the digest of {sent['key']!r} is not that of its fields")
    return Record(str(sent["key"]), int(sent["version"]), digest, str(sent["day"]), str(sent["kind"]), text)


def receipt_of(record: Record) -> str:
    """The one receipt of a record with that content."""
    return "platform-" + hashlib.sha256(f"{record.key} {record.digest}".encode()).hexdigest()[:16]


class RecordStore:
    """The kept records. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        with self._db:
            self._db.executescript(_SCHEMA)

    def keep(self, records: Sequence[Record]) -> None:
        """Keep what is new, count what is not; an older version changes nothing."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        rows = [{**vars(record), "now": now} for record in records]
        with self._lock, self._db:
            self._db.executemany(
                "insert into records (key, version, digest, day, kind, fields, first_at, last_at, times, versions)"
                " values (:key, :version, :digest, :day, :kind, :fields, :now, :now, 1, 1)"
                " on conflict (key) do update set times = times + 1, last_at = excluded.last_at,"
                " versions = versions + (digest <> excluded.digest and version <= excluded.version),"
                " fields = iif(version <= excluded.version, excluded.fields, fields),"
                " digest = iif(version <= excluded.version, excluded.digest, digest),"
                " version = max(version, excluded.version)",
                rows,
            )

    def of_day(self, day: str, after: str, limit: int) -> list[tuple[str, str]]:
        """Keys and digests of a day from a key on, at most so many."""
        with self._lock:
            found = self._db.execute(
                "select key, digest from records where day = ? and key > ? order by key limit ?", (day, after, limit)
            )
            return [(row["key"], row["digest"]) for row in found]

    def newest(self, limit: int, offset: int = 0) -> list[KeptRecord]:
        """Kept records, the last one that came first."""
        with self._lock:
            rows = self._db.execute(
                "select * from records order by last_at desc, key limit ? offset ?", (limit, offset)
            ).fetchall()
        return [KeptRecord(**{name: row[name] for name in KeptRecord.__dataclass_fields__}) for row in rows]

    def count(self) -> int:
        """How many records are kept."""
        with self._lock:
            return int(self._db.execute("select count(*) from records").fetchone()[0])

    def forget(self, keys: Sequence[str]) -> int:
        """Lose records, as a platform does that is set back to a copy; how many."""
        with self._lock, self._db:
            return sum(self._db.execute("delete from records where key = ?", (key,)).rowcount for key in keys)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
