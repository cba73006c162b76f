"""Parts that several pages of a case show: limits, entries of the record, what the reader can do now.

Decides how they read on a page; the words of a limit stand in `casework.limits`, those of an entry in
`casework.chronicle`.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from calendars import WorkingCalendar
from casework.chronicle import details_of, step_of, who
from casework.limits import date_change_text, limit_changes, limit_name, limit_standing
from casework.names import Names
from casework.text import deadline, instant
from casework.worklist import Urgency, urgency
from models.actions import Action
from models.actors import Actor
from models.notices import MessageRecord, MessageStatus
from models.views import ClockView, DateChangeView
from web.casefile import CaseFile, acting
from web.ports import Desk


@dataclass(frozen=True)
class Limit:
    """One limit as a row: its words, how urgent it is, and where its date is explained. `until` is None at a pause."""

    name: str
    start: str
    amount: str
    until_text: str
    until: datetime | None
    standing: str
    urgency: Urgency
    changes: str
    why: str
    running: bool


@dataclass(frozen=True)
class Possible:
    """Something the reader can do now, and where."""

    label: str
    path: str


@dataclass(frozen=True)
class Entry:
    """One entry of the record in plain words. `sent` says how many messages it decided and how many have arrived."""

    number: int
    at: datetime
    label: str
    who: str
    stage: str
    details: tuple[tuple[str, str], ...]
    moves: tuple[str, ...]
    sent: str


def possible_now(desk: Desk, file: CaseFile, actor: Actor) -> list[Action]:
    """What this reader could do now, in the own name or for the absent officer in charge."""
    every = file.standing.possible_for(acting(desk, file.case, actor))
    return [action for action in every if action is not Action.APPLY_CALENDAR]


def path_of(case_no: str, action: Action) -> str:
    """Where an action begins: a call with what is to be asked, everything else with its form."""
    return f"/cases/{case_no}/call" if action is Action.TRIGGER_CALLBACK else f"/cases/{case_no}/act/{action}"


def done_text(file: CaseFile, actor: Actor, done: int) -> str:
    """What the reader's last form has led to; empty when that step is not the reader's."""
    entry = next((each for each in file.entries if each.seq == done and each.actor_user == actor.user), None)
    return f"“{entry.event.label}”已记入台账（第 {entry.seq} 步，{instant(entry.at)}）。" if entry else ""


def limit_of(clock: ClockView, calendar: WorkingCalendar, case_no: str, now: datetime) -> Limit:
    """One limit as a row."""
    due, running = clock.due, clock.ended_at is None
    ends = running and not due.is_paused and not clock.kind.only_reminds
    return Limit(
        name=limit_name(clock.kind, clock.round),
        start=instant(due.start),
        amount=str(due.limit),
        until_text=deadline(due, calendar),
        until=due.deadline if running and not due.is_paused else None,
        standing=limit_standing(clock, now),
        urgency=urgency(due, now) if ends else Urgency.OVER if clock.is_missed else Urgency.NONE,
        changes=limit_changes(clock),
        why=f"/cases/{case_no}/why/{clock.kind}/{clock.round}",
        running=running,
    )


def calendars_of(desk: Desk, versions: set[str]) -> dict[str, WorkingCalendar]:
    """The calendars of these versions, each read once."""
    return {version: desk.front.reader.calendar(version) for version in versions}


def record_of(
    file: CaseFile, names: Names, moves: Sequence[DateChangeView], messages: Sequence[MessageRecord]
) -> list[Entry]:
    """The whole record in plain words, oldest first."""
    decided = Counter(step_of(record) for record in messages)
    sent = Counter(step_of(record) for record in messages if record.status is MessageStatus.SENT)
    moved = defaultdict(list)
    for move in moves:
        moved[move.seq].append(date_change_text(move))
    return [
        Entry(
            number=entry.seq,
            at=entry.at,
            label=entry.event.label,
            who=who(names, entry),
            stage=entry.stage.label,
            details=tuple(details_of(entry, names)),
            moves=tuple(moved[entry.seq]),
            sent=f"{decided[entry.seq]} 条，其中已送达对方 {sent[entry.seq]} 条" if decided[entry.seq] else "",
        )
        for entry in file.entries
    ]
