"""The rules under which the cases run: the five places, and places nobody has thought of; calendars for each."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from adapters.calendar_files import load_calendar
from adapters.policies import load_policy
from calendars import Notice, Status, WorkingCalendar
from calendars.notices import HolidayBreak
from models.actors import Role
from models.due import DayEnd, HoursMode
from models.kinds import Finding, MeasureKind, Priority
from models.policy import (
    AnonymousCase,
    Appellant,
    ClockOrigin,
    Coordination,
    FeedbackWay,
    InterviewTrigger,
    LadderMeasure,
    Policy,
    RemediationStart,
    SecondConfirm,
)
from tests.properties.cast import Choose

FIVE = ("ezhou", "gonghe", "taian", "xintai", "tianjin")


@cache
def policy_of(jurisdiction: str) -> Policy:
    """The policy of one of the five places."""
    return load_policy(jurisdiction).policy


@cache
def calendars() -> dict[str, WorkingCalendar]:
    """By version: what everybody knows, and the same with a long break of one place somewhere."""
    known = load_calendar(None)
    breaks = [(2025, 3), (2025, 6), (2025, 11), (2026, 3), (2026, 6)]
    every = [known, *(known.with_notice(_break(year, month)) for year, month in breaks)]
    return {calendar.version: calendar for calendar in every}


def _break(year: int, month: int) -> Notice:
    return Notice(
        year=year,
        title="试验通知",
        issued=date(year - 1, 12, 1),
        source="试验",
        status=Status.OFFICIAL,
        area="试验县",
        holiday=(HolidayBreak(name="试验节", first=date(year, month, 3), last=date(year, month, 12)),),
    )


_OFFICES = (Role.HOTLINE, Role.SUPERVISOR)
_CALLERS = (Role.HOTLINE, Role.SUPERVISOR, Role.OFFICER)
_DAYS = ("1 wd", "3 wd", "5 wd", "5 cd")
_REASONS = {"not_ours": "不属本单位", "waiting": "等待材料"}
_PLAN = {"attempts": 3, "half_days": 2, "final_results": ["refused"]}
_BOTH = (True, False)

_CHOICES: dict[str, Sequence[Any]] = {
    "day_end": tuple(DayEnd),
    "signoff_limit": ("1 wd", "2 wd", "8 h"),
    "signoff_clock_start": (ClockOrigin.DISPATCHED, ClockOrigin.EVALUATED),
    "returns": ({}, {"times": 1, "reasons": _REASONS}, {"times": 2, "reasons": _REASONS}),
    "dispatcher": _OFFICES,
    "verify_callback_clock_start": tuple(ClockOrigin),
    "verify_callback_mode": tuple(HoursMode),
    "verify_callback_actor": _CALLERS,
    "anonymous_case": tuple(AnonymousCase),
    "callback_plan": (_PLAN, {"attempts": 1, "half_days": 1, "final_results": []}),
    "void_outcomes": ((Finding.MISTAKEN, Finding.MALICIOUS), (Finding.MISTAKEN,)),
    "classified_by": _OFFICES,
    "priorities": ((Priority.NORMAL,), tuple(Priority)),
    "remediation_clock_start": tuple(RemediationStart),
    "advisory_cap": (None, "15 cd"),
    "extension_decided_by": (Role.SUPERVISOR, Role.HEAD),
    "pause": ({}, {"times": 2, "ceiling": "3 wd", "reasons": _REASONS}),
    "conference_limit": _DAYS,
    "written_feedback": _BOTH,
    "feedback_to_evaluator": tuple(FeedbackWay),
    "appeal_enabled": _BOTH,
    "appeal_by": ((Appellant.STAFF,), (Appellant.UNIT,), tuple(Appellant)),
    "appeal_window": _DAYS,
    "appeal_review_limit": _DAYS,
    "appeal_second_confirm": tuple(SecondConfirm),
    "appeal_pauses_remediation": _BOTH,
    "post_callback_required": _BOTH,
    "post_callback_actor": _CALLERS,
    "rework_rounds": (0, 1, 2),
    "re_evaluation": _BOTH,
    "lookback": ({}, {"percent": 100, "within": "10 cd"}),
    "warn_at": ((), (50,), (50, 80)),
    "warn_last_day": _BOTH,
}


def any_policy(choose: Choose[Any]) -> Policy:
    """A policy with any choices that do not contradict each other."""

    def some(values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(value for value in values if choose(_BOTH))

    parts: dict[str, Any] = {key: choose(choices) for key, choices in _CHOICES.items()}
    limits = {"general": "5 wd", "simple": "1 wd", "difficult": "15 wd", "complex": "15 cd"}
    classes = ("general", *some(["simple", "difficult", "complex"]))
    parts |= {"class_limits": {name: limits[name] for name in classes}, "class_tags": {}}
    times = choose((0, 1, 2))
    parts["extension"] = {"times": times, "classes": classes, "longest": choose((None, "3 wd"))} if times else {}
    parts["interview_trigger"] = some(InterviewTrigger)
    parts["coordination"] = some(Coordination)
    measures = [*some(MeasureKind), *([MeasureKind.INTERVIEW] if parts["interview_trigger"] else [])]
    parts["measure_limits"] = dict.fromkeys(measures, "3 wd")
    possible = [LadderMeasure.REMIND, LadderMeasure.URGE, *(LadderMeasure(kind.value) for kind in measures)]
    possible += [LadderMeasure(way.value) for way in parts["coordination"] if way is not Coordination.CO_UNITS]
    parts["escalation_ladder"] = [
        {"after": day, "measure": choose(possible), "tell": (Role.SUPERVISOR, *some([Role.OFFICER, Role.HEAD]))}
        for day in choose(((), (0,), (0, 1), (0, 1, 3), (0, 2, 3, 5)))
    ]
    return Policy.model_validate(policy_of("ezhou").model_dump() | parts)
