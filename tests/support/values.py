"""Small values that rule tests start from."""

from functools import cache
from typing import Any

from adapters.policies import load_policy
from models.case import CaseOrder, CaseState, Ending, Finding, Stage
from tests.support.engine import at
from tests.support.orders import order_of

MOMENT = at("2026-03-10 09:00")


@cache
def _policy() -> Any:
    return load_policy("ezhou").policy


def an_order(**changes: Any) -> CaseOrder:
    """The order of a real-name review of the social security office."""
    policy = changes.pop("policy", None) or _policy()
    order = order_of("420700000001", policy, "test", MOMENT, tags=())
    return order.model_copy(update=changes)


def state_in(stage: Stage) -> CaseState:
    """A state in that stage, by the shortest way."""
    signed = {"seq": 3, "dispatched_at": MOMENT, "signed_at": MOMENT, "signed_by": "officer-renshe"}
    founded = signed | {"finding": Finding.FOUNDED}
    facts: dict[Stage, dict[str, object]] = {
        Stage.DISPATCHED: {"seq": 1, "dispatched_at": MOMENT},
        Stage.RETURNED: {"seq": 2, "dispatched_at": MOMENT, "is_returned": True, "returns": 1},
        Stage.CONFIRMING: {"seq": 2, "dispatched_at": MOMENT, "finding": Finding.MISTAKEN},
        Stage.REMEDIATION: founded,
        Stage.POST_CALLBACK: founded | {"remediated_round": 1},
        Stage.ESCALATED: founded | {"remediated_round": 2, "round": 2, "escalated": True},
        Stage.CLOSED: founded | {"remediated_round": 1, "ending": Ending.SATISFIED, "ended_at": MOMENT},
    }
    return CaseState().model_copy(update=facts[stage])
