"""JSON over HTTP to a service outside: with an idempotency key, a signature and a receipt.

Decides what each answer means for the message. What is in the body is left to `adapters.sms` and
`adapters.reporting`.

The wire, the same for the SMS gateway, the reporting service and the provincial platform:
- `Idempotency-Key` is the message's key; the service keeps one message per key and answers a repeat with the
same
  receipt;
- `X-Signature: sha256=<hex>` is HMAC-SHA256 over the exact body with the configured secret; absent without a
secret;
- a 2xx answer is a JSON object with a non-empty string `receipt`. Anything else is no receipt, and the
message goes
  again.
"""

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping

import httpx

from activities.courier import NotYet, Receipt, Refused, Unavailable

TIMEOUT = httpx.Timeout(10.0, connect=5.0)

_ABOUT_US = frozenset({401, 403, 404, 405, 407})
"""They speak of our address or credentials, not of the message: no message is given up for a wrong setting.
"""

_LATER = frozenset({408, 425, 429})


class SignedHttp:
    """One service behind one address; `name` is how people call it in the reasons that they read."""

    def __init__(
        self,
        name: str,
        url: str,
        secret: str = "",
        timeout: httpx.Timeout = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._name = name
        self._url = url
        self._secret = secret.encode()
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=not _is_loopback(url), transport=transport)

    async def post(self, key: str, content: Mapping[str, object]) -> Receipt:
        """Hand `content` over under `key` and return the receipt. Raises as `ask` does."""
        answer, digest = await self._exchange(key, content)
        return Receipt(number=receipt_in(self._name, answer), payload_digest=digest)

    async def ask(self, key: str, content: Mapping[str, object]) -> bytes:
        """Hand `content` over under `key` and return the body of the answer.

        Raises Unavailable (down, no time, unreadable answer, our settings), NotYet (the same key is being
        worked on) or Refused (the service will not take this content).
        """
        answer, _ = await self._exchange(key, content)
        return answer

    async def _exchange(self, key: str, content: Mapping[str, object]) -> tuple[bytes, str]:
        """The body of a successful answer, and the digest of what was sent."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        if self._secret:
            headers["X-Signature"] = sign(self._secret, body)
        try:
            answer = await self._client.post(self._url, content=body, headers=headers)
        except httpx.TimeoutException as failure:
            raise Unavailable(f"{self._name}没有在规定时间内应答") from failure
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise Unavailable(f"{self._name}连接失败（{type(failure).__name__}），请检查地址和网络") from failure
        need_success(self._name, answer.status_code, answer.text)
        return answer.content, hashlib.sha256(body).hexdigest()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def need_success(name: str, status: int, text: str) -> None:
    """Raises Unavailable, NotYet or Refused for an answer without success: what it says of the message or of us."""
    if status in _ABOUT_US:
        raise Unavailable(f"{name}不接受本系统的请求（HTTP {status}），请检查地址和密钥设置")
    if status == httpx.codes.CONFLICT:
        raise NotYet(f"{name}正在处理同一条消息（HTTP 409）")
    if 400 <= status < 500 and status not in _LATER:
        raise Refused(f"{name}拒收（HTTP {status}）：{text[:200]}")
    if not 200 <= status < 300:
        raise Unavailable(f"{name}暂时不能接收（HTTP {status}）")


def receipt_in(name: str, body: bytes) -> str:
    """The receipt in the body of a successful answer. Raises Unavailable when there is none."""
    try:
        receipt = json.loads(body)["receipt"]
    except (ValueError, LookupError, TypeError):
        receipt = None
    if not isinstance(receipt, str) or not receipt:
        raise Unavailable(f"{name}的应答不是约定的格式，没有回执号，不能认定已接收")
    return receipt


def sign(secret: bytes, body: bytes) -> str:
    """The value of the `X-Signature` header."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def _is_loopback(url: str) -> bool:
    """A proxy of the environment has no business between two processes of one machine."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
