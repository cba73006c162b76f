"""The order that tests dispatch: a one-star review of the social security office, unless they ask for another."""

from datetime import datetime
from typing import Any

from models.case import CaseClass, CaseOrder
from models.ids import case_number
from models.policy import Policy

UNIT = "ez-renshe"


def order_of(
    project_no: str, policy: Policy, calendar_version: str, assessed_at: datetime, **changes: Any
) -> CaseOrder:
    """The order of that matter under a policy and a calendar; `changes` are fields of `CaseOrder`."""
    usual: dict[str, Any] = {
        "case_no": case_number(policy.jurisdiction, project_no, 1),
        "jurisdiction": policy.jurisdiction,
        "project_no": project_no,
        "assess_number": 1,
        "unit": UNIT,
        "task_code": "11420700MB1234567T4420114001000",
        "task_name": "社会保险登记",
        "satisfaction": 1,
        "tags": ("115",),
        "channel": "self_service",
        "case_class": CaseClass.GENERAL,
        "anonymous": False,
        "assessed_at": assessed_at,
        "policy": policy,
        "policy_digest": policy.digest(),
        "calendar_version": calendar_version,
    }
    return CaseOrder.model_validate(usual | changes)
