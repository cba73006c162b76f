"""Ratings for the checks: made as the values that the definitions judge, stored as an import stores them."""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert
from stdnum.cn import uscc

from adapters.tables.columns import table_of
from adapters.tables.ratings import RatingRow
from models.figures import FigurePeriod
from models.quality import DirectoryItem, QualityScope, RatingFacts
from tests.support.engine import at

NOW = at("2026-12-01 09:00")
NOVEMBER = QualityScope(jurisdiction="ezhou", period=FigurePeriod.of_months(2026, 11, 1))
NOON = at("2026-11-10 12:00")

RENSHE = f"11420700MB00000{'01'}{uscc.calc_check_digit('11420700MB0000001')}"
YIBAO = f"11420700MB00000{'02'}{uscc.calc_check_digit('11420700MB0000002')}"

DIRECTORY = (
    DirectoryItem("A1", "A1-1", "社会保障卡补换", RENSHE, "人社局"),
    DirectoryItem("A1", "A1-2", "社会保障卡补换", RENSHE, "人社局"),
    DirectoryItem("B2", "", "医保关系转移", YIBAO, "医保局"),
)
"""Two items: one with two handling items at one department, one without any at another."""

_HEAD = ("事项编码", "业务办理项编码", "事项名称", "统一社会信用代码", "部门名称")


def rating(number: int, **changes: object) -> RatingFacts:
    """A rating with nothing wrong with it, at noon of 10 November."""
    usual: dict[str, object] = {
        "project_no": f"P{number:06d}",
        "assess_number": 1,
        "assessed_at": NOON,
        "accepted_at": NOON - timedelta(hours=1),
        "level": 5,
        "channel": "hall_tablet",
        "tags": "",
        "tag_version": "",
        "has_text": True,
        "anonymous": False,
        "default_flag": "",
        "unit": "ez-renshe",
        "is_listed": True,
        "handler": "RS-01",
        "dept_code": RENSHE,
        "dept_name": "人社局",
        "task_code": "A1",
        "task_handle_item": "A1-1",
        "task_name": "社会保障卡补换",
        "case_no": "",
    }
    return RatingFacts(**{**usual, **changes})  # type: ignore[arg-type]


def later(minutes: float, day: int = 10) -> datetime:
    """So many minutes after noon of a day of November."""
    return NOON + timedelta(days=day - 10, minutes=minutes)


def store(engine: Engine, ratings: Iterable[RatingFacts], jurisdiction: str = "ezhou") -> None:
    """Put ratings into the database."""
    rows = [_row(each, jurisdiction) for each in ratings]
    if rows:
        with engine.begin() as connection:
            connection.execute(insert(table_of(RatingRow)), rows)


def _row(each: RatingFacts, jurisdiction: str) -> dict[str, object]:
    row: dict[str, object] = {
        name: value if value != "" else None
        for name, value in each._asdict().items()
        if name not in ("has_text", "is_listed", "handler", "unit")
    }
    return row | {
        "jurisdiction": jurisdiction,
        "dept_code": each.dept_code,
        "unit": each.unit if each.is_listed else None,
        "handler_no": each.handler or None,
        "comment": "办得快" if each.has_text else None,
        "user_name": None,
        "code_system": "national",
        "satisfaction_code": str(each.level),
        "channel_code": "4",
        "content_digest": b"",
        "import_id": 1,
        "row_no": 1,
    }


def items_file(path: Path, items: Iterable[Iterable[str]] = DIRECTORY, head: Iterable[str] = _HEAD) -> Path:
    """A CSV file of the item directory."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(
            (row.task_code, row.handle_item, row.task_name, row.dept_code, row.dept_name)
            if isinstance(row, DirectoryItem)
            else tuple(row)
            for row in items
        )
    return path
