"""The API as an application of its own below `/api/v1`: its routes, its description, its limits.

`create_api` is what the desk mounts. Decides the largest request; everything else stands in the modules beside.
"""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import BadInput
from web.api import acting, cases, matters, problems, ratings

PREFIX = "/api/v1"
LARGEST_BODY = 2 * 1024 * 1024

_DESCRIPTION = (
    "差评整改系统的接口，供其他系统上报评价、查询案件、办理。每个请求带令牌（Authorization: Bearer hcp_…）；"
    "每个 POST 带 Idempotency-Key。错误一律是 application/problem+json，detail 是给人看的一句话，code 供程序判断。"
    "接口不返回评价人的任何个人信息。"
)


def create_api(state: State) -> FastAPI:
    """The API over the ports in that state, which it shares with the desk that mounts it."""
    app = FastAPI(title="差评整改接口", version="1", description=_DESCRIPTION, docs_url=None, redoc_url=None)
    app.state = state
    for part in (ratings, matters, cases, acting):
        app.include_router(part.router, dependencies=[Depends(need_known_parameters)])
    problems.add_handlers(app)
    app.add_middleware(BodyLimit, most=LARGEST_BODY)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]
    return app


def need_known_parameters(request: Request) -> None:
    """Raises BadInput for a parameter that the route does not know: a mistyped filter would mean everything."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    if unknown := sorted(set(request.query_params) - known):
        raise BadInput(f"没有参数“{unknown[0][:50]}”，可用的参数：{'、'.join(sorted(known)) or '无'}。")


def _description(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        own = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = own.pop("$defs")
        schema["components"]["schemas"] |= {"Problem": own, **parts}
        schema["servers"] = [{"url": PREFIX}]
        app.openapi_schema = schema
    return app.openapi_schema


class BodyLimit:
    """Refuses requests whose body is too large, before and while it is read."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as far as it is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._most:
            await problems.problem(413, "http", "请求太大，请分批发送。")(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
