"""Samples (抽查回访) in words, and what they ask of the world: what is asked, how far the calls have come, the result.

Decides wording, and what a dissatisfied answer becomes as a report. How is drawn and how answers are judged stands in
`policy.samples`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import Template
from typing import Protocol

from casework.ports import People
from casework.reports import report_form
from models.actors import Actor
from models.case import UNNAMED_ITEM
from models.errors import ActionRefused, BadInput
from models.figures import FigurePeriod
from models.kinds import CaseClass, CaseSource
from models.people import Unit, User
from models.policy import CallbackPlan, Policy
from models.ratings import EvaluatorContact, SatisfactionLevel
from models.reports import CitizenReport, ReportForm
from models.reveals import Reveal
from models.samples import (
    DrawPlan,
    Population,
    Sample,
    SampleAnswer,
    SampleCall,
    SampledPerson,
    SampleResult,
)
from models.surroundings import Period, SamplePlan, Surroundings
from policy.dispatch import classification_refusal
from policy.figures import percent
from policy.parsing import PolicyFile
from policy.people import reveal_refusal, unit_refusal
from policy.samples import (
    answer_refusal,
    is_dissatisfied,
    period_refusal,
    plan_of,
    result_of,
    takes_cases,
)

_MONTHS = {Period.QUARTERLY: 3, Period.ANNUAL: 12}


class SampleBook(Protocol):
    """The samples of all places."""

    def all(self) -> list[Sample]:
        """Every sample, the latest period first."""
        ...

    def sample(self, number: str) -> Sample:
        """One sample. Raises BadInput."""
        ...

    def draw(
        self, jurisdiction: str, period: FigurePeriod, plan: DrawPlan, by: str, at: datetime
    ) -> tuple[Sample, bool]:
        """The sample of a place and a period, and whether it was drawn now; one that is there stays as it is.

        Raises BadInput when nobody of the period can be called.
        """
        ...

    def drawn_again(self, sample: Sample) -> list[tuple[str, int]]:
        """The matters that the same draw gives from what is stored now, in its order; nothing is changed."""
        ...

    def people(self, number: str) -> list[SampledPerson]:
        """Everybody in a sample, in the order of the draw."""
        ...

    def person(self, number: str, place: int) -> SampledPerson:
        """One of them. Raises BadInput."""
        ...

    def calls(self, person: SampledPerson) -> list[SampleCall]:
        """The calls to somebody, the oldest first."""
        ...

    def record(
        self,
        person: SampledPerson,
        answer: SampleAnswer,
        report: ReportForm | None,
        by: str,
        plan: CallbackPlan,
        key: str,
    ) -> CitizenReport | None:
        """Write a call down with the report that it leads to; the same `key` is the same call. Raises ActionRefused."""
        ...

    def shown(self, reveal: Reveal) -> EvaluatorContact | None:
        """Whom to call, to who has said why; nothing once the look has run out."""
        ...

    def script(self, jurisdiction: str) -> str:
        """What is asked; `$item` and the like stand for the matter's own."""
        ...


@dataclass(frozen=True)
class UnitResult:
    """How far the calls about one unit have come."""

    unit: str
    result: SampleResult


def draw_sample(
    book: SampleBook, file: PolicyFile, period: FigurePeriod, plan: DrawPlan, by: str, now: datetime, today: date
) -> tuple[Sample, bool]:
    """Draw the sample of a place and a period, or give the one that is there. Raises BadInput for a wrong period.

    One that is there with other numbers stays as it is, and that is refused in words.
    """
    rule = rule_of(file)
    if refusal := period_refusal(rule, period, today):
        raise BadInput(refusal)
    sample, is_new = book.draw(file.policy.jurisdiction, period, plan, by, now)
    if sample.plan != plan:
        raise ActionRefused(f"这个期间已经抽取过（{plan_text(sample.plan)}），名单不能重抽，编号 {sample.number}。")
    return sample, is_new


def rule_of(file: PolicyFile) -> SamplePlan:
    """The rule of a place that has samples. Raises BadInput for one that has none."""
    if file.surroundings.sample_plan is None:
        raise BadInput(f"{file.policy.name}的规则没有抽查回访（sample_plan），不能抽取。")
    return file.surroundings.sample_plan


def chosen_plan(file: PolicyFile, people: str, windows: str, centres: str) -> DrawPlan:
    """The plan with the numbers that somebody typed where the document is open. Raises BadInput."""
    return plan_of(rule_of(file), _number(people, "人数"), _number(windows, "窗口数"), _number(centres, "中心数"))


def last_period(rule: SamplePlan, today: date) -> FigurePeriod:
    """The period that has ended last."""
    months = _MONTHS.get(rule.period, 1)
    return FigurePeriod.of_months(today.year, (today.month - 1) // months * months + 1, months).before


def rule_text(rule: SamplePlan) -> str:
    """How often, and how many of what, as far as the document says: 每月 100 人、10 个窗口、5 个中心."""
    how_often = {Period.MONTHLY: "每月", Period.QUARTERLY: "每季度", Period.ANNUAL: "每年"}.get(rule.period, "不定期")
    numbers = _numbers(rule.people, rule.windows, rule.centres)
    return f"{how_often} {numbers}" if numbers else f"{how_often}一次，数量文件未定"


def plan_text(plan: DrawPlan) -> str:
    """100 人、10 个窗口、5 个中心."""
    return _numbers(plan.people, plan.windows, plan.centres)


def population_text(population: Population) -> str:
    """From how many was drawn, and who was left out."""
    return (
        f"从 {population.centres:,} 个中心、{population.windows:,} 个窗口的 {population.matters:,} 件中抽取；"
        f"未列入：匿名 {population.anonymous:,} 件、没有电话 {population.without_number:,} 件、"
        f"已立案另行回访 {population.with_case:,} 件。"
    )


def shortfall_text(sample: Sample) -> str:
    """What there was less of than the plan asks for, and that all of it was taken; empty when nothing was short."""
    wanted = ((sample.centres, sample.plan.centres, "个中心"), (sample.windows, sample.plan.windows, "个窗口"))
    short = [
        f"{got} {what}" for got, plan, what in (*wanted, (sample.people, sample.plan.people, "人")) if got < (plan or 0)
    ]
    return f"不足计划数，可抽的全部列入：只有 {'、'.join(short)}。" if short else ""


def rate_text(result: SampleResult) -> str:
    """87.5%（7/8）; a dash while nobody was reached."""
    return f"{percent(result.rate)}（{result.satisfied}/{result.reached}）" if result.rate is not None else "—"


def result_by_unit(people: Sequence[SampledPerson], file: PolicyFile, directory: People) -> list[UnitResult]:
    """How far the calls have come, by the unit that was rated, in the order of the units' names."""
    units = {each.unit for each in people}
    found = [
        UnitResult(
            directory.unit(unit).name,
            result_of([each for each in people if each.unit == unit], file.policy, file.surroundings),
        )
        for unit in units
    ]
    return sorted(found, key=lambda each: each.unit)


def script_of(text: str, person: SampledPerson, unit: str) -> tuple[str, ...]:
    """What is asked, with the matter's own item and unit filled in."""
    given = {"item": person.task_name or UNNAMED_ITEM, "unit": unit}
    return tuple(line.strip() for line in Template(text).substitute(given).splitlines() if line.strip())


def need_whole_answer(answer: SampleAnswer, policy: Policy) -> None:
    """Raise BadInput for an answer in which something is missing."""
    if refusal := answer_refusal(answer, policy):
        raise BadInput(refusal)


def leads_to_case(answer: SampleAnswer, policy: Policy, around: Surroundings) -> bool:
    """Whether the answer becomes a case: of a dissatisfied person, in a place that has samples as a source of cases."""
    return is_dissatisfied(answer, policy) and takes_cases(around)


def case_form(
    person: SampledPerson,
    answer: SampleAnswer,
    unit: str,
    case_class: str,
    file: PolicyFile,
    units: Iterable[Unit],
    users: Collection[User],
) -> ReportForm:
    """The report that a dissatisfied answer becomes, still without whom it is of. Raises BadInput."""
    if case_class not in tuple(CaseClass):
        raise BadInput("对方不满意，须立案整改，请选择类别。")
    form = report_form(
        jurisdiction=file.policy.jurisdiction,
        source=CaseSource.SAMPLE_CALLBACK,
        unit=unit,
        task_name=person.task_name or UNNAMED_ITEM,
        task_code=person.task_code,
        matter=answer.said.strip(),
        case_class=CaseClass(case_class),
    )
    refusal = classification_refusal(form.case_class, form.priority, file.policy) or unit_refusal(unit, units, users)
    if refusal:
        raise BadInput(refusal)
    return form


def call_refusal(who: Actor, person: SampledPerson) -> str | None:
    """Why this person may not call somebody of a sample; None when it is possible."""
    if reveal_refusal(who, {person.unit}) is None:
        return None
    return "被评价的是您所在的单位，请由其他单位的话务员或监督人员回访。"


def level_text(level: int | None) -> str:
    """A level in words; empty for none."""
    return SatisfactionLevel(level).label if level is not None else ""


def _numbers(people: int | None, windows: int | None, centres: int | None) -> str:
    parts = ((people, "人"), (windows, "个窗口"), (centres, "个中心"))
    return "、".join(f"{number} {what}" for number, what in parts if number is not None)


def _number(text: str, label: str) -> int | None:
    """A number that somebody typed; None for nothing."""
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) <= 6):
        raise BadInput(f"{label}“{text}”无法识别，应为整数。")
    return int(text)
