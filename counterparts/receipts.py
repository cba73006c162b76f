"""What the gateway tells the sender later, as operators do: what became of an SMS, and what its reader answered.

Decides what becomes of which number (it arrives, unless somebody ordered otherwise), and that a report that is not
taken is sent again a few times and then given up; an answer is sent once, and whoever played it reads what came of it.
Where to report the sender says with each SMS (`receipt_to`; answers go to `/replies` below it); without that nothing is
reported.
"""

import asyncio
import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime
from typing import Any

import httpx

FATES = ("delivered", "unknown-number", "failed", "silent")
"""What can become of a number's messages; of `silent` ones nothing is ever heard."""

AFTER_SECONDS = 0.3
"""How long an SMS takes to the telephone."""

PAUSES = (0.0, 1.0, 5.0, 30.0)
"""Seconds before each attempt to report."""

PATIENCE_SECONDS = 60.0
"""How long the sender may take over its answer."""

log = logging.getLogger(__name__)


class Receipts:
    """Reports what became of each SMS, once per key."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._fates: dict[str, str] = {}
        self._reporting: dict[str, asyncio.Task[None]] = {}
        self._sender = ""

    def order(self, fates: dict[str, Any]) -> None:
        """Say what becomes of numbers from now on: {"13800000000": "unknown-number"}.

        Raises ValueError for a fate that there is not, and changes nothing then.
        """
        for number, fate in fates.items():
            if fate not in FATES:
                raise ValueError(f"unknown fate {fate!r} of {number!r}; there are {', '.join(FATES)}")
        self._fates.update(fates)

    def shown(self) -> dict[str, str]:
        """The numbers of which something was ordered."""
        return dict(self._fates)

    def expect(self, key: str, number: str, receipt: str, address: str) -> None:
        """An SMS was taken; report later. A repeat of its key is not reported again."""
        self._sender = address or self._sender
        fate = self._fates.get(number, "delivered")
        if address and fate != "silent" and key not in self._reporting:
            self._reporting[key] = asyncio.create_task(self._report(key, fate, receipt, address))

    async def answer(self, number: str, text: str) -> tuple[int, str]:
        """The reader of an SMS answers it: HTTP status and body of what the sender said to that.

        Raises LookupError while no SMS has said where to report.
        """
        if not self._sender:
            raise LookupError("no SMS has said where to report")
        body = json.dumps({"from": number, "text": text, "at": _now()}, ensure_ascii=False).encode()
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            told = await client.post(f"{self._sender}/replies", content=body, headers=self._headers(body))
        return told.status_code, told.text

    async def _report(self, key: str, fate: str, receipt: str, address: str) -> None:
        await asyncio.sleep(AFTER_SECONDS)
        body = json.dumps({"id": key, "fate": fate, "at": _now(), "receipt": receipt}).encode()
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            for pause in PAUSES:
                await asyncio.sleep(pause)
                try:
                    answer = await client.post(address, content=body, headers=self._headers(body))
                except (httpx.HTTPError, httpx.InvalidURL) as failure:
                    log.warning("the receipt of %s is not taken: %r", key, failure)
                else:
                    if answer.is_success:
                        return
                    log.warning("the receipt of %s is not taken: HTTP %s", key, answer.status_code)

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers["X-Signature"] = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return headers


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
