"""One case without an engine: the loop of `workflows.case`, with a clock that the test moves and a ledger on paper.

As there, an action counts at once, its step is written down later and in order, each limit has a keeper that reaches
its rungs, and an ended case is archived when nothing may follow. Time may stand still for the worker (everything that
was due comes late, at once) or for the database (steps wait, rungs go on).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.actions import MESSAGES, Action, ApplyCalendar, HumanAction
from models.actors import Actor, Role
from models.case import CaseOrder, CaseState
from models.clocks import Clock, ClockKind
from policy import endings, follows, oversight, procedure
from policy.draft import Outcome
from policy.transitions import refusal
from policy.wording import case_details, step_summary, timer_summary
from tests.properties.paper_ledger import PaperLedger

Key = tuple[ClockKind, int]


@dataclass
class PaperCase:
    """A running case. `pending` are steps that count already and are not written down yet."""

    order: CaseOrder
    ledger: PaperLedger
    now: datetime
    state: CaseState = field(default_factory=CaseState)
    pending: list[Outcome] = field(default_factory=list)
    keepers: set[Key] = field(default_factory=set)
    busy: dict[Key, int] = field(default_factory=dict)
    """Keepers that wait until their step is written down, and its number."""
    after_each_step: Callable[["PaperCase"], None] = lambda case: None

    def __post_init__(self) -> None:
        self._take(procedure.dispatched(self.order, CaseState(), self.now))
        self.write_down()

    def act(self, action: Action, actor: Actor, **details: object) -> str | None:
        """Somebody acts; the sentence of the refusal, or None when it was taken."""
        message = MESSAGES[action].model_validate({"actor": actor, **details})
        return self.send(action, MESSAGES[action].model_validate_json(message.model_dump_json()))

    def send(self, action: Action, message: HumanAction) -> str | None:
        """The same with a ready message."""
        reason = refusal(action, message, self.state, self.order, self.now)
        if reason is None:
            self._take(follows.after(action, self.order, self.state, message, self.now))
        return reason

    def apply_calendar(self, version: str) -> str | None:
        """A holiday notice is put in force."""
        actor = Actor(user="supervisor-01", role=Role.SUPERVISOR, unit="ez-shenpi")
        return self.send(
            Action.APPLY_CALENDAR, ApplyCalendar(actor=actor, calendar_version=version, notice="试验〔2026〕1号")
        )

    def write_down(self, how_many: int | None = None, twice: bool = False) -> None:
        """Write pending steps down, all unless said otherwise; `twice` as when the engine did not hear the answer."""
        for _ in range(len(self.pending) if how_many is None else min(how_many, len(self.pending))):
            outcome = self.pending.pop(0)
            recorded = self.ledger.record(outcome.step)
            if twice:
                assert self.ledger.record(outcome.step) == recorded
            before = self.state
            self.state = procedure.with_dates(before, recorded)
            self.keepers |= {
                (clock.kind, clock.round) for clock in self.state.clocks if before.clock(clock.kind) is None
            }
            self.busy = {key: seq for key, seq in self.busy.items() if seq != outcome.step.seq}
            self._retire()
            assert procedure.receipt(outcome, self.state).said.endswith("。")
            assert step_summary(outcome.step)
            assert case_details(self.order, self.state)
            self.after_each_step(self)

    def let_pass(self, span: timedelta, database_stands: bool = False) -> None:
        """Let time pass; each rung is reached in its moment."""
        end = self.now + span
        while (moment := self._next_moment()) is not None and moment <= end:
            self.now = max(self.now, moment)
            self._reach_what_is_due()
            if not database_stands:
                self.write_down()
        self.now = end

    def stand_still(self, span: timedelta) -> None:
        """The worker is away for that long; what was due meanwhile comes when it is back."""
        self.now += span
        self.let_pass(timedelta())

    def restart(self) -> None:
        """Everything the engine keeps goes through its stored form and back."""
        self.state = CaseState.model_validate_json(self.state.model_dump_json())
        self.pending = [
            Outcome(state=outcome.state, step=type(outcome.step).model_validate_json(outcome.step.model_dump_json()))
            for outcome in self.pending
        ]

    def _take(self, outcome: Outcome) -> None:
        self.state = outcome.state
        self.pending.append(outcome)
        self._retire()

    def _retire(self) -> None:
        """A keeper whose limit is over goes home once its step is written down."""
        self.keepers = {key for key in self.keepers if key in self.busy or self._clock_of(key) is not None}

    def _clock_of(self, key: Key) -> Clock | None:
        return self.state.running_clock(*key)

    def _due(self) -> list[tuple[datetime, Key]]:
        awake = [(key, clock) for key in self.keepers - self.busy.keys() if (clock := self._clock_of(key)) is not None]
        return sorted((clock.rungs[0].at, key) for key, clock in awake if clock.rungs)

    def _next_moment(self) -> datetime | None:
        moments = [moment for moment, _ in self._due()[:1]]
        if self.state.ending is not None and not self.state.archived:
            window = self.state.clock(ClockKind.APPEAL_WINDOW)
            if endings.may_be_archived(self.state, self.now):
                moments.append(self.now)
            elif window is not None and window.due.deadline > self.now:
                moments.append(window.due.deadline)
        return min(moments, default=None)

    def _reach_what_is_due(self) -> None:
        for moment, key in self._due():
            clock = self._clock_of(key)
            if moment > self.now or clock is None or not clock.rungs or clock.rungs[0].at > self.now:
                continue
            assert timer_summary(clock, clock.rungs[0])
            outcome = oversight.rung_reached(self.order, self.state, clock, clock.rungs[0], self.now)
            self.busy[key] = outcome.step.seq
            self._take(outcome)
        if endings.may_be_archived(self.state, self.now):
            self._take(endings.archived(self.order, self.state, self.now))
