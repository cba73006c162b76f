"""How the API says no: problem+json (RFC 9457) for every error, with a Chinese sentence that says what to do.

Decides the form and the status of each refusal. The sentences come from where the refusal was made.
"""

import logging
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from models.errors import (
    ActionRefused,
    BadInput,
    EngineUnavailable,
    HaochapingError,
    KeyUsedOtherwise,
    NotVisible,
    StillBeingDone,
    UnknownCase,
    UnknownUser,
)
from web.access import the_desk
from web.throttle import TooOften

log = logging.getLogger("haochaping.api")

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one part of a request; the value itself is not repeated."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """An error (RFC 9457). `detail` is a sentence for people; `code` is stable, for programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


class Unauthorized(HaochapingError):
    """There is no token that works with this request."""


class Forbidden(HaochapingError):
    """The token is not good for this."""


_KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (Unauthorized, 401, "unauthorized"),
    (Forbidden, 403, "missing_scope"),
    (NotVisible, 403, "not_visible"),
    (UnknownCase, 404, "unknown_case"),
    (UnknownUser, 404, "unknown_user"),
    (StillBeingDone, 409, "being_done"),
    (ActionRefused, 409, "refused"),
    (KeyUsedOtherwise, 422, "key_used_otherwise"),
    (BadInput, 422, "bad_input"),
    (TooOften, 429, "too_often"),
    (EngineUnavailable, 503, "unavailable"),
)
"""The first that fits counts."""

_TITLES = {
    400: "请求有误",
    401: "没有有效的令牌",
    403: "没有权限",
    404: "没有找到",
    405: "方法不对",
    409: "没有办理",
    413: "请求太大",
    415: "内容类型不对",
    422: "内容有误",
    429: "太频繁",
    500: "程序出错",
    503: "暂时没有应答",
}
_ALL = (400, 401, 403, 404, 409, 413, 422, 429, 503)
_WAIT = (429, 503)
_LATER = {"Retry-After": {"description": "几秒后可以再试", "schema": {"type": "integer"}}}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer besides success, for its description."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _TITLES[status], "content": content} | ({"headers": _LATER} if status in _WAIT else {})
        for status in statuses or _ALL
    }


def problem(status: int, code: str, detail: str, errors: list[FieldProblem] | None = None) -> Response:
    """The answer."""
    body = Problem(title=_TITLES.get(status, "没有办理"), status=status, detail=detail, code=code, errors=errors or [])
    headers = {401: {"www-authenticate": "Bearer"}, 503: {"retry-after": "5"}}.get(status)
    return JSONResponse(body.model_dump(), status, headers, media_type=MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Let every error of this application become a problem."""
    app.add_exception_handler(HaochapingError, refused)
    app.add_exception_handler(HTTPException, not_served)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _our_mistake)


def refused(request: Request, error: Exception) -> Response:
    """A refusal that was meant."""
    status, code = next(((status, code) for kind, status, code in _KINDS if isinstance(error, kind)), (400, "refused"))
    log.info("not done: %s %s: %s %s", request.method, request.url.path, status, code)
    answer = problem(status, code, str(error))
    if isinstance(error, TooOften):
        answer.headers["retry-after"] = str(error.seconds)
    return answer


def not_served(request: Request, error: Exception) -> Response:
    """An address, a method or a body that no route of ours takes."""
    assert isinstance(error, HTTPException)
    texts = {
        404: "没有这个地址，请核对接口说明 /api/v1/openapi.json。",
        405: "这个地址不接受这种方法，请核对接口说明 /api/v1/openapi.json。",
        413: "请求太大，请分批发送。",
    }
    answer = problem(
        error.status_code, "http", texts.get(error.status_code, "请求的内容无法识别，请核对是否是 UTF-8 编码的 JSON。")
    )
    answer.headers.update(error.headers or {})
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        FieldProblem(pointer="/" + "/".join(str(part) for part in fault["loc"]), detail=str(fault["msg"]))
        for fault in error.errors()[:50]
    ]
    return problem(422, "invalid", "请求的内容不符合接口说明，哪里不符见 errors。", faults)


def _our_mistake(request: Request, error: Exception) -> Response:
    if known := the_desk(request).known_failure(error):
        log.error("not answered: %s %s: %s", request.method, request.url.path, known)
        return problem(503, "unavailable", str(known))
    number = secrets.token_hex(4)
    log.error("mistake %s: %s %s", number, request.method, request.url.path, exc_info=error)
    return problem(500, "mistake", f"程序出错了。请把编号 {number} 告诉管理员；用同一个 Idempotency-Key 可以重试。")
