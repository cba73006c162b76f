"""One call to somebody of a sample (抽查回访): what to ask, the number against a typed purpose, and the result.

Decides what the caller sees. The number is shown for minutes, and never to anybody of the unit that was rated. What an
answer leads to says `policy.samples`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.names import Names
from casework.reports import callback_promise
from casework.samples import call_refusal, case_form, leads_to_case, level_text, need_whole_answer, script_of
from models.actors import Actor, Role
from models.callbacks import CallbackResult
from models.errors import ActionRefused, BadInput, EngineUnavailable, NotVisible, StackNotRunning
from models.kinds import CaseClass
from models.people import Unit
from models.ratings import EvaluatorContact, SatisfactionLevel
from models.reports import CitizenReport, ReportForm
from models.reveals import LONGEST_PURPOSE, SHORTEST_PURPOSE, SHOWN_FOR, Reveal, RevealPlace
from models.samples import LONGEST_SAID, Sample, SampleAnswer, SampleCall, SampledPerson, SampleState
from policy.parsing import PolicyFile
from policy.samples import takes_cases
from web.access import Here, Who, allowed
from web.forms import KEY_FIELD, Form, fresh_key, text_of
from web.pages import render
from web.ports import Desk
from web.routes.samples import CALLERS

router = APIRouter()

_PLACES = (RevealPlace.SAMPLE,)
_FIELDS = ("result", "level", "said", "unit", "case_class")


@dataclass(frozen=True)
class CallLine:
    """One call that was made."""

    call: SampleCall
    user: str
    level: str


@dataclass(frozen=True)
class PersonPage:
    """Everything for one call but the number."""

    sample: Sample
    person: SampledPerson
    unit: str
    script: tuple[str, ...]
    calls: tuple[CallLine, ...]
    results: tuple[CallbackResult, ...]
    levels: tuple[SatisfactionLevel, ...]
    bad_levels: tuple[int, ...]
    takes_cases: bool
    units: tuple[Unit, ...]
    classes: tuple[CaseClass, ...]
    key: str
    typed: Mapping[str, str]
    refusal: str = ""
    most: int = LONGEST_SAID

    @property
    def to_call(self) -> bool:
        """Whether a call is still to be made."""
        return self.person.state is SampleState.TO_CALL

    @property
    def title(self) -> str:
        """Whom the call is to."""
        return f"抽查回访第 {self.person.number} 位"


@dataclass(frozen=True)
class NumberPage:
    """The form that asks for a purpose; or, while a look runs, what it shows and until when."""

    person: SampledPerson
    unit: str
    purpose: str = ""
    refusal: str = ""
    reveal: Reveal | None = None
    contact: EvaluatorContact | None = None
    left: str = ""
    minutes: int = int(SHOWN_FOR.total_seconds() // 60)
    shortest: int = SHORTEST_PURPOSE
    longest: int = LONGEST_PURPOSE
    title: str = "查看抽查回访的电话"


@router.get("/samples/{sample}/{position}", dependencies=[allowed(*CALLERS)])
def person_page(request: Request, desk: Here, who: Who, sample: str, position: int) -> Response:
    """What to ask, what was tried before, and the form of the result."""
    return render(request, "sampled.html", _person_page(desk, _person_for(desk, who, sample, position)))


@router.get("/samples/{sample}/{position}/number", dependencies=[allowed(*CALLERS)])
def number_page(request: Request, desk: Here, who: Who, sample: str, position: int) -> Response:
    """The form, or what the running look shows; when it has run out the browser asks again and gets the form."""
    person = _person_for(desk, who, sample, position)
    unit = desk.front.people.unit(person.unit).name
    reveal = desk.outside.reveals.running(who, person.reference, _PLACES)
    contact = desk.samples.shown(reveal) if reveal is not None else None
    if reveal is None or contact is None:
        return render(request, "sample_number.html", NumberPage(person, unit))
    seconds = max(int((reveal.until - desk.front.now()).total_seconds()), 0)
    left = f"{seconds // 60}分{seconds % 60}秒"
    page = NumberPage(person, unit, reveal=reveal, contact=contact, left=left)
    answer = render(request, "sample_number.html", page)
    answer.headers["refresh"] = str(seconds + 1)
    return answer


@router.post("/samples/{sample}/{position}/number", dependencies=[allowed(*CALLERS)])
def show_number(request: Request, desk: Here, who: Who, sample: str, position: int, form: Form) -> Response:
    """Write the look down, then show the number; only as long as somebody is to be called."""
    person = _person_for(desk, who, sample, position)
    purpose = text_of(form, "purpose")
    if person.state is not SampleState.TO_CALL:
        raise ActionRefused("这一位的回访结果已经登记，不再需要电话。请回到抽查名单。")
    if not SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        refusal = f"请写明查看的事由，{SHORTEST_PURPOSE} 至 {LONGEST_PURPOSE} 个字。没有显示任何信息。"
        page = NumberPage(person, desk.front.people.unit(person.unit).name, purpose, refusal)
        return render(request, "sample_number.html", page, 422)
    desk.outside.reveals.reveal(who, person.reference, purpose, RevealPlace.SAMPLE)
    return RedirectResponse(f"/samples/{person.reference}/number", status_code=303)


@router.post("/samples/{sample}/{position}/calls", dependencies=[allowed(*CALLERS)])
def record(request: Request, desk: Here, who: Who, sample: str, position: int, form: Form) -> Response:
    """Write the call down. Who is dissatisfied gets a case, once, where the place's rules have samples as a source."""
    person = _person_for(desk, who, sample, position)
    file = _file_of(desk, sample)
    key = text_of(form, KEY_FIELD) or fresh_key()
    typed = {name: text_of(form, name) for name in _FIELDS}
    try:
        answer = _answer(typed)
        need_whole_answer(answer, file.policy)
        report = _report(desk, file, person, answer, typed)
        made = desk.samples.record(person, answer, report, who.user, file.policy.callback_plan, key)
    except (ActionRefused, BadInput) as error:
        status = 409 if isinstance(error, ActionRefused) else 422
        page = _person_page(desk, desk.samples.person(sample, position), typed=typed, refusal=str(error), key=key)
        return render(request, "sampled.html", page, status)
    if made is not None:
        _open(desk, made)
    return RedirectResponse(f"/samples/{person.reference}", status_code=303)


def _answer(typed: Mapping[str, str]) -> SampleAnswer:
    if typed["result"] not in tuple(CallbackResult):
        raise BadInput("请选择通话结果。")
    if len(typed["said"]) > LONGEST_SAID:
        raise BadInput(f"对方说的内容最多 {LONGEST_SAID} 个字，请写得简要一些。")
    if typed["level"] and typed["level"] not in {str(level.value) for level in SatisfactionLevel}:
        raise BadInput("请从页面上选择满意度。")
    level = int(typed["level"]) if typed["level"] else None
    return SampleAnswer(result=CallbackResult(typed["result"]), level=level, said=typed["said"])


def _report(
    desk: Desk, file: PolicyFile, person: SampledPerson, answer: SampleAnswer, typed: Mapping[str, str]
) -> ReportForm | None:
    if not leads_to_case(answer, file.policy, file.surroundings):
        return None
    people = desk.front.people
    return case_form(person, answer, typed["unit"], typed["case_class"], file, people.units(), people.users())


def _open(desk: Desk, report: CitizenReport) -> None:
    try:
        desk.reception.open_case(report)
    except (EngineUnavailable, StackNotRunning) as error:
        said = f"回访结果已登记：{report.report_no}（{callback_promise(report)}）。案件 {report.case_no} 还没有立案"
        raise EngineUnavailable(f"{said}，系统恢复后会自动立案；请不要重复登记。") from error


def _person_for(desk: Desk, who: Actor, sample: str, position: int) -> SampledPerson:
    """Somebody of a sample. Raises NotVisible to anybody of the rated unit."""
    person = desk.samples.person(sample, position)
    if reason := call_refusal(who, person):
        raise NotVisible(reason)
    return person


def _file_of(desk: Desk, sample: str) -> PolicyFile:
    return desk.shelf.file(desk.samples.sample(sample).jurisdiction)


def _person_page(
    desk: Desk,
    person: SampledPerson,
    typed: Mapping[str, str] | None = None,
    refusal: str = "",
    key: str = "",
) -> PersonPage:
    sample, people = desk.samples.sample(person.sample), desk.front.people
    file = desk.shelf.file(sample.jurisdiction)
    names, unit = Names(people), people.unit(person.unit).name
    officers = {user.unit for user in people.users() if user.role is Role.OFFICER}
    usual = {**dict.fromkeys(_FIELDS, ""), "unit": person.unit, "case_class": CaseClass.GENERAL.value}
    return PersonPage(
        sample=sample,
        person=person,
        unit=unit,
        script=script_of(desk.samples.script(sample.jurisdiction), person, unit),
        calls=tuple(CallLine(each, names.user(each.by), level_text(each.level)) for each in desk.samples.calls(person)),
        results=tuple(CallbackResult),
        levels=tuple(sorted(SatisfactionLevel, reverse=True)),
        bad_levels=file.policy.bad_levels,
        takes_cases=takes_cases(file.surroundings),
        units=tuple(each for each in people.units() if each.id in officers),
        classes=tuple(each for each in CaseClass if each in file.policy.class_limits),
        key=key or fresh_key(),
        typed=typed or usual,
        refusal=refusal,
    )
