"""A rating whose source says next to nothing: no item, no tags, no clerk. Its case goes its way all the same."""

from typing import Any

from models.actions import Action
from models.case import UNNAMED_ITEM, Ending
from models.notices import Fact
from tests.stories.acts import EVIDENCE, called_back, put_right
from tests.stories.conftest import OpenOffice
from tests.support.engine import HOTLINE, OFFICER, SUPERVISOR

NOTHING: dict[str, Any] = {"task_code": "", "task_name": "", "tags": ()}


async def test_a_case_without_an_item_is_told_of_and_closed_like_any_other(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await put_right(office, **NOTHING)
    await called_back(office, case_no, satisfied=True)
    assert office.reader.case(case_no).ending is Ending.SATISFIED
    told = {record.message.context.get(Fact.ITEM_NAME) for record in office.messages(case_no)}
    assert UNNAMED_ITEM in told
    assert "" not in told


async def test_a_mistaken_one_without_an_item_is_told_of_too(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 10:00")
    case_no = await office.dispatch(**NOTHING)
    await office.act(case_no, Action.SIGN_OFF, OFFICER)
    found: dict[str, Any] = {"result": "reached", "finding": "mistaken", "evidence": EVIDENCE}
    await office.act(case_no, Action.RECORD_CALLBACK, HOTLINE, **found)
    await office.act(case_no, Action.CONFIRM_FINDING, SUPERVISOR, reason="录音属实")
    assert office.reader.case(case_no).ending is Ending.NOT_ADOPTED
