"""The application: its routes, the headers of every answer, and what people see when something is refused or breaks.

`create_app` is what the root (`desk.py`) and the tests call.
"""

import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import (
    ActionRefused,
    BadInput,
    EngineUnavailable,
    HaochapingError,
    LoginRefused,
    NoDocument,
    NotVisible,
    UnknownCase,
    UnknownUser,
)
from web.access import PASSWORD_PAGE, NotAllowed, NotLoggedIn, NotSigned, PasswordFirst, the_desk
from web.api.app import PREFIX, create_api
from web.api.problems import not_served
from web.forms import ForgedForm
from web.pages import HERE, render
from web.ports import Desk
from web.refusals import log_refusal, path_of
from web.routes import ROUTERS
from web.throttle import TooOften

log = logging.getLogger("haochaping.desk")

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every answer carries unless its route says otherwise: nothing is fetched elsewhere, nothing stays in a cache."""

_STATUS = {
    NotAllowed: 403,
    ForgedForm: 403,
    LoginRefused: 403,
    NotVisible: 403,
    UnknownCase: 404,
    UnknownUser: 404,
    ActionRefused: 409,
    BadInput: 422,
    TooOften: 429,
    NoDocument: 503,
    EngineUnavailable: 503,
}


@dataclass(frozen=True)
class MessagePage:
    """A page that only says something: a refusal, an error."""

    title: str
    text: str


def create_app(desk: Desk) -> FastAPI:
    """The desk over these ports."""
    app = FastAPI(title="差评整改", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    for router in ROUTERS:
        app.include_router(router)
    app.mount(PREFIX, create_api(app.state), name="api")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(NotLoggedIn, _to_the_login)
    app.add_exception_handler(PasswordFirst, _to_the_password)
    app.add_exception_handler(NotSigned, _not_signed)
    app.add_exception_handler(HaochapingError, _refused)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(RequestValidationError, _not_readable)
    app.add_exception_handler(Exception, _our_mistake)
    app.add_middleware(Headers)
    return app


class Headers:
    """Puts the headers of every answer on it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers that the route has not set itself."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                ours = [(n.encode(), v.encode()) for n, v in _HEADERS.items() if n.encode() not in given]
                message = {**message, "headers": [*message["headers"], *ours]}
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _to_the_login(request: Request, error: Exception) -> Response:
    log.info("not logged in: %s %s", request.method, path_of(request))
    if request.method != "GET":
        return RedirectResponse("/login?why=ended", status_code=303)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?{urlencode({'next': here})}", status_code=303)


def _to_the_password(request: Request, error: Exception) -> Response:
    return RedirectResponse(PASSWORD_PAGE, status_code=303)


def _not_signed(request: Request, error: Exception) -> Response:
    """For a program, so in JSON; written down like every refusal."""
    log_refusal(request, 401, str(error))
    return JSONResponse({"error": str(error)}, status_code=401)


def _refused(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
    if status == 403:
        log_refusal(request, status, str(error))
    else:
        log.info("not done: %s %s: %s %s", request.method, path_of(request), status, type(error).__name__)
    title = "没有权限" if status == 403 else "没有办理成功"
    return render(request, "message.html", MessagePage(title, str(error)), status)


def _no_such_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(f"{PREFIX}/"):
        return not_served(request, error)  # a line end in the path, which no mount takes
    texts = {404: "没有这个页面，请核对网址。", 405: "这个网址不能这样使用，请从页面上的按钮进入。"}
    text = texts.get(error.status_code, "请求有误，没有办理。")
    return render(request, "message.html", MessagePage("没有找到", text), error.status_code)


def _not_readable(request: Request, error: Exception) -> Response:
    log.info("not readable: %s %s", request.method, path_of(request))
    return render(request, "message.html", MessagePage("没有找到", "网址有误，请核对网址，或从菜单重新进入。"), 422)


def _our_mistake(request: Request, error: Exception) -> Response:
    """Also a database that is down; so this page asks nothing of it."""
    request.state.session = None
    if known := the_desk(request).known_failure(error):
        log.error("not answered: %s %s: %s", request.method, path_of(request), known)
        answer = render(request, "message.html", MessagePage("暂时没有应答", str(known)), 503)
    else:
        number = secrets.token_hex(4)
        log.error("mistake %s: %s %s", number, request.method, path_of(request), exc_info=error)
        text = f"程序出错了，这不是您的操作问题。请把编号 {number} 告诉管理员；已经登记的内容不会丢失。"
        answer = render(request, "message.html", MessagePage("程序出错", text), 500)
    answer.headers.update(_HEADERS)  # what is caught here is caught outside of `Headers`
    return answer
