"""Work that comes back with the calendar (定期工作) as people see it: how each kind stands, and asking for it by hand.

Decides what stands in a line and who is refused with what sentence. Which work a place has says `policy.rhythm`; the
diary and the engine are handed in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calendars import CalendarNotPublished
from casework.periods import read_period
from casework.text import end_of, instant
from models.errors import BadInput
from models.rhythm import JobKind, JobPeriod, LookbackStanding, NextDue, RunView, Schedule
from policy.rhythm import Lengths, how_often, last_ended


class PlacesWork(Protocol):
    """Which work the places have by today's rules, and when it is due by the calendars in force."""

    def ids(self) -> list[str]:
        """The places."""
        ...

    def name(self, jurisdiction: str) -> str:
        """What a place is called. Raises BadInput for an unknown one."""
        ...

    def work(self, jurisdiction: str) -> Mapping[JobKind, Lengths]:
        """The kinds of work of a place with the lengths of their periods. Raises BadInput for an unknown place."""
        ...

    def next_due(self, jurisdiction: str, kind: JobKind, now: datetime) -> NextDue:
        """When the work is due next. Raises CalendarNotPublished where no notice says on which day."""
        ...


class RhythmDiary(Protocol):
    """What was done about which period."""

    def runs(self, jurisdiction: str, limit: int = 40) -> Sequence[RunView]:
        """What was done in a place, the last period first."""
        ...


class RhythmEngine(Protocol):
    """The engine's schedules. Every method raises EngineUnavailable while the engine is away."""

    async def schedules(self, jurisdiction: str, kinds: Collection[JobKind]) -> Sequence[Schedule]:
        """Those of the kinds for which there is a schedule."""
        ...

    async def run_now(
        self, jurisdiction: str, place_name: str, kind: JobKind, periods: tuple[JobPeriod, ...], by: str
    ) -> None:
        """Have the work done about these periods; while it is under way, asking again changes nothing."""
        ...

    async def pause(self, jurisdiction: str, kind: JobKind, note: str) -> None:
        """Nothing is begun any more; what has begun goes on. Raises ActionRefused where there is no schedule."""
        ...

    async def resume(self, jurisdiction: str, kind: JobKind, note: str) -> None:
        """It goes on with the next period. Raises ActionRefused where there is no schedule."""
        ...


class Lookbacks(Protocol):
    """How the places stand with their look-backs."""

    def standing(self, jurisdiction: str) -> LookbackStanding | None:
        """How a place stands; None where its rules draw no case. Raises BadInput for an unknown place."""
        ...


@dataclass(frozen=True)
class RhythmPorts:
    """All of it."""

    places: PlacesWork
    diary: RhythmDiary
    engine: RhythmEngine
    lookbacks: Lookbacks


@dataclass(frozen=True)
class WorkLine:
    """One kind of work of a place. `last` is what was done about the last period that anything was done about."""

    kind: JobKind
    how_often: str
    about: str
    """The periods that running it now would be about."""
    last: RunView | None
    next: str
    is_paused: bool
    note: str


def work_lines(
    ports: RhythmPorts, jurisdiction: str, schedules: Sequence[Schedule], runs: Sequence[RunView], now: datetime
) -> tuple[WorkLine, ...]:
    """Every kind for which there is a schedule, in the order of the kinds."""
    work = ports.places.work(jurisdiction)
    return tuple(
        WorkLine(
            kind=each.kind,
            how_often=how_often(work[each.kind]),
            about="、".join(period.label for period in last_ended(work[each.kind], now)),
            last=next((run for run in runs if run.kind is each.kind), None),
            next="已暂停，恢复后从下一期起办理" if each.is_paused else _next(ports, jurisdiction, each.kind, now),
            is_paused=each.is_paused,
            note=each.note if each.is_paused else "",
        )
        for each in schedules
        if each.kind in work
    )


@dataclass(frozen=True)
class LookbackLine:
    """The look-back beside the work of the schedules."""

    how_often: str
    last: str
    next: str
    waiting: int


def lookback_line(ports: RhythmPorts, jurisdiction: str) -> LookbackLine | None:
    """How the place stands with its look-backs; None where its rules draw no case."""
    found = ports.lookbacks.standing(jurisdiction)
    if found is None:
        return None
    late = f"，其中逾期 {found.missed} 件" if found.missed else ""
    return LookbackLine(
        how_often=f"案件办结时按 {found.percent}% 抽取，{found.within}内核查",
        last=f"{instant(found.last_at)}，共 {found.recorded:,} 件" if found.last_at else "还没有办理过",
        next=f"最早 {end_of(found.next_end)} 到期{late}" if found.next_end else "抽到案件时产生待办",
        waiting=found.waiting,
    )


def came_of_it(run: RunView) -> str:
    """The outcome in one sentence, or why there is none (yet)."""
    if run.failure:
        return run.failure
    return run.outcome.summary if run.outcome is not None else run.state.label


def kind_of(ports: RhythmPorts, jurisdiction: str, text: str) -> JobKind:
    """A kind of work that the place has. Raises BadInput."""
    work = ports.places.work(jurisdiction)
    if text not in work:
        having = "、".join(f"{kind.value}（{kind.label}）" for kind in work) or "无"
        raise BadInput(f"{ports.places.name(jurisdiction)}没有名为“{text}”的定期工作，现有：{having}。")
    return JobKind(text)


def periods_of(ports: RhythmPorts, jurisdiction: str, kind: JobKind, text: str, now: datetime) -> tuple[JobPeriod, ...]:
    """The periods that somebody asks for: the last that are over, or the one that the text names. Raises BadInput."""
    lengths = ports.places.work(jurisdiction)[kind]
    if not text:
        return last_ended(lengths, now)
    period = read_period(text)
    if period.months not in lengths:
        raise BadInput(f"{kind.label}{how_often(lengths)}办理，期间“{text}”不合，请改写。")
    if period.end > now:
        raise BadInput(f"期间“{text}”还没有结束，{kind.label}在结束后办理。")
    return (JobPeriod.of(period),)


def _next(ports: RhythmPorts, jurisdiction: str, kind: JobKind, now: datetime) -> str:
    try:
        due = ports.places.next_due(jurisdiction, kind, now)
    except CalendarNotPublished as error:
        return f"{error.year}年放假安排公布后确定"
    return instant(due.at) + ("（暂定）" if due.is_provisional else "")
