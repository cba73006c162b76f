"""What each answer of a service means for a message."""

import httpx
import pytest

from activities.courier import DeliveryError, NotYet, Refused, Unavailable
from adapters.signed_http import SignedHttp, sign

RECEIPT = {"receipt": "r-1"}


def service(answer: httpx.Response | Exception, secret: str = "s") -> tuple[SignedHttp, list[httpx.Request]]:
    """A service that always answers like this, and the requests that it gets."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SignedHttp("短信网关", "http://127.0.0.1:9/sms", secret, transport=httpx.MockTransport(handle)), seen


@pytest.mark.parametrize("secret", ["", "s"])
async def test_a_message_travels_with_its_key_and_a_signature_over_its_exact_body(secret: str) -> None:
    gateway, seen = service(httpx.Response(202, json=RECEIPT), secret)
    receipt = await gateway.post("k-1", {"text": "签收"})
    await gateway.aclose()
    (request,) = seen
    assert receipt.number == "r-1"
    assert request.headers["Idempotency-Key"] == "k-1"
    assert request.content == '{"text":"签收"}'.encode()
    assert request.headers.get("X-Signature") == (sign(b"s", request.content) if secret else None)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, Refused, "短信网关拒收（HTTP 400）：because"),
        (410, Refused, "短信网关拒收（HTTP 410）"),
        (422, Refused, "短信网关拒收（HTTP 422）"),
        (409, NotYet, "正在处理同一条消息"),
        (401, Unavailable, "请检查地址和密钥设置"),
        (403, Unavailable, "请检查地址和密钥设置"),
        (404, Unavailable, "请检查地址和密钥设置"),
        (301, Unavailable, "暂时不能接收（HTTP 301）"),
        (408, Unavailable, "暂时不能接收（HTTP 408）"),
        (429, Unavailable, "暂时不能接收（HTTP 429）"),
        (500, Unavailable, "暂时不能接收（HTTP 500）"),
        (503, Unavailable, "暂时不能接收（HTTP 503）"),
    ],
)
async def test_an_answer_without_success_says_whether_the_message_or_the_service_is_meant(
    status: int, error: type[DeliveryError], says: str
) -> None:
    gateway, _ = service(httpx.Response(status, text="because"))
    with pytest.raises(error) as raised:
        await gateway.post("k-1", {})
    await gateway.aclose()
    assert type(raised.value) is error
    assert says in str(raised.value)


@pytest.mark.parametrize("body", [b"", b"ok", b"<html>", b"[]", b"{}", b'{"receipt":""}', b'{"receipt":7}', b"\xff"])
async def test_success_without_a_receipt_is_no_success(body: bytes) -> None:
    gateway, _ = service(httpx.Response(200, content=body))
    with pytest.raises(Unavailable, match="没有回执号，不能认定已接收"):
        await gateway.post("k-1", {})
    await gateway.aclose()


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (httpx.ReadTimeout("x"), "短信网关没有在规定时间内应答"),
        (httpx.ConnectError("x"), "短信网关连接失败（ConnectError），请检查地址和网络"),
        (httpx.RemoteProtocolError("x"), "短信网关连接失败（RemoteProtocolError），请检查地址和网络"),
    ],
)
async def test_no_answer_is_no_verdict_on_the_message(failure: Exception, says: str) -> None:
    gateway, _ = service(failure)
    with pytest.raises(Unavailable) as raised:
        await gateway.post("k-1", {})
    await gateway.aclose()
    assert str(raised.value) == says
