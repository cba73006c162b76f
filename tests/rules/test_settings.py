"""Each parameter of a policy changes an outcome: the same case, told under two policies that differ in it alone.

The cases run without an engine (`tests.properties.paper_case`), on the real rules, dates and letters. What a parameter
decides before there is a case is asked of the function that decides it.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.calendar_files import load_calendar
from adapters.policy_files import load_policy
from cli.import_ratings import import_request
from models.actions import MESSAGES, Action
from models.actors import Actor, Role
from models.base import Value
from models.clocks import ClockKind
from models.kinds import CaseClass, Finding, Priority
from models.links import Repeat
from models.notices import NoticeKind
from models.policy import LadderRung, Policy, RepeatBy
from models.ratings import Rating
from models.steps import TaskKind
from policy.dispatch import class_of, classification_refusal
from policy.intake import IntakeRules, RowReader, match_columns
from policy.repeats import RatedCase, parent_case_no, period_start, repeats_among
from policy.stages import stage_of
from tests.intake.support import NOW, ROW, RULES, UNITS
from tests.properties.paper_case import PaperCase
from tests.properties.paper_ledger import PaperLedger
from tests.support.engine import CLERK, HEAD, HOTLINE, OFFICER, OTHER_SUPERVISOR, REVIEWER, SUPERVISOR
from tests.support.values import MOMENT, an_order

USUAL = load_policy("ezhou").policy.model_dump()
USUAL |= {
    "returns": USUAL["returns"] | {"times": 2},
    "coordination": ("co_units", "joint_conference", "leader_takeover", "special_ledger"),
    "priorities": ("normal", "urgent"),
    "appeal_second_confirm": "managing_unit",
    "lookback": {"percent": 100, "within": "30 cd"},
}
"""A policy in which everything is in use, as the file would have it."""

PEOPLE = {
    OFFICER: Actor(user=OFFICER, role=Role.OFFICER, unit="ez-renshe"),
    HEAD: Actor(user=HEAD, role=Role.HEAD, unit="ez-renshe"),
    CLERK: Actor(user=CLERK, role=Role.CLERK, unit="ez-renshe", staff_no="RS-0217"),
    HOTLINE: Actor(user=HOTLINE, role=Role.HOTLINE, unit="ez-12345"),
    SUPERVISOR: Actor(user=SUPERVISOR, role=Role.SUPERVISOR, unit="ez-shenpi"),
    OTHER_SUPERVISOR: Actor(user=OTHER_SUPERVISOR, role=Role.SUPERVISOR, unit="ez-shenpi"),
    REVIEWER: Actor(user=REVIEWER, role=Role.REVIEWER, unit="ez-shenpi"),
}
SAYS: dict[Action, dict[str, Any]] = {
    Action.SUBMIT_REMEDIATION: {"measures": "已整改"},
    Action.RETURN_ORDER: {"reason_code": "wrong_unit"},
    Action.REDISPATCH: {"to_unit": "ez-renshe"},
    Action.REQUEST_EXTENSION: {"until": "2026-03-18"},
    Action.DECIDE_EXTENSION: {"granted": True},
    Action.REQUEST_CLASS_CHANGE: {"case_class": "difficult"},
    Action.PAUSE: {"reason_code": "third_party"},
    Action.DECIDE_APPEAL: {"upheld": True, "finding": "mistaken", "evidence": ("监控录像",)},
    Action.ASSIGN_CO_UNITS: {"units": ("ez-shichang",)},
    Action.CONVENE_CONFERENCE: {"units": ("ez-shichang",)},
    Action.SET_PRIORITY: {"priority": "urgent"},
    Action.ISSUE_MEASURE: {"kind": "supervise", "document_no": "督〔2026〕1号"},
}
"""What people fill in; with a reason wherever one belongs."""


class Story:
    """One case under a policy, dispatched on Tuesday, 10 March 2026, 9:00, and evaluated the afternoon before."""

    def __init__(self, policy: Policy, **changes: Any) -> None:
        order = an_order(policy=policy, assessed_at=MOMENT - timedelta(hours=18), **changes)
        ledger = PaperLedger(order, {order.calendar_version: load_calendar("ezhou")})
        self.case = PaperCase(order, ledger, MOMENT)

    def asked(self, user: str, action: Action, **details: Any) -> str | None:
        """Somebody acts; why it was refused, None when it was not."""
        reason = {"reason": "按规定办理"} if "reason" in MESSAGES[action].model_fields else {}
        refused = self.case.act(action, PEOPLE[user], **SAYS.get(action, {}) | reason | details)
        self.case.write_down()
        return refused

    def did(self, user: str, action: Action, **details: Any) -> "Story":
        """Somebody acts, and may."""
        assert self.asked(user, action, **details) is None
        return self

    def silent(self, **span: float) -> "Story":
        """Nobody does anything for that long."""
        self.case.let_pass(timedelta(**span))
        return self

    def signed(self) -> "Story":
        return self.did(OFFICER, Action.SIGN_OFF)

    def verified(self, finding: str = "founded") -> "Story":
        return self.did(self._caller(), Action.RECORD_CALLBACK, result="reached", finding=finding)

    def remediated(self) -> "Story":
        return self.did(OFFICER, Action.SUBMIT_REMEDIATION)

    def called_back(self, satisfied: bool) -> "Story":
        return self.did(self._caller(), Action.RECORD_CALLBACK, result="reached", satisfied=satisfied)

    def handed_in(self) -> "Story":
        return self.signed().verified().remediated()

    def missed_calls(self, *results: str, hours: float = 0) -> "Story":
        for result in results:
            self.did(self._caller(), Action.RECORD_CALLBACK, result=result).silent(hours=hours)
        return self

    def appealed(self) -> "Story":
        return self.did(CLERK, Action.FILE_APPEAL)

    def _caller(self) -> str:
        asked = {task.role for task in self.case.ledger.open_tasks if "callback" in task.kind}
        return next(user for user, actor in PEOPLE.items() if actor.role in asked)

    def due(self, kind: ClockKind) -> str | None:
        """When a limit ends; None when it does not run."""
        clock = self.case.state.clock(kind)
        return f"{clock.due.label} {clock.due.is_paused}" if clock is not None else None

    def tasks(self, *kinds: TaskKind) -> list[str]:
        """The open tasks, by role."""
        return [f"{task.kind} {task.role}" for task in self.case.ledger.open_tasks if task.kind in (kinds or TaskKind)]

    def told(self, *kinds: NoticeKind) -> list[str]:
        """The messages: about what, to whom, by which way, not before when, and who has to act."""
        return [
            f"{each.kind} {each.recipient} {each.channel} {each.not_before} {each.context.get('responsible')}"
            for each in self.case.ledger.messages
            if each.kind in (kinds or NoticeKind)
        ]

    @property
    def stands(self) -> tuple[Any, ...]:
        """Stage, finding and round."""
        state = self.case.state
        return stage_of(state), state.finding, state.round, state.ending

    def rungs(self, kind: ClockKind) -> list[str]:
        """The ladder of a limit."""
        clock = self.case.state.clock(kind)
        return [f"{rung.label} {rung.at}" for rung in clock.rungs] if clock is not None else []


def _bad(policy: Policy) -> bool:
    """Whether a rating of digit 2 is a bad one: the second worst of the national system, the second best of another."""
    request = import_request(Path("ratings.csv"), policy, RULES)
    rules = IntakeRules(
        code_system=request.code_system, bad_levels=request.bad_levels, units=UNITS, rules=request.rules
    )
    reader = RowReader(match_columns(list(ROW)).index_of, rules, NOW)
    rating = reader.read(list((ROW | {"satisfaction": "2", "evalDetail": "", "writingEvaluation": "慢"}).values()))
    assert isinstance(rating, Rating), rating
    return reader.is_bad(rating)


def _repeated(policy: Policy) -> list[str]:
    """The repetitions among three cases of one clerk on one item, each twenty days after the one before."""
    since = period_start(policy.repeats, MOMENT)
    days = (50, 30, 10)
    cases = [
        RatedCase(f"case-{ago}", "ez-renshe", "x", "事项", "RS-0217", "", MOMENT - timedelta(days=ago)) for ago in days
    ]
    inside = [case for case in cases if since is not None and case.assessed_at >= since]
    return [repeat.by for repeat in repeats_among(inside, {}, policy, MOMENT)]


def _parent(policy: Policy) -> str:
    repeat = Repeat(by=RepeatBy.ITEM, subject="x", name="x", unit="u", case_nos=("a",), number=1, found_at=MOMENT)
    return parent_case_no(repeat, policy)


def _returned(policy: Policy) -> Story:
    return Story(policy).did(OFFICER, Action.RETURN_ORDER)


def _extended(policy: Policy) -> Story:
    return Story(policy).signed().did(OFFICER, Action.REQUEST_EXTENSION)


def _extended_again(policy: Policy) -> str | None:
    story = _extended(policy).did(SUPERVISOR, Action.DECIDE_EXTENSION)
    return story.asked(OFFICER, Action.REQUEST_EXTENSION, until="2026-03-19")


def _paused(policy: Policy) -> Story:
    return Story(policy).signed().did(SUPERVISOR, Action.PAUSE)


def _upheld(policy: Policy) -> Story:
    return Story(policy).appealed().did(REVIEWER, Action.DECIDE_APPEAL)


def _rejected(policy: Policy) -> Story:
    return Story(policy).appealed().did(REVIEWER, Action.DECIDE_APPEAL, upheld=False, finding=None)


def _dissatisfied(policy: Policy) -> Story:
    return Story(policy).handed_in().called_back(satisfied=False)


def _failed(policy: Policy) -> Story:
    """Twice put right, twice in vain."""
    return _dissatisfied(policy).remediated().called_back(satisfied=False)


def _satisfied(policy: Policy) -> Story:
    return Story(policy).handed_in().called_back(satisfied=True)


def _late(policy: Policy) -> Story:
    """Founded and signed for, then nobody does anything for three weeks."""
    return Story(policy).signed().verified().silent(days=21)


def _longest(policy: Policy) -> object:
    clock = Story(policy).signed().case.state.clock(ClockKind.REMEDIATION)
    return clock and clock.extendable_to


REASONS = {"duplicate": "重复派单"}
WITHOUT = [(way, tuple(each for each in USUAL["coordination"] if each != way)) for way in USUAL["coordination"]]

Outcome = Callable[[Policy], object]

SETTINGS: list[tuple[str, object, Outcome]] = [
    ("jurisdiction", "elsewhere", _parent),
    ("name", "别处", lambda p: classification_refusal(CaseClass.COMPLEX, Priority.NORMAL, p)),
    ("code_system", "gbt39046", _bad),
    ("bad_levels", (1,), _bad),
    ("day_end", "office", lambda p: Story(p).due(ClockKind.SIGN_OFF)),
    ("signoff_limit", "2 wd", lambda p: Story(p).due(ClockKind.SIGN_OFF)),
    ("signoff_clock_start", "evaluated", lambda p: Story(p).due(ClockKind.SIGN_OFF)),
    ("returns.times", 1, lambda p: _returned(p).tasks(TaskKind.REDISPATCH, TaskKind.DECIDE_UNIT)),
    ("returns.reasons", REASONS, lambda p: Story(p).asked(OFFICER, Action.RETURN_ORDER)),
    ("redispatch_limit", "2 wd", lambda p: _returned(p).due(ClockKind.REDISPATCH)),
    ("dispatcher", "supervisor", lambda p: _returned(p).tasks(TaskKind.REDISPATCH)),
    ("verify_callback_limit", "48 h", lambda p: Story(p).due(ClockKind.VERIFICATION)),
    ("verify_callback_clock_start", "evaluated", lambda p: Story(p).due(ClockKind.VERIFICATION)),
    ("verify_callback_clock_start", "signed", lambda p: Story(p).due(ClockKind.VERIFICATION)),
    ("verify_callback_clock_start", "signed", lambda p: Story(p).silent(hours=3).signed().due(ClockKind.VERIFICATION)),
    ("verify_callback_mode", "office", lambda p: Story(p).due(ClockKind.VERIFICATION)),
    ("verify_callback_actor", "officer", lambda p: Story(p).tasks(TaskKind.VERIFICATION_CALLBACK)),
    ("anonymous_case", "as_named", lambda p: Story(p, anonymous=True).tasks()),
    ("callback_plan.attempts", 2, lambda p: Story(p).missed_calls("no_answer", "no_answer", hours=5).stands),
    ("callback_plan.half_days", 1, lambda p: Story(p).missed_calls("no_answer", "no_answer", "no_answer").stands),
    ("callback_plan.final_results", (), lambda p: Story(p).missed_calls("refused").stands),
    ("callback_plan.final_results", (), lambda p: Story(p).handed_in().missed_calls("refused").stands),
    ("confirm_limit", "3 wd", lambda p: Story(p).verified("mistaken").due(ClockKind.CONFIRMATION)),
    (
        "void_outcomes",
        ("malicious",),
        lambda p: Story(p).asked(HOTLINE, Action.RECORD_CALLBACK, result="reached", finding=Finding.MISTAKEN),
    ),
    (
        "void_outcomes",
        ("malicious",),
        lambda p: Story(p).appealed().asked(REVIEWER, Action.DECIDE_APPEAL),
    ),
    ("class_limits", {"general": "4 wd", "difficult": "15 wd"}, lambda p: Story(p).signed().due(ClockKind.REMEDIATION)),
    ("class_tags", {}, lambda p: class_of(("113",), p)),
    (
        "classified_by",
        "hotline",
        lambda p: Story(p).signed().did(OFFICER, Action.REQUEST_CLASS_CHANGE).tasks(TaskKind.DECIDE_CLASS_CHANGE),
    ),
    ("priorities", ("normal",), lambda p: Story(p).asked(SUPERVISOR, Action.SET_PRIORITY)),
    ("remediation_clock_start", "dispatched", lambda p: Story(p).due(ClockKind.REMEDIATION)),
    ("remediation_clock_start", "signed", lambda p: Story(p).silent(days=3).due(ClockKind.REMEDIATION)),
    ("advisory_cap", None, lambda p: Story(p).verified().due(ClockKind.ADVISORY)),
    ("extension.times", 2, _extended_again),
    ("extension.classes", ("difficult",), lambda p: Story(p).signed().asked(OFFICER, Action.REQUEST_EXTENSION)),
    ("extension.longest", "2 wd", _longest),
    ("extension_decided_by", "head", lambda p: _extended(p).tasks(TaskKind.DECIDE_EXTENSION)),
    ("pause.times", 2, lambda p: _paused(p).did(SUPERVISOR, Action.RESUME).asked(SUPERVISOR, Action.PAUSE)),
    ("pause.ceiling", "3 wd", lambda p: _paused(p).due(ClockKind.PAUSE)),
    ("pause.reasons", REASONS, lambda p: Story(p).signed().asked(SUPERVISOR, Action.PAUSE)),
    ("coordination", WITHOUT[0][1], lambda p: Story(p).asked(SUPERVISOR, Action.ASSIGN_CO_UNITS)),
    ("coordination", WITHOUT[1][1], lambda p: Story(p).asked(SUPERVISOR, Action.CONVENE_CONFERENCE)),
    ("coordination", WITHOUT[2][1], lambda p: Story(p).asked(HEAD, Action.TAKE_OVER)),
    (
        "conference_limit",
        "2 wd",
        lambda p: Story(p).did(SUPERVISOR, Action.CONVENE_CONFERENCE).due(ClockKind.CONFERENCE),
    ),
    ("written_feedback", False, lambda p: Story(p).handed_in().told(NoticeKind.WRITTEN_FEEDBACK)),
    ("feedback_to_evaluator", "sms", lambda p: Story(p).handed_in().told(NoticeKind.RESULT_FEEDBACK)),
    ("appeal_enabled", False, lambda p: Story(p).told(NoticeKind.APPEAL_RIGHTS)),
    ("appeal_enabled", False, lambda p: Story(p).asked(CLERK, Action.FILE_APPEAL)),
    ("appeal_by", ("unit",), lambda p: Story(p).asked(CLERK, Action.FILE_APPEAL)),
    ("appeal_window", "5 wd", lambda p: Story(p).silent(days=4).asked(CLERK, Action.FILE_APPEAL)),
    ("appeal_review_limit", "5 wd", lambda p: Story(p).appealed().due(ClockKind.APPEAL_REVIEW)),
    ("appeal_reviewer", "别的单位", lambda p: Story(p).told(NoticeKind.APPEAL_RIGHTS)),
    ("appeal_reviewer", "别的单位", lambda p: Story(p).appealed().told(NoticeKind.TASK_ASSIGNED)),
    (
        "appeal_reviewer",
        "别的单位",
        lambda p: _rejected(p).told(NoticeKind.APPEAL_DECIDED),
    ),
    ("appeal_second_confirm", "none", lambda p: _upheld(p).stands),
    ("appeal_confirm_limit", "2 wd", lambda p: _upheld(p).due(ClockKind.APPEAL_CONFIRM)),
    ("appeal_pauses_remediation", False, lambda p: Story(p).signed().appealed().due(ClockKind.REMEDIATION)),
    ("post_callback_required", False, lambda p: Story(p).handed_in().stands),
    ("post_callback_limit", "1 wd", lambda p: Story(p).handed_in().due(ClockKind.POST_CALLBACK)),
    ("post_callback_actor", "supervisor", lambda p: Story(p).handed_in().tasks(TaskKind.POST_CALLBACK)),
    ("rework_rounds", 0, lambda p: _dissatisfied(p).stands),
    ("re_evaluation", True, lambda p: _satisfied(p).told(NoticeKind.RE_EVALUATION)),
    ("supervision_limit", "1 wd", lambda p: _failed(p).due(ClockKind.SUPERVISION)),
    ("lookback.percent", 1, lambda p: _satisfied(p).tasks(TaskKind.LOOKBACK)),
    ("lookback.within", "10 cd", lambda p: _satisfied(p).due(ClockKind.LOOKBACK)),
    ("repeats.count", 4, _repeated),
    ("repeats.within", "40 cd", _repeated),
    ("repeats.by", ("item",), _repeated),
    ("warn_at", (30,), lambda p: Story(p).signed().rungs(ClockKind.REMEDIATION)),
    ("warn_last_day", False, lambda p: Story(p).signed().rungs(ClockKind.REMEDIATION)),
    ("escalation_ladder.after", 4, lambda p: Story(p).signed().rungs(ClockKind.REMEDIATION)),
    ("escalation_ladder.measure", "interview", lambda p: _late(p).tasks()),
    ("escalation_ladder.tell", ("supervisor",), lambda p: _late(p).told()),
    (
        "measure_limits",
        dict.fromkeys(USUAL["measure_limits"], "2 wd"),
        lambda p: Story(p).did(SUPERVISOR, Action.ISSUE_MEASURE).due(ClockKind.SUPERVISE),
    ),
    ("interview_trigger", (), lambda p: _failed(p).tasks(TaskKind.ISSUE_INTERVIEW)),
    ("interview_trigger", ("overdue",), lambda p: _late(p).remediated().called_back(False).tasks()),
    ("interview_trigger", ("leader_takeover",), lambda p: Story(p).signed().did(HEAD, Action.TAKE_OVER).tasks()),
    ("office_hours", ("10:00-16:00",), lambda p: Story(p).signed().rungs(ClockKind.REMEDIATION)),
    ("notice_hours", ("10:00-12:00",), lambda p: _late(p).told()),
    ("notice_channels", USUAL["notice_channels"] | {"officer": ("mail",)}, lambda p: Story(p).told()),
    ("report_office", "another-office", lambda p: Story(p).handed_in().told(NoticeKind.WRITTEN_FEEDBACK)),
]

ELSEWHERE = {
    "calendar": "test_policy.py::test_a_local_notice_stands_only_beside_a_policy_that_takes_local_ones",
}
"""Parameters that are shown to change an outcome in another file of this folder."""


def _with(name: str, other: object) -> Policy:
    """The usual policy with another value of one parameter, or of one part of it (for the ladder, of its last rung)."""
    key, _, part = name.partition(".")
    held = USUAL[key]
    if part:
        other = (*held[:-1], held[-1] | {part: other}) if isinstance(held, tuple) else held | {part: other}
    return Policy.model_validate(USUAL | {key: other})


@pytest.mark.parametrize(("name", "other", "outcome"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_a_setting_changes_an_outcome(name: str, other: object, outcome: Outcome) -> None:
    assert outcome(_with(name, other)) != outcome(Policy.model_validate(USUAL))


def _names() -> Iterable[str]:
    """Every parameter, and of those that have parts, every part."""
    policy = Policy.model_validate(USUAL)
    for name, dumped in USUAL.items():
        held = getattr(policy, name)
        if name == "escalation_ladder":
            yield from (f"{name}.{part}" for part in LadderRung.model_fields)
        elif isinstance(held, Value) and isinstance(dumped, dict):
            yield from (f"{name}.{part}" for part in type(held).model_fields)
        else:
            yield name


def test_every_setting_and_every_part_of_one_is_shown_to_change_an_outcome() -> None:
    assert {name for name, _, _ in SETTINGS} | ELSEWHERE.keys() == set(_names())
    for place in ELSEWHERE.values():
        file, test = place.split("::")
        assert f"def {test}(" in Path(__file__).with_name(file).read_text(encoding="utf-8")
