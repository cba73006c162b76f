"""March 2026 in 新泰 from the first matter to the monthly report; the counts add up to the last row.

Everything is real but the clock: matters and ratings come through the doors of the API, invitations, defaults and cases
run on the engine, people act on the cases, the courier sends to counterpart processes, and at the end of the month the
periodic work is done as the schedules order it.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from activities.courier import Sender
from activities.rhythm import WorkItem, WorkQuestion
from adapters.analyses import PostgresAnalyses
from adapters.citizen_reports import CitizenReports
from adapters.contacts import Contacts
from adapters.courier import OutboxCourier
from adapters.figures import CountedFigures
from adapters.holiday_notices import NoticeStore
from adapters.letters import Letters
from adapters.mail import MailSender
from adapters.matters import MatterStore
from adapters.outbox import PostgresOutbox
from adapters.policies import JURISDICTIONS, Shelf
from adapters.rating_door import RatingDoor
from adapters.rhythm import PlacesWork, RhythmDiary
from adapters.samples import PostgresSamples
from adapters.signed_http import SignedHttp
from adapters.sms import SmsSender
from adapters.tables.matters import MATTERS
from casework.analysis import AnalysisPorts, analyse
from models.actions import Action
from models.figures import Figure, FigureKind, FigurePeriod, FigureQuestion, Part
from models.matters import InvitationState
from models.notices import Channel, MessageStatus, NoticeKind
from models.outside import TakenStatus
from models.ratings import Opened
from models.rhythm import JobKind, JobOutcome, RunState
from models.samples import SampleState
from opening import Inviting, Opening
from policy.figures import rules_of
from policy.rating_rules import rules_of as rating_rules_of
from tests.messages.support import SECRET, Counterparts, close, eventually, until_sent
from tests.month import people
from tests.month.people import BAD, DAYS, LATE, MISTAKEN, OPEN, PUT_RIGHT, VISITORS, WORKING_DAYS, Visitor
from tests.stories.acts import EVIDENCE
from tests.support.engine import OFFICER, OTHER_SUPERVISOR, SUPERVISOR, Office, at, office_at
from tests.support.keys import PERSONAL
from worker import build_inviter, build_jobs

PLACE, UNIT, QUEUE = "xintai", "ez-renshe", "month-invitations"
MARCH = FigurePeriod.of_months(2026, 3, 1)
END = "2026-04-01 09:00"


@dataclass
class City:
    """The office with all its doors; `now` is the moment at which people use them."""

    office: Office
    now: datetime

    def __post_init__(self) -> None:
        def units() -> dict[str, str]:
            return {people.DEPARTMENT: UNIT}

        office, shelf = self.office, Shelf()
        rules = rating_rules_of(office.file.surroundings)
        self.matters = MatterStore(
            office.engine, units, shelf.file, lambda _: office.calendar, PERSONAL, lambda: self.now
        )
        self.ratings = RatingDoor(
            office.engine.url.render_as_string(hide_password=False),
            units,
            lambda _: office.policy,
            lambda _: rules,
            PERSONAL,
            lambda _: None,
            lambda _: None,
            lambda: self.now,
        )
        self.figures = CountedFigures(office.engine, lambda _: office.calendar)

    async def pass_until(self, text: str) -> None:
        """Let time pass; what came due in the cases is written down then."""
        await self.office.wait_until(text)
        for case in self.office.reader.cases():
            await self.office.at_rest(case.case_no)
        self.now = await self.office.now()

    async def close_matters(self, day: Any) -> None:
        """The matters of a day are delivered, and their invitations begin."""
        rows = [people.delivered(each.matter, day, each.mobile) for each in VISITORS if each.day == day]
        if day == people.BATCH_DAY:
            rows += [people.delivered(matter, day, "13812120000") for matter in people.IN_THE_BATCH]
        taken = self.matters.take(PLACE, rows)
        assert {each.status for each in taken} == {TakenStatus.STORED}, taken
        inviting = Inviting(self.office.engine, self.office.client, QUEUE, lambda: self.now)
        assert await inviting.begin_all(PLACE) == len(rows)

    async def take_ratings(self, visitors: list[Visitor]) -> Opened:
        """The ratings of an evening come in, twice, as from a source that did not hear the answer; cases are opened."""
        rows = [people.rated(each, self.now) for each in visitors]
        await eventually(self.has_looked_at_yesterdays, what="looks 24 hours after the visit")
        taken = self.ratings.take(PLACE, None, rows, "演示来源")
        assert {each.status for each in taken} == {TakenStatus.STORED}, taken
        again = self.ratings.take(PLACE, None, rows, "演示来源")
        assert {each.status for each in again} == {TakenStatus.ALREADY_STORED}
        with self.office.engine.begin() as connection:  # the database's own clock stands months later
            connection.execute(
                text("update imports set finished_at = :now where finished_at > :now"), {"now": self.now}
            )
        opening = Opening(self.office.engine, self.office.file, self.office.calendar, lambda: self.now)
        return await opening.open_all(self.office.desk, self.office.reader.dispatched, lambda _: None)

    def has_looked_at_yesterdays(self) -> bool:
        """Whether everybody who came the day before is reminded, or known to have rated; it was due at 16:00."""
        yesterday = [each.matter for each in VISITORS if each.day == self.now.date() - timedelta(days=1)]
        waiting = MATTERS.c.invitation.in_((InvitationState.PENDING, InvitationState.WAITING))
        query = select(func.count()).where(MATTERS.c.project_no.in_(yesterday), waiting)
        with self.office.engine.connect() as connection:
            return connection.execute(query).scalar_one() == 0

    def question(self, as_of: datetime) -> FigureQuestion:
        """The figures of March."""
        rules = rules_of(self.office.policy, self.office.file.surroundings)
        return FigureQuestion(jurisdiction=PLACE, period=MARCH, as_of=as_of, rules=rules)

    def states(self) -> Counter[InvitationState]:
        """How far the invitations have come."""
        with self.office.engine.connect() as connection:
            return Counter(InvitationState(each) for each in connection.execute(select(MATTERS.c.invitation)).scalars())


def case_of(day: Any) -> str:
    """The case of a bad review."""
    return f"{PLACE}-{Visitor(day, 4).matter}-1"


async def work_on_cases(office: Office, day: Any) -> None:
    """What the people of the office do on the morning of a day."""

    async def verified(bad: Any, **found: Any) -> None:
        await office.act(case_of(bad), Action.SIGN_OFF, OFFICER)
        await office.act(case_of(bad), Action.RECORD_CALLBACK, SUPERVISOR, result="reached", **found)

    async def put_right(bad: Any) -> None:
        await office.act(case_of(bad), Action.SUBMIT_REMEDIATION, OFFICER, measures="增开窗口")
        await office.act(case_of(bad), Action.RECORD_CALLBACK, SUPERVISOR, result="reached", satisfied=True)

    for bad in BAD:
        if day == bad + timedelta(days=1):
            if bad == MISTAKEN:
                await verified(bad, finding="mistaken", evidence=EVIDENCE)
                await office.act(case_of(bad), Action.CONFIRM_FINDING, OTHER_SUPERVISOR, reason="录音属实")
            else:
                await verified(bad, finding="founded")
        if (bad, day) in ((PUT_RIGHT, bad + timedelta(days=3)), (LATE, bad + timedelta(days=10))):
            await put_right(bad)


@pytest.fixture
async def city(database_url: str, tmp_path: Path) -> Any:
    """新泰 on the morning of the first of March."""
    async with (
        office_at("2026-03-01 08:00", database_url, tmp_path, prefix="M", jurisdiction=PLACE) as office,
        build_inviter(office.client, office.engine, PERSONAL, QUEUE),
    ):
        yield City(office, await office.now())


@pytest.mark.timeout(600)
async def test_the_counts_of_a_month_add_up_to_the_last_row(city: City, tmp_path: Path) -> None:
    opened: list[Opened] = []
    for day in DAYS:
        await city.pass_until(f"{day} 10:00")
        await work_on_cases(city.office, day)
        if day in WORKING_DAYS:
            await city.pass_until(f"{day} 16:01")
            await city.close_matters(day)
        await city.pass_until(f"{day} 17:30")
        if evening := people.rate_this_evening(day):
            opened.append(await city.take_ratings(evening))
    await city.pass_until(END)
    of_repetitions = sum(each.parents for each in opened)
    assert of_repetitions == len({"the item", "the clerk"}), "the third bad review of either opens a parent case"
    assert sum(each.cases for each in opened) - of_repetitions == len(BAD)

    await invitations_come_to_rest(city)
    figures_are_those_of_the_people(city)
    outcomes = await the_months_work_is_done_once(city)
    a_sample_is_drawn_from_those_who_can_be_called(city, outcomes[JobKind.SAMPLE])
    the_report_says_the_same(city)
    await every_notice_leaves_once(city, tmp_path)


async def invitations_come_to_rest(city: City) -> None:
    """Every matter is in one state, and whoever had to be reminded has one message."""
    rated_before = [each for each in people.RATED_BY_THEMSELVES if each.does in (0, 4)]
    assert sum(city.states().values()) == len(VISITORS) + len(people.IN_THE_BATCH)
    defaulted = len(people.DEFAULTED) + len(people.DEFAULTED_THE_NEXT_MORNING)
    await eventually(lambda: city.states()[InvitationState.DEFAULTED] == defaulted, what=f"{defaulted} defaults")
    messages = [record.message for record in PostgresOutbox(city.office.engine).list_messages(limit=10_000)]
    invited = Counter(each.context["project_no"] for each in messages if each.kind is NoticeKind.INVITATION)
    assert invited == Counter(each.matter for each in people.REMINDED)
    assert not {each.matter for each in rated_before} & set(invited)
    assert len({each.key for each in messages}) == len(messages)


def figures_are_those_of_the_people(city: City) -> None:
    """Every figure that the month has, and behind the total exactly the matters of the people."""
    asked = city.question(city.now)
    [figures] = city.figures.count(asked).groups.values()
    total = len(people.COUNTED)
    valid = total - 1  # one was not adopted
    expected = {
        FigureKind.N_EVAL: (valid, None),
        FigureKind.BAD_RATE: (3, valid),
        FigureKind.GOOD_RATE: (valid - 3, valid),
        FigureKind.DEFAULT_RATE: (len(people.DEFAULTED), valid),
        FigureKind.VOID_RATE: (1, 4),
        FigureKind.VERIFIED_RATE: (4, 4),
        FigureKind.CALLBACK_RATE: (4, 4),
        FigureKind.ON_TIME_RATE: (1, 2),
        FigureKind.REMEDIATION_RATE: (2, 2),
    }
    assert {kind: _numbers(figures[kind]) for kind in expected} == expected
    rows = list(city.figures.all_rows(asked, FigureKind.N_EVAL, Part.ALL, 10_000))
    voided = {Visitor(MISTAKEN, 4).matter}
    assert {row.project_no for row in rows} == people.COUNTED - voided
    assert len(rows) == valid


async def the_months_work_is_done_once(city: City) -> dict[JobKind, JobOutcome]:
    """What the schedules order for the first of April, called for twice."""
    engine = city.office.engine
    places, diary = PlacesWork(Shelf(), NoticeStore(engine).calendar), RhythmDiary(engine, lambda: city.now)
    jobs = build_jobs(engine, PERSONAL)
    outcomes: dict[JobKind, JobOutcome] = {}
    for kind in places.work(PLACE):
        plan = places.plan(WorkQuestion(jurisdiction=PLACE, kind=kind, called_at=at("2026-04-01 00:00")))
        assert plan.at == at("2026-04-01 08:30")
        for period in plan.periods:
            item = WorkItem(jurisdiction=PLACE, kind=kind, period=period, planned_at=plan.at, at=city.now)
            outcomes[kind] = diary.keep(item, jobs[kind])
            assert diary.keep(item, jobs[kind]) == outcomes[kind]
    assert {each.state for each in diary.runs(PLACE)} == {RunState.DONE}
    return outcomes


def a_sample_is_drawn_from_those_who_can_be_called(city: City, outcome: JobOutcome) -> None:
    """Everybody with a number, rated or not, but whose rating became a case; fewer than the hundred of the plan."""
    engine = city.office.engine
    samples = PostgresSamples(engine, PERSONAL, CitizenReports(engine, PERSONAL), lambda: city.now)
    [sample] = samples.all()
    drawn = samples.people(sample.number)
    assert outcome.count == len(drawn)
    assert {each.state for each in drawn} == {SampleState.TO_CALL}
    numbers = {each.project_no for each in drawn}
    assert numbers - set(people.IN_THE_BATCH) == {each.matter for each in people.CALLABLE}
    assert len(numbers & set(people.IN_THE_BATCH)) == 1, "both were left with one number, and nobody is called twice"
    assert [(each.project_no, each.assess_number) for each in drawn] == samples.drawn_again(sample)


def the_report_says_the_same(city: City) -> None:
    """The monthly report has the figures of the month, and names the case that was late."""
    office = city.office
    ports = AnalysisPorts(city.figures, PostgresAnalyses(office.engine), office.directory)
    report = analyse(ports, office.file, MARCH, city.now)
    [figures] = city.figures.count(city.question(city.now)).groups.values()
    for told in report.figures:
        assert (told.numerator, told.denominator) == _numbers(figures[FigureKind(told.kind)])
    assert report.late.shown == (case_of(LATE),)
    assert set(report.bad.shown) == {case_of(PUT_RIGHT), case_of(LATE), case_of(OPEN)}


async def every_notice_leaves_once(city: City, folder: Path) -> None:
    """All SMS and mails of the month reach counterpart processes; nothing is lost, nothing doubled."""
    office, counterparts = city.office, Counterparts.start(folder / "counterparts")
    letters, contacts = Letters(JURISDICTIONS), Contacts(office.directory, office.engine, PERSONAL)
    to_send: dict[Channel, Sender] = {
        Channel.SMS: SmsSender(SignedHttp("短信网关", f"{counterparts.url}/sms", SECRET), letters, contacts),
        Channel.MAIL: MailSender("127.0.0.1", counterparts.smtp_port, "demo@example.invalid", letters, contacts),
    }
    outbox, stop = PostgresOutbox(office.engine), asyncio.Event()
    decided = Counter(
        each.message.key for each in outbox.list_messages(limit=10_000) if each.message.channel in to_send
    )
    courier = OutboxCourier(outbox, to_send)
    sending = asyncio.create_task(courier.drain(list(to_send), stop))
    try:
        await until_sent(outbox, len(decided))
        assert Counter(record["key"] for record in counterparts.received()) == decided
    finally:
        stop.set()
        await sending
        await close(courier)
        counterparts.stop()
    assert outbox.counts()[MessageStatus.DEAD] == 0


def _numbers(figure: Figure) -> tuple[int, int | None]:
    return figure.numerator, figure.denominator
