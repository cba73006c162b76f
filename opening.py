"""Opens the cases of a place: of its stored bad ratings, of what citizens reported, and of repetitions; and begins the
invitations to rate what is done.

A composition of the database's pending records and the workflows' front doors. The rules stand in `policy.dispatch`,
`policy.repeats` and `policy.invitations`; what was opened or begun before is left as it is, so an interruption costs
nothing but time.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.citizen_reports import mark_report_opened, pending_reports
from adapters.matters import DueMatter, mark_started, pending_invitations
from adapters.policies import keep
from adapters.rating_store import mark_opened, pending_cases
from adapters.repeats import parent_orders
from calendars import WorkingCalendar, due_date
from models.case import CaseOrder
from models.errors import EngineUnavailable
from models.ratings import Opened
from policy.dispatch import order_for, order_for_report
from policy.parsing import PolicyFile
from workflows.client import CaseDesk
from workflows.invitation import start_invitation

BATCH = 500
"""Pending records that are read at once; their cases are opened at the pace at which they are taken up."""

INVITATIONS_AT_ONCE = 10
"""Invitations that are started beside each other; none has a first task soon, so nothing queues behind them."""

SHOWN_EVERY = 10
"""Opened cases between two lines of progress."""


@dataclass
class Opening:
    """The cases of one place that are to be opened, under today's policy and calendar."""

    engine: Engine
    file: PolicyFile
    calendar: WorkingCalendar
    now: Callable[[], datetime]
    opened: int = 0

    def has_pending(self) -> bool:
        """Whether anything waits for its case."""
        return next(chain(self._ratings(), self._reports(), self._parents()), None) is not None

    async def open_all(
        self,
        desk: CaseDesk,
        taken_up: Callable[[list[str]], set[str]],
        progress: Callable[[int], None],
    ) -> Opened:
        """Open them all; gives how many. `progress` is told on the way and at the end.

        Raises EngineUnavailable when nothing is taken up for a minute.
        """
        with self.engine.begin() as connection:
            keep(connection, self.file, self.calendar)

        def was_opened(case_no: str) -> None:
            with self.engine.begin() as connection:
                mark_opened(connection, [case_no])
                mark_report_opened(connection, case_no)
            self.opened += 1
            if self.opened % SHOWN_EVERY == 0:
                progress(self.opened)

        # Repetitions are looked for when the cases that make them up have been recorded.
        for orders in (self._ratings, self._reports):
            await desk.open_at_their_pace(self._with_first_deadline(orders()), taken_up, was_opened)
        parents = await desk.open_at_their_pace(self._with_first_deadline(self._parents()), taken_up, was_opened)
        progress(self.opened)
        return Opened(self.opened, parents)

    def _with_first_deadline(self, orders: Iterator[CaseOrder]) -> Iterator[tuple[CaseOrder, datetime | None]]:
        limit = self.file.policy.signoff_limit
        for order in orders:
            yield order, due_date(self.now(), limit, self.calendar, self.file.policy.counting).deadline

    def _ratings(self) -> Iterator[CaseOrder]:
        """The orders of pending ratings, read anew until none is left."""
        policy = self.file.policy
        while True:
            with self.engine.connect() as connection:
                pending = pending_cases(connection, policy.jurisdiction, BATCH)
            if not pending:
                return
            for each in pending:
                yield order_for(each, policy, self.calendar.version)

    def _reports(self) -> Iterator[CaseOrder]:
        policy = self.file.policy
        while True:
            with self.engine.connect() as connection:
                pending = pending_reports(connection, policy.jurisdiction, BATCH)
            if not pending:
                return
            for each in pending:
                yield order_for_report(each, policy, self.calendar.version)

    def _parents(self) -> Iterator[CaseOrder]:
        with self.engine.connect() as connection:
            yield from parent_orders(connection, self.file.policy, self.calendar.version, self.now())


@dataclass(frozen=True)
class Inviting:
    """The invitations of one place that are to be begun."""

    engine: Engine
    client: Client
    queue: str
    now: Callable[[], datetime]

    async def begin_all(self, jurisdiction: str) -> int:
        """Begin them all; gives how many. Raises EngineUnavailable; what was begun by then stays so."""
        begun = 0
        while due := await asyncio.to_thread(self._pending, jurisdiction):
            slots = asyncio.Semaphore(INVITATIONS_AT_ONCE)
            try:
                await asyncio.gather(*(self._begin(each, slots) for each in due))
            except RPCError:
                raise EngineUnavailable(
                    "流程引擎没有应答，评价邀请没有全部安排。办件已入库，不会丢失；系统恢复后会自动补上。"
                ) from None
            await asyncio.to_thread(self._mark, jurisdiction, due)
            begun += len(due)
        return begun

    async def _begin(self, matter: DueMatter, slots: asyncio.Semaphore) -> None:
        async with slots:
            await start_invitation(self.client, matter.ref, matter.first_look_at - self.now(), self.queue)

    def _pending(self, jurisdiction: str) -> list[DueMatter]:
        with self.engine.connect() as connection:
            return pending_invitations(connection, jurisdiction, BATCH)

    def _mark(self, jurisdiction: str, begun: list[DueMatter]) -> None:
        with self.engine.begin() as connection:
            mark_started(connection, jurisdiction, [each.ref.project_no for each in begun])
