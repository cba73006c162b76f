"""Digests (汇总通知): what can wait leaves once a day as one message; nothing is lost or doubled, whatever happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from activities.courier import NotYet, Receipt, Refused
from adapters.calendar_files import load_calendar
from adapters.courier import OutboxCourier
from adapters.digests import DigestChoices, Gathering, next_moment_by
from adapters.holiday_notices import NoticeStore
from adapters.inbox import PostgresInbox
from adapters.outbox import PostgresOutbox
from casework.messages import reason_of, standing_of
from models.errors import BadInput
from models.notices import DIGESTED, NEEDED_FACTS, Channel, Fact, Message, MessageStatus, NoticeKind, digest_key
from policy.digests import HOURS, next_digest
from tests.messages.support import Counterparts, close, eventually, message, post, senders
from tests.messages.test_letters import LETTERS
from tests.support.engine import at

MONDAY = at("2026-03-09 10:00")
FOUR = at("2026-03-09 16:00")
RECEIPT = Receipt("r-1", "digest")
WHO = "officer-00"


@pytest.fixture
def gathering(engine: Engine) -> PostgresOutbox:
    """An outbox that gathers, by the calendar of the place; officer-00 wants it at four in the afternoon."""
    DigestChoices(engine).choose(WHO, 16, MONDAY)
    return PostgresOutbox(engine, gathering=Gathering(next_moment_by(NoticeStore(engine).calendar)))


def told(
    step: int, kind: NoticeKind = NoticeKind.CASE_CLOSED, channel: Channel = Channel.SMS, recipient: str = WHO
) -> Message:
    """A notice of Monday morning that names no date."""
    notice = message(step, kind, channel, recipient)
    context = {fact: said for fact, said in notice.context.items() if fact != Fact.DUE}
    return notice.model_copy(update={"not_before": MONDAY, "created_at": MONDAY, "context": context})


def statuses(outbox: PostgresOutbox) -> dict[str, MessageStatus]:
    """How every message stands, by key."""
    return {record.message.key: record.status for record in outbox.list_messages()}


DIGEST = digest_key(WHO, MONDAY.date(), Channel.SMS)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-09 10:00", "2026-03-09 16:00"),
        ("2026-03-09 16:00", "2026-03-10 16:00"),
        ("2026-03-13 17:00", "2026-03-16 16:00"),
        ("2026-02-13 17:00", "2026-02-14 16:00"),  # a Saturday on which people work
        ("2026-02-14 17:00", "2026-02-24 16:00"),  # over the Spring Festival
    ],
)
def test_a_digest_leaves_on_the_next_working_day_at_its_hour(after: str, expected: str) -> None:
    assert next_digest(at(after), 16, load_calendar("ezhou")) == at(expected)


@pytest.mark.parametrize("kind", DIGESTED)
def test_nothing_that_has_to_name_a_date_may_wait(kind: NoticeKind) -> None:
    assert not NEEDED_FACTS[kind] & {Fact.DUE, Fact.CLOCK_NAME, Fact.TASK_NAME, Fact.MEASURE}


def test_what_may_wait_leaves_as_one_message_at_the_hour(engine: Engine, gathering: PostgresOutbox) -> None:
    first, second = told(1), told(2, NoticeKind.NOT_ADOPTED)
    post(engine, first, second)
    assert gathering.claim_due(Channel.SMS, MONDAY, 10) == []
    assert gathering.claim_due(Channel.SMS, FOUR - timedelta(seconds=1), 10) == []
    records = {record.message.key: record for record in gathering.list_messages()}
    assert {records[each.key].digest_key for each in (first, second)} == {DIGEST}
    (claim,) = gathering.claim_due(Channel.SMS, FOUR, 10)
    assert claim.message.key == DIGEST
    assert "您有2条通知：办结通知1条、不予采纳通知1条" in LETTERS.sms(claim.message)
    gathering.mark_sent(claim, RECEIPT, FOUR)
    assert set(statuses(gathering).values()) == {MessageStatus.SENT}
    assert {record.receipt for record in gathering.list_messages()} == {"r-1"}


def test_the_mail_names_every_case_and_how_it_ended(engine: Engine, gathering: PostgresOutbox) -> None:
    post(engine, told(1, channel=Channel.MAIL), told(2, NoticeKind.APPEAL_DECIDED, Channel.MAIL))
    gathering.claim_due(Channel.MAIL, MONDAY, 10)
    (claim,) = gathering.claim_due(Channel.MAIL, FOUR, 10)
    letter = LETTERS.mail(claim.message)
    assert letter.subject == "【差评整改】汇总通知：办结通知1条、申诉结果通知1条"
    assert f"办结通知：{told(1).case_no}（社会保障卡申领），办结（回访满意）" in letter.body
    assert f"申诉结果通知：{told(1).case_no}（社会保障卡申领），办结（回访满意）" in letter.body


@pytest.mark.parametrize(
    "urgent",
    [
        told(1, NoticeKind.CLOCK_MISSED),
        told(1, NoticeKind.ESCALATED),
        told(1).model_copy(update={"context": told(1).context | {"due": "3月10日24:00前"}}),
        told(1, recipient="officer-01"),
    ],
    ids=["late", "escalated", "names a date", "somebody who chose nothing"],
)
def test_everything_else_leaves_at_once(engine: Engine, gathering: PostgresOutbox, urgent: Message) -> None:
    post(engine, urgent)
    assert [claim.message.key for claim in gathering.claim_due(Channel.SMS, MONDAY, 10)] == [urgent.key]


def test_what_was_tried_before_the_choice_goes_on_by_itself(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, told(1))
    (claim,) = outbox.claim_due(Channel.SMS, MONDAY, 1)
    outbox.put_off(claim, "对方忙", MONDAY)
    DigestChoices(engine).choose(WHO, 16, MONDAY)
    gathering = PostgresOutbox(engine, gathering=Gathering(next_moment_by(load_calendar)))
    later = MONDAY + timedelta(minutes=5)
    assert [each.message.key for each in gathering.claim_due(Channel.SMS, later, 10)] == [told(1).key]


def test_what_comes_after_a_digest_was_taken_up_waits_for_the_next_one(
    engine: Engine, gathering: PostgresOutbox
) -> None:
    post(engine, told(1))
    gathering.claim_due(Channel.SMS, MONDAY, 10)
    (claim,) = gathering.claim_due(Channel.SMS, FOUR, 10)
    late = told(2)
    post(engine, late)
    DigestChoices(engine).choose(WHO, 17, FOUR)
    gathering.claim_due(Channel.SMS, FOUR, 10)
    gathering.mark_sent(claim, RECEIPT, FOUR)
    found = {record.message.key: record for record in gathering.list_messages()}[late.key]
    assert found.status is MessageStatus.PENDING
    assert found.digest_key == digest_key(WHO, MONDAY.date() + timedelta(days=1), Channel.SMS)


def test_a_courier_killed_with_a_digest_in_hand_leaves_the_same_digest_to_the_next(
    engine: Engine, gathering: PostgresOutbox
) -> None:
    post(engine, told(1), told(2))
    gathering.claim_due(Channel.SMS, MONDAY, 10)
    (killed,) = gathering.claim_due(Channel.SMS, FOUR, 10)
    post(engine, told(3))
    lapsed = FOUR + timedelta(seconds=61)
    (again,) = gathering.claim_due(Channel.SMS, lapsed, 10)
    assert (again.message.key, again.message.context) == (killed.message.key, killed.message.context)
    gathering.mark_sent(again, RECEIPT, lapsed)
    gathering.mark_sent(killed, RECEIPT, lapsed)
    assert statuses(gathering)[told(3).key] is MessageStatus.PENDING


def test_a_digest_that_nobody_takes_is_left_to_people_with_all_it_stands_for(
    engine: Engine, gathering: PostgresOutbox
) -> None:
    post(engine, told(1), told(2))
    gathering.claim_due(Channel.SMS, MONDAY, 10)
    (claim,) = gathering.claim_due(Channel.SMS, FOUR, 10)
    gathering.mark_dead(claim, "没有号码")
    assert statuses(gathering)[DIGEST] is MessageStatus.DEAD
    assert gathering.claim_due(Channel.SMS, FOUR + timedelta(days=3), 10) == [], "its notices do not go by themselves"
    assert gathering.resend(DIGEST, FOUR)
    (again,) = gathering.claim_due(Channel.SMS, FOUR, 10)
    gathering.mark_sent(again, RECEIPT, FOUR)
    assert set(statuses(gathering).values()) == {MessageStatus.SENT}


def test_the_board_says_with_what_a_notice_leaves(engine: Engine, gathering: PostgresOutbox) -> None:
    post(engine, told(1))
    gathering.claim_due(Channel.SMS, MONDAY, 10)
    notice, digest = gathering.list_messages()
    assert standing_of(notice, MONDAY) == "待发送，并入汇总通知"
    assert reason_of(notice, MONDAY) == "收件人选择了汇总通知，随汇总通知一起发送"
    assert standing_of(digest, MONDAY) == "待发送，2026-03-09（周一）16:00 起发送"
    assert reason_of(digest, MONDAY) == "收件人选择的汇总时间，到时自动发送"


def test_two_couriers_at_once_tie_every_notice_once(engine: Engine, gathering: PostgresOutbox) -> None:
    post(engine, *(told(step) for step in range(1, 40)))

    async def both() -> None:
        await asyncio.gather(*(asyncio.to_thread(gathering.claim_due, Channel.SMS, MONDAY, 50) for _ in range(4)))

    asyncio.run(both())
    with engine.connect() as connection:
        digests = connection.execute(text("select key from outbox where kind = 'digest'")).scalars().all()
        tied = connection.execute(text("select count(*) from outbox where digest_key is not null")).scalar()
    assert (digests, tied) == ([DIGEST], 39)


def test_the_inbox_has_the_notices_and_not_their_digest(engine: Engine, gathering: PostgresOutbox) -> None:
    post(engine, told(1), told(2))
    gathering.claim_due(Channel.SMS, MONDAY, 10)
    inbox = PostgresInbox(engine, LETTERS, lambda: MONDAY)
    assert {notice.key for notice in inbox.page(WHO).notices} == {told(1).key, told(2).key}


def test_a_work_chat_hears_of_a_notice_that_waits(engine: Engine) -> None:
    DigestChoices(engine).choose(WHO, 16, MONDAY)
    outbox = PostgresOutbox(
        engine, to_the_chat={NoticeKind.CASE_CLOSED}, gathering=Gathering(next_moment_by(load_calendar))
    )
    post(engine, told(1))
    assert outbox.claim_due(Channel.SMS, MONDAY, 10) == []
    assert [claim.message.kind for claim in outbox.claim_due(Channel.WORK_CHAT, MONDAY, 10)] == [NoticeKind.CASE_CLOSED]


@pytest.mark.parametrize("hour", [HOURS[0] - 1, HOURS[-1] + 1])
def test_an_hour_at_which_nobody_works_cannot_be_chosen(engine: Engine, hour: int) -> None:
    with pytest.raises(BadInput, match="整点"):
        DigestChoices(engine).choose(WHO, hour, MONDAY)
    assert DigestChoices(engine).of(WHO) is None


@dataclass
class Moody:
    """A sender that fails as it is told before it takes anything, and counts what it took by key."""

    moods: list[Callable[[], Exception]]
    taken: list[str]

    async def send(self, message: Message) -> Receipt:
        if self.moods:
            raise self.moods.pop(0)()
        self.taken.append(message.key)
        return RECEIPT


@pytest.mark.parametrize("mood", [NotYet, Refused])
async def test_whatever_the_gateway_says_a_digest_arrives_once(
    engine: Engine, gathering: PostgresOutbox, mood: type[NotYet] | type[Refused]
) -> None:
    post(engine, told(1), told(2))
    gathering.claim_due(Channel.SMS, MONDAY, 10)
    sender = Moody([lambda: mood("忙")], [])
    clock = [FOUR]
    courier = OutboxCourier(gathering, {Channel.SMS: sender}, now=lambda: clock[0])
    stop = asyncio.Event()
    running = asyncio.create_task(courier.drain([Channel.SMS], stop))
    try:
        await eventually(lambda: not sender.moods, what="the gateway has failed once")
        await eventually(lambda: gathering.list_messages()[-1].last_error is not None, what="that is written down")
        gathering.resend(DIGEST, FOUR)
        clock[0] = FOUR + timedelta(minutes=2)
        await eventually(lambda: set(statuses(gathering).values()) == {MessageStatus.SENT}, what="all left")
    finally:
        stop.set()
        await running
    assert sender.taken == [DIGEST]


async def test_a_digest_reaches_a_real_gateway_and_a_real_mail_server(
    engine: Engine, gathering: PostgresOutbox, counterparts: Counterparts
) -> None:
    post(engine, *(told(step, channel=channel) for step in (1, 2) for channel in (Channel.SMS, Channel.MAIL)))
    for channel in (Channel.SMS, Channel.MAIL):
        gathering.claim_due(channel, MONDAY, 10)
    courier = OutboxCourier(gathering, senders(counterparts.url, counterparts.smtp_port), now=lambda: FOUR)
    stop = asyncio.Event()
    running = asyncio.create_task(courier.drain([Channel.SMS, Channel.MAIL], stop))
    try:
        await eventually(lambda: set(statuses(gathering).values()) == {MessageStatus.SENT}, what="all left")
    finally:
        stop.set()
        await running
        await close(courier)
    kept = counterparts.received(kind="digest")
    assert sorted((each["service"], each["times"]) for each in kept) == [("mail", 1), ("sms", 1)]
    assert {each["key"] for each in kept} == {
        digest_key(WHO, MONDAY.date(), each) for each in (Channel.SMS, Channel.MAIL)
    }
