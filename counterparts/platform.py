"""The provincial platform: takes batches of records, gives a receipt for each, lists what it has of a day.

It understands the wire that `docs/push.md` describes, and misbehaves when told to. It can also be told to lose records,
so that a reconciliation has something to find.
"""

import asyncio
import json
from dataclasses import asdict
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from counterparts.manners import after, before, is_signed
from counterparts.misbehaviour import Misbehaviour, Mode
from counterparts.record_store import RecordStore, read_record, receipt_of

SERVICE = "platform"
MOST_IN_A_BATCH = 500
MOST_LISTED = 1000
SHOWN = 50

_REFUSED = "演示：按要求拒收"
_environment = Environment(
    loader=PackageLoader("counterparts"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class PlatformServices:
    """The routes below `/platform`."""

    def __init__(self, records: RecordStore, misbehaviour: Misbehaviour, secret: str) -> None:
        self._records = records
        self._misbehaviour = misbehaviour
        self._secret = secret

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/platform", self.page),
            Route("/platform/kept", self.kept),
            Route("/platform/records", self.take, methods=["POST"]),
            Route("/platform/records/list", self.listed, methods=["POST"]),
            Route("/platform/forget", self.forget, methods=["POST"]),
        ]

    async def take(self, request: Request) -> Response:
        """Take a batch: every record gets a receipt or is refused with a reason; too many at once are not taken."""
        body = await request.body()
        mode = self._misbehaviour.next(SERVICE)
        refuses, takes_a_part = mode is Mode.REFUSE, mode is Mode.PARTIAL
        if not refuses and (answer := await before(mode)) is not None:
            return answer
        if not is_signed(self._secret, request, body):
            return JSONResponse({"error": "signature missing or wrong"}, status_code=401)
        try:
            sent = json.loads(body)["records"]
            if len(sent) > MOST_IN_A_BATCH:
                return JSONResponse({"error": f"at most {MOST_IN_A_BATCH} records"}, status_code=413)
            records = [read_record(each) for each in sent]
        except (ValueError, LookupError, TypeError) as mistake:
            return JSONResponse({"error": f"unreadable: {mistake!r}"}, status_code=400)
        if refuses:
            return JSONResponse({"results": [{"key": record.key, "refused": _REFUSED} for record in records]})
        if takes_a_part:
            records = records[::2] if len(records) > 1 else []
        await asyncio.to_thread(self._records.keep, records)
        results = [{"key": record.key, "receipt": receipt_of(record)} for record in records]
        return await after(mode) or JSONResponse({"results": results})

    async def listed(self, request: Request) -> Response:
        """Keys and digests of a day, page by page."""
        body = await request.body()
        if not is_signed(self._secret, request, body):
            return JSONResponse({"error": "signature missing or wrong"}, status_code=401)
        mode = self._misbehaviour.next(SERVICE)
        if (answer := await before(mode)) is not None:
            return answer
        try:
            asked = json.loads(body)
            day, place, limit = str(asked["day"]), str(asked["after"]), min(int(asked["limit"]), MOST_LISTED)
        except (ValueError, LookupError, TypeError) as mistake:
            return JSONResponse({"error": f"unreadable: {mistake!r}"}, status_code=400)
        found = await asyncio.to_thread(self._records.of_day, day, place, limit)
        entries = [{"key": key, "digest": digest} for key, digest in found]
        return JSONResponse({"entries": entries, "next": found[-1][0] if len(found) == limit else ""})

    async def kept(self, request: Request) -> Response:
        """What is kept, for programs: {"total", "records": […]}."""
        kept = await asyncio.to_thread(self._records.newest, 100_000)
        return JSONResponse({"total": self._records.count(), "records": [asdict(each) for each in kept]})

    async def forget(self, request: Request) -> Response:
        """Lose the records of {"keys": […]}."""
        try:
            keys = [str(key) for key in (await request.json())["keys"]]
        except (ValueError, LookupError, TypeError) as mistake:
            return JSONResponse({"error": f"unreadable: {mistake!r}"}, status_code=400)
        return JSONResponse({"forgotten": await asyncio.to_thread(self._records.forget, keys)})

    async def page(self, request: Request) -> Response:
        """The page for people: the newest records with their fields."""
        kept = await asyncio.to_thread(self._records.newest, SHOWN)
        page = _environment.get_template("platform.html")
        return HTMLResponse(page.render(kept=kept, total=self._records.count(), shown=SHOWN, fields_of=_fields_of))


def _fields_of(text: str) -> list[tuple[str, Any]]:
    """The fields of a record that say something."""
    fields: dict[str, Any] = json.loads(text)
    return [(name, value) for name, value in fields.items() if value is not None]
