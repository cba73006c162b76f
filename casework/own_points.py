"""The monthly points (月积分) of one unit as its people read them: fed back each month to window and unit (GH-27).

Decides who sees which of them and how they read. A head sees the unit, its windows and its clerks; a clerk the unit and
the own ones, nobody another's. They are what was kept last; how they came about stands in `casework.scores`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from casework.figures import group_name
from casework.periods import period_text
from casework.ports import People
from casework.scores import points_text
from casework.text import instant
from models.actors import Actor, Role
from models.figures import FigurePeriod, Grouping
from models.scores import OwnPoints, PointPart

MONTHS = 12
"""How many months back they are shown."""


@dataclass(frozen=True)
class OwnLine:
    """The points of the unit, a window or a clerk. `parts`: each rule with what it found and what it adds."""

    name: str
    total: str
    base: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OwnMonth:
    """A month of a place."""

    heading: str
    as_of: str
    lines: tuple[OwnLine, ...]


def seen_by(who: Actor, found: Sequence[OwnPoints]) -> list[OwnPoints]:
    """Those that a person of the unit may see."""
    if who.role is Role.HEAD:
        return list(found)
    own = {(Grouping.UNIT, who.unit), (Grouping.CLERK, f"{who.unit}/{who.staff_no}")}
    return [each for each in found if (each.grouping, each.points.key) in own]


def unit_of(key: str) -> str:
    """The unit whose points these are: a unit's key, or the unit's part of a window's or clerk's."""
    return key.partition("/")[0]


def told_to(who: Actor, found: Sequence[OwnPoints], people: People) -> str:
    """What a notice says of a month's points of the person's unit: the unit's, to a clerk the own ones too.

    Empty for a clerk who has none: there is nothing to tell.
    """
    seen = {each.grouping: each.points.total for each in seen_by(who, found) if each.grouping in _TOLD[who.role]}
    if set(seen) != _TOLD[who.role]:
        return ""
    unit = f"{people.unit(who.unit).name} {points_text(seen[Grouping.UNIT])}"
    return f"{unit}，您 {points_text(seen[Grouping.CLERK])}。" if Grouping.CLERK in seen else f"{unit}。"


def own_months(found: Sequence[OwnPoints], people: People, place_name: Callable[[str], str]) -> tuple[OwnMonth, ...]:
    """The months, the newest first; in each the unit, its windows, its clerks."""
    ranked = sorted(found, key=lambda each: (-each.month.toordinal(), each.jurisdiction, _ORDER[each.grouping]))
    return tuple(
        _month(place_name(place), list(points), people)
        for (_, place), points in groupby(ranked, key=lambda each: (each.month, each.jurisdiction))
    )


def _month(place: str, found: Sequence[OwnPoints], people: People) -> OwnMonth:
    month = found[0].month
    return OwnMonth(
        heading=f"{place}{period_text(FigurePeriod.of_months(month.year, month.month, 1))}",
        as_of=instant(max(each.as_of for each in found)),
        lines=tuple(_line(each, people) for each in found),
    )


def _line(own: OwnPoints, people: People) -> OwnLine:
    return OwnLine(
        name=group_name(own.grouping, own.points.key, people, {}),
        total=points_text(own.points.total),
        base=points_text(own.points.base),
        parts=tuple((part.label, _said(part)) for part in own.points.parts),
    )


def _said(part: PointPart) -> str:
    sign = "+" if part.points >= 0 else "−"
    return f"{part.count:,} 件，{sign}{abs(part.points):,} 分{'（已封顶）' if part.is_capped else ''}"


_TOLD = {Role.HEAD: {Grouping.UNIT}, Role.CLERK: {Grouping.UNIT, Grouping.CLERK}}
_ORDER = {grouping: place for place, grouping in enumerate((Grouping.UNIT, Grouping.WINDOW, Grouping.CLERK))}
