"""What the supervisors are told about a period: in its figures' own numbers, once, and nothing about an empty one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

import pytest
from sqlalchemy import Engine, insert, text

from activities.rhythm import WorkItem
from adapters.circulars import PostgresCirculars
from adapters.database import make_engine
from adapters.directory import Directory, read_directory
from adapters.figures import CountedFigures
from adapters.outbox import PostgresOutbox
from adapters.personal import PersonalData
from adapters.policies import Shelf, load_calendar
from adapters.rhythm import RhythmDiary
from adapters.rhythm_notices import BottomProposal, CircularNotice, PublishReminder
from models.actors import Role
from models.figures import FigurePeriod
from models.notices import MessageRecord, NoticeKind
from models.rhythm import JobKind, JobOutcome, JobPeriod, RunState
from tests.figures.month import RATINGS, rating_row
from tests.support.engine import DIRECTORY, TEST_KEYS, at
from worker import build_jobs

MORNING = at("2026-10-08 08:30")
QUARTER = JobPeriod.of(FigurePeriod.of_months(2026, 7, 3))
SUMMER = at("2026-08-10 09:00")


class Work(Protocol):
    """One of the three."""

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome: ...


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with a directory, and one complete import of each place."""
    engine = make_engine(database_url)
    Directory(engine).fill(read_directory(DIRECTORY))
    with engine.begin() as connection:
        for number, place in enumerate(("xintai", "ezhou"), start=1):
            connection.execute(
                text(
                    "insert into imports (id, jurisdiction, code_system, sha256, file_name, finished_at)"
                    " overriding system value values (:id, :place, '', '', '', timestamptz '2026-09-01')"
                ),
                {"id": number, "place": place},
            )
    yield engine
    engine.dispose()


def rate(engine: Engine, place: str, **shares: tuple[int, int]) -> None:
    """So many good ones of so many ratings for each unit, in August."""
    with engine.begin() as connection:
        for unit, (good, total) in shares.items():
            for number in range(total):
                row = rating_row(f"{unit}-{number}", 5 if number < good else 1, unit, None, SUMMER)
                row |= {"jurisdiction": place, "import_id": 1 if place == "xintai" else 2}
                connection.execute(insert(RATINGS).values(row))


def the_three(engine: Engine) -> tuple[BottomProposal, CircularNotice, PublishReminder]:
    """As the worker builds them."""
    jobs = list(build_jobs(engine, PersonalData(TEST_KEYS)).values())
    bottom = next(job for job in jobs if isinstance(job, BottomProposal))
    circular = next(job for job in jobs if isinstance(job, CircularNotice))
    publish = next(job for job in jobs if isinstance(job, PublishReminder))
    return bottom, circular, publish


def told(engine: Engine) -> list[MessageRecord]:
    """What lies in the outbox."""
    return PostgresOutbox(engine).list_messages()


def test_the_bottom_of_a_quarter_is_proposed_to_every_supervisor_once(engine: Engine) -> None:
    rate(engine, "xintai", a=(10, 10), b=(9, 10), c=(8, 10), d=(4, 5), e=(1, 2), f=(0, 1))
    bottom, _, _ = the_three(engine)
    outcome = bottom.run("xintai", QUARTER, MORNING)
    # c and d share the third place from below.
    assert outcome.summary == "2026年第3季度好评率末位：单位 4 个（c、d、e、f）。请研究是否约谈并限期整改。"
    assert (outcome.count, outcome.link) == (4, "/figures?place=xintai&period=2026-Q3&by=unit")
    assert bottom.run("xintai", QUARTER, at("2026-10-09 10:00")) == outcome
    supervisors = {user.id for user in Directory(engine).people(Role.SUPERVISOR, "")}
    channels = Shelf().file("xintai").policy.notice_channels[Role.SUPERVISOR]
    sent = [(each.message.recipient, each.message.channel.value) for each in told(engine)]
    assert sorted(sent) == sorted((user, way.value) for user in supervisors for way in channels)
    assert {each.message.kind for each in told(engine)} == {NoticeKind.PERIODIC_WORK}
    assert {each.message.context["result"] for each in told(engine)} == {outcome.summary}


def test_windows_and_clerks_at_the_bottom_are_proposed_beside_the_units(engine: Engine) -> None:
    rate(engine, "xintai", **{"ez-renshe": (9, 10), "ez-shichang": (8, 10)})
    with engine.begin() as connection:
        connection.execute(text("update ratings set window_no = '01', handler_no = '1'"))
        # One of two is good at the one's window 03, none of two at the other's.
        last_two = "project_no like '%-8' or project_no like '%-9'"
        connection.execute(text(f"update ratings set window_no = '03', handler_no = '3' where {last_two}"))
    bottom, _, _ = the_three(engine)
    outcome = bottom.run("xintai", QUARTER, MORNING)
    assert outcome.summary == (
        "2026年第3季度好评率末位：单位 1 个（测试市场监管局），"
        "窗口 2 个（测试人社局 03号窗口、测试市场监管局 03号窗口），"
        "人员 2 名（按人员分组查看）。请研究是否约谈并限期整改。"
    )
    assert outcome.count == 5


def test_nobody_is_told_where_nobody_is_at_the_bottom(engine: Engine) -> None:
    rate(engine, "xintai", a=(10, 10), b=(10, 10))
    bottom, _, _ = the_three(engine)
    assert bottom.run("xintai", QUARTER, MORNING).summary == "2026年第3季度没有列入末位名单的单位、窗口和人员。"
    assert told(engine) == []


def test_a_circular_is_drawn_up_once_and_every_supervisor_is_told_where_it_is(engine: Engine) -> None:
    rate(engine, "ezhou", **{"ez-renshe": (3, 4), "ez-shichang": (4, 4)})
    _, circular, _ = the_three(engine)
    outcome = circular.run("ezhou", QUARTER, MORNING)
    assert outcome.summary == (
        "已拟2026年第3季度通报〔2026〕1号：评价 8 件，好评率 87.5%（7/8），2 个单位参加排名。"
        "请在“通报”页面下载，审核、盖章后印发。"
    )
    assert (outcome.count, outcome.link) == (1, "/circulars?place=ezhou")
    [made] = PostgresCirculars(engine).kept("ezhou")
    # A bad rating that comes in late changes neither the number nor what it says.
    rate(engine, "ezhou", **{"late": (0, 1)})
    assert circular.run("ezhou", QUARTER, at("2026-10-09 10:00")) == outcome
    assert PostgresCirculars(engine).kept("ezhou") == [made]
    assert (made.made_by, made.circular.as_of) == (None, MORNING)
    assert {each.message.context["result"] for each in told(engine)} == {outcome.summary}
    channels = Shelf().file("ezhou").policy.notice_channels[Role.SUPERVISOR]
    assert len(told(engine)) == len(channels) * len(Directory(engine).people(Role.SUPERVISOR, ""))


def test_the_diary_leads_to_the_circular_also_when_somebody_asks_for_it_again(engine: Engine) -> None:
    rate(engine, "ezhou", **{"ez-renshe": (3, 4)})
    _, circular, _ = the_three(engine)
    diary = RhythmDiary(engine, lambda: MORNING)
    item = WorkItem(jurisdiction="ezhou", kind=JobKind.CIRCULAR, period=QUARTER, planned_at=MORNING, at=MORNING, by="")
    first = diary.keep(item, circular)
    assert diary.keep(item.model_copy(update={"by": "supervisor-01", "at": at("2026-10-09 10:00")}), circular) == first
    [run] = diary.runs("ezhou")
    assert (run.state, run.outcome) == (RunState.DONE, first)
    assert first.link == "/circulars?place=ezhou"
    assert len(PostgresCirculars(engine).kept("ezhou")) == 1


def test_the_reminder_to_publish_is_silent_when_the_figures_were_given_out(engine: Engine) -> None:
    rate(engine, "ezhou", **{"ez-renshe": (3, 4)})
    _, _, publish = the_three(engine)
    assert "（评价 4 件）按本地规定应当公开" in publish.run("ezhou", QUARTER, MORNING).summary
    before = len(told(engine))
    figures = CountedFigures(engine, load_calendar)
    figures.publish("ezhou", QUARTER.days, at("2026-10-08 10:00"), "supervisor-01")
    assert "已经公布" in publish.run("ezhou", QUARTER, at("2026-10-09 10:00")).summary
    assert len(told(engine)) == before > 0


@pytest.mark.parametrize("number", [1, 2])
def test_a_period_without_ratings_is_nobodys_business(engine: Engine, number: int) -> None:
    work: Work = the_three(engine)[number]
    outcome = work.run("ezhou", QUARTER, MORNING)
    assert outcome.count == 0
    assert told(engine) == []


def test_a_notice_that_is_decided_at_night_waits_for_the_morning(engine: Engine) -> None:
    rate(engine, "ezhou", **{"ez-renshe": (3, 4)})
    _, circular, _ = the_three(engine)
    circular.run("ezhou", QUARTER, at("2026-10-08 23:30"))
    opens = next(Shelf().file("ezhou").policy.notice_hours.on(at("2026-10-09 00:00").date()))[0]
    assert {each.message.not_before for each in told(engine)} == {opens}
