"""The ledger on paper: the read model of one case as `adapters.ledger` keeps it, without a database.

It mirrors `adapters.ledger` and `adapters.ledger_clocks` line by line and decides as little; that the mirror is true is
shown on the real ones by `test_on_the_engine`. Letters are composed by the real `adapters.notices`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from adapters.ledger_clocks import DatedClocks
from adapters.notices import Letterhead, compose
from adapters.policies import Rules
from calendars import WorkingCalendar
from models.actors import Role
from models.case import CaseOrder
from models.clocks import Clock, ClockKind, Passed, RungKind
from models.due import DueDate
from models.notices import Message
from models.steps import Recorded, Step, TaskKind
from policy.clocks import clock_after, move_clock, start_clock
from tests.properties.cast import PaperDirectory


@dataclass
class Row:
    """One limit as the table has it. `epoch` counts the deadlines that it has had."""

    kind: ClockKind
    round: int
    due: DueDate
    passed: tuple[Passed, ...]
    extendable_to: date | None
    missed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_seq: int | None = None
    epoch: int = 0

    @property
    def as_clock(self) -> Clock:
        """The limit as the case has it, without the rungs ahead."""
        return Clock(
            kind=self.kind,
            round=self.round,
            due=self.due,
            missed=self.missed_at is not None,
            passed=self.passed,
            extendable_to=self.extendable_to,
        )


@dataclass
class Task:
    """One task as the table has it."""

    kind: TaskKind
    role: Role
    unit: str | None
    clock: ClockKind | None
    round: int
    opened_seq: int
    closed_seq: int | None = None


@dataclass(frozen=True)
class Reached:
    """A rung that was written down, under which of its deadlines."""

    kind: ClockKind
    round: int
    epoch: int
    rung: RungKind
    number: int


@dataclass
class PaperLedger:
    """What was recorded of one case."""

    order: CaseOrder
    calendars: dict[str, WorkingCalendar]
    steps: list[Step] = field(default_factory=list)
    answers: dict[int, Recorded] = field(default_factory=dict)
    clocks: dict[tuple[ClockKind, int], Row] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    overdue: bool = False

    @property
    def running(self) -> list[Row]:
        """The limits that have not ended."""
        return [row for row in self.clocks.values() if row.ended_at is None]

    @property
    def open_tasks(self) -> list[Task]:
        """The tasks that nobody has done."""
        return [task for task in self.tasks if task.closed_seq is None]

    def record(self, step: Step) -> Recorded:
        """Record a step; the same step again gives the recorded answer."""
        step = Step.model_validate_json(step.model_dump_json())
        if step.seq not in self.answers:
            dated = self._dated(step)
            self.steps.append(step)
            self.answers[step.seq] = Recorded(seq=step.seq, clocks=dated.all)
            self.overdue = step.facts.overdue
            self._write_clocks(step, dated)
            self._write_tasks(step)
            if step.facts.overdue:
                self._keep_the_supervisors_list(step)
            self._write_messages(step, dated)
        return Recorded.model_validate_json(self.answers[step.seq].model_dump_json())

    def _dated(self, step: Step) -> DatedClocks:
        policy, calendar = self.order.policy, self.calendars[step.calendar_version]
        started = {start.kind: start_clock(start, step.at, policy, calendar) for start in step.starts}
        before, moved = {}, []
        for move in step.moves:
            row = self.clocks.get((move.kind, move.round))
            clock = started.get(move.kind) or (row.as_clock if row and row.ended_at is None else None)
            if clock is not None:
                before[move.kind] = clock
                moved.append(move_clock(clock, move, step.at, policy, calendar))
        after = clock_after(step.rung, step.at, policy, calendar) if step.rung is not None else None
        return DatedClocks(tuple(started.values()), tuple(moved), before, after)

    def _write_clocks(self, step: Step, dated: DatedClocks) -> None:
        for row in self.running:
            if row.kind in step.stops:
                row.ended_at, row.ended_seq = step.at, step.seq
        for clock in dated.started:
            assert (clock.kind, clock.round) not in self.clocks, "a limit begins once in its round"
            self.clocks[clock.kind, clock.round] = Row(
                clock.kind, clock.round, clock.due, clock.passed, clock.extendable_to
            )
        for clock in dated.moved:
            row = self.clocks[clock.kind, clock.round]
            row.epoch += row.due.deadline != clock.due.deadline
            row.due, row.passed, row.extendable_to = clock.due, clock.passed, clock.extendable_to
            if not clock.missed:
                row.missed_at = None
        if step.rung is not None:
            self._write_rung(step.rung.clock, step.rung.rung.kind, step.rung.rung.number)

    def _write_rung(self, clock: Clock, rung: RungKind, number: int) -> None:
        row = self.clocks[clock.kind, clock.round]
        self.reached.append(Reached(row.kind, row.round, row.epoch, rung, number))
        row.passed = (*clock.passed, Passed(kind=rung, number=number))
        if rung is RungKind.LIMIT and not clock.kind.only_reminds:
            row.missed_at = clock.due.deadline

    def _write_tasks(self, step: Step) -> None:
        closing = {(close.kind, close.unit) for close in step.closes_of}
        for task in self.open_tasks:
            if task.kind in step.closes or (task.kind, task.unit) in closing:
                task.closed_seq = step.seq
        for order in step.opens:
            unit = (order.unit or step.unit) if order.role.is_of_unit else None
            round_ = step.facts.round if order.round is None else order.round
            self.tasks.append(Task(order.kind, order.role, unit, order.clock, round_, step.seq))

    def _keep_the_supervisors_list(self, step: Step) -> None:
        overseeing = [task for task in self.open_tasks if task.kind is TaskKind.OVERSEE]
        if not any(row.missed_at is not None for row in self.running):
            self.overdue = False
            for task in overseeing:
                task.closed_seq = step.seq
        elif not overseeing:
            self.tasks.append(Task(TaskKind.OVERSEE, Role.SUPERVISOR, None, None, step.facts.round, step.seq))

    def _write_messages(self, step: Step, dated: DatedClocks) -> None:
        """As the ledger does it: a letter that speaks of a limit which does not run cannot be written."""
        order = self.order
        case = SimpleNamespace(
            case_no=order.case_no,
            project_no=order.project_no,
            assess_number=order.assess_number,
            unit=step.unit,
            task_code=order.task_code,
            task_name=order.task_name,
            dispatched_at=self.steps[0].at,
            signed_at=step.facts.signed_at,
            staff_no=order.staff_no,
            source=order.source,
            case_class=step.facts.case_class,
        )
        head = Letterhead(
            step=step,
            case=_as_row(case),
            rules=Rules(order.policy, {}, self.calendars[step.calendar_version]),
            dues={row.kind: row.due for row in self.running},
            before={kind: clock.due for kind, clock in dated.before.items()},
            missed=[],
        )
        self.messages.extend(compose(head, PaperDirectory()))


def _as_row(case: SimpleNamespace) -> Any:
    return case
