"""The diary: work about a period is done once, a failure is told and tried again, what was overtaken is not made up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from activities.rhythm import WorkItem
from adapters.database import make_engine
from adapters.rhythm import RhythmDiary
from models.figures import FigurePeriod
from models.rhythm import JobKind, JobPeriod, RunState, RunView
from tests.rhythm.support import NotToday, Tally
from tests.support.engine import at

OCTOBER = JobPeriod.of(FigurePeriod.of_months(2026, 10, 1))
SEPTEMBER = JobPeriod.of(FigurePeriod.of_months(2026, 9, 1))
MORNING = at("2026-11-02 08:30")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def a_diary(engine: Engine) -> RhythmDiary:
    """A diary whose clock stands on the morning."""
    return RhythmDiary(engine, lambda: MORNING)


def item(period: JobPeriod = OCTOBER, by: str = "", moment: str = "2026-11-02 08:30") -> WorkItem:
    """The circular of a place."""
    return WorkItem(
        jurisdiction="xintai", kind=JobKind.CIRCULAR, period=period, planned_at=MORNING, at=at(moment), by=by
    )


def only_run(engine: Engine) -> RunView:
    """The one row that there is."""
    (run,) = a_diary(engine).runs("xintai")
    return run


def test_what_is_done_is_not_done_again_when_the_calendar_calls_again(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally()
    first = diary.keep(item(), work)
    assert diary.keep(item(moment="2026-11-05 12:00"), work) == first
    assert work.done == [("xintai", "2026年10月")]
    run = only_run(engine)
    assert (run.state, run.outcome, run.by) == (RunState.DONE, first, None)
    assert (run.planned_at, run.done_at) == (MORNING, MORNING)


def test_somebody_who_asks_gets_it_done_again_and_is_named(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally()
    diary.keep(item(), work)
    diary.keep(item(by="supervisor-01", moment="2026-11-09 10:00"), work)
    assert len(work.done) == 2
    assert only_run(engine).by == "supervisor-01"


def test_calls_at_the_same_time_do_it_once(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally()
    with ThreadPoolExecutor(4) as pool:
        outcomes = set(pool.map(lambda _: diary.keep(item(), work), range(8)))
    assert work.done == [("xintai", "2026年10月")]
    assert len(outcomes) == 1


def test_a_failure_is_told_in_its_own_words_and_the_next_attempt_takes_them_away(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally(fails=[NotToday("没有模板，请联系管理员。")])
    with pytest.raises(NotToday):
        diary.keep(item(), work)
    run = only_run(engine)
    assert (run.state, run.failure, run.outcome, run.done_at) == (
        RunState.FAILED,
        "没有模板，请联系管理员。",
        None,
        None,
    )
    diary.keep(item(), work)
    assert (only_run(engine).state, only_run(engine).failure) == (RunState.DONE, "")


def test_a_mistake_of_our_own_is_told_without_its_details(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally(fails=[KeyError("secret detail")])
    with pytest.raises(KeyError):
        diary.keep(item(), work)
    assert "KeyError" in only_run(engine).failure
    assert "secret" not in only_run(engine).failure


def test_what_was_done_stays_done_when_asking_for_it_again_fails(engine: Engine) -> None:
    diary = a_diary(engine)
    outcome = diary.keep(item(), Tally())
    with pytest.raises(NotToday):
        diary.keep(item(by="supervisor-01"), Tally(fails=[NotToday("稍后再试。")]))
    assert (only_run(engine).state, only_run(engine).outcome) == (RunState.DONE, outcome)


def test_after_a_long_outage_only_the_last_period_is_caught_up(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally()
    for period in (SEPTEMBER, OCTOBER):
        diary.keep(item(period, moment="2026-11-20 15:00"), work)
    assert work.done == [("xintai", "2026年10月")]
    october, september = diary.runs("xintai")
    assert (october.state, september.state) == (RunState.DONE, RunState.OVERTAKEN)
    assert september.outcome is not None
    assert "2026年9月的工作在系统停运期间错过" in september.outcome.summary


def test_what_was_overtaken_is_made_up_when_somebody_asks(engine: Engine) -> None:
    diary, work = a_diary(engine), Tally()
    diary.keep(item(SEPTEMBER, moment="2026-11-20 15:00"), work)
    diary.keep(item(SEPTEMBER, by="supervisor-01", moment="2026-11-20 16:00"), work)
    assert work.done == [("xintai", "2026年9月")]
    assert only_run(engine).state is RunState.DONE
