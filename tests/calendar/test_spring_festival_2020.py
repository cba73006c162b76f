"""The real change of 2020 with the real workflow: the holiday is extended while cases wait, and their dates follow.

By the notice of 2019 people were to work on 31 January and on the make-up Saturday, 1 February. On 26 January the State
Council extended the holiday to 2 February.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.holiday_notices import read_notice
from adapters.recounting import apply_notice, preview
from adapters.tables.cases import CASES, DATE_CHANGES
from models.actions import Action
from models.calendar_changes import Recounting
from models.case import Stage
from models.clocks import ClockKind
from models.steps import Change, Event
from tests.calendar.support import BEFORE, SPRING_FESTIVAL_2020
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, Office, at, office_at

FILE = read_notice(SPRING_FESTIVAL_2020)
NOTICE = "国办发明电〔2020〕1号"


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at("2020-01-22 10:00", database_url, tmp_path, calendar=BEFORE) as office:
        yield office


async def founded(office: Office) -> str:
    """A case that was signed for and verified at once."""
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    return case_no


async def order_the_notice(office: Office) -> Recounting:
    actor = office.directory.actor(SUPERVISOR)
    return await apply_notice(office.engine, office.desk, FILE, actor, await office.now(), lambda done, planned: None)


def recorded_changes(office: Office, case_no: str) -> dict[str, tuple[object, ...]]:
    columns = (DATE_CHANGES.c.old_deadline, DATE_CHANGES.c.new_deadline, DATE_CHANGES.c.reason)
    query = select(DATE_CHANGES.c.kind, *columns, DATE_CHANGES.c.ordered_by)
    query = query.where(DATE_CHANGES.c.case_no == case_no, DATE_CHANGES.c.change == Change.RECOUNTED)
    with office.engine.connect() as connection:
        return {kind: tuple(rest) for kind, *rest in connection.execute(query)}


def versions(office: Office) -> dict[str, str]:
    with office.engine.connect() as connection:
        found = connection.execute(select(CASES.c.case_no, CASES.c.calendar_version))
        return {row.case_no: row.calendar_version for row in found}


async def test_the_extension_of_the_spring_festival_moves_every_running_limit_and_nothing_else(office: Office) -> None:
    in_remediation = await founded(office)
    before_callback = await founded(office)
    await office.act(before_callback, Action.SUBMIT_REMEDIATION, OFFICER, measures="增设引导员")
    closed = await office.dispatch()
    await office.act(
        closed, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="mistaken", evidence=["录音20200122-1"]
    )
    await office.act(closed, Action.CONFIRM_FINDING, SUPERVISOR, reason="评错了部门", evidence=["录音20200122-1"])
    await office.wait_until("2020-01-23 10:00")
    unsigned = await office.dispatch()
    await office.act(unsigned, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    closed_before = (office.entries(closed), office.reader.clocks(closed))
    moves = {
        # 31 January, then 3 February.
        (unsigned, ClockKind.SIGN_OFF): (at("2020-02-01 00:00"), at("2020-02-04 00:00")),
        # 23 and 31 January, 1, 3 and 4 February; then 23 January, 3, 4, 5 and 6 February.
        (in_remediation, ClockKind.REMEDIATION): (at("2020-02-05 00:00"), at("2020-02-07 00:00")),
        (before_callback, ClockKind.POST_CALLBACK): (at("2020-02-05 00:00"), at("2020-02-07 00:00")),
        # Three working days to appeal: 23 and 31 January and 1 February; then 23 January, 3 and 4 February.
        (in_remediation, ClockKind.APPEAL_WINDOW): (at("2020-02-02 00:00"), at("2020-02-05 00:00")),
        (before_callback, ClockKind.APPEAL_WINDOW): (at("2020-02-02 00:00"), at("2020-02-05 00:00")),
        (unsigned, ClockKind.APPEAL_WINDOW): (at("2020-02-04 00:00"), at("2020-02-06 00:00")),
    }
    for (case_no, kind), (old, _) in moves.items():
        assert office.clock(case_no, kind).due.deadline == old

    await office.wait_until("2020-01-27 09:00")
    expected = preview(office.engine, FILE, await office.now())
    assert {(shift.case_no, shift.kind): (shift.old, shift.new) for shift in expected.shifts} == moves
    done = await order_the_notice(office)

    assert (done.is_new, done.cases, done.failures) == (True, 3, ())
    assert done.totals == expected.totals
    assert done.totals.days == {2: 3, 3: 3}
    after = BEFORE.with_notice(FILE.notice).version
    for (case_no, kind), (old, new) in moves.items():
        clock = office.clock(case_no, kind)
        assert (clock.due.deadline, clock.due.calendar_version) == (new, after)
        state = await office.desk.state(case_no)
        in_engine = state.clock(kind)
        assert in_engine is not None
        assert in_engine.due.deadline == new
        assert recorded_changes(office, case_no)[kind] == (old, new, NOTICE, SUPERVISOR)
        assert versions(office)[case_no] == after
        entry = office.entries(case_no)[-1]
        assert (entry.event, entry.actor_user, entry.details["notice"]) == (Event.CALENDAR_APPLIED, SUPERVISOR, NOTICE)
    assert office.reader.case(closed).stage is Stage.CLOSED
    assert (office.entries(closed), office.reader.clocks(closed)) == closed_before
    assert versions(office)[closed] == BEFORE.version


async def test_ordering_the_same_notice_again_changes_nothing(office: Office) -> None:
    case_no = await founded(office)
    first = await order_the_notice(office)
    recorded = office.entries(case_no), office.reader.clocks(case_no), recorded_changes(office, case_no)
    second = await order_the_notice(office)
    assert (first.is_new, first.cases) == (True, 1)
    assert (second.is_new, second.cases, second.totals.limits, second.failures) == (False, 0, 0, ())
    assert second.order == first.order
    assert (office.entries(case_no), office.reader.clocks(case_no), recorded_changes(office, case_no)) == recorded


async def test_nobody_is_late_on_a_day_that_became_a_holiday(office: Office) -> None:
    await office.wait_until("2020-01-23 10:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    await order_the_notice(office)
    await office.wait_until("2020-02-03 23:00")
    assert ClockKind.SIGN_OFF not in office.missed(case_no)
    await office.wait_until("2020-02-04 00:30")
    assert office.missed(case_no) == {ClockKind.SIGN_OFF}


async def test_a_case_that_is_dispatched_after_the_notice_begins_under_it(office: Office) -> None:
    await office.wait_until("2020-01-23 10:00")
    await order_the_notice(office)
    case_no = await office.dispatch()
    assert versions(office)[case_no] == BEFORE.with_notice(FILE.notice).version
    assert office.clock(case_no, ClockKind.SIGN_OFF).due.deadline == at("2020-02-04 00:00")
    state = await office.desk.state(case_no)
    assert state.calendar_version == BEFORE.with_notice(FILE.notice).version
    assert (await order_the_notice(office)).cases == 0
    # The steps that follow are counted with it too: 3, 4, 5, 6 and 7 February.
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.clock(case_no, ClockKind.REMEDIATION).due.deadline == at("2020-02-08 00:00")
