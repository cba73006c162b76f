"""The work chat: one message per notice, taken only when the service says so, its address never told."""

import json
import logging
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter

from activities.courier import DeliveryError, Refused, Unavailable
from adapters.letters import Letters
from adapters.work_chat import WorkChatSender
from counterparts.misbehaviour import Mode
from models.errors import BadInput
from models.notices import WORK_CHAT, Channel, NoticeKind, chat_copy
from tests.messages.support import FACTS, IMPATIENT_SECONDS, PATIENT_SECONDS, ROOT, Counterparts, message

LETTERS = Letters(ROOT / "jurisdictions")
ROBOT = "wecombot://a-secret-robot"


def chat(counterparts: Counterparts, patience: float = PATIENT_SECONDS) -> WorkChatSender:
    """A sender to the counterpart's group."""
    address = SecretStr(f"{counterparts.url.replace('http', 'json', 1)}/chat")
    return WorkChatSender(address, LETTERS, read_seconds=patience)


def escalated(**changes: Any) -> Any:
    """What the chat is told of an escalation."""
    return chat_copy(message(kind=NoticeKind.ESCALATED, **changes))


def answering(monkeypatch: pytest.MonkeyPatch, status: int, body: str) -> None:
    """Let every service answer like this; nothing leaves the machine."""

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content, answer.request = status, body.encode(), request
        answer.url = request.url or ""
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)


def test_all_letters_of_one_notice_make_one_message_for_the_chat() -> None:
    letters = [
        message(kind=NoticeKind.ESCALATED, channel=channel, recipient=recipient)
        for channel in (Channel.SMS, Channel.MAIL)
        for recipient in ("officer-00", "officer-01", "a:b")
    ]
    (copy,) = {chat_copy(letter).key: chat_copy(letter) for letter in letters}.values()
    assert (copy.channel, copy.recipient, copy.kind) == (Channel.WORK_CHAT, WORK_CHAT, NoticeKind.ESCALATED)
    assert copy.context == letters[0].context
    assert chat_copy(message(2, kind=NoticeKind.ESCALATED)).key != copy.key


async def test_the_group_reads_subject_and_text_under_the_messages_key(counterparts: Counterparts) -> None:
    receipt = await chat(counterparts).send(escalated())
    (kept,) = counterparts.received(service="chat")
    assert kept["key"] == escalated().key
    assert kept["receipt"] == receipt.number
    assert kept["digest"] == receipt.payload_digest
    assert kept["kind"] == "escalated"
    assert kept["subject"].startswith("【差评整改】升级处理")
    assert str(FACTS["due"]) in kept["body"]


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.PARTIAL])
async def test_what_was_not_taken_is_never_called_taken(mode: Mode, counterparts: Counterparts) -> None:
    counterparts.misbehave(mode.value, -1, "chat")
    expected = Refused if mode is Mode.REFUSE else Unavailable
    is_silent = mode in (Mode.TIMEOUT, Mode.HANG_AFTER_ACCEPT)
    with pytest.raises(DeliveryError) as raised:
        await chat(counterparts, IMPATIENT_SECONDS if is_silent else PATIENT_SECONDS).send(escalated())
    assert type(raised.value) is expected
    assert str(raised.value).startswith("工作群")
    counterparts.misbehave(mode.value, 0, "chat")
    await chat(counterparts).send(escalated())
    (kept,) = counterparts.received(service="chat")
    assert kept["differing"] == 0


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"errcode": 45009, "errmsg": "api freq out of limit"}, "没有收下消息（45009）：api freq out of limit"),
        ({"errcode": 93000}, "没有收下消息（93000）"),
        ({}, "不是约定的格式"),
        ([], "不是约定的格式"),
    ],
)
async def test_a_robot_that_answers_200_and_took_nothing_is_asked_again(
    body: object, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, 200, json.dumps(body))
    with pytest.raises(Unavailable, match=says):
        await WorkChatSender(SecretStr(ROBOT), LETTERS).send(escalated())


async def test_a_robot_that_took_the_message_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 200, '{"errcode":0,"errmsg":"ok"}')
    receipt = await WorkChatSender(SecretStr(ROBOT), LETTERS).send(escalated())
    assert receipt.number == "HTTP 200"
    assert len(receipt.payload_digest) == 64


async def test_without_an_address_messages_wait_and_say_for_what() -> None:
    with pytest.raises(Unavailable, match="HAOCHAPING_CHAT_URL"):
        await WorkChatSender(SecretStr(""), LETTERS).send(escalated())


def test_an_address_that_nobody_knows_stops_the_start_without_being_told() -> None:
    with pytest.raises(BadInput, match="HAOCHAPING_CHAT_URL") as raised:
        WorkChatSender(SecretStr("nonsense://a-secret-robot"), LETTERS)
    assert "a-secret-robot" not in str(raised.value)


async def test_the_address_stands_in_no_log_line_and_no_picture_of_the_sender(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering(monkeypatch, 500, "broken")
    sender = WorkChatSender(SecretStr(ROBOT), LETTERS)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as raised:
        await sender.send(escalated())
    for told in (caplog.text, repr(sender), str(raised.value)):
        assert "a-secret-robot" not in told
