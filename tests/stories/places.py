"""What the stories of the five places ask of a case: the last day of a limit, the ladder, what the citizen was told.

Decides nothing; the dates that are expected stand in the stories, computed by hand from the official notices.
"""

from models.case import CaseClass
from models.clocks import ClockKind
from models.due import in_shanghai
from models.notices import NoticeKind
from tests.support.engine import Office

UNTIL_THE_END = "2025-10-18 12:00"
"""A Saturday after the last step of every ladder for a limit that ended on Fri 2025-10-10."""


def last_day(office: Office, case_no: str, kind: ClockKind = ClockKind.REMEDIATION, round_: int = 1) -> str:
    """The last day on which acting is in time, e.g. `10-11`."""
    return f"{office.clock(case_no, kind, round_).due.last_day:%m-%d}"


def ladder(office: Office, case_no: str, kind: ClockKind = ClockKind.REMEDIATION) -> list[str]:
    """What came from the limit on, e.g. `10-13 08:30 督办`."""
    entries = [each for each in office.entries(case_no) if each.details.get("clock") == kind.label]
    return [
        f"{in_shanghai(each.at):%m-%d %H:%M} {each.details['measure']}" for each in entries if "measure" in each.details
    ]


def told_the_evaluator(office: Office, case_no: str) -> list[NoticeKind]:
    """The messages to the citizen, in the order in which they were decided."""
    messages = [record.message for record in office.messages(case_no)]
    to_evaluator = [each for each in messages if each.recipient == f"evaluator:{case_no}"]
    return [each.kind for each in sorted(to_evaluator, key=lambda each: each.created_at)]


def said_to(office: Office, case_no: str, kind: NoticeKind, fact: str) -> set[tuple[str, str | None]]:
    """Who was sent messages of that kind, and what they say about one thing."""
    messages = [record.message for record in office.messages(case_no)]
    return {(each.recipient, each.context.get(fact)) for each in messages if each.kind is kind}


def class_limits(office: Office) -> dict[CaseClass, str]:
    """The classes of the place with their limits, e.g. `5 个工作日`."""
    return {each: str(limit) for each, limit in office.policy.class_limits.items()}
