"""The ladder of a limit: which rungs lie ahead, and that a date that moves brings none of them twice and loses none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.calendar_files import load_calendar
from adapters.policies import load_policy
from calendars import CalendarNotPublished, WorkingCalendar
from models.actors import Role
from models.clocks import Clock, ClockKind, Passed, Rung, RungKind
from models.due import SHANGHAI, DayEnd, HoursMode, Limit
from models.policy import ExtensionRule, LadderMeasure, LadderRung, Policy
from models.steps import Change, ClockMove, ClockStart, RungReached
from policy.clocks import clock_after, move_clock, start_clock
from policy.deadlines import share_instant, working_day_opening_after
from tests.support.walked_dates import OFFICE, notice

CALENDAR = load_calendar(None)
STEPS = (
    LadderRung(after=0, measure=LadderMeasure.REMIND, tell=(Role.SUPERVISOR,)),
    LadderRung(after=1, measure=LadderMeasure.URGE, tell=(Role.SUPERVISOR,)),
    LadderRung(after=3, measure=LadderMeasure.SUPERVISE, tell=(Role.SUPERVISOR,)),
    LadderRung(after=5, measure=LadderMeasure.CIRCULAR, tell=(Role.SUPERVISOR,)),
)
WITH_LADDER = load_policy("ezhou").policy.model_copy(
    update={
        "warn_at": (50, 80),
        "warn_last_day": True,
        "escalation_ladder": STEPS,
        "extension": ExtensionRule(),
        "day_end": DayEnd.MIDNIGHT,
        "verify_callback_mode": HoursMode.ELAPSED,
        "office_hours": OFFICE,
    }
)
PINNED_BEFORE = WITH_LADDER.model_copy(update={"warn_last_day": False, "escalation_ladder": ()})
"""A policy as cases that run since before the ladder have it."""

STARTS = st.integers(0, 600 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _start(kind: ClockKind = ClockKind.REMEDIATION, limit: str = "5 wd", since: str = "2026-03-02T09:00") -> ClockStart:
    return ClockStart(kind=kind, round=1, since=_at(since), limit=Limit.parse(limit))


def _clock(start: ClockStart | None = None, policy: Policy = WITH_LADDER) -> Clock:
    start = start or _start()
    return start_clock(start, start.since, policy, CALENDAR)


def _move(change: Change, **more: object) -> ClockMove:
    return ClockMove.model_validate({"kind": ClockKind.REMEDIATION, "round": 1, "change": change, **more})


def _call(change: Change) -> ClockMove:
    return ClockMove(kind=ClockKind.VERIFICATION, round=1, change=change)


def _moved(clock: Clock, move: ClockMove, now: str) -> Clock:
    """As the ledger does it: it keeps what was claimed, but not the rungs ahead."""
    return move_clock(clock.model_copy(update={"rungs": ()}), move, _at(now), WITH_LADDER, CALENDAR)


def _fired(clock: Clock, now: datetime, calendar: WorkingCalendar = CALENDAR) -> Clock:
    """The clock after its first rung, as the case and the ledger keep it."""
    rung, *rest = clock.rungs
    after = clock_after(RungReached(clock=clock, rung=rung), now, WITH_LADDER, calendar)
    claimed = (*clock.passed, Passed(kind=rung.kind, number=rung.number))
    return after or clock.model_copy(update={"rungs": tuple(rest), "passed": claimed})


def _until(clock: Clock, kind: RungKind, number: int = 0) -> Clock:
    """The clock after that rung, each rung reached at its time."""
    while clock.rungs:
        rung = clock.rungs[0]
        clock = _fired(clock, rung.at)
        if (rung.kind, rung.number) == (kind, number):
            return clock
    raise AssertionError(f"no rung {kind} {number}")


def _shown(clock: Clock) -> list[str]:
    return [f"{rung.kind} {rung.number} {rung.at:%m-%d %H:%M}" for rung in clock.rungs]


def test_a_limit_starts_with_its_whole_ladder() -> None:
    assert _shown(_clock()) == [
        "share 50 03-04 17:30",
        "share 80 03-06 16:06",
        "last_day 0 03-09 09:00",
        "limit 0 03-10 00:00",
        "repeat 1 03-11 09:00",
        "repeat 3 03-13 09:00",
        "repeat 5 03-17 09:00",
    ]


@pytest.mark.parametrize(
    ("start", "kinds", "sentence"),
    [
        (_start(limit="1 wd"), {RungKind.SHARE, RungKind.LIMIT, RungKind.REPEAT}, "one day is its own last day"),
        (_start(limit="24 h"), {RungKind.SHARE, RungKind.LIMIT, RungKind.REPEAT}, "hours have no last day"),
        (_start(ClockKind.ADVISORY, "15 cd"), {RungKind.LIMIT}, "a period that only reminds"),
        (_start(ClockKind.PAUSE, "5 wd"), {RungKind.LIMIT}, "a ceiling only ends"),
        (_start().model_copy(update={"warns": False}), {RungKind.LIMIT, RungKind.REPEAT}, "speaks from its limit on"),
        (_start(ClockKind.APPEAL_WINDOW).model_copy(update={"silent": True}), set(), "never speaks"),
    ],
)
def test_a_limit_has_the_rungs_of_its_kind(start: ClockStart, kinds: set[RungKind], sentence: str) -> None:
    assert {rung.kind for rung in _clock(start).rungs} == kinds, sentence


def test_a_silent_limit_stays_silent_when_its_date_moves() -> None:
    window = _clock(_start(ClockKind.APPEAL_WINDOW).model_copy(update={"silent": True}))
    assert _moved(window, _move(Change.RECOUNTED), "2026-03-03T09:00").rungs == ()


def test_warnings_that_are_past_when_a_limit_begins_late_are_left_out() -> None:
    start = _start()
    late = start_clock(start, _at("2026-03-06T16:06"), WITH_LADDER, CALENDAR)
    assert _shown(late)[:2] == ["last_day 0 03-09 09:00", "limit 0 03-10 00:00"]
    over = start_clock(start, _at("2026-03-12T20:00"), WITH_LADDER, CALENDAR)
    assert _shown(over) == [
        "limit 0 03-10 00:00",
        "repeat 1 03-13 09:00",
        "repeat 3 03-13 09:00",
        "repeat 5 03-17 09:00",
    ], "the limit and the steps after it are never left out, and none comes at night"


def test_a_share_of_a_limit_that_stood_still_uses_only_the_time_that_ran() -> None:
    still = _moved(_clock(), _move(Change.PAUSED, why="申诉"), "2026-03-03T12:00")
    assert still.rungs == ()
    on = _moved(still, _move(Change.RESUMED), "2026-03-05T13:30")
    assert on.due.last_day == date(2026, 3, 12)
    # 10 hours up to Tuesday noon, 4 on Thursday afternoon, then 7 a day: 49 hours in all
    assert _shown(on)[:2] == ["share 50 03-09 14:00", "share 80 03-11 14:42"]


def test_hours_that_stood_still_are_not_used_up() -> None:
    still = _moved(_clock(_start(ClockKind.VERIFICATION, "24 h")), _call(Change.PAUSED), "2026-03-02T11:00")
    on = _moved(still, _call(Change.RESUMED), "2026-03-02T21:00")
    assert _shown(on)[:3] == ["share 50 03-03 07:00", "share 80 03-03 14:12", "limit 0 03-03 19:00"]


def test_a_callback_in_office_hours_is_warned_in_office_hours() -> None:
    policy = WITH_LADDER.model_copy(update={"verify_callback_mode": HoursMode.OFFICE})
    clock = _clock(_start(ClockKind.VERIFICATION, "7 h", "2026-03-06T16:30"), policy)
    assert _shown(clock)[:3] == ["share 50 03-09 11:30", "share 80 03-09 15:06", "limit 0 03-09 16:30"]
    other = _clock(_start(ClockKind.SIGN_OFF, "7 h", "2026-03-06T16:30"), policy)
    assert other.due.deadline == _at("2026-03-06T23:30"), "the mode is the verification callback's alone"


def test_a_day_that_ends_with_the_office_passes_then() -> None:
    clock = _clock(policy=WITH_LADDER.model_copy(update={"day_end": DayEnd.OFFICE_CLOSE}))
    assert _shown(clock)[3:5] == ["limit 0 03-09 17:30", "repeat 1 03-10 09:00"]


def test_a_pause_takes_the_ladder_away_and_its_end_gives_back_what_is_left() -> None:
    warned = _until(_clock(), RungKind.SHARE, 50)
    still = _moved(warned, _move(Change.PAUSED, why="申诉"), "2026-03-05T10:00")
    assert (still.rungs, still.passed) == ((), warned.passed)
    on = _moved(still, _move(Change.RESUMED), "2026-03-06T10:00")
    assert [rung.kind for rung in on.rungs[:3]] == [RungKind.SHARE, RungKind.LAST_DAY, RungKind.LIMIT]
    assert on.rungs[0].number == 80


def test_a_limit_that_was_missed_and_is_open_again_may_pass_again() -> None:
    missed = _until(_clock(), RungKind.REPEAT, 1)
    assert missed.missed
    assert _shown(missed) == ["repeat 3 03-13 09:00", "repeat 5 03-17 09:00"]
    difficult = _moved(missed, _move(Change.RECLASSED, limit="15 wd"), "2026-03-11T10:00")
    assert not difficult.missed
    assert [each.kind for each in difficult.passed] == [RungKind.SHARE, RungKind.SHARE, RungKind.LAST_DAY]
    assert [rung.kind for rung in difficult.rungs] == [RungKind.LIMIT, *[RungKind.REPEAT] * 3]


def test_a_limit_that_is_over_under_its_new_date_passes_at_once() -> None:
    difficult = _until(_clock(_start(limit="15 wd")), RungKind.SHARE, 50)
    general = _moved(difficult, _move(Change.RECLASSED, limit="5 wd"), "2026-03-16T20:00")
    assert not general.missed
    assert _shown(general) == [
        "limit 0 03-10 00:00",
        "repeat 1 03-17 09:00",
        "repeat 3 03-17 09:00",
        "repeat 5 03-17 09:00",
    ]


def test_a_missed_limit_that_moves_and_is_still_missed_does_not_pass_twice() -> None:
    missed = _until(_clock(), RungKind.REPEAT, 1)
    assert _shown(_moved(missed, _move(Change.RECOUNTED), "2026-03-11T10:00")) == _shown(missed)
    stored_before_the_ladder = missed.model_copy(update={"passed": ()})
    again = _moved(stored_before_the_ladder, _move(Change.RECOUNTED), "2026-03-11T10:00")
    assert RungKind.LIMIT not in [rung.kind for rung in again.rungs]


def test_a_missed_limit_that_gets_more_days_while_it_stands_still_is_missed_no_more() -> None:
    missed = _until(_clock(), RungKind.REPEAT, 1)
    still = _moved(missed, _move(Change.PAUSED, why="申诉"), "2026-03-11T10:00")
    assert still.missed
    longer = _moved(still, _move(Change.RECLASSED, limit="8 wd"), "2026-03-16T10:00")
    assert not longer.missed, "its time stood still before the new date"
    assert _shown(_moved(longer, _move(Change.RESUMED), "2026-03-16T11:00"))[0] == "limit 0 03-19 00:00"


def test_a_limit_that_ran_out_in_the_very_moment_of_a_pause_is_not_lost() -> None:
    still = _moved(_clock(), _move(Change.PAUSED), "2026-03-10T00:00")
    on = _moved(still, _move(Change.RESUMED), "2026-03-12T10:00")
    assert _shown(on)[0] == "limit 0 03-10 00:00"


def test_how_far_a_limit_may_be_extended_moves_with_it() -> None:
    start = _start().model_copy(update={"extension": Limit.parse("5 wd")})
    clock = _clock(start)
    assert clock.extendable_to == date(2026, 3, 16)
    still = _moved(clock, _move(Change.PAUSED), "2026-03-03T10:00")
    on = _moved(still, _move(Change.RESUMED), "2026-03-03T16:00")
    assert on.extendable_to == date(2026, 3, 17)
    once = _moved(on, _move(Change.EXTENDED, until="2026-03-12", extension="5 wd"), "2026-03-04T10:00")
    assert (once.due.last_day, once.extendable_to) == (date(2026, 3, 12), date(2026, 3, 19))
    assert _moved(on, _move(Change.EXTENDED, until="2026-03-12"), "2026-03-04T10:00").extendable_to is None
    other = _moved(on, _move(Change.RECLASSED, limit="15 wd", extension="15 wd"), "2026-03-04T10:00")
    assert other.extendable_to == date(2026, 4, 15)
    assert _clock().extendable_to is None


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        (_move(Change.RESUMED), "not paused"),
        (_move(Change.EXTENDED), "needs the day"),
        (_move(Change.EXTENDED, until="2026-03-09"), "does not prolong"),
        (_move(Change.RECLASSED), "needs its limit"),
    ],
)
def test_a_move_that_does_not_fit_is_refused(move: ClockMove, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        move_clock(_clock(), move, _at("2026-03-03T10:00"), WITH_LADDER, CALENDAR)


def test_steps_in_an_unknown_year_are_planned_when_the_limit_passes() -> None:
    clock = _clock(_start(since="2027-12-20T09:00"))
    assert _shown(clock)[-3:] == ["limit 0 12-28 00:00", "repeat 1 12-29 09:00", "repeat 3 12-31 09:00"]
    with pytest.raises(CalendarNotPublished):
        _until(clock, RungKind.LIMIT)


@given(start=STARTS, limit=st.sampled_from(["1 wd", "5 wd", "15 cd", "24 h"]), late=st.integers(0, 5000))
def test_a_policy_from_before_the_ladder_warns_and_repeats_as_it_did(start: datetime, limit: str, late: int) -> None:
    """Written as it was: shares of the limit, the limit, and then one day at a time."""
    clock_start = ClockStart(kind=ClockKind.REMEDIATION, round=1, since=start, limit=Limit.parse(limit))
    now = start + timedelta(minutes=late)
    clock = start_clock(clock_start, now, PINNED_BEFORE, CALENDAR)
    shares = [
        Rung(kind=RungKind.SHARE, at=at, number=share)
        for share in (50, 80)
        if now < (at := share_instant(start, clock.due, share / 100, OFFICE, CALENDAR)) < clock.due.deadline
    ]
    assert clock.rungs == (*shares, Rung(kind=RungKind.LIMIT, at=clock.due.deadline))
    for rung in shares:
        assert clock_after(RungReached(clock=clock, rung=rung), rung.at, PINNED_BEFORE, CALENDAR) is None
    rung = clock.rungs[-1]
    for number in (1, 2, 3):
        after = clock_after(RungReached(clock=clock, rung=rung), rung.at, PINNED_BEFORE, CALENDAR)
        assert after is not None
        assert after.missed
        (rung,) = after.rungs
        opening = working_day_opening_after(clock.due.deadline, number, OFFICE, CALENDAR)
        assert rung == Rung(kind=RungKind.REPEAT, at=opening, number=number)
        clock = after


def test_daily_reminders_that_a_standstill_swallowed_are_not_made_up() -> None:
    clock = _clock(policy=PINNED_BEFORE)
    reached = RungReached(clock=clock, rung=clock.rungs[-1])
    after = clock_after(reached, _at("2026-03-16T20:00"), PINNED_BEFORE, CALENDAR)
    assert after is not None
    assert _shown(after) == ["repeat 5 03-17 09:00"]


PLACES = [
    CALENDAR,
    *(
        CALENDAR.with_notice(notice(year, date(year, month, 3), date(year, month, 12), "试验县"))
        for year in (2025, 2026)
        for month in (3, 6, 11)
    ),
]
"""The national calendar, and calendars with a long break of one place."""

MOVES = st.lists(
    st.tuples(
        st.integers(0, 3 * 24 * 60),
        st.one_of(
            st.just(Change.PAUSED),
            st.integers(1, 10),
            st.sampled_from(["1 wd", "5 wd", "15 wd", "15 cd"]),
            st.sampled_from(PLACES),
        ),
    ),
    min_size=10,
    max_size=14,
)
"""Minutes that pass, then: a pause or its end, an extension by days, another class, another calendar."""


@dataclass
class Course:
    """A limit on its way: what was reached, and under which of the dates that it had one after the other."""

    clock: Clock
    now: datetime
    calendar: WorkingCalendar = CALENDAR
    date_no: int = 0
    reached: list[tuple[int, RungKind, int]] = field(default_factory=list)

    def let_pass(self, minutes: int) -> None:
        """Reach every rung in that time, late ones at once."""
        end = self.now + timedelta(minutes=minutes)
        while self.clock.rungs and self.clock.rungs[0].at <= end:
            rung = self.clock.rungs[0]
            self.now = max(self.now, rung.at)
            self.reached.append((self.date_no, rung.kind, rung.number))
            self.clock = _fired(self.clock, self.now, calendar=self.calendar)
        self.now = end

    def move(self, change: object) -> None:
        before, move = self.clock, self._as_move(change)
        if move is None:
            return
        stored = before.model_copy(update={"rungs": ()})
        self.clock = move_clock(stored, move, self.now, WITH_LADDER, self.calendar)
        self.date_no += bool(set(before.passed) - set(self.clock.passed))
        self._has_a_whole_ladder()

    def _as_move(self, change: object) -> ClockMove | None:
        if isinstance(change, WorkingCalendar):
            self.calendar = change
            return _move(Change.RECOUNTED)
        if isinstance(change, int):
            until = self.clock.due.last_day + timedelta(days=change)
            return None if self.clock.missed else _move(Change.EXTENDED, until=until)
        if change is Change.PAUSED:
            return _move(Change.RESUMED if self.clock.due.is_paused else Change.PAUSED)
        return _move(Change.RECLASSED, limit=str(change))

    def _has_a_whole_ladder(self) -> None:
        clock = self.clock
        if clock.due.is_paused:
            assert clock.rungs == ()
            return
        limits = [rung.at for rung in clock.rungs if rung.kind is RungKind.LIMIT]
        assert limits == ([] if clock.missed else [clock.due.deadline]), "the limit is never lost"
        assert not {(rung.kind, rung.number) for rung in clock.rungs} & {(p.kind, p.number) for p in clock.passed}
        assert all(one.at <= other.at for one, other in pairwise(clock.rungs))
        for rung in clock.rungs:
            if rung.kind is not RungKind.LIMIT:
                assert rung.at >= self.now
                assert self.calendar.is_working_day(rung.at.date()), "never on a rest day"
                assert any(opens <= rung.at <= closes for opens, closes in OFFICE.on(rung.at.date())), "never at night"


@settings(max_examples=200, deadline=None)
@given(start=STARTS, limit=st.sampled_from(["1 wd", "5 wd", "15 wd", "15 cd"]), moves=MOVES)
def test_a_date_that_moves_ten_times_brings_no_rung_twice_and_loses_none(
    start: datetime, limit: str, moves: Sequence[tuple[int, object]]
) -> None:
    clock_start = ClockStart(kind=ClockKind.REMEDIATION, round=1, since=start, limit=Limit.parse(limit))
    course = Course(start_clock(clock_start, start, WITH_LADDER, CALENDAR), start)
    for wait, change in moves:
        course.let_pass(wait)
        course.move(change)
    if course.clock.due.is_paused:
        course.move(Change.PAUSED)
    course.let_pass(300 * 24 * 60)
    assert course.clock.missed
    assert course.clock.rungs == ()
    assert max(Counter(course.reached).values()) == 1, "from the limit on, a rung comes once for each date"
    warnings = Counter(
        (kind, number) for _, kind, number in course.reached if kind in (RungKind.SHARE, RungKind.LAST_DAY)
    )
    assert max(warnings.values(), default=0) <= 1, "a warning comes once for ever"
    under_the_last_date = [(kind, number) for date_no, kind, number in course.reached if date_no == course.date_no]
    after = [each for each in under_the_last_date if each[0] in (RungKind.LIMIT, RungKind.REPEAT)]
    assert after == [(RungKind.LIMIT, 0), (RungKind.REPEAT, 1), (RungKind.REPEAT, 3), (RungKind.REPEAT, 5)]
