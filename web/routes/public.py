"""The public page: how many ratings, how many good and bad ones, for what reasons, where and when.

Decides what stands on it. The numbers are counted and hidden elsewhere (`policy.publishing`).
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.outside import PublicFigures
from policy.publishing import SMALL
from web.access import Here, anyone
from web.pages import render
from web.throttle import throttled

router = APIRouter()


@dataclass(frozen=True)
class PublicPage:
    """All numbers."""

    figures: PublicFigures
    small: int = SMALL
    title: str = "政务服务“好差评”公开数据"


@router.get("/public", dependencies=[anyone(), throttled(per_minute=60, burst=60)])
def public_page(request: Request, desk: Here) -> Response:
    """For everybody."""
    return render(request, "public.html", PublicPage(desk.outside.figures.figures()))
