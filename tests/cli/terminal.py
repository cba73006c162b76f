"""A terminal under test: the real commands over the real database and engine, at the moment of the story."""

import asyncio
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from adapters.settings import Settings
from cli.app import main
from commands import Commands
from tests.support.engine import QUEUE, TEST_KEYS, Office, at

OFFICER, OTHER_OFFICER = "officer-renshe", "officer-yibao"
HOTLINE, SUPERVISOR = "hotline-01", "supervisor-01"
RENSHE = "11420700DEM0000143"
MOBILE = "13800000009"


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass
class At(Commands):
    """An installation whose clock stands where the story stands, and that calls itself by a short name."""

    settings: Settings
    moment: datetime = field(default_factory=lambda: at("2026-02-13 17:50"))
    program: str = "starter.py"

    def __post_init__(self) -> None:
        super().__init__(self.settings)

    def now(self) -> datetime:
        return self.moment


@dataclass
class Terminal:
    """Runs commands; `office` tells the time when there is one."""

    installation: At
    office: Office | None = None

    async def run(self, *arguments: str) -> Said:
        """Run one command line."""
        if self.office is not None:
            self.installation.moment = await self.office.now()
        return await asyncio.to_thread(self.run_now, *arguments)

    def run_now(self, *arguments: str) -> Said:
        """Run one command line in this thread."""
        out, err = io.StringIO(), io.StringIO()
        code = main(arguments, self.installation, out, err)
        return Said(code, out.getvalue(), err.getvalue())

    async def done(self, *arguments: str) -> str:
        """Run one that must succeed; what it printed."""
        said = await self.run(*arguments)
        assert said.code == 0, said
        return said.out


def settings_for(database_url: str, folder: Path, temporal_address: str = "127.0.0.1:1") -> Settings:
    """The settings of a terminal; without an engine they name a port where nobody answers."""
    keyring = folder / "keyring.json"
    keyring.write_text(TEST_KEYS.model_dump_json())
    keyring.chmod(0o600)
    return Settings(
        runtime_dir=folder,
        database_url=database_url,
        temporal_address=temporal_address,
        temporal_ui_url="http://127.0.0.1:8233",
        keyring_file=keyring,
        case_queue=QUEUE,
    )


def ratings_file(path: Path, *rows: dict[str, str]) -> Path:
    """A file of ratings of the social security office in the field names of the interface family."""
    usual = {
        "projectNo": "EZ20260213-0001",
        "assessNumber": "1",
        "satisfaction": "1",
        "pf": "5",
        "assessTime": "2026-02-13 16:40:00",
        "evalDetail": "115",
        "anonymityFlag": "2",
        "areaCode": "420700",
        "deptCode": RENSHE,
        "taskCode": "DEMO0001",
        "taskName": "社会保障卡补换",
        "writingEvaluation": "",
        "userName": "演示评价人九",
        "mobile": MOBILE,
        "proManagerNo": "",
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, usual.keys())
        writer.writeheader()
        writer.writerows({**usual, **row} for row in rows)
    return path


def lines_with(text: str, parts: Iterable[str]) -> list[str]:
    """The lines of a text that hold all these parts."""
    return [line for line in text.splitlines() if all(part in line for part in parts)]
