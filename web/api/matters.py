"""Intake of matters that are done (办件) from another system: up to a thousand at once, each answered by itself.

Decides the form of the request. Which fields there are stands in `policy.matters` and docs/api.md.
"""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field

from models.base import Value
from models.matters import TakenMatter
from models.outside import TakenStatus
from policy.matters import FIELDS
from web.api.callers import IdempotencyKey, MatterSource, the_desk_of
from web.api.once import once
from web.api.problems import documented
from web.ports import Desk

router = APIRouter(tags=["matters"])

MOST_MATTERS = 1000

Plain = Annotated[str, Field(max_length=1000)] | int | None
"""A field's value."""

_KNOWN = {field.name.lower() for field in FIELDS}


class Matters(Value):
    """Some matters that are done, in the field names of docs/api.md."""

    jurisdiction: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="地区标识，即 jurisdictions 下的文件夹名")
    matters: list[dict[Annotated[str, Field(max_length=100)], Plain]] = Field(min_length=1, max_length=MOST_MATTERS)


class MattersAnswer(Value):
    """What became of each matter, in the order in which they were sent."""

    stored: int
    already_stored: int
    rejected: int
    unknown_fields: list[str]
    results: list[TakenMatter]


@router.post("/matters", response_model=MattersAnswer, responses=documented(), summary="上报办结的办件")
async def take_matters(
    request: Request,
    desk: Annotated[Desk, Depends(the_desk_of)],
    caller: MatterSource,
    key: IdempotencyKey,
    body: Matters,
    later: BackgroundTasks,
) -> Response:
    """Store matters that are done. The same one again changes nothing; another content under its number is rejected."""
    rows = [{name: "" if text is None else str(text) for name, text in matter.items()} for matter in body.matters]

    async def work() -> MattersAnswer:
        results = await run_in_threadpool(desk.outside.matters.take, body.jurisdiction, rows)
        counts = {status: sum(each.status is status for each in results) for status in TakenStatus}
        return MattersAnswer(
            stored=counts[TakenStatus.STORED],
            already_stored=counts[TakenStatus.ALREADY_STORED],
            rejected=counts[TakenStatus.REJECTED],
            unknown_fields=_unknown(rows),
            results=results,
        )

    answer = await once(request, desk, caller, key, body, work)
    if answer.status_code == 200:
        later.add_task(desk.outside.invite_soon, body.jurisdiction)
        answer.background = later
    return answer


def _unknown(rows: list[dict[str, str]]) -> list[str]:
    names = dict.fromkeys(name for row in rows for name in row if name.strip().lower() not in _KNOWN)
    return list(names)[:100]
