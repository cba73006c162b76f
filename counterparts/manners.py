"""How every service misbehaves on HTTP, and whether a request is signed.

Decides what each mode looks like on the wire; which one is played when is decided in `counterparts.misbehaviour`.
"""

import asyncio
import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from counterparts.misbehaviour import Mode

PATIENCE_SECONDS = 60.0
"""How long a hanging service hangs; longer than any sender waits."""

_STATUS = {Mode.ERROR: 500, Mode.BUSY: 429, Mode.REFUSE: 422, Mode.UNAUTHORISED: 401}


class BrokenOff(Response):
    """An answer that promises more than it sends, so that the connection breaks under the reader."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


async def before(mode: Mode | None) -> Response | None:
    """The answer of a mode in which nothing is kept; None when the request is looked at."""
    if mode in _STATUS:
        return JSONResponse({"error": mode.value}, status_code=_STATUS[mode])
    if mode is Mode.REFUSE_CONNECTION:
        return BrokenOff()
    if mode is Mode.NONSENSE:
        return HTMLResponse("<html>welcome</html>")
    if mode is Mode.TIMEOUT:
        await asyncio.sleep(PATIENCE_SECONDS)
        return BrokenOff()
    return None


async def after(mode: Mode | None) -> Response | None:
    """The answer of a mode in which everything was kept; None for good behaviour."""
    if mode is Mode.HANG_AFTER_ACCEPT:
        await asyncio.sleep(PATIENCE_SECONDS)
    return BrokenOff() if mode in (Mode.DROP_AFTER_ACCEPT, Mode.HANG_AFTER_ACCEPT) else None


def is_signed(secret: str, request: Request, body: bytes) -> bool:
    """Whether the request bears the signature of that secret; without a secret any request will do."""
    if not secret:
        return True
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers.get("X-Signature", ""))
