"""Notices to a work chat (工作群): 企业微信, 钉钉, 飞书 and whatever else `apprise` knows, behind one address.

Decides when a message counts as taken. `apprise` says only whether the HTTP status was a good one, but 企业微信, 钉钉
and 飞书 answer 200 also when they took nothing (too many messages in a minute, a robot that was removed) and say so in
the body; so the answer itself is read. What no such service has is a key by which it would know a repeat: a message
that was taken while the answer was lost stands in the group twice. Only an address `json://` or `jsons://`, a service
of the city's own, gets `Idempotency-Key` and has to answer with a receipt, as the SMS gateway does.

The address holds the robot's secret: it is never logged, and neither are the lines of the libraries that would name it.
"""

import asyncio
import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from apprise import Apprise, NotifyBase, NotifyType
from apprise.plugins.custom_json import NotifyJSON
from pydantic import SecretStr

from activities.courier import Receipt, Refused, Unavailable
from adapters.letters import LetterError, Letters
from adapters.signed_http import need_success, receipt_in
from models.errors import BadInput
from models.notices import Message

NAME = "工作群"
CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
TURN_SECONDS = 10.0
"""How long a message waits for those before it; with its own time that is less than a courier waits for both."""

_TAKEN_CODE = {"wecombot": "errcode", "dingtalk": "errcode", "feishu": "code", "lark": "code"}
"""By scheme of the address: the field of the answer that is 0 when the message was taken."""

_one_at_a_time = threading.Lock()

for _library in ("apprise", "urllib3"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class WorkChatSender:
    """The work chat. With an empty address every message waits: somebody took the setting away.

    Raises BadInput for an address that `apprise` does not know.
    """

    url: SecretStr
    letters: Letters
    read_seconds: float = READ_SECONDS
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _address: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_address", self.url.get_secret_value())
        if self._address:
            self._robot()

    async def send(self, message: Message) -> Receipt:
        """Raises Refused for a letter that cannot be written or that the service will not take; Unavailable else."""
        if not self._address:
            raise Unavailable(f"没有设置{NAME}的地址（HAOCHAPING_CHAT_URL），消息留待设置以后发送")
        try:
            subject, text = self.letters.mail(message).subject, self.letters.sms(message)
        except LetterError as fault:
            raise Refused(str(fault)) from fault
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise Unavailable(f"{NAME}没有在规定时间内应答") from None
        try:
            return await asyncio.to_thread(self._hand_over, message, subject, text)
        finally:
            self._turn.release()

    def _hand_over(self, message: Message, subject: str, text: str) -> Receipt:
        robot = self._robot()
        if isinstance(robot, NotifyJSON):
            robot.headers["Idempotency-Key"] = message.key
            robot.payload_extras |= {"kind": message.kind.value, "case_no": message.case_no}
        with _answers() as heard:
            robot.notify(body=text, title=subject, notify_type=NotifyType.WARNING)
        if heard.failure is not None:
            raise _no_answer(heard.failure) from heard.failure
        if not heard.answers:
            raise Unavailable(f"{NAME}没有收下消息，请检查地址（HAOCHAPING_CHAT_URL）")
        numbers = [self._taken(robot, answer) for answer in heard.answers]
        sent = b"".join(_body_of(answer) for answer in heard.answers)
        return Receipt(number="、".join(numbers), payload_digest=hashlib.sha256(sent).hexdigest())

    def _taken(self, robot: NotifyBase, answer: requests.Response) -> str:
        """What stands for a receipt. Raises a DeliveryError when the answer says that the message was not taken."""
        need_success(NAME, answer.status_code, answer.text)
        if isinstance(robot, NotifyJSON):
            return receipt_in(NAME, answer.content)
        if (code := _TAKEN_CODE.get(str(robot.secure_protocol))) is not None:
            _need_taken(answer, code)
        return f"HTTP {answer.status_code}"

    def _robot(self) -> NotifyBase:
        robot = Apprise.instantiate(self._address)
        if robot is None:
            raise BadInput("HAOCHAPING_CHAT_URL 不是 apprise 能识别的地址，请核对（地址含密钥，这里不显示）。")
        robot.socket_connect_timeout, robot.socket_read_timeout = CONNECT_SECONDS, self.read_seconds
        return robot


@dataclass
class _Heard:
    """What the service answered, or why it did not."""

    answers: list[requests.Response] = field(default_factory=list)
    failure: requests.RequestException | None = None


@contextmanager
def _answers() -> Iterator[_Heard]:
    """The answers of the service while the block runs: `apprise` keeps them to itself and offers no place to look."""
    heard, send = _Heard(), requests.Session.send

    def listening(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        try:
            answer = send(session, request, **options)
        except requests.RequestException as failure:
            heard.failure = failure
            raise
        heard.answers.append(answer)
        return answer

    with _one_at_a_time:
        requests.Session.send = listening  # type: ignore[method-assign, assignment]
        try:
            yield heard
        finally:
            requests.Session.send = send  # type: ignore[method-assign]


def _no_answer(failure: requests.RequestException) -> Unavailable:
    if isinstance(failure, requests.Timeout):
        return Unavailable(f"{NAME}没有在规定时间内应答")
    return Unavailable(f"{NAME}连接失败（{type(failure).__name__}），请检查地址和网络")


def _need_taken(answer: requests.Response, code: str) -> None:
    try:
        said = json.loads(answer.content)
        number = said[code]
    except (ValueError, LookupError, TypeError):
        raise Unavailable(f"{NAME}的应答不是约定的格式，不能认定已接收") from None
    if number != 0:
        why = str(said.get("errmsg") or said.get("msg") or "")[:200]
        raise Unavailable(f"{NAME}没有收下消息（{number}）：{why}")


def _body_of(answer: requests.Response) -> bytes:
    body = answer.request.body
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
