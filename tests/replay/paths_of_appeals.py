"""The paths of an appeal: in time or late, upheld or not, by one person or two, and after the end."""

from collections.abc import Awaitable, Callable
from typing import Any

from models.actions import Action
from tests.stories.acts import called_back, in_remediation, put_right
from tests.support.engine import CLERK, HEAD, OFFICER, REVIEWER, SUPERVISOR, Office

UPHELD: dict[str, Any] = {"upheld": True, "finding": "mistaken", "reason": "查实", "evidence": ["录音0212-01"]}
REJECTED: dict[str, Any] = {"upheld": False, "reason": "评价属实"}


async def appeal_upheld(office: Office) -> str:
    """Appealed during the remediation, upheld by one reviewer."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    return case_no


async def appeal_rejected(office: Office) -> str:
    """The remediation limit stands still over a weekend and runs again; put right in time."""
    case_no = await in_remediation(office)
    await office.wait_until("2026-02-13 10:00")
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.wait_until("2026-02-25 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    await office.wait_until("2026-02-28 10:00")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def appeal_confirmed(office: Office) -> str:
    """Upheld by a reviewer and confirmed by the managing unit."""
    case_no = await _reviewed(office)
    await office.act(case_no, Action.CONFIRM_APPEAL, HEAD, confirmed=True, reason="同意")
    return case_no


async def appeal_not_confirmed(office: Office) -> str:
    """Upheld by a reviewer, and the managing unit says no, late; the limit runs again. Still open."""
    case_no = await _reviewed(office)
    await office.wait_until("2026-02-25 10:00")
    await office.act(case_no, Action.CONFIRM_APPEAL, HEAD, confirmed=False, reason="不同意")
    return case_no


async def late_appeal(office: Office) -> str:
    """Let in by a supervisor after the period, when the remediation limit has passed; rejected."""
    case_no = await in_remediation(office)
    await office.wait_until("2026-02-27 10:00")
    await office.act(case_no, Action.ALLOW_LATE_APPEAL, SUPERVISOR, reason="当事人出差")
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def appeal_after_the_end(office: Office) -> str:
    """Satisfied, then appealed, and upheld: not adopted after all."""
    case_no = await put_right(office)
    await called_back(office, case_no, satisfied=True)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.wait_until("2026-02-14 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    return case_no


async def appeal_before_the_sign_off(office: Office) -> str:
    """The limit that begins with the sign-off begins at rest. Still open, with a late reviewer."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.wait_until("2026-02-25 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **REJECTED)
    return case_no


async def _reviewed(office: Office) -> str:
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, **UPHELD)
    return case_no


PATHS: tuple[Callable[[Office], Awaitable[str]], ...] = (
    appeal_upheld,
    appeal_rejected,
    appeal_confirmed,
    appeal_not_confirmed,
    late_appeal,
    appeal_after_the_end,
    appeal_before_the_sign_off,
)

ELSEWHERE = {"appeal_confirmed": "taian", "appeal_not_confirmed": "taian"}
