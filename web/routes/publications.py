"""What a place publishes (公开数据), for supervisors: which fields by which source, which months, and their export.

Decides what is shown. It exports what the public gets, from the public address, and nothing else: a table with more in
it would sooner or later be published.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.actors import Role
from models.errors import BadInput
from models.surroundings import PublishField
from web.access import Here, allowed
from web.pages import in_menu, render
from web.ports import Desk
from web.routes.public import Choice, fields_of, name_of

router = APIRouter()

in_menu("公开数据", "/publications", Role.SUPERVISOR)

LABELS = {
    PublishField.RESULTS: "评价结果",
    PublishField.REMEDIATION: "整改情况",
    PublishField.DEPARTMENTS: "分单位",
    PublishField.TOTAL_COUNT: "评价数",
    PublishField.GOOD_COUNT: "好评数",
    PublishField.BAD_COUNT: "差评数",
    PublishField.GOOD_RATE: "好评率",
    PublishField.BAD_RATE: "差评率",
    PublishField.HOT_TAGS: "热门标签",
    PublishField.CHANNELS: "分渠道",
}
"""The fields in Chinese."""


@dataclass(frozen=True)
class PublicationsPage:
    """A place: its fields, what they stand on, and the months that are public, the newest first."""

    places: tuple[Choice, ...]
    place: str
    fields: tuple[str, ...]
    basis: str
    months: tuple[tuple[str, datetime], ...]
    """With when each was counted."""
    title: str = "公开数据"


@router.get("/publications", dependencies=[allowed(Role.SUPERVISOR)])
def publications(request: Request, desk: Here, place: str = "") -> Response:
    """Everything about one place."""
    ids = desk.shelf.ids()
    if place and place not in ids:
        raise BadInput("没有这个地区，请从页面上重新选择。")
    place = place or next(iter(desk.outside.figures.places(ids)), ids[0])
    file = desk.shelf.file(place)
    stands_on = file.parameters["publish_fields"]
    page = PublicationsPage(
        places=tuple(Choice(each, name_of(desk, each)) for each in ids),
        place=place,
        fields=tuple(LABELS[field] for field in file.surroundings.publish_fields),
        basis="；".join(filter(None, (stands_on.source, stands_on.note))),
        months=tuple(_months(desk, place)) if fields_of(desk, place) else (),
    )
    return render(request, "publications.html", page)


def _months(desk: Desk, place: str) -> list[tuple[str, datetime]]:
    figures = desk.outside.figures
    return [(month, figures.month(place, month).counted_at) for month in figures.months(place)]
