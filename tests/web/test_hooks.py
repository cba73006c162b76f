"""Delivery receipts over HTTP: signed or not at all, once, answered plainly; and the way from gateway to page."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from activities.courier import Receipt
from adapters.courier import OutboxCourier
from adapters.deliveries import DeliveryReceipts
from adapters.outbox import PostgresOutbox
from adapters.signed_http import sign
from models.notices import Channel, MessageStatus
from tests.messages.support import CASE_NO, SECRET, Counterparts, close, eventually, message, post, senders
from tests.web.pages import Pages, text_of, with_another
from web.access import LARGEST_SIGNED_BODY

AT = "2026-02-14T09:30:00+08:00"
KEY = message().key


@pytest.fixture
def door(pages: Pages) -> Iterator[Pages]:
    """The desk with the gateway's secret, and one SMS that the gateway has taken."""
    engine = pages.installation.engine
    outbox = PostgresOutbox(engine)
    sms = message()
    post(engine, sms)
    (claim,) = outbox.claim_due(Channel.SMS, sms.not_before, 1)
    outbox.mark_sent(claim, Receipt("sms-1", "digest"), sms.not_before)
    receipts = DeliveryReceipts(engine, SECRET.encode())
    with with_another(pages, messages=replace(pages.desk.messages, receipts=receipts)) as browser:
        yield browser


def report(pages: Pages, body: str, secret: str = SECRET) -> httpx2.Response:
    """POST a report."""
    headers = {"X-Signature": sign(secret.encode(), body.encode())} if secret else {}
    return pages.client.post("/hooks/sms", content=body.encode(), headers=headers)


def of(key: str, fate: str = "delivered") -> str:
    """The body of a report."""
    return f'{{"id": "{key}", "fate": "{fate}", "at": "{AT}", "receipt": "sms-1"}}'


def the_status(pages: Pages) -> tuple[MessageStatus, bool]:
    """How the SMS stands, and whether it is known to have arrived."""
    (record,) = PostgresOutbox(pages.installation.engine).list_messages()
    return record.status, record.delivered_at is not None


def test_a_signed_report_is_written_down_once(door: Pages) -> None:
    answers = [report(door, of(KEY)) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"result": "recorded"}),
        (200, {"result": "known"}),
    ]
    assert the_status(door) == (MessageStatus.SENT, True)


@pytest.mark.parametrize("secret", ["", "another"])
def test_an_unsigned_report_changes_nothing_and_is_written_down_as_refused(door: Pages, secret: str) -> None:
    answer = report(door, of(KEY, "failed"), secret)
    assert answer.status_code == 401
    assert "签名" in answer.json()["error"]
    assert the_status(door) == (MessageStatus.SENT, False)
    assert door.desk.refusals.page(None, 1)[0].path == "/hooks/sms"


def test_a_login_is_no_signature(door: Pages) -> None:
    door.log_in("admin-01")
    assert door.post("/hooks/sms").status_code == 401


def test_a_desk_without_a_secret_believes_nobody(pages: Pages) -> None:
    assert report(pages, of(KEY), secret="x").status_code == 401


def test_a_message_that_was_never_sent_is_said_to_be_unknown(door: Pages) -> None:
    answer = report(door, of("nothing"))
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("没有以这个编号发送过短信")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("", "body"),
        ("[]", "body"),
        ('{"id": "k"}', "fate"),
        (of(KEY, "lost"), "fate"),
        (of(KEY).replace(AT, "2026-02-14T09:30:00"), "at"),
        (of(KEY).replace('"receipt"', '"mobile"'), "mobile"),
    ],
)
def test_what_is_no_receipt_is_refused_by_the_field(door: Pages, body: str, names: str) -> None:
    answer = report(door, body)
    assert answer.status_code == 422
    assert names in answer.json()["error"]
    assert the_status(door) == (MessageStatus.SENT, False)


@pytest.mark.usefixtures("no_time_between_requests")
def test_who_goes_on_without_a_signature_is_slowed_and_the_gateway_is_not(door: Pages) -> None:
    statuses = [report(door, of(KEY), "another").status_code for _ in range(70)]
    assert statuses == [401] * 60 + [429] * 10
    assert len(door.desk.refusals.page(None, 100)) == 60
    assert report(door, of(KEY)).status_code == 200


def test_a_body_beyond_all_measure_is_not_read_to_its_end(door: Pages) -> None:
    assert report(door, "x" * (LARGEST_SIGNED_BODY + 1)).status_code == 401


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


async def test_the_gateway_reports_back_and_the_board_shows_it(pages: Pages, tmp_path: Path) -> None:
    engine = pages.installation.engine
    outbox = PostgresOutbox(engine)
    receipts = DeliveryReceipts(engine, SECRET.encode())
    gateway = Counterparts.start(tmp_path / "counterparts")
    gateway.deliver(n13800000001="unknown-number")
    post(engine, message(1), message(2, recipient="officer-01"))
    with (
        with_another(pages, messages=replace(pages.desk.messages, receipts=receipts)) as browser,
        listening(browser.app) as address,
    ):
        stop = asyncio.Event()
        courier = OutboxCourier(
            outbox, senders(gateway.url, gateway.smtp_port, receipts_to=lambda: f"{address}/hooks/sms")
        )
        task = asyncio.create_task(courier.drain([Channel.SMS], stop))
        try:
            await eventually(
                lambda: all(one.delivered_at or one.undelivered for one in outbox.list_messages()), what="reported"
            )
        finally:
            stop.set()
            await task
            await close(courier)
            gateway.stop()
        browser.log_in("supervisor-01")
        shown = text_of(browser.get("/messages", case=CASE_NO))
    assert "已送到手机" in shown
    assert "短信没有送到：空号" in shown
    expected = {MessageStatus.SENT: 1, MessageStatus.DEAD: 1}
    assert outbox.counts() == dict.fromkeys(MessageStatus, 0) | expected
