"""The paths on which dates move: extension, another class, a pause, a new holiday notice."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from adapters.recounting import apply_notice
from models.actions import Action
from models.case import CaseClass
from tests.stories.acts import called_back, in_remediation, put_right
from tests.support.engine import CLERK, OFFICER, REVIEWER, SUPERVISOR, Office
from tests.support.holidays import one_more_day_off

PAUSED: dict[str, Any] = {"reason_code": "third_party", "note": "等厂商答复"}
DAY_OFF = date(2026, 2, 25)


async def extension_granted(office: Office) -> str:
    """Granted after both warnings; put right on the new last day."""
    case_no = await in_remediation(office)
    await office.wait_until("2026-02-26 10:00")
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2026-03-03", reason="需协调")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    await office.wait_until("2026-03-03 10:00")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def extension_refused(office: Office) -> str:
    """Refused, put right in time."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2026-03-03", reason="需协调")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=False, reason="不同意")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def extension_lapsed(office: Office) -> str:
    """Nobody answers until the limit; not granted, and put right late."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2026-03-03", reason="需协调")
    await office.wait_until("2026-02-28 10:00")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def class_changed(office: Office) -> str:
    """From general to difficult after the limit, and back again, so that it has passed once more. Still open."""
    case_no = await in_remediation(office)
    await office.wait_until("2026-02-27 10:00")
    await _reclass(office, case_no, CaseClass.DIFFICULT)
    await office.wait_until("2026-03-03 10:00")
    await _reclass(office, case_no, CaseClass.GENERAL)
    await office.wait_until("2026-03-05 10:00")
    return case_no


async def paused_and_reclassed(office: Office) -> str:
    """Another class while the limit stands still, then resumed and put right."""
    case_no = await in_remediation(office)
    await office.wait_until("2026-02-13 10:00")
    await office.act(case_no, Action.PAUSE, SUPERVISOR, **PAUSED)
    await _reclass(office, case_no, CaseClass.DIFFICULT)
    await office.wait_until("2026-02-24 10:00")
    await office.act(case_no, Action.RESUME, SUPERVISOR, reason="已答复")
    await office.wait_until("2026-03-10 10:00")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def paused_to_the_ceiling(office: Office) -> str:
    """Nobody resumes it, with an appeal on top; the limit runs again by itself. Still open."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.PAUSE, SUPERVISOR, **PAUSED)
    await office.wait_until("2026-02-13 10:00")
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await office.wait_until("2026-02-24 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="评价属实")
    await office.wait_until("2026-03-08 10:00")
    return case_no


async def calendar_applied(office: Office) -> str:
    """A notice takes a working day away: the limits move, and again none of it is left undone."""
    case_no = await in_remediation(office)
    await office.wait_until("2026-02-14 10:00")
    await _one_more_day_off(office)
    await office.wait_until("2026-02-27 10:00")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def calendar_applied_while_paused(office: Office) -> str:
    """A notice comes while an appeal holds the limit; it is counted with it when it runs again. Still open."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="误评")
    await _one_more_day_off(office)
    await office.wait_until("2026-02-24 10:00")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="评价属实")
    return case_no


async def calendar_applied_after_the_end(office: Office) -> str:
    """A notice moves the appeal period of a case that has ended; the file is closed a day later."""
    case_no = await put_right(office)
    await called_back(office, case_no, satisfied=True)
    await _one_more_day_off(office)
    return case_no


async def dispatched_under_a_new_notice(office: Office) -> str:
    """Ordered with a calendar that a notice has replaced meanwhile; counted with the new one. Still open."""
    await _one_more_day_off(office)
    return await in_remediation(office)


async def _one_more_day_off(office: Office) -> None:
    file = one_more_day_off(office.calendar, DAY_OFF)
    actor = office.directory.actor("admin-01")
    done = await apply_notice(office.engine, office.desk, file, actor, await office.now(), lambda done, planned: None)
    assert done.is_new
    assert not done.failures


async def _reclass(office: Office, case_no: str, wanted: CaseClass) -> None:
    await office.act(case_no, Action.REQUEST_CLASS_CHANGE, OFFICER, case_class=wanted, reason="涉及多个部门")
    await office.act(case_no, Action.DECIDE_CLASS_CHANGE, SUPERVISOR, granted=True, reason="已核")


PATHS: tuple[Callable[[Office], Awaitable[str]], ...] = (
    extension_granted,
    extension_refused,
    extension_lapsed,
    class_changed,
    paused_and_reclassed,
    paused_to_the_ceiling,
    calendar_applied,
    calendar_applied_while_paused,
    calendar_applied_after_the_end,
    dispatched_under_a_new_notice,
)
