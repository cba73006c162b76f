"""Brings ratings into the database by COPY, and finds those that repeat or contradict what is there.

Decides what happens to a rating that is already there: the same content changes nothing, another content is refused.
Personal values are closed on the way (`adapters.personal`); what repeats is found by a digest under a key.
Whether a rating can be taken is decided in `policy.intake`; the file and its rejects are the business of
`adapters.rating_import`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from adapters.personal import PERSONAL_COLUMNS, PersonalData, rating_place
from adapters.rating_files import SourceRow
from adapters.rating_matters import MatterBook, place_has_covered
from models.errors import HaochapingError
from models.ids import case_number
from models.ratings import ADDED, FAMILY, Fault, ImportedCase, Rating, ReviewChannel, SatisfactionLevel
from policy.intake import RowReader


class ImportBusy(HaochapingError):
    """Another import of the same jurisdiction is running."""


class Progress(NamedTuple):
    """How far an import has come: the last row done, the length of its rejects file, and its counts.

    `reasons` counts the rejected rows by field and reason.
    """

    rows_done: int = 0
    rejects_bytes: int = 0
    counts: Mapping[str, int] = MappingProxyType({})
    reasons: Mapping[tuple[str, str], int] = MappingProxyType({})


TakenRow = tuple[SourceRow, Rating]
"""A row that passed the checks."""

_There = dict[tuple[str, ...], tuple[bytes, int, int]]
"""By case number and evaluation number: digest of the content, import and row of the rating that is stored."""


class PieceOutcome(NamedTuple):
    """What became of a piece of rows; `conflicts` are those that contradict a rating that is already there.

    `known` are the numbers of the rows that were already stored or stand twice.
    """

    stored: int
    bad: int
    already_stored: int
    repeated: int
    cases: list[ImportedCase]
    conflicts: list[tuple[SourceRow, Fault]]
    known: list[int]


class ImportSession:
    """One import while it runs, on one connection that holds the jurisdiction's import lock."""

    def __init__(
        self,
        connection: psycopg.Connection,
        reader: RowReader,
        jurisdiction: str,
        code_system: str,
        import_id: int,
        personal: PersonalData,
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._jurisdiction = jurisdiction
        self._code_system = code_system
        self._import_id = import_id
        self._personal = personal
        self._close = personal.closer()
        self._rows: Sequence[TakenRow] = ()
        self._lines: list[str] = []
        self._sent = 0
        self._outcome = PieceOutcome(0, 0, 0, 0, [], [], [])
        self._look_first = False
        self._matters = MatterBook(connection, jurisdiction, reader.rules)
        self._has_covered = place_has_covered(connection, jurisdiction)
        self._copy: psycopg.Copy | None = None
        self._open = ExitStack()
        self.progress = Progress()
        self.was_finished = False

    def cases_so_far(self, limit: int) -> list[ImportedCase]:
        """The cases that an earlier run of this import, which broke off, has already made."""
        found = self._connection.execute(
            "select case_no, least(level, staff_level), coalesce(task_name, ''), unit, channel, anonymous from ratings"
            " where import_id = %s and case_no is not null order by row_no limit %s",
            (self._import_id, limit),
        )
        return [
            ImportedCase(
                case_no=case_no,
                level=SatisfactionLevel(level),
                task_name=task_name,
                unit=unit,
                channel=ReviewChannel(channel),
                anonymous=anonymous,
            )
            for case_no, level, task_name, unit, channel, anonymous in found
        ]

    def begin(self, rows: Sequence[TakenRow]) -> None:
        """Begin to store a piece of rows; `feed` moves them along, `complete` commits them.

        New rows are what an import usually brings, so they are sent without looking for them first, unless the piece
        before had some that were there already.
        """
        self._rows = rows
        self._connection.execute("begin")
        self._outcome = self._sort_out(self._those_there(rows) if self._look_first else {}, self._book_for(rows))
        self._start_copy()

    def feed(self) -> None:
        """Send the next few rows on their way, so that the database works while the caller reads on."""
        if self._copy and self._sent < len(self._lines):
            self._copy.write("".join(self._lines[self._sent : self._sent + _ROWS_AT_ONCE]).encode())
            self._sent += _ROWS_AT_ONCE

    def complete(self, settle: Callable[[PieceOutcome], Progress]) -> None:
        """Commit the piece together with how far the import has come.

        `settle` is told what became of the rows and answers with the progress to note.
        """
        try:
            self._end_copy()
        except psycopg.errors.UniqueViolation:
            self._connection.execute("rollback")
            self._look_first = True
            self.begin(self._rows)
            self._end_copy()
        self._has_covered = self._matters.write() or self._has_covered
        outcome = self._outcome
        self._look_first = outcome.stored < len(self._rows)
        progress = settle(outcome)
        if self.was_finished and outcome.stored:
            # Rows that this content brings later, because their unit was not known before, are pushed as well.
            self._connection.execute("update imports set is_to_be_pushed = true where id = %s", (self._import_id,))
        if not self.was_finished:
            reasons = [[*reason, rows] for reason, rows in progress.reasons.items()]
            counts = Jsonb({**progress.counts, "reasons": reasons})
            self._connection.execute(
                "update imports set rows_done = %s, rejects_bytes = %s, counts = %s where id = %s",
                (progress.rows_done, progress.rejects_bytes, counts, self._import_id),
            )
        self._connection.execute("commit")

    def _book_for(self, rows: Sequence[TakenRow]) -> MatterBook | None:
        """What these rows can meet; None when none of them covers a matter or states a visit, and no other ever did."""
        added = self._reader.reads_added
        if not self._has_covered and not (added and any(each.covered_matters or each.visit_no for _, each in rows)):
            return None
        self._matters.look_up([rating for _, rating in rows])
        return self._matters

    def _sort_out(self, there: _There, book: MatterBook | None) -> PieceOutcome:
        """What becomes of each row; the lines of those to be stored are left in `_lines`."""
        cases: list[ImportedCase] = []
        conflicts: list[tuple[SourceRow, Fault]] = []
        known: list[int] = []
        stored = bad = already = repeated = 0
        tail = f"\t{self._import_id}\t{self._jurisdiction}\t{self._code_system}\t"
        lines = self._lines = []
        reader, import_id, personal = self._reader, self._import_id, self._personal
        added = ""
        for source, rating in self._rows:
            recognised_by = content = _copy_text(rating[:_FAMILY])
            if reader.reads_added:
                added = "\t" + _copy_text(rating[_FAMILY:])
                if added != _NOTHING_ADDED:
                    recognised_by += added if rating.window_no else added.removesuffix("\t")
            digest_of_content = _digest(recognised_by)
            key = rating[:2]  # case number and evaluation number
            old = there.get(key)
            if old is None:
                if book and (fault := book.refused(rating)):
                    conflicts.append((source, fault))
                    continue
                digest = personal.digest(digest_of_content)
                there[key] = (digest, import_id, source.number)
                if rating[_FIRST_PERSONAL:_FAMILY] != _NOTHING_PERSONAL:
                    content = _copy_text(self._closed(rating))
                case, unit = _NO_CASE, reader.unit_of(rating)
                if reader.is_bad(rating):
                    case_no = case_number(self._jurisdiction, rating.project_no, int(rating.assess_number))
                    cases.append(_imported(case_no, rating, unit))
                    case = f"{case_no}\tpending"
                    bad += 1
                lines.append(f"{content}\t\\\\x{digest.hex()}{tail}{source.number}\t{unit}\t{case}{added}\n")
                stored += 1
            elif not self._is_the_same(rating, digest_of_content, old[0]):
                conflicts.append((source, self._conflict(rating, old)))
            elif old[1] != import_id or self.was_finished:
                already += 1
                known.append(source.number)
            elif old[2] != source.number:
                repeated += 1
                known.append(source.number)
            else:  # stored by an earlier run of this import that broke off
                stored += 1
                bad += reader.is_bad(rating)
        return PieceOutcome(stored, bad, already, repeated, cases, conflicts, known)

    def _closed(self, rating: Rating) -> list[str]:
        """The fields of the rating with its personal values closed."""
        place, close = rating_place(self._jurisdiction, *rating[:2], "").encode(), self._close
        fields = list(rating[:_FAMILY])
        for index, name in _PERSONAL:
            if value := fields[index]:
                fields[index] = close(value, place + name)
        return fields

    def _start_copy(self) -> None:
        self._sent = 0
        if self._lines:
            copied = COPY_WITH_ADDED if self._reader.reads_added else COPY_RATINGS
            self._copy = self._open.enter_context(self._connection.cursor().copy(copied))

    def _end_copy(self) -> None:
        while self._copy and self._sent < len(self._lines):
            self.feed()
        self._copy = None
        self._open.close()

    def finish(self) -> None:
        """The import is complete."""
        if not self.was_finished:
            self._connection.execute("update imports set finished_at = now() where id = %s", (self._import_id,))

    def _those_there(self, rows: Sequence[TakenRow]) -> _There:
        """Digest, import and row of the ratings among these that are already stored."""
        # A case number has safe characters only, so an array of them needs no quoting.
        numbers = f"{{{','.join([rating.project_no for _, rating in rows])}}}"
        found = self._connection.execute(
            "select project_no, assess_number::text, content_digest, import_id, row_no from ratings"
            " where jurisdiction = %s and project_no = any(%s::text[])",
            (self._jurisdiction, numbers),
        )
        return {(project_no, number): (digest, origin, row_no) for project_no, number, digest, origin, row_no in found}

    def _is_the_same(self, rating: Rating, digest_of_content: bytes, stored: bytes) -> bool:
        """Whether the rating is what is stored, also when that came in before its window was read."""
        is_digest_of = self._personal.is_digest_of
        return is_digest_of(stored, digest_of_content) or (
            rating.window_no != "" and is_digest_of(stored, content_digest(rating._replace(window_no="")))
        )

    def _conflict(self, rating: Rating, old: tuple[bytes, int, int]) -> Fault:
        _, import_id, row_no = old
        if import_id == self._import_id:
            where = f"本文件第 {row_no} 行"
        else:
            origin = self._connection.execute("select file_name from imports where id = %s", (import_id,)).fetchone()
            where = f"文件 {origin[0]} 第 {row_no} 行" if origin else "已入库"
        return Fault(
            "projectNo",
            rating.project_no,
            "与已有的同一条评价内容不同",
            f"该办件的第 {rating.assess_number} 次评价已有一条（{where}），不会被覆盖。"
            "若是再次评价，请把 assessNumber 改为 2；若是重复上报，请删除本行",
        )


@contextmanager
def importing(
    database_url: str,
    reader: RowReader,
    jurisdiction: str,
    code_system: str,
    sha256: str,
    file_name: str,
    personal: PersonalData,
) -> Iterator[ImportSession]:
    """Begin or take up the import of one content. A crash leaves it where its last checkpoint stands.

    Raises ImportBusy when another import of the jurisdiction does not end within some seconds.
    """
    with psycopg.connect(_conninfo(database_url), autocommit=True) as connection:
        _take_import_lock(connection, jurisdiction)
        row = connection.execute(
            "insert into imports (jurisdiction, code_system, sha256, file_name) values (%s, %s, %s, %s)"
            " on conflict (jurisdiction, code_system, sha256) do update set sha256 = excluded.sha256"
            " returning id, rows_done, rejects_bytes, counts, finished_at is not null",
            (jurisdiction, code_system, sha256, file_name),
        ).fetchone()
        assert row is not None
        session = ImportSession(connection, reader, jurisdiction, code_system, row[0], personal)
        session.was_finished = row[4]
        if not session.was_finished:
            counts = row[3]
            reasons = {(name, reason): rows for name, reason, rows in counts.pop("reasons", [])}
            session.progress = Progress(row[1], row[2], counts, reasons)
        yield session


COPIED = (
    *FAMILY,
    *(
        "content_digest",
        "import_id",
        "jurisdiction",
        "code_system",
        "row_no",
        "unit",
        "case_no",
        "case_state",
    ),
)
COPY_RATINGS = f"copy ratings ({', '.join(COPIED)}) from stdin with (null '')"
COPY_WITH_ADDED = f"copy ratings ({', '.join((*COPIED, *ADDED))}) from stdin with (null '')"
"""For files that have columns for the fields beside the interface family's."""

_NO_CASE = "\t"
_FAMILY = len(FAMILY)
_WINDOW = Rating._fields.index("window_no")
_NOTHING_ADDED = "\t" * len(ADDED)
_PERSONAL = [(Rating._fields.index(name), name.encode()) for name in PERSONAL_COLUMNS]
_FIRST_PERSONAL = Rating._fields.index("user_name")
_NOTHING_PERSONAL = ("",) * (_FAMILY - _FIRST_PERSONAL)
_ROWS_AT_ONCE = 128

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n"})


def content_digest(rating: Sequence[str]) -> bytes:
    """What a rating, as it was delivered, is recognised by; it is stored under a key only (`PersonalData.digest`).

    Fields beside the interface family's count only where there are any, and the window, which came after the others,
    only where there is one: ratings from before them keep theirs.
    """
    if not any(rating[_FAMILY:]):
        return _digest(_copy_text(rating[:_FAMILY]))
    return _digest(_copy_text(rating if rating[_WINDOW] else rating[:_WINDOW]))


def _digest(content: str) -> bytes:
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def _copy_text(rating: Sequence[str]) -> str:
    """The rating as a line of COPY's text format. Equal ratings give equal lines, so its digest stands for them."""
    line = "\t".join(rating)
    # No other of COPY's special characters is in a normalised field.
    if "\\" in line or "\n" in line:
        return "\t".join(field.translate(_ESCAPES) for field in rating)
    return line


def _imported(case_no: str, rating: Rating, unit: str) -> ImportedCase:
    return ImportedCase(
        case_no=case_no,
        level=SatisfactionLevel(int(min(rating.level, rating.staff_level or rating.level))),
        task_name=rating.task_name,
        unit=unit,
        channel=ReviewChannel(rating.channel),
        anonymous=rating.anonymous == "t",
    )


def _conninfo(database_url: str) -> str:
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


_LOCK_PATIENCE = "15s"
"""Longer than a server needs to notice that a killed import's connection is gone."""


def _take_import_lock(connection: psycopg.Connection, jurisdiction: str) -> None:
    """One import of a jurisdiction at a time; the lock ends with the connection."""
    connection.execute("select set_config('lock_timeout', %s, false)", (_LOCK_PATIENCE,))
    try:
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"import {jurisdiction}",))
    except psycopg.errors.LockNotAvailable:
        raise ImportBusy(f"{jurisdiction} 正在导入另一个文件。请等它完成后再导入。") from None
    connection.execute("select set_config('lock_timeout', '0', false)")
