"""Which tables have closed columns, and how SQL sees under which key a value in them stands.

Decides nothing about keys; that is `adapters.key_change`. What may be in such a column says a rule of the table itself
(`…_closed`), and a test holds this list against these rules.
"""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.personal import (
    PERSONAL_COLUMNS,
    attachment_place,
    draft_place,
    matter_place,
    rating_place,
    report_place,
)
from models.keys import ClosedKind
from models.ratings import Rating

MARK = "substring(content_digest from 1 for 4)"
"""SQL for the bytes that name the key of a rating's digest (`PersonalData.marks`)."""


@dataclass(frozen=True)
class ClosedTable:
    """A table with closed columns. `place` takes the key of a row and a column, and says where that value stands.

    In the columns of `files` there are bytes. `piece` is how many rows are worked on at once.
    """

    name: str
    kind: ClosedKind
    key: tuple[str, ...]
    columns: tuple[str, ...]
    place: Callable[..., str]
    files: frozenset[str] = frozenset()
    beside: tuple[str, ...] = ()
    """Columns that the digest of the row is made from, besides the closed ones; empty where there is no digest."""
    piece: int = 1_000

    @property
    def count_by_key(self) -> str:
        """How many values stand under which key."""
        values = ", ".join(f"({self._key_of(column)})" for column in self.columns)
        return (
            f"select under, count(*) from {self.name}, lateral (values {values}) as closed (under)"
            " where under <> '' group by under order by under"
        )

    @property
    def count_old(self) -> str:
        """How many rows have something that is not under the key `:current`, whose digests begin with `:mark`."""
        return f"select count(*) from {self.name} where {self._is_old}"

    def read_old(self, is_first: bool) -> str:
        """The next of these rows, for update; after the first ones those behind `:after_…`, the key of the last one."""
        shown = dict.fromkeys((*self.key, *self._written, *self.beside))
        after = f"({', '.join(self.key)}) > ({', '.join(f':after_{name}' for name in self.key)})"
        return (
            f"select {', '.join(shown)} from {self.name} where {self._is_old}{'' if is_first else f' and {after}'}"
            f" order by {', '.join(self.key)} limit {self.piece} for update"
        )

    @property
    def write(self) -> str:
        """Put `:new_…` into the row with the key `:key_…`."""
        values = ", ".join(f"{name} = :new_{name}" for name in self._written)
        return f"update {self.name} set {values} where {' and '.join(f'{name} = :key_{name}' for name in self.key)}"

    @property
    def _written(self) -> tuple[str, ...]:
        return (*self.columns, "content_digest") if self.beside else self.columns

    @property
    def _is_old(self) -> str:
        parts = [f"coalesce(nullif({self._key_of(column)}, ''), :current) <> :current" for column in self.columns]
        return f"({' or '.join([*parts, f'{MARK} <> :mark'] if self.beside else parts)})"

    def _key_of(self, column: str) -> str:
        """The name of the key under which a value stands; empty or NULL where there is no value."""
        if column not in self.files:
            return f"split_part({column}, '.', 2)"
        name = f"substring({column} from 3 for get_byte(substring({column} from 2 for 1), 0))"
        return f"convert_from({name}, 'UTF8')"


CLOSED_TABLES = (
    ClosedTable(
        name="ratings",
        kind=ClosedKind.RATINGS,
        key=("jurisdiction", "project_no", "assess_number"),
        columns=PERSONAL_COLUMNS,
        place=rating_place,
        beside=tuple(name for name in Rating._fields if name not in PERSONAL_COLUMNS),
    ),
    ClosedTable("citizen_reports", ClosedKind.REPORTS, ("case_no",), ("reporter_name", "mobile"), report_place),
    ClosedTable("matters", ClosedKind.MATTERS, ("jurisdiction", "project_no"), ("mobile",), matter_place),
    ClosedTable("drafts", ClosedKind.DRAFTS, ("user_id", "case_no", "action"), ("fields", "message"), draft_place),
    ClosedTable(
        name="attachments",
        kind=ClosedKind.FILES,
        key=("id",),
        columns=("name", "content"),
        place=attachment_place,
        files=frozenset({"content"}),
        piece=1,  # each may be as large as a file can be
    ),
)
