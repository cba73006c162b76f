"""Opens the cases of a place: of its stored bad ratings, of what citizens reported, and of repetitions.

A composition of the database's pending records and the cases' front door. The rules stand in `policy.dispatch` and
`policy.repeats`; a case that was opened before is left as it is, so an interruption costs nothing but time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Engine

from adapters.citizen_reports import mark_report_opened, pending_reports
from adapters.policies import keep
from adapters.rating_store import mark_opened, pending_cases
from adapters.repeats import parent_orders
from calendars import WorkingCalendar, due_date
from models.case import CaseOrder
from models.ratings import Opened
from policy.dispatch import order_for, order_for_report
from policy.parsing import PolicyFile
from workflows.client import CaseDesk

BATCH = 500
"""Pending records that are read at once; their cases are opened at the pace at which they are taken up."""

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
