"""Why this date (为什么是这一天), and the engine's own history beside the ledger.

Decides what stands on these two pages; a date is explained with the calendar that it was counted with, and the engine
is asked here and nowhere else among the pages of a case.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from casework.limits import limit_changes, limit_name, limit_standing, limit_steps, timer_text
from casework.names import Names
from casework.text import deadline, instant
from models.actors import Role
from models.clocks import ClockKind
from models.due import DayStep, Pause
from models.errors import BadInput, EngineUnavailable, UnknownCase
from models.views import EngineHistoryView
from web.access import Here, Who, allowed
from web.casefile import open_case
from web.caseparts import Entry, record_of
from web.pages import render
from web.ports import Desk
from web.routes.cases import OVERSEERS
from web.routes.mine import OWN_CLOCKS

router = APIRouter()


@dataclass(frozen=True)
class WhyPage:
    """One limit day by day. `until` is empty while it stands still; `timer` is the last line."""

    case_no: str
    name: str
    start: str
    amount: str
    until: str
    standing: str
    changes: str
    pauses: tuple[str, ...]
    calendar_version: str
    is_provisional: bool
    steps: tuple[DayStep, ...]
    timer: str

    @property
    def title(self) -> str:
        """The limit and its case."""
        return f"为什么是这一天：{self.name}"


@dataclass(frozen=True)
class EnginePage:
    """The ledger and what the engine recorded by itself, side by side. `missing` says why the latter is not there."""

    case_no: str
    record: tuple[Entry, ...]
    history: EngineHistoryView | None
    missing: str
    workflow_url: str

    @property
    def title(self) -> str:
        """The case by its number."""
        return f"流程引擎的记录 {self.case_no}"


@router.get("/cases/{case_no}/why/{kind}/{round}", dependencies=[allowed()])
def why(request: Request, desk: Here, who: Who, case_no: str, kind: ClockKind, round: int) -> Response:
    """Each day of a limit: whether it counts, as which number, and by which notice."""
    file = open_case(desk, case_no, who)
    clock = next((each for each in file.standing.clocks if (each.kind, each.round) == (kind, round)), None)
    if clock is None or (who.role is Role.CLERK and kind not in OWN_CLOCKS):
        raise UnknownCase(f"案件 {case_no} 没有这个时限，请从案件页面的“为什么是这一天”进入。")
    reader, due = desk.front.reader, clock.due
    page = WhyPage(
        case_no=case_no,
        name=limit_name(kind, round),
        start=instant(due.start),
        amount=str(due.limit),
        until="" if due.is_paused else deadline(due, reader.calendar(due.calendar_version)),
        standing=limit_standing(clock, file.standing.now),
        changes=limit_changes(clock),
        pauses=tuple(_pause(each) for each in due.pauses),
        calendar_version=due.calendar_version,
        is_provisional=due.provisional,
        steps=tuple(limit_steps(clock, reader)),
        timer=timer_text(clock),
    )
    return render(request, "why.html", page)


@router.get("/cases/{case_no}/engine", dependencies=[allowed(*OVERSEERS)])
async def engine(request: Request, desk: Here, who: Who, case_no: str) -> Response:
    """The engine's own record as the witness beside the ledger; when it does not answer the ledger is still shown."""
    record = await run_in_threadpool(_record, desk, who, case_no)
    history, missing = None, ""
    try:
        history = await desk.records.engine_history(case_no)
    except (EngineUnavailable, UnknownCase, BadInput) as error:
        missing = f"{error}台账来自数据库，不受影响。"
    page = EnginePage(case_no, tuple(record), history, missing, desk.records.workflow_url(case_no) or "")
    return render(request, "engine.html", page)


def _record(desk: Desk, who: Who, case_no: str) -> list[Entry]:
    file = open_case(desk, case_no, who)
    moves, messages = desk.front.reader.date_changes(case_no), desk.records.messages(case_no)
    return record_of(file, Names(desk.front.people), moves, messages)


def _pause(pause: Pause) -> str:
    until = f"{instant(pause.until)} 恢复" if pause.until else "尚未恢复"
    return f"{instant(pause.since)} 起暂停，{until}" + (f"（{pause.why}）" if pause.why else "")
