"""退单: in time, for a listed reason, as often as the policy says; then the supervisors decide, and that binds."""

from models.actions import Action
from models.case import Stage
from models.clocks import ClockKind
from models.policy import ReturnRule
from models.steps import TaskKind
from policy.transitions import is_own
from tests.stories.acts import OTHER_OFFICER, OTHER_UNIT, OWN_UNIT, deadline, of_one_mind, refused, rungs
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, HOTLINE, OFFICER, REVIEWER, SUPERVISOR, Office

RETURNED = {"reason_code": "wrong_unit", "note": "该事项由市场监管局办理"}


async def redispatched(office: Office, case_no: str, by: str, to: str = OTHER_UNIT) -> None:
    """The case goes to that unit."""
    await office.act(case_no, Action.REDISPATCH, by, to_unit=to, reason="经核对事项清单")


async def test_a_returned_case_goes_to_another_unit_and_its_time_never_stops(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    assert office.reader.case(case_no).stage is Stage.RETURNED
    assert office.entries(case_no)[-1].details["reason"] == "承办单位派错"
    # As if it had been signed for on the last day of the first sign-off limit, Tue 03-10: 11, 12, 13, 16, 17.
    assert deadline(office, case_no) == "2026-03-18 00:00"
    assert deadline(office, case_no, ClockKind.REDISPATCH) == "2026-03-11 00:00"
    assert office.tasks(OFFICER) == []
    await of_one_mind(office, case_no)

    await office.wait_until("2026-03-10 09:00")
    await redispatched(office, case_no, SUPERVISOR)
    assert office.reader.case(case_no).unit == OTHER_UNIT
    assert deadline(office, case_no, ClockKind.SIGN_OFF, 2) == "2026-03-12 00:00"
    assert office.task_kinds(OTHER_OFFICER) == [TaskKind.SIGN_OFF]
    await refused(office, case_no, Action.SIGN_OFF, OFFICER, "由承办单位（ez-shichang）办理，您属于 ez-renshe")

    await office.wait_until("2026-03-11 15:00")
    await office.act(case_no, Action.SIGN_OFF, OTHER_OFFICER)
    assert deadline(office, case_no) == "2026-03-18 00:00"
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    assert office.task_kinds(OTHER_OFFICER) == [TaskKind.REMEDIATE]
    await of_one_mind(office, case_no)


async def test_a_reason_must_be_one_of_the_list(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    listed = (
        "退单理由“too_busy”不在列表中，可选：not_our_item（不属本单位事项）、not_our_area（不属本辖区）、"
        "wrong_unit（承办单位派错）、duplicate（重复派单）。"
    )
    await refused(office, case_no, Action.RETURN_ORDER, OFFICER, listed, reason_code="too_busy")


async def test_after_the_sign_off_limit_or_the_sign_off_nothing_is_returned(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    late, signed = await office.dispatch(), await office.dispatch()
    await office.act(signed, Action.SIGN_OFF, OFFICER)
    await refused(office, signed, Action.RETURN_ORDER, OFFICER, "案件已签收，签收后不能退单", **RETURNED)
    await office.wait_until("2026-03-11 00:05")
    sentence = "退单须在签收时限内提出，签收时限已于 2026年3月10日（周二）24:00届满，不能退单"
    await refused(office, late, Action.RETURN_ORDER, OFFICER, sentence, **RETURNED)


async def test_the_unit_that_the_supervisors_name_cannot_return_the_case(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    # Ezhou takes one return; that was it, so it is for the supervisors to decide.
    assert office.task_kinds(SUPERVISOR) == [TaskKind.DECIDE_UNIT]
    to = {"to_unit": OTHER_UNIT, "reason": "x"}
    await refused(office, case_no, Action.REDISPATCH, HOTLINE, "由监督人员办理", **to)
    await redispatched(office, case_no, SUPERVISOR, OWN_UNIT)  # back to where it came from, with the reason why
    assert office.entries(case_no)[-1].details["binding"] == "指定承办，不得再退"
    binding = "承办单位已由监督人员指定，不得再退单"
    await refused(office, case_no, Action.RETURN_ORDER, OFFICER, binding, **RETURNED)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert deadline(office, case_no) == "2026-03-18 00:00"


async def test_with_two_returns_the_hotline_sends_it_on_first(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    twice = ReturnRule(times=2, reasons=office.policy.returns.reasons)
    case_no = await office.dispatch(policy=office.policy.model_copy(update={"returns": twice}))
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    assert TaskKind.REDISPATCH in office.task_kinds(HOTLINE)
    await redispatched(office, case_no, HOTLINE)
    await office.act(case_no, Action.RETURN_ORDER, OTHER_OFFICER, reason_code="not_our_item")
    assert office.task_kinds(SUPERVISOR) == [TaskKind.DECIDE_UNIT]
    await redispatched(office, case_no, SUPERVISOR)
    binding = "不得再退单"
    await refused(office, case_no, Action.RETURN_ORDER, OTHER_OFFICER, binding, reason_code="not_our_item")
    assert (await office.desk.state(case_no)).returns == 2
    assert deadline(office, case_no) == "2026-03-18 00:00"
    await of_one_mind(office, case_no)


async def test_a_case_that_nobody_sends_on_is_late_with_the_supervisors(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    await office.wait_until("2026-03-18 12:00")
    assert rungs(office, case_no, ClockKind.REDISPATCH)[-3:] == [
        "03-12 08:30 逾期第1个工作日",
        "03-16 08:30 逾期第3个工作日",
        "03-18 08:30 逾期第5个工作日",
    ]
    assert office.missed(case_no) == {ClockKind.REDISPATCH, ClockKind.REMEDIATION}
    await redispatched(office, case_no, SUPERVISOR)
    await office.act(case_no, Action.SIGN_OFF, OTHER_OFFICER)
    assert office.task_kinds(OTHER_OFFICER) == [TaskKind.REMEDIATE]
    await of_one_mind(office, case_no)


async def test_the_rated_clerk_of_the_first_unit_may_appeal_after_the_case_went_on(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RETURN_ORDER, OFFICER, **RETURNED)
    await redispatched(office, case_no, SUPERVISOR)
    state, order = await office.desk.state(case_no), office.orders[case_no]
    assert state.former_units == (OWN_UNIT,)
    assert is_own(office.directory.actor(CLERK), state, order)
    assert not is_own(office.directory.actor(OFFICER), state, order), "the case is no longer the first unit's to handle"
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="当时系统故障，已登记", evidence=["叫号记录0309"])
    assert office.task_kinds(REVIEWER) == [TaskKind.REVIEW_APPEAL]
