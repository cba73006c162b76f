"""Small values that rule tests start from."""

from functools import cache
from typing import Any

from adapters.policies import load_policy
from models.case import CaseClass, CaseOrder, CaseState, Ending, Finding, Stage
from tests.support.engine import at

MOMENT = at("2026-03-10 09:00")


@cache
def _policy() -> Any:
    return load_policy("ezhou").policy


def an_order(**changes: Any) -> CaseOrder:
    """The order of a real-name review of the social security office."""
    policy = changes.pop("policy", None) or _policy()
    order = CaseOrder(
        case_no="ezhou-420700000001-1",
        jurisdiction="ezhou",
        project_no="420700000001",
        assess_number=1,
        unit="ez-renshe",
        task_code="11420700MB0000001A4420114001000",
        task_name="社会保险登记",
        satisfaction=1,
        channel="self_service",
        case_class=CaseClass.GENERAL,
        anonymous=False,
        assessed_at=MOMENT,
        policy=policy,
        policy_digest=policy.digest(),
        calendar_version="test",
    )
    return order.model_copy(update=changes)


def state_in(stage: Stage) -> CaseState:
    """A state in that stage, by the shortest way."""
    signed = {"seq": 3, "dispatched_at": MOMENT, "signed_at": MOMENT, "signed_by": "officer-renshe"}
    founded = signed | {"finding": Finding.FOUNDED}
    facts: dict[Stage, dict[str, object]] = {
        Stage.DISPATCHED: {"seq": 1, "dispatched_at": MOMENT},
        Stage.CONFIRMING: {"seq": 2, "dispatched_at": MOMENT, "finding": Finding.MISTAKEN},
        Stage.REMEDIATION: founded,
        Stage.POST_CALLBACK: founded | {"remediated_round": 1},
        Stage.ESCALATED: founded | {"remediated_round": 2, "round": 2, "escalated": True},
        Stage.CLOSED: founded | {"remediated_round": 1, "ending": Ending.SATISFIED, "ended_at": MOMENT},
    }
    return CaseState().model_copy(update=facts[stage])
