"""Good people: whatever state a case is in, somebody can always bring it to its end.

They do what the open tasks ask for, each by a person who may, and wait where only time helps. That they always get
there is the proof that no course leads into a dead end.
"""

from datetime import timedelta
from typing import Any

from models.actions import Action
from models.case import CaseOrder, CaseState
from models.steps import TaskKind
from tests.properties import invariants
from tests.properties.cast import PEOPLE
from tests.properties.paper_case import PaperCase
from tests.properties.paper_ledger import Task
from tests.support.worklist import WHAT_A_TASK_ASKS_FOR

_LONGEST = 80
_WAITS_FOR_TIME = (TaskKind.OVERSEE,)


def bring_to_its_end(case: PaperCase) -> None:
    """Do what is asked for until the case is archived. Raises AssertionError where nobody can."""
    for _ in range(_LONGEST):
        if case.state.archived:
            return
        before = case.state.seq
        for task in list(case.ledger.open_tasks):
            if task.closed_seq is None and task.kind not in _WAITS_FOR_TIME:
                _do(case, task)
        if case.state.seq == before:
            case.let_pass(timedelta(days=3))
        invariants.check(case)
    raise AssertionError(f"nobody can bring it to its end: {[task.kind for task in case.ledger.open_tasks]}")


def _do(case: PaperCase, task: Task) -> None:
    """The task is done by the first of its people who may; where nobody may now, it waits."""
    for action in Action:
        if action not in WHAT_A_TASK_ASKS_FOR[task.kind]:
            continue
        for person in PEOPLE:
            if task.unit not in (None, person.unit):
                continue
            if case.act(action, person, **_well_filled_in(action, task.kind, case.state, case.order)) is None:
                case.write_down()
                case.let_pass(timedelta(hours=5))
                return


def _well_filled_in(action: Action, kind: TaskKind, state: CaseState, order: CaseOrder) -> dict[str, Any]:
    match action:
        case Action.RECORD_CALLBACK if state.finding is None:
            return {"result": "reached", "finding": "founded"}
        case Action.RECORD_CALLBACK if kind is TaskKind.POST_CALLBACK:
            return {"result": "reached", "satisfied": True}
        case Action.RECORD_CALLBACK:
            return {"result": "no_answer"}
        case Action.CONFIRM_FINDING:
            return {"reason": "核对录音", "evidence": ("录音",)}
        case Action.SUBMIT_REMEDIATION:
            return {"measures": "已整改"}
        case Action.DECIDE_EXTENSION | Action.DECIDE_CLASS_CHANGE:
            return {"granted": False, "reason": "按原期限办理"}
        case Action.DECIDE_APPEAL:
            return {"upheld": False, "reason": "评价属实"}
        case Action.CONFIRM_APPEAL:
            return {"confirmed": True, "reason": "复核属实"}
        case Action.REDISPATCH:
            return {"to_unit": order.unit, "reason": "属本单位"}
        case Action.SUBMIT_CO_OPINION:
            return {"opinion": "已配合"}
        case Action.CONVENE_CONFERENCE:
            return {"units": (order.unit,), "reason": "会商"}
        case Action.CONCLUDE_CONFERENCE:
            return {"conclusion": "落实"}
        case Action.ISSUE_MEASURE:
            return {"kind": kind.value.removeprefix("issue_"), "document_no": "督字1号", "reason": "逾期"}
        case Action.FULFIL_MEASURE:
            return {"kind": kind.value, "outcome": "已落实"}
        case Action.RECORD_LOOKBACK:
            return {"solved": True, "note": "已解决"}
        case Action.SIGN_OFF:
            return {}
        case _:
            return {"reason": "按规定办理"}
