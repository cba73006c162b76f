"""The provincial platform (省平台): hands records over in batches, and asks for what it has of a day.

Decides what travels, how an answer is read, and what becomes of one that says nothing about a record. What is in a
record is decided in `policy.pushing`, what a failure means for the queue in `adapters.push_courier`; the signature and
the status codes are those of `adapters.signed_http`.

The wire, below the platform's address, all POST and UTF-8 JSON:
- `/records`: `{"batchNo", "records": [{"key", "digest", "version", "day", "kind", "fields"}]}` →
  `{"results": [{"key", "receipt"} | {"key", "refused"}]}`. The platform keeps one record per key, that of the highest
  version; the same record again gets the same receipt. A record that is missing from the results was not settled.
- `/records/list`: `{"day", "after", "limit"}` → `{"entries": [{"key", "digest"}], "next"}`; `next` is empty at the end.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from activities.courier import Unavailable
from adapters.signed_http import TIMEOUT, SignedHttp
from models.pushes import PushAnswer, PushRecord
from policy.pushing import batch_key

NAME = "省平台"
"""How people call it in the reasons that they read."""

_LISTED_AT_ONCE = 1000
_NO_SENSE = f"{NAME}的应答不是约定的格式，不能认定已接收"


@dataclass(frozen=True)
class Platform:
    """The platform at its address. Every call opens its own connection, so that it can be used from any event loop."""

    url: str
    secret: str
    timeout: httpx.Timeout = field(default_factory=lambda: TIMEOUT)

    async def push(self, records: Sequence[PushRecord]) -> dict[str, PushAnswer]:
        """Hand records over; what the platform said of each, by key.

        Raises Unavailable, NotYet or Refused (the whole batch) as `SignedHttp.ask` does.
        """
        number = batch_key({record.key.text: record.digest for record in records})
        answer = await self._ask("/records", number, {"batchNo": number, "records": [_wire(each) for each in records]})
        try:
            return {each["key"]: _answer(each) for each in json.loads(answer)["results"]}
        except (ValueError, LookupError, TypeError):
            raise Unavailable(_NO_SENSE) from None

    async def listed(self, day: date) -> dict[str, str]:
        """The digests of what the platform has of that day of evaluation, by key. Raises as `push` does."""
        found: dict[str, str] = {}
        after = ""
        while True:
            question = {"day": day.isoformat(), "after": after, "limit": _LISTED_AT_ONCE}
            number = hashlib.sha256(json.dumps(question).encode()).hexdigest()
            answer = await self._ask("/records/list", number, question)
            try:
                content = json.loads(answer)
                page = {str(each["key"]): str(each["digest"]) for each in content["entries"]}
                goes_on = str(content["next"])
            except (ValueError, LookupError, TypeError):
                raise Unavailable(_NO_SENSE) from None
            found |= page
            if not goes_on:
                return found
            if goes_on == after:
                raise Unavailable(f"{NAME}的清单没有尽头，请联系省平台")
            after = goes_on

    async def _ask(self, path: str, key: str, content: dict[str, Any]) -> bytes:
        service = SignedHttp(NAME, self.url.rstrip("/") + path, self.secret, self.timeout)
        try:
            return await service.ask(key, content)
        finally:
            await service.aclose()


def _wire(record: PushRecord) -> dict[str, Any]:
    return {
        "key": record.key.text,
        "digest": record.digest,
        "version": record.version,
        "day": record.day.isoformat(),
        "kind": record.key.kind.value,
        "fields": record.fields,
    }


def _answer(said: dict[str, Any]) -> PushAnswer:
    """What one result says; a receipt that is none is no answer."""
    receipt, refused = said.get("receipt"), said.get("refused")
    if isinstance(receipt, str) and receipt:
        return PushAnswer(receipt=receipt)
    if isinstance(refused, str) and refused:
        return PushAnswer(refused=f"{NAME}拒收：{refused[:200]}")
    return PushAnswer()
