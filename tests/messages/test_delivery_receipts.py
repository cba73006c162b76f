"""Delivery receipts: what the gateway says later changes the message once, whatever comes first and however often."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from activities.courier import Receipt
from adapters.deliveries import DeliveryReceipts
from adapters.outbox import Claim, PostgresOutbox
from adapters.signed_http import sign
from models.deliveries import DeliveryReceipt, Fate, Noted
from models.notices import MAY_BE_MISSED, Channel, MessageRecord, MessageStatus, NoticeKind, sending_key
from tests.messages.support import message, post

AT = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
TAKEN = Receipt("sms-1", "digest")


@pytest.fixture
def receipts(engine: Engine) -> DeliveryReceipts:
    """The door for reports, with a secret."""
    return DeliveryReceipts(engine, b"secret")


def about(key: str, fate: Fate = Fate.DELIVERED, reason: str = "") -> DeliveryReceipt:
    """A report."""
    return DeliveryReceipt(id=key, fate=fate, at=AT, reason=reason)


def soon() -> datetime:
    """A little later than messages are due."""
    return datetime.now(UTC) + timedelta(seconds=5)


def claimed(engine: Engine, outbox: PostgresOutbox, kind: NoticeKind = NoticeKind.TASK_ASSIGNED) -> Claim:
    """An SMS in a courier's hands."""
    post(engine, message(kind=kind))
    (claim,) = outbox.claim_due(Channel.SMS, soon(), 1)
    return claim


def sent(engine: Engine, outbox: PostgresOutbox, kind: NoticeKind = NoticeKind.TASK_ASSIGNED) -> str:
    """The key of an SMS that the gateway has taken."""
    claim = claimed(engine, outbox, kind)
    outbox.mark_sent(claim, TAKEN, soon())
    return claim.message.key


def the_record(outbox: PostgresOutbox) -> MessageRecord:
    """The one message of the test."""
    (record,) = outbox.list_messages()
    return record


def test_what_arrived_is_written_down_once(engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts) -> None:
    key = sent(engine, outbox)
    assert [receipts.record(about(key)) for _ in range(3)] == [Noted.RECORDED, Noted.KNOWN, Noted.KNOWN]
    record = the_record(outbox)
    assert (record.status, record.delivered_at, record.undelivered) == (MessageStatus.SENT, AT, None)


@pytest.mark.parametrize(
    ("fate", "reason", "says"),
    [
        (Fate.UNKNOWN_NUMBER, "", "空号"),
        (Fate.FAILED, "用户停机", "用户停机"),
        (Fate.FAILED, "", "运营商没有说明原因"),
    ],
)
def test_what_did_not_arrive_is_left_to_people_with_the_reason(
    fate: Fate, reason: str, says: str, engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts
) -> None:
    key = sent(engine, outbox)
    assert receipts.record(about(key, fate, reason)) is Noted.RECORDED
    assert receipts.record(about(key, fate, reason)) is Noted.KNOWN
    record = the_record(outbox)
    assert record.status is MessageStatus.DEAD
    assert record.last_error is not None
    assert says in record.last_error


@pytest.mark.parametrize("kind", MAY_BE_MISSED)
def test_what_may_be_missed_needs_nobody(
    kind: NoticeKind, engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts
) -> None:
    receipts.record(about(sent(engine, outbox, kind), Fate.FAILED))
    record = the_record(outbox)
    assert record.status is MessageStatus.SENT
    assert record.undelivered is not None


@pytest.mark.parametrize("kind", [NoticeKind.TASK_ASSIGNED, *MAY_BE_MISSED])
def test_a_report_that_overtakes_the_gateway_s_answer_counts(
    kind: NoticeKind, engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts
) -> None:
    claim = claimed(engine, outbox, kind)
    assert receipts.record(about(claim.message.key, Fate.FAILED)) is Noted.RECORDED
    assert the_record(outbox).status is MessageStatus.PENDING
    outbox.mark_sent(claim, TAKEN, soon())
    record = the_record(outbox)
    assert record.status is (MessageStatus.SENT if kind in MAY_BE_MISSED else MessageStatus.DEAD)
    assert record.receipt == "sms-1"


def test_what_arrived_has_arrived_whatever_is_said_before_or_after(
    engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts
) -> None:
    key = sent(engine, outbox)
    receipts.record(about(key, Fate.FAILED))
    assert receipts.record(about(key)) is Noted.RECORDED
    assert receipts.record(about(key, Fate.UNKNOWN_NUMBER)) is Noted.KNOWN
    record = the_record(outbox)
    assert (record.status, record.last_error, record.undelivered) == (MessageStatus.SENT, None, None)


def test_what_is_sent_anew_travels_under_a_key_of_its_own_and_old_reports_leave_it_alone(
    engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts
) -> None:
    key = sent(engine, outbox)
    receipts.record(about(key, Fate.UNKNOWN_NUMBER))
    assert outbox.resend(key, datetime.now(UTC))
    (again,) = outbox.claim_due(Channel.SMS, soon(), 1)
    assert (again.message.key, again.outgoing.key) == (key, sending_key(key, 1))
    outbox.mark_sent(again, Receipt("sms-2", "digest"), soon())
    assert receipts.record(about(key, Fate.UNKNOWN_NUMBER)) is Noted.KNOWN
    assert receipts.record(about(sending_key(key, 1))) is Noted.RECORDED
    record = the_record(outbox)
    assert (record.status, record.receipt, record.delivered_at) == (MessageStatus.SENT, "sms-2", AT)


def test_what_was_refused_is_sent_again_under_the_same_key(engine: Engine, outbox: PostgresOutbox) -> None:
    claim = claimed(engine, outbox)
    outbox.mark_dead(claim, "拒收")
    outbox.resend(claim.message.key, datetime.now(UTC))
    (again,) = outbox.claim_due(Channel.SMS, soon(), 1)
    assert again.outgoing.key == claim.message.key


def test_a_report_about_nothing_that_was_sent_is_unknown(
    engine: Engine, outbox: PostgresOutbox, receipts: DeliveryReceipts
) -> None:
    key = sent(engine, outbox)
    post(engine, message(2, channel=Channel.MAIL))
    for other in ("nothing", f"{key}#1", f"{key}#0", f"{key}#", message(2, channel=Channel.MAIL).key):
        assert receipts.record(about(other, Fate.FAILED)) is Noted.UNKNOWN, other
    assert {record.undelivered for record in outbox.list_messages()} == {None}


def test_only_the_exact_body_signed_with_the_secret_is_genuine(engine: Engine) -> None:
    door = DeliveryReceipts(engine, b"secret")
    assert door.is_genuine(b"{}", sign(b"secret", b"{}"))
    for body, signature in (
        (b"{ }", sign(b"secret", b"{}")),
        (b"{}", sign(b"other", b"{}")),
        (b"{}", ""),
        (b"{}", "é"),
    ):
        assert not door.is_genuine(body, signature)
    assert not DeliveryReceipts(engine, b"").is_genuine(b"{}", sign(b"", b"{}")), "no secret, nobody is believed"


def test_the_chat_hears_of_a_notice_once_when_its_first_letter_is_taken_up(engine: Engine) -> None:
    telling = PostgresOutbox(engine, to_the_chat={NoticeKind.ESCALATED})
    post(
        engine,
        *(
            message(1, NoticeKind.ESCALATED, channel, recipient)
            for channel in (Channel.SMS, Channel.MAIL)
            for recipient in ("officer-00", "officer-01")
        ),
        message(2),
        message(3, NoticeKind.ESCALATED, Channel.SMS, "officer-00", wait=timedelta(hours=9)),
    )
    assert telling.claim_due(Channel.WORK_CHAT, soon(), 10) == []
    for channel in (Channel.SMS, Channel.MAIL):
        telling.claim_due(channel, soon(), 10)
    (copy,) = telling.claim_due(Channel.WORK_CHAT, soon(), 10)
    assert copy.message.kind is NoticeKind.ESCALATED
    assert [
        record.message.key for record in telling.list_messages() if record.message.channel is Channel.WORK_CHAT
    ] == [copy.message.key]
