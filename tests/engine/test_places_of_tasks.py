"""Where a task stands in the worklist, and what lists know of a case, follows every step that moves it."""

from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, text

from models.actions import Action
from models.case import CaseClass
from tests.stories.conftest import OpenOffice, open_office
from tests.support.engine import HEAD, HOTLINE, OFFICER, SUPERVISOR, Office

__all__ = ["open_office"]

OTHER_OFFICER = "officer-renshe-2"

_STRAY_TASKS = text(
    "select t.id, t.rank, t.deadline, t.holder, t.leader, c.priority, k.deadline as due, c.assignee from tasks t"
    " join cases c on c.case_no = t.case_no"
    " left join clocks k on k.case_no = t.case_no and k.kind = t.clock and k.round = t.round"
    " where t.closed_at is null and not ("
    " t.rank = case c.priority when 'urgent' then 0 when 'fast' then 1 else 2 end"
    " and t.deadline = coalesce(k.deadline, '9999-12-31T00:00:00+00:00')"
    " and t.holder is not distinct from (case when t.role = 'officer' and t.unit = c.unit then c.assignee end)"
    " and t.leader is not distinct from"
    " (case when t.role = 'officer' and t.kind = 'remediate' then c.state->>'leader' end))"
)
_STRAY_CASES = text(
    "select c.case_no, c.deadline, c.co_units from cases c where c.deadline is distinct from (case when c.ended_at is"
    " null then (select min(k.deadline) from clocks k where k.case_no = c.case_no and k.ended_at is null"
    " and not k.paused and k.kind not in ('advisory', 'appeal_window', 'pause')) end)"
    " or c.co_units is distinct from"
    " array(select jsonb_object_keys(coalesce(c.state->'co_units', '{}')) order by 1)"
    " or c.words = ''"
)


def assert_in_place(engine: Engine) -> None:
    """Every open task and every case agrees with what it is derived from."""
    with engine.connect() as connection:
        assert connection.execute(_STRAY_TASKS).all() == []
        assert connection.execute(_STRAY_CASES).all() == []


async def test_every_move_of_a_date_a_class_a_priority_or_an_officer_reaches_the_lists(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch(CaseClass.GENERAL)
    assert_in_place(office.engine)
    seen = [_facts(office, case_no)]
    steps: list[tuple[Action, str, dict[str, Any]]] = [
        (Action.SIGN_OFF, OFFICER, {}),
        (Action.RECORD_CALLBACK, HOTLINE, {"result": "reached", "finding": "founded"}),
        (Action.REQUEST_EXTENSION, OFFICER, {"until": date(2026, 3, 19), "reason": "材料多"}),
        (Action.DECIDE_EXTENSION, SUPERVISOR, {"granted": True, "reason": "同意"}),
        (Action.REASSIGN, HEAD, {"to": OTHER_OFFICER, "reason": "调岗"}),
        (Action.ASSIGN_CO_UNITS, SUPERVISOR, {"units": ("ez-shichang",), "reason": "涉及执照"}),
        (Action.SUBMIT_CO_OPINION, "officer-shichang", {"opinion": "已核对"}),
        (Action.SUBMIT_REMEDIATION, OTHER_OFFICER, {"measures": "已补办"}),
        (Action.RECORD_CALLBACK, HOTLINE, {"result": "reached", "satisfied": True}),
    ]
    for action, user, details in steps:
        await office.act(case_no, action, user, **details)
        assert_in_place(office.engine)
        seen.append(_facts(office, case_no))
    moved = [earlier != later for earlier, later in pairwise(seen)]
    assert moved.count(True) >= 8
    assert seen[-1][0] is None


async def test_a_priority_and_a_leader_reach_the_lists(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00", jurisdiction="gonghe")
    case_no = await office.dispatch(CaseClass.GENERAL)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    before = _facts(office, case_no)
    await office.act(case_no, Action.SET_PRIORITY, SUPERVISOR, priority="urgent", reason="涉及救助")
    assert_in_place(office.engine)
    urgent = _facts(office, case_no)
    assert urgent != before
    await office.act(case_no, Action.TAKE_OVER, HEAD, reason="群众反映强烈")
    await office.act(case_no, Action.RECORD_CALLBACK, SUPERVISOR, result="reached", finding="founded")
    assert_in_place(office.engine)
    assert any("head-renshe" in task for task in _facts(office, case_no)[2])


async def test_a_pause_and_its_end_reach_the_lists_too(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-10 09:00")
    case_no = await office.dispatch(CaseClass.GENERAL)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, result="reached", finding="founded")
    before = _facts(office, case_no)
    reason = next(iter(office.policy.pause.reasons))
    await office.act(case_no, Action.PAUSE, SUPERVISOR, reason_code=reason, note="等待")
    assert_in_place(office.engine)
    assert _facts(office, case_no)[0] != before[0]
    await office.wait_until("2026-03-12 10:00")
    await office.act(case_no, Action.RESUME, SUPERVISOR, reason="材料到齐")
    assert_in_place(office.engine)
    later = _facts(office, case_no)
    assert later[0] is not None
    assert before[0] is not None
    assert later[0] > before[0]


def _facts(office: Office, case_no: str) -> tuple[Any, ...]:
    """What the lists are sorted by."""
    query = text(
        "select c.deadline, c.co_units, array(select (t.kind, t.rank, t.deadline, t.holder, t.leader)::text"
        " from tasks t where t.case_no = c.case_no and t.closed_at is null order by t.id)"
        " from cases c where c.case_no = :no"
    )
    with office.engine.connect() as connection:
        deadline, co_units, tasks = connection.execute(query, {"no": case_no}).one()
    return deadline, tuple(co_units), tuple(tasks)
