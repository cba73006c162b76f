"""Brings a file of ratings in: reads, checks, stores and rejects, piece by piece, and goes on after a crash.

Decides the order of these steps and what stands in the report. A piece of rows is stored in one transaction with the
import's checkpoint, after its rejects are on disk; one piece is stored while the next one is read and checked.
"""

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from adapters.personal import PersonalData
from adapters.rating_copy import ImportSession, PieceOutcome, Progress, TakenRow, importing
from adapters.rating_files import RatingFile, SourceRow, open_ratings
from adapters.rejects import RejectsFile, rejects_path
from models.ratings import (
    Fault,
    ImportedCase,
    ImportProgress,
    ImportReport,
    ImportRequest,
    Rating,
    ReasonCount,
)
from policy.intake import IntakeRules, RowReader, match_columns

PIECE_ROWS = 8_000
"""Rows in a piece: enough that a commit costs little, few enough that two pieces are some ten megabytes."""

PIECE_BYTES = 8 << 20
"""A piece also ends after so many bytes of the file, for files with enormous rows."""

_ROWS_A_BREATH = 64

CASES_LISTED = 200
"""How many of its cases a report lists; how many there are it says in any case."""


@dataclass(frozen=True)
class RatingImporter:
    """Imports files of ratings. `units` maps a department's social credit code to its unit id."""

    database_url: str
    units: Mapping[str, str]
    now: Callable[[], datetime]
    personal: PersonalData

    def import_file(
        self, request: ImportRequest, progress: Callable[[ImportProgress], None] = lambda _: None
    ) -> ImportReport:
        """Import one file; the same file again changes nothing, and one that broke off is taken up where it stood.

        `progress` is called after each piece. Raises FileRefused when the file cannot be taken at all, ImportBusy while
        another import of the jurisdiction runs.
        """
        rules = IntakeRules(
            code_system=request.code_system, bad_levels=request.bad_levels, units=self.units, rules=request.rules
        )
        began = time.monotonic()
        path = Path(request.path)
        with open_ratings(path) as file:
            columns = match_columns(file.header)
            reader = RowReader(columns.index_of, rules, self.now())
            target = Path(request.rejects) if request.rejects else rejects_path(path)
            with (
                importing(
                    self.database_url,
                    reader,
                    request.jurisdiction,
                    request.code_system,
                    file.facts.sha256,
                    path.name,
                    self.personal,
                ) as session,
                RejectsFile(target, file.facts, file.header) as rejects,
            ):
                run = _Run(file, reader, session, rejects, _Tally())
                run.take_up()
                resumed_after = run.tally.rows_done
                run.all_pieces(progress, began)
                rejects_file = rejects.finish(run.tally.rejected)
                session.finish()
                tally = run.tally
                return ImportReport(
                    file=path.name,
                    jurisdiction=request.jurisdiction,
                    code_system=request.code_system,
                    rows=tally.rows,
                    stored=tally.stored,
                    bad=tally.bad,
                    already_stored=tally.already_stored,
                    repeated=tally.repeated,
                    rejected=tally.rejected,
                    reasons=tally.reason_counts(),
                    unknown_columns=(*columns.unknown, *file.unknown_names()),
                    rejects_file=str(rejects_file) if rejects_file else None,
                    resumed_after=resumed_after,
                    seconds=time.monotonic() - began,
                    cases=tuple(tally.cases),
                )


@dataclass
class _Tally:
    """The counts of an import so far; `rows_done` is the number of the last row that is done."""

    rows_done: int = 0
    rows: int = 0
    stored: int = 0
    bad: int = 0
    already_stored: int = 0
    repeated: int = 0
    rejected: int = 0
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    cases: list[ImportedCase] = field(default_factory=list)

    def reason_counts(self) -> tuple[ReasonCount, ...]:
        """The reasons for rejecting rows, the most frequent first. A row with two faults counts under both."""
        ordered = sorted(self.reasons.items(), key=lambda item: -item[1])
        return tuple(ReasonCount(field=name, reason=reason, rows=rows) for (name, reason), rows in ordered)

    def progress(self, rejects_bytes: int) -> Progress:
        """The counts as the checkpoint keeps them."""
        counts = {name: getattr(self, name) for name in _NUMBERS}
        return Progress(self.rows_done, rejects_bytes, counts, self.reasons)

    @classmethod
    def at(cls, progress: Progress, cases: list[ImportedCase]) -> "_Tally":
        """The counts at a checkpoint."""
        return cls(progress.rows_done, reasons=dict(progress.reasons), cases=cases, **progress.counts)


_NUMBERS = ("rows", "stored", "bad", "already_stored", "repeated", "rejected")


@dataclass
class _Piece:
    """Rows on their way: those that passed the checks, and those that did not."""

    rows: int = 0
    last_row: int = 0
    taken: list[TakenRow] = field(default_factory=list)
    rejected: list[tuple[SourceRow, tuple[Fault, ...]]] = field(default_factory=list)

    def add(self, batch: list[SourceRow], reader: RowReader) -> None:
        """Check some rows."""
        self.rows += len(batch)
        self.last_row = batch[-1].number
        for row in batch:
            if row.fault:
                self.rejected.append((row, (row.fault,)))
        whole = [row for row in batch if not row.fault]
        for row, result in zip(whole, reader.read_all([row.cells for row in whole]), strict=True):
            if isinstance(result, Rating):
                self.taken.append((row, result))
            else:
                self.rejected.append((row, result))


@dataclass
class _Run:
    """One run of an import from where it stands to the end of the file."""

    file: RatingFile
    reader: RowReader
    session: ImportSession
    rejects: RejectsFile
    tally: _Tally
    _under_way: _Piece | None = None

    def take_up(self) -> None:
        """Go on behind the last checkpoint; from the start when the rejects up to there are no longer at hand."""
        progress = self.session.progress
        if progress.rows_done and self.rejects.continue_at(progress.rejects_bytes):
            self.tally = _Tally.at(progress, self.session.cases_so_far(CASES_LISTED))
        else:
            self.rejects.start()

    def all_pieces(self, progress: Callable[[ImportProgress], None], began: float) -> None:
        """Read and check one piece while the database takes in the one before."""
        start = self.tally.rows
        with _rare_collections():
            for piece in self._pieces():
                self._complete()
                self.session.begin(piece.taken)
                self._under_way = piece
                progress(self._so_far(start, began))
            self._complete()
            progress(self._so_far(start, began))

    def _so_far(self, start: int, began: float) -> ImportProgress:
        rows = self.tally.rows
        pace = (rows - start) / max(time.monotonic() - began, 1e-9)
        return ImportProgress(rows, pace, self.file.position())

    def _pieces(self) -> Iterator[_Piece]:
        rows = self.file.rows()
        done = self.tally.rows_done
        first = next((row for row in rows if row.number > done), None)
        if first is None:
            return
        waiting = chain((first,), rows)
        piece, began_at = _Piece(), self._bytes_read()
        while batch := list(islice(waiting, _ROWS_A_BREATH)):
            piece.add(batch, self.reader)
            self.session.feed()
            if piece.rows >= PIECE_ROWS or self._bytes_read() - began_at > PIECE_BYTES:
                yield piece
                piece, began_at = _Piece(), self._bytes_read()
        if piece.rows:
            yield piece

    def _bytes_read(self) -> float:
        return self.file.position() * self.file.facts.size

    def _complete(self) -> None:
        """Commit the piece under way, if any."""
        if self._under_way:
            self.session.complete(self._settle)
            self._under_way = None

    def _settle(self, outcome: PieceOutcome) -> Progress:
        """Write the rejects of the piece under way, safely to disk, and count its rows."""
        piece, tally = self._under_way, self.tally
        assert piece is not None
        rejected = piece.rejected + [(row, (fault,)) for row, fault in outcome.conflicts]
        for row, faults in sorted(rejected, key=lambda each: each[0].number):
            self.rejects.write(row, faults)
            for fault in faults:
                reason = (fault.field, fault.reason)
                tally.reasons[reason] = tally.reasons.get(reason, 0) + 1
        tally.rows_done = piece.last_row
        tally.rows += piece.rows
        tally.stored += outcome.stored
        tally.bad += outcome.bad
        tally.already_stored += outcome.already_stored
        tally.repeated += outcome.repeated
        tally.rejected += len(rejected)
        tally.cases.extend(outcome.cases[: CASES_LISTED - len(tally.cases)])
        return tally.progress(self.rejects.sync())


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage in cycles less often: rows have none, and looking through them took a third of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
