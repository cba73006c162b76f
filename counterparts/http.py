"""The SMS gateway, the 12345 platform, a work chat, and the page on which a person reads what arrived.

The provincial platform stands in `counterparts.platform`.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from counterparts.manners import after, before, is_signed
from counterparts.misbehaviour import SERVICES, Misbehaviour
from counterparts.page import PAGE_SIZE, render
from counterparts.platform import PlatformServices
from counterparts.receipts import Receipts
from counterparts.record_store import RecordStore
from counterparts.store import Arrival, Store


def application(
    store: Store, records: RecordStore, misbehaviour: Misbehaviour, secrets: Mapping[str, str]
) -> Starlette:
    """The HTTP side. `secrets` by service: where one is set, a request without its signature is refused."""
    platform = PlatformServices(records, misbehaviour, secrets.get("platform", ""))
    services = _Services(store, misbehaviour, secrets, Receipts(secrets.get("sms", "")))
    return Starlette(
        routes=[
            Route("/", services.page),
            Route("/sms", services.sms, methods=["POST"]),
            Route("/reports", services.report, methods=["POST"]),
            Route("/chat", services.chat, methods=["POST"]),
            Route("/api/messages", services.messages),
            Route("/misbehave", services.misbehave, methods=["GET", "POST"]),
            Route("/replies", services.reply, methods=["POST"]),
            Route("/deliveries", services.deliveries, methods=["GET", "POST"]),
            Route("/health", services.health),
            *platform.routes(),
        ]
    )


class _Services:
    def __init__(
        self, store: Store, misbehaviour: Misbehaviour, secrets: Mapping[str, str], receipts: Receipts
    ) -> None:
        self._store = store
        self._receipts = receipts
        self._misbehaviour = misbehaviour
        self._secrets = secrets

    async def sms(self, request: Request) -> Response:
        """Take one SMS: {"to", "text"} and, for the page, "recipient", "kind", "case_no".

        With "receipt_to" what became of it is reported there.
        """
        return await self._take("sms", request, _sms_arrival)

    async def report(self, request: Request) -> Response:
        """Take one report: any JSON object with "reportType" and "caseNo"."""
        return await self._take("report", request, _report_arrival)

    async def chat(self, request: Request) -> Response:
        """Take one message for the group, in the JSON that `apprise` sends: {"title", "message"}."""
        return await self._take("chat", request, _chat_arrival)

    async def page(self, request: Request) -> Response:
        """The page for people."""
        service, kind, text = (request.query_params.get(name, "") for name in ("service", "kind", "text"))
        page = max(1, _whole_number(request.query_params.get("page"), 1))
        total = self._store.count(service, kind, text)
        kept = self._store.find(service, kind, text, PAGE_SIZE, (page - 1) * PAGE_SIZE)
        said = request.query_params.get("said", "")
        return HTMLResponse(render(kept, total, page, service, kind, text, self._store.kinds(), said))

    async def messages(self, request: Request) -> Response:
        """What was kept, newest first, for programs: {"total", "messages": […]}."""
        service, kind, text = (request.query_params.get(name, "") for name in ("service", "kind", "text"))
        limit = _whole_number(request.query_params.get("limit"), 1000)
        offset = _whole_number(request.query_params.get("offset"), 0)
        kept = self._store.find(service, kind, text, limit, offset)
        return JSONResponse(
            {
                "total": self._store.count(service, kind, text),
                "messages": [asdict(message) for message in kept],
            }
        )

    async def misbehave(self, request: Request) -> Response:
        """Show or order misbehaviour."""
        if request.method == "POST":
            try:
                plan = await request.json()
                if not isinstance(plan, dict):
                    raise ValueError("an object by service is expected: " + ", ".join(SERVICES))
                self._misbehaviour.order(plan)
            except ValueError as mistake:
                return JSONResponse({"error": str(mistake)}, status_code=400)
        return JSONResponse(self._misbehaviour.shown())

    async def deliveries(self, request: Request) -> Response:
        """Show or order what becomes of the SMS to some numbers."""
        if request.method == "POST":
            try:
                fates = await request.json()
                if not isinstance(fates, dict):
                    raise ValueError("an object by number is expected")
                self._receipts.order(fates)
            except ValueError as mistake:
                return JSONResponse({"error": str(mistake)}, status_code=400)
        return JSONResponse(self._receipts.shown())

    async def reply(self, request: Request) -> Response:
        """The form of the page: the reader of an SMS, known by its number there, answers it with a text."""
        async with request.form() as form:
            number, text = (str(form.get(name, "")) for name in ("message", "text"))
        message = self._store.message(_whole_number(number, 0))
        if message is None or message.service != "sms":
            return JSONResponse({"error": "there is no such SMS"}, status_code=404)
        try:
            status, answer = await self._receipts.answer(message.address, text)
        except LookupError:
            said = "nowhere"
        except httpx.HTTPError:
            said = "unreachable"
        else:
            said = json.loads(answer)["result"] if status == HTTPStatus.OK else f"HTTP {status}"
        return RedirectResponse(f"/?{urlencode({'service': 'sms', 'said': said})}", status_code=HTTPStatus.SEE_OTHER)

    async def health(self, request: Request) -> Response:
        """Whether the process answers."""
        return PlainTextResponse("ok\n")

    async def _take(
        self, service: str, request: Request, read: Callable[[str, dict[str, Any], str], Arrival]
    ) -> Response:
        body = await request.body()
        mode = self._misbehaviour.next(service)
        if (answer := await before(mode)) is not None:
            return answer
        if not is_signed(self._secrets.get(service, ""), request, body):
            return JSONResponse({"error": "signature missing or wrong"}, status_code=401)
        key = request.headers.get("Idempotency-Key", "")
        try:
            content = json.loads(body)
            if not isinstance(content, dict):
                raise ValueError("a JSON object is expected")
            arrival = read(key, content, hashlib.sha256(body).hexdigest())
        except (ValueError, LookupError, TypeError) as mistake:
            return JSONResponse({"error": f"unreadable: {mistake!r}"}, status_code=400)
        receipt = await asyncio.to_thread(self._store.keep, arrival)
        if service == "sms":
            self._receipts.expect(key, arrival.address, receipt, str(content.get("receipt_to", "")))
        return await after(mode) or JSONResponse({"receipt": receipt})


def _sms_arrival(key: str, body: dict[str, Any], digest: str) -> Arrival:
    return Arrival(
        service="sms",
        key=_needed(key),
        kind=str(body.get("kind", "")),
        case_no=str(body.get("case_no", "")),
        recipient=str(body.get("recipient", "")),
        address=_needed(body["to"]),
        subject="",
        body=_needed(body["text"]),
        digest=digest,
    )


def _report_arrival(key: str, body: dict[str, Any], digest: str) -> Arrival:
    return Arrival(
        service="report",
        key=_needed(key),
        kind=_needed(body["reportType"]),
        case_no=_needed(body["caseNo"]),
        recipient="12345",
        address="",
        subject="",
        body=json.dumps(body, ensure_ascii=False, indent=2),
        digest=digest,
    )


def _chat_arrival(key: str, body: dict[str, Any], digest: str) -> Arrival:
    return Arrival(
        service="chat",
        key=_needed(key),
        kind=str(body.get("kind", "")),
        case_no=str(body.get("case_no", "")),
        recipient="",
        address="",
        subject=str(body.get("title", "")),
        body=_needed(body["message"]),
        digest=digest,
    )


def _needed(text: Any) -> str:
    if not isinstance(text, str) or not text:
        raise ValueError("a key, an address or a text is missing")
    return text


def _whole_number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else otherwise
