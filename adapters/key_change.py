"""Writes what is encrypted anew under the current key, while people work.

Decides what is rewritten and what cannot be. Each piece of rows is one transaction that holds these rows only, so it
can be broken off at any time and run again; what is done is not looked at again. What does not open, because its key is
gone or it is damaged, stays as it is and is counted. A rating's digest is one-way: it is made anew from the rating
itself, when it is the digest of what is stored. Histories are not touched: the engine's are the engine's, and an
archived one is kept as it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, RowMapping, text

from adapters.citizens import content_digest_over_link
from adapters.closed_tables import CLOSED_TABLES, MARK, ClosedTable
from adapters.codec import KeyRing
from adapters.personal import PersonalData
from adapters.rating_copy import content_digest
from adapters.settings import StackFile
from models.errors import BadInput
from models.keys import ClosedKind, KeyCount, KeyStatus, Rewriting
from models.ratings import Rating
from policy.cells import BEIJING

_READERS = ("worker", "desk")
"""The parts of the stack that open what is encrypted."""

_OLD_REFUSALS = text("select count(*) from sms_refusals where refused and substring(digest from 1 for 4) <> :mark")

_ABOUT = 2.0
"""Seconds by which the system may be wrong about when a process began."""


@dataclass(frozen=True)
class KeyChange:
    """What stands under which key, and its rewriting under the current one."""

    engine: Engine
    ring: KeyRing
    need_readers: Callable[[], None]
    """Raises BadInput when something that runs could not read what is rewritten (`need_restarted_readers`)."""
    tables: Sequence[ClosedTable] = CLOSED_TABLES

    def status(self) -> KeyStatus:
        """How many values stand under which key. It looks at each of them: minutes with millions of ratings."""
        personal = PersonalData(self.ring)
        with self.engine.connect() as connection:
            counts = [each for table in self.tables for each in _counts(connection, table, personal)]
            case_files = connection.execute(text("select count(*) from case_files")).scalar_one()
            old_refusals = connection.execute(_OLD_REFUSALS, {"mark": personal.digest(b"")[:4]}).scalar_one()
        return KeyStatus(
            current=self.ring.current,
            keys=tuple(self.ring.keys),
            counts=tuple(counts),
            case_files=case_files,
            old_refusals=old_refusals,
        )

    def rewrite(self, progress: Callable[[Rewriting], None]) -> None:
        """Write anew what stands under another key; what then still does says `status`. Raises BadInput."""
        self.need_readers()
        rewriter = _Rewriter(self.engine, PersonalData(self.ring))
        for table in self.tables:
            rewriter.rewrite(table, progress)


def need_restarted_readers(runtime_dir: Path, keyring: Path) -> None:
    """Raises BadInput when a part of the running stack is older than the key ring and so does not know its keys."""
    record = StackFile.running(runtime_dir)
    running = [mark for name, mark in record.parts.items() if name in _READERS and mark.alive()] if record else []
    changed_at = keyring.stat().st_mtime
    if any(psutil.Process(mark.pid).create_time() + _ABOUT < changed_at for mark in running):
        raise BadInput(
            "系统启动以后，密钥文件又改过，正在运行的部分还不认识新密钥。"
            "请先停止系统（Ctrl-C），再用 starter.py up 启动，然后重写。"
        )


def _counts(connection: Connection, table: ClosedTable, personal: PersonalData) -> Iterator[KeyCount]:
    for key, number in connection.execute(text(table.count_by_key)):
        yield KeyCount(kind=table.kind, key=key, values=number)
    if not table.beside:
        return
    digests: dict[str, int] = {}
    for mark, number in connection.execute(text(f"select {MARK}, count(*) from {table.name} group by 1")):
        key = personal.marks.get(bytes(mark), "")
        digests[key] = digests.get(key, 0) + number
    for key in sorted(digests):
        yield KeyCount(kind=ClosedKind.DIGESTS, key=key, values=digests[key])


@dataclass(frozen=True)
class _Rewriter:
    """Goes through one table after the other."""

    engine: Engine
    personal: PersonalData

    def rewrite(self, table: ClosedTable, progress: Callable[[Rewriting], None]) -> None:
        """Rewrite the rows of a table that need it, piece by piece in the order of their key."""
        current = {"current": self.personal.current, "mark": self.personal.digest(b"")[:4]}
        with self.engine.connect() as connection:
            planned = connection.execute(text(table.count_old), current).scalar_one()
        last: dict[str, Any] = {}
        done = 0
        while True:
            with self.engine.begin() as connection:
                rows = connection.execute(text(table.read_old(not last)), current | last).mappings().all()
                if rows:
                    connection.execute(text(table.write), [self._anew(table, row) for row in rows])
            if not rows:
                return
            last = {f"after_{name}": rows[-1][name] for name in table.key}
            done += len(rows)
            progress(Rewriting(kind=table.kind, done=done, planned=max(planned, done)))

    def _anew(self, table: ClosedTable, row: RowMapping) -> dict[str, Any]:
        """The key of a row and its values under the current key; one that does not open stays as it is."""
        values: dict[str, Any] = {f"key_{name}": row[name] for name in table.key}
        opened: dict[str, str] = {}
        for column in table.columns:
            stored, place = row[column], table.place(*(row[name] for name in table.key), column)
            values[f"new_{column}"] = stored
            if not stored:
                continue
            try:
                if column in table.files:
                    content = self.personal.open_file(bytes(stored), place)
                    values[f"new_{column}"] = self.personal.close_file(content, place)
                else:
                    opened[column] = self.personal.open(stored, place)
                    values[f"new_{column}"] = self.personal.close(opened[column], place)
            except BadInput:
                continue
        if table.beside:
            values["new_content_digest"] = self._digest_anew(row, opened)
        return values

    def _digest_anew(self, row: RowMapping, opened: Mapping[str, str]) -> bytes:
        stored = bytes(row["content_digest"])
        contents = (content_digest(_as_delivered(row, opened)), content_digest_over_link(row))
        found = next((each for each in contents if self.personal.is_digest_of(stored, each)), None)
        return stored if found is None else self.personal.digest(found)


def _as_delivered(row: RowMapping, opened: Mapping[str, str]) -> Sequence[str]:
    """The rating as it was when it was taken in (`models.ratings.Rating`)."""
    return [opened.get(name) or _as_text(row[name]) for name in Rating._fields]


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "t" if value else "f"
        case datetime():
            return value.astimezone(BEIJING).isoformat(timespec="seconds")
        case _:
            return str(value)
