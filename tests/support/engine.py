"""A city office on an engine whose clock the test moves, with the real worker, ledger and database.

The time-skipping server is started under libfaketime, so the engine believes that it is the day of the story; nothing
in the product knows about it.
"""

import asyncio
import itertools
import shlex
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import libfaketime
from sqlalchemy import Engine
from temporalio.api.enums.v1 import EventType, IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from adapters.codec import data_converter
from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.outbox import PostgresOutbox
from adapters.policies import keep, load_calendar, load_policy
from adapters.reading import CaseReader
from calendars import WorkingCalendar
from models.actions import MESSAGES, Action, Receipt
from models.case import CaseClass, CaseEnding, CaseOrder, CaseState
from models.clocks import ClockKind
from models.due import SHANGHAI
from models.notices import MessageRecord
from models.policy import Policy
from models.steps import Event, TaskKind
from models.views import ClockView, EntryView, TaskView
from policy.parsing import PolicyFile
from tests.support.binaries import test_server_binary
from tests.support.keys import TEST_KEYS as TEST_KEYS
from tests.support.orders import order_of
from worker import build_worker
from workflows.client import CaseDesk
from workflows.options import SEARCH_ATTRIBUTES

DIRECTORY = Path(__file__).with_name("directory.toml")
QUEUE = "stories"
_SERVER_PID = "test-server.pid"
OFFICER, HOTLINE, SUPERVISOR = "officer-renshe", "hotline-01", "supervisor-01"
CLERK, HEAD, REVIEWER = "clerk-renshe", "head-renshe", "reviewer-01"
OTHER_SUPERVISOR = "supervisor-02"

_A_MOMENT = timedelta(seconds=30)
"""Within so much time nothing may be about to happen when somebody acts: real time passes while they do."""

_PIECE = timedelta(days=1)
"""How much time passes in one call of the test server, which may not take long in real time."""

STARTS_WITHIN = timedelta(seconds=100)
"""How long an engine may take to start; the library's own five seconds are too short for a busy machine."""

_PATIENCE = 100.0
"""Seconds of real time until what a story waits for will not come any more."""

_EARLIER = timedelta(minutes=5)
"""So long before the story its engine starts, so that the story begins at its moment however long the start takes."""


def at(text: str) -> datetime:
    """An instant on Shanghai's clock, e.g. `2026-02-13 17:50`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Office:
    """The office of a story: people act, time passes, and the records can be read."""

    environment: WorkflowEnvironment
    engine: Engine
    file: PolicyFile
    calendar: WorkingCalendar
    prefix: str
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.directory = Directory(self.engine)
        self.reader = CaseReader(self.engine, self.directory)
        self.desk = CaseDesk(self.client, QUEUE)
        self.orders: dict[str, CaseOrder] = {}

    @property
    def policy(self) -> Policy:
        """The policy of the place."""
        return self.file.policy

    @property
    def plain_client(self) -> Client:
        """A client whose `result()` does not skip time, which would let the clock run ten years ahead."""
        return Client(self.client.service_client, data_converter=self.client.data_converter)

    @property
    def client(self) -> Client:
        """The client of this engine."""
        return self.environment.client

    async def now(self) -> datetime:
        """The engine's time on Shanghai's clock."""
        return (await self.environment.get_current_time()).astimezone(SHANGHAI)

    async def wait_until(self, text: str) -> None:
        """Let time pass until that moment, or just past it when a timer fires in it."""
        while (left := at(text) - await self.now()) > timedelta(0):
            await self.let_pass(min(left, _PIECE))

    async def let_pass(self, time: timedelta) -> None:
        """Let time pass, and a moment more for as long as a timer is about to fire; then what fired is written down.

        The test server refuses a workflow task that cancels a timer which fires while the task runs, and never hands it
        out again; the real one takes it. So nobody may act in the very moment in which a timer fires.
        """
        await self.environment.sleep(time)
        while await self._a_timer_is_about_to_fire():
            await self.environment.sleep(_A_MOMENT)

    async def _a_timer_is_about_to_fire(self) -> bool:
        """Whether a timer of a case fires within a moment; asked when no case has anything in hand any more."""
        timers = [timer for case_no in self.orders for timer in _timers(await self.at_rest(case_no))]
        return min(timers, default=datetime.max.replace(tzinfo=UTC)) <= await self.now() + _A_MOMENT

    async def at_rest(self, case_no: str) -> WorkflowHistory:
        """The history of a case once neither a workflow task nor an activity of it is in hand."""
        handle = self.client.get_workflow_handle(case_no)
        deadline = monotonic() + _PATIENCE
        while _in_hand(history := await handle.fetch_history()):
            assert monotonic() < deadline, f"{case_no} does not come to rest"
            await asyncio.sleep(0.01)
        return history

    async def dispatch(
        self,
        case_class: CaseClass = CaseClass.GENERAL,
        anonymous: bool = False,
        policy: Policy | None = None,
        project_no: str | None = None,
        **changes: Any,
    ) -> str:
        """Dispatch a case; gives its number once the dispatch is recorded. `changes` are fields of the order."""
        policy = policy or self.policy
        project_no = project_no or f"{self.prefix}{next(self._numbers):06d}"
        order = order_of(
            project_no,
            policy,
            self.calendar.version,
            await self.now() - timedelta(hours=1),
            case_class=case_class,
            anonymous=anonymous,
            **changes,
        )
        return await self.open(order)

    async def open(self, order: CaseOrder) -> str:
        """Dispatch a case by a ready order; gives its number once the dispatch is recorded."""
        self.orders[order.case_no] = order
        if order.policy != self.policy:
            file = self.file.model_copy(update={"policy": order.policy})
            with self.engine.begin() as connection:
                keep(connection, file, self.calendar)
        await self.desk.open(order)
        await self.settled(order.case_no, steps=1)
        return order.case_no

    async def settled(self, case_no: str, steps: int) -> CaseState:
        """The engine's state once that many steps are recorded in the ledger."""
        deadline = monotonic() + _PATIENCE
        while True:
            if len(self.entries(case_no)) >= steps:
                state = await self.desk.state(case_no)
                if set(state.running) == {clock.kind for clock in state.clocks} and not state.moving:
                    await self.at_rest(case_no)
                    return state
            assert monotonic() < deadline, f"{case_no} recorded fewer than {steps} steps, or still moves"
            await asyncio.sleep(0.01)

    async def act(self, case_no: str, action: Action, user: str, key: str | None = None, **details: Any) -> Receipt:
        """A person acts."""
        message = MESSAGES[action].model_validate({"actor": self.directory.actor(user), **details})
        return await self.desk.act(case_no, action, message, key or f"key-{next(self._numbers)}")

    def clock(self, case_no: str, kind: str, round_: int = 1) -> ClockView:
        """One limit as recorded."""
        return next(c for c in self.reader.clocks(case_no) if c.kind == kind and c.round == round_)

    async def history_length(self, case_no: str) -> int:
        """How many events the engine has of a case, its own workflow tasks aside.

        The test server writes down a workflow task for every update; the real one does not when it is refused, which
        `test_on_the_real_server` proves.
        """
        history = await self.client.get_workflow_handle(case_no).fetch_history()
        names = [EventType.Name(event.event_type) for event in history.events]
        return sum(not name.startswith("EVENT_TYPE_WORKFLOW_TASK") for name in names)

    async def ending(self, case_no: str) -> CaseEnding:
        """What the workflow returned. While an appeal may still come, time passes until its period is over."""
        while (state := await self.desk.state(case_no)) and not state.archived:
            window = state.clock(ClockKind.APPEAL_WINDOW)
            assert state.ending is not None, f"{case_no} has not ended"
            assert window is not None, f"{case_no} still waits for {state.running}"
            left = window.due.deadline - await self.now()
            await self.let_pass(max(timedelta(0), min(left, _PIECE)))
        handle = self.plain_client.get_workflow_handle(case_no, result_type=CaseEnding)
        ending: CaseEnding = await handle.result()
        return ending

    def events(self, case_no: str) -> list[str]:
        """The ledger in short: event, or clock and rung."""
        return [
            f"{each.details['clock']} {each.details['rung']}" if each.event is Event.RUNG_REACHED else each.event.label
            for each in self.entries(case_no)
        ]

    def missed(self, case_no: str) -> set[ClockKind]:
        """The limits that were missed."""
        return {clock.kind for clock in self.reader.clocks(case_no) if clock.is_missed}

    def entries(self, case_no: str) -> list[EntryView]:
        """The ledger of a case."""
        return self.reader.entries(case_no)

    def tasks(self, user: str) -> list[TaskView]:
        """The open tasks of a person."""
        return self.reader.tasks(self.directory.actor(user))

    def task_kinds(self, user: str) -> list[TaskKind]:
        """The kinds of a person's open tasks, what runs out first on top."""
        return [task.kind for task in self.tasks(user)]

    def messages(self, case_no: str) -> list[MessageRecord]:
        """The messages that a case's steps decided."""
        return PostgresOutbox(self.engine).list_messages(case_no)


@asynccontextmanager
async def office_at(
    text: str,
    database_url: str,
    folder: Path,
    prefix: str = "420700",
    jurisdiction: str = "ezhou",
    calendar: WorkingCalendar | None = None,
) -> AsyncIterator[Office]:
    """An office on an engine that believes it is that moment in that place. `prefix` begins the matters' numbers.

    `calendar` is what people knew of the holidays then; by default all that is known.
    """
    engine = make_engine(database_url)
    file, calendar = load_policy(jurisdiction), calendar or load_calendar(jurisdiction)
    with engine.begin() as connection:
        keep(connection, file, calendar)
    Directory(engine).fill(read_directory(DIRECTORY))
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(_server_at(at(text) - _EARLIER, folder)),
        test_server_startup_timeout=STARTS_WITHIN,
        data_converter=data_converter(TEST_KEYS),
    )
    await register_search_attributes(environment.client)
    try:
        async with environment, build_worker(environment.client, engine, QUEUE):
            office = Office(environment, engine, file, calendar, prefix)
            await office.wait_until(text)
            yield office
    finally:
        engine.dispose()
        _forget_the_clock(folder)


async def register_search_attributes(client: Client) -> None:
    """The test server knows no search attribute by itself."""
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace,
            search_attributes={
                each.name: IndexedValueType.ValueType(each.indexed_value_type.value) for each in SEARCH_ATTRIBUTES
            },
        )
    )


def _in_hand(history: WorkflowHistory) -> bool:
    """Whether a workflow task or an activity was scheduled that has not ended."""
    scheduled = set[int]()
    for event in history.events:
        if event.event_type in (
            EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
            EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        ):
            scheduled.add(event.event_id)
        scheduled -= {
            event.workflow_task_completed_event_attributes.scheduled_event_id,
            event.workflow_task_failed_event_attributes.scheduled_event_id,
            event.workflow_task_timed_out_event_attributes.scheduled_event_id,
            event.activity_task_completed_event_attributes.scheduled_event_id,
            event.activity_task_failed_event_attributes.scheduled_event_id,
            event.activity_task_timed_out_event_attributes.scheduled_event_id,
            event.activity_task_canceled_event_attributes.scheduled_event_id,
        }
    return bool(scheduled)


def _timers(history: WorkflowHistory) -> list[datetime]:
    """When the timers of a case fire that neither fired nor were cancelled."""
    waiting: dict[str, datetime] = {}
    for event in history.events:
        if event.event_type is EventType.EVENT_TYPE_TIMER_STARTED:
            timer = event.timer_started_event_attributes
            begun = event.event_time.ToDatetime(SHANGHAI)
            waiting[timer.timer_id] = begun + timer.start_to_fire_timeout.ToTimedelta()
        waiting.pop(event.timer_fired_event_attributes.timer_id, None)
        waiting.pop(event.timer_canceled_event_attributes.timer_id, None)
    return list(waiting.values())


def _forget_the_clock(folder: Path) -> None:
    """libfaketime keeps its clock in memory that outlives the server; nobody else takes it away."""
    pid = (folder / _SERVER_PID).read_text().strip()
    for name in ("faketime_shm_", "sem.faketime_sem_"):
        Path("/dev/shm", f"{name}{pid}").unlink(missing_ok=True)


def _server_at(begins: datetime, folder: Path) -> Path:
    """A launcher of the test server under a clock that starts at that moment.

    Its clock for waiting is left alone: with the second switch missing it never sleeps and keeps two cores busy.
    """
    library = Path(libfaketime.__file__).parent / "vendor/libfaketime/src/libfaketime.so.1"
    moment = begins.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    launcher = folder / "test-server"
    launcher.write_text(
        "#!/bin/sh\n"
        f"echo $$ > {shlex.quote(str(folder / _SERVER_PID))}\n"
        f"export LD_PRELOAD={shlex.quote(str(library))} FAKETIME='@{moment}'\n"
        "export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0\n"
        f'exec {shlex.quote(str(test_server_binary()))} "$@"\n'
    )
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
    return launcher
