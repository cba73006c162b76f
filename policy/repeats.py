"""Repeated bad reviews (重复差评): on which item, window or person they concentrate (EZ-51, XT-20, TA-36).

Decides what counts as a repetition and how its parent case is numbered. Reading the cases is the adapters' business,
the order of the parent case that of `policy.dispatch`.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple

from models.due import SHANGHAI, in_shanghai
from models.ids import case_number
from models.links import Repeat
from models.policy import Policy, RepeatBy, RepeatRule

_PARENT = re.compile(r"R-(item|window|staff)-([0-9a-f]{12})-[0-9]+")


class RatedCase(NamedTuple):
    """A case of a bad rating, as far as repetitions are concerned; numbers that the source did not give are empty."""

    case_no: str
    unit: str
    task_code: str
    task_name: str
    staff_no: str
    window_no: str
    assessed_at: datetime


def period_start(rule: RepeatRule, now: datetime) -> datetime | None:
    """From when evaluations count, None when the policy looks for no repetitions.

    The period reaches back whole days: 90 日 on 1 April counts evaluations from 1 January, 0:00, on.
    """
    if rule.within is None:
        return None
    first = in_shanghai(now).date() - timedelta(days=rule.within.amount)
    return datetime.combine(first, time(), SHANGHAI)


def repeats_among(
    cases: Collection[RatedCase], parents: Mapping[str, frozenset[str]], policy: Policy, now: datetime
) -> list[Repeat]:
    """The repetitions among the cases of the period that no parent case covers, in a fixed order.

    `parents` says which cases each parent case (by its number of the matter) is about. A case that is covered for its
    item still counts for its clerk: the causes are different ones.
    """
    found = []
    for by in policy.repeats.by:
        covered = {each for number, about in parents.items() if _is_by(number, by) for each in about}
        subjects: defaultdict[tuple[str, str], list[RatedCase]] = defaultdict(list)
        for case in cases:
            if case.case_no not in covered and (subject := _subject(case, by)):
                subjects[subject].append(case)
        for subject, repeated in sorted(subjects.items()):
            if len(repeated) >= policy.repeats.count:
                earlier = sum(1 for number in parents if number.startswith(_stem(by, subject)))
                found.append(_repeat(by, subject, repeated, earlier + 1, now))
    return found


def parent_project_no(repeat: Repeat) -> str:
    """The number of the matter of a parent case; the same repetition always gives the same number."""
    unit = "" if repeat.by is RepeatBy.ITEM else repeat.unit
    return f"{_stem(repeat.by, (unit, repeat.subject))}{repeat.number}"


def parent_case_no(repeat: Repeat, policy: Policy) -> str:
    """The number of the parent case."""
    return case_number(policy.jurisdiction, parent_project_no(repeat), 1)


def _repeat(by: RepeatBy, subject: tuple[str, str], cases: list[RatedCase], number: int, now: datetime) -> Repeat:
    cases = sorted(cases, key=lambda case: (case.assessed_at, case.case_no))
    often = Counter(case.unit for case in cases)
    # An item may be handled by several units: the one with most of the reviews has to find the cause.
    unit = max(often, key=lambda each: (often[each], max(case.assessed_at for case in cases if case.unit == each)))
    last = cases[-1]
    return Repeat(
        by=by,
        subject=subject[1],
        name=last.task_name or subject[1] if by is RepeatBy.ITEM else subject[1],
        unit=unit,
        case_nos=tuple(case.case_no for case in cases),
        number=number,
        found_at=now,
    )


def _subject(case: RatedCase, by: RepeatBy) -> tuple[str, str] | None:
    """What the case counts for: windows and clerks are numbered within their unit."""
    match by:
        case RepeatBy.ITEM:
            return ("", case.task_code) if case.task_code else None
        case RepeatBy.WINDOW:
            return (case.unit, case.window_no) if case.window_no else None
        case RepeatBy.STAFF:
            return (case.unit, case.staff_no) if case.staff_no else None


def _stem(by: RepeatBy, subject: tuple[str, str]) -> str:
    """The number without its count. The subject is digested: a clerk's number has no place in a workflow's id."""
    digest = hashlib.sha256("\n".join(subject).encode()).hexdigest()[:12]
    return f"R-{by.value}-{digest}-"


def _is_by(project_no: str, by: RepeatBy) -> bool:
    matched = _PARENT.fullmatch(project_no)
    return matched is not None and matched[1] == by.value
