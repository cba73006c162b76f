"""How a stored bad rating becomes the order of a case: its class by the policy's tags, its number, its pinned rules."""

from models.case import CaseClass, CaseOrder
from models.policy import Policy
from models.ratings import PendingCase


def order_for(pending: PendingCase, policy: Policy, calendar_version: str) -> CaseOrder:
    """The order for one bad rating. Difficult when one of its tags is among `difficult_tags`, else general."""
    difficult = not set(pending.tags).isdisjoint(policy.difficult_tags)
    return CaseOrder(
        case_no=pending.case_no,
        jurisdiction=pending.jurisdiction,
        project_no=pending.project_no,
        assess_number=pending.assess_number,
        unit=pending.unit,
        task_code=pending.task_code,
        task_name=pending.task_name,
        satisfaction=int(pending.level),
        tags=pending.tags,
        channel=pending.channel,
        case_class=CaseClass.DIFFICULT if difficult else CaseClass.GENERAL,
        anonymous=pending.anonymous,
        assessed_at=pending.assessed_at,
        policy=policy,
        policy_digest=policy.digest(),
        calendar_version=calendar_version,
    )
