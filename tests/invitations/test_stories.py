"""Invitations from the delivery of a matter to a rating, somebody's or the default: over a holiday, at night."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from temporalio.service import RPCError, RPCStatusCode

from adapters.figures import CountedFigures
from models.due import in_shanghai
from models.figures import FigureKind, FigurePeriod, FigureQuestion
from models.matters import InvitationState
from models.outside import TakenStatus
from policy.figures import rules_of
from tests.invitations.office import InvitingOffice, inviting_office_at
from tests.support.engine import at

OpenOffice = Callable[[str, str], Awaitable[InvitingOffice]]

EVENTS_WITH_A_RATING_BEFORE_ANYTHING = 11
EVENTS_IN_ALL = 22
"""A start, a look and its workflow tasks at the reminder; a timer, a look and its tasks at the default; the end."""


@pytest.fixture
async def open_office(database_url: str, tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Open an office at a moment in a place."""
    async with AsyncExitStack() as stack:

        async def open_at(moment: str, place: str) -> InvitingOffice:
            return await stack.enter_async_context(inviting_office_at(moment, database_url, tmp_path, place))

        yield open_at


async def test_over_national_day_a_reminder_on_the_next_working_morning_and_a_default_four_working_days_later(
    open_office: OpenOffice,
) -> None:
    office = await open_office("2025-09-29 10:00", "taian")
    await office.deliver("P1")
    assert office.state("P1") is InvitationState.WAITING
    assert await office.events("P1") == ["WORKFLOW_EXECUTION_STARTED"]  # nobody has heard of it yet

    await office.wait_until("2025-10-09 07:55")  # Tuesday was the working day, then eight days of holiday
    assert office.messages("P1") == []
    await office.wait_until("2025-10-09 08:01")
    await office.settled("P1", InvitationState.REMINDED)
    [message] = office.messages("P1")
    assert at("2025-10-09 08:00") <= in_shanghai(message.not_before) <= await office.now()
    assert office.number_behind(message) == "13800000009"
    text = office.text_of(message)
    assert "“社会保障卡补换”已经办结，诚邀您" in text
    assert "2025年10月14日（周二）24:00前没有评价的，系统按规定记为默认“满意”" in text

    await office.wait_until("2025-10-14 23:55")  # Saturday the 11th was worked
    assert office.default_of("P1") is None
    await office.wait_until("2025-10-15 00:01")
    await office.settled("P1", InvitationState.DEFAULTED)
    default = office.default_of("P1")
    assert (default.level, default.channel, default.default_flag, default.origin) == (
        4,
        "system_default",
        "1",
        "default",
    )
    assert at("2025-10-15 00:00") <= in_shanghai(default.assessed_at) <= await office.now()
    assert (default.unit, default.task_name, default.case_no) == ("ez-renshe", "社会保障卡补换", None)
    assert await office.handle("P1").result() == InvitationState.DEFAULTED
    assert await office.event_count("P1") == EVENTS_IN_ALL
    assert len(office.messages("P1")) == 1


async def test_24_hours_after_leaving_but_not_at_night(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-03 21:30", "xintai")
    await office.deliver("P1", leaveTime="2026-03-03 21:10:00")
    await office.wait_until("2026-03-05 07:55")
    assert office.messages("P1") == []
    await office.wait_until("2026-03-05 08:01")
    await office.settled("P1", InvitationState.REMINDED)
    [message] = office.messages("P1")
    assert at("2026-03-05 08:00") <= in_shanghai(message.not_before) <= await office.now()
    await office.wait_until("2026-03-11 23:55")  # 6, 9, 10 and 11 March
    assert office.default_of("P1") is None
    await office.wait_until("2026-03-12 00:01")
    await office.settled("P1", InvitationState.DEFAULTED)


async def test_a_rating_wins_whenever_it_comes(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-02 10:00", "taian")
    for number in ("before", "between", "after"):
        await office.deliver(number)
    await office.deliver("without-number", mobile="")
    office.rate("before", 5, at("2026-03-03 09:00"))

    await office.wait_until("2026-03-04 08:01")
    await office.settled("before", InvitationState.RATED)
    assert office.messages("before") == []
    assert await office.handle("before").result() == InvitationState.RATED
    assert await office.event_count("before") == EVENTS_WITH_A_RATING_BEFORE_ANYTHING
    for number in ("between", "after", "without-number"):
        await office.settled(number, InvitationState.REMINDED)
    assert [len(office.messages(number)) for number in ("between", "after", "without-number")] == [1, 1, 0]
    office.rate("between", 2, at("2026-03-05 09:00"))

    await office.wait_until("2026-03-11 00:01")
    await office.settled("between", InvitationState.RATED)
    await office.settled("after", InvitationState.DEFAULTED)
    await office.settled("without-number", InvitationState.DEFAULTED)
    defaults = [office.default_of(number) is not None for number in ("before", "between", "after", "without-number")]
    assert defaults == [False, False, True, True]
    office.rate("after", 1, at("2026-03-12 09:00"))
    assert _figures(office) == {
        # Two are rated by default, one of them by its visitor since.
        FigureKind.DEFAULT_RATE: (1, 4),
        FigureKind.BAD_RATE: (2, 4),
        FigureKind.ACTIVE_RATE: (3, 4),
        FigureKind.UNRATED_RATE: (0, 4),
    }


def _figures(office: InvitingOffice) -> dict[FigureKind, tuple[int, int | None]]:
    """Some figures of March at its end; what was delivered by hand came with an import of its own."""
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
            f" overriding system value values (0, '{office.place}', 'national', '', '', '2026-03-01')"
        )
        connection.exec_driver_sql("update ratings set import_id = 0 where assess_number > 0")
    question = FigureQuestion(
        jurisdiction=office.place,
        period=FigurePeriod.of_months(2026, 3, 1),
        as_of=at("2026-04-01 00:00"),
        rules=rules_of(office.office.file.policy, office.office.file.surroundings),
    )
    book = CountedFigures(office.engine, lambda _: office.office.calendar)
    [figures] = book.count(question).groups.values()
    kinds = (FigureKind.DEFAULT_RATE, FigureKind.BAD_RATE, FigureKind.ACTIVE_RATE, FigureKind.UNRATED_RATE)
    return {kind: (figures[kind].numerator, figures[kind].denominator) for kind in kinds}


async def test_where_no_rule_asks_for_it_no_workflow_begins(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-02 10:00", "ezhou")
    taken = await office.deliver("P1")
    assert (taken.status, office.state("P1")) == (TakenStatus.STORED, InvitationState.NONE)
    with pytest.raises(RPCError) as missing:
        await office.handle("P1").describe()
    assert missing.value.status is RPCStatusCode.NOT_FOUND


async def test_what_is_delivered_twice_or_begun_again_is_one_invitation(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-02 10:00", "taian")
    await office.deliver("P1", finishTime="2026-03-02 09:00:00")
    first = (await office.handle("P1").describe()).run_id
    again = await office.deliver("P1", finishTime="2026-03-02 09:00:00")
    assert again.status is TakenStatus.ALREADY_STORED
    with office.engine.begin() as connection:  # as after a crash between the start and its mark
        connection.exec_driver_sql("update matters set invitation = 'pending'")
    assert await office.begin() == 1
    assert (await office.handle("P1").describe()).run_id == first
    assert office.state("P1") is InvitationState.WAITING


async def test_a_matter_that_was_rated_before_it_is_delivered_is_left_alone(open_office: OpenOffice) -> None:
    office = await open_office("2026-03-02 10:00", "taian")
    office.rate("P1", 5, at("2026-03-02 09:30"))
    await office.deliver("P1")
    assert office.state("P1") is InvitationState.NONE


async def test_a_worker_that_comes_late_sends_no_message_at_night(database_url: str, tmp_path: Path) -> None:
    async with inviting_office_at("2026-03-12 23:30", database_url, tmp_path, "taian") as office:
        await office.deliver("P1", finishTime="2026-03-10 10:00:00")  # it was due this morning
        await office.settled("P1", InvitationState.REMINDED)
        [message] = office.messages("P1")
        assert in_shanghai(message.not_before) == at("2026-03-13 08:00")
        assert at("2026-03-12 23:30") <= message.created_at <= await office.now() < at("2026-03-13 00:00")
