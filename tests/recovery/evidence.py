"""What is left when all is over, read from every place where it lies: ledger, engine, case files, outbox, receivers.

Decides nothing; `test_recovery` judges.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import Engine, func, select
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory

from adapters.archive import load_history
from adapters.directory import Directory
from adapters.outbox import PostgresOutbox
from adapters.reading import CaseReader
from adapters.settings import Settings
from adapters.tables.cases import CASE_FILES
from models.actions import Receipt
from models.case import CaseState
from models.errors import HaochapingError
from models.notices import Channel, MessageRecord, NoticeKind
from models.steps import Event
from models.views import CaseView, DateChangeView, EntryView
from tests.recovery.blows import Blow, Recovery
from tests.recovery.new_calendar import LimitRow, NewCalendar
from tests.support.crowd import Acknowledged, Script
from workflows.client import CaseDesk

_AT_ONCE = 8


@dataclass(frozen=True)
class Arrived:
    """One message that a receiver keeps: how often it came, and how often with another content."""

    service: str
    key: str
    times: int
    differing: int


@dataclass
class CaseEvidence:
    """All that is known of one case."""

    script: Script
    view: CaseView
    entries: list[EntryView]
    limits: list[LimitRow]
    changes: list[DateChangeView]
    files: int
    file_events: int
    engine_status: WorkflowExecutionStatus | None
    engine_events: int
    engine_state: CaseState
    accepted: Counter[str]
    """Keys of the actions that the case file has as accepted, and how often."""
    succeeded: int
    """Actions that the case file has as completed without a failure."""
    messages: list[MessageRecord]

    @property
    def counted_again_at(self) -> int | None:
        """The step in which a holiday notice reached the case, or None."""
        return next((entry.seq for entry in self.entries if entry.event is Event.CALENDAR_APPLIED), None)

    @property
    def acts(self) -> int:
        """How many actions it has had: those of its script, and the one that brought the notice."""
        return self.script.acts + (self.counted_again_at is not None)


@dataclass
class Evidence:
    """All that is known when everything is over."""

    cases: dict[str, CaseEvidence]
    late: set[str]
    """Those of them that were dispatched after the notice, in the name of the calendar before it."""
    notice: NewCalendar
    twins: dict[str, CaseEvidence]
    """One undisturbed case for each script, by the script's name."""
    acknowledged: list[Acknowledged]
    repeated: list[tuple[Acknowledged, Receipt | HaochapingError]]
    """Actions that were asked for again under their key after their cases had ended, and what people were told."""
    refused: list[str]
    unanswered: int
    arrived: list[Arrived]
    outbox: list[MessageRecord]
    recoveries: dict[Blow, list[Recovery]] = field(default_factory=dict)
    output: str = ""

    @property
    def all_cases(self) -> dict[str, CaseEvidence]:
        """The struck cases and their undisturbed twins, by number."""
        return self.cases | {case.view.case_no: case for case in self.twins.values()}


class Collector:
    """Reads the evidence of single cases."""

    def __init__(self, client: Client, desk: CaseDesk, engine: Engine, notice: NewCalendar) -> None:
        self._client = client
        self._desk = desk
        self._engine = engine
        self._notice = notice
        self._reader = CaseReader(engine, Directory(engine))
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def cases(self, scripts: dict[str, Script]) -> dict[str, CaseEvidence]:
        """The evidence of all these cases."""
        found = await asyncio.gather(*(self._case(case_no, script) for case_no, script in scripts.items()))
        return dict(zip(scripts, found, strict=True))

    def outbox(self) -> list[MessageRecord]:
        """Every message that was ever decided."""
        return PostgresOutbox(self._engine).list_messages(limit=1_000_000)

    async def _case(self, case_no: str, script: Script) -> CaseEvidence:
        async with self._slots:
            described = await self._client.get_workflow_handle(case_no).describe()
            state = await self._desk.state(case_no)
            return await asyncio.to_thread(
                self._from_database, case_no, script, described.status, described.history_length or 0, state
            )

    def _from_database(
        self,
        case_no: str,
        script: Script,
        status: WorkflowExecutionStatus | None,
        events: int,
        state: CaseState,
    ) -> CaseEvidence:
        with self._engine.connect() as connection:
            files = connection.scalar(
                select(func.count()).select_from(CASE_FILES).where(CASE_FILES.c.case_no == case_no)
            )
        history = load_history(self._engine, case_no)
        return CaseEvidence(
            script=script,
            view=self._reader.case(case_no),
            entries=self._reader.entries(case_no),
            limits=self._notice.limits(case_no),
            changes=self._reader.date_changes(case_no),
            files=files or 0,
            file_events=len(history.events),
            engine_status=status,
            engine_events=events,
            engine_state=state,
            accepted=_accepted(history),
            succeeded=_succeeded(history),
            messages=PostgresOutbox(self._engine).list_messages(case_no, limit=1000),
        )


def arrived(settings: Settings) -> list[Arrived]:
    """Everything that the counterpart keeps, page by page."""
    found: list[Arrived] = []
    with httpx.Client(base_url=settings.counterpart_url, trust_env=False, timeout=120) as client:
        while True:
            answer: dict[str, Any] = client.get("/api/messages", params={"limit": 1000, "offset": len(found)}).json()
            found += [
                Arrived(**{name: message[name] for name in Arrived.__dataclass_fields__})
                for message in answer["messages"]
            ]
            if len(found) >= answer["total"]:
                assert len(found) == answer["total"]
                return found


def keys_to_arrive(outbox: list[MessageRecord]) -> Counter[tuple[str, str]]:
    """Service and key of every message that leaves the house."""
    return Counter(
        (record.message.channel.value, record.message.key)
        for record in outbox
        if record.message.channel is not Channel.ARCHIVE
    )


def told(case: CaseEvidence) -> Counter[tuple[str, ...]]:
    """What was told to whom about a case, whatever the number of the step, but not that a notice moved its dates."""
    return Counter(
        (
            record.message.kind.value,
            record.message.channel.value,
            record.message.recipient.removesuffix(case.view.case_no),
            *_about(record),
        )
        for record in case.messages
        if record.message.kind is not NoticeKind.DATE_MOVED
    )


def _about(record: MessageRecord) -> list[str]:
    return record.message.key.split(":")[5:]


def _accepted(history: WorkflowHistory) -> Counter[str]:
    return Counter(
        event.workflow_execution_update_accepted_event_attributes.accepted_request.meta.update_id
        for event in history.events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    )


def _succeeded(history: WorkflowHistory) -> int:
    return sum(
        event.workflow_execution_update_completed_event_attributes.outcome.HasField("success")
        for event in history.events
        if event.HasField("workflow_execution_update_completed_event_attributes")
    )


def as_json(evidence: Evidence) -> str:
    """The measured times and counts, for a file."""
    return json.dumps(
        {
            "cases": len(evidence.cases),
            "acknowledged": len(evidence.acknowledged),
            "people_told_to_try_again": evidence.unanswered,
            "messages": len(evidence.outbox),
            "notice": evidence.notice.tries,
            "cases_counted_again": sum(case.counted_again_at is not None for case in evidence.cases.values()),
            "repeats_under_one_key": sum(each.times - 1 for each in evidence.arrived),
            "recoveries": {
                blow: [
                    {"first_action_again": each.first_action, "all_parts_ready": each.all_ready} for each in recoveries
                ]
                for blow, recoveries in evidence.recoveries.items()
            },
        },
        indent=2,
    )
