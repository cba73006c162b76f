"""Every path of the procedure as a short script. `record.py` records their histories, the tests replay them.

A new path is added to its chapter and recorded; a recorded history is never recorded again under the same name, because
cases of that kind may be running somewhere. The plain path's chapter is here, the others stand beside this file.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from models.actions import Action
from models.case import CaseClass
from tests.replay import paths_of_appeals, paths_of_oversight, paths_of_terms
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, Office

Path = Callable[[Office], Awaitable[str]]


def place_of(name: str) -> str:
    """The jurisdiction in which a path is walked."""
    return _ELSEWHERE.get(name, "ezhou")


async def satisfied(office: Office) -> str:
    """Founded, put right, satisfied."""
    case_no = await remediated(office)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    return case_no


async def remediated(office: Office) -> str:
    """Founded and put right; still open, before the callback that decides."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    return case_no


async def called_before_signed(office: Office) -> str:
    """The callback comes before the sign-off; a difficult case."""
    case_no = await office.dispatch(CaseClass.DIFFICULT)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    return case_no


async def rework(office: Office) -> str:
    """Dissatisfied once, then satisfied."""
    case_no = await remediated(office)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="再次整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    return case_no


async def escalated(office: Office) -> str:
    """Dissatisfied twice, concluded by a supervisor."""
    case_no = await remediated(office)
    for _ in range(2):
        await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=False)
        if office.reader.case(case_no).stage == "remediation":
            await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="再次整改")
    await office.act(case_no, Action.CONCLUDE, SUPERVISOR, reason="已书面说明")
    return case_no


async def not_adopted(office: Office) -> str:
    """Mistaken, confirmed by a supervisor."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken")
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="核对录音", evidence=["录音0212-01"])
    return case_no


async def finding_rejected(office: Office) -> str:
    """Malicious, rejected by a supervisor, put right all the same."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="malicious")
    await office.act(case_no, Action.REJECT_FINDING, SUPERVISOR, reason="证据不足")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    return case_no


async def unreachable(office: Office) -> str:
    """Nobody answers before, and nobody answers after."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="wrong_number")
    await office.wait_until("2026-02-12 15:00")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="no_answer")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="refused")
    return case_no


async def anonymous(office: Office) -> str:
    """An anonymous review, without callbacks."""
    case_no = await office.dispatch(anonymous=True)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    return case_no


async def silent(office: Office) -> str:
    """Nobody touches the case for a month; it is still open."""
    case_no = await office.dispatch()
    await office.wait_until("2026-03-10 12:00")
    return case_no


async def late(office: Office) -> str:
    """Signed and called after the limits, urged by a supervisor, an extra contact in between."""
    case_no = await office.dispatch()
    await office.wait_until("2026-02-24 10:00")
    await office.act(case_no, Action.URGE, SUPERVISOR, reason="已逾期")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.TRIGGER_CALLBACK, HOTLINE, purpose="告知进展")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", note="已知悉")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    await office.wait_until("2026-03-03 12:00")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    return case_no


async def archived_after_the_appeal_period(office: Office) -> str:
    """Satisfied at once, so that the file waits for the end of the appeal period."""
    return await satisfied(office)


async def window_report(office: Office) -> str:
    """What was reported at the window: verified by itself, put right, called back."""
    case_no = await office.dispatch(source="unresolved_window", satisfaction=None, channel="window")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="当场办结")
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", satisfied=True)
    return case_no


async def parent_case(office: Office) -> str:
    """The root cause of repeated reviews: nobody is called, the supervisors conclude."""
    about: dict[str, Any] = {"source": "repeated", "satisfaction": None, "channel": "repeated", "anonymous": True}
    case_no = await office.dispatch(repeats=("ezhou-1-1", "ezhou-2-1", "ezhou-3-1"), **about)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="统一口径")
    await office.act(case_no, Action.CONCLUDE, SUPERVISOR, reason="根源已消除")
    return case_no


async def withdrawn(office: Office) -> str:
    """The citizen takes the review back before anybody called; it is put right all the same."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_WITHDRAWAL, HOTLINE, reason="本人来电撤回")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    return case_no


async def withdrawn_at_the_callback(office: Office) -> str:
    """The citizen takes the review back when called after the remediation."""
    case_no = await remediated(office)
    await office.act(case_no, Action.RECORD_WITHDRAWAL, HOTLINE, reason="本人来电撤回")
    return case_no


_PLAIN: tuple[Path, ...] = (
    satisfied,
    remediated,
    called_before_signed,
    rework,
    escalated,
    not_adopted,
    finding_rejected,
    unreachable,
    anonymous,
    silent,
    late,
    archived_after_the_appeal_period,
    window_report,
    parent_case,
    withdrawn,
    withdrawn_at_the_callback,
)

_CHAPTERS = (_PLAIN, paths_of_appeals.PATHS, paths_of_terms.PATHS, paths_of_oversight.PATHS)

PATHS: dict[str, Path] = {path.__name__: path for chapter in _CHAPTERS for path in chapter}

_ELSEWHERE = paths_of_appeals.ELSEWHERE | paths_of_oversight.ELSEWHERE
