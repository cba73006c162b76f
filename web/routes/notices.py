"""Holiday notices: how a year stands, what an uploaded notice would move, putting it in force, how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from calendars import CalendarNotPublished, WorkingCalendar
from casework.notices import (
    Break,
    breaks_of,
    day_text,
    days_of,
    lateness,
    moved_by,
    notice_line,
    notices_of,
    order_of,
    span_of,
    totals_text,
    until,
)
from casework.text import instant
from models.actors import Role
from models.calendar_changes import CaseFailure, DateShift, NoticeOrder, Preview, Recounting
from models.due import in_shanghai
from models.errors import BadInput, HaochapingError
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.list_ports import RecountJob
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

ORDERERS = (Role.SUPERVISOR, Role.ADMIN)
in_menu("放假安排", "/notices", *ORDERERS)

_LARGEST_FILE = 100_000
_MOST_SHIFTS = 200
_FAILED_SHOWN = 100
_SECONDS = 2
"""After how long the page of the progress opens itself again."""


@dataclass(frozen=True)
class Line:
    """One break of the year."""

    name: str
    span: str
    days: int
    makeup: str


@dataclass(frozen=True)
class NoticesPage:
    """How a year stands."""

    year: int
    years: tuple[int, ...]
    place: str
    place_id: str
    places: tuple[tuple[str, str], ...]
    version: str
    notices: tuple[str, ...]
    lines: tuple[Line, ...]
    working: int
    provisional: bool
    refusal: str = ""
    title: str = "放假安排"


@dataclass(frozen=True)
class ShiftRow:
    """One limit that would move."""

    case_no: str
    limit: str
    old: str
    new: str
    by: str
    late: str


@dataclass(frozen=True)
class PreviewPage:
    """What a notice would do, and the button that puts it in force."""

    found: Preview
    place: str
    text: str
    name: str
    totals: str
    order: str
    rows: tuple[ShiftRow, ...]
    left_out: int
    title: str = "施行前的预览"


@dataclass(frozen=True)
class ProgressPage:
    """How far a recounting has come, or what came of it."""

    job: RecountJob
    lines: tuple[str, ...]
    failures: tuple[CaseFailure, ...]
    running: bool
    title: str = "重新计算期限"


@router.get("/notices", dependencies=[allowed(*ORDERERS)])
def notices(request: Request, desk: Here, year: str = "", jurisdiction: str = "") -> Response:
    """A year's breaks and the notices they rest on."""
    return render(request, "notices.html", _notices_page(desk, year, jurisdiction))


@router.post("/notices/preview", dependencies=[allowed(*ORDERERS)])
async def preview(request: Request, desk: Here, form: Form) -> Response:
    """What the uploaded file would do. Nothing changes."""
    try:
        text, name = await _uploaded(form.get("file"))
        found = await run_in_threadpool(desk.notices.preview_text, text, name)
    except HaochapingError as error:
        page = await run_in_threadpool(_notices_page, desk, "", "", str(error))
        return render(request, "notices.html", page, 422)
    return render(request, "notice_preview.html", await run_in_threadpool(_preview_page, desk, found, text, name))


@router.post("/notices/apply", dependencies=[allowed(*ORDERERS)])
def apply(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Put the notice in force and begin to count; the same notice again goes on where it stopped."""
    try:
        number = desk.notices.start(text_of(form, "text"), text_of(form, "name") or "通知", who)
    except BadInput as error:
        return render(request, "notices.html", _notices_page(desk, "", "", str(error)), 422)
    return RedirectResponse(f"/notices/progress/{number}", status_code=303)


@router.get("/notices/progress/{number}", dependencies=[allowed(*ORDERERS)])
def progress(request: Request, desk: Here, number: str) -> Response:
    """How far it has come; opens itself again until it is done."""
    job = desk.notices.job(number)
    if job is None:
        raise BadInput(
            "这次重新计算不在进行中：可能系统重启过。请重新上传同一份通知预览，如仍有案件要变动，再施行一次，会接着做完。"
        )
    running = job.result is None and not job.refusal
    page = ProgressPage(
        job=job,
        lines=tuple(_came_of_it(job.result)) if job.result else (),
        failures=job.result.failures[:_FAILED_SHOWN] if job.result else (),
        running=running,
    )
    response = render(request, "notice_progress.html", page)
    if running:
        response.headers["refresh"] = str(_SECONDS)
    return response


async def _uploaded(file: object) -> tuple[str, str]:
    """The text and the name of the file. Raises BadInput."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInput("请选择放假通知的文件（TOML）。")
    data = await file.read(_LARGEST_FILE + 1)
    name = file.filename.replace("\\", "/").rsplit("/", 1)[-1][:100]
    if len(data) > _LARGEST_FILE:
        raise BadInput(f"{name}：文件太大，放假通知的文件不会超过 {_LARGEST_FILE // 1000} KB，请核对是否选错了文件。")
    try:
        return data.decode("utf-8"), name
    except UnicodeDecodeError:
        raise BadInput(f"{name}：文件编码必须是 UTF-8。") from None


def _notices_page(desk: Desk, year_text: str, place: str, refusal: str = "") -> NoticesPage:
    name = desk.notices.place(place) if place else "全国"
    calendar = desk.notices.calendar(place or None)
    year = _year(year_text, calendar, in_shanghai(desk.front.now()).year)
    orders = desk.notices.orders(place or None)
    return NoticesPage(
        year=year,
        years=tuple(calendar.years),
        place=name,
        place_id=place,
        places=tuple((each, desk.notices.place(each)) for each in desk.shelf.ids()),
        version=calendar.version,
        notices=tuple(_notice_lines(desk, calendar, year, orders)),
        lines=tuple(_line(each) for each in breaks_of(calendar, year)),
        working=sum(calendar.is_working_day(day) for day in days_of(year)),
        provisional=calendar.is_provisional(date(year, 12, 31)),
        refusal=refusal,
    )


def _year(text: str, calendar: WorkingCalendar, this_year: int) -> int:
    if not text:
        return this_year if this_year in calendar.years else calendar.years[-1]
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise BadInput(f"年份“{text}”无法识别，应写成四位数字，如 2026。")
    if int(text) not in calendar.years:
        raise BadInput(str(CalendarNotPublished(int(text), calendar.years)))
    return int(text)


def _notice_lines(desk: Desk, calendar: WorkingCalendar, year: int, orders: Sequence[NoticeOrder]) -> list[str]:
    return [notice_line(notice, order_of(notice, orders)) for notice in notices_of(calendar, year)]


def _line(each: Break) -> Line:
    return Line(each.name, span_of(each), each.days, "、".join(map(day_text, each.makeup)))


def _preview_page(desk: Desk, found: Preview, text: str, name: str) -> PreviewPage:
    order = found.ordered
    return PreviewPage(
        found=found,
        place=desk.notices.place(found.area) if found.area else "全国",
        text=text,
        name=name,
        totals=totals_text(found.totals) if found.totals.limits else "",
        order=f"{order.ordered_by} 于 {instant(order.ordered_at)}" if order else "",
        rows=tuple(_shift_row(shift) for shift in found.shifts[:_MOST_SHIFTS]),
        left_out=max(0, len(found.shifts) - _MOST_SHIFTS),
    )


def _shift_row(shift: DateShift) -> ShiftRow:
    return ShiftRow(
        case_no=shift.case_no,
        limit=shift.kind.label + (f"（第{shift.round}轮）" if shift.round > 1 else ""),
        old=until(shift.old, shift.was_provisional),
        new=until(shift.new, shift.is_provisional),
        by=moved_by(shift.days),
        late=lateness(shift),
    )


def _came_of_it(done: Recounting) -> list[str]:
    order = done.order
    by = f"由 {order.ordered_by} 于 {instant(order.ordered_at)}"
    lines = [f"{order.label}已施行，{by}决定。" if done.is_new else f"{order.label}此前已{by}施行，没有重复录入。"]
    if not done.cases and not done.failures:
        return [*lines, "全部在办案件都已按现行放假安排计算，没有要变动的。"]
    moved = f"变动：{totals_text(done.totals)}" if done.totals.limits else "没有一个期限变动。"
    lines.append(f"本次重新计算 {done.cases:,} 件案件。{moved}")
    if done.gave_up:
        lines.append("流程引擎没有应答，已停下。请稍后再施行一次同一份通知，会接着做完。")
    elif done.failures:
        lines.append(f"{len(done.failures):,} 件没有重新计算成功，原因见下；问题解决后再施行一次同一份通知即可。")
    return lines
