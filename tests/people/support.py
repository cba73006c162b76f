"""What the tests of people share: a moment, a directory file, and rows of cases as the ledger would write them."""

import io
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from adapters.tables.cases import CASES
from models.due import SHANGHAI

DIRECTORY = Path(__file__).parents[1] / "support" / "directory.toml"
NOW = datetime(2026, 11, 21, 10, 30, tzinfo=SHANGHAI)


def days_before(days: int, hour: int = 9) -> datetime:
    """A moment so many days before the tests' day, on Shanghai's clock."""
    return datetime.fromordinal(NOW.date().toordinal() - days).replace(hour=hour, tzinfo=SHANGHAI)


def put_case(engine: Engine, case_no: str, **changes: Any) -> str:
    """A running case of the social security office in the read model; its number."""
    usual: dict[str, Any] = {
        "case_no": case_no,
        "jurisdiction": "ezhou",
        "project_no": case_no.removeprefix("ezhou-").rsplit("-", 1)[0],
        "assess_number": 1,
        "unit": "ez-renshe",
        "task_code": "",
        "task_name": "社会保障卡补换",
        "channel": "phone",
        "satisfaction": 1,
        "case_class": "general",
        "anonymous": False,
        "assessed_at": days_before(10),
        "policy_digest": "x",
        "calendar_version": "x",
        "dispatched_at": days_before(9),
        "seq": 1,
        "stage": "dispatched",
        "round": 1,
        "overdue": False,
    }
    with engine.begin() as connection:
        connection.execute(CASES.insert().values(usual | changes))
    return case_no


def arguments(configure: Callable[[ArgumentParser], None], *words: str) -> Namespace:
    """What a command reads from these words."""
    parser = ArgumentParser(exit_on_error=False)
    configure(parser)
    return parser.parse_args(words)


def screens() -> tuple[io.StringIO, io.StringIO]:
    """Where a command writes to."""
    return io.StringIO(), io.StringIO()
