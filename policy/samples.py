"""Samples: how people are drawn so that anybody can draw them again, and how answers are judged (XT-12, XT-13, TA-10).

The draw has three stages. Centres are drawn first, then windows of these, then people of these windows; in the last two
the drawn centres, or windows, take turns, so that each of them is really looked at. Chance is a digest: whoever has the
seed and the same matters gets the same sample, in any order and on any machine. Where the matters come from, and who of
them can be called, says the frame that is handed in.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from models.callbacks import CallbackAttempt, CallbackKind, CallbackResult
from models.errors import BadInput
from models.figures import FigurePeriod
from models.policy import CallbackPlan, Policy
from models.samples import (
    LARGEST_PLAN,
    DrawPlan,
    SampleAnswer,
    SampleCall,
    SampledPerson,
    SampleResult,
    SampleState,
    Window,
)
from models.surroundings import IntakeSource, Period, SamplePlan, Surroundings
from policy.callbacks import is_unreachable
from policy.figures import rules_of

_Person = TypeVar("_Person")
_Person_co = TypeVar("_Person_co", covariant=True)

_PERIODS = {
    Period.MONTHLY: (1, "按月", "一个月"),
    Period.QUARTERLY: (3, "按季度", "一个季度"),
    Period.ANNUAL: (12, "按年", "一年"),
}


class Stratum(NamedTuple):
    """Whose people take part: those of a window, of a centre, or all; None stands for any."""

    centre: str | None = None
    window: str | None = None


class Frame(Protocol[_Person_co]):
    """The matters of the period that somebody can be called about."""

    def centres(self) -> Collection[str]:
        """The centres that have such matters."""
        ...

    def windows(self, centres: Collection[str]) -> Collection[Window]:
        """The windows of these centres that have such matters."""
        ...

    def people(self, stratum: Stratum) -> Iterator[_Person_co]:
        """The people of a stratum, by the rank of their matters under the seed."""
        ...


class Drawn(NamedTuple):
    """What the stages gave, in the order in which it was drawn; a stage that the plan has not gives nothing."""

    centres: Sequence[str]
    windows: Sequence[Window]


def seed_of(jurisdiction: str, period: FigurePeriod, plan: DrawPlan) -> str:
    """The seed: a digest of place, period and plan, which everybody can make again."""
    said = f"{jurisdiction}|{period.first}|{period.last}|{plan.centres}|{plan.windows}|{plan.people}"
    return hashlib.sha256(f"sample v1|{said}".encode()).hexdigest()


def rank(seed: str, *names: str) -> bytes:
    """The place of something in the order of chance: the SHA-256 of the seed and its names, put together with `|`."""
    return hashlib.sha256("|".join((seed, *names)).encode()).digest()


def draw(
    frame: Frame[_Person], plan: DrawPlan, seed: str, accept: Callable[[_Person], bool]
) -> tuple[Drawn, list[_Person]]:
    """The sample. `accept` is asked once for each person whose turn it is; who is not accepted is passed over.

    Where there are fewer than the plan asks for, all of them are drawn.
    """
    centres = sorted(frame.centres(), key=lambda centre: rank(seed, centre))[: plan.centres]
    windows: list[Window] = []
    if plan.windows is not None:
        by_centre: dict[str, list[Window]] = {centre: [] for centre in centres}
        for window in sorted(frame.windows(centres), key=lambda window: rank(seed, *window)):
            by_centre[window.centre].append(window)
        windows = in_turns(map(iter, by_centre.values()), plan.windows, lambda window: True)
    people = in_turns([frame.people(each) for each in _strata(plan, centres, windows)], plan.people, accept)
    return Drawn(centres if plan.centres is not None else (), windows), people


def in_turns(groups: Iterable[Iterator[_Person]], how_many: int, accept: Callable[[_Person], bool]) -> list[_Person]:
    """One of each group after the other, again and again, until there are so many or no group has any left."""
    left, taken = list(groups), list[_Person]()
    while left and len(taken) < how_many:
        still: list[Iterator[_Person]] = []
        for group in left:
            if len(taken) == how_many:
                break
            found = next((each for each in group if accept(each)), None)
            if found is not None:
                taken.append(found)
                still.append(group)
        left = still
    return taken


def plan_of(
    rule: SamplePlan | None, people: int | None = None, windows: int | None = None, centres: int | None = None
) -> DrawPlan:
    """The plan of a draw: the numbers of the rule, and where the document is open those that somebody chose.

    Raises BadInput where the place has no samples, where a number is missing, and where one is said that is laid down.
    """
    if rule is None:
        raise BadInput("本地区的规则没有抽查回访（sample_plan），不能抽取。")
    numbers: dict[str, int | None] = {}
    stages = (("people", "人数", people), ("windows", "窗口数", windows), ("centres", "中心数", centres))
    for stage, label, chosen in stages:
        laid_down: int | None = getattr(rule, stage)
        if laid_down is not None and chosen not in (None, laid_down):
            raise BadInput(f"规则（sample_plan）已经写明{label}为 {laid_down}，不能另定。")
        if chosen is not None and not 1 <= chosen <= LARGEST_PLAN:
            raise BadInput(f"{label}应在 1 至 {LARGEST_PLAN} 之间。")
        numbers[stage] = laid_down if laid_down is not None else chosen
    if numbers["people"] is None:
        raise BadInput("文件没有规定抽查回访的人数，请写明这次抽多少人。")
    return DrawPlan.model_validate(numbers)


def period_refusal(rule: SamplePlan, period: FigurePeriod, today: date) -> str | None:
    """Why no sample of that period can be drawn; None when it can."""
    months, how_often, length = _PERIODS.get(rule.period, (0, "", ""))
    if months and period.months != months:
        return f"本地区{how_often}抽查回访，期间应是{length}。"
    if period.last >= today:
        return "这个期间还没有结束，结束以后才能抽取。"
    return None


def state_after(calls: Sequence[SampleCall], plan: CallbackPlan) -> SampleState:
    """How a sampled person stands after these calls.

    A refusal and a wrong number end them; unanswered calls do as the plan of all callbacks says (`callback_plan`).
    """
    results = {each.result for each in calls}
    if CallbackResult.REACHED in results:
        return SampleState.REACHED
    if CallbackResult.REFUSED in results:
        return SampleState.REFUSED
    if CallbackResult.WRONG_NUMBER in results or is_unreachable([_attempt(each) for each in calls], plan):
        return SampleState.UNREACHED
    return SampleState.TO_CALL


def answer_refusal(answer: SampleAnswer, policy: Policy) -> str | None:
    """What is missing in an answer; None when it can be recorded."""
    if answer.result is not CallbackResult.REACHED:
        return "没有接通的，不填写满意度。" if answer.level is not None else None
    if answer.level is None:
        return "已接通的，请选择对方的满意度。"
    if is_dissatisfied(answer, policy) and not answer.said.strip():
        return "对方不满意的，请写明哪里不满意。"
    return None


def takes_cases(around: Surroundings) -> bool:
    """Whether dissatisfaction in a sample becomes a case there (`case_sources`)."""
    return IntakeSource.SAMPLE_CALLBACK in around.case_sources


def is_dissatisfied(answer: SampleAnswer, policy: Policy) -> bool:
    """Whether the answer is one of the levels of a bad review (`bad_levels`)."""
    return answer.level is not None and answer.level in policy.bad_levels


def result_of(people: Collection[SampledPerson], policy: Policy, around: Surroundings) -> SampleResult:
    """What these people have answered; from which level on somebody counts as satisfied says `level3_counts_as`."""
    good_from = rules_of(policy, around).good_from
    levels = [each.level for each in people if each.level is not None]
    states = [each.state for each in people]
    return SampleResult(
        people=len(people),
        to_call=states.count(SampleState.TO_CALL),
        unreached=states.count(SampleState.UNREACHED),
        refused=states.count(SampleState.REFUSED),
        reached=states.count(SampleState.REACHED),
        satisfied=sum(level >= good_from for level in levels),
        dissatisfied=sum(level in policy.bad_levels for level in levels),
    )


def _strata(plan: DrawPlan, centres: Sequence[str], windows: Sequence[Window]) -> list[Stratum]:
    """Whose people take turns: those of the drawn windows, else of the drawn centres, else all together."""
    if plan.windows is not None:
        return [Stratum(*window) for window in windows]
    return [Stratum(centre) for centre in centres] if plan.centres is not None else [Stratum()]


def _attempt(call: SampleCall) -> CallbackAttempt:
    return CallbackAttempt(kind=CallbackKind.CONTACT, round=1, at=call.at, by=call.by, result=call.result)
