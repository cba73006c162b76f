"""What arrived: one row per service and idempotency key, in a file that survives a restart.

Decides that a repeat changes nothing but its count, and that what is acknowledged is on the disk.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

_SCHEMA = """
create table if not exists arrived (
    number integer primary key autoincrement,
    service text not null,
    key text not null,
    receipt text not null,
    kind text not null,
    case_no text not null,
    recipient text not null,
    address text not null,
    subject text not null,
    body text not null,
    first_at text not null,
    last_at text not null,
    times integer not null,
    differing integer not null default 0,
    digest text not null,
    unique (service, key)
)
"""


@dataclass(frozen=True)
class Arrival:
    """One message as it came in; `digest` tells a true repeat from another content under the same key."""

    service: str
    key: str
    kind: str
    case_no: str
    recipient: str
    address: str
    subject: str
    body: str
    digest: str


@dataclass(frozen=True)
class Kept(Arrival):
    """A message that is kept: how often it came, how often with another content, and the receipt that was
    given.
    """

    number: int
    receipt: str
    first_at: str
    last_at: str
    times: int
    differing: int


class Store:
    """The kept messages. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        with self._db:
            self._db.execute(_SCHEMA)

    def keep(self, arrival: Arrival) -> str:
        """Keep the first message of a key, count the others, and return the key's one receipt."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        receipt = f"{arrival.service}-{hashlib.sha256(arrival.key.encode()).hexdigest()[:16]}"
        row = asdict(arrival) | {"now": now, "receipt": receipt}
        with self._lock, self._db:
            self._db.execute(
                "insert into arrived (service, key, receipt, kind, case_no, recipient, address, subject, body,"
                " first_at, last_at, times, digest)"
                " values (:service, :key, :receipt, :kind, :case_no, :recipient, :address, :subject, :body,"
                " :now, :now, 1, :digest)"
                " on conflict (service, key) do update set times = times + 1, last_at = excluded.last_at,"
                " differing = differing + (digest <> excluded.digest)",
                row,
            )
        return receipt

    def find(
        self, service: str = "", kind: str = "", text: str = "", limit: int = 200, offset: int = 0
    ) -> Sequence[Kept]:
        """Kept messages, newest first; `text` is looked for in recipient, address, case number and key."""
        where, values = _where(service, kind, text)
        with self._lock:
            rows = self._db.execute(
                f"select * from arrived {where} order by number desc limit ? offset ?",
                [*values, limit, offset],
            ).fetchall()
        return [_kept(row) for row in rows]

    def message(self, number: int) -> Kept | None:
        """The kept message of that number."""
        with self._lock:
            row = self._db.execute("select * from arrived where number = ?", [number]).fetchone()
        return None if row is None else _kept(row)

    def count(self, service: str = "", kind: str = "", text: str = "") -> int:
        """How many messages `find` would give without a limit."""
        where, values = _where(service, kind, text)
        with self._lock:
            return int(self._db.execute(f"select count(*) from arrived {where}", values).fetchone()[0])

    def kinds(self) -> list[str]:
        """The kinds that have arrived."""
        with self._lock:
            return [row[0] for row in self._db.execute("select distinct kind from arrived order by 1")]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(**{name: row[name] for name in Kept.__dataclass_fields__})


def _where(service: str, kind: str, text: str) -> tuple[str, list[str]]:
    parts: list[str] = []
    values: list[str] = []
    for column, wanted in (("service", service), ("kind", kind)):
        if wanted:
            parts.append(f"{column} = ?")
            values.append(wanted)
    if text:
        parts.append("(instr(recipient, ?) or instr(address, ?) or instr(case_no, ?) or instr(key, ?))")
        values.extend([text] * 4)
    return ("where " + " and ".join(parts) if parts else ""), values
