"""定期工作: what comes back with the calendar in a place, its last and next run; run now, pause, resume.

Decides nothing about the work itself; a button that the engine did not take changes nothing and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from casework.rhythm import LookbackLine, WorkLine, came_of_it, kind_of, lookback_line, periods_of, work_lines
from casework.text import instant
from models.actors import Actor, Role
from models.errors import ActionRefused, BadInput, EngineUnavailable
from models.rhythm import JobKind, RunState, RunView, Schedule
from web.access import Here, Who, allowed
from web.forms import Form, text_of
from web.pages import in_menu, render
from web.ports import Desk
from web.quality_questions import places_of

router = APIRouter()

KEEPERS = (Role.SUPERVISOR, Role.ADMIN)
in_menu("定期工作", "/rhythm", *KEEPERS)

_TONES = {RunState.DONE: "good", RunState.FAILED: "over", RunState.OVERTAKEN: "soon", RunState.UNDER_WAY: ""}


@dataclass(frozen=True)
class RunRow:
    """One run as the table shows it. `tone` is the colour beside the words; `link` may be empty."""

    work: str
    period: str
    state: str
    tone: str
    at: str
    by: str
    outcome: str
    link: str


@dataclass(frozen=True)
class WorkRow:
    """One kind of work with its buttons."""

    line: WorkLine
    last: RunRow | None


@dataclass(frozen=True)
class RhythmPage:
    """The work of a place and what was done; `away` says that the engine cannot be asked now.

    `opens_tasks` where the reader is among those who do the look-backs.
    """

    place: str
    place_name: str
    places: tuple[tuple[str, str], ...]
    work: tuple[WorkRow, ...]
    runs: tuple[RunRow, ...]
    lookback: LookbackLine | None
    opens_tasks: bool
    away: str = ""
    refusal: str = ""
    done: str = ""
    title: str = "定期工作"


@router.get("/rhythm", dependencies=[allowed(*KEEPERS)])
async def rhythm(request: Request, desk: Here, who: Who, place: str = "", done: str = "") -> Response:
    """The work of a place, the first one when none is named."""
    return await _shown(request, desk, who, place, done=done if done in _DONE else "")


@router.post("/rhythm/run", dependencies=[allowed(*KEEPERS)])
async def run_now(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Have the work done about the periods that ended last; work that is done once more doubles nothing."""
    place = text_of(form, "place")
    try:
        kind = await _kind(desk, place, text_of(form, "kind"))
        ports, now = desk.rhythm, desk.front.now()
        periods = await run_in_threadpool(periods_of, ports, place, kind, "", now)
        name = await run_in_threadpool(ports.places.name, place)
        await ports.engine.run_now(place, name, kind, periods, who.user)
    except (ActionRefused, EngineUnavailable) as error:
        return await _shown(request, desk, who, place, refusal=str(error))
    return _back(place, "run")


@router.post("/rhythm/pause", dependencies=[allowed(*KEEPERS)])
async def pause(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Begin nothing more until somebody resumes it."""
    place = text_of(form, "place")
    try:
        kind = await _kind(desk, place, text_of(form, "kind"))
        await desk.rhythm.engine.pause(place, kind, await _note(desk, who, "暂停"))
    except (ActionRefused, EngineUnavailable) as error:
        return await _shown(request, desk, who, place, refusal=str(error))
    return _back(place, "pause")


@router.post("/rhythm/resume", dependencies=[allowed(*KEEPERS)])
async def resume(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Go on with the next period."""
    place = text_of(form, "place")
    try:
        kind = await _kind(desk, place, text_of(form, "kind"))
        await desk.rhythm.engine.resume(place, kind, await _note(desk, who, "恢复"))
    except (ActionRefused, EngineUnavailable) as error:
        return await _shown(request, desk, who, place, refusal=str(error))
    return _back(place, "resume")


_DONE = {
    "run": "已经开始办理，结果会出现在下面的办理记录中。已办过的再办一次，不会重复抽取或通知，指标按现在所知重新统计。",
    "pause": "已暂停：不再自动开始新的一期，正在办理的会办完。",
    "resume": "已恢复：从下一期起自动办理。暂停期间错过的，可以用“立即办理”补做最近一期。",
}


def _back(place: str, done: str) -> Response:
    return RedirectResponse(f"/rhythm?{urlencode({'place': place, 'done': done})}", status_code=303)


async def _kind(desk: Desk, place: str, text: str) -> JobKind:
    return await run_in_threadpool(kind_of, desk.rhythm, place, text)


async def _note(desk: Desk, who: Actor, what: str) -> str:
    name = await run_in_threadpool(lambda: desk.front.people.user(who.user).name)
    return f"{instant(desk.front.now())} 由{name}{what}"


async def _shown(request: Request, desk: Desk, who: Actor, place: str, done: str = "", refusal: str = "") -> Response:
    places = await run_in_threadpool(places_of, desk)
    place = place or next(iter(places), "")
    if place not in places:
        raise BadInput(f"没有名为“{place}”的地区，请从页面上重新选择。")
    work = await run_in_threadpool(desk.rhythm.places.work, place)
    schedules: Sequence[Schedule] = ()
    away = ""
    try:
        schedules = await desk.rhythm.engine.schedules(place, list(work))
    except EngineUnavailable as error:
        away = str(error)
    page = await run_in_threadpool(_page, desk, who, place, places, schedules, away, done, refusal)
    return await run_in_threadpool(render, request, "rhythm.html", page, 409 if refusal else 200)


def _page(
    desk: Desk,
    who: Actor,
    place: str,
    places: dict[str, str],
    schedules: Sequence[Schedule],
    away: str,
    done: str,
    refusal: str,
) -> RhythmPage:
    runs, names = desk.rhythm.diary.runs(place), Names(desk.front.people)
    opens = who.role is Role.SUPERVISOR
    lines = work_lines(desk.rhythm, place, schedules, runs, desk.front.now())
    return RhythmPage(
        place=place,
        place_name=places[place],
        places=tuple(places.items()),
        work=tuple(WorkRow(line, _row(line.last, names, opens) if line.last else None) for line in lines),
        runs=tuple(_row(run, names, opens) for run in runs),
        lookback=lookback_line(desk.rhythm, place),
        opens_tasks=opens,
        away=away,
        refusal=refusal,
        done=_DONE.get(done, ""),
    )


def _row(run: RunView, names: Names, opens: bool) -> RunRow:
    """One run; the pages of its outcome are the supervisors', so an administrator gets no link to them."""
    return RunRow(
        work=run.kind.label,
        period=run.period.label,
        state=run.state.label,
        tone=_TONES[run.state],
        at=instant(run.done_at or run.begun_at),
        by=names.user(run.by) if run.by else "按期自动",
        outcome=came_of_it(run),
        link=run.outcome.link if run.outcome is not None and opens else "",
    )
