"""Forms that change something: whether they come from our own page, and the key that makes a second click no act.

Every form carries its session's secret; a browser that says the form comes from elsewhere is refused besides.
"""

import hmac
import uuid
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from models.errors import HaochapingError
from web.access import find_session, the_desk

CSRF_FIELD = "csrf"
KEY_FIELD = "key"


class ForgedForm(HaochapingError):
    """The form does not come from a page of ours, or from one of an earlier login."""


async def verified_form(request: Request) -> AsyncIterator[FormData]:
    """The form of this request; its files are gone when it is answered. Raises ForgedForm."""
    _need_our_own_origin(request)
    async with request.form() as form:
        session = await run_in_threadpool(find_session, request)
        if session is not None:
            given = form.get(CSRF_FIELD)
            if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.csrf.encode()):
                raise ForgedForm("这个页面打开得太久，或者您已重新登录。请返回上一页刷新后再提交；填写的内容没有登记。")
        yield form


def _need_our_own_origin(request: Request) -> None:
    origin = request.headers.get("origin") or request.headers.get("referer")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = {request.headers.get("host"), urlsplit(the_desk(request).door.address).netloc} - {None, ""}
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc not in ours):
        raise ForgedForm("这个表单不是从本系统的页面提交的，没有登记。")


def text_of(form: FormData, name: str) -> str:
    """A field's text without the blanks around it; empty when it is not there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts_of(form: FormData, name: str) -> list[str]:
    """All values of a field that are not empty."""
    return [value.strip() for value in form.getlist(name) if isinstance(value, str) and value.strip()]


def fresh_key() -> str:
    """A key for a form that is shown now: sent twice, it is one action."""
    return str(uuid.uuid4())


Form = Annotated[FormData, Depends(verified_form)]
