"""抽查回访: the samples of all places, how one was drawn, whom there is still to call, and what it has given so far.

Nobody's name or number is on these pages. How is drawn and how answers are judged says `policy.samples`; a call has a
page of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from casework.periods import period_code, period_text, read_period
from casework.samples import (
    UnitResult,
    call_refusal,
    chosen_plan,
    draw_sample,
    last_period,
    level_text,
    plan_text,
    population_text,
    rate_text,
    result_by_unit,
    rule_text,
    shortfall_text,
)
from casework.text import instant
from models.actors import Actor, Role
from models.due import in_shanghai
from models.errors import ActionRefused, BadInput
from models.samples import Sample, SampledPerson, SampleResult, SampleState
from policy.samples import result_of
from web.access import Here, Who, allowed
from web.books import file_of, write_table
from web.forms import Form, text_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

CALLERS = (Role.HOTLINE, Role.SUPERVISOR)
in_menu("抽查回访", "/samples", *CALLERS)

_DRAW_FIELDS = ("jurisdiction", "period", "people", "windows", "centres")

COLUMNS = (
    ("序号", 8), ("中心", 24), ("窗口（受理人员）", 18), ("被评价单位", 20), ("事项", 30), ("办件编号", 22),
    ("评价或办结时间", 22), ("进展", 12), ("拨打次数", 10), ("最后一次", 22), ("满意度", 14), ("对方说", 40),
    ("案件编号", 26),
)  # fmt: skip
"""What each column of the file is called, and how wide it is in characters."""


@dataclass(frozen=True)
class SampleLine:
    """One sample of the list."""

    sample: Sample
    place: str
    period: str
    result: SampleResult
    rate: str


@dataclass(frozen=True)
class PlaceRule:
    """A place that has samples: what its rules say, and the period that can be drawn."""

    jurisdiction: str
    name: str
    rule: str
    period: str


@dataclass(frozen=True)
class SamplesPage:
    """The samples, and for supervisors the form that draws one."""

    rows: tuple[SampleLine, ...]
    rules: tuple[PlaceRule, ...]
    may_draw: bool
    typed: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(_DRAW_FIELDS, ""))
    refusal: str = ""
    title: str = "抽查回访"


@dataclass(frozen=True)
class PersonLine:
    """Somebody of a sample; `may_call` unless the reader is of the rated unit."""

    person: SampledPerson
    unit: str
    level: str
    may_call: bool


@dataclass(frozen=True)
class SamplePage:
    """One sample: how it was drawn, what it has given so far, and whom there is to call first."""

    sample: Sample
    place: str
    period: str
    plan: str
    population: str
    shortfall: str
    drawn: str
    result: SampleResult
    rate: str
    units: tuple[UnitResult, ...]
    rates: tuple[str, ...]
    rows: tuple[PersonLine, ...]

    @property
    def title(self) -> str:
        """Place and period."""
        return f"{self.place}{self.period}抽查回访"


@router.get("/samples", dependencies=[allowed(*CALLERS)])
def samples(request: Request, desk: Here, who: Who) -> Response:
    """All samples."""
    return render(request, "samples.html", _samples_page(desk, who))


@router.post("/samples", dependencies=[allowed(Role.SUPERVISOR)])
def draw(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Draw the sample of a place and a period; the one that is there when there is one."""
    typed = {name: text_of(form, name) for name in _DRAW_FIELDS}
    now = desk.front.now()
    try:
        if typed["jurisdiction"] not in desk.shelf.ids():
            raise BadInput("请选择地区。")
        file = desk.shelf.file(typed["jurisdiction"])
        plan = chosen_plan(file, typed["people"], typed["windows"], typed["centres"])
        period = read_period(typed["period"])
        sample, _ = draw_sample(desk.samples, file, period, plan, who.user, now, in_shanghai(now).date())
    except (ActionRefused, BadInput) as error:
        status = 409 if isinstance(error, ActionRefused) else 422
        return render(request, "samples.html", _samples_page(desk, who, typed, str(error)), status)
    return RedirectResponse(f"/samples/{sample.number}", status_code=303)


@router.get("/samples/{sample}", dependencies=[allowed(*CALLERS)])
def sample_page(request: Request, desk: Here, who: Who, sample: str) -> Response:
    """One sample; whom there is to call stands on top."""
    found = desk.samples.sample(sample)
    file = desk.shelf.file(found.jurisdiction)
    people = desk.samples.people(sample)
    result = result_of(people, file.policy, file.surroundings)
    units = tuple(result_by_unit(people, file, desk.front.people))
    names = Names(desk.front.people)
    by = names.user(found.drawn_by) if found.drawn_by else "由系统"
    page = SamplePage(
        sample=found,
        place=file.policy.name,
        period=period_text(found.period),
        plan=plan_text(found.plan),
        population=population_text(found.population),
        shortfall=shortfall_text(found),
        drawn=f"{instant(found.drawn_at)}，{by}抽取",
        result=result,
        rate=rate_text(result),
        units=units,
        rates=tuple(rate_text(each.result) for each in units),
        rows=tuple(
            PersonLine(each, names.unit(each.unit), level_text(each.level), call_refusal(who, each) is None)
            for each in sorted(people, key=lambda each: (each.state is not SampleState.TO_CALL, each.number))
        ),
    )
    return render(request, "sample.html", page)


@router.get("/samples/{sample}/book.xlsx", dependencies=[allowed(*CALLERS)])
def sample_book(desk: Here, who: Who, sample: str) -> Response:
    """The sample as a file; nobody's name or number is in it."""
    found, now = desk.samples.sample(sample), desk.front.now()
    people = desk.samples.people(sample)
    file = desk.shelf.file(found.jurisdiction)
    title = f"{file.policy.name}{period_text(found.period)}抽查回访"
    rate = rate_text(result_of(people, file.policy, file.surroundings))
    by = desk.front.people.user(who.user).name
    note = f"{title}，满意率 {rate}，种子 {found.seed}，{instant(now)} 由 {by} 导出"

    def rows() -> Iterator[tuple[str | int, ...]]:
        for each in people:
            yield (
                each.number,
                each.centre_name or each.centre,
                each.window,
                desk.front.people.unit(each.unit).name,
                each.task_name,
                each.project_no,
                instant(each.assessed_at),
                each.state.label,
                each.attempts,
                instant(each.called_at) if each.called_at else "",
                level_text(each.level),
                each.said,
                each.case_no,
            )

    def write(target: IO[bytes]) -> None:
        write_table("抽查回访", COLUMNS, rows(), target, note)

    return file_of(title, "sample", write)


def _samples_page(desk: Desk, who: Actor, typed: Mapping[str, str] | None = None, refusal: str = "") -> SamplesPage:
    today = in_shanghai(desk.front.now()).date()
    files = [desk.shelf.file(each) for each in desk.shelf.ids()]
    rules = tuple(
        PlaceRule(file.policy.jurisdiction, file.policy.name, rule_text(rule), period_code(last_period(rule, today)))
        for file in files
        if (rule := file.surroundings.sample_plan) is not None
    )
    rows = tuple(_line(desk, each) for each in desk.samples.all())
    shown = SamplesPage(rows, rules, who.role is Role.SUPERVISOR, refusal=refusal)
    return shown if typed is None else SamplesPage(rows, rules, shown.may_draw, typed, refusal)


def _line(desk: Desk, sample: Sample) -> SampleLine:
    file = desk.shelf.file(sample.jurisdiction)
    result = result_of(desk.samples.people(sample.number), file.policy, file.surroundings)
    return SampleLine(sample, file.policy.name, period_text(sample.period), result, rate_text(result))
