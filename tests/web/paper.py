"""Cases on paper for page tests: real rules decide each step, the real ledger records it; only the engine is missing.

`PaperActs` stands where the engine's front door stands: it lets an action in or refuses it by the same table, and a key
that came before gives the same receipt. That the engine does likewise the walks over a real one show.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.ledger import PostgresLedger
from adapters.policies import Versions, keep, load_calendar, load_policy
from models.actions import MESSAGES, Action, HumanAction, Receipt
from models.case import CaseOrder, CaseState
from models.errors import ActionRefused, EngineUnavailable, UnknownCase
from policy import procedure
from policy.draft import Outcome
from policy.follows import after
from policy.transitions import refusal
from tests.support.orders import order_of
from tests.web.pages import Pages


@dataclass
class PaperActs:
    """The front door of the cases, on paper. While it is `deaf` it takes actions in and does not answer."""

    pages: Pages
    jurisdiction: str = "ezhou"
    deaf: bool = False
    loses: bool = False
    """Whether what comes while it is deaf is lost, not recorded."""
    taken: list[tuple[Action, HumanAction, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        here = self.pages.installation
        self._file, self._calendar = load_policy(self.jurisdiction), load_calendar(self.jurisdiction)
        with here.engine.begin() as connection:
            keep(connection, self._file, self._calendar)
        self._ledger = PostgresLedger(here.engine, Versions(here.engine), here.people)
        self._cases: dict[str, tuple[CaseOrder, CaseState]] = {}
        self._receipts: dict[tuple[str, str], Receipt] = {}

    @property
    def now(self) -> datetime:
        """The moment of the story."""
        return self.pages.installation.moment

    def dispatch(self, project_no: str, state: dict[str, Any] | None = None, **changes: Any) -> str:
        """Dispatch a case now; its number. `state` are facts that the case has besides."""
        order = order_of(
            project_no, self._file.policy, self._calendar.version, self.now - timedelta(hours=1), **changes
        )
        outcome = procedure.dispatched(order, CaseState().model_copy(update=state or {}), self.now)
        self._cases[order.case_no] = (order, CaseState())
        self._record(order.case_no, outcome)
        return order.case_no

    def act_now(self, case_no: str, action: Action, user: str, **details: Any) -> Receipt:
        """A person acts beside the browser. Raises ActionRefused."""
        actor = self.pages.installation.people.actor(user)
        message = MESSAGES[action].model_validate({"actor": actor, **details})
        return self._take(case_no, action, message, f"beside-{len(self._receipts)}")

    async def act(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        """An action from the browser."""
        self.taken.append((action, message, key))
        if self.deaf:
            if not self.loses:
                self._take(case_no, action, message, key)
            raise EngineUnavailable("系统一分钟内没有应答。")
        return self._take(case_no, action, message, key)

    def state(self, case_no: str) -> CaseState:
        """The facts of a case."""
        return self._cases[case_no][1]

    def _take(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        if case_no not in self._cases:
            raise UnknownCase(f"流程引擎中没有案件 {case_no}。")
        if before := self._receipts.get((case_no, key)):
            return before
        order, state = self._cases[case_no]
        if reason := refusal(action, message, state, order, self.now):
            raise ActionRefused(reason)
        outcome = after(action, order, state, message, self.now)
        self._record(case_no, outcome)
        receipt = procedure.receipt(outcome, self._cases[case_no][1])
        self._receipts[case_no, key] = receipt
        return receipt

    def _record(self, case_no: str, outcome: Outcome) -> None:
        order, _ = self._cases[case_no]
        recorded = self._ledger.record(outcome.step)
        self._cases[case_no] = (order, procedure.with_dates(outcome.state, recorded))
