"""The rejects file: the rows that could not be taken, with what to correct, ready to be imported again.

Decides its form and its place on disk. It holds personal data of whoever wrote the rows, so only its owner may read
it. While an import runs it is a hidden unfinished file; it gets its name when the import is complete.
"""

import csv
import json
import os
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Self

from adapters.rating_files import FileFacts, FileKind, SourceRow
from models.ratings import Fault, FileRefused
from policy.intake import REMARK_COLUMNS
from policy.rating_fields import MEANINGS


def rejects_path(source: Path) -> Path:
    """Where the rejects of a file go when nothing else is said: beside it, as CSV or JSON Lines."""
    suffix = ".jsonl" if source.suffix.lower() in (".jsonl", ".ndjson") else ".csv"
    return source.with_name(f"{source.stem}.rejects{suffix}")


class RejectsFile:
    """The rejects of one import. Use as a context manager; without `finish` the unfinished file stays for a resume."""

    def __init__(self, path: Path, source: FileFacts, header: Sequence[str]) -> None:
        """Prepare the rejects file `path` for the file `source`.

        Raises FileRefused when nothing can be written there, or when it would overwrite the file itself.
        """
        if path.resolve() == source.path.resolve():
            raise FileRefused("拒收文件不能与导入的文件同名。请用 --rejects 指定另一个文件。")
        if path.is_dir():
            raise FileRefused(f"{path} 是目录。请用 --rejects 指定一个文件名。")
        self._path = path
        self._unfinished = path.with_name(f".{path.name}.{source.sha256[:8]}.unfinished")
        self._is_json = source.kind is FileKind.JSONL
        self._columns = [(index, title) for index, title in enumerate(header) if title not in REMARK_COLUMNS]
        try:
            descriptor = os.open(self._unfinished, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise FileRefused(
                f"无法在 {path.parent} 写入拒收文件（{error.strerror}）。请用 --rejects 指定一个可写的位置。"
            ) from None
        self._file = os.fdopen(descriptor, "r+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def continue_at(self, size: int) -> bool:
        """Go on after the first `size` bytes; False, and nothing changed, when the unfinished file is not that long."""
        if self._unfinished.stat().st_size < size:
            return False
        self._file.truncate(size)
        self._file.seek(size)
        return True

    def start(self) -> None:
        """Begin anew."""
        self._file.truncate(0)
        self._file.seek(0)
        if not self._is_json:
            titles = [*REMARK_COLUMNS, *(title for _, title in self._columns)]
            self._file.write(b"\xef\xbb\xbf" + _csv_line(titles))

    def write(self, row: SourceRow, faults: Sequence[Fault]) -> None:
        """Add a row with all that is wrong with it."""
        remarks = [
            str(row.number),
            "；".join(_named(fault) for fault in faults if fault.field),
            "；".join(_reason(fault) for fault in faults),
            "；".join(dict.fromkeys(fault.fix for fault in faults)),
            row.raw if row.fault else "",
        ]
        if self._is_json:
            self._file.write(_json_line(row, dict(zip(REMARK_COLUMNS, remarks, strict=True))))
        else:
            self._file.write(_csv_line([*remarks, *(row.cells[index] for index, _ in self._columns)]))

    def sync(self) -> int:
        """Bring everything safely to disk; the length so far."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def finish(self, rejected: int) -> Path | None:
        """Give the file its name, all at once; without rejects there is no file, and None."""
        if not rejected:
            self._unfinished.unlink()
            self._path.unlink(missing_ok=True)
            return None
        self.sync()
        os.replace(self._unfinished, self._path)
        return self._path


def _named(fault: Fault) -> str:
    meaning = MEANINGS.get(fault.field)
    return f"{fault.field}（{meaning}）" if meaning else fault.field


def _reason(fault: Fault) -> str:
    shown = fault.value if len(fault.value) <= _SHOWN else f"{fault.value[:_SHOWN]}…"
    return f"{fault.field}“{shown}”{fault.reason}" if fault.field and shown else f"{fault.field}{fault.reason}"


_SHOWN = 40


def _csv_line(cells: Sequence[str]) -> bytes:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode(errors="backslashreplace")


def _json_line(row: SourceRow, remarks: dict[str, str]) -> bytes:
    fields = {} if row.fault else json.loads(row.raw)
    line = json.dumps({**fields, **remarks}, ensure_ascii=False)
    try:
        return f"{line}\n".encode()
    except UnicodeEncodeError:  # half a character, which JSON can write as an escape only
        return f"{json.dumps({**fields, **remarks})}\n".encode()
