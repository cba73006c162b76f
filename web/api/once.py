"""Requests that change something are done once under their key: the answer is kept and given again.

Decides which answers are kept: those that say that something was done or refused for good. What was not done because
something did not answer may be tried again under the same key.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel

from models.errors import HaochapingError
from web.api.callers import Caller
from web.api.problems import MEDIA_TYPE, refused
from web.ports import Desk

_REPLAYED = {"idempotency-replayed": "true"}


async def once(
    request: Request, desk: Desk, caller: Caller, key: str, body: BaseModel, work: Callable[[], Awaitable[BaseModel]]
) -> Response:
    """Do the work and keep its answer, or give the kept one. Raises KeyUsedOtherwise, StillBeingDone."""
    tokens, token_id = desk.outside.tokens, caller.token.id
    asked = json.dumps([request.method, request.url.path, body.model_dump(mode="json")], sort_keys=True)
    fingerprint = hashlib.sha256(asked.encode()).hexdigest()
    kept = await run_in_threadpool(tokens.begin, token_id, key, fingerprint)
    if kept is not None:
        return _answer(kept[0], kept[1], _REPLAYED)
    try:
        answer = _answer(200, (await work()).model_dump_json())
    except HaochapingError as error:
        answer = refused(request, error)
    except BaseException:
        await run_in_threadpool(tokens.forget, token_id, key)
        raise
    if answer.status_code >= 500:
        await run_in_threadpool(tokens.forget, token_id, key)
    else:
        await run_in_threadpool(tokens.end, token_id, key, answer.status_code, bytes(answer.body).decode())
    return answer


def _answer(status: int, body: str, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, "application/json" if status < 400 else MEDIA_TYPE)
