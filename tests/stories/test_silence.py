"""Nobody acts, or acts late: warnings, the limit, the steps of the ladder after it, and the supervisors' list."""

from datetime import timedelta

from models.actions import Action
from models.actors import Role
from models.case import CaseClass
from models.clocks import ClockKind
from models.due import in_shanghai
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.conftest import OpenOffice
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, Office, at


def _told(office: Office, case_no: str, kind: NoticeKind) -> set[tuple[str, str]]:
    records = office.messages(case_no)
    return {(r.message.recipient, r.message.context["clock_name"] or "") for r in records if r.message.kind is kind}


async def test_a_case_that_nobody_touches_lands_on_the_supervisors_list_with_every_missed_limit(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-02-13 17:50")
    case_no = await office.dispatch()
    await office.wait_until("2026-03-03 12:00")

    assert office.missed(case_no) == {ClockKind.SIGN_OFF, ClockKind.VERIFICATION, ClockKind.REMEDIATION}
    ladder = [TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_CIRCULAR, TaskKind.ISSUE_REFERRAL]
    assert sorted(office.task_kinds(SUPERVISOR)) == sorted([TaskKind.OVERSEE, *ladder])
    assert office.reader.case(case_no).overdue
    told = _told(office, case_no, NoticeKind.CLOCK_MISSED)
    assert {(SUPERVISOR, "签收时限"), (SUPERVISOR, "回访核实时限"), (SUPERVISOR, "整改时限")} <= told
    assert {(OFFICER, "签收时限"), (HOTLINE, "回访核实时限"), (OFFICER, "整改时限")} <= told


async def test_the_ladder_is_climbed_on_working_days_and_never_on_the_holiday(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50")
    case_no = await office.dispatch()
    await office.wait_until("2026-03-03 12:00")
    repeats = [
        (in_shanghai(entry.at).strftime("%m-%d %H:%M"), entry.details["rung"])
        for entry in office.entries(case_no)
        if entry.details.get("clock") == "签收时限" and entry.details["rung"].startswith("逾期")
    ]
    # The limit ended on Sat 02-14 24:00; the festival lasts until Mon 02-23; Sat 02-28 is a working day.
    assert repeats == [
        ("02-24 08:30", "逾期第1个工作日"),
        ("02-26 08:30", "逾期第3个工作日"),
        ("02-28 08:30", "逾期第5个工作日"),
    ]


async def test_a_late_sign_off_does_not_buy_time(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.wait_until("2026-03-12 10:00")
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    # The remediation limit began when the sign-off limit ended, on Tue 03-10, not on Thursday: day 1 is Wednesday.
    assert office.clock(case_no, ClockKind.REMEDIATION).due.start == at("2026-03-10 23:59:59")
    assert office.clock(case_no, ClockKind.REMEDIATION).due.deadline == at("2026-03-18 00:00")
    assert ClockKind.SIGN_OFF in office.missed(case_no)


async def test_the_supervisors_list_is_cleared_when_nothing_is_overdue_any_more(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.wait_until("2026-03-11 12:00")
    assert TaskKind.OVERSEE in office.task_kinds(SUPERVISOR)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert TaskKind.OVERSEE in office.task_kinds(SUPERVISOR)  # the callback is still overdue
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    assert office.task_kinds(SUPERVISOR) == [TaskKind.ISSUE_SUPERVISE]  # what the ladder asked for meanwhile stays
    assert not office.reader.case(case_no).overdue


async def test_people_are_warned_at_half_at_four_fifths_and_on_the_last_day(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:30")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.wait_until("2026-03-16 23:00")
    warnings = [
        (in_shanghai(entry.at).strftime("%m-%d %H:%M"), entry.details["rung"])
        for entry in office.entries(case_no)
        if entry.details.get("clock") == "整改时限"
    ]
    # 38 office hours lie between Mon 09:30 and the next Mon 24:00, 6.5 a day: 19 h and 30.4 h of them.
    last_day = ("03-16 08:30", "最后一个工作日预警")
    assert warnings == [("03-12 09:00", "已用50%预警"), ("03-13 16:24", "已用80%预警"), last_day]
    assert (OFFICER, "整改时限") in _told(office, case_no, NoticeKind.CLOCK_WARNING)


async def test_what_a_night_produces_is_sent_in_the_morning(open_office: OpenOffice) -> None:
    office = await open_office("2026-02-13 17:50")
    case_no = await office.dispatch()
    await office.wait_until("2026-02-14 07:00")
    # Half of the 24 hours of the callback is used up about 05:50.
    warning = next(r.message for r in office.messages(case_no) if r.message.kind is NoticeKind.CLOCK_WARNING)
    half = office.entries(case_no)[0].at + timedelta(hours=12)
    assert half <= warning.created_at < half + timedelta(minutes=10)
    assert warning.not_before == at("2026-02-14 08:00")


async def test_the_advisory_period_only_warns(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch(CaseClass.DIFFICULT)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await office.wait_until("2026-03-26 12:00")
    assert "核实后15日提示期 到期" in office.events(case_no)
    assert (OFFICER, "核实后15日提示期") in _told(office, case_no, NoticeKind.CLOCK_WARNING)
    assert ClockKind.ADVISORY not in office.missed(case_no)
    assert office.tasks(SUPERVISOR) == []


async def test_a_supervisor_urges_whoever_has_to_act(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.URGE, SUPERVISOR, reason="群众多次来电")
    urged = [r.message for r in office.messages(case_no) if r.message.kind is NoticeKind.URGED]
    # Nobody has signed yet, so the case is that of all officers of the unit.
    assert {message.recipient for message in urged} == {OFFICER, "officer-renshe-2", HOTLINE}
    assert all(message.context["reason"] == "群众多次来电" for message in urged)


async def test_an_unconfirmed_finding_reminds_the_supervisors(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken")
    await office.wait_until("2026-03-11 12:00")
    assert ClockKind.CONFIRMATION in office.missed(case_no)
    assert (SUPERVISOR, "不予采纳确认时限") in _told(office, case_no, NoticeKind.CLOCK_MISSED)
    assert {task.role for task in office.tasks(SUPERVISOR)} == {Role.SUPERVISOR}
