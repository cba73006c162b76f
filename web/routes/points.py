"""The monthly points (月积分) of the own unit: its head sees all of it, a clerk the unit and the own points.

Decides nothing: who sees what stands in `casework.own_points`. The pages that lead here do so only when there are any.
"""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.own_points import MONTHS, OwnMonth, own_months, seen_by
from models.actors import Actor, Role
from models.due import in_shanghai
from models.scores import OwnPoints
from web.access import Here, Who, allowed
from web.pages import render
from web.ports import Desk

router = APIRouter()

READERS = (Role.HEAD, Role.CLERK)


@dataclass(frozen=True)
class PointsPage:
    """The last months."""

    unit_name: str
    months: tuple[OwnMonth, ...]
    title: str = "月积分"


@router.get("/points", dependencies=[allowed(*READERS)])
def points(request: Request, desk: Here, who: Who) -> Response:
    """What was kept of the last months."""
    names = {each: desk.shelf.file(each).policy.name for each in desk.shelf.ids()}
    months = own_months(own_points(desk, who), desk.front.people, lambda place: names.get(place, place))
    return render(request, "points.html", PointsPage(desk.front.people.unit(who.unit).name, months))


def own_points(desk: Desk, who: Actor) -> list[OwnPoints]:
    """What a person of a unit may see of the last months; nothing for anybody else."""
    if who.role not in READERS:
        return []
    today = in_shanghai(desk.front.now()).date()
    first = today.year * 12 + today.month - 1 - MONTHS
    return seen_by(who, desk.scores.of_unit(who.unit, date(first // 12, first % 12 + 1, 1)))
