"""延期: asked before the limit with a reason and a new date, decided by the level above, never by silence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.actions import MESSAGES, Action, Receipt
from models.case import CaseClass
from models.clocks import ClockKind
from models.errors import EngineUnavailable, RefusedForNow
from models.notices import NoticeKind
from models.steps import TaskKind
from tests.stories.acts import COLLEAGUE, date_changes, deadline, in_remediation, letters, of_one_mind, refused, rungs
from tests.stories.conftest import OpenOffice
from tests.support.engine import CLERK, OFFICER, QUEUE, REVIEWER, SUPERVISOR, Office
from workflows.client import CaseDesk

ASKED = {"until": "2026-03-20", "reason": "需协调系统厂商"}


async def test_a_granted_extension_moves_the_date_and_plans_the_ladder_again(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-13 17:00")
    before = rungs(office, case_no)
    assert [rung[12:] for rung in before] == ["已用50%预警", "已用80%预警"]
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, **ASKED)
    assert deadline(office, case_no) == "2026-03-17 00:00"  # asking alone moves nothing
    assert TaskKind.DECIDE_EXTENSION in office.task_kinds(SUPERVISOR)

    receipt = await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="情况属实")
    assert "整改时限至 2026年3月20日（周五）24:00" in receipt.said
    assert deadline(office, case_no) == "2026-03-21 00:00"
    assert date_changes(office, case_no) == ["延期 03-17 → 03-21"]
    change = office.reader.date_changes(case_no)[0]
    assert (change.ordered_by, change.reason) == (SUPERVISOR, "情况属实")
    assert (await office.desk.state(case_no)).extensions == 1
    told = letters(office, case_no, NoticeKind.EXTENSION_DECIDED)
    assert {(each.recipient, each.context["granted"]) for each in told} >= {(OFFICER, "准予")}
    await of_one_mind(office, case_no)

    await office.wait_until("2026-03-21 12:00")
    # Each warning came once for ever; the last day and the limit are those of the new date.
    assert rungs(office, case_no) == [*before, "03-20 08:30 最后一个工作日预警", "03-21 00:00 到期"]


async def test_a_refused_extension_leaves_the_date(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, **ASKED)
    await refused(office, case_no, Action.REQUEST_EXTENSION, OFFICER, "已经有一项延期申请在等待审批", **ASKED)
    await refused(office, case_no, Action.DECIDE_EXTENSION, OFFICER, "由监督人员办理", granted=True, reason="x")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=False, reason="理由不充分")
    assert deadline(office, case_no) == "2026-03-17 00:00"
    assert date_changes(office, case_no) == []
    state = await office.desk.state(case_no)
    assert (state.extensions, state.extension) == (0, None)
    # What was refused does not count; a better reason may be tried.
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2026-03-18", reason="厂商书面说明")


async def test_an_extension_that_nobody_answered_is_not_granted(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, **ASKED)
    await office.wait_until("2026-03-17 00:30")
    limit = next(entry for entry in office.entries(case_no) if entry.details.get("rung") == "到期")
    assert limit.details["extension"] == "延期申请到期未获答复，视为不予延期"
    assert office.missed(case_no) == {ClockKind.REMEDIATION}
    assert TaskKind.DECIDE_EXTENSION not in office.task_kinds(SUPERVISOR)
    late = "没有等待审批的延期申请"
    await refused(office, case_no, Action.DECIDE_EXTENSION, SUPERVISOR, late, granted=True, reason="补批")
    await of_one_mind(office, case_no)


async def test_after_the_limit_it_is_too_late_to_ask(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.wait_until("2026-03-17 00:05")
    late = "延期须在到期前申请，整改时限已于 2026年3月16日（周一）24:00届满"
    await refused(office, case_no, Action.REQUEST_EXTENSION, OFFICER, late, **ASKED)


async def test_one_case_is_extended_once_and_not_beyond_its_class(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    ask = Action.REQUEST_EXTENSION
    far = "最多可延期至 2026-03-23，申请的 2026-03-24 超过了上限"
    await refused(office, case_no, ask, OFFICER, far, until="2026-03-24", reason="x")
    near = "新的期限 2026-03-16 应晚于现在的期限 2026-03-16"
    await refused(office, case_no, ask, OFFICER, near, until="2026-03-16", reason="x")
    await refused(office, case_no, ask, COLLEAGUE, f"本案的经办人是 {OFFICER}", **ASKED)
    await office.act(case_no, ask, OFFICER, until="2026-03-23", reason="需协调系统厂商")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    assert deadline(office, case_no) == "2026-03-24 00:00"
    twice = "每件最多延期 1 次，本案已延期 1 次"
    await refused(office, case_no, ask, OFFICER, twice, until="2026-03-25", reason="x")


async def test_an_extension_to_a_rest_day_ends_on_the_next_working_day(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office, case_class=CaseClass.DIFFICULT)
    assert deadline(office, case_no) == "2026-03-31 00:00"
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, until="2026-04-04", reason="清明假期")
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    assert deadline(office, case_no) == "2026-04-08 00:00"  # 04-04 to 04-06 are rest days


async def test_an_extension_waits_until_a_pause_is_over(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await in_remediation(office)
    await office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, **ASKED)
    await office.act(case_no, Action.FILE_APPEAL, CLERK, reason="评价人认错了窗口")
    wait = "案件正在暂停计时，恢复计时后再审批延期"
    await refused(office, case_no, Action.DECIDE_EXTENSION, SUPERVISOR, wait, granted=True, reason="同意")
    await office.act(case_no, Action.DECIDE_APPEAL, REVIEWER, upheld=False, reason="评价属实")
    assert deadline(office, case_no) == "2026-03-17 00:00"
    await office.act(case_no, Action.DECIDE_EXTENSION, SUPERVISOR, granted=True, reason="同意")
    assert deadline(office, case_no) == "2026-03-21 00:00"
    await of_one_mind(office, case_no)


async def test_where_no_extension_is_provided_nobody_gets_one(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00", jurisdiction="taian")
    case_no = await in_remediation(office)
    await refused(office, case_no, Action.REQUEST_EXTENSION, OFFICER, "本地区一般类案件不能延期", **ASKED)


async def test_an_extension_asked_while_the_dates_are_on_their_way_waits_for_them(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    async with signed_but_not_written_down(office, case_no):
        asking = asyncio.create_task(office.act(case_no, Action.REQUEST_EXTENSION, OFFICER, **ASKED))
        with pytest.raises(RefusedForNow):  # one that was asked later, and less patiently
            await asked_in_a_hurry(office, case_no)
        assert not asking.done()
    await asking
    state = await office.desk.state(case_no)
    assert state.extension is not None
    assert office.events(case_no) == ["转办", "签收", "申请延期"]


async def test_dates_that_do_not_come_in_time_are_said_to_be_on_their_way(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-09 09:00")
    case_no = await office.dispatch()
    async with signed_but_not_written_down(office, case_no):
        with pytest.raises(RefusedForNow, match="整改时限正在重新计算，请稍后再申请"):
            await asked_in_a_hurry(office, case_no)
    assert office.events(case_no) == ["转办", "签收"]


async def asked_in_a_hurry(office: Office, case_no: str) -> Receipt:
    """Somebody asks and has two seconds; they ask again when a busy machine takes longer to say anything."""
    hurried = CaseDesk(office.client, QUEUE, patience=timedelta(seconds=2))
    message = MESSAGES[Action.REQUEST_EXTENSION].model_validate({"actor": office.directory.actor(OFFICER), **ASKED})
    while True:
        with suppress(EngineUnavailable):
            return await hurried.act(case_no, Action.REQUEST_EXTENSION, message, "hurried")


@asynccontextmanager
async def signed_but_not_written_down(office: Office, case_no: str) -> AsyncIterator[None]:
    """The sign-off is accepted, and its remediation limit cannot come back: nobody may write to the ledger."""
    with office.engine.begin() as connection:
        connection.execute(text("LOCK TABLE ledger_entries IN ACCESS EXCLUSIVE MODE"))
        signing = asyncio.create_task(office.act(case_no, Action.SIGN_OFF, OFFICER))
        while (await office.desk.state(case_no)).signed_at is None:
            await asyncio.sleep(0.05)
        yield
    await signing
