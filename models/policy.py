"""The policy of one jurisdiction as a value: every number and choice of the procedure that its documents set.

The value is pinned in each case's input together with its digest, so a new policy reaches a running case only through
an explicit message. Where each number comes from stands in `jurisdictions/<id>/policy.toml`. Every parameter that came
after the first release has the default that leaves a case as it was before, because older policies are pinned in
running cases; the file of a jurisdiction has to state all of them all the same (`policy.parsing`).
"""

import hashlib
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from models.actors import Role
from models.base import Value
from models.callbacks import CallbackResult
from models.due import Counting, DayEnd, DayHours, HoursMode, Limit, Unit
from models.kinds import CaseClass, Finding, MeasureKind, Priority


class NoticeChannel(StrEnum):
    """A way in which a person of the house can be told."""

    SMS = "sms"
    MAIL = "mail"


class ClockOrigin(StrEnum):
    """The event from which a limit is counted."""

    DISPATCHED = "dispatched"
    EVALUATED = "evaluated"
    SIGNED = "signed"


class RemediationStart(StrEnum):
    """From when the remediation limit is counted."""

    SIGNED = "signed"
    """From the sign-off; a late one counts from the end of the sign-off limit, but nothing runs before it comes."""
    SIGNED_OR_DUE = "signed_or_signoff_deadline"
    """The same, and the limit begins by itself when the sign-off limit ends."""
    DISPATCHED = "dispatched"


class AnonymousCase(StrEnum):
    """What happens to a review without a name."""

    NO_CALLBACK = "no_callback"
    """It is put right like any other, without callbacks."""
    AS_NAMED = "as_named"
    """It is called back like any other, where there is a number."""


class FeedbackWay(StrEnum):
    """How the evaluator learns the result."""

    PHONE = "phone"
    """At the callback."""
    SMS = "sms"
    """By a message when the remediation is handed in, and at the callback."""


class Appellant(StrEnum):
    """Who may appeal."""

    STAFF = "staff"
    UNIT = "unit"


class SecondConfirm(StrEnum):
    """Whether a second person has to confirm that an appeal is upheld."""

    NONE = "none"
    MANAGING_UNIT = "managing_unit"


class CalendarScope(StrEnum):
    """Which notices make the calendar."""

    NATIONAL = "national"
    LOCAL = "national_and_local"


class Coordination(StrEnum):
    """Ways of handling a case that one unit cannot handle alone."""

    CO_UNITS = "co_units"
    CONFERENCE = "joint_conference"
    TAKEOVER = "leader_takeover"
    SPECIAL_LEDGER = "special_ledger"


class InterviewTrigger(StrEnum):
    """What makes an interview (约谈) due."""

    POOR_REMEDIATION = "poor_remediation"
    OVERDUE = "overdue"
    TAKEOVER = "leader_takeover"


class LadderMeasure(StrEnum):
    """What a rung after the limit brings with it."""

    REMIND = "remind"
    URGE = "urge"
    SUPERVISE = "supervise"
    SPECIAL_LEDGER = "special_ledger"
    TAKEOVER = "leader_takeover"
    CONFERENCE = "joint_conference"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFERRAL = "referral"

    @property
    def label(self) -> str:
        """The measure in Chinese."""
        return _LADDER_LABELS[self]


_LADDER_LABELS = {
    LadderMeasure.REMIND: "提醒",
    LadderMeasure.URGE: "催办",
    LadderMeasure.SUPERVISE: "督办",
    LadderMeasure.SPECIAL_LEDGER: "列入专门台账",
    LadderMeasure.TAKEOVER: "主要领导领办",
    LadderMeasure.CONFERENCE: "联席会议",
    LadderMeasure.INTERVIEW: "约谈",
    LadderMeasure.CIRCULAR: "通报",
    LadderMeasure.REFERRAL: "问责移送",
}


class RepeatBy(StrEnum):
    """On what repeated bad reviews are counted."""

    ITEM = "item"
    WINDOW = "window"
    STAFF = "staff"


class CallbackPlan(Value):
    """How often a person is called before the attempt counts as failed.

    After `attempts` unanswered calls that fall on at least `half_days` different half-days the evaluator is
    unreachable; a result in `final_results` ends the calls at once.
    """

    attempts: int = Field(ge=1, le=20)
    half_days: int = Field(ge=1, le=20)
    final_results: tuple[CallbackResult, ...]

    @model_validator(mode="after")
    def _is_consistent(self) -> "CallbackPlan":
        if self.half_days > self.attempts:
            raise ValueError("要求的半天数（half_days）不能多于回访次数（attempts）")
        if CallbackResult.REACHED in self.final_results:
            raise ValueError("final_results 只能列出未接通的结果")
        return self


class ExtensionRule(Value):
    """延期: how often a case may be extended, for which classes, and by how much at most (None: its class limit)."""

    times: int = Field(default=0, ge=0, le=9)
    classes: tuple[CaseClass, ...] = ()
    longest: Limit | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if bool(self.times) != bool(self.classes):
            raise ValueError("延期次数（times）与可延期的类别（classes）须同时填写或同时为空")
        return self


class ReturnRule(Value):
    """退单: how often a case may come back before the supervisors decide, and for which reasons (code, text)."""

    times: int = Field(default=0, ge=0, le=9)
    reasons: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if bool(self.times) != bool(self.reasons):
            raise ValueError("退单次数（times）与退单理由（reasons）须同时填写或同时为空")
        return self


class PauseRule(Value):
    """暂停: how often, for how long at most, and for which reasons (code, text)."""

    times: int = Field(default=0, ge=0, le=9)
    ceiling: Limit | None = None
    reasons: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not bool(self.times) == bool(self.reasons) == (self.ceiling is not None):
            raise ValueError("暂停次数（times）、上限（ceiling）与理由（reasons）须同时填写或同时为空")
        return self


class LookbackRule(Value):
    """回头看: within which limit after the end, and for how many of a hundred cases (0: none)."""

    percent: int = Field(default=0, ge=0, le=100)
    within: Limit | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if bool(self.percent) != (self.within is not None):
            raise ValueError("回头看比例（percent）与时限（within）须同时填写或同时为空")
        return self


class RepeatRule(Value):
    """重复差评: how many on one item, window or person within which period raise a parent case (0: never)."""

    count: int = Field(default=0, ge=0, le=1000)
    within: Limit | None = None
    by: tuple[RepeatBy, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not bool(self.count) == bool(self.by) == (self.within is not None):
            raise ValueError("次数（count）、期间（within）与对象（by）须同时填写或同时为空")
        if self.count == 1:
            raise ValueError("重复差评至少要两次（count）")
        if self.within is not None and self.within.unit is not Unit.CALENDAR_DAYS:
            raise ValueError("重复差评的期间（within）按日计算，应写成“90 cd”")
        return self


class LadderRung(Value):
    """One rung after the limit: on which working day after it (0: when it passes), what it brings, who is told."""

    after: int = Field(ge=0, le=60)
    measure: LadderMeasure
    tell: tuple[Role, ...] = Field(min_length=1)


class Policy(Value):
    """The parameters of the procedure. Percentages in `warn_at` are shares of a limit, from 1 to 99."""

    jurisdiction: str
    name: str
    code_system: str
    bad_levels: tuple[int, ...]
    calendar: CalendarScope = CalendarScope.LOCAL
    day_end: DayEnd = DayEnd.MIDNIGHT

    signoff_limit: Limit
    signoff_clock_start: ClockOrigin = ClockOrigin.DISPATCHED
    returns: ReturnRule = ReturnRule()
    redispatch_limit: Limit = Limit(amount=1, unit=Unit.WORKING_DAYS)
    dispatcher: Role = Role.HOTLINE

    verify_callback_limit: Limit
    verify_callback_clock_start: ClockOrigin = ClockOrigin.DISPATCHED
    verify_callback_mode: HoursMode = HoursMode.ELAPSED
    verify_callback_actor: Role
    anonymous_case: AnonymousCase = AnonymousCase.NO_CALLBACK
    callback_plan: CallbackPlan
    confirm_limit: Limit
    void_outcomes: tuple[Finding, ...] = (Finding.MISTAKEN, Finding.MALICIOUS)

    class_limits: dict[CaseClass, Limit]
    class_tags: dict[CaseClass, tuple[str, ...]] = Field(default_factory=dict)
    classified_by: Role = Role.SUPERVISOR
    priorities: tuple[Priority, ...] = (Priority.NORMAL,)
    remediation_clock_start: RemediationStart = RemediationStart.SIGNED_OR_DUE
    advisory_cap: Limit | None
    extension: ExtensionRule = ExtensionRule()
    extension_decided_by: Role = Role.SUPERVISOR
    pause: PauseRule = PauseRule()
    coordination: tuple[Coordination, ...] = ()
    conference_limit: Limit = Limit(amount=5, unit=Unit.WORKING_DAYS)
    written_feedback: bool
    feedback_to_evaluator: FeedbackWay = FeedbackWay.PHONE

    appeal_enabled: bool = False
    appeal_by: tuple[Appellant, ...] = (Appellant.STAFF,)
    appeal_window: Limit = Limit(amount=3, unit=Unit.WORKING_DAYS)
    appeal_review_limit: Limit = Limit(amount=3, unit=Unit.WORKING_DAYS)
    appeal_reviewer: str = ""
    appeal_second_confirm: SecondConfirm = SecondConfirm.NONE
    appeal_confirm_limit: Limit = Limit(amount=1, unit=Unit.WORKING_DAYS)
    appeal_pauses_remediation: bool = True

    post_callback_required: bool = True
    post_callback_limit: Limit
    post_callback_actor: Role
    rework_rounds: int = Field(ge=0, le=9)
    re_evaluation: bool = False
    supervision_limit: Limit
    lookback: LookbackRule = LookbackRule()
    repeats: RepeatRule = RepeatRule()

    warn_at: tuple[int, ...]
    warn_last_day: bool = False
    escalation_ladder: tuple[LadderRung, ...] = ()
    measure_limits: dict[MeasureKind, Limit] = Field(default_factory=dict)
    interview_trigger: tuple[InterviewTrigger, ...] = ()
    office_hours: DayHours
    notice_hours: DayHours
    notice_channels: dict[Role, tuple[NoticeChannel, ...]]
    report_office: str

    @model_validator(mode="before")
    @classmethod
    def _from_the_first_release(cls, data: Any) -> Any:
        """Policies that are pinned in older cases name the tags of one class only."""
        if isinstance(data, dict) and "difficult_tags" in data:
            older = dict(data)
            tags = older.pop("difficult_tags")
            return {"class_tags": {CaseClass.DIFFICULT: tags} if tags else {}} | older
        return data

    @model_validator(mode="after")
    def _is_consistent(self) -> "Policy":
        if not self.bad_levels or any(level not in range(1, 6) for level in self.bad_levels):
            raise ValueError("bad_levels 须为 1 至 5 之间的等级")
        if list(self.warn_at) != sorted(set(self.warn_at)) or any(not 0 < share < 100 for share in self.warn_at):
            raise ValueError("warn_at 须为 1 至 99 之间、由小到大的百分比")
        if CaseClass.GENERAL not in self.class_limits:
            raise ValueError("class_limits 至少要有 general（一般）")
        if contradiction := _contradiction(self):
            raise ValueError(contradiction)
        return self

    @property
    def counting(self) -> Counting:
        """How limits in days are counted."""
        office = self.office_hours if self.day_end is DayEnd.OFFICE_CLOSE else None
        return Counting(day_end=self.day_end, office=office)

    @property
    def callback_counting(self) -> Counting:
        """How the hours of the verification callback are counted."""
        needed = self.day_end is DayEnd.OFFICE_CLOSE or self.verify_callback_mode is HoursMode.OFFICE
        office = self.office_hours if needed else None
        return Counting(mode=self.verify_callback_mode, day_end=self.day_end, office=office)

    def digest(self) -> str:
        """Twelve hexadecimal digits that name this very policy."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


def _contradiction(policy: Policy) -> str | None:
    """Two parameters that cannot both hold, named with their keys."""
    unknown = [each for each in (*policy.class_tags, *policy.extension.classes) if each not in policy.class_limits]
    if unknown:
        names = "、".join(dict.fromkeys(unknown))
        return f"class_tags 和 extension.classes 只能用 class_limits 中的类别，其中没有 {names}"
    steps = [rung.after for rung in policy.escalation_ladder]
    if steps != sorted(set(steps)):
        return "escalation_ladder 的各级须按 after 由小到大，不得重复"
    if steps and steps[0] != 0:
        return "escalation_ladder 须从 after = 0（到期）开始"
    needs = {
        LadderMeasure.SPECIAL_LEDGER: Coordination.SPECIAL_LEDGER,
        LadderMeasure.TAKEOVER: Coordination.TAKEOVER,
        LadderMeasure.CONFERENCE: Coordination.CONFERENCE,
    }
    for rung in policy.escalation_ladder:
        if rung.measure in needs and needs[rung.measure] not in policy.coordination:
            return f"escalation_ladder 用到“{rung.measure.label}”，coordination 中没有 {needs[rung.measure]}"
        if rung.measure.value in list(MeasureKind) and MeasureKind(rung.measure.value) not in policy.measure_limits:
            return f"escalation_ladder 用到“{rung.measure.label}”，measure_limits 中没有 {rung.measure}"
    if policy.interview_trigger and MeasureKind.INTERVIEW not in policy.measure_limits:
        return "有约谈触发条件（interview_trigger），measure_limits 中就要有 interview"
    if Priority.NORMAL not in policy.priorities:
        return "priorities 须包含 normal"
    if policy.appeal_enabled and not policy.appeal_by:
        return "允许申诉（appeal_enabled）的，须写明由谁提出（appeal_by）"
    if policy.verify_callback_mode is not HoursMode.ELAPSED and policy.verify_callback_limit.unit is not Unit.HOURS:
        return "verify_callback_mode 只适用于以小时计的 verify_callback_limit"
    if ClockOrigin.SIGNED is policy.signoff_clock_start:
        return "signoff_clock_start 不能是 signed（签收时限不能从签收起算）"
    return None
