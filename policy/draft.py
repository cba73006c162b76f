"""A step in the making: collects what follows from one event, then gives the facts after it and the step to record.

Opening a task also tells the people who get it; a case that becomes overdue lands on the supervisors' list, and leaves
it when nothing is overdue any more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.actors import Actor, Role
from models.case import CaseOrder, CaseState
from models.clocks import Clock, ClockKind
from models.due import Limit
from models.notices import NoticeKind
from models.steps import ClockStart, Event, Facts, NoticeOrder, RungReached, Step, TaskKind, TaskOrder
from policy.transitions import stage_of


@dataclass
class Draft:
    """Collects one step. `state` is always the facts so far."""

    order: CaseOrder
    before: CaseState
    event: Event
    now: datetime
    actor: Actor | None = None
    rung: RungReached | None = None
    state: CaseState = field(init=False)
    details: dict[str, str] = field(default_factory=dict)
    starts: list[ClockStart] = field(default_factory=list)
    stops: list[ClockKind] = field(default_factory=list)
    opens: list[TaskOrder] = field(default_factory=list)
    closes: list[TaskKind] = field(default_factory=list)
    notices: list[NoticeOrder] = field(default_factory=list)
    reports: list[NoticeKind] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.before.model_copy(update={"seq": self.before.seq + 1})

    def change(self, **facts: Any) -> None:
        """Set facts."""
        self.state = self.state.model_copy(update=facts)

    def say(self, key: str, text: str) -> None:
        """Add to the entry's text; nothing when it is empty."""
        if text:
            self.details[key] = text

    def start(self, kind: ClockKind, limit: Limit, since: datetime | None = None, warns: bool = True) -> None:
        """Let a limit begin, now unless `since` says otherwise."""
        self.starts.append(
            ClockStart(kind=kind, round=self.state.round, since=since or self.now, limit=limit, warns=warns)
        )
        self.change(running=self.state.running | {kind: self.state.round})

    def stop(self, *kinds: ClockKind) -> None:
        """End those limits that run."""
        ended = [kind for kind in kinds if kind in self.state.running]
        self.stops.extend(ended)
        self.change(
            running={kind: round_ for kind, round_ in self.state.running.items() if kind not in ended},
            clocks=tuple(clock for clock in self.state.clocks if clock.kind not in ended),
        )

    def pass_rung(self, clock: Clock, missed: bool = False) -> None:
        """Leave the first rung of a clock behind."""
        passed = clock.model_copy(update={"rungs": clock.rungs[1:], "missed": clock.missed or missed})
        self.change(clocks=tuple(passed if each.kind is clock.kind else each for each in self.state.clocks))

    def open(self, kind: TaskKind, role: Role, clock: ClockKind | None = None) -> None:
        """Open a task and tell the people whose it is."""
        self.opens.append(TaskOrder(kind=kind, role=role, clock=clock))
        self.notices.append(NoticeOrder(kind=NoticeKind.TASK_ASSIGNED, to=role, clock=clock, task=kind))

    def close(self, *kinds: TaskKind) -> None:
        """Close the open tasks of those kinds."""
        self.closes.extend(kinds)

    def tell(self, kind: NoticeKind, to: Role, clock: ClockKind | None = None) -> None:
        """Tell people without asking them for anything."""
        self.notices.append(NoticeOrder(kind=kind, to=to, clock=clock))

    def report(self, kind: NoticeKind) -> None:
        """Report to the 12345 office, or keep the engine's history."""
        self.reports.append(kind)

    def done(self) -> "Outcome":
        """The facts after, and the step."""
        self._keep_the_supervisors_list()
        return Outcome(state=self.state, step=self._step())

    def _keep_the_supervisors_list(self) -> None:
        if self.state.is_overdue and not self.before.is_overdue:
            self.opens.append(TaskOrder(kind=TaskKind.OVERSEE, role=Role.SUPERVISOR))
        if self.before.is_overdue and not self.state.is_overdue:
            self.close(TaskKind.OVERSEE)

    def _step(self) -> Step:
        state, order = self.state, self.order
        return Step(
            case_no=order.case_no,
            jurisdiction=order.jurisdiction,
            unit=order.unit,
            seq=state.seq,
            at=self.now,
            event=self.event,
            facts=Facts(
                stage=stage_of(state),
                round=state.round,
                overdue=state.is_overdue,
                finding=state.finding,
                finding_basis=state.finding_basis,
                ending=state.ending,
                signed_at=state.signed_at,
                ended_at=state.ended_at,
            ),
            policy_digest=order.policy_digest,
            calendar_version=order.calendar_version,
            actor=self.actor,
            details=self.details,
            order=order if state.seq == 1 else None,
            starts=tuple(self.starts),
            stops=tuple(self.stops),
            rung=self.rung,
            opens=tuple(self.opens),
            closes=tuple(self.closes),
            notices=tuple(self.notices),
            reports=tuple(self.reports),
        )


@dataclass(frozen=True)
class Outcome:
    """The facts after a step, and the step."""

    state: CaseState
    step: Step
