"""Every path of the procedure as a short script. `record.py` records their histories, the tests replay them.

A new path is added here and recorded; a recorded history is never recorded again under the same name, because cases of
that kind may be running somewhere.
"""

from collections.abc import Awaitable, Callable

from models.actions import Action
from models.case import CaseClass
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, Office

Path = Callable[[Office], Awaitable[str]]


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
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="核对录音")
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


PATHS: dict[str, Path] = {
    path.__name__: path
    for path in (
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
    )
}
