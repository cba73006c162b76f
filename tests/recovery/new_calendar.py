"""A holiday notice that is put in force and applied while people act and parts of the system are killed.

Decides that the next working day becomes a day off, so that every limit in working days that runs must move, that
only some cases get it before the blow that falls meanwhile (those that nobody touches until then, so that they are
open however fast the others are), and that whoever ordered it orders it again as often as it broke off.
`test_new_calendar` judges.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from adapters.recounting import apply_notice
from adapters.tables.cases import CASES, CLOCKS
from calendars import WorkingCalendar
from models.actions import Action, HumanAction, Receipt
from models.actors import Actor
from models.clocks import ClockKind
from models.due import SHANGHAI, DueDate
from models.errors import HaochapingError
from tests.support.holidays import one_more_day_off
from workflows.client import CaseDesk

WHO = "supervisor-01"
_DONE_WITHIN = 1800.0  # seconds; only a run that fails waits so long
_PAUSE = 0.5


@dataclass(frozen=True)
class LimitRow:
    """One limit as the ledger has it at the end, with the steps that began and ended it."""

    kind: ClockKind
    round: int
    due: DueDate
    started_seq: int
    ended_seq: int | None


@dataclass
class NewCalendar:
    """The notice, the calendars before and after it, and when what happened."""

    engine: Engine
    desk: CaseDesk
    actor: Actor
    old: WorkingCalendar
    before_the_blow: set[str] = field(default_factory=set)
    """Cases that get the notice before the blow; the others wait for it, however fast the machine is."""
    tries: list[str] = field(default_factory=list)
    """What came of each time that it was ordered; the last one is `done`."""
    ordered_at: datetime | None = None
    struck_at: datetime | None = None
    done_at: datetime | None = None
    _struck: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._take_the_next_working_day()

    def _take_the_next_working_day(self) -> None:
        tomorrow = self.old.nth_working_day(datetime.now(SHANGHAI).date(), 1)
        self.file = one_more_day_off(self.old, tomorrow)
        self.new = self.old.with_notice(self.file.notice)

    async def order(self) -> None:
        """Order it until nothing is left to do. Raises TimeoutError when that takes longer than any blow explains."""
        self._take_the_next_working_day()  # of this day: the run may have begun on the one before
        self.ordered_at = datetime.now(UTC)
        async with asyncio.timeout(_DONE_WITHIN):
            while (outcome := await self._try()) != "done":
                self.tries.append(outcome)
                await asyncio.sleep(_PAUSE)
        self.tries.append(outcome)
        self.done_at = datetime.now(UTC)

    def strikes(self) -> None:
        """The blow falls now: the cases that waited for it are counted while the parts go down."""
        self.struck_at = datetime.now(UTC)
        self._struck.set()

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """The front door of the cases, which lets only some of them have the notice before the blow."""
        if case_no not in self.before_the_blow:
            await self._struck.wait()
        return await self.desk.act(case_no, action, message, key)

    def cases_that_have_it(self) -> int:
        """How many cases have been counted again or have begun under it."""
        query = select(func.count()).select_from(CASES).where(CASES.c.calendar_version == self.new.version)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def limits(self, case_no: str) -> list[LimitRow]:
        """All limits of a case, in the order in which they began."""
        query = select(CLOCKS).where(CLOCKS.c.case_no == case_no).order_by(CLOCKS.c.started_seq, CLOCKS.c.kind)
        with self.engine.connect() as connection:
            return [
                LimitRow(
                    ClockKind(row.kind), row.round, DueDate.model_validate(row.due), row.started_seq, row.ended_seq
                )
                for row in connection.execute(query)
            ]

    async def _try(self) -> str:
        try:
            done = await apply_notice(
                self.engine, self, self.file, self.actor, datetime.now(UTC), lambda done, planned: None
            )
        except (SQLAlchemyError, HaochapingError) as error:
            return f"broke off: {type(error).__name__}"
        if done.gave_up:
            return "gave up: nobody answered"
        return f"{len(done.failures)} cases did not answer" if done.failures else "done"
