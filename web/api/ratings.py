"""Intake of ratings from another system: up to a thousand at once, each answered by itself.

Decides the form of the request. Which fields there are and what they mean stands in docs/import.md.
"""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field

from models.base import Value
from models.outside import TakenRating, TakenStatus
from policy.rating_fields import FIELDS, MOST_COVERED
from web.api.callers import IdempotencyKey, Source, the_desk_of
from web.api.once import once
from web.api.problems import documented
from web.ports import Desk

router = APIRouter(tags=["ratings"])

MOST_RATINGS = 1000

MOST_IN_A_LIST = MOST_COVERED + 1

Plain = (
    Annotated[str, Field(max_length=MOST_IN_A_LIST * 120)]
    | int
    | Annotated[list[str | int], Field(max_length=MOST_IN_A_LIST)]
    | None
)
"""A field's value; a list is for tags (`evalDetail`) and `coveredMatters`, which may also be one long text."""

_KNOWN = {name.lower() for field in FIELDS for name in (field.name, *field.aliases)}


class Ratings(Value):
    """Some ratings in the field names of the national interface family, as in docs/import.md."""

    jurisdiction: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="地区标识，即 jurisdictions 下的文件夹名")
    code_system: str | None = Field(
        default=None, max_length=40, description="来源使用的编码体系；不填则按该地区规则的 code_system"
    )
    ratings: list[dict[Annotated[str, Field(max_length=100)], Plain]] = Field(min_length=1, max_length=MOST_RATINGS)


class Taken(Value):
    """What became of each rating, in the order in which they were sent. Bad ones become cases shortly afterwards."""

    stored: int
    already_stored: int
    rejected: int
    unknown_fields: list[str]
    results: list[TakenRating]


@router.post("/ratings", response_model=Taken, responses=documented(), summary="上报评价")
async def take_ratings(
    request: Request,
    desk: Annotated[Desk, Depends(the_desk_of)],
    caller: Source,
    key: IdempotencyKey,
    body: Ratings,
    later: BackgroundTasks,
) -> Response:
    """Store ratings. The same rating again changes nothing; another content under the same numbers is rejected."""
    texts = [{name: _text(value) for name, value in rating.items()} for rating in body.ratings]

    async def work() -> Taken:
        take = desk.outside.intake.take
        results = await run_in_threadpool(take, body.jurisdiction, body.code_system, texts, f"接口 {caller.token.name}")
        counts = {status: sum(each.status is status for each in results) for status in TakenStatus}
        return Taken(
            stored=counts[TakenStatus.STORED],
            already_stored=counts[TakenStatus.ALREADY_STORED],
            rejected=counts[TakenStatus.REJECTED],
            unknown_fields=_unknown(texts),
            results=results,
        )

    answer = await once(request, desk, caller, key, body, work)
    if answer.status_code == 200:
        later.add_task(desk.outside.intake.open_soon, body.jurisdiction)
        answer.background = later
    return answer


def _text(value: Plain) -> str:
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    return "" if value is None else str(value)


def _unknown(ratings: list[dict[str, str]]) -> list[str]:
    names = dict.fromkeys(name for rating in ratings for name in rating if name.strip().lower() not in _KNOWN)
    return list(names)[:100]
