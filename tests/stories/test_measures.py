"""督查措施: 督办, 约谈, 通报 and 移送 with document and deadline of their own, and the ladder that asks for them."""

from datetime import time

import pytest

from models.actions import Action
from models.case import CaseClass
from models.clocks import ClockKind
from models.due import in_shanghai
from models.kinds import MeasureKind
from models.notices import NoticeKind
from models.steps import Event, TaskKind
from tests.stories.acts import called_back, deadline, in_remediation, letters, of_one_mind, put_right, refused, rungs
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, OTHER_SUPERVISOR, SUPERVISOR

FULFILLED = {"outcome": "已落实"}


def ordered(kind: MeasureKind) -> dict[str, str]:
    """An order of that kind with its document."""
    return {
        "kind": kind,
        "document_no": f"鄂州政务督〔2026〕{list(MeasureKind).index(kind) + 1}号",
        "reason": "整改不力",
    }


@pytest.mark.parametrize("kind", list(MeasureKind))
async def test_a_measure_has_its_document_its_deadline_and_its_end(open_office: OpenOffice, kind: MeasureKind) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    clock, task = ClockKind(kind.value), TaskKind(kind.value)
    await refused(office, case_no, Action.ISSUE_MEASURE, HEAD, "由监督人员办理", **ordered(kind))
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered(kind))
    assert deadline(office, case_no, clock) == "2026-03-17 00:00"
    assert task in office.task_kinds(SUPERVISOR)
    told = letters(office, case_no, NoticeKind.MEASURE_ISSUED)
    assert {each.recipient for each in told} >= {HEAD, OFFICER}
    assert {(each.context["measure"], each.context["document_no"]) for each in told} == {
        (kind.label, ordered(kind)["document_no"])
    }
    again = f"{kind.label}已经下达，尚未销号"
    await refused(office, case_no, Action.ISSUE_MEASURE, OTHER_SUPERVISOR, again, **ordered(kind))

    await office.wait_until("2026-03-17 12:00")
    assert clock in office.missed(case_no)
    await office.act(case_no, Action.FULFIL_MEASURE, SUPERVISOR, kind=kind, **FULFILLED)
    assert task not in office.task_kinds(SUPERVISOR)
    nothing = "没有尚未销号的督查措施"
    await refused(office, case_no, Action.FULFIL_MEASURE, SUPERVISOR, nothing, kind=kind, **FULFILLED)
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered(kind))
    assert deadline(office, case_no, clock, 2) == "2026-03-25 00:00"
    await of_one_mind(office, case_no)


async def test_measures_of_different_kinds_stand_side_by_side(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    for kind in MeasureKind:
        await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered(kind))
    state = await office.desk.state(case_no)
    assert set(state.open_measures) == set(MeasureKind)
    await office.act(case_no, Action.FULFIL_MEASURE, SUPERVISOR, kind=MeasureKind.CIRCULAR, **FULFILLED)
    state = await office.desk.state(case_no)
    assert set(state.open_measures) == set(MeasureKind) - {MeasureKind.CIRCULAR}
    await of_one_mind(office, case_no)


async def test_several_late_limits_climb_the_ladder_and_open_each_task_once(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    await office.wait_until("2026-03-24 12:00")
    assert {ClockKind.SIGN_OFF, ClockKind.VERIFICATION, ClockKind.REMEDIATION} == office.missed(case_no)
    climbed = [f"逾期第{day}个工作日" for day in (1, 3, 5)]
    for kind in (ClockKind.SIGN_OFF, ClockKind.VERIFICATION):
        assert [rung[12:] for rung in rungs(office, case_no, kind) if "逾期" in rung] == climbed
    kinds = office.task_kinds(SUPERVISOR)
    ladder = (TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_CIRCULAR, TaskKind.ISSUE_REFERRAL)
    assert [kinds.count(kind) for kind in ladder] == [1, 1, 1]
    assert HEAD in {each.recipient for each in letters(office, case_no, NoticeKind.CLOCK_STILL_MISSED)}
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered(MeasureKind.SUPERVISE))
    assert TaskKind.ISSUE_SUPERVISE not in office.task_kinds(SUPERVISOR)
    assert TaskKind.SUPERVISE in office.task_kinds(SUPERVISOR)
    await of_one_mind(office, case_no)


async def test_the_unit_is_not_told_of_what_the_hotline_is_late_with(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.wait_until("2026-03-11 12:00")
    missed = letters(office, case_no, NoticeKind.CLOCK_MISSED)
    assert {each.context["clock_name"] for each in missed} == {"回访核实时限"}
    assert {each.recipient for each in missed} == {HOTLINE, SUPERVISOR, OTHER_SUPERVISOR}


async def test_nothing_is_sent_at_night_and_nothing_climbs_outside_office_hours(open_office: OpenOffice) -> None:
    office = await open_office("2026-04-02 16:00")  # the Thursday before 清明: rest days from Sat 04-04 to Mon 04-06
    case_no = await office.dispatch()
    await office.wait_until("2026-04-17 12:00")
    steps = [entry for entry in office.entries(case_no) if entry.event is Event.RUNG_REACHED]
    climbed = [in_shanghai(entry.at) for entry in steps if "逾期" in entry.details["rung"]]
    assert len(climbed) >= 8
    assert {moment.strftime("%H:%M") for moment in climbed} == {"08:30"}
    assert all(office.calendar.is_working_day(moment.date()) for moment in climbed)
    at_night = [entry for entry in steps if not time(8) <= in_shanghai(entry.at).time() < time(21)]
    assert at_night  # limits end at 24:00, and the twenty-four hours have their half at four in the morning
    by_clock = {NoticeKind.CLOCK_WARNING, NoticeKind.CLOCK_MISSED, NoticeKind.CLOCK_STILL_MISSED}
    sent = [record.message for record in office.messages(case_no) if record.message.kind in by_clock]
    assert all(time(8) <= in_shanghai(message.not_before).time() < time(21) for message in sent)


async def test_an_ended_case_stays_open_until_its_measure_is_written_off(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await put_right(office)
    await office.act(case_no, Action.ISSUE_MEASURE, SUPERVISOR, **ordered(MeasureKind.INTERVIEW))
    await called_back(office, case_no, satisfied=True)
    await office.wait_until("2026-03-16 10:00")
    state = await office.desk.state(case_no)
    assert (state.ending, state.archived) == ("satisfied", False)
    assert office.task_kinds(SUPERVISOR) == [TaskKind.INTERVIEW]
    await office.act(case_no, Action.FULFIL_MEASURE, SUPERVISOR, kind=MeasureKind.INTERVIEW, **FULFILLED)
    assert (await office.ending(case_no)).ending == "satisfied"
    assert office.tasks(SUPERVISOR) == office.tasks(CLERK) == []


async def test_a_place_without_a_kind_of_measure_says_which_it_has(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="xintai")
    case_no = await in_remediation(office, case_class=CaseClass.COMPLEX)
    sentence = "本地区没有规定“移送”，可以下达：supervise（督办）、interview（约谈）"
    await refused(office, case_no, Action.ISSUE_MEASURE, SUPERVISOR, sentence, **ordered(MeasureKind.REFERRAL))
