"""协同: co-handling units, conferences, a leader who takes over, priorities, and in whose hands a case is."""

from datetime import date
from typing import Any

import pytest

from adapters.deputies import Deputies
from models.actions import Action
from models.clocks import ClockKind
from models.kinds import Priority
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import (
    COLLEAGUE,
    OTHER_OFFICER,
    OTHER_UNIT,
    called_back,
    deadline,
    in_remediation,
    letters,
    of_one_mind,
    put_right,
    refused,
)
from tests.stories.conftest import OpenOffice
from tests.support.engine import HEAD, HOTLINE, OFFICER, SUPERVISOR

OTHER_HEAD = "head-shichang"
HELP: dict[str, Any] = {"units": [OTHER_UNIT], "reason": "涉及两个部门"}
DONE = {"measures": "已整改"}


async def test_the_lead_unit_waits_for_the_opinion_of_every_co_unit(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    lead = "牵头单位（ez-renshe）不能同时是协办单位"
    await refused(office, case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, lead, units=["ez-renshe"], reason="x")
    await office.act(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, **HELP)
    [task] = office.tasks(OTHER_OFFICER)
    assert (task.kind, task.due) == (TaskKind.CO_HANDLE, office.clock(case_no, ClockKind.REMEDIATION).due)
    waits = "协办单位（ez-shichang）还没有提交协办意见，暂不能提交整改情况"
    await refused(office, case_no, Action.SUBMIT_REMEDIATION, OFFICER, waits, **DONE)
    own = "由协办单位（ez-shichang）办理，您属于 ez-renshe"
    await refused(office, case_no, Action.SUBMIT_CO_OPINION, OFFICER, own, opinion="x")

    await office.act(case_no, Action.SUBMIT_CO_OPINION, OTHER_OFFICER, opinion="已开放数据接口")
    assert office.tasks(OTHER_OFFICER) == []
    assert office.entries(case_no)[-1].details["unit"] == OTHER_UNIT
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, **DONE)
    await of_one_mind(office, case_no)


async def test_another_list_of_co_units_replaces_the_first(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, units=[OTHER_UNIT, "ez-12345"], reason="两家协办")
    await office.act(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, units=["ez-12345"], reason="一家即可")
    assert office.tasks(OTHER_OFFICER) == []
    assert (await office.desk.state(case_no)).co_units == {"ez-12345": False}
    await office.act(case_no, Action.ASSIGN_CO_UNITS, SUPERVISOR, units=[], reason="不再需要协办")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, **DONE)


async def test_a_conference_invites_the_heads_and_has_a_limit(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.CONVENE_CONFERENCE, SUPERVISOR, units=["ez-renshe", OTHER_UNIT], reason="职责不清")
    assert deadline(office, case_no, ClockKind.CONFERENCE) == "2026-03-17 00:00"
    assert {each.recipient for each in letters(office, case_no, NoticeKind.CONFERENCE)} == {HEAD, OTHER_HEAD}
    assert TaskKind.CONFERENCE in office.task_kinds(SUPERVISOR)
    open_ = "联席会议已经召集，请先登记会议结论"
    again: dict[str, Any] = {"units": [OTHER_UNIT], "reason": "x"}
    await refused(office, case_no, Action.CONVENE_CONFERENCE, SUPERVISOR, open_, **again)
    await office.wait_until("2026-03-17 12:00")
    assert ClockKind.CONFERENCE in office.missed(case_no)
    await office.act(case_no, Action.CONCLUDE_CONFERENCE, SUPERVISOR, conclusion="由人社局牵头，两周内完成接口改造")
    assert ClockKind.CONFERENCE not in (await office.desk.state(case_no)).running
    await office.act(case_no, Action.CONVENE_CONFERENCE, SUPERVISOR, **again)
    assert deadline(office, case_no, ClockKind.CONFERENCE, 2) == "2026-03-25 00:00"
    await of_one_mind(office, case_no)


async def test_a_leader_who_takes_over_answers_for_the_case(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.TAKE_OVER, OTHER_HEAD, "由承办单位（ez-renshe）办理", reason="x")
    await office.act(case_no, Action.TAKE_OVER, HEAD, reason="群众反映强烈")
    assert (await office.desk.state(case_no)).leader == HEAD
    assert {each.recipient for each in letters(office, case_no, NoticeKind.REASSIGNED)} == {OFFICER}
    # Gonghe holds an interview where the leader has to take a hard case in hand (GH-08).
    assert TaskKind.ISSUE_INTERVIEW in office.task_kinds(SUPERVISOR)
    assert TaskKind.REMEDIATE in office.task_kinds(HEAD)
    assert TaskKind.REMEDIATE in office.task_kinds(OFFICER)  # who goes on working for the leader
    await refused(office, case_no, Action.TAKE_OVER, HEAD, f"案件已由 {HEAD} 领办", reason="x")
    await office.act(case_no, Action.SUBMIT_REMEDIATION, HEAD, measures="局长带队上门整改")
    await called_back(office, case_no, satisfied=True)
    await of_one_mind(office, case_no)


async def test_where_no_leader_takes_cases_over_nobody_does(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.TAKE_OVER, HEAD, "本地区没有规定主要领导领办", reason="x")


async def test_the_most_urgent_case_is_on_top_of_the_list(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="gonghe")
    first, second, third = [await office.dispatch() for _ in range(3)]
    set_to = Action.SET_PRIORITY
    await refused(office, third, set_to, SUPERVISOR, "案件的优先级已经是“接诉即办”", priority="normal", reason="x")
    await office.act(third, set_to, SUPERVISOR, priority="urgent", reason="涉及救助")
    await office.act(second, set_to, SUPERVISOR, priority="fast", reason="多人反映")
    tasks = office.tasks(OFFICER)
    assert [task.case_no for task in tasks] == [third, second, first]
    assert [task.priority for task in tasks] == [Priority.URGENT, Priority.FAST, Priority.NORMAL]
    # The documents give no numbers: a priority moves no date.
    assert deadline(office, third, ClockKind.SIGN_OFF) == deadline(office, first, ClockKind.SIGN_OFF)


async def test_a_case_is_passed_on_to_a_colleague_and_its_tasks_with_it(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    to = {"to": COLLEAGUE, "reason": "岗位调整"}
    await refused(office, case_no, Action.REASSIGN, COLLEAGUE, f"本案的经办人是 {OFFICER}，您不能代为转交", **to)
    await office.act(case_no, Action.REASSIGN, OFFICER, **to)
    assert (office.task_kinds(OFFICER), office.task_kinds(COLLEAGUE)) == ([], [TaskKind.REMEDIATE])
    assert {each.recipient for each in letters(office, case_no, NoticeKind.REASSIGNED)} == {OFFICER, COLLEAGUE}
    await refused(office, case_no, Action.SUBMIT_REMEDIATION, OFFICER, f"本案的经办人是 {COLLEAGUE}", **DONE)
    await office.act(case_no, Action.REASSIGN, HEAD, to=OFFICER, reason="还是由原经办人办理")
    assert (office.task_kinds(OFFICER), office.task_kinds(COLLEAGUE)) == ([TaskKind.REMEDIATE], [])
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, **DONE)


async def test_a_head_claims_a_case_by_force_and_has_it_on_the_own_list(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.FORCE_CLAIM, OFFICER, "由单位负责人办理", reason="x")
    await office.act(case_no, Action.FORCE_CLAIM, HEAD, reason="经办人多日未办")
    entry = office.entries(case_no)[-1]
    assert (entry.details["from"], entry.details["reason"]) == (OFFICER, "经办人多日未办")
    assert office.tasks(OFFICER) == []
    assert office.task_kinds(HEAD) == [TaskKind.REMEDIATE]
    await refused(office, case_no, Action.SUBMIT_REMEDIATION, OFFICER, f"本案的经办人是 {HEAD}", **DONE)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, HEAD, **DONE)
    assert office.tasks(HEAD) == []


async def test_a_deputy_acts_for_the_absent_officer_and_the_ledger_says_so(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    deputies = Deputies(office.engine, office.directory)
    days = date(2026, 3, 9), date(2026, 3, 13)
    deputies.appoint(OFFICER, COLLEAGUE, *days, "年休假", HEAD, await office.now())
    assert deputies.acting_for(COLLEAGUE, date(2026, 3, 10)) == [OFFICER]

    deputy = office.directory.actor(COLLEAGUE).model_copy(update={"acting_for": OFFICER})
    assert [task.kind for task in office.reader.tasks(deputy)] == [TaskKind.REMEDIATE]
    assert office.tasks(COLLEAGUE) == []
    await office.act(case_no, Action.SUBMIT_REMEDIATION, COLLEAGUE, actor=deputy, **DONE)
    entry = office.entries(case_no)[-1]
    assert (entry.actor_user, entry.details["acting_for"]) == (COLLEAGUE, OFFICER)
    assert (await office.desk.state(case_no)).assignee == OFFICER


@pytest.mark.parametrize("action", [Action.REASSIGN, Action.FORCE_CLAIM])
async def test_before_the_sign_off_nobody_has_a_case_to_pass_on(open_office: OpenOffice, action: Action) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    details = {"to": OFFICER} if action is Action.REASSIGN else {}
    await refused(office, case_no, action, HEAD, "案件还没有经办人", reason="x", **details)


async def test_a_parent_case_ends_with_the_supervisors_and_nobody_is_called(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    repeated = [await put_right(office) for _ in range(3)]
    parent = await office.dispatch(
        source="repeated", satisfaction=None, anonymous=True, channel="repeated", repeats=tuple(repeated)
    )
    await office.act(parent, Action.SIGN_OFF, OFFICER)
    nobody = "这是重复差评的根源治理案件，没有评价人可以回访"
    await refused(office, parent, Action.TRIGGER_CALLBACK, HOTLINE, nobody)
    await office.act(parent, Action.SUBMIT_REMEDIATION, OFFICER, measures="重做办事指南，三个窗口统一口径")
    assert TaskKind.CONCLUDE in office.task_kinds(SUPERVISOR)
    await office.act(parent, Action.CONCLUDE, SUPERVISOR, reason="根源已消除")
    assert (await office.ending(parent)).ending == "concluded"
    assert letters(office, parent, NoticeKind.APPEAL_RIGHTS) == []
