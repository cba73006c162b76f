"""What each figure counts, by which rules of the place, how a percentage is cut off, who is at the bottom of a ranking.

The definitions are this project's, made to fit the documents' use of the words: no official formula was found
(GB/T 39734 Annex B is named by sources but not at hand). `policy.figure_count` counts by them in plain Python,
`adapters.figures` by SQL; a figure that needs data nobody delivers yet is not in the list (`docs/figures.md`).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from models.figures import Base, Figure, FigureKind, FigureRules, Figures, Mark, Shape
from models.policy import Policy
from models.surroundings import Kpi, LevelThree, Surroundings

REPEAT_COUNT = 3
"""From how many bad reviews on they are repeated, where the policy looks for none. An assumption."""

REPEAT_DAYS = 90
"""Within how many calendar days, where the policy looks for none. An assumption."""

_FULL = Fraction(1)
_NEARLY_ALL = Fraction(99, 100)
_HARDLY_ANY = Fraction(1, 100)
_LEAST_SHOWN = Fraction(1, 10_000)


class Share(NamedTuple):
    """Of which rows which count: rows of the base with all marks `of`, and among them those with the mark `counts`."""

    base: Base
    of: tuple[Mark, ...] = ()
    counts: Mark | None = None


DEFINITIONS: Mapping[FigureKind, Share] = {
    FigureKind.N_EVAL: Share(Base.RATINGS, (Mark.VALID,)),
    FigureKind.DEFAULT_RATE: Share(Base.RATINGS, (Mark.VALID,), Mark.IS_DEFAULT),
    FigureKind.ACTIVE_RATE: Share(Base.MATTERS, (Mark.RATEABLE,), Mark.RATED_ACTIVELY),
    FigureKind.UNRATED_RATE: Share(Base.MATTERS, (Mark.RATEABLE,), Mark.UNRATED),
    FigureKind.GOOD_RATE: Share(Base.RATINGS, (Mark.VALID,), Mark.GOOD),
    FigureKind.USER_GOOD_RATE: Share(Base.RATINGS, (Mark.VALID, Mark.USER_MADE), Mark.GOOD),
    FigureKind.BAD_RATE: Share(Base.RATINGS, (Mark.VALID,), Mark.BAD),
    FigureKind.VOID_RATE: Share(Base.RATINGS, (Mark.BAD,), Mark.VOIDED),
    FigureKind.REPEAT_INDEX: Share(Base.REPEATS),
    FigureKind.PUSH_RATE: Share(Base.PUSHES, (Mark.TO_BE_PUSHED,), Mark.PUSHED),
    FigureKind.SIGNOFF_ON_TIME: Share(Base.SIGN_OFFS, (), Mark.IN_TIME),
    FigureKind.VERIFIED_RATE: Share(Base.OPENED, (Mark.TO_VERIFY,), Mark.VERIFIED),
    FigureKind.CALLBACK_RATE: Share(Base.OPENED, (Mark.CALLABLE,), Mark.CALLED),
    FigureKind.CALLBACK_REACHED_RATE: Share(Base.OPENED, (Mark.CALLABLE,), Mark.REACHED),
    FigureKind.REMEDIATION_RATE: Share(Base.REMEDIATIONS, (), Mark.DONE),
    FigureKind.ON_TIME_RATE: Share(Base.REMEDIATIONS, (), Mark.IN_TIME),
    FigureKind.ON_TIME_RATE_UNEXTENDED: Share(Base.REMEDIATIONS, (), Mark.UNEXTENDED),
    FigureKind.EXTENSION_RATE: Share(Base.REMEDIATIONS, (), Mark.EXTENDED),
    FigureKind.CALLBACK_SATISFACTION_RATE: Share(Base.ANSWERS, (), Mark.SATISFIED),
    FigureKind.REAL_NAME_CLOSED_LOOP_RATE: Share(Base.REMEDIATIONS, (Mark.FIRST_OF_NAMED,), Mark.LOOP_CLOSED),
    FigureKind.APPEAL_UPHELD_RATE: Share(Base.APPEALS, (), Mark.UPHELD),
    FigureKind.REMEDIATION_DAYS_MEAN: Share(Base.DURATIONS),
    FigureKind.REMEDIATION_DAYS_MEDIAN: Share(Base.DURATIONS),
}
"""All figures, in the order of the pages."""


def rules_of(policy: Policy, around: Surroundings) -> FigureRules:
    """What the place's rules say about the figures (policy `bad_levels`, `level3_counts_as`, `repeats`)."""
    repeats = policy.repeats
    return FigureRules(
        bad_levels=policy.bad_levels,
        good_from=3 if around.level3_counts_as is LevelThree.GOOD else 4,
        repeat_count=repeats.count or REPEAT_COUNT,
        repeat_days=repeats.within.amount if repeats.within is not None else REPEAT_DAYS,
        post_callback=policy.post_callback_required,
        default_is_active=around.default_is_active_evaluation,
    )


def nothing(kind: FigureKind) -> Figure:
    """The figure where no row was found: a count of none, or nothing that could be divided."""
    return Figure(kind, 0) if kind.shape is Shape.COUNT else Figure(kind, 0, 0)


def target_of(kind: FigureKind, around: Surroundings) -> int | None:
    """The percentage that the place's documents ask for, None where they ask for none."""
    return around.kpi_targets.get(Kpi(kind.value)) if kind.value in list(Kpi) else None


def is_met(figure: Figure, target: int) -> bool | None:
    """Whether a rate reaches its target, by its exact value; None where nothing was divided by."""
    return None if figure.value is None else figure.value * 100 >= target


def percent(share: Fraction) -> str:
    """A share in percent, cut off and never rounded up: 99.95% never reads 100%, and only nothing reads 0%.

    One decimal; two where it says more, near 100% and near 0%.
    """
    if share in (0, _FULL):
        return f"{int(share) * 100}%"
    if 0 < share < _LEAST_SHOWN:
        return "不足0.01%"
    places = 2 if share < _HARDLY_ANY or _NEARLY_ALL <= share < _FULL else 1
    return f"{cut_off(share * 100, places)}%"


def cut_off(value: Fraction, places: int) -> str:
    """A number that is not negative with so many decimals, cut off."""
    units = 10**places
    whole, rest = divmod(value.numerator * units // value.denominator, units)
    return f"{whole}.{rest:0{places}d}"


def ranking(groups: Mapping[str, Figures], kind: FigureKind) -> list[tuple[int, str]]:
    """The groups with their places, the best first; equal values share a place, and who has no value has none."""
    ranked = [(value, key) for key, figures in groups.items() if key and (value := figures[kind].value) is not None]
    sign = 1 if kind.lower_is_better else -1
    ranked.sort(key=lambda each: (sign * each[0], each[1]))
    first: dict[Fraction, int] = {}
    for place, (value, _) in enumerate(ranked, start=1):
        first.setdefault(value, place)
    return [(first[value], key) for value, key in ranked]


def bottom(places: Sequence[tuple[int, str]], last: int) -> frozenset[str]:
    """The last so many of a ranking (policy `bottom_n`), with all who share their place; never who shares the first."""
    if not last or not places:
        return frozenset()
    worst = places[-min(last, len(places))][0]
    return frozenset(key for place, key in places if place >= worst and place > 1)
