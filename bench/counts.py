"""What one plain case costs the engine, counted in its history: events, workflow tasks, bytes, and why each task ran.

Run `python -m bench.counts` for the table of a real case beside a bare one; `tests/project/test_event_counts.py` holds
the numbers. The plain case: dispatch, sign-off, verification callback (founded), remediation, callback (satisfied),
under Ezhou's policy without appeals, so that it is over when it has ended. What an appeal period adds is counted on the
engine whose clock can be moved, as the difference between two cases there.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.bare import UPDATES
from bench.driving import PLAIN_ACTIONS, Cases, cases_of, drive_one
from bench.ground import Kind, ground, without_appeals
from models.policy import Policy
from tests.support.engine import Office, office_at

STEPS = 1 + len(UPDATES)
"""The dispatch and four human actions."""


class Cause(StrEnum):
    """Why a workflow task ran."""

    START = "the start"
    UPDATE = "a human action"
    ACTIVITY = "a step was recorded"
    TIMER = "a rung was reached"
    NOTHING = "nothing that had to be told"


_TASK_EVENTS = ("WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED")

_TELLS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: Cause.START,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: Cause.ACTIVITY,
    EventType.EVENT_TYPE_TIMER_FIRED: Cause.TIMER,
}


_TASK_BEGINS = {EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED}
_TASK_IS_LOST = {EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED}


@dataclass(frozen=True)
class Counts:
    """One history in numbers, as on a machine that is quick enough.

    `bytes` is what the engine itself counts against its limit of 50 MB, without what `lost` finds.
    """

    events: Counter[str]
    causes: Counter[Cause]
    bytes: int

    @property
    def total(self) -> int:
        """All events."""
        return self.events.total()

    @property
    def telling(self) -> Counter[str]:
        """The events without workflow tasks that told nothing: the engine with the movable clock writes some down."""
        idle = self.causes[Cause.NOTHING]
        return self.events - Counter(dict.fromkeys(_TASK_EVENTS, idle))

    @property
    def workflow_tasks(self) -> int:
        """Workflow tasks that ran to their end."""
        return self.events["WORKFLOW_TASK_COMPLETED"]


async def counts_of(client: Client, workflow_id: str) -> Counts:
    """Count the whole history of a workflow."""
    handle = client.get_workflow_handle(workflow_id)
    history = await handle.fetch_history()
    description = await handle.describe()
    in_vain = lost(list(history.events))
    events = [event for event in history.events if event not in in_vain]
    size: int = description.raw_description.workflow_execution_info.history_size_bytes
    return Counts(
        events=Counter(_name(event) for event in events),
        causes=Counter(causes_of(events)),
        bytes=size - sum(event.ByteSize() for event in in_vain),
    )


def lost(events: list[HistoryEvent]) -> list[HistoryEvent]:
    """The events of workflow tasks that ended in nothing: a busy worker lets one time out, and it comes again."""
    found: list[HistoryEvent] = []
    task: list[HistoryEvent] = []
    for event in events:
        if event.event_type in _TASK_BEGINS:
            task.append(event)
        elif event.event_type in _TASK_IS_LOST:
            found += [*task, event]
            task = []
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            task = []
    return found


def causes_of(events: list[HistoryEvent]) -> list[Cause]:
    """Why each completed workflow task ran: what came in since the task before, or the action that it took in."""
    causes: list[Cause] = []
    told: Cause | None = None
    during: Cause | None = None
    running = False
    for number, event in enumerate(events):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            running = True
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            causes.append(told or (Cause.UPDATE if _accepts(events[number + 1 :]) else Cause.NOTHING))
            told, during, running = during, None, False
        elif running:  # what comes in while a task runs is for the next one
            during = during or _TELLS.get(event.event_type)
        else:
            told = told or _TELLS.get(event.event_type)
    return causes


def table(ours: Counts, bare: Counts) -> list[str]:
    """Both as lines of a table: event types first, then why workflow tasks ran, then totals."""
    lines = [f"{'':44}{'case':>8}{'bare':>8}"]
    for name in sorted(ours.events | bare.events, key=lambda name: (-ours.events[name], name)):
        lines.append(f"{name:44}{ours.events[name]:8}{bare.events[name]:8}")
    lines.append(f"{'events':44}{ours.total:8}{bare.total:8}")
    for cause in Cause:
        lines.append(f"{'workflow tasks because of ' + cause:44}{ours.causes[cause]:8}{bare.causes[cause]:8}")
    lines.append(f"{'workflow tasks':44}{ours.workflow_tasks:8}{bare.workflow_tasks:8}")
    lines.append(f"{'history bytes':44}{ours.bytes:8,}{bare.bytes:8,}")
    return lines


async def count_both() -> tuple[Counts, Counts]:
    """One plain case and one bare one on a real engine of their own."""
    async with ground() as here, here.worker(Kind.OURS, 10), here.worker(Kind.BARE, 10):
        case = await count_one(await cases_of(Kind.OURS, here))
        bare = await count_one(await cases_of(Kind.BARE, here))
        return case, bare


async def count_one(cases: Cases) -> Counts:
    """Take one case from start to end and count it."""
    return await counts_of(cases.client, await drive_one(cases))


async def count_appeal_period(office: Office) -> tuple[Counts, Counts]:
    """A plain case, and one that ends in the same way while an appeal may still come and is closed when none has."""
    return (
        await _count_in(office, without_appeals(office.policy)),
        await _count_in(office, office.policy),
    )


def added(plain: Counts, dearer: Counts) -> Counter[str]:
    """The telling events that the second has beyond the first. Raises ValueError when it has fewer of one."""
    more = Counter(dearer.telling)
    more.subtract(plain.telling)
    if any(times < 0 for times in more.values()):
        raise ValueError(f"not the same and more: {more}")
    return +more


async def _count_in(office: Office, policy: Policy) -> Counts:
    case_no = await office.dispatch(policy=policy)
    for number, (action, message) in enumerate(PLAIN_ACTIONS):
        await office.settled(case_no, steps=number + 1)
        await office.desk.act(case_no, action, message, f"{case_no}-{number}")
    await office.ending(case_no)
    return await counts_of(office.client, case_no)


async def _count_all() -> tuple[Counts, Counts, Counts, Counts]:
    ours, bare = await count_both()
    async with ground() as here, office_at("2026-03-02 09:00", here.database_url, here.folder) as office:
        return ours, bare, *await count_appeal_period(office)


def main() -> None:
    """Count and print."""
    ours, bare, plain, appealable = asyncio.run(_count_all())
    print("\n".join(table(ours, bare)))
    print(
        f"exact: a plain case of {STEPS} steps costs {ours.workflow_tasks} workflow tasks "
        f"({ours.workflow_tasks / STEPS:.1f} per step), {ours.total} events, {ours.bytes:,} bytes of history"
    )
    more = added(plain, appealable)
    print(
        f"exact: a case that ends within its appeal period costs {more['WORKFLOW_TASK_COMPLETED']} workflow tasks and "
        f"{more.total()} events more: {', '.join(f'{name} {times}' for name, times in sorted(more.items()))}"
    )


def _accepts(following: list[HistoryEvent]) -> bool:
    """Whether the task's own commands, up to the next task, take in an action."""
    for event in following:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
            return False
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            return True
    return False


def _name(event: HistoryEvent) -> str:
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


if __name__ == "__main__":
    main()
