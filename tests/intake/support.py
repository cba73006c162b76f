"""Ratings for the tests: one good row, and files made of such rows."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from stdnum.cn import uscc

from models.ratings import ImportRequest, RatingRules
from policy.cells import BEIJING
from policy.intake import IntakeRules, RowReader, match_columns

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=BEIJING)

DEPARTMENT = "11420700DEM0000143"
UNLISTED = f"11420700DEM999990{uscc.calc_check_digit('11420700DEM999990')}"
UNITS = {DEPARTMENT: "renshe"}

ROW = {
    "projectNo": "EZ20260920-0001",
    "assessNumber": "1",
    "satisfaction": "5",
    "pf": "4",
    "assessTime": "2026-09-20 09:12:40",
    "evalDetail": "510,517",
    "writingEvaluation": "服务热情，办得快。",
    "anonymityFlag": "2",
    "areaCode": "420700",
    "areaName": "鄂州市",
    "deptCode": DEPARTMENT,
    "taskCode": "DEMO1001",
    "taskHandleItem": "DEMO100101",
    "taskName": "社会保障卡补换",
    "userName": "演示评价人0001",
    "certKey": "000000199001010001",
    "mobile": "13800000001",
}
"""A good rating that has nothing wrong with it."""

BAD = {"satisfaction": "1", "evalDetail": "113", "writingEvaluation": "来回跑了四趟。"}
"""What makes it a bad one."""


def rows(count: int, **changes: str) -> list[dict[str, str]]:
    """So many good rows with different numbers."""
    return [ROW | {"projectNo": f"EZ20260920-{n:06d}"} | changes for n in range(1, count + 1)]


RULES = RatingRules(rates_staff=True, batch_min=2, once_per_visit=True)
"""Ezhou's rules of ratings."""


def reader(header: Iterable[str] = tuple(ROW), codes: str = "national", rules: RatingRules = RULES) -> RowReader:
    """A reader of rows with that header."""
    needed = IntakeRules(code_system=codes, bad_levels=frozenset({1, 2}), units=UNITS, rules=rules)
    return RowReader(match_columns(list(header)).index_of, needed, NOW)


def write_csv(path: Path, lines: Iterable[Mapping[str, str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A delimited file of these rows, with the columns of the first one."""
    lines = list(lines)
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(lines[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)
    return path


def request(
    path: Path, codes: str = "national", jurisdiction: str = "ezhou", rules: RatingRules = RULES
) -> ImportRequest:
    """The order to import a file under Ezhou's bad levels."""
    return ImportRequest(
        path=str(path), jurisdiction=jurisdiction, code_system=codes, bad_levels=frozenset({1, 2}), rules=rules
    )
