"""The paths on which a case changes hands or is watched: return, co-handling, leader, measures, look-back."""

from collections.abc import Awaitable, Callable
from typing import Any

from models.actions import Action
from models.due import Limit
from models.policy import LookbackRule, ReturnRule
from tests.stories.acts import COLLEAGUE, OTHER_OFFICER, OTHER_UNIT, OWN_UNIT, called_back, in_remediation, put_right
from tests.support.engine import HEAD, HOTLINE, OFFICER, SUPERVISOR, Office

RETURNED: dict[str, Any] = {"reason_code": "wrong_unit"}


async def returned_until_it_is_binding(office: Office) -> str:
    """Two returns; the hotline sends it on, then the supervisors name the unit. Put right by the other unit."""
    twice = ReturnRule(times=2, reasons=office.policy.returns.reasons)
    case_no = await office.dispatch(policy=office.policy.model_copy(update={"returns": twice}))
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    await office.wait_until("2026-02-13 10:00")
    await office.act(case_no, Action.REDISPATCH, HOTLINE, to_unit=OTHER_UNIT, reason="职责在市场监管局")
    await office.act(case_no, Action.RETURN_ORDER, OTHER_OFFICER, **RETURNED)
    await office.wait_until("2026-02-24 10:00")
    await office.act(case_no, Action.REDISPATCH, SUPERVISOR, to_unit=OTHER_UNIT, reason="指定承办")
    await office.act(case_no, Action.SIGN_OFF, OTHER_OFFICER)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OTHER_OFFICER, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def returned_and_sent_back(office: Office) -> str:
    """One return, back to the same unit, which signs late. Still open."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    await office.wait_until("2026-02-14 10:00")
    await office.act(case_no, Action.REDISPATCH, SUPERVISOR, to_unit=OWN_UNIT, reason="事项清单在册")
    await office.wait_until("2026-02-26 10:00")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    return case_no


async def co_handled(office: Office) -> str:
    """A co-handling unit, a conference, a leader who hands the remediation in."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.SET_PRIORITY, SUPERVISOR, priority="urgent", reason="涉及救助")
    await office.act(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, units=[OTHER_UNIT], reason="涉及两家")
    await office.act(case_no, Action.CONVENE_CONFERENCE, SUPERVISOR, units=[OWN_UNIT, OTHER_UNIT], reason="会商")
    await office.act(case_no, Action.SUBMIT_CO_OPINION, OTHER_OFFICER, opinion="同意配合")
    await office.act(case_no, Action.CONCLUDE_CONFERENCE, SUPERVISOR, conclusion="明确分工")
    await office.act(case_no, Action.TAKE_OVER, HEAD, reason="领办")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, HEAD, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def passed_on_and_claimed(office: Office) -> str:
    """Passed on to a colleague, claimed by the head."""
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REASSIGN, OFFICER, to=COLLEAGUE, reason="岗位调整")
    await office.act(case_no, Action.FORCE_CLAIM, HEAD, reason="多日未办")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, HEAD, measures="已整改")
    await called_back(office, case_no, satisfied=True)
    return case_no


async def climbed(office: Office) -> str:
    """Nobody touches the case; every step of the ladder, and a measure for one of them. Still open."""
    case_no = await office.dispatch()
    await office.wait_until("2026-02-25 10:00")
    ordered = {"kind": "supervise", "document_no": "试验督〔2026〕1号", "reason": "逾期"}
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered)
    await office.wait_until("2026-03-13 12:00")
    return case_no


async def measure_after_the_end(office: Office) -> str:
    """An interview that is written off when the case has long ended."""
    case_no = await put_right(office)
    ordered = {"kind": "interview", "document_no": "试验约〔2026〕1号", "reason": "整改不力"}
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered)
    await called_back(office, case_no, satisfied=True)
    await office.wait_until("2026-03-03 10:00")
    await office.act(case_no, Action.FULFIL_MEASURE, SUPERVISOR, kind="interview", outcome="已约谈")
    return case_no


async def looked_back_on(office: Office) -> str:
    """Not solved: round 2 of the same case; then solved."""
    every = LookbackRule(percent=100, within=Limit.parse("30 cd"))
    case_no = await put_right(office, policy=office.policy.model_copy(update={"lookback": every}))
    await called_back(office, case_no, satisfied=True)
    await office.wait_until("2026-03-02 10:00")
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=False, note="问题依旧")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="再次整改")
    await called_back(office, case_no, satisfied=True)
    await office.act(case_no, Action.RECORD_LOOKBACK, SUPERVISOR, solved=True, note="已解决")
    return case_no


async def interviewed_in_the_end(office: Office) -> str:
    """Dissatisfied twice under a policy that wants an interview; concluded without one."""
    case_no = await in_remediation(office)
    for number in (1, 2):
        await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures=f"第{number}次整改")
        await called_back(office, case_no, satisfied=False)
    await office.act(case_no, Action.CONCLUDE, SUPERVISOR, reason="已书面说明")
    return case_no


PATHS: tuple[Callable[[Office], Awaitable[str]], ...] = (
    returned_until_it_is_binding,
    returned_and_sent_back,
    co_handled,
    passed_on_and_claimed,
    climbed,
    measure_after_the_end,
    looked_back_on,
    interviewed_in_the_end,
)

ELSEWHERE = {"co_handled": "gonghe", "looked_back_on": "gonghe"}
