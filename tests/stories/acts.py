"""What many stories share: a case up to some point, by the people whom the place's policy names, and a few questions.

Decides nothing about the procedure: every step is an action of a person, as in the stories themselves.
"""

import re
from typing import Any

import pytest

from models.actions import Action
from models.actors import Role
from models.case import CaseState
from models.clocks import ClockKind
from models.due import in_shanghai
from models.errors import ActionRefused
from models.notices import Message, NoticeKind
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR, Office

COLLEAGUE, OTHER_OFFICER = "officer-renshe-2", "officer-shichang"
OWN_UNIT, OTHER_UNIT = "ez-renshe", "ez-shichang"
EVIDENCE = ["录音0309-01"]

_CALLERS = {Role.HOTLINE: HOTLINE, Role.SUPERVISOR: SUPERVISOR, Role.OFFICER: OFFICER}


async def in_remediation(office: Office, **order: Any) -> str:
    """Dispatched, signed for and found to be founded, all at once; its number."""
    case_no = await office.dispatch(**order)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    caller = _CALLERS[office.policy.verify_callback_actor]
    await office.act(case_no, Action.RECORD_CALLBACK, caller, result="reached", finding="founded")
    return case_no


async def put_right(office: Office, **order: Any) -> str:
    """The same, and the remediation handed in."""
    case_no = await in_remediation(office, **order)
    await office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已整改")
    return case_no


async def called_back(office: Office, case_no: str, satisfied: bool) -> None:
    """The callback that decides."""
    caller = _CALLERS[office.policy.post_callback_actor]
    await office.act(case_no, Action.RECORD_CALLBACK, caller, result="reached", satisfied=satisfied)


async def refused(office: Office, case_no: str, action: Action, user: str, sentence: str, **details: Any) -> None:
    """The action is refused with words among which is that sentence, and nothing is written down."""
    await _written_down(office, case_no)
    before = office.entries(case_no)
    with pytest.raises(ActionRefused, match=re.escape(sentence)):
        await office.act(case_no, action, user, **details)
    assert office.entries(case_no) == before


async def of_one_mind(office: Office, case_no: str) -> None:
    """The engine, the list of limits and the list of cases say the same, and the next timers are those dates."""
    state = await _written_down(office, case_no)
    recorded = {clock.kind: clock for clock in office.reader.clocks(case_no) if clock.ended_at is None}
    assert {clock.kind: clock.due for clock in state.clocks} == {kind: each.due for kind, each in recorded.items()}
    assert set(state.running) == set(recorded)
    for clock in state.clocks:
        limits = [rung.at for rung in clock.rungs if rung.kind == "limit"]
        assert limits in ([], [clock.due.deadline])
    case = office.reader.case(case_no)
    assert (case.seq, case.round, case.ending, case.paused) == (
        state.seq,
        state.round,
        state.ending,
        state.stands_still,
    )
    assert case.overdue is state.is_overdue


async def _written_down(office: Office, case_no: str) -> CaseState:
    """The state once all that has happened by now is in the ledger; a clock may have spoken a moment ago."""
    return await office.settled(case_no, (await office.desk.state(case_no)).seq)


def deadline(office: Office, case_no: str, kind: ClockKind = ClockKind.REMEDIATION, round_: int = 1) -> str:
    """The first instant that is too late, e.g. `2026-03-17 00:00`."""
    return f"{in_shanghai(office.clock(case_no, kind, round_).due.deadline):%Y-%m-%d %H:%M}"


def rungs(office: Office, case_no: str, kind: ClockKind = ClockKind.REMEDIATION) -> list[str]:
    """What a limit has said so far, e.g. `03-12 09:00 已用50%预警`."""
    entries = [each for each in office.entries(case_no) if each.details.get("clock") == kind.label]
    return [f"{in_shanghai(each.at):%m-%d %H:%M} {each.details['rung']}" for each in entries if "rung" in each.details]


def letters(office: Office, case_no: str, kind: NoticeKind) -> list[Message]:
    """The messages of that kind, in no order."""
    return [record.message for record in office.messages(case_no) if record.message.kind is kind]


def date_changes(office: Office, case_no: str) -> list[str]:
    """How dates moved, e.g. `延期 03-17 → 03-21`; days are those of the first instant that is too late."""
    return [
        f"{each.change.label} {in_shanghai(each.old_deadline):%m-%d} → "
        + (f"{in_shanghai(each.new_deadline):%m-%d}" if each.new_deadline else "暂停")
        for each in office.reader.date_changes(case_no)
    ]
