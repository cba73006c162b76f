"""The item directory (事项目录) of each jurisdiction: read from a file, kept as a whole, replaced as a whole.

Decides how a file gets into the table and how bad rows are told. Whether a row can be taken says `policy.items`.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.rating_files import FileFacts, RatingFile, open_ratings
from adapters.tables.quality import ITEM_DIRECTORIES, ITEMS
from models.quality import DirectoryItem, ItemDirectory, ItemsRefused
from models.ratings import Fault
from policy.items import item_columns, read_items

MOST_ITEMS = 200_000
"""A province's library has some ten thousand items; more is a file of something else."""

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")

_FAULTS_TOLD = 50
_SHOWN = 40
_BATCH = 5_000


@dataclass(frozen=True)
class ItemStore:
    """The directories in the database."""

    engine: Engine
    now: Callable[[], datetime]

    def of(self, jurisdiction: str) -> ItemDirectory | None:
        """Which directory a jurisdiction has; None when none was loaded."""
        query = select(ITEM_DIRECTORIES).where(ITEM_DIRECTORIES.c.jurisdiction == jurisdiction)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return ItemDirectory(**row) if row is not None else None

    def load(self, path: Path, jurisdiction: str, by: str = "") -> ItemDirectory:
        """Put the file's items in the place of those that were there.

        Raises ItemsRefused with every bad row, or FileRefused; then nothing has changed.
        """
        if path.suffix.lower() not in SUFFIXES:
            raise ItemsRefused(f"{path.name}：事项目录须为 CSV 或 XLSX 文件。")
        with open_ratings(path) as file:
            items, faults = read_items(_cells(file), item_columns(file.header))
            facts = file.facts
        if faults:
            raise ItemsRefused(_told(path.name, faults), faults)
        if not items:
            raise ItemsRefused(f"{path.name} 只有表头，没有事项。原有的事项目录没有改变。")
        return self._replace(jurisdiction, items, facts, by)

    def load_content(self, name: str, content: bytes, jurisdiction: str, by: str) -> ItemDirectory:
        """The same for a file that was uploaded under that name."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (Path(name.replace("\\", "/")).name[-100:] or "items")
            path.write_bytes(content)
            return self.load(path, jurisdiction, by)

    def _replace(self, jurisdiction: str, items: Sequence[DirectoryItem], facts: FileFacts, by: str) -> ItemDirectory:
        directory = ItemDirectory(
            jurisdiction=jurisdiction,
            sha256=facts.sha256,
            file_name=facts.path.name,
            items=len(items),
            loaded_by=by,
            loaded_at=self.now(),
        )
        row = directory.model_dump()
        with self.engine.begin() as connection:
            # Two at once would each delete what was there before and then meet in the key.
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"items {jurisdiction}", 0))))
            connection.execute(delete(ITEMS).where(ITEMS.c.jurisdiction == jurisdiction))
            for start in range(0, len(items), _BATCH):
                batch = [{"jurisdiction": jurisdiction, **item._asdict()} for item in items[start : start + _BATCH]]
                connection.execute(insert(ITEMS), batch)
            add = upsert(ITEM_DIRECTORIES).values(row)
            connection.execute(add.on_conflict_do_update(index_elements=["jurisdiction"], set_=row))
        return directory


def _cells(file: RatingFile) -> Iterator[tuple[int, Sequence[str], Fault | None]]:
    for count, row in enumerate(file.rows()):
        if count >= MOST_ITEMS:
            raise ItemsRefused(f"{file.facts.path.name} 超过 {MOST_ITEMS:,} 行，不像是事项目录。请核对是否选错了文件。")
        yield row.number, row.cells, row.fault


def _told(name: str, faults: Sequence[tuple[int, Fault]]) -> str:
    rows = len({number for number, _ in faults})
    lines = [f"{name} 有 {rows:,} 行不能收下，原有的事项目录没有改变。请更正后重新导入："]
    lines += [f"第 {number} 行：{_sentence(fault)}" for number, fault in faults[:_FAULTS_TOLD]]
    if len(faults) > _FAULTS_TOLD:
        lines.append(f"……另有 {len(faults) - _FAULTS_TOLD:,} 处，更正以上各处后会再列出。")
    return "\n".join(lines)


def _sentence(fault: Fault) -> str:
    shown = fault.value if len(fault.value) <= _SHOWN else f"{fault.value[:_SHOWN]}…"
    value = f"“{shown}”" if shown.isprintable() and shown else ""
    return f"{fault.field}{value}{fault.reason}。{fault.fix}。"
