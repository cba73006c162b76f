"""A holiday notice moves the running limits: the real extension of Spring Festival 2020, ordered while cases ran."""

from datetime import date
from pathlib import Path

from adapters.holiday_notices import read_notice
from adapters.recounting import apply_notice, preview
from calendars import explain
from models.actions import Action
from models.calendar_changes import Recounting
from models.clocks import ClockKind
from models.notices import NoticeKind
from tests.calendar.support import BEFORE, SPRING_FESTIVAL_2020
from tests.stories.acts import date_changes, deadline, in_remediation, letters, of_one_mind, rungs
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, OFFICER, REVIEWER, SUPERVISOR, Office, at

ORDERED_BY = "admin-01"


async def order(office: Office) -> Recounting:
    """The administrator puts the notice of 2020-01-26 in force."""
    actor, file = office.directory.actor(ORDERED_BY), read_notice(Path(SPRING_FESTIVAL_2020))
    return await apply_notice(office.engine, office.desk, file, actor, await office.now(), lambda done, planned: None)


async def test_the_longer_festival_of_2020_moves_every_running_limit_and_nothing_else(open_office: OpenOffice) -> None:
    office = await open_office("2020-01-20 09:00", calendar=BEFORE)
    running, appealed, ended = await in_remediation(office), await in_remediation(office), await office.dispatch()
    assert deadline(office, running) == "2020-02-02 00:00"  # 21, 22, 23, 31, and Sat 02-01 as a make-up day
    mistaken = {"result": "reached", "finding": "mistaken"}
    await office.act(ended, Action.RECORD_CALLBACK, "hotline-01", evidence=["录音0120-01"], **mistaken)
    await office.act(ended, Action.CONFIRM_FINDING, SUPERVISOR, reason="核对录音")
    await office.ending(ended)
    closed = office.reader.clocks(ended), office.entries(ended)
    await office.wait_until("2020-01-22 10:00")
    await office.act(appealed, Action.FILE_APPEAL, CLERK, reason="误评")
    assert deadline(office, appealed, ClockKind.APPEAL_REVIEW) == "2020-02-02 00:00"

    await office.wait_until("2020-01-27 09:00")  # the day on which it was published
    shown = preview(office.engine, read_notice(Path(SPRING_FESTIVAL_2020)), await office.now())
    assert {shift.case_no for shift in shown.shifts} == {running, appealed}
    first, again = await order(office), await order(office)
    assert (first.is_new, first.cases, first.failures) == (True, 2, ())
    assert (again.is_new, again.cases) == (False, 0)
    assert deadline(office, running) == "2020-02-05 00:00"  # 21, 22, 23, then 02-03 and 02-04
    assert deadline(office, appealed, ClockKind.APPEAL_REVIEW) == "2020-02-05 00:00"
    assert (office.reader.clocks(ended), office.entries(ended)) == closed
    for case_no in (running, appealed):
        await of_one_mind(office, case_no)

    change = next(each for each in office.reader.date_changes(running) if each.kind == ClockKind.REMEDIATION)
    assert (change.ordered_by, change.reason) == (ORDERED_BY, "国办发明电〔2020〕1号")
    assert change.at == office.entries(running)[-1].at
    assert OFFICER in {each.recipient for each in letters(office, running, NoticeKind.DATE_MOVED)}
    # The appealed one stands still; it is counted with the new calendar when it runs again.
    await office.wait_until("2020-02-03 10:00")
    await office.act(appealed, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="评价属实")
    assert deadline(office, appealed) == "2020-02-08 00:00"  # Tue 01-21 was used: 02-04, 05, 06, 07
    assert date_changes(office, appealed)[-1] == "恢复计时 02-02 → 02-08"


async def test_why_this_date_ends_with_the_timer_that_is_set(open_office: OpenOffice) -> None:
    office = await open_office("2020-01-20 09:00", calendar=BEFORE)
    case_no = await in_remediation(office)
    await office.wait_until("2020-01-27 09:00")
    await order(office)
    clock = (await office.desk.state(case_no)).clock(ClockKind.REMEDIATION)
    assert clock is not None
    limit = next(rung.at for rung in clock.rungs if rung.kind == "limit")
    days = explain(clock.due, office.reader.calendar(clock.due.calendar_version))
    assert (days[-1].day, days[-1].number) == (date(2020, 2, 4), 5)
    assert limit == clock.due.deadline == at("2020-02-05 00:00")
    lost = next(each for each in days if each.day == date(2020, 2, 1))
    assert (lost.counts, lost.notice) == (False, "国办发明电〔2020〕1号")


async def test_a_limit_that_was_missed_is_open_again_when_the_notice_says_so(open_office: OpenOffice) -> None:
    office = await open_office("2020-01-20 09:00", calendar=BEFORE)
    case_no = await in_remediation(office)
    await office.wait_until("2020-02-02 10:00")  # the notice reaches the office late
    assert office.missed(case_no) == {ClockKind.REMEDIATION}
    await order(office)
    assert office.missed(case_no) == set()
    assert not office.reader.case(case_no).overdue
    await of_one_mind(office, case_no)
    await office.wait_until("2020-02-05 12:00")
    assert [rung[12:] for rung in rungs(office, case_no)][-2:] == ["到期", "到期"]  # once for each deadline
    assert office.missed(case_no) == {ClockKind.REMEDIATION}


async def test_a_case_that_was_ordered_with_the_old_calendar_begins_with_the_new_one(open_office: OpenOffice) -> None:
    office = await open_office("2020-01-20 09:00", calendar=BEFORE)
    await order(office)
    case_no = await in_remediation(office)  # its order names the calendar from before
    assert office.orders[case_no].calendar_version == BEFORE.version
    assert deadline(office, case_no) == "2020-02-05 00:00"
    assert (await office.desk.state(case_no)).calendar_version == office.reader.case(case_no).calendar_version
