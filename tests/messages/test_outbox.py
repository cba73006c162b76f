"""The table of messages: a key once, one courier at a time, and nothing forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from activities.courier import Receipt
from adapters.outbox import PostgresOutbox, insert_messages, wait_after
from models.notices import Channel, MessageStatus, NoticeKind
from tests.messages.support import CASE_NO, message, messages, post

NOW = datetime.now(UTC)
RECEIPT = Receipt("r-1", "digest")


def soon(seconds: float = 1.0) -> datetime:
    """A little later than the messages of this module are due."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_key_is_stored_once_however_often_its_step_is_recorded(engine: Engine, outbox: PostgresOutbox) -> None:
    first, again = message(due="第一次"), message(due="第二次")
    with engine.begin() as connection:
        insert_messages(connection, [first])
        insert_messages(connection, [again, message(2)])
    assert [record.message.key for record in outbox.list_messages()] == [first.key, message(2).key]
    assert outbox.list_messages()[0].message == first


def test_a_step_that_is_rolled_back_leaves_no_message(engine: Engine, outbox: PostgresOutbox) -> None:
    with engine.connect() as connection:
        insert_messages(connection, [message()])
        connection.rollback()
    assert outbox.list_messages() == []


def test_no_messages_leave_the_table_as_it_is(engine: Engine, outbox: PostgresOutbox) -> None:
    with engine.begin() as connection:
        insert_messages(connection, [])
    assert outbox.list_messages() == []


def test_a_message_is_in_one_hand_at_a_time_and_free_again_when_the_lease_lapses(
    engine: Engine, outbox: PostgresOutbox
) -> None:
    post(engine, message())
    now = soon()
    (claim,) = outbox.claim_due(Channel.SMS, now, 10)
    assert outbox.claim_due(Channel.SMS, now + timedelta(seconds=59), 10) == []
    (again,) = outbox.claim_due(Channel.SMS, now + timedelta(seconds=60), 10)
    assert again.message == claim.message
    assert (claim.attempt, again.attempt) == (1, 2)


def test_a_late_courier_cannot_take_back_what_another_one_holds_or_has_sent(
    engine: Engine, outbox: PostgresOutbox
) -> None:
    post(engine, message())
    now = soon()
    (late,) = outbox.claim_due(Channel.SMS, now, 1)
    (holder,) = outbox.claim_due(Channel.SMS, now + timedelta(seconds=61), 1)
    outbox.put_off(late, "too late", now)
    outbox.mark_dead(late, "too late")
    outbox.release([late])
    assert outbox.claim_due(Channel.SMS, now + timedelta(seconds=62), 1) == [], "still in the other one's hands"
    outbox.mark_sent(holder, RECEIPT, now)
    outbox.mark_dead(holder, "after the fact")
    (record,) = outbox.list_messages()
    assert (record.status, record.receipt, record.last_error) == (MessageStatus.SENT, "r-1", None)


def test_the_late_courier_that_did_hand_over_is_believed(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message())
    now = soon()
    (late,) = outbox.claim_due(Channel.SMS, now, 1)
    outbox.claim_due(Channel.SMS, now + timedelta(seconds=61), 1)
    outbox.mark_sent(late, RECEIPT, now)
    assert outbox.counts() == dict.fromkeys(MessageStatus, 0) | {MessageStatus.SENT: 1}


def test_nothing_is_claimed_before_its_time_or_for_another_channel(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message(1, wait=timedelta(hours=1)), message(2, channel=Channel.MAIL))
    assert outbox.claim_due(Channel.SMS, soon(), 10) == []
    assert len(outbox.claim_due(Channel.SMS, soon(3602), 10)) == 1


def test_the_oldest_go_first(engine: Engine, outbox: PostgresOutbox) -> None:
    due_first = messages(Channel.SMS, 20)
    post(engine, *reversed(due_first))
    for batch in (due_first[:10], due_first[10:]):
        taken = outbox.claim_due(Channel.SMS, soon(), 10)
        assert {claim.message.key for claim in taken} == {one.key for one in batch}


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (50, 60), (10_000, 60)],
)
def test_waiting_doubles_and_ends_at_a_minute(attempt: int, seconds: int) -> None:
    assert wait_after(attempt) == timedelta(seconds=seconds)


def test_a_message_put_off_waits_and_says_why(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message())
    now = soon()
    (claim,) = outbox.claim_due(Channel.SMS, now, 1)
    outbox.put_off(claim, "对方忙", now)
    (record,) = outbox.list_messages()
    assert (record.status, record.attempts, record.last_error) == (MessageStatus.PENDING, 1, "对方忙")
    assert outbox.claim_due(Channel.SMS, now + timedelta(seconds=0.9), 1) == []
    assert len(outbox.claim_due(Channel.SMS, now + timedelta(seconds=1), 1)) == 1


def test_a_released_message_counts_no_attempt(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message())
    outbox.release(outbox.claim_due(Channel.SMS, soon(), 1))
    (claim,) = outbox.claim_due(Channel.SMS, soon(), 1)
    assert claim.attempt == 1


def test_only_a_dead_message_is_sent_again(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message())
    key = message().key
    assert not outbox.resend(key, soon())
    (claim,) = outbox.claim_due(Channel.SMS, soon(), 1)
    outbox.mark_dead(claim, "拒收")
    assert outbox.claim_due(Channel.SMS, soon(1000), 1) == []
    assert not outbox.resend("no such key", soon())
    assert outbox.resend(key, soon())
    assert len(outbox.claim_due(Channel.SMS, soon(), 1)) == 1


def test_a_message_of_an_older_release_is_still_read(engine: Engine, outbox: PostgresOutbox) -> None:
    post(engine, message(), message(2))
    with engine.begin() as connection:
        connection.execute(
            text('update outbox set context = \'{"retired_fact": "x"}\' where case_no = :case_no'),
            {"case_no": CASE_NO},
        )
    assert len(outbox.list_messages(CASE_NO)) == 2
    assert len(outbox.claim_due(Channel.SMS, soon(), 5)) == 2


def test_messages_are_found_by_case_and_by_status(engine: Engine, outbox: PostgresOutbox) -> None:
    post(
        engine,
        message(1),
        message(2),
        message(3, NoticeKind.ARCHIVE, Channel.ARCHIVE, "archive", case_no="other"),
    )
    (claim,) = outbox.claim_due(Channel.ARCHIVE, soon(), 1)
    outbox.mark_dead(claim, "x")
    assert [record.message.case_no for record in outbox.list_messages("other")] == ["other"]
    assert len(outbox.list_messages(CASE_NO, MessageStatus.PENDING)) == 2
    assert outbox.list_messages(CASE_NO, MessageStatus.DEAD) == []
    assert [record.message.key for record in outbox.list_messages(limit=1)] == [claim.message.key], "the newest"
