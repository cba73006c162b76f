"""A step in the making: collects what follows from one event, then gives the facts after it and the step to record.

Opening a task also tells the people who get it; a case that becomes overdue lands on the supervisors' list, and leaves
it when nothing is overdue any more.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.actors import Actor, Role
from models.case import CaseOrder, CaseState
from models.clocks import Clock, ClockKind, Passed
from models.due import Limit
from models.kinds import MeasureKind
from models.notices import NoticeKind
from models.policy import Policy
from models.steps import (
    Change,
    ClockMove,
    ClockStart,
    Event,
    Facts,
    NoticeOrder,
    RungReached,
    Step,
    TaskClose,
    TaskKind,
    TaskOrder,
)
from policy.stages import class_of, handling_unit, longest_extension, priority_of, stage_of

_HANDLING = frozenset(
    {
        Event.SIGNED_OFF,
        Event.CALLBACK_RECORDED,
        Event.FINDING_CONFIRMED,
        Event.REMEDIATED,
        Event.CO_OPINION_SUBMITTED,
        Event.FORCE_CLAIMED,
        Event.TAKEN_OVER,
    }
)
"""Who has done one of these has handled the case and does not review an appeal against it."""


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
    moves: list[ClockMove] = field(default_factory=list)
    opens: list[TaskOrder] = field(default_factory=list)
    closes: list[TaskKind] = field(default_factory=list)
    closes_of: list[TaskClose] = field(default_factory=list)
    notices: list[NoticeOrder] = field(default_factory=list)
    reports: list[NoticeKind] = field(default_factory=list)
    to_evaluator: list[NoticeKind] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.before.model_copy(update={"seq": self.before.seq + 1})
        if self.actor is not None:
            self.say("acting_for", self.actor.acting_for)
            if self.event in _HANDLING and self.actor.user not in self.state.handlers:
                self.change(handlers=(*self.state.handlers, self.actor.user))

    @property
    def policy(self) -> Policy:
        """The case's policy."""
        return self.order.policy

    def change(self, **facts: Any) -> None:
        """Set facts."""
        self.state = self.state.model_copy(update=facts)

    def say(self, key: str, text: str) -> None:
        """Add to the entry's text; nothing when it is empty."""
        if text:
            self.details[key] = text

    def start(
        self,
        kind: ClockKind,
        limit: Limit,
        since: datetime | None = None,
        warns: bool = True,
        silent: bool = False,
        round_: int | None = None,
    ) -> None:
        """Let a limit begin, now unless `since` says otherwise; a remediation limit that is held begins at rest."""
        number = self.state.round if round_ is None else round_
        extension = longest_extension(self.order, self.state) if kind is ClockKind.REMEDIATION else None
        self.starts.append(
            ClockStart(
                kind=kind,
                round=number,
                since=since or self.now,
                limit=limit,
                warns=warns,
                silent=silent,
                extension=extension,
            )
        )
        self.change(running=self.state.running | {kind: number})
        if kind is ClockKind.REMEDIATION and self.state.held:
            self.change(stands_still=True)
            self.move(kind, Change.PAUSED, why="、".join(self.state.held))

    def stop(self, *kinds: ClockKind) -> None:
        """End those limits that run."""
        ended = [kind for kind in kinds if kind in self.state.running]
        self.stops.extend(ended)
        self.change(
            running={kind: round_ for kind, round_ in self.state.running.items() if kind not in ended},
            clocks=tuple(clock for clock in self.state.clocks if clock.kind not in ended),
            moving={kind: seq for kind, seq in self.state.moving.items() if kind not in ended},
        )
        if ClockKind.REMEDIATION in ended:
            self.change(stands_still=False)

    def move(
        self,
        kind: ClockKind,
        change: Change,
        why: str = "",
        until: date | None = None,
        limit: Limit | None = None,
        extension: Limit | None = None,
    ) -> None:
        """Have the date of a running limit worked out anew; until it is known, none of its rungs is reached."""
        self.moves.append(
            ClockMove(
                kind=kind,
                round=self.state.running[kind],
                change=change,
                why=why,
                until=until,
                limit=limit,
                extension=extension,
            )
        )
        silenced = (
            clock.model_copy(update={"rungs": ()}) if clock.kind is kind else clock for clock in self.state.clocks
        )
        self.change(clocks=tuple(silenced), moving=self.state.moving | {kind: self.state.seq})

    def hold(self, reason: str, why: str = "") -> None:
        """Let the remediation limit stand still; one that has passed stays passed.

        `reason` is what holds it and is let go by `release`; `why` is what people read, the same unless it says more.
        """
        first = not self.state.held
        self.change(held=(*self.state.held, reason))
        clock = self.state.clock(ClockKind.REMEDIATION)
        if first and ClockKind.REMEDIATION in self.state.running and not (clock and clock.missed):
            self.change(stands_still=True)
            self.move(ClockKind.REMEDIATION, Change.PAUSED, why=why or reason)

    def release(self, reason: str) -> None:
        """One reason to stand still is gone; with the last one the limit runs again."""
        self.change(held=tuple(each for each in self.state.held if each != reason))
        if not self.state.held and self.state.stands_still:
            self.change(stands_still=False)
            self.move(ClockKind.REMEDIATION, Change.RESUMED)

    def pass_rung(self, clock: Clock, missed: bool = False) -> None:
        """Leave the first rung of a clock behind; it is claimed."""
        rung = clock.rungs[0]
        passed = clock.model_copy(
            update={
                "rungs": clock.rungs[1:],
                "missed": clock.missed or missed,
                "passed": (*clock.passed, Passed(kind=rung.kind, number=rung.number)),
            }
        )
        self.change(clocks=tuple(passed if each.kind is clock.kind else each for each in self.state.clocks))

    def open(self, kind: TaskKind, role: Role, clock: ClockKind | None = None, unit: str | None = None) -> None:
        """Open a task and tell the people whose it is."""
        round_ = self.state.running.get(clock) if clock is not None else None
        self.opens.append(TaskOrder(kind=kind, role=role, clock=clock, unit=unit, round=round_))
        self.notices.append(NoticeOrder(kind=NoticeKind.TASK_ASSIGNED, to=role, clock=clock, task=kind, unit=unit))

    def ask_once(self, kind: TaskKind, role: Role) -> None:
        """Open a task that the ladder or the policy asks for beside the procedure, unless it is open already."""
        if kind in self.state.ladder_tasks:
            return
        self.change(ladder_tasks=(*self.state.ladder_tasks, kind))
        self.open(kind, role)

    def ask_for_an_interview(self) -> None:
        """约谈: ask the supervisors for one, unless one is ordered and not held yet."""
        if MeasureKind.INTERVIEW not in self.state.open_measures:
            self.ask_once(TaskKind.ISSUE_INTERVIEW, Role.SUPERVISOR)

    def close(self, *kinds: TaskKind) -> None:
        """Close the open tasks of those kinds."""
        self.closes.extend(kinds)
        self.change(ladder_tasks=tuple(kind for kind in self.state.ladder_tasks if kind not in kinds))

    def close_of(self, kind: TaskKind, unit: str) -> None:
        """Close one unit's task where several units have one of the kind."""
        self.closes_of.append(TaskClose(kind=kind, unit=unit))

    def tell(
        self,
        kind: NoticeKind,
        to: Role,
        clock: ClockKind | None = None,
        unit: str | None = None,
        user: str | None = None,
    ) -> None:
        """Tell people without asking them for anything."""
        self.notices.append(NoticeOrder(kind=kind, to=to, clock=clock, unit=unit, user=user))

    def tell_evaluator(self, kind: NoticeKind) -> None:
        """Tell the citizen, where there is one who can be told."""
        if not self.order.anonymous and self.state.withdrawn_at is None:
            self.to_evaluator.append(kind)

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
            unit=handling_unit(state, order),
            seq=state.seq,
            at=self.now,
            event=self.event,
            facts=self._facts(),
            policy_digest=order.policy_digest,
            calendar_version=state.calendar_version or order.calendar_version,
            actor=self.actor,
            details=self.details,
            order=order if state.seq == 1 else None,
            starts=tuple(self.starts),
            stops=tuple(self.stops),
            moves=tuple(self.moves),
            rung=self.rung,
            opens=tuple(self.opens),
            closes=tuple(self.closes),
            closes_of=tuple(self.closes_of),
            notices=tuple(self.notices),
            reports=tuple(self.reports),
            to_evaluator=tuple(self.to_evaluator),
            state=state.model_dump(mode="json", exclude={"clocks", "moving"}, exclude_defaults=True),
        )

    def _facts(self) -> Facts:
        state, order = self.state, self.order
        return Facts(
            stage=stage_of(state),
            round=state.round,
            overdue=state.is_overdue,
            unit=handling_unit(state, order),
            case_class=class_of(state, order),
            priority=priority_of(state, order),
            assignee=state.assignee,
            paused=state.stands_still,
            finding=state.finding,
            finding_basis=state.finding_basis,
            ending=state.ending,
            signed_at=state.signed_at,
            ended_at=state.ended_at,
        )


@dataclass(frozen=True)
class Outcome:
    """The facts after a step, and the step."""

    state: CaseState
    step: Step
