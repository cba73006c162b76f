"""事项目录: which item directory a place has, and putting another in its place."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from casework.names import Names
from casework.text import instant
from models.actors import Role
from models.errors import BadInput
from models.quality import ItemDirectory
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import render
from web.ports import Desk
from web.quality_questions import places_of
from web.routes.quality import READERS

router = APIRouter()

_LARGEST_FILE = 30_000_000


@dataclass(frozen=True)
class ItemsPage:
    """The directory of a place, and for administrators the form."""

    place: str
    places: tuple[tuple[str, str], ...]
    directory: ItemDirectory | None
    loaded: str
    may_load: bool
    refusal: str = ""
    tab: str = "items"
    title: str = "事项目录"


@router.get("/quality/items", dependencies=[allowed(*READERS)])
def items(request: Request, desk: Here, who: Who, jurisdiction: str = "") -> Response:
    """Which directory there is."""
    return render(request, "items.html", _page(desk, who.role, jurisdiction))


@router.post("/quality/items", dependencies=[allowed(Role.ADMIN)])
def load(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Put the uploaded file's items in the place of those that were there."""
    place = text_of(form, "jurisdiction")
    page = _page(desk, who.role, place)
    try:
        name, content = _uploaded(form.get("file"))
        desk.quality.items.load_content(name, content, page.place, who.user)
    except BadInput as refused:
        return render(request, "items.html", _page(desk, who.role, place, str(refused)), 422)
    return RedirectResponse(f"/quality/items?jurisdiction={page.place}", status_code=303)


def _uploaded(file: object) -> tuple[str, bytes]:
    """Name and content of the file. Raises BadInput."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInput("请选择事项目录的文件（CSV 或 XLSX）。")
    content = file.file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise BadInput(
            f"{file.filename}：文件超过 {_LARGEST_FILE // 1_000_000} MB，不像是事项目录，请核对是否选错了文件。"
        )
    return file.filename, content


def _page(desk: Desk, role: Role, jurisdiction: str, refusal: str = "") -> ItemsPage:
    places = places_of(desk)
    place = jurisdiction or next(iter(places), "")
    if place not in places:
        raise BadInput(f"没有名为“{place}”的地区，请从页面上重新选择。")
    directory = desk.quality.items.of(place)
    loaded = ""
    if directory is not None:
        by = Names(desk.front.people).user(directory.loaded_by) if directory.loaded_by else "命令行"
        loaded = f"{instant(directory.loaded_at)}，{by}"
    return ItemsPage(place, tuple(places.items()), directory, loaded, role is Role.ADMIN, refusal)
