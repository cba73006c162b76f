"""One case on a random course: people act, time passes, notices come, parts fail. Every step is checked."""

from datetime import datetime, timedelta
from typing import Any

from models.due import SHANGHAI
from models.kinds import CaseSource
from models.policy import Policy
from policy.transitions import possible_actions
from tests.properties import invariants
from tests.properties.cast import Choose, any_move, filled_in, possible_moves
from tests.properties.ending import bring_to_its_end
from tests.properties.paper_case import PaperCase
from tests.properties.paper_ledger import PaperLedger
from tests.properties.places import calendars
from tests.support.orders import order_of

SILENCES = [timedelta(hours=hours) for hours in (0, 1, 5, 12, 24, 48, 120, 240, 500)]
FIRST = datetime(2025, 1, 6, 9, tzinfo=SHANGHAI)


class Course:
    """One case and the chance that drives it."""

    def __init__(self, choose: Choose[Any], policy: Policy) -> None:
        self.choose = choose
        moment = FIRST + timedelta(days=choose(range(200)), minutes=choose(range(24 * 60)))
        self.order = order_of(
            "420700000001",
            policy,
            choose(list(calendars())),
            moment - timedelta(hours=choose([1, 30])),
            case_class=choose(list(policy.class_limits)),
            anonymous=choose([False, False, False, True]),
            staff_no=choose(["", "RS-0217"]),
            source=choose([CaseSource.RATING] * 6 + list(CaseSource)),
        )
        self.case = PaperCase(self.order, PaperLedger(self.order, calendars()), moment)
        self.refused = self.taken = 0

    def run(self, moves: int) -> None:
        """So many things happen, then good people end the case."""
        for _ in range(moves):
            self.move()
        self.finish()

    def move(self) -> None:
        """One thing that happens."""
        case = self.case
        happening = self.choose(["act"] * 8 + ["wrong", "silence", "silence", "silence", "away", "database", "notice"])
        match happening:
            case "act" | "wrong":
                self._act(happening == "wrong")
            case "silence":
                case.write_down()
                case.let_pass(self.choose(SILENCES))
            case "away":
                case.write_down()
                case.restart()
                case.stand_still(self.choose(SILENCES))
            case "database":
                case.let_pass(self.choose(SILENCES), database_stands=True)
            case "notice":
                case.apply_calendar(self.choose(list(calendars())))
        if self.choose([False, False, True]):
            case.restart()
        if self.choose([True, True, False]):
            case.write_down(twice=self.choose([False, True]))
            case.let_pass(timedelta())
            invariants.check(case)
        else:
            case.write_down(how_many=self.choose([0, 1]))
            invariants.check_in_flight(case)

    def _act(self, is_wrong: bool) -> None:
        case, state = self.case, self.case.state
        moves = possible_moves(state, case.order, case.now)
        action, actor = any_move(self.choose) if is_wrong or not moves else self.choose(moves)
        before, seq = (case.state, list(case.pending)), state.seq
        reason = case.act(action, actor, **filled_in(action, state, case.order, self.choose))
        if reason is None:
            self.taken += 1
            assert action in possible_actions(state, case.order, actor.role, case.now), "only what the lists offer"
            assert case.state.seq == seq + 1
            return
        self.refused += 1
        assert (case.state, case.pending) == before, "a refused action leaves no trace"
        assert reason.endswith("。")
        assert "None" not in reason

    def finish(self) -> None:
        """All is written down and people do what they are asked for."""
        self.case.write_down()
        bring_to_its_end(self.case)
        invariants.check(self.case)
        assert self.case.state.archived
