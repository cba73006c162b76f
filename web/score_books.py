"""Scores as an XLSX file: one row for each unit or clerk, every part with what it was counted from.

Decides columns and how a cell reads.
"""

from typing import IO

from casework.scores import ScoreLine, ScoreReport
from web.books import Cell, write_table


def write_scores(found: ScoreReport, target: IO[bytes], note: str) -> None:
    """Write the book; a part that a group does not have is empty."""
    labels = list(dict.fromkeys(part.label for line in found.lines for part in line.parts))
    head = [("名次", 8), (found.asked.grouping.label, 30), ("评分", 14), ("末位名单", 10), ("说明", 40), ("基础分", 10)]
    for label in labels:
        head += [(f"{label}·依据", 24), (f"{label}·得分", 12)]
    title = "评分" if found.kind is None else found.kind.label
    write_table(title, head, (_row(line, labels) for line in found.lines), target, note)


def _row(line: ScoreLine, labels: list[str]) -> list[Cell]:
    cells: list[Cell] = [
        "—" if line.place is None else line.place,
        line.name,
        line.said,
        "末位" if line.is_bottom else "",
        line.missing,
        line.base,
    ]
    parts = {part.label: part for part in line.parts}
    for label in labels:
        part = parts.get(label)
        cells += ["", ""] if part is None else [part.said, part.adds]
    return cells
