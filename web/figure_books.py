"""Figures as XLSX files: one of all figures by group, one of the rows behind a figure.

Decides columns and how a cell reads. Numerator and denominator stand beside every figure; nothing is personal.
"""

from collections.abc import Iterable
from typing import IO

from casework.figures import value_text
from casework.text import end_of
from models.due import in_shanghai
from models.figures import Base, FigureKind, FigureRow, Figures
from models.ratings import SatisfactionLevel
from policy.figures import DEFINITIONS
from web.books import Cell, write_table
from web.ledger_filters import CHANNELS

_LIMITS = (Base.SIGN_OFFS, Base.REMEDIATIONS)


def write_figures(groups: Iterable[tuple[str, Figures]], first: str, target: IO[bytes], note: str) -> None:
    """One row for each group: of every figure the value as it reads, the numerator and the denominator."""
    head = [(first, 30)]
    for kind in DEFINITIONS:
        head += [(kind.label, 14), (f"{kind.label}·分子", 10), (f"{kind.label}·分母", 10)]
    write_table("指标", head, (_of_group(name, figures) for name, figures in groups), target, note)


def write_rows(
    rows: Iterable[FigureRow], kind: FigureKind, units: dict[str, str], target: IO[bytes], note: str
) -> None:
    """One row for each rating, case or limit behind a figure."""
    base = DEFINITIONS[kind].base
    head = [
        ("办件编号", 24), ("案件编号", 30), ("单位", 20), ("事项编码", 30), ("事项名称", 30), ("满意度", 12),
        ("渠道", 14), (base.moment, 26), ("整改轮次", 8), ("工作日数", 8), ("计入分子", 8),
    ]  # fmt: skip
    rest = "只导出前 {most} 行，还有更多；请缩小范围后分次导出。"
    write_table("明细", head, (row_cells(row, base, units) for row in rows), target, note, rest)


def row_cells(row: FigureRow, base: Base, units: dict[str, str]) -> tuple[Cell, ...]:
    """A row behind a figure, in the order of the columns."""
    return (
        row.project_no,
        row.case_no,
        units.get(row.unit, row.unit),
        row.item,
        row.task_name,
        SatisfactionLevel(row.level).label if row.level is not None else "",
        CHANNELS.get(row.channel, row.channel),
        end_of(row.at) if base in _LIMITS else f"{in_shanghai(row.at):%Y-%m-%d %H:%M}",
        row.round if base is Base.REMEDIATIONS else "",
        row.days if base is Base.DURATIONS else "",
        "是" if row.counts else "否",
    )


def _of_group(name: str, figures: Figures) -> list[Cell]:
    cells: list[Cell] = [name]
    for kind in DEFINITIONS:
        figure = figures[kind]
        cells += [value_text(figure), figure.numerator, "" if figure.denominator is None else figure.denominator]
    return cells
