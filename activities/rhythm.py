"""The activities of the work that comes back with the calendar, and the ports behind them.

Decides how a run shows that it is alive. On which day something is due says `Planner`, whether it is still to be done
and what became of it `Diary`, and each kind of work is a `Job`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime
from temporalio import activity

from models.base import Value
from models.rhythm import JobKind, JobOutcome, JobPeriod

HEARTBEAT_EVERY_SECONDS = 2.0


class Job(Protocol):
    """One kind of work. May block: it is called in a thread."""

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Do the work of a place about a period, as of that moment; once more for the same period doubles nothing.

        Raises HaochapingError with a Chinese sentence when it cannot be done; it is tried again then.
        """
        ...


class WorkOrder(Value):
    """What one workflow does: by the calendar, or at once about the periods that somebody named who asked for it."""

    jurisdiction: str
    kind: JobKind
    place_name: str
    periods: tuple[JobPeriod, ...] = ()
    by: str = ""

    @property
    def title(self) -> str:
        """The work in Chinese, with its place."""
        return f"{self.place_name}{self.kind.label}"


class WorkQuestion(Value):
    """What is due in that work when the engine called at that moment."""

    jurisdiction: str
    kind: JobKind
    called_at: AwareDatetime


class WorkPlan(Value):
    """About which periods, from which moment on; no period where the place's rules ask for none (any more)."""

    periods: tuple[JobPeriod, ...]
    at: AwareDatetime


class WorkItem(Value):
    """Work about one period. `by` is who asked for it by hand; empty: the calendar did."""

    jurisdiction: str
    kind: JobKind
    period: JobPeriod
    planned_at: AwareDatetime
    at: AwareDatetime
    by: str = ""


class Planner(Protocol):
    """The place's rules with the calendar in force. May block."""

    def plan(self, question: WorkQuestion) -> WorkPlan:
        """What is due, and when."""
        ...


class Diary(Protocol):
    """What was done about which period. May block."""

    def keep(self, item: WorkItem, job: Job) -> JobOutcome:
        """Do the work and write down what came of it, unless it is done already or another period has overtaken it."""
        ...


@dataclass(frozen=True)
class RhythmActivities:
    """`jobs` are the kinds of work that this installation does."""

    planner: Planner
    diary: Diary
    jobs: Mapping[JobKind, Job]

    @activity.defn
    async def plan_work(self, question: WorkQuestion) -> WorkPlan:
        """What is due in that work, by today's rules and the calendar in force."""
        return await asyncio.to_thread(self.planner.plan, question)

    @activity.defn
    async def do_work(self, item: WorkItem) -> JobOutcome:
        """Do the work about one period."""
        working = asyncio.create_task(asyncio.to_thread(self.diary.keep, item, self.jobs[item.kind]))
        while not working.done():
            activity.heartbeat()
            await asyncio.wait({working}, timeout=HEARTBEAT_EVERY_SECONDS)
        return await working
