"""Reads delimited text: commas, tabs or semicolons, as the header shows.

Decides where a broken row ends, so that it costs no other.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from io import BufferedReader, TextIOWrapper

from adapters.rating_files.inspection import FileFacts
from adapters.rating_files.rows import SourceRow, fitted
from models.ratings import Fault, FileRefused


class DelimitedFile:
    """Delimited text. Lines that a stray quotation mark swallowed are given back, so only its own line is lost."""

    def __init__(self, facts: FileFacts, raw: BufferedReader) -> None:
        self.facts = facts
        self._raw = raw
        self._lines = _Lines(TextIOWrapper(raw, facts.encoding, newline=""))
        first = next(iter(self._lines), "")
        self._delimiter = max(",\t;", key=first.count)
        self._lines.give_back([first])
        try:
            self.header = [title.strip() for title in next(self._reader(), [])]
        except csv.Error:
            raise FileRefused(f"{facts.path.name} 的表头（第 1 行）引号不成对，无法分列。请修正后再导入。") from None
        if not any(self.header):
            raise FileRefused(f"{facts.path.name} 的第 1 行是空行，应为表头（接口字段名）。")

    def rows(self) -> Iterator[SourceRow]:
        width = len(self.header)
        reader, taken = self._reader(), self._lines.taken
        number = 1
        while True:
            number += 1
            taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield self._broken(number, width)
                reader = self._reader()
                continue
            if len(cells) == width:
                yield SourceRow(number, cells)
            elif any(cell.strip() for cell in cells):
                row = fitted(SourceRow(number, cells, "".join(taken).rstrip("\r\n")), width)
                if row.fault and len(taken) > 1:
                    row = self._broken(number, width)
                    reader = self._reader()
                yield row

    def unknown_names(self) -> tuple[str, ...]:
        return ()

    def position(self) -> float:
        return self._raw.tell() / self.facts.size

    def _reader(self) -> Iterator[list[str]]:
        """Splits the lines from here on; a new one is needed after lines were given back."""
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)

    def _broken(self, number: int, width: int) -> SourceRow:
        """The first line of a row that does not end properly; the lines after it are read again as rows."""
        first, *others = self._lines.taken
        self._lines.give_back(others)
        fault = Fault("", "", "引号不成对，无法分列", "请核对本行的双引号：成对使用，文字中的双引号写成两个双引号")
        return SourceRow(number, [""] * width, first.rstrip("\r\n"), fault)


class _Lines:
    """The lines of a text file; `taken` has those since it was last cleared, so that they can be given back."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        take, returned = self.taken.append, self._returned
        while returned:
            line = returned.popleft()
            take(line)
            yield line
        for line in self._file:
            take(line)
            yield line

    def give_back(self, lines: Sequence[str]) -> None:
        """Let these lines come first when the lines are iterated over anew."""
        self._returned.extendleft(reversed(lines))
