"""When people are invited to rate, and when a default is given: the worked dates, nights, rest days, want of a rule."""

from datetime import datetime

import pytest

from adapters.policies import load_calendar, load_policy
from models.due import Limit
from models.matters import InvitationState, Matter
from policy.invitations import Begun, InvitationRules, NextStep, first_moment, next_step, rules_for
from tests.support.engine import at

CALENDAR = load_calendar(None)
NOBODY = Begun(rated=False, reminded_at=None)


def rules_of(place: str) -> InvitationRules:
    file = load_policy(place)
    return rules_for(file.policy, file.surroundings)


TAIAN, XINTAI, EZHOU = rules_of("taian"), rules_of("xintai"), rules_of("ezhou")


def matter(closed: str, left: str | None = None, rateable: bool = True, mobile: str = "13800000001") -> Matter:
    """A matter that is done."""
    return Matter(
        project_no="P1",
        unit="ez-renshe",
        dept_code="11420700DEM0000143",
        task_code="T1",
        task_name="社会保障卡补换",
        staff_no="RS-0217",
        closed_at=at(closed),
        left_at=at(left) if left else None,
        rateable=rateable,
        mobile=mobile,
    )


def first(done: Matter, rules: InvitationRules, now: datetime | None = None) -> datetime | None:
    return first_moment(done, rules, CALENDAR, now or done.closed_at)


def step(done: Matter, rules: InvitationRules, moment: str, begun: Begun = NOBODY) -> NextStep:
    return next_step(done, begun, at(moment), rules, CALENDAR)


@pytest.mark.parametrize(
    ("closed", "reminded", "defaulted", "why"),
    [
        # The worked dates of the fact sheet: one working day is 30 September, the eight days of the holiday follow.
        ("2025-09-29 10:00", "2025-10-09 08:00", "2025-10-15 00:00", "over National Day, with a make-up Saturday"),
        ("2026-03-02 10:00", "2026-03-04 08:00", "2026-03-11 00:00", "an ordinary Monday"),
        ("2026-03-05 17:00", "2026-03-09 08:00", "2026-03-14 00:00", "Friday is the day, Monday the morning after"),
        ("2026-03-07 10:00", "2026-03-10 08:00", "2026-03-17 00:00", "done on a Saturday"),
        ("2026-02-13 10:00", "2026-02-24 08:00", "2026-03-01 00:00", "a make-up Saturday counts before and after"),
    ],
)
def test_a_reminder_after_one_working_day_and_a_default_when_four_more_have_ended(
    closed: str, reminded: str, defaulted: str, why: str
) -> None:
    done = matter(closed)
    assert first(done, TAIAN) == at(reminded), why
    waits = step(done, TAIAN, closed)
    assert waits == NextStep(InvitationState.WAITING, at(reminded)), why
    told = step(done, TAIAN, reminded)
    assert told == NextStep(InvitationState.REMINDED, at(defaulted), at(reminded)), why
    begun = Begun(False, at(reminded))
    assert step(done, TAIAN, reminded, begun).next_at == at(defaulted), why
    assert step(done, TAIAN, defaulted, begun) == NextStep(InvitationState.DEFAULTED), why


@pytest.mark.parametrize(
    ("left", "reminded", "defaulted", "why"),
    [
        ("2026-03-03 15:20", "2026-03-04 15:20", "2026-03-11 00:00", "24 hours later to the minute"),
        (
            "2026-03-03 21:00",
            "2026-03-05 08:00",
            "2026-03-12 00:00",
            "the last minute of the evening is not told any more",
        ),
        ("2026-03-03 07:59", "2026-03-04 08:00", "2026-03-11 00:00", "nobody is woken"),
        (
            "2026-03-06 15:00",
            "2026-03-07 15:00",
            "2026-03-14 00:00",
            "a Saturday afternoon will do; the window is whole",
        ),
        ("2026-09-30 16:00", "2026-10-01 16:00", "2026-10-14 00:00", "a holiday afternoon too"),
    ],
)
def test_a_message_24_hours_after_leaving_but_never_at_night(
    left: str, reminded: str, defaulted: str, why: str
) -> None:
    done = matter(closed="2026-03-01 10:00", left=left)
    assert first(done, XINTAI) == at(reminded), why
    assert step(done, XINTAI, reminded).next_at == at(defaulted), why


def test_who_did_not_come_is_counted_from_the_closing() -> None:
    assert first(matter("2026-03-03 15:20"), XINTAI) == at("2026-03-04 15:20")


def test_a_worker_that_was_away_tells_in_the_morning_and_leaves_the_same_time() -> None:
    late = step(matter("2026-03-02 10:00"), TAIAN, "2026-03-12 23:30")
    assert late == NextStep(InvitationState.REMINDED, at("2026-03-20 00:00"), at("2026-03-13 08:00"))


def test_one_that_comes_late_on_a_rest_day_waits_for_the_next_working_morning_too() -> None:
    late = step(matter("2026-03-02 10:00"), TAIAN, "2026-03-07 10:00")  # a Saturday
    assert late == NextStep(InvitationState.REMINDED, at("2026-03-14 00:00"), at("2026-03-09 08:00"))


def test_a_rating_wins_at_every_moment() -> None:
    done = matter("2026-03-02 10:00")
    for moment in ("2026-03-02 11:00", "2026-03-04 08:00", "2026-03-11 00:00"):
        for reminded_at in (None, at("2026-03-04 08:00")):
            assert step(done, TAIAN, moment, Begun(True, reminded_at)) == NextStep(InvitationState.RATED)


def test_without_a_number_the_time_is_the_same() -> None:
    nobody_to_write_to = matter("2026-03-02 10:00", mobile="")
    assert first(nobody_to_write_to, TAIAN) == at("2026-03-04 08:00")
    assert step(nobody_to_write_to, TAIAN, "2026-03-04 08:00").next_at == at("2026-03-11 00:00")


def test_where_nothing_is_to_do_nothing_begins() -> None:
    assert first(matter("2026-03-02 10:00"), EZHOU) is None
    assert first(matter("2026-03-02 10:00", rateable=False), TAIAN) is None
    assert first(matter("2026-03-02 10:00", mobile=""), TAIAN._replace(default_level=None)) is None


def test_nobody_is_asked_about_what_was_done_long_ago() -> None:
    done = matter("2026-03-02 10:00")  # five working days end on 9 March
    assert first(done, TAIAN, at("2026-03-09 23:59")) == at("2026-03-04 08:00")
    assert first(done, TAIAN, at("2026-03-10 00:00")) is None


def test_a_reminder_alone_ends_with_the_message() -> None:
    alone = TAIAN._replace(default_level=None, window=None)
    told = step(matter("2026-03-02 10:00"), alone, "2026-03-04 08:00")
    assert told == NextStep(InvitationState.REMINDED, None, at("2026-03-04 08:00"))


def test_a_default_alone_comes_when_the_window_is_over() -> None:
    alone = TAIAN._replace(reminder=None)
    done = matter("2026-03-02 10:00")
    assert first(done, alone) == at("2026-03-10 00:00")
    assert step(done, alone, "2026-03-09 12:00") == NextStep(InvitationState.WAITING, at("2026-03-10 00:00"))
    assert step(done, alone, "2026-03-10 00:00") == NextStep(InvitationState.DEFAULTED)


@pytest.mark.parametrize(
    ("window", "after", "until"),
    [
        ("72 h", "24 h", "2026-03-05 10:00"),  # 72 hours from Monday 10:00; 48 more from Tuesday 10:00
        ("7 cd", "24 h", "2026-03-10 00:00"),  # seven days from Monday; six more from Tuesday
        ("1 wd", "48 h", "2026-03-06 00:00"),  # nothing is left: a day at least
    ],
)
def test_what_is_left_of_a_window_is_counted_in_its_own_unit(window: str, after: str, until: str) -> None:
    assert XINTAI.reminder is not None
    reminder = XINTAI.reminder.model_copy(update={"after": Limit.parse(after)})
    rules = XINTAI._replace(window=Limit.parse(window), reminder=reminder)
    done = matter("2026-03-02 10:00")
    moment = first_moment(done, rules, CALENDAR, done.closed_at)
    assert moment is not None
    assert next_step(done, NOBODY, moment, rules, CALENDAR).next_at == at(until)
