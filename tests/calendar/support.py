"""Cases as the read model has them, and notices as they come: the real one of 2020, and made-up ones for 2027."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from adapters.calendar_files import load_calendar
from adapters.policies import keep, load_policy
from adapters.tables.cases import CASES, CLOCKS, DATE_CHANGES
from calendars import WorkingCalendar, due_date
from models.actions import Action, ApplyCalendar, HumanAction, Receipt
from models.case import Stage
from models.clocks import ClockKind
from models.due import DueDate, Limit
from models.errors import HaochapingError
from models.steps import Change
from tests.support.engine import at

SPRING_FESTIVAL_2020 = Path("calendars/notices/2020-spring-festival.toml")
BEFORE = load_calendar("ezhou").as_of(date(2020, 1, 20))
"""The calendar as everybody knew it before the Spring Festival of 2020 was extended."""

ORDERED_AT = at("2020-01-27 09:00")
OLD, NEW = at("2020-02-02 00:00"), at("2020-02-05 00:00")
"""The end of five working days that began on 20 January 2020, before and after the extension."""

YEAR_2027 = """\
year = 2027
number = "试验〔2026〕9号"
title = "关于2027年部分节假日安排的通知（试验）"
issued = 2026-11-20
source = "https://www.example.invalid/2027"
status = "official"

[[holiday]]
name = "元旦"
first = 2027-01-01
last = 2027-01-03

[[holiday]]
name = "春节"
first = 2027-02-05
last = 2027-02-11
makeup = [2027-01-31, 2027-02-20]

[[holiday]]
name = "清明节、劳动节"
first = 2027-05-01
last = 2027-05-05

[[holiday]]
name = "端午节、中秋节、国庆节"
first = 2027-10-01
last = 2027-10-07
"""

LOCAL = """\
year = 2026
number = "试验地方〔2026〕1号"
title = "关于地方节日放假的通知（试验）"
issued = 2026-03-01
source = "https://www.example.invalid/local"
status = "official"
area = "gonghe"

[[holiday]]
name = "地方节日"
first = 2026-03-12
last = 2026-03-12
"""


def notice_file(folder: Path, text: str, name: str = "notice.toml") -> Path:
    """A notice file with that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def add_case(
    connection: Connection,
    number: int,
    calendar: WorkingCalendar,
    *dues: DueDate,
    jurisdiction: str = "ezhou",
    **facts: Any,
) -> str:
    """A running case with these limits, as the ledger would have left it; `facts` are other columns of `cases`."""
    file = load_policy("ezhou")
    keep(connection, file, calendar)
    case_no = f"{jurisdiction}-T{number:06d}-1"
    row = {
        "case_no": case_no,
        "jurisdiction": jurisdiction,
        "project_no": f"T{number:06d}",
        "assess_number": 1,
        "unit": "ez-renshe",
        "task_code": "",
        "task_name": "社会保险登记",
        "channel": "web",
        "satisfaction": 1,
        "case_class": "general",
        "anonymous": False,
        "assessed_at": at("2019-12-01 09:00"),
        "policy_digest": file.policy.digest(),
        "calendar_version": calendar.version,
        "dispatched_at": at("2019-12-01 09:00"),
        "seq": 1,
        "stage": Stage.REMEDIATION,
        "round": 1,
        "overdue": False,
    }
    connection.execute(insert(CASES).values(row | facts))
    kinds = (ClockKind.REMEDIATION, ClockKind.VERIFICATION, ClockKind.POST_CALLBACK)
    for kind, due in zip(kinds, dues, strict=False):
        connection.execute(
            insert(CLOCKS).values(
                case_no=case_no,
                kind=kind,
                round=1,
                deadline=due.deadline,
                due=due.model_dump(mode="json"),
                provisional=due.provisional,
                started_seq=1,
                paused=due.is_paused,
            )
        )
    return case_no


def due(start: str, limit: str, calendar: WorkingCalendar) -> DueDate:
    """A limit that started then, counted with that calendar."""
    return due_date(at(start), Limit.parse(limit), calendar)


@dataclass
class RecordingDesk:
    """Stands in for the engine: records each action as a case's step would, the new version and a date that moved."""

    engine: Engine
    fails: dict[str, HaochapingError] = field(default_factory=dict)
    before: Callable[[str], None] = lambda case_no: None
    keys: list[str] = field(default_factory=list)
    messages: list[ApplyCalendar] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        assert action is Action.APPLY_CALENDAR
        assert isinstance(message, ApplyCalendar)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.to_thread(self.before, case_no)
            if case_no in self.fails:
                raise self.fails[case_no]
            self.keys.append(key)
            self.messages.append(message)
            return await asyncio.to_thread(self._record, case_no, message)
        finally:
            self.at_once -= 1

    def _record(self, case_no: str, message: ApplyCalendar) -> Receipt:
        with self.engine.begin() as connection:
            case = CASES.update().where(CASES.c.case_no == case_no)
            connection.execute(case.values(calendar_version=message.calendar_version, seq=2))
            change = {
                "case_no": case_no,
                "seq": 2,
                "kind": ClockKind.REMEDIATION,
                "round": 1,
                "change": Change.RECOUNTED,
                "old_deadline": OLD,
                "new_deadline": NEW,
                "was_provisional": False,
                "is_provisional": False,
                "reason": message.notice,
                "ordered_by": message.actor.user,
                "at": ORDERED_AT,
            }
            connection.execute(insert(DATE_CHANGES).values(change).on_conflict_do_nothing())
        return Receipt(case_no=case_no, seq=2, at=ORDERED_AT, stage=Stage.REMEDIATION, said="")
